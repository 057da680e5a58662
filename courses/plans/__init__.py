"""What somebody's work asks of them beside where they are, learning that fits, and the plan that they agree with others."""
