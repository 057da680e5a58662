"""Bring a newer edition of a CASE document into a framework that is here: look first, then say so.

It goes into the version in the making, if there is one that may be changed; otherwise the next version is begun. So what
people rated, and what awards point to, is carried by the same mapping as after any other change: a statement whose words
changed keeps the identifier that it came with until the version goes to review, where the mapping decides.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from frameworks import queries as frameworks
from frameworks.case import queries as case
from frameworks.case.reading import Item, LevelRead, Read
from frameworks.case.reading import read as read_package
from frameworks.case.rules import Fault, faults
from frameworks.editing import queries, services
from frameworks.editing.errors import StandsStill
from frameworks.editing.services.opening import edited, open_to
from frameworks.exchange.errors import ChangedSince, HasFaults
from frameworks.exchange.models import FrameworkImport, ImportKind
from frameworks.exchange.newer import DOCUMENT, Newer, Pair, Part, compare
from frameworks.exchange.rules import Action, key_of, rows_of
from frameworks.exchange.services import kept, parsed, sent
from frameworks.models import (
    IN_THE_MAKING,
    OPEN,
    Domain,
    Framework,
    FrameworkVersion,
    Level,
    Statement,
    StatementKind,
    StatementMapping,
)
from lms.core import audit, clock
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Permission


def target(actor: Actor, code: str) -> FrameworkVersion:
    """The version that a newer edition is compared with: the one in the making, or else the one in force.

    Raises NotFound; Forbidden; StandsStill while one is in review.
    """
    framework = frameworks.framework_called(code)
    making = db.session.scalars(
        select(FrameworkVersion).where(
            FrameworkVersion.framework_id == framework.id, FrameworkVersion.status.in_(IN_THE_MAKING)
        )
    ).one_or_none()
    if making is not None:
        if not queries.access(actor, making).read:
            raise NotFound()
        actor.require(Permission.FRAMEWORK_EDIT, at=queries.lineage_of(framework))
        if making.status not in OPEN:
            raise StandsStill()
        return making
    version = frameworks.whole_version(code)
    actor.require(Permission.FRAMEWORK_EDIT, at=queries.lineage_of(framework))
    return version


def could(actor: Actor) -> list[tuple[str, Bilingual]]:
    """(code, title) of the frameworks that the actor could bring a newer edition into, by code."""
    found = {framework.code: version.title for framework, version in queries.editable_frameworks(actor)}
    making = db.session.scalars(queries.in_the_making(actor).where(FrameworkVersion.status.in_(OPEN)).limit(200))
    for version in making:
        if actor.may(Permission.FRAMEWORK_EDIT, at=queries.lineage_of(version.framework)):
            found[version.framework.code] = version.title
    return sorted(found.items(), key=lambda each: each[0])


def here(actor: Actor, package: Any) -> tuple[str, Bilingual] | None:
    """(code, title) of the framework that the package's document is here already, if the actor could renew it."""
    try:
        identifier = UUID(package["CFDocument"]["identifier"])
    except (TypeError, KeyError, ValueError, AttributeError):
        return None
    code = db.session.scalar(
        select(Framework.code)
        .join(FrameworkVersion, FrameworkVersion.framework_id == Framework.id)
        .where(FrameworkVersion.identifier == identifier)
    )
    return next((each for each in could(actor) if each[0] == code), None)


def send(actor: Actor, code: str, name: str, body: bytes, removes_missing: bool) -> FrameworkImport:
    """Keep a CASE package for a dry run on the framework of that code. Raises as `target`, and NoPackage."""
    version = target(actor, code)
    parsed(body)
    return kept(
        actor, ImportKind.CASE, name, body, version_id=version.id, edition=version.edition, code=code,
        removes_missing=removes_missing,
    )  # fmt: skip


def is_newer(it: FrameworkImport) -> bool:
    """Is it a package for a framework that is here, not for a new one?"""
    return it.kind is ImportKind.CASE and it.version_id is not None


def package_faults(it: FrameworkImport) -> list[Fault]:
    """All that keeps it from coming in: what is none of CASE, and identifiers that another framework here has."""
    package = parsed(it.body)
    found = list(faults(package))
    if not found:
        read = read_package(package)
        ids = [UUID(each.identifier) for each in (*read.domains, *read.statements)] + [UUID(read.identifier)]
        taken = case.taken(ids, besides=_compared(it).framework_id)
        found = [Fault(str(each), "already_here") for each in sorted(taken)]
    return found


def plan(it: FrameworkImport) -> Newer:
    """What a package without faults would do to the version that it was sent for, as that is now. Raises NotFound."""
    return _plan(queries.whole(_compared(it).id), it)


def bring_in(actor: Actor, import_id: UUID) -> FrameworkVersion:
    """Do what the dry run said, in a draft. Raises HasFaults, ChangedSince, StandsStill."""
    it = sent(actor, import_id)
    now = target(actor, _compared(it).framework.code)
    if now.id != it.version_id or now.edition != it.edition:
        raise ChangedSince()
    if package_faults(it):
        raise HasFaults()
    version = open_to(actor, now.id, "edit") if now.status in OPEN else services.revise(actor, now.framework.code)
    whole = queries.whole(version.id)
    todo = _plan(whole, it)
    if todo.faulty:
        raise HasFaults()
    _apply(whole, todo, _read(whole, it))
    counts = {action.value: todo.count(action) for action in Action if todo.count(action)}
    edited(actor, version, "case")
    audit.record(actor, "framework.imported", thing=version, name=it.name, counts=counts)
    db.session.delete(it)
    return version


def _compared(it: FrameworkImport) -> FrameworkVersion:
    found = db.session.get(FrameworkVersion, it.version_id) if is_newer(it) else None
    if found is None:
        raise NotFound()
    return found


def _plan(version: FrameworkVersion, it: FrameworkImport) -> Newer:
    return compare(
        version.title, version.framework.code, _parts(version), _read(version, it), it.removes_missing
    )  # fmt: skip


def _read(version: FrameworkVersion, it: FrameworkImport) -> Read:
    """The package, where what is a domain here is one, with or without statements."""
    domains = {identifier for each in version.domains for identifier in _known_as(each)}
    return read_package(parsed(it.body), domains)


def _parts(version: FrameworkVersion) -> list[Part]:
    """Its levels, domains and statements, in their order."""
    rows = {(row["kind"], key_of(row)): row for row in rows_of(frameworks.content_of(version))}
    needed = {each.domain_id for each in version.requirements}
    found: list[Part] = []
    for kind, parts in (("level", version.levels), ("domain", version.domains), ("statement", version.statements)):
        found += [Part(str(each.id), _known_as(each), rows[kind, each.code], each.id in needed) for each in parts]
    return found


def _known_as(part: Level | Domain | Statement) -> frozenset[str]:
    """Its identifier, and the one that it came with."""
    came = {} if isinstance(part, Level) else part.case or {}
    return frozenset({str(part.identifier), str(came.get("identifier", part.identifier))})


def _apply(version: FrameworkVersion, todo: Newer, read: Read) -> None:
    """Names are free before they are given anew; levels and domains come first and go last, for the rest names them."""
    came = version.case is not None
    parts: dict[str, Any] = {str(each.id): each for each in (*version.levels, *version.domains, *version.statements)}
    of = {kind: [pair for pair in todo.pairs if pair.step.kind == kind] for kind in ("level", "domain", "statement")}
    _step_aside([pair for some in of.values() for pair in some], parts)
    levels = {each.code: each.id for each in version.levels} | _put_levels(version, of["level"], parts)
    domains = {each.code: each.id for each in version.domains} | _put_domains(version, of["domain"], parts, came)
    for pair in of["statement"]:
        if Action.REMOVE in pair.step.actions:
            _remove_statement(version, parts[_key(pair)])
            continue
        statement = _put(Statement(version_id=version.id, position=0, wording=_text(pair)), pair, parts, came)
        row = pair.step.row
        statement.wording, statement.kind = _text(pair), StatementKind(row["type"]) if row["type"] else None
        statement.domain_id = domains[row["domain"]] if row["domain"] else None
        statement.level_id = levels[row["level"]] if row["level"] else None
    db.session.flush()  # what stood in a domain has left it before the domain goes
    for pair in of["domain"]:
        if Action.REMOVE in pair.step.actions:
            db.session.delete(parts[_key(pair)])
    for kind in ("domain", "statement"):
        _place(of[kind], kind, parts)
    for pair in todo.pairs:
        if pair.step.kind == DOCUMENT:
            version.title = _text(pair)
    if came:
        version.case = read.beside
        if not case.taken([UUID(read.identifier)]):
            version.identifier = UUID(read.identifier)
    db.session.flush()  # constraint faults belong to the use case


def _step_aside(pairs: list[Pair], parts: dict[str, Any]) -> None:
    """Codes and orders that change are given up first, so that two can change places; what goes gives up its own."""
    for number, pair in enumerate(pairs):
        part = parts[pair.part.key] if pair.part else None
        if part is None:
            continue
        if pair.step.row["code"] != part.code or Action.REMOVE in pair.step.actions:
            part.code = f"~{number}"
        if isinstance(part, Level) and str(part.rank) != pair.step.row["order"]:
            part.rank = 1000 + number
    db.session.flush()  # the names are free before they are given


def _put_levels(version: FrameworkVersion, pairs: list[Pair], parts: dict[str, Any]) -> dict[str, UUID]:
    """The ids of these levels, by code."""
    found = []
    for pair in pairs:
        row = pair.step.row
        audience = Bilingual(row["audience_english"], row["audience_welsh"])
        level = _put(
            Level(version_id=version.id, rank=int(row["order"]), title=_text(pair), audience=audience),
            pair,
            parts,
            False,
        )
        level.rank, level.title, level.audience = int(row["order"]), _text(pair), audience
        found.append(level)
    db.session.flush()  # statements name their ids
    return {level.code: level.id for level in found}


def _put_domains(version: FrameworkVersion, pairs: list[Pair], parts: dict[str, Any], came: bool) -> dict[str, UUID]:
    """The same of these domains, but for those that go."""
    found = []
    for pair in pairs:
        if Action.REMOVE in pair.step.actions:
            continue
        domain = _put(
            Domain(version_id=version.id, position=0, title=_text(pair), course_codes=[]), pair, parts, came
        )  # fmt: skip
        domain.title = _text(pair)
        found.append(domain)
    db.session.flush()  # the same
    return {domain.code: domain.id for domain in found}


def _put(new: Any, pair: Pair, parts: dict[str, Any], came: bool) -> Any:
    """The part that is there, or the new one with the identifier that it comes with."""
    given, part = pair.given, parts[pair.part.key] if pair.part else new
    if pair.part is None:
        part.identifier = UUID(_key(pair))
        db.session.add(part)
        parts[_key(pair)] = part
    elif pair.step.actions != {Action.NOTHING}:
        part.edition += 1
        part.changed_at = clock.now()
    part.code = pair.step.row["code"]
    if came and isinstance(given, Item):
        part.case = given.raw
    return part


def _text(pair: Pair) -> Bilingual:
    return Bilingual(pair.step.row["english"], pair.step.row["welsh"])


def _key(pair: Pair) -> str:
    """Of the part that a pair is about, by what it is found in `parts`."""
    if pair.part:
        return pair.part.key
    assert isinstance(pair.given, Item | LevelRead)
    return pair.given.identifier


def _remove_statement(version: FrameworkVersion, statement: Statement) -> None:
    db.session.execute(
        delete(StatementMapping).where(
            StatementMapping.version_id == version.id, StatementMapping.to_id == statement.id
        )
    )
    db.session.delete(statement)


def _place(pairs: list[Pair], kind: str, parts: dict[str, Any]) -> None:
    """The order of the file; what is not in it follows."""
    named = [_key(pair) for pair in pairs if pair.step.line]
    table, known = {"domain": Domain, "statement": Statement}[kind], {_key(pair) for pair in pairs}
    rest = [part for key, part in parts.items() if isinstance(part, table) and key not in known]
    for position, part in enumerate([*(parts[key] for key in named), *sorted(rest, key=lambda part: part.position)]):
        if part.position != position:
            part.position = position
