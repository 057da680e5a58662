"""What a CASE package becomes here: a framework with domains, statements and levels, and everything else kept beside them."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from frameworks.case.rules import WELSH, Json
from lms.core.language import Bilingual

CODE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")
KINDS = {"knowledge": "knowledge", "skill": "skill", "behaviour": "behaviour", "behavior": "behaviour"}


@dataclass(frozen=True)
class Item:
    """A domain or a statement. `domain` and `level` are identifiers."""

    identifier: str
    code: str
    text: Bilingual
    raw: Json
    domain: str | None = None
    level: str | None = None
    kind: str | None = None


@dataclass(frozen=True)
class LevelRead:
    identifier: str
    code: str
    rank: int
    title: Bilingual
    audience: Bilingual


@dataclass(frozen=True)
class Read:
    """What the package becomes. `numbered`: items whose code is ours, because they brought none that would do.

    `beside` is what we keep without a place of its own, so that the package goes out again as it came.
    """

    identifier: str
    title: Bilingual
    owner: Bilingual
    levels: list[LevelRead]
    domains: list[Item]
    statements: list[Item]
    numbered: int
    beside: Json = field(default_factory=dict)


def read(package: Json, domains_here: Collection[str] = ()) -> Read:
    """A package without faults as what it becomes.

    Items directly below the document that have children become domains; all others statements, in the order of the tree.
    So do those of `domains_here`, identifiers that are known as domains, even where nothing is below them.
    """
    document: Json = package["CFDocument"]
    items: dict[str, Json] = {each["identifier"]: each for each in package.get("CFItems") or ()}
    links: list[Json] = list(package.get("CFAssociations") or ())
    children = _children(items, links)
    tops = _in_order(items, children)
    welsh = WELSH in str(document.get("notes") or "")
    language = str(document.get("language") or "en")
    levels = _levels(package, links)
    level_of = {
        each["originNodeURI"]["identifier"]: each["destinationNodeURI"]["identifier"]
        for each in links
        if each["associationType"] == "hasSkillLevel"
    }
    codes: set[str] = set()
    numbered = 0
    domains: list[Item] = []
    statements: list[Item] = []
    for identifier, top in tops:
        raw = items[identifier]
        code = str(raw.get("humanCodingScheme") or "")
        if not CODE.match(code) or code in codes:
            numbered += 1
            code = _free(codes, len(domains) + len(statements) + 1)
        codes.add(code)
        is_domain = top == identifier and (bool(children.get(identifier)) or identifier in domains_here)
        known = level_of.get(identifier)
        item = Item(
            identifier, code, _text(raw, language, welsh), raw,
            domain=top if top != identifier and children.get(top) else None,
            level=known if any(level.identifier == known for level in levels) else None,
            kind=KINDS.get(str(raw.get("CFItemType") or "").lower()),
        )  # fmt: skip
        (domains if is_domain else statements).append(item)
    return Read(
        identifier=document["identifier"],
        title=_in(str(document["title"]), language, ""),
        owner=_in(str(document["creator"]), language, ""),
        levels=levels, domains=domains, statements=statements, numbered=numbered,
        beside={
            "CFDocument": document, "order": list(items), "parts": [name for name in package if name != "CFDocument"],
            **{name: package[name] for name in ("CFAssociations", "CFDefinitions", "CFRubrics") if name in package},
        },
    )  # fmt: skip


def _children(items: Mapping[str, Json], links: list[Json]) -> dict[str, list[str]]:
    """Children of each item, in their order; a second parent does not count."""
    found: dict[str, list[tuple[int, int, str]]] = {}
    placed: set[str] = set()
    for number, each in enumerate(links):
        child, parent = each["originNodeURI"]["identifier"], each["destinationNodeURI"]["identifier"]
        if each["associationType"] == "isChildOf" and child in items and child not in placed and child != parent:
            placed.add(child)
            sequence = each.get("sequenceNumber")
            found.setdefault(parent, []).append((sequence if isinstance(sequence, int) else 10**9, number, child))
    return {parent: [child for *_order, child in sorted(rows)] for parent, rows in found.items()}


def _in_order(items: Mapping[str, Json], children: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    """(identifier, identifier of the topmost one above it) of each item, as the tree is read. Circles are cut open."""
    below = {child for parent, rows in children.items() if parent in items for child in rows}
    roots = [each for parent, rows in children.items() if parent not in items for each in rows]
    roots += [each for each in items if each not in below and each not in set(roots)]
    found: dict[str, str] = {}
    for root in [*roots, *items]:
        waiting = [root]
        while waiting:
            here = waiting.pop()
            if here not in found:
                found[here] = root
                waiting += reversed(children.get(here, []))
    return list(found.items())


def _levels(package: Json, links: list[Json]) -> list[LevelRead]:
    """The concepts that statements have as their skill level, in the order of their hierarchy codes."""
    wanted = {each["destinationNodeURI"]["identifier"] for each in links if each["associationType"] == "hasSkillLevel"}
    concepts = [
        each
        for each in (package.get("CFDefinitions") or {}).get("CFConcepts") or ()
        if isinstance(each, dict) and each.get("identifier") in wanted and each.get("title")
    ]
    found: list[LevelRead] = []
    for rank, each in enumerate(sorted(concepts, key=lambda each: _place(each.get("hierarchyCode"))), start=1):
        code = str(each.get("keywords") or "")
        found.append(
            LevelRead(
                each["identifier"], code if CODE.match(code) and code not in {one.code for one in found} else f"level{rank}",
                rank, Bilingual(str(each["title"]), ""), Bilingual(str(each.get("description") or ""), ""),
            )
        )  # fmt: skip
    return found


def _place(code: Any) -> tuple[int, str]:
    text = str(code or "")
    return (int(text), text) if text.isascii() and text.isdigit() and len(text) < 10 else (10**9, text)


def _free(codes: set[str], number: int) -> str:
    while f"I{number}" in codes:
        number += 1
    return f"I{number}"


def _text(raw: Json, language: str, welsh: bool) -> Bilingual:
    other = str(raw.get("alternativeLabel") or "") if welsh else ""
    return _in(str(raw["fullStatement"]), str(raw.get("language") or language), other)


def _in(text: str, language: str, other: str) -> Bilingual:
    return Bilingual(other, text) if language.lower().startswith("cy") else Bilingual(text, other)
