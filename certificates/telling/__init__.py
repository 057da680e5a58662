"""Telling those who rely on a certificate when it is worth something else than before."""
