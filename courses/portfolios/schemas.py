"""Shapes that pages and API share: what is taken, and what is shown."""

from typing import Any
from urllib.parse import urlsplit

from flask_smorest.fields import Upload
from marshmallow import Schema, ValidationError, fields, validate

from courses.portfolios.models import EvidenceKind, ExportKind, ObserverAnswer, Outcome, ReturnReason, SupervisionRule
from courses.portfolios.rules import LONGEST
from lms.core.language import N_
from lms.core.web.fields import INVALID, REQUIRED, BilingualField, Code, Day, Text, WholeNumber, one_of

CHOOSE_REASON = N_("Choose why you return it")
LONGEST_COMMENT = 4_000
LONGEST_REASON = 1_000
LONGEST_LINK = 500
MOST_LINKS = 10


def _edition(**options: Any) -> fields.Integer:
    return fields.Integer(
        required=True, validate=validate.Range(1, error=INVALID),
        error_messages={"required": REQUIRED, "null": REQUIRED, "invalid": INVALID},
        metadata={"description": "The edition that you have seen"}, **options,
    )  # fmt: skip


def _tick(**options: Any) -> fields.Boolean:
    return fields.Boolean(load_default=False, error_messages={"invalid": INVALID}, **options)


def _is_address(text: str) -> None:
    """An address on the web, for a browser: what runs script or names a file is none."""
    parts = urlsplit(text)
    if len(text) > LONGEST_LINK or parts.scheme not in ("http", "https") or not parts.hostname or " " in text:
        raise ValidationError(N_("Write addresses that begin with https://"))


class Lines(fields.Field[list[str]]):
    """Addresses, one a line."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str]:
        given = [line.strip() for line in str(value).splitlines() if line.strip()]
        for line in given:
            _is_address(line)
        if len(given) > MOST_LINKS:
            raise ValidationError(N_("Write 10 addresses at most"))
        return given


class EvidenceIn(Schema):
    """What a learner writes for one item. What is left out is emptied."""

    body = Text(max=LONGEST, lines=True, load_default="")
    observer = Text(max=200, load_default=None)
    observed_on = Day(load_default=None)
    links = fields.List(
        fields.String(validate=_is_address), load_default=list, validate=validate.Length(max=MOST_LINKS, error=INVALID)
    )


class DraftForm(Schema):
    """The same from a form, with the edition that was seen. `harmless`: whatever may point to somebody was looked at."""

    edition = _edition()
    body = Text(max=LONGEST, lines=True, load_default="")
    observer = Text(max=200, load_default=None)
    observed_on = Day(load_default=None)
    links = Lines(load_default=list)


class ReuseForm(Schema):
    edition = _edition()
    source = fields.UUID(required=True, error_messages={"required": N_("Choose one"), "invalid": INVALID})


class AlsoForm(Schema):
    positions = fields.List(fields.Integer(), load_default=list)


class StatementsForm(Schema):
    edition = _edition()
    statements = fields.List(fields.UUID(error_messages={"invalid_uuid": INVALID}), load_default=list)


class ObserverForm(Schema):
    """Whom to ask to sign."""

    edition = _edition()
    name = Text(max=120, required=True, message=N_("Enter the name of the person who observed you"))
    email = fields.Email(
        required=True,
        error_messages={
            "required": N_("Enter their e-mail address"), "invalid": N_("Enter an e-mail address such as name@example.org"),
        },
        validate=validate.Length(max=200),
    )  # fmt: skip
    language = Text(load_default="en", validate=one_of(["en", "cy"]))


class ObserverAnswerForm(Schema):
    """What the observer says. `saw_it`: they saw it themselves."""

    answer = Text(
        required=True, message=N_("Choose whether you sign it"),
        validate=one_of([str(each) for each in ObserverAnswer], N_("Choose whether you sign it")),
    )  # fmt: skip
    name = Text(max=120, required=True, message=N_("Enter your name"))
    role = Text(max=200, required=True, message=N_("Enter your role and where you work"))
    words = Text(max=LONGEST_COMMENT, lines=True, load_default="")
    saw_it = _tick()


class RedactionForm(Schema):
    """`parts`: what the learner shows, what was commented, or both."""

    parts = fields.List(
        Text(max=20, validate=one_of(["evidence", "comments"], N_("Choose what is redacted"))),
        load_default=list,
    )
    reason = Text(
        max=LONGEST_REASON, lines=True, required=True, message=N_("Write why it is redacted, without the details")
    )
    certain = _tick()


class ExportForm(Schema):
    kind = Text(required=True, validate=one_of([str(each) for each in ExportKind]))
    language = Text(required=True, validate=one_of(["en", "cy"]))


class ShareForm(Schema):
    who = Text(required=True, message=N_("Choose who may read it"))
    email = fields.Email(
        load_default=None, error_messages={"invalid": N_("Enter an e-mail address such as name@example.org")}
    )


class EvidenceFileIn(Schema):
    file = Upload(required=True, error_messages={"required": N_("Choose a file")})


class FileForm(Schema):
    edition = _edition()
    file = fields.Raw(required=True, error_messages={"required": N_("Choose a file")})


class ItemSubmissionIn(Schema):
    """The learner's word. `harmless`: they have looked at whatever may point to a real person."""

    edition = _edition()
    no_identifiers = _tick()
    harmless = _tick()


class DecisionIn(Schema):
    edition = _edition()
    outcome = Text(
        required=True, message=N_("Choose what you decide"),
        validate=one_of([str(each) for each in Outcome], N_("Choose what you decide")),
    )  # fmt: skip
    reason = fields.String(
        load_default=None, allow_none=True, validate=one_of([str(each) for each in ReturnReason], CHOOSE_REASON),
        metadata={"description": "Why it is returned; left out: other"},
    )  # fmt: skip
    comment = Text(max=LONGEST_COMMENT, lines=True, load_default="")
    individually_supervised = _tick()


class SeveralForm(Schema):
    """`items`: those that were read, each as "<id>.<edition>"."""

    items = fields.List(fields.String(validate=validate.Regexp(r"^[0-9a-f-]{36}\.[1-9][0-9]{0,8}$")), load_default=list)


class SubmissionIn(Schema):
    """`declared`: all of it is the learner's own work, and nobody can be recognised in it."""

    declared = _tick()


class ReopeningIn(Schema):
    reason = Text(max=LONGEST_REASON, lines=True, required=True, message=N_("Write why you open a new version"))


class SignOffIn(Schema):
    """`seen` is the `evidence_hash` of the portfolio as it was read; `statement` the words that are signed."""

    seen = Text(max=64, min=64, required=True, message=REQUIRED)
    statement = Text(max=2_000, lines=True, required=True, message=N_("Write what you confirm"))


class SignOffForm(Schema):
    seen = Text(max=64, required=True, message=REQUIRED)
    declared = _tick()


class EditionForm(Schema):
    edition = _edition()


_CHOOSE_SUPERVISION = N_("Choose how it is supervised")


class TemplateForm(Schema):
    """What is said of a portfolio template as a whole."""

    edition = _edition()
    title_en = Text(required=True, message=N_("Write the title in English"))
    title_cy = Text(required=True, message=N_("Write the title in Welsh"))
    supervision = Text(
        required=True, message=_CHOOSE_SUPERVISION,
        validate=one_of([str(each) for each in SupervisionRule], _CHOOSE_SUPERVISION),
    )  # fmt: skip
    optional_needed = fields.Integer(
        load_default=0, validate=validate.Range(0, 200, error=INVALID), error_messages={"invalid": INVALID}
    )


class NewTemplateForm(TemplateForm):
    class Meta:
        exclude = ("edition", "optional_needed")

    code = Code(required=True, message=N_("Enter a code, such as PF-ECAMHS-6"))


class TemplateItemForm(Schema):
    """One thing that a template asks for; `how_many` of it, where it is new."""

    edition = _edition()
    kind = Text(
        required=True, message=N_("Choose what kind of evidence it is"),
        validate=one_of([str(each) for each in EvidenceKind], N_("Choose what kind of evidence it is")),
    )  # fmt: skip
    title_en = Text(max=400, required=True, message=N_("Write the title in English"))
    title_cy = Text(max=400, required=True, message=N_("Write the title in Welsh"))
    guidance_en = Text(max=2_000, lines=True, load_default="")
    guidance_cy = Text(max=2_000, lines=True, load_default="")
    minutes = WholeNumber(most=100_000, load_default=None)
    how_many = WholeNumber(most=20, load_default=1)
    optional = _tick()
    individual_only = _tick()
    observer_signs = _tick()


class PortfolioPersonOut(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)


class EvidenceFileOut(Schema):
    name = fields.String(required=True)
    sha256 = fields.String(required=True)
    size = fields.Integer(required=True, metadata={"description": "Bytes"})
    media_type = fields.String(required=True)


class DecisionOut(Schema):
    id = fields.UUID(required=True)
    by = fields.Nested(PortfolioPersonOut, required=True)
    at = fields.AwareDateTime(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf([str(each) for each in Outcome]))
    comment = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    individually_supervised = fields.Boolean(required=True)
    edition = fields.Integer(required=True)
    content_hash = fields.String(required=True)


class EvidenceStatementOut(Schema):
    code = fields.String(required=True)
    wording = BilingualField(required=True)


class EvidenceItemOut(Schema):
    """One item. The evidence is null for others than the learner until it is submitted."""

    id = fields.UUID(required=True)
    position = fields.Integer(required=True)
    kind = fields.String(required=True)
    title = BilingualField(required=True)
    state = fields.String(required=True)
    edition = fields.Integer(required=True)
    body = fields.String(required=True, allow_none=True)
    observer = fields.String(required=True, allow_none=True)
    observed_on = fields.Date(required=True, allow_none=True)
    links = fields.List(fields.String(), required=True, allow_none=True)
    statements = fields.List(fields.Nested(EvidenceStatementOut), required=True, allow_none=True)
    observation = fields.Dict(
        required=True, allow_none=True, metadata={"description": "Who signed what was observed, when, with which words"}
    )
    optional = fields.Boolean(required=True)
    redacted_at = fields.AwareDateTime(required=True, allow_none=True)
    file = fields.Nested(EvidenceFileOut, required=True, allow_none=True)
    saved_at = fields.AwareDateTime(required=True)
    submitted_at = fields.AwareDateTime(required=True, allow_none=True)
    decisions = fields.List(fields.Nested(DecisionOut), required=True)


class PortfolioProgressOut(Schema):
    accepted = fields.Integer(required=True)
    waiting = fields.Integer(required=True)
    returned = fields.Integer(required=True)
    of = fields.Integer(required=True)


class PortfolioCourseOut(Schema):
    code = fields.String(required=True)
    title = BilingualField(required=True)


class SignOffOut(Schema):
    version = fields.Integer(required=True)
    signed_at = fields.AwareDateTime(required=True)
    signatory_name = fields.String(required=True)
    signatory_role = fields.String(required=True)
    licence_number = fields.String(required=True)
    statement = fields.String(required=True)
    content_hash = fields.String(required=True)


class PortfolioSummaryOut(Schema):
    id = fields.UUID(required=True)
    enrolment_id = fields.UUID(required=True)
    learner = fields.Nested(PortfolioPersonOut, required=True)
    course = fields.Nested(PortfolioCourseOut, required=True)
    programme = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    progress = fields.Nested(PortfolioProgressOut, required=True)
    submitted_at = fields.AwareDateTime(required=True, allow_none=True)


class PortfolioOut(PortfolioSummaryOut):
    evidence_hash = fields.String(
        required=True, allow_none=True,
        metadata={"description": "What a signature now would be put under; send it as `seen`"},
    )  # fmt: skip
    moderated_at = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "When a moderator agreed with the signature that stands"},
    )
    supervisor = fields.Nested(PortfolioPersonOut, required=True, allow_none=True)
    items = fields.List(fields.Nested(EvidenceItemOut), required=True)
    sign_offs = fields.List(fields.Nested(SignOffOut), required=True)


class SignedFileOut(Schema):
    name = fields.String(required=True)
    intact = fields.Boolean(required=True)


class SignedPortfolioOut(SignOffOut):
    """A signed version, and whether it still matches its hash."""

    content = fields.Dict(required=True)
    holds = fields.Boolean(required=True)
    hash_matches = fields.Boolean(required=True)
    files = fields.List(fields.Nested(SignedFileOut), required=True)
    unchanged = fields.Boolean(required=True, allow_none=True)


class WaitingOut(Schema):
    kind = fields.String(required=True, validate=validate.OneOf(["item", "portfolio"]))
    id = fields.UUID(required=True)
    portfolio_id = fields.UUID(required=True)
    position = fields.Integer(required=True)
    since = fields.AwareDateTime(required=True)
    learner = fields.Nested(PortfolioPersonOut, required=True)
    course = fields.Nested(PortfolioCourseOut, required=True)
    title = BilingualField(required=True)
