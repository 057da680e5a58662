"""What a person does in their own record: write down, add to, leave out, take out again."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import BinaryIO
from uuid import UUID

from courses.cpd import letters, queries, rules
from courses.cpd.errors import CameByItself
from courses.cpd.models import CpdEntry
from courses.cpd.registers import fields, known_standards, methods
from courses.portfolios import checking, uploads
from courses.portfolios.identifiers import Finding, findings
from courses.portfolios.queries import check_of, is_decided_upon
from lms.core import audit, clock, files
from lms.core.db import db, record
from lms.core.errors import Invalid, NotFound, StaleEdit, TooLarge
from lms.core.files import StoredFile
from lms.core.language import N_, Bilingual
from lms.core.permissions import Actor, Permission

READ, EDIT = Permission.CPD_READ, Permission.CPD_EDIT
CHOOSE = N_("Choose one of the answers")


def entry(actor: Actor, entry_id: UUID, *, to: Permission = READ, lock: bool = False) -> CpdEntry:
    """One of the actor's own entries. Raises NotFound to everybody else."""
    if actor.person is None:
        raise NotFound()
    actor.require(to, about=actor.person)
    found = queries.entry_of(actor.person, entry_id, lock=lock)
    if found is None:
        raise NotFound()
    return found


def add(
    actor: Actor, *, title: str, happened_on: date, language: str, minutes: int | None = None,
    participatory_minutes: int | None = None, method: str | None = None, texts: Mapping[str, str] | None = None,
    standards: Sequence[str] = (), links: Sequence[str] = (),
) -> CpdEntry:  # fmt: skip
    """Write down something that was learnt elsewhere. Participatory time that is not said goes by the method.

    Raises Invalid, by field.
    """
    actor.require(EDIT, about=actor.person)
    _check(happened_on, minutes, participatory_minutes, method, texts or {}, standards)
    if participatory_minutes is None and minutes is not None and method is not None:
        participatory_minutes = minutes if methods()[method].participatory else 0
    made = record(
        CpdEntry(
            person_id=actor.person, title=_titled(title, language), happened_on=happened_on, minutes=minutes,
            participatory_minutes=participatory_minutes, method=method, texts=_filled(texts or {}),
            standards=sorted(set(standards)), links=list(links), saved_at=clock.now(), edition=1,
        )
    )  # fmt: skip
    audit.record(actor, "cpd.added", about=actor.person, thing=made)
    return made


def save(
    actor: Actor, entry_id: UUID, edition: int, *, title: str | None = None, happened_on: date | None = None,
    language: str = "en", minutes: int | None = None, participatory_minutes: int | None = None,
    method: str | None = None, texts: Mapping[str, str] | None = None, standards: Sequence[str] = (),
    links: Sequence[str] = (),
) -> CpdEntry:  # fmt: skip
    """Keep what the person says of it. What came by itself keeps its title and its day. Again changes nothing.

    Texts that are not given stay. Raises NotFound, StaleEdit, or Invalid, by field.
    """
    found = entry(actor, entry_id, to=EDIT, lock=True)
    own = found.origin is None
    day = happened_on if own and happened_on else found.happened_on
    known_day = found.happened_on if not own else day
    _check(known_day, minutes, participatory_minutes, method, texts or {}, standards)
    given = {
        "title": _titled(title, language, found.title) if own and title else found.title, "happened_on": day,
        "minutes": minutes, "participatory_minutes": participatory_minutes, "method": method,
        "texts": _filled(found.texts | dict(texts or {})), "standards": sorted(set(standards)), "links": list(links),
    }  # fmt: skip
    if all(getattr(found, name) == value for name, value in given.items()):
        return found
    _change(actor, found, edition)
    for name, value in given.items():
        setattr(found, name, value)
    return found


def leave_out(actor: Actor, entry_id: UUID, *, left_out: bool) -> CpdEntry:
    """Leave it out of the record, or take it in again. The history of learning is not touched. Raises NotFound."""
    found = entry(actor, entry_id, to=EDIT, lock=True)
    if (found.left_out_at is not None) is not left_out:
        found.left_out_at = clock.now() if left_out else None
        audit.record(actor, "cpd.left-out" if left_out else "cpd.taken-in", about=actor.person, thing=found)
    return found


def delete(actor: Actor, entry_id: UUID) -> None:
    """Delete what one wrote down oneself. Raises NotFound, CameByItself."""
    found = entry(actor, entry_id, to=EDIT, lock=True)
    if found.origin is not None:
        raise CameByItself()
    audit.record(actor, "cpd.deleted", about=actor.person, thing=found)
    file_id = found.file_id
    db.session.delete(found)
    _forget(file_id)


def attach_file(actor: Actor, entry_id: UUID, edition: int, source: BinaryIO, name: str, limit: int) -> CpdEntry:
    """Keep a file with the entry, in place of an earlier one; `limit` in bytes. The same again changes nothing.

    Raises NotFound, TooLarge, FileRefused, StaleEdit.
    """
    entry(actor, entry_id, to=EDIT)  # before any work is done for somebody who may not
    data = source.read(limit + 1)
    if len(data) > limit:
        raise TooLarge(
            N_("The file must be smaller than %(limit)s MB."), params={"limit": limit // 1_000_000},
            fields={"file": N_("The file must be smaller than %(limit)s MB.")},
        )  # fmt: skip
    upload = uploads.recognised(data, name)
    found, digest = entry(actor, entry_id, to=EDIT, lock=True), hashlib.sha256(upload.data).digest()
    if found.file is not None and (found.file.sha256, found.file_name) == (digest, upload.name):
        return found
    before = found.file_id
    _change(actor, found, edition)
    found.file, found.file_name = files.store(upload.data, upload.media_type), upload.name
    checking.begin(found.file, upload.data)
    db.session.flush()  # the entry refers to the new file, and to the one before no longer
    _forget(before if before != found.file_id else None)
    return found


def remove_file(actor: Actor, entry_id: UUID, edition: int) -> CpdEntry:
    """Take the file off. Raises NotFound, StaleEdit."""
    found = entry(actor, entry_id, to=EDIT, lock=True)
    if found.file_id is not None:
        before = found.file_id
        _change(actor, found, edition)
        found.file = found.file_name = None
        _forget(before)
    return found


def file_of(actor: Actor, entry_id: UUID) -> tuple[StoredFile, str]:
    """The file and its name. Raises NotFound while it waits for the virus scanner as well."""
    found = entry(actor, entry_id)
    check = check_of(found.file_id) if found.file_id else None
    if found.file is None or (check is not None and check.state != "clean"):
        raise NotFound()
    return found.file, found.file_name or "file"


def let_file_go(actor: Actor, file_id: UUID) -> None:
    """The scanner found something in it: it is taken off every entry."""
    for each in db.session.scalars(queries.holding(file_id).with_for_update()):
        _change(actor, each, each.edition)
        letters.file_infected(each, each.file_name or "")
        each.file = each.file_name = None


def identifiers_in(title: str | None, texts: Mapping[str, str], links: Sequence[str] = ()) -> list[Finding]:
    """What in the words of an entry may point to a real person."""
    return findings("\n".join([title or "", *texts.values(), *links]))


def identifiers_of(found: CpdEntry) -> list[Finding]:
    """The same of an entry as it is kept. The title of what came by itself is not the person's."""
    own = (found.title.en or found.title.cy) if found.origin is None else ""
    return identifiers_in(own, found.texts, [*found.links, (found.file_name or "").replace("_", " ")])


def _change(actor: Actor, found: CpdEntry, edition: int) -> None:
    if found.edition != edition:
        raise StaleEdit()
    found.edition += 1
    found.saved_at = clock.now()
    audit.record(actor, "cpd.saved", about=found.person_id, thing=found, edition=found.edition)


def _check(
    happened_on: date, minutes: int | None, participatory: int | None, method: str | None, texts: Mapping[str, str],
    standards: Sequence[str],
) -> None:  # fmt: skip
    rules.check_entry(happened_on, minutes, participatory, clock.today())
    faults = {}
    if method is not None and method not in methods():
        faults["method"] = CHOOSE
    if set(standards) - set(known_standards()):
        faults["standards"] = CHOOSE
    if set(texts) - set(fields()):
        faults["texts"] = CHOOSE
    if faults:
        raise Invalid(fields=faults)


def _filled(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text.strip()}


def _titled(title: str, language: str, before: Bilingual | None = None) -> Bilingual:
    """A title is in the language in which it was written first."""
    if before is not None:
        language = "cy" if before.cy and not before.en else "en"
    return Bilingual("", title) if language == "cy" else Bilingual(title, "")


def _forget(file_id: UUID | None) -> None:
    """A file goes with the last that refers to it."""
    if file_id is None:
        return
    db.session.flush()  # the entry no longer refers to it
    if not is_decided_upon(file_id):
        checking.drop(file_id)
