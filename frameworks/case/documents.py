"""Paging, sorting, filtering and choosing fields of CFDocuments, as the CASE 1.0 binding says (§3.1 to §3.4). Pure."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from frameworks.case.rules import Json

FIELDS = (
    "identifier", "uri", "creator", "title", "lastChangeDateTime", "officialSourceURL", "publisher", "description",
    "subject", "subjectURI", "language", "version", "adoptionStatus", "statusStartDate", "statusEndDate", "licenseURI",
    "notes", "CFPackageURI",
)  # fmt: skip
LARGEST = 500

_TERM = re.compile(r"^\s*([A-Za-z]+)\s*(!=|>=|<=|=|>|<|~)\s*'([^']*)'\s*$")
_HOLDS: Mapping[str, Callable[[str, str], bool]] = {
    "=": lambda said, wanted: said == wanted,
    "!=": lambda said, wanted: said != wanted,
    ">": lambda said, wanted: said > wanted,
    ">=": lambda said, wanted: said >= wanted,
    "<": lambda said, wanted: said < wanted,
    "<=": lambda said, wanted: said <= wanted,
    "~": lambda said, wanted: wanted.lower() in said.lower(),
}


class Refused(Exception):
    """A parameter that cannot be followed. `minor` is a value of imsx_codeMinorFieldValue."""

    def __init__(self, minor: str, why: str) -> None:
        super().__init__(why)
        self.minor = minor


def whole_number(said: str | None, default: int, low: int) -> int:
    """Raises Refused."""
    if said is None or said == "":
        return default
    if not (said.isascii() and said.isdigit()) or len(said) > 9 or int(said) < low:
        raise Refused("invalid_selection_field", "limit and offset are whole numbers")
    return int(said)


def chosen(documents: list[Json], sort: str | None, order: str | None, wanted: str | None) -> list[Json]:
    """Those that the filter wants, in the order that was asked for. Raises Refused."""
    found = [each for each in documents if _holds(each, wanted)] if wanted else documents
    if order not in (None, "", "asc", "desc"):
        raise Refused("invalid_sort_field", "orderBy is asc or desc")
    if sort:
        if sort not in FIELDS:
            raise Refused("invalid_sort_field", f"There is no field to sort by of the name {sort[:60]}")
        found = sorted(found, key=lambda each: str(each.get(sort, "")), reverse=order == "desc")
    elif order == "desc":
        found = found[::-1]
    return found


def with_fields(document: Json, names: str | None) -> Json:
    """The document with the chosen fields, or all of it. Raises Refused."""
    if not names:
        return document
    asked = [name.strip() for name in names.split(",") if name.strip()]
    if unknown := [name for name in asked if name not in FIELDS]:
        raise Refused("invalid_selection_field", f"There is no field of the name {unknown[0][:60]}")
    return {name: value for name, value in document.items() if name in asked}


def _holds(document: Json, wanted: str) -> bool:
    """One or two conditions, joined by AND or OR."""
    parts = re.split(r"\s+(AND|OR)\s+", wanted.strip())
    if len(parts) not in (1, 3):
        raise Refused("invalid_selection_field", "A filter has one condition, or two with AND or OR between them")
    answers = [_term(document, part) for part in parts[::2]]
    return any(answers) if len(parts) == 3 and parts[1] == "OR" else all(answers)


def _term(document: Json, term: str) -> bool:
    match = _TERM.match(term)
    if match is None or match[1] not in FIELDS:
        raise Refused("invalid_selection_field", "A condition is a field, one of = != > >= < <= ~, and a 'value'")
    value: Any = document.get(match[1], "")
    said = [str(each) for each in value] if isinstance(value, list) else [str(value)]
    return any(_HOLDS[match[2]](each, match[3]) for each in said)
