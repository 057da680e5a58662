"""Who is enrolled on what, and how far they have come."""
