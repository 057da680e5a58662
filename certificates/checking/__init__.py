"""Checking many certificates at once, for those who have an account."""
