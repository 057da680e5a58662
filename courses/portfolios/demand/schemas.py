"""Shapes of demand and capacity."""

from marshmallow import Schema, fields

from courses.portfolios.demand.queries import BY
from lms.core.web.fields import BilingualField, Code, one_of


class DemandQuery(Schema):
    programme = Code(load_default="ECAMHS")
    by = fields.String(load_default="organisation", validate=one_of(BY))


class SupervisionNeedOut(Schema):
    key = fields.String(required=True, metadata={"description": "Id of the body, or the sector; empty: on their own"})
    name = BilingualField(required=True)
    learners = fields.Integer(required=True, metadata={"description": "People with an open portfolio"})
    unsupervised = fields.Integer(required=True)
    waiting = fields.Integer(required=True, metadata={"description": "People with something undecided"})
    oldest = fields.Integer(required=True, metadata={"description": "Days that the oldest of it waits"})
    supervisors = fields.Integer(required=True)
    capacity = fields.Integer(required=True)
    taken = fields.Integer(required=True)
    short = fields.Integer(required=True, metadata={"description": "Without a supervisor, and no place free here"})


class DemandOut(Schema):
    programme = fields.String(required=True)
    by = fields.String(required=True)
    items = fields.List(fields.Nested(SupervisionNeedOut), required=True)
