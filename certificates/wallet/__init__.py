"""What holders do with their certificates: links that end, a copy of all, a letter to themselves, LinkedIn."""
