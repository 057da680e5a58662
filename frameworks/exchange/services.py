"""Bring in a spreadsheet or a CASE package: look first, then say so."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from frameworks import queries as frameworks
from frameworks.case import queries as case
from frameworks.case.reading import Read
from frameworks.case.reading import read as read_package
from frameworks.case.rules import Fault, faults
from frameworks.editing import queries, services
from frameworks.editing.errors import FrameworkCodeTaken
from frameworks.editing.services.opening import open_to
from frameworks.exchange import sheets
from frameworks.exchange.errors import ChangedSince, HasFaults, NoPackage
from frameworks.exchange.models import FrameworkImport, ImportKind
from frameworks.exchange.rules import Action, Known, Plan, Row, condition_of, key_of, plan, rows_of
from frameworks.models import Domain, Framework, FrameworkVersion, Level, Statement, StatementKind, Status
from lms.accounts.models import Organisation
from lms.core import audit, clock
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Forbidden, NotFound
from lms.core.language import N_, Bilingual
from lms.core.permissions import Actor, Permission

LARGEST_PACKAGE = 20_000_000


def send_sheet(actor: Actor, version_id: UUID, name: str, body: bytes, removes_missing: bool) -> FrameworkImport:
    """Keep a spreadsheet for a dry run on an open draft. Raises SheetUnreadable, StandsStill."""
    version = open_to(actor, version_id, "edit")
    sheets.read(body)
    return kept(
        actor,
        ImportKind.SHEET,
        name,
        body,
        version_id=version.id,
        edition=version.edition,
        removes_missing=removes_missing,
    )


def send_package(actor: Actor, code: str, organisation_id: UUID, name: str, body: bytes) -> FrameworkImport:
    """Keep a CASE package for a dry run. Raises NoPackage, FrameworkCodeTaken."""
    _require_free(actor, code, organisation_id)
    parsed(body)
    return kept(actor, ImportKind.CASE, name, body, code=code, organisation_id=organisation_id)


def sent(actor: Actor, import_id: UUID) -> FrameworkImport:
    """What the actor sent to look at. Raises NotFound: it is nobody else's to see."""
    found = db.session.get(FrameworkImport, import_id)
    if found is None or found.person_id != actor.person or found.sent_at < clock.now() - timedelta(days=1):
        raise NotFound()
    return found


def sheet_plan(it: FrameworkImport) -> Plan:
    """What a spreadsheet would do to the draft as it is now."""
    version = queries.whole(_version_of(it))
    return plan(rows_of(frameworks.content_of(version)), sheets.read(it.body), _known(), it.removes_missing)


def bring_in_sheet(actor: Actor, import_id: UUID) -> FrameworkVersion:
    """Do what the dry run said. Raises HasFaults, ChangedSince, StandsStill."""
    it = sent(actor, import_id)
    version = open_to(actor, _version_of(it), "edit")
    if version.edition != it.edition:
        raise ChangedSince()
    todo = sheet_plan(it)
    if todo.faulty:
        raise HasFaults()
    _apply(actor, version, todo)
    counts = {action.value: todo.count(action) for action in Action if todo.count(action)}
    audit.record(actor, "framework.imported", thing=version, name=it.name, counts=counts)
    db.session.delete(it)
    return version


def package_faults(package: Any) -> list[Fault]:
    """All that keeps a package from coming in: what is none of CASE, and identifiers that are somebody's here already."""
    found = list(faults(package))
    if not found:
        read = read_package(package)
        ids = [UUID(each.identifier) for each in (*read.domains, *read.statements)] + [UUID(read.identifier)]
        found = [Fault(str(each), "already_here") for each in sorted(case.taken(ids))]
    return found


def bring_in_package(actor: Actor, import_id: UUID) -> FrameworkVersion:
    """Begin a framework from a CASE package, as a draft. Raises HasFaults, FrameworkCodeTaken."""
    it = sent(actor, import_id)
    if it.kind is not ImportKind.CASE or it.code is None or it.organisation_id is None:  # a newer edition has none
        raise NotFound()
    _require_free(actor, it.code, it.organisation_id)
    package = parsed(it.body)
    if package_faults(package):
        raise HasFaults()
    version = _begun(actor, it.code, it.organisation_id, read_package(package))
    audit.record(actor, "framework.imported", thing=version, name=it.name, code=it.code)
    db.session.delete(it)
    return version


def parsed(body: bytes) -> Any:
    """JSON of texts that can be kept. Raises NoPackage."""
    if len(body) > LARGEST_PACKAGE:
        raise NoPackage(N_("It is larger than 20 MB."))
    try:
        found = json.loads(body)
        said = json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError as fault:
        raise NoPackage(N_("A text in it holds something that is no character.")) from fault
    except (ValueError, RecursionError) as fault:
        raise NoPackage(N_("It is not JSON.")) from fault
    if b"\\u0000" in said:
        raise NoPackage(N_("A text in it holds something that is no character."))
    return found


def _require_free(actor: Actor, code: str, organisation_id: UUID) -> None:
    actor.require(Permission.FRAMEWORK_EDIT, at=get_or_refuse(Organisation, organisation_id).lineage)
    if db.session.scalars(select(Framework.id).where(Framework.code == code)).first():
        raise FrameworkCodeTaken(fields={"code": N_("Another framework has this code already")})


def kept(actor: Actor, kind: ImportKind, name: str, body: bytes, **of: Any) -> FrameworkImport:
    """What somebody sent, for a day, in place of what they sent before."""
    if actor.person is None:
        raise Forbidden()
    db.session.execute(delete(FrameworkImport).where(FrameworkImport.person_id == actor.person))
    db.session.execute(delete(FrameworkImport).where(FrameworkImport.sent_at < clock.now() - timedelta(days=1)))
    given = {"removes_missing": False, "version_id": None, "edition": None, "code": None, "organisation_id": None} | of
    return record(
        FrameworkImport(person_id=actor.person, kind=kind, name=name[:200], body=body, sent_at=clock.now(), **given)
    )


def _version_of(it: FrameworkImport) -> UUID:
    if it.kind is not ImportKind.SHEET or it.version_id is None:
        raise NotFound()
    return it.version_id


def _known() -> Known:
    names = frameworks.place_names()
    of = {kind: {code for known, code in names if known == kind} for kind in ("role", "setting", "sector")}
    return Known(of["role"], of["setting"], of["sector"])


_TABLES = {"level": "levels", "domain": "domains", "statement": "statements", "requirement": "requirements"}
_ORDER = list(_TABLES)


def _apply(actor: Actor, version: FrameworkVersion, todo: Plan) -> None:
    """Levels and domains come first and go last, for the rest names them."""
    rows = {(kind, key): part for kind, key, part in _parts(queries.whole(version.id))}
    changing = sorted((step for step in todo.steps if step.line), key=lambda step: _ORDER.index(step.kind))
    _free_ranks(version, changing, rows)
    for step in changing:
        if step.actions & {Action.ADD, Action.EDIT, Action.MOVE}:
            there = rows.get((step.kind, key_of(step.row))) if step.before is not None else None
            part = services.put(
                actor, version.id, _TABLES[step.kind], _values(step.row), part_id=there.id if there else None,
                edition=there.edition if there else 0,
            )  # fmt: skip
            rows[step.kind, key_of(step.row)] = part
    for step in sorted(todo.steps, key=lambda step: -_ORDER.index(step.kind)):
        if Action.REMOVE in step.actions:
            part = rows.pop((step.kind, key_of(step.row)))
            services.remove(actor, version.id, _TABLES[step.kind], part.id, part.edition)
            db.session.flush()  # what it stood in is free before its level or domain goes
    _place(changing, rows)


def _free_ranks(version: FrameworkVersion, steps: Any, rows: dict[tuple[str, str], Any]) -> None:
    """Levels that change their order step aside first, so that two can change places."""
    moving = [rows["level", step.code] for step in steps if step.kind == "level" and Action.MOVE in step.actions]
    for number, level in enumerate(moving):
        level.rank = 1000 + number
    db.session.flush()  # the numbers are free before they are given anew


def _place(steps: Any, rows: dict[tuple[str, str], Any]) -> None:
    """The order of the file; what is not in it follows."""
    for kind in ("domain", "statement", "requirement"):
        named = [rows[kind, key_of(step.row)] for step in steps if step.kind == kind]
        rest = sorted(
            (part for (of, _key), part in rows.items() if of == kind and part not in named),
            key=lambda part: part.position,
        )
        for position, part in enumerate([*named, *rest]):
            if part.position != position:
                part.position = position


def _parts(version: FrameworkVersion) -> list[tuple[str, str, Any]]:
    found: list[tuple[str, str, Any]] = []
    rows = rows_of(frameworks.content_of(version))
    parts = [*version.levels, *version.domains, *version.statements, *version.requirements]
    for row, part in zip(rows, parts, strict=True):
        found.append((row["kind"], key_of(row), part))
    return found


def _values(row: Row) -> dict[str, Any]:
    text = Bilingual(row["english"], row["welsh"])
    match row["kind"]:
        case "level":
            return {"code": row["code"], "rank": int(row["order"]), "title": text,
                    "audience": Bilingual(row["audience_english"], row["audience_welsh"])}  # fmt: skip
        case "domain":
            return {"code": row["code"], "title": text, "course_codes": row["courses"].split()}
        case "statement":
            kind = StatementKind(row["type"]) if row["type"] else None
            return {"code": row["code"], "wording": text, "level": row["level"], "domain": row["domain"], "kind": kind}
        case _:
            return {"condition": condition_of(row), "level": row["level"], "domain": row["domain"]}


def _begun(actor: Actor, code: str, organisation_id: UUID, read: Read) -> FrameworkVersion:
    framework = record(Framework(code=code, organisation_id=organisation_id))
    version = record(
        FrameworkVersion(
            framework=framework, number=1, status=Status.DRAFT, title=read.title, short_title=_short(read.title),
            owner=read.owner, note=Bilingual("", ""), digest="", author_id=actor.person,
            identifier=UUID(read.identifier), case=read.beside, source="CASE",
        )
    )  # fmt: skip
    levels = {
        each.identifier: Level(version_id=version.id, code=each.code, rank=each.rank, title=each.title,
                               audience=each.audience, identifier=UUID(each.identifier))
        for each in read.levels
    }  # fmt: skip
    domains = {
        each.identifier: Domain(version_id=version.id, code=each.code, position=position, title=each.text,
                                course_codes=[], identifier=UUID(each.identifier), case=each.raw)
        for position, each in enumerate(read.domains)
    }  # fmt: skip
    db.session.add_all([*levels.values(), *domains.values()])
    db.session.flush()  # statements name their ids
    db.session.add_all(
        Statement(version_id=version.id, code=each.code, position=position, wording=each.text,
                  identifier=UUID(each.identifier), case=each.raw, kind=StatementKind(each.kind) if each.kind else None,
                  domain_id=domains[each.domain].id if each.domain else None,
                  level_id=levels[each.level].id if each.level else None)
        for position, each in enumerate(read.statements)
    )  # fmt: skip
    db.session.flush()  # constraint faults belong to the use case
    return version


def _short(title: Bilingual) -> Bilingual:
    return Bilingual(title.en[:60], title.cy[:60])
