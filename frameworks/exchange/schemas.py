"""Shapes of files: what they would do, and what they did."""

from marshmallow import Schema, fields, validate

from lms.core.language import N_
from lms.core.web.fields import Code, one_of


class SheetForm(Schema):
    removes_missing = fields.String(load_default="")


class PackageForm(Schema):
    code = Code(required=True, message=N_("Write a code, such as PIMH"))
    organisation = Code(required=True, message=N_("Choose an organisation"))


class SheetQuery(Schema):
    """A spreadsheet in the request's body."""

    name = fields.String(load_default="", validate=validate.Length(max=200))
    remove_missing = fields.Boolean(load_default=False, metadata={"description": "Remove what is not in the file"})


class PackageQuery(Schema):
    """A CASE package in the request's body."""

    code = Code(required=True)
    organisation = Code(required=True, metadata={"description": "Code of the organisation that keeps it"})
    name = fields.String(load_default="", validate=validate.Length(max=200))


class FormatQuery(Schema):
    format = fields.String(load_default="csv", validate=one_of(("csv", "xlsx", "case")))


class SheetStepOut(Schema):
    line = fields.Integer(required=True, metadata={"description": "Row of the file; 0: it is not in the file"})
    kind = fields.String(required=True)
    code = fields.String(required=True)
    actions = fields.List(fields.String(), required=True)
    fault = fields.String(required=True)
    detail = fields.String(required=True)


class SheetPlanOut(Schema):
    """What a spreadsheet would do, row by row. Nothing has changed yet."""

    id = fields.UUID(required=True, metadata={"description": "Of the import: post to its `application` to do it"})
    faulty = fields.Boolean(required=True)
    items = fields.List(fields.Nested(SheetStepOut), required=True)


class PackageFaultOut(Schema):
    where = fields.String(required=True)
    why = fields.String(required=True)


class PackagePlanOut(Schema):
    """What a CASE package would become. Nothing has changed yet."""

    id = fields.UUID(required=True)
    levels = fields.Integer(required=True)
    domains = fields.Integer(required=True)
    statements = fields.Integer(required=True)
    faults = fields.List(fields.Nested(PackageFaultOut), required=True)


class NewerPlanOut(SheetPlanOut):
    """What a newer edition of a CASE document would do. Nothing has changed yet."""

    faults = fields.List(
        fields.Nested(PackageFaultOut), required=True, metadata={"description": "What makes it no CASE package"}
    )


class BroughtInOut(Schema):
    framework = fields.String(required=True, attribute="framework.code")
    number = fields.Integer(required=True)
    edition = fields.Integer(required=True)
