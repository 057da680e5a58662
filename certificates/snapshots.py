"""Every string that a certificate prints, in both languages, frozen when it is issued.

A reprint in ten years needs the snapshot and its design, and nothing else. Pure.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from certificates import wording
from certificates.pdf.fonts import printable
from courses.catalogue.models import CertificateKind
from lms.core.language import LANGUAGES, Bilingual

SHAPE = 1


@dataclass(frozen=True)
class SignedOff:
    """Who signed a portfolio off, when, and under which licence."""

    on: date
    by: str
    licence: str


@dataclass(frozen=True)
class Achievement:
    """What is to be certified. `minutes` is learning time; `valid_until` None: does not expire.

    `licence`: the number of the licence that this is. `renews`: number and last day of the award that this one renews.
    `attended`: days of which a register says so, in order, each with its minutes.
    """

    kind: CertificateKind
    holder: str
    course_code: str
    course_version: int
    course_title: Bilingual
    minutes: int
    completed_on: date
    valid_until: date | None
    signed_off: SignedOff | None
    licence: str | None = None
    renews: tuple[str, date] | None = None
    attended: Sequence[tuple[date, int]] = ()


@dataclass(frozen=True)
class Printed:
    """What is printed, in one language. `facts` are (label, value)."""

    mark: str
    issuer: str
    issuer_line: str
    title: str
    opening: str
    holder: str
    statement: str
    course: str
    notes: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    check: str
    qr_description: str


@dataclass(frozen=True)
class Snapshot:
    """One certificate, as printed. `address` is where it can be checked; `issued_at` dates the file, aware UTC."""

    number: str
    address: str
    issued_at: datetime
    en: Printed
    cy: Printed

    def printed(self, language: str) -> Printed:
        return self.cy if language == "cy" else self.en

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        at = self.issued_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self) | {"issued_at": at, "shape": SHAPE}))
        return plain


def take(it: Achievement, *, number: str, address: str, issued_at: datetime, issued_on: date) -> Snapshot:
    """Freeze what will be printed."""
    words = {
        language: _printed(it, language, number=number, address=address, issued_on=issued_on) for language in LANGUAGES
    }
    return Snapshot(number, address, issued_at.replace(microsecond=0), **words)


def read(stored: dict[str, Any]) -> Snapshot:
    """From JSON."""
    words = {}
    for language in LANGUAGES:
        given = dict(stored[language])
        given["notes"] = tuple(given["notes"])
        given["facts"] = tuple((label, value) for label, value in given["facts"])
        words[language] = Printed(**given)
    return Snapshot(stored["number"], stored["address"], datetime.fromisoformat(stored["issued_at"]), **words)


def attendance_line(attended: Sequence[tuple[date, int]], language: str) -> str:
    """When somebody was there, and how long in all, as it is printed."""
    when, minutes = wording.days([on for on, _ in attended]), sum(each for _, each in attended)
    time = wording.learning_time(minutes).in_(language)
    return wording.ATTENDED.in_(language).format(days=when.in_(language), time=time)


def printed_attendance(stored: Mapping[str, Any], language: str) -> str | None:
    """The line of a stored snapshot that says when somebody was there. None: it says nothing of days."""
    return next((each for each in stored[language]["notes"] if _is_of_attendance(each, language)), None)


def _is_of_attendance(note: str, language: str) -> bool:
    return note.startswith(wording.ATTENDED.in_(language).partition("{")[0])


def reissued(
    stored: dict[str, Any], *, holder: str, number: str, address: str, issued_at: datetime, issued_on: date,
    attended: Sequence[tuple[date, int]] = (),
) -> Snapshot:  # fmt: skip
    """What stands in for a snapshot: the same words for another name, under a number and an address of its own.

    `attended`: days that are to be said instead of those that it says.
    """
    before, words = read(stored), {}
    for language in LANGUAGES:
        old = before.printed(language)
        if attended:
            line = attendance_line(attended, language)
            others = tuple(each for each in old.notes if not _is_of_attendance(each, language))
            old = replace(old, notes=(line, *others))
        fresh = {wording.ISSUED_ON.in_(language): wording.day(issued_on).in_(language)}
        words[language] = replace(
            old,
            holder=printable(holder),
            notes=(*old.notes, wording.REPLACES.in_(language).format(number=before.number)),
            facts=tuple(
                (label, number if value == before.number else fresh.get(label, value)) for label, value in old.facts
            ),
            qr_description=wording.QR_DESCRIPTION.in_(language).format(address=address),
        )
    return Snapshot(number, address, issued_at.replace(microsecond=0), **words)


def fingerprint(stored: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    plain = json.dumps(stored, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def _printed(it: Achievement, language: str, *, number: str, address: str, issued_on: date) -> Printed:
    kind = wording.LICENCE if it.licence else wording.KINDS[it.kind]
    notes = []
    if it.attended:
        notes.append(attendance_line(it.attended, language))
    if it.signed_off:
        line = wording.SIGNED_OFF.in_(language)
        on = wording.day(it.signed_off.on).in_(language)
        notes.append(line.format(on=on, by=printable(it.signed_off.by), licence=it.signed_off.licence))
    if it.renews:
        line, until = wording.RENEWS.in_(language), wording.day(it.renews[1]).in_(language)
        notes.append(line.format(number=it.renews[0], until=until))
    if kind.note:
        notes.append(kind.note.in_(language))
    expiry = wording.day(it.valid_until) if it.valid_until else wording.NO_EXPIRY
    if it.licence:
        facts: tuple[tuple[Bilingual, Bilingual], ...] = (
            (wording.LICENSED_FROM, wording.day(it.completed_on)),
            (wording.VALID_UNTIL, expiry),
            (wording.LICENCE_NUMBER, Bilingual(it.licence, it.licence)),
            (wording.PROGRAMME, Bilingual(it.course_code, it.course_code)),
        )
    else:
        version = wording.VERSION.in_(language).format(code=it.course_code, number=it.course_version)
        facts = (
            (wording.COMPLETED_ON, wording.day(it.completed_on)),
            (wording.VALID_UNTIL, expiry),
            (wording.LEARNING_TIME, wording.learning_time(it.minutes)),
            (wording.COURSE, Bilingual(version, version)),
        )
    facts += ((wording.NUMBER, Bilingual(number, number)), (wording.ISSUED_ON, wording.day(issued_on)))
    return Printed(
        mark=wording.MARK.in_(language),
        issuer=wording.ISSUER.in_(language),
        issuer_line=wording.ISSUER_LINE.in_(language),
        title=kind.title.in_(language),
        opening=wording.OPENING.in_(language),
        holder=printable(it.holder),
        statement=kind.statement.in_(language),
        course=printable(it.course_title.in_(language)),
        notes=tuple(notes),
        facts=tuple((label.in_(language), value.in_(language)) for label, value in facts),
        check=wording.CHECK.in_(language),
        qr_description=wording.QR_DESCRIPTION.in_(language).format(address=address),
    )
