"""CASE 1.0's shapes and words (1EdTech, Competencies and Academic Standards Exchange 1.0, July 2017). Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

IDENTIFIER = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
ASSOCIATIONS = (
    "isChildOf", "isPeerOf", "isPartOf", "exactMatchOf", "precedes", "isRelatedTo", "replacedBy", "exemplar",
    "hasSkillLevel",
)  # fmt: skip
NEEDED = {
    "CFDocument": ("identifier", "uri", "creator", "title", "lastChangeDateTime"),
    "CFItems": ("identifier", "fullStatement", "uri", "lastChangeDateTime"),
    "CFAssociations": (
        "identifier", "associationType", "uri", "originNodeURI", "destinationNodeURI", "lastChangeDateTime",
    ),
    "CFRubrics": ("identifier", "uri", "lastChangeDateTime"),
}  # fmt: skip
PARTS = ("CFDocument", "CFItems", "CFAssociations", "CFDefinitions", "CFRubrics")
DEFINITIONS = ("CFConcepts", "CFSubjects", "CFLicenses", "CFItemTypes", "CFAssociationGroupings")
LONGEST_STATEMENT, MOST_ITEMS = 4000, 20_000
WELSH = "The Welsh wording of each item is its alternativeLabel."
"""CASE 1.0 has one language an item; this in a document's notes says where the other one is."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a package, and where: `why` is a name that the page puts into words."""

    where: str
    why: str


def faults(package: Any) -> Iterator[Fault]:
    """Everything that makes a package none of CASE 1.0. Fields that we do not know are no fault: they are kept."""
    if not isinstance(package, dict) or not isinstance(package.get("CFDocument"), dict):
        yield Fault("CFDocument", "no_document")
        return
    for name in package.keys() - set(PARTS):
        yield Fault(str(name)[:80], "unknown_part")
    yield from _lacks("CFDocument", package["CFDocument"], "CFDocument")
    for name in ("CFItems", "CFAssociations", "CFRubrics"):
        rows = [] if package.get(name) is None else package[name]
        if not isinstance(rows, list):
            yield Fault(name, "no_list")
            continue
        for number, row in enumerate(rows):
            yield from _lacks(f"{name}[{number}]", row, name)
    if not isinstance(package.get("CFDefinitions") or {}, dict):
        yield Fault("CFDefinitions", "no_object")
    yield from _items(package)
    yield from _associations(package)


def _lacks(where: str, row: Any, name: str) -> Iterator[Fault]:
    if not isinstance(row, dict):
        yield Fault(where, "no_object")
        return
    for field in NEEDED[name]:
        if not row.get(field):
            yield Fault(f"{where}.{field}", "missing")
    if row.get("identifier") and not (isinstance(row["identifier"], str) and IDENTIFIER.match(row["identifier"])):
        yield Fault(f"{where}.identifier", "no_identifier")


def _items(package: Json) -> Iterator[Fault]:
    items = package.get("CFItems")
    if not isinstance(items, list):
        return
    if len(items) > MOST_ITEMS:
        yield Fault("CFItems", "too_many")
    seen: set[Any] = set()
    for number, row in enumerate(items):
        if not isinstance(row, dict):
            continue
        if (
            not isinstance(row.get("fullStatement") or "", str)
            or len(row.get("fullStatement") or "") > LONGEST_STATEMENT
        ):
            yield Fault(f"CFItems[{number}].fullStatement", "too_long")
        if (identifier := str(row.get("identifier"))) in seen:
            yield Fault(f"CFItems[{number}].identifier", "twice")
        seen.add(identifier)


def _associations(package: Json) -> Iterator[Fault]:
    rows = package.get("CFAssociations")
    for number, row in enumerate(rows if isinstance(rows, list) else []):
        if not isinstance(row, dict):
            continue
        where = f"CFAssociations[{number}]"
        if row.get("associationType") and row["associationType"] not in ASSOCIATIONS:
            yield Fault(f"{where}.associationType", "unknown_association")
        for end in ("originNodeURI", "destinationNodeURI"):
            if end in row and not (
                isinstance(row[end], Mapping) and row[end].get("identifier") and row[end].get("uri")
            ):
                yield Fault(f"{where}.{end}", "no_link")


def link(title: str, identifier: Any, uri: str) -> Json:
    """A LinkURI."""
    return {"title": title, "identifier": str(identifier), "uri": uri}


STATUS = {"forbidden": 403, "unauthorisedrequest": 401, "unknownobject": 404, "invaliduuid": 404,
          "invalid_sort_field": 400, "invalid_selection_field": 400, "server_busy": 429,
          "internal_server_error": 500}  # fmt: skip


def problem(minor: str, description: str) -> Json:
    """The body of a refusal: imsx_StatusInfo."""
    return {
        "imsx_codeMajor": "failure", "imsx_severity": "error", "imsx_description": description,
        "imsx_codeMinor": {
            "imsx_codeMinorField": [{"imsx_codeMinorFieldName": "sourcedId", "imsx_codeMinorFieldValue": minor}]
        },
    }  # fmt: skip
