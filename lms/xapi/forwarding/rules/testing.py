"""What the outcome of a test means."""

from collections.abc import Sequence
from enum import StrEnum


class Finding(StrEnum):
    UNREACHED = "unreached"
    NO_STORE = "no_store"
    SPEAKS = "speaks"
    OTHER_VERSION = "other_version"
    LETS_IN = "lets_in"
    WRONG_KEY = "wrong_key"
    MAY_NOT_WRITE = "may_not_write"
    STRANGE = "strange"


def findings(about: int | None, versions: Sequence[str], write: int | None, version: str) -> list[Finding]:
    """From the statuses of its answers to `/about` and to an empty list of statements, the versions that it names, and
    the one that is set for it. Versions are alike when their first two figures are (1.0.3 Part 3 §3.3)."""
    if about is None:
        return [Finding.UNREACHED]
    family = version.rpartition(".")[0]
    if about != 200 or not versions:
        found = [Finding.NO_STORE]
    elif any(each == family or each.startswith(family + ".") for each in versions):
        found = [Finding.SPEAKS]
    else:
        found = [Finding.OTHER_VERSION]
    if write is not None and (200 <= write < 300 or write == 400):
        return [*found, Finding.LETS_IN]
    known = {401: Finding.WRONG_KEY, 403: Finding.MAY_NOT_WRITE}
    return [*found, known.get(write or 0, Finding.STRANGE)]
