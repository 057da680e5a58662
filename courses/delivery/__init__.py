"""Taught training: dates, places on them, waiting, the register, and who was there."""
