"""How large a package may be, in every direction. Pure."""

from dataclasses import dataclass

KB, MB, GB = 1000, 1000**2, 1000**3


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes. `package` is the file as sent, `total` and `one` are what comes out of it.

    An entry larger than `ratio_from` may unpack to `ratio` times its packed size, and so may all together.
    `depth` is of folders, `name` the characters of an entry's whole path.
    """

    package: int = 1 * GB
    total: int = 2 * GB
    one: int = 1 * GB
    entries: int = 10_000
    ratio: int = 200
    ratio_from: int = 10 * MB
    depth: int = 20
    name: int = 240
    description: int = 10 * MB
    """Of cmi5.xml, imsmanifest.xml, tincan.xml, h5p.json and content.json."""
    elements: int = 100_000
    nesting: int = 100
    """Of elements in a description."""


def megabytes(size: int) -> str:
    """As a person reads it."""
    return f"{size / MB:g}"
