"""Decisions of a needs round. Pure."""
