"""What forwarding decides, purely."""
