"""Pages of accounts: signing in, one's own profile, administration, and the outbox of a development machine."""
