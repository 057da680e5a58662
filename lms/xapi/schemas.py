"""What the pages and the operations of the record store take, and what the operations give."""

from datetime import date, datetime, time, timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from lms.core import clock
from lms.core.language import N_
from lms.core.web.fields import Day, Instant, Text, WholeNumber, one_of
from lms.core.web.paging import page_schema
from lms.xapi.models import ImportState
from lms.xapi.rules import patterns
from lms.xapi.rules.scopes import Scope

OVERLAPS = ("0", "24", "168")
"""Hours."""


class CredentialIn(Schema):
    """A client's credential. `until` is the last day on which it is valid; missing: until it is revoked.

    Limits that are missing are none; `largest_request` is in megabytes.
    """

    name = Text(max=100, required=True, message=N_("Enter a name for the client"))
    scopes = fields.List(
        fields.String(validate=one_of(Scope)),
        required=True,
        validate=validate.Length(min=1, error=N_("Choose at least one thing that the client may do")),
    )
    until = Day(message=N_("Enter the last day on which it is valid"), load_default=None)
    requests_per_minute = WholeNumber(most=1_000_000, load_default=None)
    largest_request = WholeNumber(most=100, load_default=None)


class Renewal(Schema):
    """`overlap`: for how many hours the secret before stays good."""

    overlap = fields.String(
        required=True, validate=validate.OneOf(OVERLAPS, error=N_("Choose how long the old secret stays good"))
    )


class Iri(Text):
    """An absolute IRI."""

    def __init__(self, **options: Any):
        super().__init__(max=2000, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        found = super()._deserialize(value, attr, data, **kwargs)
        if not patterns.is_iri(found):
            raise ValidationError(N_("Write a whole address, such as https://example.org/course"))
        return found


class Bound(fields.String):
    """A day, or an instant with its offset. `ends` False: from there on; True: up to there, a day included."""

    def __init__(self, *, ends: bool, **options: Any):
        self.ends = ends
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        found = super()._deserialize(value, attr, data, **kwargs).strip()
        try:
            if "T" in found:
                return patterns.instant(found.replace(" ", "+"))
            day = date.fromisoformat(found) + timedelta(days=self.ends)
            return datetime.combine(day, time(), clock.LONDON) - timedelta(microseconds=1)
        except (ValueError, OverflowError) as fault:
            raise ValidationError(N_("Enter a real date, such as 27 3 2026")) from fault


class FilterIn(Schema):
    """Which statements. `person`: a name, an e-mail address, an id, or an agent as xAPI writes it."""

    person = Text(max=2000, load_default=None)
    verb = Iri(load_default=None)
    activity = Iri(load_default=None)
    registration = fields.UUID(
        load_default=None, error_messages={"invalid_uuid": N_("Write a registration as 36 characters with hyphens")}
    )
    since = Bound(ends=False, load_default=None, metadata={"description": "A day, or an instant with its offset"})
    until = Bound(ends=True, load_default=None, metadata={"description": "Like `since`; the day itself is included"})
    related = fields.Boolean(
        load_default=False, metadata={"description": "Also where a person or an activity is only mentioned"}
    )
    voided = fields.String(load_default="no", validate=one_of(("no", "only", "both")))


class SearchIn(FilterIn):
    """The same from the page, which has a second box for a verb that its list does not have."""

    other_verb = Iri(load_default=None)


class ExportIn(FilterIn):
    format = fields.String(load_default="ndjson", validate=one_of(("ndjson", "csv")))


class ImportIn(Schema):
    """A file of statements, one on each line; `mode` says whether to keep them or only to check them."""

    file = fields.Raw(required=True, error_messages={"required": N_("Choose a file")})
    mode = fields.String(
        required=True, validate=one_of(("check", "keep")),
        error_messages={"required": N_("Say whether to check the file only, or to keep what is in it")},
    )  # fmt: skip


class ImportQuery(Schema):
    dry_run = fields.Boolean(load_default=False, metadata={"description": "Judge every line, and keep nothing"})


class ImportFaultOut(Schema):
    line = fields.Integer(required=True)
    pointer = fields.String(required=True, metadata={"description": "A JSON pointer into the line"})
    rule = fields.String(required=True)
    detail = fields.String(required=True)


class ImportOut(Schema):
    """How far an import is, and what it has found. `faults` holds the first hundred."""

    id = fields.UUID(required=True)
    dry_run = fields.Boolean(required=True)
    state = fields.Enum(ImportState, by_value=True, required=True)
    lines = fields.Integer(required=True)
    new = fields.Integer(required=True)
    known = fields.Integer(required=True)
    contradicting = fields.Integer(required=True)
    malformed = fields.Integer(required=True)
    faults = fields.List(fields.Nested(ImportFaultOut), required=True)
    recorded_at = Instant(required=True)
    ended_at = Instant(required=True, allow_none=True)


class ErasureIn(Schema):
    """Whom to erase, and why. The reason is kept for good, so it names nobody."""

    person = Text(max=2000, required=True, message=N_("Say whom to erase"))
    reason = Text(max=500, required=True, message=N_("Give the reason"), lines=True)


class WhomIn(Schema):
    person = Text(max=2000, required=True, message=N_("Say whom to erase"))


class SubjectIn(Schema):
    """Whom it is about: an e-mail address, an id, or an agent as xAPI writes it; or a name, if only one is called so."""

    person = Text(max=2000, required=True)


class PreviewOut(Schema):
    """What an erasure would change now. Of the `statements`, so many have them as the actor or have attachments."""

    statements = fields.Integer(required=True)
    acting = fields.Integer(required=True)
    attaching = fields.Integer(required=True)
    documents = fields.Integer(required=True)
    names = fields.Integer(required=True)


class ErasureOut(Schema):
    """How far an erasure is. It tells of nobody. `in_addresses` counts statements in which an identifier is left within
    the address of an activity, which cannot be changed."""

    id = fields.UUID(required=True)
    reason = fields.String(required=True)
    percent = fields.Integer(required=True, metadata={"description": "How much of it is done"})
    expected = fields.Integer(required=True)
    statements = fields.Integer(required=True)
    documents = fields.Integer(required=True)
    names = fields.Integer(required=True)
    attachments = fields.Integer(required=True)
    signatures = fields.Integer(required=True)
    credentials = fields.Integer(required=True)
    in_addresses = fields.Integer(required=True)
    recorded_at = Instant(required=True)
    ended_at = Instant(required=True, allow_none=True)


ErasurePage = page_schema(ErasureOut)
