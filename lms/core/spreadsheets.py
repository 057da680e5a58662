"""Text on its way into a spreadsheet."""

STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for a formula, full-width forms included (OWASP, CSV injection)."""


def harmless(text: str) -> str:
    """Text that starts like a formula gets an apostrophe before it."""
    return f"'{text}" if text.startswith(STARTS_FORMULA) else text
