"""Shapes that only the API has; what is taken has the fields of the pages' forms."""

from marshmallow import Schema, fields, validate

from courses.portfolios import schemas
from courses.portfolios.models import EvidenceKind, ExportKind, ObserverAnswer, SupervisionRule
from lms.core.web.fields import BilingualField, Text, one_of


class TemplateItemOut(Schema):
    position = fields.Integer(required=True)
    kind = fields.String(required=True, validate=validate.OneOf([str(each) for each in EvidenceKind]))
    title = BilingualField(required=True)
    guidance = BilingualField(required=True)
    optional = fields.Boolean(required=True)
    individual_only = fields.Boolean(required=True, metadata={"description": "Not to be supervised in a group"})
    observer_signs = fields.Boolean(required=True)
    minutes = fields.Integer(required=True, allow_none=True, metadata={"description": "Of supervision"})


class PortfolioTemplateOut(Schema):
    """A version of a template. `published_at` null: the draft, which changes with each `edition`."""

    code = fields.String(required=True)
    number = fields.Integer(required=True)
    title = BilingualField(required=True)
    supervision = fields.String(required=True, validate=validate.OneOf([str(each) for each in SupervisionRule]))
    optional_needed = fields.Integer(required=True)
    illustrative = fields.Boolean(required=True)
    edition = fields.Integer(required=True)
    published_at = fields.AwareDateTime(required=True, allow_none=True)
    items = fields.List(fields.Nested(TemplateItemOut), required=True)


class PortfolioTemplateLineOut(Schema):
    code = fields.String(required=True)
    title = BilingualField(required=True)
    number = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Newest published; null: none yet"}
    )
    has_draft = fields.Boolean(required=True)
    items = fields.Integer(required=True)
    in_progress = fields.Integer(required=True, metadata={"description": "Open portfolios, of any version"})


class PortfolioTemplateLinesOut(Schema):
    items = fields.List(fields.Nested(PortfolioTemplateLineOut), required=True)


class PortfolioTemplateVersionsOut(Schema):
    items = fields.List(fields.Nested(PortfolioTemplateOut), required=True)


class TemplateItemMoveIn(schemas.EditionForm):
    by = fields.Integer(required=True, validate=validate.OneOf([-1, 1]))


class ObservationOut(Schema):
    """A request to whoever observed. The link is in their mail, and nowhere else."""

    id = fields.UUID(required=True)
    name = fields.String(required=True, attribute="asked_name")
    language = fields.String(required=True)
    asked_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    withdrawn_at = fields.AwareDateTime(required=True, allow_none=True)
    answered_at = fields.AwareDateTime(required=True, allow_none=True)
    answer = fields.Enum(ObserverAnswer, by_value=True, required=True, allow_none=True)
    words = fields.String(required=True)
    signed_name = fields.String(required=True, allow_none=True)
    signed_role = fields.String(required=True, allow_none=True)


class ObservationsOut(Schema):
    items = fields.List(fields.Nested(ObservationOut), required=True)


class EvidenceShareIn(Schema):
    """One of the two: a line manager by id, or anybody here by a confirmed address."""

    reader_id = fields.UUID(load_default=None)
    email = fields.Email(load_default=None, validate=validate.Length(max=200))


class EvidenceShareOut(Schema):
    id = fields.UUID(required=True)
    reader = fields.Nested(schemas.PortfolioPersonOut, required=True)
    shared_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)


class EvidenceSharesOut(Schema):
    items = fields.List(fields.Nested(EvidenceShareOut), required=True)


class SharedEvidenceOut(Schema):
    """An item that its learner lets one read."""

    id = fields.UUID(required=True)
    shared_at = fields.AwareDateTime(required=True)
    learner = fields.Nested(schemas.PortfolioPersonOut, required=True)
    course = fields.Nested(schemas.PortfolioCourseOut, required=True)
    title = BilingualField(required=True)
    state = fields.String(required=True)


class SharedEvidenceReadOut(SharedEvidenceOut):
    content = fields.Dict(required=True)


class RedactionIn(Schema):
    """`parts`: what the learner shows, what was commented, or both. It cannot be brought back."""

    parts = fields.List(
        Text(max=20, validate=one_of(["evidence", "comments"])), load_default=lambda: ["evidence"],
        validate=validate.Length(1, 2),
    )  # fmt: skip
    reason = Text(max=schemas.LONGEST_REASON, lines=True, required=True)


class RedactionOut(Schema):
    id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    reason = fields.String(required=True)
    content_hash = fields.String(required=True, metadata={"description": "Of what was there"})


class RedactionsOut(Schema):
    """The item's own, and those of copies that said the same."""

    items = fields.List(fields.Nested(RedactionOut), required=True)


class AlsoIn(Schema):
    positions = fields.List(
        fields.Integer(strict=True, validate=validate.Range(1, 10_000)), required=True, validate=validate.Length(1, 200)
    )


class EvidenceItemsOut(Schema):
    items = fields.List(fields.Nested(schemas.EvidenceItemOut), required=True)


class ReusableOut(Schema):
    id = fields.UUID(required=True)
    portfolio_id = fields.UUID(required=True)
    position = fields.Integer(required=True)
    course = BilingualField(required=True)
    title = BilingualField(required=True)
    saved_at = fields.AwareDateTime(required=True)


class StatementChoiceOut(Schema):
    id = fields.UUID(required=True)
    code = fields.String(required=True)
    wording = BilingualField(required=True)


class StatementChoicesOut(Schema):
    items = fields.List(fields.Nested(StatementChoiceOut), required=True)


class PortfolioExportOut(Schema):
    """A copy on its way; once `ended_at` is there it can be fetched, until it is swept."""

    id = fields.UUID(required=True)
    kind = fields.Enum(ExportKind, by_value=True, required=True)
    language = fields.String(required=True)
    asked_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    percent = fields.Integer(required=True)


class PortfolioExportsOut(Schema):
    items = fields.List(fields.Nested(PortfolioExportOut), required=True)
