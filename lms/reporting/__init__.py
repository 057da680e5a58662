"""Reports for commissioners."""
