"""Shapes of frameworks."""

from marshmallow import Schema, fields

from frameworks.models import StatementKind
from lms.core.web.fields import BilingualField


class _Sourced(Schema):
    code = fields.String(required=True)
    identifier = fields.UUID(metadata={"description": "What it is known by in CASE, through all versions"})
    source = fields.String(allow_none=True, metadata={"description": "Where it comes from"})
    illustrative = fields.Boolean(
        metadata={"description": "True: our own placeholder, until its owner supplies the value"}
    )


class FrameworkOut(Schema):
    """The published version of a framework, in brief."""

    code = fields.String(required=True, attribute="framework.code")
    version = fields.Integer(required=True, attribute="number")
    status = fields.String(required=True)
    title = BilingualField(required=True)
    short_title = BilingualField(required=True, metadata={"description": "As lists say it"})
    owner = BilingualField(required=True)
    note = BilingualField(metadata={"description": "What is missing or is our own wording; both empty: nothing to say"})
    adapted_from = fields.String(allow_none=True)
    published_on = fields.Date(allow_none=True)
    source = fields.String(allow_none=True)
    illustrative = fields.Boolean()


class FrameworksOut(Schema):
    items = fields.List(fields.Nested(FrameworkOut), required=True)
    next = fields.String(required=True, allow_none=True)


class FrameworkLevelOut(_Sourced):
    rank = fields.Integer(
        required=True, metadata={"description": "Order of responsibility, lowest first; not seniority"}
    )
    title = BilingualField(required=True)
    audience = BilingualField(required=True)


class FrameworkDomainOut(_Sourced):
    title = BilingualField(required=True)
    course_codes = fields.List(fields.String(), required=True)


class FrameworkStatementOut(_Sourced):
    level = fields.String(
        required=True, allow_none=True, attribute="level.code", dump_default=None,
        metadata={"description": "None: at every level"},
    )  # fmt: skip
    domain = fields.String(allow_none=True, attribute="domain.code", dump_default=None)
    kind = fields.Enum(StatementKind, by_value=True, allow_none=True)
    wording = BilingualField(required=True)


class FrameworkRequirementOut(Schema):
    level = fields.String(required=True, attribute="level.code")
    domain = fields.String(
        allow_none=True, attribute="domain.code", dump_default=None,
        metadata={"description": "None: in the whole framework"},
    )  # fmt: skip
    condition = fields.Dict(
        required=True, metadata={"description": "Of role, setting_in, sector_in, clinical, enhanced_role; all hold"}
    )
    source = fields.String(allow_none=True)
    illustrative = fields.Boolean()


class FrameworkVersionOut(FrameworkOut):
    """A version with everything in it."""

    levels = fields.List(fields.Nested(FrameworkLevelOut), required=True)
    domains = fields.List(fields.Nested(FrameworkDomainOut), required=True)
    statements = fields.List(fields.Nested(FrameworkStatementOut), required=True)
    requirements = fields.List(fields.Nested(FrameworkRequirementOut), required=True)
