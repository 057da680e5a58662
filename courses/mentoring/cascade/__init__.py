"""Cascade: champions with a live certificate pass training on, and say how many people it reached."""
