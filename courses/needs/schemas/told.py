"""What the API answers about needs rounds."""

from marshmallow import Schema, fields

from courses.needs.models import AllocationKind, StepKind, Via
from courses.needs.rules.allocating import Method
from courses.needs.rules.timetable import RoundState
from courses.needs.schemas.given import NeedLineIn, StageDays
from lms.core.web.fields import BilingualField
from lms.core.web.paging import page_schema


class BodyOut(Schema):
    id = fields.UUID(required=True)
    code = fields.String(required=True)
    name = BilingualField(required=True)


class NeedsRuleOut(Schema):
    edition = fields.Integer(required=True)
    method = fields.Enum(Method, by_value=True, required=True)
    reserved_percent = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    reason = fields.String(required=True)


class RoundCourseOut(Schema):
    course = fields.String(required=True)
    title = BilingualField(required=True)
    levels = fields.List(fields.String(), required=True)


class NeedsStepOut(Schema):
    kind = fields.Enum(StepKind, by_value=True, required=True)
    at = fields.AwareDateTime(required=True)
    reason = fields.String(required=True)


class NeedsRoundOut(StageDays):
    id = fields.UUID(required=True)
    title = BilingualField(required=True)
    state = fields.Enum(RoundState, by_value=True, required=True)
    place = fields.Nested(BodyOut, required=True)
    sectors = fields.List(fields.String(), required=True)
    areas = fields.List(fields.UUID(), required=True)


class NeedsRoundDetailOut(NeedsRoundOut):
    courses = fields.List(fields.Nested(RoundCourseOut), required=True)
    rules = fields.List(fields.Nested(NeedsRuleOut), required=True, metadata={"description": "Newest first"})
    steps = fields.List(fields.Nested(NeedsStepOut), required=True)


class NeedLineOut(Schema):
    entry_id = fields.UUID(required=True)
    course = fields.String(required=True)
    level = fields.String(required=True)
    entered = fields.Integer(required=True)
    heads = fields.Integer(required=True, metadata={"description": "What counts after review"})
    reason = fields.String(required=True)
    evidence = fields.String(required=True)
    adjusted = fields.String(required=True, allow_none=True, metadata={"description": "Why the figure is another one"})


class NeedsAnswerOut(Schema):
    body = fields.Nested(BodyOut, required=True)
    edition = fields.Integer(required=True, metadata={"description": "0: nothing was entered yet"})
    at = fields.AwareDateTime(required=True, allow_none=True)
    via = fields.Enum(Via, by_value=True, required=True, allow_none=True)
    reviewed = fields.Boolean(required=True)
    headcount = fields.Integer(required=True, allow_none=True)
    lines = fields.List(fields.Nested(NeedLineOut), required=True)


class SheetRowOut(Schema):
    row = fields.Integer(required=True)
    course = fields.String(required=True)
    level = fields.String(required=True)
    heads = fields.Integer(required=True, allow_none=True)
    before = fields.Integer(required=True, allow_none=True)
    became = fields.String(required=True, metadata={"description": "new, changed, same, empty or fault"})
    faults = fields.List(fields.String(), required=True)


class SheetOut(Schema):
    """What a sheet would do. Nothing was kept."""

    edition = fields.Integer(required=True)
    fit = fields.Boolean(required=True, metadata={"description": "No row has a fault"})
    rows = fields.List(fields.Nested(SheetRowOut), required=True)
    left_out = fields.List(fields.Nested(NeedLineIn), required=True)


class DemandLineOut(Schema):
    course = fields.String(required=True)
    level = fields.String(required=True)
    bodies = fields.Integer(required=True)
    entered = fields.Integer(required=True)
    heads = fields.Integer(required=True)
    sectors = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class NeedsDemandOut(Schema):
    items = fields.List(fields.Nested(DemandLineOut), required=True)


class CapacityOut(Schema):
    course = fields.String(required=True)
    need = fields.Integer(required=True)
    seats = fields.Integer(required=True, allow_none=True)
    pence = fields.Integer(required=True, allow_none=True)
    budget = fields.Integer(required=True, allow_none=True)
    places = fields.Integer(required=True, allow_none=True, metadata={"description": "What seats and budget allow"})


class CapacitiesOut(Schema):
    items = fields.List(fields.Nested(CapacityOut), required=True)


class PlacesOut(Schema):
    body = fields.Nested(BodyOut, required=True)
    course = fields.String(required=True)
    need = fields.Integer(required=True)
    before = fields.Integer(required=True, allow_none=True)
    kept = fields.Integer(required=True)
    places = fields.Integer(required=True)
    accepted = fields.Integer(required=True, allow_none=True)
    named = fields.Integer(required=True)
    begun = fields.Integer(required=True)
    workings = fields.List(
        fields.String(), required=True, metadata={"description": "How the number came about, in words"}
    )


class NeedsAllocationOut(Schema):
    edition = fields.Integer(required=True)
    kind = fields.Enum(AllocationKind, by_value=True, required=True)
    at = fields.AwareDateTime(required=True)
    reason = fields.String(required=True)
    accept_by = fields.Date(required=True)
    nominate_by = fields.Date(required=True)
    rule = fields.Nested(NeedsRuleOut, required=True)
    places = fields.List(fields.Nested(PlacesOut), required=True)


class AcceptanceOut(Schema):
    edition = fields.Integer(required=True)
    accepted = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)


class NomineeOut(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    named_at = fields.AwareDateTime(required=True)
    taken_at = fields.AwareDateTime(required=True, allow_none=True)
    withdrawn_at = fields.AwareDateTime(required=True, allow_none=True)
    enrolment_id = fields.UUID(required=True, allow_none=True)


class NomineesOut(Schema):
    items = fields.List(fields.Nested(NomineeOut), required=True)


class OutturnLineOut(Schema):
    course = fields.String(required=True)
    need = fields.Integer(required=True)
    first = fields.Integer(required=True, metadata={"description": "What the first allocation gave"})
    offered = fields.Integer(required=True)
    accepted = fields.Integer(required=True)
    named = fields.Integer(required=True)
    used = fields.Integer(required=True)
    spent = fields.Integer(required=True, metadata={"description": "Pence"})


class OutturnOut(Schema):
    items = fields.List(fields.Nested(OutturnLineOut), required=True)


class PublicRuleOut(Schema):
    title = BilingualField(required=True)
    rules = fields.List(fields.Nested(NeedsRuleOut), required=True)


NeedsRoundsOut = page_schema(NeedsRoundOut)
