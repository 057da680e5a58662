"""Shapes of plans, gaps and teams; pages and the API share their fields."""

from marshmallow import Schema, fields, validate

from courses.plans.models import ActionKind, GoalState, Outcome, PartnerKind
from frameworks.assessment.rules import Reach
from frameworks.assessment.schemas import edition
from lms.core.language import N_
from lms.core.web.fields import BilingualField, Code, Day, Instant, Text, one_of

LONGEST = 2000
WHAT = N_("Write what you want to reach")
WHY = N_("Write why it matters for your work")
WHEN = N_("Enter the day by which you want to reach it")
KNOWN = N_("Write how you will know that you have reached it")
OUTCOMES = [each.value for each in Outcome]


class PlanGoalForm(Schema):
    """What a goal says."""

    what = Text(max=300, required=True, message=WHAT)
    why = Text(max=LONGEST, required=True, message=WHY, lines=True)
    how_known = Text(max=LONGEST, required=True, message=KNOWN, lines=True)
    by_when = Day(required=True, message=WHEN)
    edition = fields.Integer(load_default=0)


class PlanGoalIn(Schema):
    what = Text(max=300, required=True, message=WHAT)
    why = Text(max=LONGEST, required=True, message=WHY, lines=True)
    how_known = Text(max=LONGEST, required=True, message=KNOWN, lines=True)
    by_when = Day(required=True, message=WHEN)
    framework = Code(load_default=None)
    domain = Text(max=60, load_default=None)


class PlanGoalChangeIn(Schema):
    what = Text(max=300, required=True, message=WHAT)
    why = Text(max=LONGEST, required=True, message=WHY, lines=True)
    how_known = Text(max=LONGEST, required=True, message=KNOWN, lines=True)
    by_when = Day(required=True, message=WHEN)
    edition = edition(1)


class PlanActionForm(Schema):
    """An action from a form: one of the three boxes says what."""

    course = Text(max=60, load_default=None)
    series = fields.UUID(load_default=None)
    words = Text(max=300, load_default="")
    by_when = Day(load_default=None)
    edition = edition(1)


class PlanActionIn(PlanActionForm):
    kind = fields.Enum(ActionKind, by_value=True, required=True)


class PlanDoneIn(Schema):
    done = fields.Boolean(required=True)


class PlanEditionQuery(Schema):
    edition = edition(1)


class PlanShareIn(Schema):
    partner = fields.UUID(
        required=True, error_messages={"required": N_("Choose somebody"), "invalid": N_("Choose somebody")}
    )


class PlanReviewIn(Schema):
    outcome = fields.String(
        required=True, validate=one_of(OUTCOMES), error_messages={"required": N_("Choose one of the answers")}
    )
    comment = Text(max=LONGEST, lines=True, load_default="")


class PlanPickIn(Schema):
    goal_id = fields.UUID(required=True)
    edition = edition(1)


class PlanAnswerIn(Schema):
    """An answer to goals that somebody shares."""

    goals = fields.List(fields.Nested(PlanPickIn), required=True, validate=validate.Length(1, 60))
    agreed = fields.Boolean(required=True)
    comment = Text(max=LONGEST, lines=True, load_default="", metadata={"description": "Needed to return them"})


class PlanAnswerForm(Schema):
    picks = fields.List(Text(max=80), load_default=list)
    outcome = Text(max=20, required=True, validate=validate.OneOf(["agree", "return"]))
    comment = Text(max=LONGEST, lines=True, load_default="")


class PlanLanguageIn(Schema):
    language = Text(max=2, required=True, validate=validate.OneOf(["en", "cy"]))


class PlanActionOut(Schema):
    id = fields.UUID(required=True)
    kind = fields.Enum(ActionKind, by_value=True, required=True)
    course = fields.String(allow_none=True, attribute="course_code")
    series = fields.UUID(allow_none=True, attribute="series_id")
    words = fields.String()
    by_when = fields.Date(allow_none=True)
    done_on = fields.Date(allow_none=True)


class PlanStepOut(Schema):
    kind = fields.String(required=True)
    by = fields.String(attribute="by.display_name")
    at = Instant(required=True)
    edition = fields.Integer()
    comment = fields.String()


class PlanGoalOut(Schema):
    id = fields.UUID(required=True)
    what = fields.String(required=True)
    why = fields.String(required=True)
    how_known = fields.String(required=True)
    by_when = fields.Date(required=True)
    framework = fields.String(allow_none=True, attribute="framework_code")
    domain = fields.String(allow_none=True, attribute="domain_code")
    state = fields.Enum(GoalState, by_value=True, required=True)
    outcome = fields.Enum(Outcome, by_value=True, allow_none=True)
    partner = fields.String(allow_none=True, attribute="partner.display_name", dump_default=None)
    partner_kind = fields.Enum(PartnerKind, by_value=True, allow_none=True)
    edition = fields.Integer(required=True)
    actions = fields.List(fields.Nested(PlanActionOut), required=True)
    steps = fields.List(fields.Nested(PlanStepOut), required=True)


class PlanGoalsOut(Schema):
    items = fields.List(fields.Nested(PlanGoalOut), required=True)


class PlanCountOut(Schema):
    goals = fields.Integer(required=True)


class PlanPartnerOut(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    kind = fields.Enum(PartnerKind, by_value=True, required=True)


class PlanPartnersOut(Schema):
    items = fields.List(fields.Nested(PlanPartnerOut), required=True)


class PlanCopyOut(Schema):
    id = fields.UUID(required=True)
    language = fields.String(required=True)
    asked_at = Instant(required=True)
    ready = fields.Boolean(required=True)


class PlanSuggestionOut(Schema):
    course = fields.String(required=True)
    title = BilingualField(required=True)
    why = fields.String(required=True, metadata={"description": "The reason, in the language of Accept-Language"})
    covers = fields.List(fields.String(), required=True, metadata={"description": "Codes of the statements"})
    open = fields.Boolean(required=True)


class PlanGapOut(Schema):
    statement = fields.String(required=True)
    domain = fields.String(required=True)
    level = fields.String(allow_none=True)
    wording = BilingualField(required=True)
    value = fields.String(allow_none=True)


class PlanGapsOut(Schema):
    framework = fields.String(required=True)
    version = fields.Integer(required=True)
    gaps = fields.List(fields.Nested(PlanGapOut), required=True)
    suggestions = fields.List(fields.Nested(PlanSuggestionOut), required=True)


class TeamQuery(Schema):
    framework = Code(load_default=None)
    cursor = Text(max=400, load_default=None)


class TeamMemberOut(Schema):
    person_id = fields.UUID(required=True)
    name = fields.String(required=True)
    reaches = fields.Dict(
        keys=fields.String(), values=fields.Enum(Reach, by_value=True), required=True,
        metadata={"description": "By domain"},
    )  # fmt: skip


class TeamOut(Schema):
    framework = fields.String(required=True)
    items = fields.List(fields.Nested(TeamMemberOut), required=True)
    next = fields.String(required=True, allow_none=True)
