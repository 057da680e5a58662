"""ISO 8601 durations, as xAPI takes them (xAPI 1.0.3 Part 2 §4.6), and seconds."""

import re
from datetime import timedelta

_FORM = re.compile(
    r"P(?:(?P<weeks>[\d.]+)W|(?:(?P<years>[\d.]+)Y)?(?:(?P<months>[\d.]+)M)?(?:(?P<days>[\d.]+)D)?"
    r"(?:T(?:(?P<hours>[\d.]+)H)?(?:(?P<minutes>[\d.]+)M)?(?:(?P<seconds>[\d.]+)S)?)?)"
)
_SECONDS = {
    "weeks": 604_800, "years": 31_536_000, "months": 2_592_000, "days": 86_400, "hours": 3600, "minutes": 60,
    "seconds": 1,
}  # fmt: skip
"""A year of 365 days and a month of 30: nobody sits in one session for as long."""


def written(length: timedelta) -> str:
    """`PT75.25S`: seconds to a hundredth, as cmi5 asks of implementers (§9.5.4.1)."""
    hundredths = round(max(length, timedelta()) / timedelta(milliseconds=10))
    whole, rest = divmod(hundredths, 100)
    return f"PT{whole}.{rest:02}S" if rest else f"PT{whole}S"


def seconds(text: str) -> float:
    """Of a checked duration."""
    found = _FORM.fullmatch(text)
    parts = found.groupdict() if found else {}
    return sum(float(parts[name]) * length for name, length in _SECONDS.items() if parts.get(name))
