"""Shapes of frameworks in the making. A draft may have gaps, so each language may be left out."""

from functools import cache
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from frameworks.editing.models import Part
from frameworks.models import Confidence, CrosswalkKind, MappingKind, StatementKind
from frameworks.rules import CONDITIONS
from frameworks.schemas import (
    FrameworkDomainOut,
    FrameworkLevelOut,
    FrameworkOut,
    FrameworkRequirementOut,
    FrameworkStatementOut,
)
from lms.core.language import LANGUAGES, N_, Bilingual
from lms.core.web.fields import BilingualField, Code, Instant, Text, one_of

NUMBER: dict[str, Any] = dict.fromkeys(("invalid", "null", "required"), N_("Write a whole number"))
RANKS = validate.Range(1, 99, error=N_("Write a whole number from 1 to 99"))


@cache
def _part_text(longest: int) -> type[Schema]:
    """One shape per length, so that the API's description names it once."""
    text: dict[str, Any] = {name: Text(max=longest, lines=True, load_default="") for name in LANGUAGES}
    return Schema.from_dict(text, name=f"PartText{longest}")


class PartText(fields.Nested):
    """`{"en": …, "cy": …}`, of which a draft may leave either out."""

    def __init__(self, *, max: int, **options: Any):
        super().__init__(_part_text(max), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, partial: Any = None, **kwargs: Any) -> Bilingual:
        loaded = super()._deserialize(value, attr, data, partial, **kwargs)
        return Bilingual(loaded["en"], loaded["cy"])


class FrameworkTextsIn(Schema):
    """What a version is called."""

    title = PartText(max=200, required=True)
    short_title = PartText(max=60, required=True)
    owner = PartText(max=200, required=True)
    note = PartText(max=2000, load_default=lambda: Bilingual("", ""))


class NewFrameworkIn(Schema):
    """A new framework; its first version is an empty draft."""

    code = Code(required=True)
    organisation = Code(required=True, metadata={"description": "Code of the organisation that keeps it"})
    title = PartText(max=200, required=True)
    short_title = PartText(max=60, required=True)
    owner = PartText(max=200, required=True)


class FrameworkLevelIn(Schema):
    code = Code(required=True)
    rank = fields.Integer(
        required=True, validate=RANKS, error_messages=NUMBER,
        metadata={"description": "Order of responsibility, lowest first"},
    )  # fmt: skip
    title = PartText(max=120, required=True)
    audience = PartText(max=2000, required=True)


class FrameworkDomainIn(Schema):
    code = Code(required=True)
    title = PartText(max=200, required=True)
    course_codes = fields.List(Code(), load_default=list, validate=validate.Length(max=100))


class FrameworkStatementIn(Schema):
    code = Code(required=True)
    wording = PartText(max=2000, required=True)
    level = Code(load_default=None, allow_none=True, metadata={"description": "None: at every level"})
    domain = Code(load_default=None, allow_none=True)
    kind = fields.Enum(StatementKind, by_value=True, load_default=None, allow_none=True)


class FrameworkRequirementIn(Schema):
    """Whoever fits all of the condition needs the level: in the domain, or in the whole framework."""

    condition = fields.Dict(
        required=True, metadata={"description": "Any of role, setting_in, sector_in, clinical, enhanced_role"}
    )
    level = Code(required=True)
    domain = Code(load_default=None, allow_none=True)

    @validates_schema
    def known(self, data: dict[str, Any], **_more: Any) -> None:
        condition = data["condition"]
        fits = {
            "role": lambda value: isinstance(value, str) and 0 < len(value) <= 60 and value.isprintable(),
            "setting_in": _is_list, "sector_in": _is_list,
            "clinical": lambda value: isinstance(value, bool), "enhanced_role": lambda value: isinstance(value, bool),
        }  # fmt: skip
        if (
            not condition
            or condition.keys() - CONDITIONS
            or not all(fits[name](value) for name, value in condition.items())
        ):
            raise ValidationError(N_("There is a condition here that we do not know"), "condition")


def _is_list(value: Any) -> bool:
    return (
        isinstance(value, list)
        and 0 < len(value) <= 100
        and all(isinstance(each, str) and 0 < len(each) <= 60 and each.isprintable() for each in value)
    )


class MoveIn(Schema):
    steps = fields.Integer(
        required=True, validate=validate.Range(-500, 500), metadata={"description": "Places down; negative: up"}
    )


class AskIn(Schema):
    email = Text(required=True, max=200, message=N_("Enter an e-mail address"))
    part = fields.Enum(Part, by_value=True, required=True)


class FrameworkCommentIn(Schema):
    """About the whole version, or about one statement or domain of it; or an answer in a thread."""

    body = Text(required=True, max=4000, lines=True, message=N_("Write what you want to say"))
    statement_id = fields.UUID(load_default=None, allow_none=True)
    domain_id = fields.UUID(load_default=None, allow_none=True)
    thread_id = fields.UUID(load_default=None, allow_none=True)


class FrameworkReasonIn(Schema):
    reason = Text(required=True, max=1000, lines=True, message=N_("Say why"))


class FrameworkSignOffIn(Schema):
    digest = fields.String(required=True, validate=validate.Regexp(r"^[0-9a-f]{64}$"))
    agreed = fields.Boolean(required=True, error_messages={"required": N_("Choose one of the answers")})
    comment = Text(required=True, max=4000, lines=True, message=N_("Say what you looked at, and what you think of it"))


class SuccessorIn(Schema):
    statement_id = fields.UUID(required=True)
    kind = fields.Enum(MappingKind, by_value=True, required=True)


class MappingIn(Schema):
    """What an old statement has become. An empty list: it has no successor."""

    successors = fields.List(fields.Nested(SuccessorIn), required=True, validate=validate.Length(max=20))


class CrosswalkIn(Schema):
    from_identifier = fields.UUID(required=True)
    to_identifier = fields.UUID(required=True)
    kind = fields.Enum(CrosswalkKind, by_value=True, required=True)
    confidence = fields.Enum(Confidence, by_value=True, required=True)
    note = PartText(max=1000, load_default=lambda: Bilingual("", ""))


class _Edited(Schema):
    id = fields.UUID(required=True)
    edition = fields.Integer(required=True, metadata={"description": "Its ETag: send it as If-Match to change it"})


class DraftLevelOut(FrameworkLevelOut, _Edited):
    pass


class DraftDomainOut(FrameworkDomainOut, _Edited):
    pass


class DraftStatementOut(FrameworkStatementOut, _Edited):
    came_from_id = fields.UUID(allow_none=True, metadata={"description": "The statement that it began as a copy of"})


class DraftRequirementOut(FrameworkRequirementOut, _Edited):
    pass


class DraftBriefOut(FrameworkOut):
    """A version in the making, in brief."""

    edition = fields.Integer(required=True)
    changed_at = Instant(required=True)


class LackOut(Schema):
    part = fields.String(required=True, metadata={"description": "version, level, domain or statement"})
    code = fields.String(required=True)
    what = fields.String(required=True)
    language = fields.String(required=True)


class DraftOut(DraftBriefOut):
    """A version in any state with everything in it, and what publishing it waits for."""

    identifier = fields.UUID(required=True)
    content_digest = fields.String(required=True, metadata={"description": "What a reviewer signs"})
    lacking = fields.List(fields.Nested(LackOut), required=True)
    unsigned = fields.List(fields.UUID(), required=True, metadata={"description": "People whose signature it needs"})
    levels = fields.List(fields.Nested(DraftLevelOut), required=True)
    domains = fields.List(fields.Nested(DraftDomainOut), required=True)
    statements = fields.List(fields.Nested(DraftStatementOut), required=True)
    requirements = fields.List(fields.Nested(DraftRequirementOut), required=True)


class ParticipantOut(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True, attribute="person.display_name")
    part = fields.Enum(Part, by_value=True, required=True)
    asked_at = Instant(required=True)


class ParticipantsOut(Schema):
    items = fields.List(fields.Nested(ParticipantOut), required=True)


class FrameworkCommentOut(Schema):
    id = fields.UUID(required=True)
    thread_id = fields.UUID(allow_none=True, required=True)
    about = fields.String(required=True, metadata={"description": "Code of what it is about; empty: the whole version"})
    author = fields.String(required=True, attribute="author.display_name")
    body = fields.String(required=True)
    made_at = Instant(required=True)
    resolved_at = Instant(allow_none=True, required=True)


class FrameworkThreadsOut(Schema):
    items = fields.List(fields.Nested(FrameworkCommentOut), required=True)


class FrameworkSignOffOut(Schema):
    digest = fields.String(required=True)
    agreed = fields.Boolean(required=True)
    comment = fields.String(required=True)
    signed_at = Instant(required=True)


class MappingOut(Schema):
    from_id = fields.UUID(required=True, attribute="old")
    to_id = fields.UUID(required=True, allow_none=True, attribute="new")
    kind = fields.String(required=True, metadata={"description": "same, equivalent, needs_rerating or no_successor"})


class MappingsOut(Schema):
    items = fields.List(fields.Nested(MappingOut), required=True)


class ChangeOut(Schema):
    kinds = fields.List(fields.String(), required=True)
    old_code = fields.String(required=True, allow_none=True)
    new_code = fields.String(required=True, allow_none=True)
    old = BilingualField(required=True, allow_none=True)
    new = BilingualField(required=True, allow_none=True)


class ChangesOut(Schema):
    """What has changed in the statements since the version before."""

    version = fields.Integer(required=True)
    before = fields.Integer(required=True, allow_none=True)
    items = fields.List(fields.Nested(ChangeOut), required=True)


class TouchedOut(Schema):
    what = fields.String(required=True, metadata={"description": "roles, courses, plans, ratings …"})
    things = fields.Integer(required=True)
    people = fields.Integer(required=True)
    named = fields.List(BilingualField(), required=True, metadata={"description": "Titles of courses; people never"})


class ImpactOut(Schema):
    items = fields.List(fields.Nested(TouchedOut), required=True)


class CrosswalkOut(Schema):
    id = fields.UUID(required=True)
    identifier = fields.UUID(required=True)
    framework = fields.String(required=True, attribute="framework.code")
    other = fields.String(required=True, attribute="other.code")
    from_identifier = fields.UUID(required=True)
    to_identifier = fields.UUID(required=True)
    kind = fields.Enum(CrosswalkKind, by_value=True, required=True)
    confidence = fields.Enum(Confidence, by_value=True, required=True)
    note = BilingualField(required=True)


class _TextsForm(Schema):
    title_en = Text(max=200)
    title_cy = Text(max=200)
    short_title_en = Text(max=60)
    short_title_cy = Text(max=60)
    owner_en = Text(max=200)
    owner_cy = Text(max=200)
    note_en = Text(max=2000, lines=True)
    note_cy = Text(max=2000, lines=True)
    edition = fields.Integer(load_default=0)


class TextsForm(_TextsForm):
    pass


class NewFrameworkForm(_TextsForm):
    code = Code(required=True, message=N_("Write a code, such as PIMH"))
    organisation = Code(required=True, message=N_("Choose an organisation"))


class LevelForm(FrameworkLevelIn):
    class Meta:
        exclude = ("title", "audience")

    title_en = Text(max=120)
    title_cy = Text(max=120)
    audience_en = Text(max=2000, lines=True)
    audience_cy = Text(max=2000, lines=True)
    edition = fields.Integer(load_default=0)


class DomainForm(Schema):
    code = Code(required=True, message=N_("Write a code"))
    title_en = Text(max=200)
    title_cy = Text(max=200)
    course_codes = Text(max=2000, load_default="")
    edition = fields.Integer(load_default=0)


class StatementForm(Schema):
    code = Code(required=True, message=N_("Write a code"))
    wording_en = Text(max=2000, lines=True)
    wording_cy = Text(max=2000, lines=True)
    level = Code(load_default=None)
    domain = Code(load_default=None)
    kind = fields.Enum(StatementKind, by_value=True, load_default=None)
    edition = fields.Integer(load_default=0)


class RequirementForm(Schema):
    role = Code(load_default=None)
    setting_in = fields.List(fields.String(), load_default=list)
    sector_in = fields.List(fields.String(), load_default=list)
    clinical = fields.String(load_default="")
    enhanced_role = fields.String(load_default="")
    level = Code(required=True, message=N_("Choose a level"))
    domain = Code(load_default=None)
    edition = fields.Integer(load_default=0)


class SignOffForm(Schema):
    digest = fields.String(required=True)
    agreed = fields.String(
        required=True, validate=one_of(("yes", "no")), error_messages={"required": N_("Choose one of the answers")}
    )
    comment = Text(required=True, max=4000, lines=True, message=N_("Say what you looked at, and what you think of it"))


class CrosswalkForm(Schema):
    from_code = Text(required=True, max=60, message=N_("Choose a statement or domain of this framework"))
    to_code = Text(required=True, max=130, message=N_("Choose a statement or domain of another framework"))
    kind = fields.Enum(
        CrosswalkKind, by_value=True, required=True, error_messages={"required": N_("Choose one of the answers")}
    )
    confidence = fields.Enum(
        Confidence, by_value=True, required=True, error_messages={"required": N_("Choose one of the answers")}
    )
    note_en = Text(max=1000, lines=True)
    note_cy = Text(max=1000, lines=True)
