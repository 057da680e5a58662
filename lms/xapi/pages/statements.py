"""Pages to search, read and follow statements, for those who may read everybody's."""

import mimetypes
from typing import Any
from uuid import UUID

from flask import Response, g, jsonify, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.core.errors import Invalid, NotFound
from lms.core.permissions import Actor, Permission
from lms.core.web import forms, streams
from lms.core.web.forms import FormState
from lms.xapi import copying, exporting, people, reading, services, telling
from lms.xapi.pages.room import pages
from lms.xapi.people import Subject
from lms.xapi.rules import parsing
from lms.xapi.schemas import SearchIn

Json = dict[str, Any]

SIZE = 25
READ = Permission.RECORD_STORE_READ
STATEMENTS = "/manage/record-store/statements"


@pages.page("GET", STATEMENTS, needs=READ, template="xapi/statements.html")
def statements(actor: Actor) -> Any:
    """The newest statements that fit, or those that came since the reader looked."""
    services.may_read(actor)
    form = forms.read(SearchIn, request.args)
    found, subject = _whom(form)
    shown: Json = {"lines": [], "next_url": None, "newer_url": None, "follow_url": None}
    if form.ok and (subject or not form.data["person"]):
        after = number("after")
        asked = reading.wanted(form.data, subject, SIZE)
        page, reached = reading.page(actor, asked, last=number("cursor"), after=after)
        reading.looked(actor, "statements.read", form.data, subject)
        shown["lines"] = telling.tell(page.statements, g.lang)
        if after is not None:
            shown["next_url"] = _here(cursor=page.statements[-1].seq if page.statements else after + 1)
        elif page.rest is not None:
            shown["next_url"] = _here(cursor=page.statements[-1].seq)
        if "cursor" not in request.args:
            shown["newer_url"] = _here(after=reached)
            shown["follow_url"] = _here("record_store.newer", after=reached)
    return shown | {
        "form": form,
        "candidates": [(each.name, _hint(each), _here(person=each.text)) for each in found] if not subject else [],
        "subject": subject,
        "verbs": telling.verb_names(reading.verbs(), g.lang),
        "follows": "after" in request.args,
        "exports": [
            ("NDJSON", _here("record_store.export", format="ndjson")),
            ("CSV", _here("record_store.export", format="csv")),
        ],
        "chosen": sum(bool(form.values.get(name)) for name in SearchIn._declared_fields if name != "voided"),
    }, 200 if form.ok else 422


@pages.page("GET", f"{STATEMENTS}/newer", needs=READ)
def newer(actor: Actor) -> Response:
    """How many have come, for the page that follows. A count only, so it is no look at anybody."""
    services.may_read(actor)
    form = forms.read(SearchIn, request.args)
    _found, subject = _whom(form)
    after = number("after")
    if not form.ok or after is None or (form.data["person"] and subject is None):
        raise Invalid()
    return jsonify(told_newer(reading.newer(reading.wanted(form.data, subject, SIZE), after)))


@pages.page("GET", f"{STATEMENTS}/export", needs=READ)
def export(actor: Actor) -> Response:
    """What the search finds, all of it, as a file."""
    services.may_read(actor)
    form = forms.read(SearchIn, request.args)
    found, subject = _whom(form)
    if not form.ok:
        raise Invalid(next(iter(form.errors.values())))
    if form.data["person"] and subject is None:
        reading.one_of(found, form.data["person"])
    return exported(actor, form.data, subject, "csv" if request.args.get("format") == "csv" else "ndjson")


@pages.page("GET", f"{STATEMENTS}/<uuid:id>", needs=READ, template="xapi/statement.html")
def statement(actor: Actor, id: UUID) -> Json:
    """Everything about one."""
    services.may_read(actor)
    beside = reading.about_one(actor, id)
    by = people.of_agent(beside.raw["actor"]) if people.name_in(beside.raw["actor"]) else None
    reading.looked(actor, "statement.read", {}, by, statement=str(id))
    return shown_one(beside) | {
        "by": by,
        "by_url": url_for("record_store.statements", person=by.text) if by else None,
        "back": url_for("record_store.statements"),
        "one": "record_store.statement",
        "file": "record_store.attachment",
    }


@pages.page("GET", f"{STATEMENTS}/<uuid:id>/attachments/<sha2>", needs=READ)
def attachment(actor: Actor, id: UUID, sha2: str) -> Response:
    """An attachment's bytes, to be kept and never shown here."""
    services.may_read(actor)
    beside = reading.about_one(actor, id)
    declared, body = reading.attachment(beside.raw, sha2.lower())
    reading.looked(actor, "attachment.read", {}, None, statement=str(id), sha2=sha2.lower())
    return as_attachment(declared, body)


@pages.page("GET", "/manage/record-store/copy", needs=READ)
def copy(actor: Actor) -> Response:
    """Everything that the store holds about somebody, as a ZIP: the answer to a request for access."""
    services.may_read(actor)
    typed = request.args.get("person", "").strip()[:2000]
    subject = reading.one_of(people.found_by(typed) if typed else [], typed or None)
    if subject is None:
        raise NotFound()
    return copied(actor, subject, own=False)


def exported(actor: Actor, asked: Json, subject: Subject | None, form: str) -> Response:
    """The stream of an export."""
    pieces = exporting.exported(streams.steps(), actor, asked, subject, form, g.lang)
    media_type = "text/csv; charset=utf-8" if form == "csv" else "application/x-ndjson"
    return streams.file(pieces, f"statements.{form}", media_type)


def copied(actor: Actor, subject: Subject, *, own: bool) -> Response:
    """The stream of a copy."""
    pieces = copying.copied(streams.steps(), actor, subject, own=own)
    return streams.file(pieces, "record-store-copy.zip", "application/zip")


def as_attachment(declared: Json, body: bytes) -> Response:
    """Content is others': it is saved, never shown here, whatever it says it is."""
    ending = mimetypes.guess_extension(declared["contentType"].partition(";")[0].strip()) or ".bin"
    answer = streams.file([body], f"attachment-{declared['sha2'][:12].lower()}{ending}", "application/octet-stream")
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Content-Length"] = str(len(body))
    return answer


def shown_one(beside: reading.Beside) -> Json:
    """A statement and what is beside it, as the template has it."""
    around = [beside.found, *([beside.target] if beside.target else []), *beside.referring, *beside.voiding]
    told = telling.tell(around, g.lang)
    by_seq = {each.seq: each for each in told}
    return {
        "told": told[0],
        "target": by_seq[beside.target.seq] if beside.target else None,
        "target_id": beside.raw["object"]["id"] if beside.raw["object"].get("objectType") == "StatementRef" else None,
        "referring": [by_seq[each.seq] for each in beside.referring],
        "voiding": [by_seq[each.seq] for each in beside.voiding],
        "attachments": beside.attachments,
        "pretty": parsing.pretty(beside.found.payload),
    }


def told_newer(count: int) -> Json:
    """`text` is empty while there is nothing to tell."""
    if count > reading.MOST_NEWER:
        return {"count": count, "text": _("More than %(count)s new statements", count=reading.MOST_NEWER)}
    return {"count": count, "text": ngettext("%(num)d new statement", "%(num)d new statements", count) if count else ""}


def _whom(form: FormState) -> tuple[list[Subject], Subject | None]:
    """Whom the search might mean, and the one if it is one. Nobody is an error of the field."""
    typed = form.data.get("person") if form.ok else None
    if not typed:
        return [], None
    try:
        found = people.found_by(typed)
    except Invalid as refusal:
        for name, message in refusal.fields.items():
            form.refuse(name, _(message))
        return [], None
    if not found:
        form.refuse("person", _(reading.NOBODY))
    return found, found[0] if len(found) == 1 else None


def number(name: str) -> int | None:
    """A place in the list, from the address; None for what is none."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _here(endpoint: str = "record_store.statements", **changed: Any) -> str:
    """The same search elsewhere, or with something changed."""
    kept = {name: value for name in SearchIn._declared_fields if (value := request.args.get(name))}
    return url_for(endpoint, **(kept | changed))


def _hint(subject: Subject) -> str:
    return _("A person of this service") if subject.person else subject.identifiers[0]
