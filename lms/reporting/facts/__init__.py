"""What happened, written down once, and what is counted from it."""
