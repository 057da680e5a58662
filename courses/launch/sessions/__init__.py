"""Registrations, the sessions of launched content in them, and what was achieved. The same for every format."""
