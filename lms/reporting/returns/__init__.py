"""Frozen returns: what was published of a quarter or a year, as it was known at an instant, signed, never changed."""
