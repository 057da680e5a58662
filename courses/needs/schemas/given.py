"""What is sent about needs rounds; pages and the API share their fields."""

import re
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from courses.needs.rules.allocating import Method
from courses.needs.rules.lines import LONGEST
from lms.accounts.models import Sector
from lms.core.language import LANGUAGES, N_
from lms.core.web.fields import BilingualField, Code, Day, Text, one_of

METHOD = N_("Choose how places are shared out")
WHY = N_("Write why")
CHOOSE = N_("Choose a person")
HEADS = N_("Write how many people as a whole number, such as 12")
MOST_PENCE = 100_000_000_00
MOST_SEATS = 100_000


class Pounds(fields.Field[int]):
    """An amount in pounds as people write it, such as 1,250 or £66.67; loaded as whole pence."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        plain = str(value).strip().lstrip("£").replace(",", "").replace(" ", "")
        if not re.fullmatch(r"\d{1,9}(\.\d{1,2})?", plain):
            raise ValidationError(N_("Write an amount in pounds, such as 250 or 66.67"))
        whole, _point, rest = plain.partition(".")
        return int(whole) * 100 + int((rest + "00")[:2])


class Heads(fields.Integer):
    """From 0."""

    def __init__(self, *, most: int, **options: Any):
        options.setdefault("error_messages", {"invalid": HEADS, "required": HEADS, "null": HEADS, "too_large": HEADS})
        super().__init__(validate=validate.Range(min=0, max=most, error=HEADS), **options)


class StageDays(Schema):
    opens_on = Day(required=True)
    need_by = Day(required=True)
    review_by = Day(required=True)
    allocate_by = Day(required=True)
    accept_by = Day(required=True)
    nominate_by = Day(required=True)
    ends_on = Day(required=True)


class DatesForm(StageDays):
    reason = Text(max=LONGEST, lines=True, required=True, message=WHY)


class _RuleFields(Schema):
    method = fields.String(
        required=True, validate=one_of([each.value for each in Method], METHOD), error_messages={"required": METHOD}
    )
    reserved_percent = fields.Integer(
        load_default=0,
        validate=validate.Range(0, 100, error=N_("Write a whole number from 0 to 100")),
        error_messages={"invalid": N_("Write a whole number from 0 to 100")},
        metadata={"description": "Of the places of each course, kept for the third sector"},
    )


class NeedsRuleIn(_RuleFields):
    reason = Text(max=LONGEST, lines=True, required=True, message=WHY)


class _WhoFields(Schema):
    sectors = fields.List(
        fields.String(validate=one_of([each.value for each in Sector])), load_default=list,
        metadata={"description": "Who may answer; left out: every sector"},
    )  # fmt: skip
    areas = fields.List(
        fields.UUID(), load_default=list, validate=validate.Length(max=200),
        metadata={"description": "Bodies at, below or in the footprint of these; left out: the whole place"},
    )  # fmt: skip


class RoundForm(_RuleFields, _WhoFields, StageDays):
    title_en = Text(required=True, message=N_("Enter a title in English"))
    title_cy = Text(required=True, message=N_("Enter a title in Welsh"))
    place_id = fields.UUID(
        required=True, error_messages={"required": N_("Choose a place"), "invalid_uuid": N_("Choose a place")}
    )
    courses = fields.List(
        Code(), required=True, validate=validate.Length(min=1, error=N_("Choose at least one course")),
        error_messages={"required": N_("Choose at least one course")},
    )  # fmt: skip
    by_level = fields.Boolean(load_default=False)


class RoundCourseIn(Schema):
    course = Code(required=True)
    levels = fields.List(
        Text(max=120), load_default=list, validate=validate.Length(max=20),
        metadata={"description": "Framework and level, such as PIMH:enhanced; left out: heads are not told apart"},
    )  # fmt: skip


class NeedsRoundIn(_RuleFields, _WhoFields, StageDays):
    title = BilingualField(required=True, max=200)
    place_id = fields.UUID(required=True)
    courses = fields.List(fields.Nested(RoundCourseIn), required=True, validate=validate.Length(1, 100))


class HeadcountForm(Schema):
    people = fields.Integer(
        load_default=None,
        validate=validate.Range(1, 500_000, error=HEADS),
        error_messages={"invalid": HEADS},
    )
    source = Text(max=200, load_default="")
    name = Text(max=200, load_default="")


class HeadcountIn(Schema):
    people = fields.Integer(
        required=True, validate=validate.Range(1, 500_000, error=HEADS),
        error_messages={"invalid": HEADS, "required": HEADS},
    )  # fmt: skip
    source = Text(max=200, required=True, message=N_("Write where the headcount comes from, such as payroll in March"))


class NeedLineIn(Schema):
    course = Code(required=True)
    level = Text(max=120, load_default="")
    heads = fields.Integer(required=True)
    reason = Text(max=LONGEST, lines=True, load_default="")
    evidence = Text(max=LONGEST, lines=True, load_default="")


class NeedsAnswerIn(Schema):
    edition = fields.Integer(required=True, metadata={"description": "The edition that you saw; 0: none yet"})
    lines = fields.List(fields.Nested(NeedLineIn), required=True, validate=validate.Length(max=2000))
    headcount = fields.Nested(HeadcountIn, load_default=None, allow_none=True)


class SheetForm(Schema):
    file = fields.Raw(required=True, error_messages={"required": N_("Choose a file")})


class LinkForm(Schema):
    email = fields.Email(
        required=True,
        error_messages={
            "required": N_("Enter an e-mail address"),
            "invalid": N_("Enter an e-mail address, like name@example.org"),
        },
    )
    language = fields.String(
        required=True, validate=one_of(LANGUAGES, N_("Choose a language")),
        error_messages={"required": N_("Choose a language")},
    )  # fmt: skip


class AdjustmentIn(Schema):
    entry_id = fields.UUID(required=True)
    heads = Heads(most=20_000, required=True)
    reason = Text(max=LONGEST, lines=True, load_default="")


class NeedsReviewIn(Schema):
    edition = fields.Integer(required=True)
    comment = Text(max=LONGEST, lines=True, load_default="")
    adjustments = fields.List(fields.Nested(AdjustmentIn), load_default=list, validate=validate.Length(max=2000))


class CapacityIn(Schema):
    course = Code(required=True)
    seats = Heads(most=MOST_SEATS, required=True)
    pence = fields.Integer(required=True, validate=validate.Range(0, MOST_PENCE))
    budget = fields.Integer(required=True, validate=validate.Range(0, MOST_PENCE), metadata={"description": "Pence"})


class CapacitiesIn(Schema):
    courses = fields.List(fields.Nested(CapacityIn), required=True, validate=validate.Length(1, 100))


class AllocationIn(Schema):
    edition = fields.Integer(required=True, metadata={"description": "The newest edition that you saw; 0: none yet"})
    reason = Text(max=LONGEST, lines=True, load_default="")


class ReofferIn(AllocationIn):
    accept_by = Day(required=True)
    nominate_by = Day(required=True)


class AcceptanceIn(Schema):
    accepted = Heads(most=20_000, required=True)
    reason = Text(max=LONGEST, lines=True, load_default="")


class AcceptanceForm(Schema):
    answer = fields.String(
        required=True, validate=one_of(("all", "fewer", "none"), N_("Choose how many places you take")),
        error_messages={"required": N_("Choose how many places you take")},
    )  # fmt: skip
    accepted = fields.Integer(load_default=None, error_messages={"invalid": HEADS})
    reason = Text(max=LONGEST, lines=True, load_default="")


class InviteForm(LinkForm):
    name = Text(required=True, message=N_("Enter a name"))


class NomineeIn(Schema):
    """Either a person of the body, or a name with an address."""

    person_id = fields.UUID(load_default=None, allow_none=True)
    name = Text(load_default="")
    email = fields.Email(load_default=None, allow_none=True)
    language = fields.String(load_default="en", validate=one_of(LANGUAGES))


class TakeForm(Schema):
    declared = fields.List(fields.String(validate=validate.Length(max=120)), load_default=list)


class PersonForm(Schema):
    person_id = fields.UUID(
        required=True, error_messages={"required": N_("Choose a person"), "invalid_uuid": N_("Choose a person")}
    )


class StageIn(Schema):
    stage = fields.String(required=True, validate=one_of(("reviewed", "accepted", "closed")))
