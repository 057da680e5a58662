"""What destinations are made of, for pages and API."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from lms.core.language import N_
from lms.core.web.fields import Day, Instant, Text, one_of
from lms.core.web.paging import PageQuery, page_schema
from lms.xapi.forwarding.models import LetterState
from lms.xapi.forwarding.rules import actors, addresses
from lms.xapi.forwarding.rules.standing import Standing
from lms.xapi.rules import patterns
from lms.xapi.rules.versions import Version

MOST_LISTED = 500
LARGEST_BATCH = 500


class Lines(fields.List[Any]):
    """A list; in a form one text box, each line an entry. Blank lines do not count, nor does what is there twice."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if isinstance(value, list):
            value = [line.strip() for each in value for line in (each.splitlines() if isinstance(each, str) else [each])
                     if not isinstance(line, str) or line.strip()]  # fmt: skip
        found = super()._deserialize(value, attr, data, **kwargs)
        if len(found) > MOST_LISTED:
            raise ValidationError(N_("This list is too long"))
        return list(dict.fromkeys(found))


class Iri(fields.String):
    """An absolute IRI."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if len(text) > 2000 or not patterns.is_iri(text):
            raise ValidationError(N_("Enter full identifiers, such as https://…, one on each line"))
        return text


class ActorLine(fields.String):
    """An actor as `rules.actors` reads it; kept, and shown, as its inverse functional identifier."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            if len(text) > 2000 or "\x00" in text:
                raise ValueError
            return actors.identifier(text)
        except ValueError as fault:
            raise ValidationError(
                N_("Enter actors as mailto:…, or as an account's home page, a space and its name, one on each line")
            ) from fault

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value).partition(" ")[2]


class Endpoint(Text):
    """The address that `/statements` follows."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return addresses.endpoint(text)
        except ValueError as fault:
            raise ValidationError(
                N_("Enter the store's address, such as https://store.example.org/xapi, without a user name or query")
            ) from fault


class _Filter(Schema):
    """Empty lists take everything. What several lists name must all hold; within one list, any of it."""

    verbs = Lines(Iri(), load_default=list, metadata={"description": "Ids of verbs"})
    activities = Lines(Iri(), load_default=list, metadata={"description": "Ids of activities that are the object"})
    related = fields.Boolean(
        load_default=False, metadata={"description": "Activities may stand in the context or a SubStatement as well"}
    )
    actors = Lines(
        ActorLine(), load_default=list,
        metadata={"description": "`mailto:…`, an mbox_sha1sum, an OpenID, or an account's home page, a space, its name"},
    )  # fmt: skip
    registrations = Lines(
        fields.UUID(error_messages={"invalid_uuid": N_("Enter registrations as UUIDs, one on each line")}),
        load_default=list,
    )


class DestinationIn(_Filter):
    """Another record store. `since`: only what is stored after that instant; null: everything from the beginning."""

    name = Text(max=100, required=True, message=N_("Enter a name for the destination"))
    endpoint = Endpoint(max=500, required=True, message=N_("Enter the address of the other store"))
    key = Text(max=200, required=True, message=N_("Enter the key that the other store gave you"))
    secret = fields.String(
        required=True, load_only=True, validate=validate.Length(1, 500, error=N_("Enter the secret")),
        error_messages={"required": N_("Enter the secret"), "null": N_("Enter the secret")},
        metadata={"description": "Never shown again"},
    )  # fmt: skip
    version = fields.String(
        load_default=Version.ONE.value, validate=one_of(Version),
        metadata={"description": "What it speaks. 1.0.3: what 2.0 added (contextAgents, contextGroups, signatures of what "
                  "had them) is left out of statements that came as 2.0, and their version is 1.0.0"},
    )  # fmt: skip
    batch = fields.Integer(
        load_default=50,
        validate=validate.Range(1, LARGEST_BATCH, error=N_("Enter a whole number from 1 to 500")),
        error_messages={"invalid": N_("Enter a whole number from 1 to 500")},
        metadata={"description": "Statements in one request, at most"},
    )
    since = Instant(load_default=None, allow_none=True)

    @post_load
    def _key_without_colon(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        if ":" in data.get("key", ""):
            raise ValidationError(N_("A key has no colon"), "key")  # RFC 7617 §2
        return data


class DestinationForm(DestinationIn):
    """As the page has it. `since` is the first day that counts; on a change an empty secret keeps the one there is."""

    since = Day(message=N_("Enter the first day"), load_default=None)  # type: ignore[assignment]


class DestinationChangeForm(DestinationForm):
    secret = fields.String(
        load_default=None, load_only=True, validate=validate.Length(1, 500, error=N_("Enter the secret"))
    )


class DestinationPatch(DestinationIn):
    """What is left out stays as it is. Another `endpoint` needs the `secret` again."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"partial": True})


class TestOut(Schema):
    """Statuses of the other store's answers; null: there was none. A `write` of 400 let us in: nothing was sent."""

    at = fields.String(required=True)
    about = fields.Integer(required=True, allow_none=True)
    versions = fields.List(fields.String(), required=True)
    write = fields.Integer(required=True, allow_none=True)
    text = fields.String(required=True)


class DestinationOut(_Filter):
    """`waiting` counts statements not yet looked through, up to 10,001; `behind` is the age of the oldest in seconds."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    endpoint = fields.String(required=True)
    key = fields.String(required=True)
    version = fields.String(required=True)
    batch = fields.Integer(required=True)
    since = Instant(required=True, allow_none=True)
    standing = fields.String(required=True, validate=one_of(Standing))
    sent_through = Instant(required=True, allow_none=True)
    waiting = fields.Integer(required=True)
    behind = fields.Integer(required=True)
    delivered = fields.Integer(required=True)
    dead_letters = fields.Integer(required=True)
    queued = fields.Integer(required=True)
    failures = fields.Integer(required=True)
    status = fields.Integer(required=True, allow_none=True)
    answer = fields.String(required=True, allow_none=True)
    last_success_at = Instant(required=True, allow_none=True)
    next_attempt_at = Instant(required=True, allow_none=True)
    test_asked_at = Instant(required=True, allow_none=True)
    test = fields.Nested(TestOut, required=True, allow_none=True)


DestinationsOut = page_schema(DestinationOut)


class LettersQuery(PageQuery):
    state = fields.String(load_default=LetterState.WAITING.value, validate=one_of(LetterState))


class DeadLetterOut(Schema):
    id = fields.UUID(required=True)
    statement_id = fields.UUID(required=True)
    status = fields.Integer(required=True, allow_none=True)
    answer = fields.String(required=True)
    attempts = fields.Integer(required=True)
    refused_at = Instant(required=True)
    state = fields.String(required=True, validate=one_of(LetterState))
    settled_at = Instant(required=True, allow_none=True)


class DeadLetterWholeOut(DeadLetterOut):
    """With the statement as it is sent; null: it is no longer kept here."""

    statement = fields.Dict(required=True, allow_none=True)


DeadLettersOut = page_schema(DeadLetterOut)


class ReplayIn(Schema):
    """Send again what was stored after that instant."""

    since = Instant(required=True)


class ReplayForm(Schema):
    since = Day(required=True, message=N_("Enter the first day to send again"))
    at = fields.String(
        load_default="00:00",
        validate=validate.Regexp(r"^([01]?\d|2[0-3])[:.][0-5]\d\Z", error=N_("Enter a time such as 14:30")),
    )
