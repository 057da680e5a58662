"""Shapes of awards for pages and the API."""

from collections.abc import Iterable
from typing import Any

from marshmallow import Schema, fields

from certificates import address, queries, wording
from certificates.drawing import EDITIONS
from certificates.models import Award
from certificates.rules import REVOKES, SUSPENDS, AwardEventKind, NameVisibility, RevocationReason, State
from certificates.services import Checked
from certificates.snapshots import Printed
from courses.catalogue.models import CertificateKind
from lms.accounts.queries import names_of
from lms.core import clock
from lms.core.language import N_, Bilingual
from lms.core.web.fields import BilingualField, Day, Text, one_of
from lms.core.web.paging import PageQuery, page_schema


class AwardStatusOut(Schema):
    """What it is worth now. `since` and `reason`: of a revocation."""

    state = fields.Enum(State, by_value=True, required=True)
    label = BilingualField(required=True)
    explanation = BilingualField(required=True)
    since = fields.DateTime(required=True, allow_none=True)
    reason = fields.Enum(RevocationReason, by_value=True, required=True, allow_none=True)
    reason_label = BilingualField(required=True, allow_none=True)


class AwardedCourseOut(Schema):
    code = fields.String(required=True)
    version_id = fields.UUID(required=True, allow_none=True)
    title = BilingualField(required=True)


class AwardOut(Schema):
    id = fields.UUID(required=True)
    number = fields.String(required=True)
    learner_id = fields.UUID(required=True)
    enrolment_id = fields.UUID(required=True, allow_none=True)
    licence_id = fields.UUID(required=True, allow_none=True)
    renews_id = fields.UUID(required=True, allow_none=True)
    replaces_id = fields.UUID(required=True, allow_none=True)
    kind = fields.Enum(CertificateKind, by_value=True, required=True)
    course = fields.Nested(AwardedCourseOut, required=True)
    holder = fields.String(required=True)
    completed_on = fields.Date(required=True)
    issued_on = fields.Date(required=True)
    valid_until = fields.Date(required=True, allow_none=True)
    name_visibility = fields.Enum(NameVisibility, by_value=True, required=True)
    status = fields.Nested(AwardStatusOut, required=True)
    address = fields.URL(required=True, require_tld=False, metadata={"description": "Where anyone can check it"})


AwardPageOut = page_schema(AwardOut)


class PrintedFactOut(Schema):
    label = fields.String(required=True)
    value = fields.String(required=True)


class PrintedOut(Schema):
    """Every string on the certificate, in one language. `holder` and the name on it follow the holder's choice."""

    title = fields.String(required=True)
    issuer = fields.String(required=True)
    opening = fields.String(required=True)
    holder = fields.String(required=True, allow_none=True)
    statement = fields.String(required=True)
    course = fields.String(required=True)
    notes = fields.List(fields.String(), required=True)
    facts = fields.List(fields.Nested(PrintedFactOut), required=True)


class BothPrintedOut(Schema):
    en = fields.Nested(PrintedOut, required=True)
    cy = fields.Nested(PrintedOut, required=True)


class AfterOut(Schema):
    """The certificate that came after: its holder gives its code."""

    number = fields.String(required=True)
    issued_on = fields.Date(required=True)
    valid_until = fields.Date(required=True, allow_none=True)


class VerificationOut(Schema):
    """What was printed, and what it is worth now."""

    number = fields.String(required=True)
    code = fields.String(required=True)
    address = fields.URL(required=True, require_tld=False)
    checked_at = fields.DateTime(required=True)
    status = fields.Nested(AwardStatusOut, required=True)
    kind = fields.Enum(CertificateKind, by_value=True, required=True)
    holder = fields.String(required=True, allow_none=True, metadata={"description": "null: the holder shows no name"})
    name_visibility = fields.Enum(NameVisibility, by_value=True, required=True)
    course_code = fields.String(required=True)
    completed_on = fields.Date(required=True)
    issued_on = fields.Date(required=True)
    valid_until = fields.Date(required=True, allow_none=True)
    replaced_by = fields.Nested(AfterOut, required=True, allow_none=True)
    renewed_by = fields.Nested(AfterOut, required=True, allow_none=True)
    printed = fields.Nested(BothPrintedOut, required=True)


class AwardEventOut(Schema):
    """`by` null: the house itself, or you may not know who. `note`: for who looks after the award. `hash` covers all before."""

    position = fields.Integer(required=True)
    kind = fields.Enum(AwardEventKind, by_value=True, required=True)
    at = fields.DateTime(required=True)
    reason = fields.Enum(RevocationReason, by_value=True, required=True, allow_none=True)
    by = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    hash = fields.String(required=True)


class AwardLogOut(Schema):
    items = fields.List(fields.Nested(AwardEventOut), required=True)


class AwardQuery(PageQuery):
    q = Text(load_default="", max=100, metadata={"description": "Start of a number, or part of a name"})


class VerifyQuery(Schema):
    share = Text(load_default="", max=100, min=0, metadata={"description": "The secret of a link that its holder gave"})


class EditionQuery(Schema):
    language = fields.String(load_default="en", validate=one_of(EDITIONS, N_("Choose en, cy or both")))


class VisibilityIn(Schema):
    name_visibility = fields.String(
        required=True,
        validate=one_of([each.value for each in NameVisibility], N_("Choose what is shown")),
        error_messages={"required": N_("Choose what is shown")},
    )


def _reason(choices: Iterable[RevocationReason]) -> fields.String:
    return fields.String(
        required=True, validate=one_of([each.value for each in choices], N_("Choose a reason")),
        error_messages={"required": N_("Choose a reason")},
    )  # fmt: skip


def _note() -> Text:
    return Text(required=True, max=1000, lines=True, message=N_("Say what happened, for the record"))


class RevocationIn(Schema):
    reason = _reason(REVOKES)
    note = _note()


class SuspensionIn(Schema):
    reason = _reason(SUSPENDS)
    note = _note()


class LiftIn(Schema):
    note = _note()


class ReissueIn(Schema):
    name = Text(required=True, max=200, message=N_("Write the name as it should be printed"))


class FindIn(Schema):
    number = Text(required=True, max=40, message=N_("Enter the certificate number, such as LLW-2026-000123"))
    surname = Text(required=True, max=120, message=N_("Enter the surname on the certificate"))
    issued_on = Day(required=True, message=N_("Enter the date on which it was issued"))


class CodeIn(Schema):
    code = Text(required=True, max=60, message=N_("Enter the code on the certificate"))


class AwardCodeOut(Schema):
    code = fields.String(required=True)
    address = fields.URL(required=True, require_tld=False)


def shown_award(award: Award) -> dict[str, Any]:
    """For AwardOut."""
    words = award.snapshot
    return {
        "id": award.id, "number": award.number, "learner_id": award.learner_id, "enrolment_id": award.enrolment_id,
        "licence_id": award.licence_id, "renews_id": award.renews_id, "replaces_id": award.replaces_id,
        "kind": award.kind, "holder": words["en"]["holder"], "completed_on": award.completed_on,
        "issued_on": award.issued_on, "valid_until": award.valid_until, "name_visibility": award.name_visibility,
        "course": {
            "code": award.course_code, "version_id": award.course_version_id,
            "title": {"en": words["en"]["course"], "cy": words["cy"]["course"]},
        },
        "status": shown_status(queries.standing_of(award, clock.today())), "address": address.of(award.code),
    }  # fmt: skip


def shown_log(award: Award, *, whole: bool) -> list[dict[str, Any]]:
    """For AwardLogOut, in order. `whole`: with what stays between those who look after awards: who did it, and the note."""
    names = names_of(each.by for each in award.events) if whole else {}
    return [
        {"position": each.position, "kind": each.kind, "at": each.at, "reason": each.reason, "hash": each.hash,
         "by": names.get(each.by) if each.by else None, "note": each.note if whole else None}
        for each in award.events
    ]  # fmt: skip


def shown_status(standing: Any) -> dict[str, Any]:
    """For AwardStatusOut."""
    return {
        "state": standing.state, "label": wording.STATES[standing.state],
        "explanation": wording.EXPLANATIONS[standing.state], "since": standing.since, "reason": standing.reason,
        "reason_label": wording.REASONS[standing.reason] if standing.reason else None,
    }  # fmt: skip


def shown_check(it: Checked) -> dict[str, Any]:
    """For VerificationOut."""
    award = it.award
    return {
        "number": award.number, "code": award.code, "address": it.snapshot.address, "checked_at": it.at,
        "status": shown_status(it.standing), "kind": award.kind, "holder": it.name,
        "name_visibility": award.name_visibility, "course_code": award.course_code, "completed_on": award.completed_on,
        "issued_on": award.issued_on, "valid_until": award.valid_until,
        "replaced_by": it.replaced_by and _after(it.replaced_by), "renewed_by": it.renewed_by and _after(it.renewed_by),
        "printed": {"en": _printed(it.snapshot.en, it.name), "cy": _printed(it.snapshot.cy, it.name)},
    }  # fmt: skip


def _after(award: Award) -> dict[str, Any]:
    """For AfterOut: no code, for whoever holds an old certificate need not hold the new one."""
    return {"number": award.number, "issued_on": award.issued_on, "valid_until": award.valid_until}


def _printed(words: Printed, name: str | None) -> dict[str, Any]:
    return {
        "title": words.title, "issuer": words.issuer, "opening": words.opening, "holder": name,
        "statement": words.statement, "course": words.course, "notes": list(words.notes),
        "facts": [{"label": label, "value": value} for label, value in words.facts],
    }  # fmt: skip


def both(award: Award, key: str) -> Bilingual:
    """A printed string of an award, such as `course`, in both languages."""
    return Bilingual(award.snapshot["en"][key], award.snapshot["cy"][key])
