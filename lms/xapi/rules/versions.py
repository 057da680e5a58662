"""Which xAPI a request speaks (xAPI 1.0.3 Part 3 §3.3; IEEE 9274.1.1 §4.1.7)."""

import re
from enum import StrEnum

from lms.xapi.errors import Malformed


class Version(StrEnum):
    """What this store speaks. The value is what it answers."""

    ONE = "1.0.3"
    TWO = "2.0.0"


NEWEST = Version.TWO
SPOKEN = ("1.0.0", "1.0.1", "1.0.2", "1.0.3", "2.0.0")

_ASKED = re.compile(r"^([12])\.0(?:\.\d+)?$")


def chosen(header: str | None) -> Version:
    """The version asked for. Raises Malformed when none is, or one that we do not speak."""
    if header is None:
        raise Malformed("The header X-Experience-API-Version is missing", "X-Experience-API-Version", "Part 3 §3.3")
    if (asked := _ASKED.match(header.strip())) is None:
        raise Malformed("This store speaks xAPI 1.0.x and 2.0.x", "X-Experience-API-Version", "Part 3 §3.3")
    return Version.ONE if asked[1] == "1" else Version.TWO
