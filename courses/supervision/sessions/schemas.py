"""Shapes of supervision sessions; pages and the API share their fields."""

from marshmallow import Schema, fields, validate

from courses.supervision.schemas import PERSON, PersonNamedOut
from courses.supervision.sessions.models import SessionKind
from lms.core.language import N_
from lms.core.web.fields import REQUIRED, Code, Day, Text, one_of
from lms.core.web.paging import page_schema

MINUTES = N_("Enter how many minutes it lasted, from 5 to 480")
KIND = N_("Choose which kind of supervision it was")
TOPICS = N_("Write what it was about, in a few words and without names")


class _SessionFields(Schema):
    kind = fields.String(
        required=True, validate=one_of([each.value for each in SessionKind], KIND), error_messages={"required": KIND}
    )
    held_on = Day(required=True, message=N_("Enter the date of the session"))
    minutes = fields.Integer(
        required=True, validate=validate.Range(5, 480, error=MINUTES),
        error_messages={"required": MINUTES, "invalid": MINUTES},
    )  # fmt: skip
    topics = Text(max=1000, required=True, lines=True, message=TOPICS)
    programme = Code(load_default=None)
    tasks = fields.List(Text(max=80), load_default=list, metadata={"description": "<template>/<position>"})
    standards = fields.List(Code(), load_default=list, metadata={"description": "Codes of the framework SUPV"})


class SessionIn(_SessionFields):
    learners = fields.List(fields.UUID(), required=True, validate=validate.Length(1, 30), error_messages=PERSON)


class SessionForm(_SessionFields):
    """`others`: e-mail addresses of people whom the page does not offer, one a line."""

    learners = fields.List(fields.UUID(), load_default=list)
    others = Text(max=3000, lines=True, load_default="")


class SessionAnswerIn(Schema):
    """`wrong` left out: they agree."""

    wrong = Text(max=500, lines=True, load_default=None, allow_none=True)


class SessionWithdrawalIn(Schema):
    reason = Text(max=500, lines=True, required=True, message=REQUIRED)


class SessionLearnerOut(Schema):
    learner = fields.Nested(PersonNamedOut)
    agreed_at = fields.AwareDateTime(allow_none=True)
    disputed_at = fields.AwareDateTime(allow_none=True)


class SessionOut(Schema):
    """A learner reads of the others only how many they were."""

    id = fields.UUID()
    supervisor = fields.Nested(PersonNamedOut)
    programme = fields.String(allow_none=True)
    kind = fields.String()
    held_on = fields.Date()
    minutes = fields.Integer()
    topics = fields.String()
    tasks = fields.List(fields.String())
    standards = fields.List(fields.String())
    group_size = fields.Integer()
    learners = fields.List(fields.Nested(SessionLearnerOut))
    withdrawn_at = fields.AwareDateTime(allow_none=True)


class HoursOut(Schema):
    kind = fields.String()
    alone = fields.Integer(metadata={"description": "Minutes one to one"})
    group = fields.Integer(metadata={"description": "Minutes in groups"})


class SupervisionHoursOut(Schema):
    had = fields.List(fields.Nested(HoursOut))
    given = fields.List(fields.Nested(HoursOut))


SessionsOut = page_schema(SessionOut)
