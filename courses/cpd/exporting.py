"""A copy of a CPD record in a register's shape: as plain values, as CSV, and as a PDF that a job makes.

Who draws the PDF is put in by the roof (`draw`): this room knows what is in it.
"""

import csv
import io
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import orjson
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from courses.cpd import queries, rules, views
from courses.cpd.models import CpdCopy, CpdEntry
from courses.cpd.registers import FACTS, Column, known_standards, methods
from courses.cpd.views import Asked
from courses.portfolios.retention import purposes
from lms.accounts.models import Person
from lms.core import audit, clock, files
from lms.core.db import db, get_or_refuse, record, transaction
from lms.core.errors import NotFound
from lms.core.hooks import Hook
from lms.core.jobs import enqueue, job
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Permission
from lms.core.spreadsheets import harmless

PDF, CSV, JSON = "application/pdf", "text/csv", "application/json"
MOST = 5000
"""Entries in one copy: forty years of two a week."""

Content = dict[str, Any]


@Hook
def draw(_content: Content, _language: str) -> bytes:
    """The copy as a PDF. Hung in by the roof, which has the drawing."""
    raise LookupError("Nobody draws it")


def content_of(actor: Actor, asked: Asked) -> Content:
    """The record in the register's shape, with the edition of the rule and what was left out."""
    actor.require(Permission.CPD_READ, about=actor.person)
    person = get_or_refuse(Person, actor.person)
    rule, counted = asked.rule, queries.counted(person.id, asked.period)
    found = queries.entries_of(person.id, asked.period, left_out=False).where(CpdEntry.withdrawn_at.is_(None))
    entries = db.session.scalars(found.order_by(CpdEntry.happened_on, CpdEntry.id).limit(MOST))
    return {
        "form": "llwybr-cpd-export-1",
        "made_at": clock.now().isoformat(timespec="seconds"),
        "person": {"name": person.legal_name},
        "register": {
            "code": asked.registered.code, "name": vars(asked.registered.name), "number": asked.registered.number,
            "renews_on": _iso(asked.registered.renews_on),
        },
        "period": {"from": _iso(asked.period.starts_on), "to": _iso(asked.period.ends_on)},
        "rule": {
            "edition": rule.edition, "valid_from": _iso(rule.valid_from), "valid_until": _iso(rule.valid_until),
            "summary": vars(rule.summary), "source": rule.source, "illustrative": rule.illustrative,
            "targets": [
                {"title": vars(each.target.title), "asked": each.target.hours, "reached": queries.hours(each.minutes)}
                for each in rules.reached(rule, counted[0])
            ],
        },
        "totals": {
            "entries": counted[0].entries, "hours": queries.hours(counted[0].minutes),
            "participatory_hours": queries.hours(counted[0].participatory_minutes),
        },
        "left_out": {"by_me": counted[1], "withdrawn": counted[2]},
        "columns": [{"code": each.code, "title": vars(each.title)} for each in columns_of(asked)],
        "entries": [_entry(each, asked) for each in entries],
    }  # fmt: skip


def columns_of(asked: Asked) -> list[Column]:
    """The register's columns; each record says at least when it was, what it was and how long it took."""
    has = {each.code for each in asked.rule.columns}
    return [*asked.rule.columns, *(Column(code, FACTS[code], False) for code in ("title", "hours") if code not in has)]


def _entry(entry: CpdEntry, asked: Asked) -> Content:
    """By column code; texts in two languages are {"en", "cy"}."""
    known, own = known_standards(), f"{asked.registered.code}:"
    told: Content = {
        "date": _iso(entry.happened_on), "title": vars(entry.title),
        "method": vars(methods()[entry.method].title) if entry.method else None,
        "hours": queries.hours(entry.minutes), "participatory_hours": queries.hours(entry.participatory_minutes),
        "standards": [vars(known[each]) for each in entry.standards if each.startswith(own) and each in known],
        "evidence": [*([entry.file_name] if entry.file_name else []), *entry.links],
    }  # fmt: skip
    return {each.code: told[each.code] if each.code in told else entry.texts.get(each.code, "")
            for each in columns_of(asked)}  # fmt: skip


def csv_of(content: Content, language: str) -> bytes:
    """UTF-8 with a byte order mark, ISO dates, nothing that a spreadsheet would run; what it is stands above it."""
    out = io.StringIO(newline="")
    write = csv.writer(out, lineterminator="\r\n")
    for row in (*_about(content, language), [], *_rows(content, language)):
        write.writerow([harmless(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _about(content: Content, language: str) -> Iterable[list[str]]:
    yield [_("CPD record"), content["person"]["name"]]
    yield [_("Register"), in_(content["register"]["name"], language), content["register"]["number"] or ""]
    yield [_("From"), content["period"]["from"]]
    yield [_("To"), content["period"]["to"]]
    rule = content["rule"]
    yield [_("Rule of the register, edition"), rule["edition"], in_(rule["summary"], language)]
    if rule["illustrative"]:
        yield ["", _("Illustrative: we have not confirmed this edition with the register.")]
    for each in rule["targets"]:
        yield [in_(each["title"], language), told_target(each)]
    yield [_("Left out"), told_left_out(content)]
    yield [_("Made at"), content["made_at"]]


def _rows(content: Content, language: str) -> Iterable[list[str]]:
    yield [in_(each["title"], language) for each in content["columns"]]
    for entry in content["entries"]:
        yield [cell(entry[each["code"]], language) for each in content["columns"]]


def cell(value: Any, language: str) -> str:
    """A value of an entry as text in that language."""
    if isinstance(value, list):
        return "; ".join(cell(each, language) for each in value)
    return in_(value, language) if isinstance(value, dict) else value or ""


def in_(text: dict[str, str], language: str) -> str:
    return Bilingual(text["en"], text["cy"]).in_(language)


def told_target(target: Content) -> str:
    return _("%(done)s of %(total)s hours", done=target["reached"] or "0", total=target["asked"])


def told_left_out(content: Content) -> str:
    """What of the period is not in the copy, in words."""
    left, withdrawn = content["left_out"]["by_me"], content["left_out"]["withdrawn"]
    return _("By me: %(left)s. Withdrawn since: %(withdrawn)s.", left=left, withdrawn=withdrawn)


def json_of(content: Content) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_INDENT_2)


def as_file(content: Content, kind: str, language: str) -> tuple[bytes, str, str]:
    """The bytes, their media type, and a name, for what is made at once: "csv" or "json"."""
    name = f"{'dpp' if language == 'cy' else 'cpd'}-{content['register']['code'].lower()}-{content['period']['to']}"
    if kind == "json":
        return json_of(content), JSON, f"{name}.json"
    with force_locale("cy" if language == "cy" else "en_GB"):
        return csv_of(content, language), CSV, f"{name}.csv"


def ask(actor: Actor, asked: Asked, language: str) -> CpdCopy:
    """Ask for a PDF. One that is on its way is not asked for twice."""
    actor.require(Permission.CPD_READ, about=actor.person)
    person = get_or_refuse(Person, actor.person, lock=True)
    wanted = {
        "register": asked.registered.code, "from": _iso(asked.period.starts_on), "to": _iso(asked.period.ends_on),
    }  # fmt: skip
    for each in queries.copies_of(person.id):
        if each.ended_at is None and (each.asked, each.language) == (wanted, language):
            return each
    made = record(CpdCopy(person_id=person.id, language=language, asked=wanted, asked_at=clock.now()))
    audit.record(actor, "cpd.copied", about=person.id, thing=made, register=wanted["register"], language=language)
    enqueue(make, copy_id=str(made.id))
    return made


def copy_of(actor: Actor, copy_id: UUID) -> CpdCopy:
    """One of the actor's own copies. Raises NotFound."""
    actor.require(Permission.CPD_READ, about=actor.person)
    found = db.session.get(CpdCopy, copy_id)
    if found is None or found.person_id != actor.person:
        raise NotFound()
    return found


@job("cpd.copy", whole=False)
def make(copy_id: str) -> None:
    """Draw the PDF. Done again it makes the same once more."""
    with transaction():
        copy = db.session.get(CpdCopy, UUID(copy_id))
        if copy is None or copy.ended_at is not None:
            return
        language, wanted = copy.language, copy.asked
        days = date.fromisoformat(wanted["from"]), date.fromisoformat(wanted["to"])
        owner = Actor(person=copy.person_id, language=language)
        registers = {each.code for each in queries.registered(copy.person_id)}
        register = wanted["register"] if wanted["register"] in registers else None  # they may have left it meanwhile
        content = content_of(owner, views.asked(copy.person_id, register, views.DATES, *days))
    with force_locale("cy" if language == "cy" else "en_GB"):
        drawn = draw(content, language)
    with transaction():
        made = get_or_refuse(CpdCopy, UUID(copy_id), lock=True)
        made.file, made.ended_at = files.store(drawn, PDF), clock.now()


@job("cpd.forget_copies", every="41 3 * * *")
def forget_copies() -> None:
    """Copies go after some days: the person has them, or asks again."""
    before = clock.now() - timedelta(days=purposes()["export"].days)
    for each in db.session.scalars(select(CpdCopy).where(CpdCopy.asked_at < before).limit(500)):
        file_id = each.file_id
        db.session.delete(each)
        db.session.flush()  # nothing refers to the file any more
        if file_id is not None:
            files.drop(file_id)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
