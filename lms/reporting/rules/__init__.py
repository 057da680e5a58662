"""What the reports mean, and what of them may be shown: pure."""
