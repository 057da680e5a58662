"""What can be learned: programmes, courses and their published versions."""
