"""A version as a CASE package.

What came from a package goes out as it came in, fields that we have no place for included, except where it was changed here.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from frameworks.case.addresses import page, uri
from frameworks.case.rules import WELSH, Json, link
from frameworks.models import (
    Crosswalk,
    CrosswalkKind,
    Domain,
    FrameworkVersion,
    Level,
    MappingKind,
    Statement,
    StatementKind,
    StatementMapping,
    Status,
)
from frameworks.rules.identity import known_by, part_of
from lms.core.language import Bilingual

ITEM_TYPES = {
    None: "Statement", StatementKind.KNOWLEDGE: "Knowledge", StatementKind.SKILL: "Skill",
    StatementKind.BEHAVIOUR: "Behaviour",
}  # fmt: skip
DOMAIN = "Domain"
CROSSWALKS = {
    CrosswalkKind.SAME: "exactMatchOf", CrosswalkKind.PART_OF: "isPartOf", CrosswalkKind.RELATED: "isRelatedTo",
    CrosswalkKind.COMES_BEFORE: "precedes",
}  # fmt: skip
SUCCESSION = {
    MappingKind.SAME: "exactMatchOf", MappingKind.EQUIVALENT: "isRelatedTo", MappingKind.NEEDS_RERATING: "replacedBy",
}  # fmt: skip


def instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def document_link(version: FrameworkVersion) -> Json:
    return link(_en(version.title), version.identifier, uri("CFDocuments", version.identifier))


def document(version: FrameworkVersion) -> Json:
    """CFDocument without its package's address, as packages hold it."""
    said = {
        "identifier": str(version.identifier),
        "uri": uri("CFDocuments", version.identifier),
        "creator": _en(version.owner) or version.framework.code,
        "title": _en(version.title) or version.framework.code,
        "lastChangeDateTime": instant(version.changed_at),
        "officialSourceURL": page(version.framework.code, version.number),
        "language": "en" if version.title.en else "cy",
        "version": str(version.number),
        "adoptionStatus": "Adopted" if version.status is Status.PUBLISHED else "Deprecated",
        "notes": " ".join(
            filter(None, [WELSH, f"Cymraeg: {version.title.cy}" if version.title.cy else "", version.note.en])
        ),
    }
    if version.published_on:
        said["statusStartDate"] = version.published_on.isoformat()
    if version.case is None:
        return said
    raw: Json = version.case["CFDocument"]
    if str(version.identifier) == raw["identifier"]:
        return raw if _en(version.title) == raw["title"] else raw | {"title": said["title"]}
    return raw | {name: said[name] for name in ("identifier", "uri", "title", "lastChangeDateTime", "version")}


def domain_item(version: FrameworkVersion, domain: Domain) -> Json:
    return _item(version, domain, domain.title, DOMAIN)


def statement_item(version: FrameworkVersion, statement: Statement) -> Json:
    return _item(version, statement, statement.wording, ITEM_TYPES[statement.kind])


def _item(version: FrameworkVersion, part: Domain | Statement, text: Bilingual, kind: str) -> Json:
    own = uri("CFItems", part.identifier)
    if part.case is not None:
        raw: Json = part.case
        here = raw["identifier"] == str(part.identifier)
        found = raw if here else raw | {"identifier": str(part.identifier), "uri": own}
        said = text.cy if raw.get("language", "").startswith("cy") else _en(text)
        changed = {"fullStatement": said, "lastChangeDateTime": instant(part.changed_at)}
        return found if here and said == raw["fullStatement"] else found | changed
    made: Json = {
        "identifier": str(part.identifier),
        "fullStatement": _en(text),
        "CFItemType": kind,
        "uri": own,
        "humanCodingScheme": part.code,
        "language": "en" if text.en else "cy",
        "CFItemTypeURI": _item_type_link(kind),
        "lastChangeDateTime": instant(part.changed_at),
    }
    if text.en and text.cy:
        made["alternativeLabel"] = text.cy
    return made


def _item_type_link(kind: str) -> Json:
    identifier = known_by("", "item-type", kind)
    return link(kind, identifier, uri("CFItemTypes", identifier))


def item_types(version: FrameworkVersion) -> list[Json]:
    used = [DOMAIN] if any(each.case is None for each in version.domains) else []
    used += dict.fromkeys(ITEM_TYPES[each.kind] for each in version.statements if each.case is None)
    return [
        _item_type_link(kind)
        | {"description": kind, "hierarchyCode": str(number), "lastChangeDateTime": "2026-01-01T00:00:00Z"}
        for number, kind in enumerate(used, start=1)
    ]


def concept(level: Level) -> Json:
    """A level as a concept, to which statements are joined by hasSkillLevel. Its order is of responsibility, no score."""
    return {
        "identifier": str(level.identifier), "uri": uri("CFConcepts", level.identifier), "title": _en(level.title),
        "keywords": level.code, "hierarchyCode": str(level.rank), "description": _en(level.audience),
        "lastChangeDateTime": instant(level.changed_at),
    }  # fmt: skip


def rubric(version: FrameworkVersion) -> Json | None:
    """The levels as one rubric: each domain is a criterion, each level one of its levels. No weights and no scores."""
    if not version.levels:
        return None
    identifier = part_of(version.identifier, "rubric")
    changed = instant(version.changed_at)
    domains: Sequence[Domain | None] = version.domains or [None]
    return {
        "identifier": str(identifier), "uri": uri("CFRubrics", identifier), "title": f"{_en(version.title)}: levels",
        "description": "A level is about the responsibility that somebody carries. It is no grade and no score.",
        "lastChangeDateTime": changed,
        "CFRubricCriteria": [
            _criterion(version, identifier, domain, position, changed) for position, domain in enumerate(domains, 1)
        ],
    }  # fmt: skip


def _criterion(version: FrameworkVersion, rubric_id: UUID, domain: Domain | None, position: int, changed: str) -> Json:
    identifier = part_of(rubric_id, domain.code if domain else "")
    made: Json = {
        "identifier": str(identifier), "uri": f"{uri('CFRubrics', rubric_id)}#{identifier}",
        "category": _en(domain.title if domain else version.title), "position": position, "rubricId": str(rubric_id),
        "lastChangeDateTime": changed,
    }  # fmt: skip
    if domain:
        made["CFItemURI"] = link(_en(domain.title), domain.identifier, uri("CFItems", domain.identifier))
    made["CFRubricCriterionLevels"] = [
        {
            "identifier": str(part_of(identifier, level.code)),
            "uri": f"{uri('CFRubrics', rubric_id)}#{part_of(identifier, level.code)}", "quality": _en(level.title),
            "description": _en(level.audience), "position": place, "rubricCriterionId": str(identifier),
            "lastChangeDateTime": changed,
        }
        for place, level in enumerate(version.levels, start=1)
    ]  # fmt: skip
    return made


def associations(
    version: FrameworkVersion,
    mapping: Iterable[tuple[StatementMapping, UUID]],
    crosswalks: Iterable[tuple[Crosswalk, Json, Json]],
) -> list[Json]:
    """The tree, the levels, what replaced what, and the crosswalks. `mapping` comes with old statements' identifiers."""
    nodes = {each.id: _node(each, each.title) for each in version.domains}
    nodes |= {each.id: _node(each, each.wording) for each in version.statements}
    levels = {each.id: each for each in version.levels}
    found = []
    whole = document_link(version)
    for place, domain in enumerate(version.domains, start=1):
        if domain.case is None:
            found.append(_association(version, "isChildOf", nodes[domain.id], whole, place))
    for place, each in enumerate(version.statements, start=1):
        parent = nodes[each.domain_id] if each.domain_id else whole
        if each.case is None:
            found.append(_association(version, "isChildOf", nodes[each.id], parent, place))
        if each.case is None and each.level_id:
            level = levels[each.level_id]
            target = link(_en(level.title), level.identifier, uri("CFConcepts", level.identifier))
            found.append(_association(version, "hasSkillLevel", nodes[each.id], target))
    for row, old in mapping:
        new = nodes.get(row.to_id) if row.to_id else None
        if new and row.kind in SUCCESSION and new["identifier"] != str(old):
            found.append(
                _association(version, SUCCESSION[row.kind], link("Earlier wording", old, uri("CFItems", old)), new)
            )
    return found + [crosswalk(*each) for each in crosswalks]


def _node(part: Domain | Statement, text: Bilingual) -> Json:
    own = part.case["uri"] if part.case and part.case["identifier"] == str(part.identifier) else None
    return link(_en(text)[:200], part.identifier, own or uri("CFItems", part.identifier))


def _association(version: FrameworkVersion, kind: str, origin: Json, to: Json, number: int | None = None) -> Json:
    identifier = part_of(version.identifier, f"{kind}/{origin['identifier']}/{to['identifier']}")
    made: Json = {
        "identifier": str(identifier), "associationType": kind, "uri": uri("CFAssociations", identifier),
        "originNodeURI": origin, "destinationNodeURI": to, "lastChangeDateTime": instant(version.changed_at),
    }  # fmt: skip
    return made | ({"sequenceNumber": number} if number is not None else {})


def crosswalk(row: Crosswalk, origin: Json, to: Json) -> Json:
    """A crosswalk as an association of the framework that it begins in."""
    return {
        "identifier": str(row.identifier), "associationType": CROSSWALKS[row.kind],
        "uri": uri("CFAssociations", row.identifier), "originNodeURI": origin, "destinationNodeURI": to,
        "CFAssociationGroupingURI": {
            name: grouping(row.confidence.value)[name] for name in ("title", "identifier", "uri")
        },
        "lastChangeDateTime": instant(row.made_at),
    }  # fmt: skip


def grouping(confidence: str) -> Json:
    """Crosswalks are grouped by how sure whoever made them was."""
    identifier = known_by("", "crosswalk", confidence)
    return {
        "identifier": str(identifier), "uri": uri("CFAssociationGroupings", identifier),
        "title": f"Crosswalk, confidence: {confidence}", "description": "How sure whoever made the crosswalk was",
        "lastChangeDateTime": "2026-01-01T00:00:00Z",
    }  # fmt: skip


def package(
    version: FrameworkVersion, mapping: Iterable[tuple[StatementMapping, UUID]],
    crosswalks: Sequence[tuple[Crosswalk, Json, Json]],
) -> Json:  # fmt: skip
    """CFPackage of a whole version."""
    items = [domain_item(version, each) for each in version.domains]
    items += [statement_item(version, each) for each in version.statements]
    ours = associations(version, mapping, crosswalks)
    definitions: dict[str, list[Any]] = {
        "CFConcepts": [concept(each) for each in version.levels],
        "CFItemTypes": item_types(version),
        "CFAssociationGroupings": [grouping(each) for each in sorted({row.confidence.value for row, *_ in crosswalks})],
    }
    found = rubric(version)
    made: Json = {"CFDocument": document(version), "CFItems": items, "CFAssociations": ours}
    if version.case is None:
        made["CFDefinitions"] = {name: rows for name, rows in definitions.items() if rows}
        made["CFRubrics"] = [found] if found else []
        return made
    return _as_it_came(version, made, definitions)


def _as_it_came(version: FrameworkVersion, made: Json, definitions: dict[str, list[Any]]) -> Json:
    """What an imported package says, with what was changed or added here since."""
    case: Json = version.case or {}
    order = {identifier: place for place, identifier in enumerate(case["order"])}
    made["CFItems"] = sorted(made["CFItems"], key=lambda item: order.get(item["identifier"], len(order)))
    there = {item["identifier"] for item in made["CFItems"]}
    gone = order.keys() - there
    raw = [each for each in case.get("CFAssociations") or () if not _ends(each) & gone]
    made["CFAssociations"] = [_repointed(version, each) for each in raw] + made["CFAssociations"]
    said: dict[str, Any] = dict(case.get("CFDefinitions") or {})
    for name in ("CFItemTypes", "CFAssociationGroupings"):
        if definitions[name]:
            said[name] = [*(said.get(name) or []), *definitions[name]]
    if said or "CFDefinitions" in case:
        made["CFDefinitions"] = said
    if "CFRubrics" in case:
        made["CFRubrics"] = case["CFRubrics"]
    return {
        name: made[name] for name in ("CFDocument", *case["parts"], *made) if name in made and _kept(name, made, case)
    }


def _kept(name: str, made: Json, case: Json) -> bool:
    """A part that did not come and has nothing in it now does not go out."""
    return name == "CFDocument" or name in case["parts"] or bool(made[name])


def _ends(association: Json) -> set[str]:
    return {association["originNodeURI"]["identifier"], association["destinationNodeURI"]["identifier"]}


def _repointed(version: FrameworkVersion, association: Json) -> Json:
    """The same association, of the new document where a later version is another one."""
    was: Json = (version.case or {})["CFDocument"]
    if was["identifier"] == str(version.identifier):
        return association
    found = dict(association)
    for end in ("originNodeURI", "destinationNodeURI"):
        if found[end]["identifier"] == was["identifier"]:
            found[end] = document_link(version)
    return found


def _en(text: Bilingual) -> str:
    return text.in_("en")
