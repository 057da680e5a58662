"""Which signatures are moderated. Pure."""


def is_drawn(content_hash: str, percent: int) -> bool:
    """Is a signature in the sample? By its own hash, so that nobody chooses, and anybody can draw again."""
    return int(content_hash[:8], 16) % 100 < percent
