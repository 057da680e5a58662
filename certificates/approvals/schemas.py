"""Shapes of approvals; pages and the API share their fields."""

from typing import Any

from marshmallow import Schema, fields

from certificates.approvals import functions
from certificates.approvals.functions import Function
from certificates.approvals.letters import item_title
from certificates.approvals.models import FunctionHours
from certificates.approvals.queries import SHOWS
from certificates.approvals.rules import Basis, Check, Ground, Lack, State, StepKind, SuspensionReason, Verdict
from certificates.approvals.services.granting import Asked
from certificates.approvals.views import View, verdict_on
from lms.core.language import N_
from lms.core.web.fields import BilingualField, Day, Text, WholeNumber, one_of
from lms.core.web.paging import PageQuery

MOST_MINUTES = 200 * 60
_values = [each.value for each in Check]


class ApprovalAgainIn(Schema):
    """What is decided when somebody is approved again. `number`: of a certificate here; otherwise course and day, as seen."""

    decided_on = Day(required=True, message=N_("Enter the day of the decision"))
    starts_on = Day(required=True, message=N_("Enter the first day"))
    ends_on = Day(load_default=None, allow_none=True)
    number = Text(load_default="", max=40, min=0)
    course_title = Text(load_default="", max=200, min=0)
    course_on = Day(load_default=None, allow_none=True)
    criterion = Text(load_default="", max=10, min=0)
    checks = fields.List(fields.String(validate=one_of(_values)), load_default=list)
    conditions = Text(load_default="", max=2000, min=0, lines=True)


class GrantForm(ApprovalAgainIn):
    """Of a page, whose address names the function and the body."""

    email = Text(required=True, max=200, message=N_("Enter the address with which the person signs in"))
    profession = Text(required=True, max=40, message=N_("Choose their profession"))
    basis = fields.String(
        required=True, validate=one_of((Basis.COURSE.value, Basis.EARLIER.value), N_("Choose what it rests on")),
        error_messages={"required": N_("Choose what it rests on")},
    )  # fmt: skip
    earlier = Text(load_default="", max=400, min=0)


class ApprovalGrantIn(GrantForm):
    function = Text(required=True, max=20)
    body = Text(required=True, max=60)


class ApprovalSuspendIn(Schema):
    on = Day(required=True, message=N_("Enter the day from which it counts"))
    reason = fields.Enum(
        SuspensionReason, by_value=True, required=True,
        error_messages={"required": N_("Choose why"), "unknown": N_("Choose why")},
    )  # fmt: skip
    note = Text(required=True, max=1000, lines=True, message=N_("Write the reasons"))


class ApprovalLiftIn(Schema):
    on = Day(required=True, message=N_("Enter the day from which it counts"))
    note = Text(load_default="", max=1000, min=0, lines=True)


class ApprovalEndIn(Schema):
    """`on` is not needed for what was recorded by mistake: it never counted."""

    ground = fields.Enum(
        Ground, by_value=True, required=True,
        error_messages={"required": N_("Choose why"), "unknown": N_("Choose why")},
    )  # fmt: skip
    on = Day(required=True, message=N_("Enter the day from which it counts"))
    note = Text(required=True, max=1000, lines=True, message=N_("Write the reasons"))


class ApprovalChooseIn(Schema):
    on = Day(required=True, message=N_("Enter the day on which they were chosen"))
    checks = fields.List(fields.Enum(Check, by_value=True), load_default=list)


class ApprovalActForIn(Schema):
    other = Text(required=True, max=60, message=N_("Choose another authority"))
    acts = fields.Boolean(load_default=True)


class ApprovalEvidenceIn(Schema):
    """`number`: a certificate that it is; then its own day counts. Never anything by which a patient could be known."""

    sort = fields.String(
        required=True, validate=one_of(functions.evidence_sorts(), N_("Choose what it is")),
        error_messages={"required": N_("Choose what it is")},
    )  # fmt: skip
    number = Text(load_default="", max=40, min=0)
    title = Text(load_default="", max=300, min=0)
    on = Day(required=True, message=N_("Enter the day"))
    minutes = WholeNumber(most=MOST_MINUTES, load_default=None, allow_none=True)


class ApprovalVerdictIn(Schema):
    verdict = fields.Enum(
        Verdict, by_value=True, required=True, error_messages={"required": N_("Choose"), "unknown": N_("Choose")}
    )
    note = Text(load_default="", max=1000, min=0, lines=True)


class HoursForm(Schema):
    """`hours` empty: no amount is asked for."""

    hours = WholeNumber(most=200, load_default=None, allow_none=True)
    from_on = Day(required=True, message=N_("Enter the day from which it counts"))


class FunctionHoursIn(Schema):
    function = Text(required=True, max=20)
    minutes = WholeNumber(most=MOST_MINUTES, load_default=None, allow_none=True)
    from_on = Day(required=True)


class ApprovalsQuery(PageQuery):
    show = fields.String(load_default="standing", validate=one_of(SHOWS))
    function = fields.String(load_default=None, validate=one_of(functions.codes()))
    on = Day(load_default=None, metadata={"description": "As of that day; today without it"})


class AsOfQuery(Schema):
    on = Day(load_default=None, metadata={"description": "As of that day; today without it"})


class CourseRuleOut(Schema):
    within_years = fields.Integer(required=True, allow_none=True)
    courses = fields.List(fields.String(), required=True)


class StatutoryFunctionOut(Schema):
    """`illustrative`: the parts for which we found no source."""

    code = fields.String(required=True)
    valid_from = fields.Date(required=True)
    title = BilingualField(required=True)
    approver = BilingualField(required=True)
    longest_years = fields.Integer(required=True, allow_none=True)
    who = fields.List(fields.String(), required=True)
    first = fields.Nested(CourseRuleOut, required=True)
    again = fields.Nested(CourseRuleOut, required=True)
    yearly = fields.Boolean(required=True)
    grounds = fields.List(fields.Enum(Ground, by_value=True), required=True)
    gives_doctors = fields.List(fields.String(), required=True)
    per_case = fields.List(fields.Enum(Check, by_value=True), required=True)
    source = fields.String(required=True)
    illustrative = fields.List(fields.String(), required=True)


class StatutoryFunctionsOut(Schema):
    items = fields.List(fields.Nested(StatutoryFunctionOut), required=True)


class ApprovalYearOut(Schema):
    """`minutes` of accepted items; `needed`: what the body asks for, 0 for no amount."""

    number = fields.Integer(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    accepted = fields.Integer(required=True)
    waiting = fields.Integer(required=True)
    minutes = fields.Integer(required=True)
    needed = fields.Integer(required=True)
    met = fields.Boolean(required=True)


class ApprovalLackOut(Schema):
    what = fields.Enum(Lack, by_value=True, required=True)
    by = fields.Date(required=True)
    year = fields.Integer(required=True)
    minutes = fields.Integer(required=True)


class ApprovalStepOut(Schema):
    kind = fields.Enum(StepKind, by_value=True, required=True)
    on = fields.Date(required=True)
    ground = fields.Enum(Ground, by_value=True, required=True, allow_none=True)
    reason = fields.Enum(SuspensionReason, by_value=True, required=True, allow_none=True)
    other = fields.String(required=True, allow_none=True)
    note = fields.String(required=True)


class ApprovalEvidenceOut(Schema):
    id = fields.UUID(required=True)
    year = fields.Integer(required=True)
    sort = fields.String(required=True)
    on = fields.Date(required=True)
    title = BilingualField(required=True)
    minutes = fields.Integer(required=True, allow_none=True)
    certificate = fields.String(required=True, allow_none=True)
    verdict = fields.Enum(Verdict, by_value=True, required=True, allow_none=True)
    note = fields.String(required=True)


class ApprovalBriefOut(Schema):
    """What a manager is told: the fact and its dates."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    function = fields.String(required=True)
    body = fields.String(required=True)
    state = fields.Enum(State, by_value=True, required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True, allow_none=True)
    overdue = fields.Boolean(required=True)
    gives = fields.List(fields.String(), required=True)


class ApprovalOut(ApprovalBriefOut):
    """As of `day`. `after`: the approval that follows this one."""

    day = fields.Date(required=True)
    profession = fields.String(required=True)
    decided_on = fields.Date(required=True)
    basis = fields.Enum(Basis, by_value=True, required=True)
    conditions = fields.String(required=True)
    follows = fields.UUID(required=True, allow_none=True)
    after = fields.UUID(required=True, allow_none=True)
    years = fields.List(fields.Nested(ApprovalYearOut), required=True)
    missing = fields.List(fields.Nested(ApprovalLackOut), required=True)
    steps = fields.List(fields.Nested(ApprovalStepOut), required=True)
    evidence = fields.List(fields.Nested(ApprovalEvidenceOut), required=True)


class FunctionHoursOut(Schema):
    body = fields.String(required=True)
    function = fields.String(required=True)
    minutes = fields.Integer(required=True, allow_none=True)
    from_on = fields.Date(required=True)


def asked_of(given: dict[str, Any]) -> Asked:
    """What an officer decides, from ApprovalGrantIn or ApprovalAgainIn."""
    return Asked(
        profession=given.get("profession", ""), decided_on=given["decided_on"], starts_on=given["starts_on"],
        ends_on=given["ends_on"], basis=Basis(given.get("basis", Basis.AGAIN.value)), number=given["number"],
        course_title=given["course_title"], course_on=given["course_on"], earlier=given.get("earlier", ""),
        criterion=given["criterion"], checks=tuple(Check(each) for each in given["checks"]), conditions=given["conditions"],
    )  # fmt: skip


def shown_function(it: Function) -> dict[str, Any]:
    """For StatutoryFunctionOut."""
    return {name: getattr(it, name) for name in StatutoryFunctionOut().fields}


def shown_brief(it: View) -> dict[str, Any]:
    """For ApprovalBriefOut."""
    found = it.approval
    return {
        "id": found.id, "name": found.person.display_name, "function": found.function, "body": found.body.code,
        "state": it.state, "starts_on": found.starts_on, "ends_on": found.ends_on, "overdue": it.overdue,
        "gives": [each.code for each in it.gives],
    }  # fmt: skip


def shown_approval(it: View) -> dict[str, Any]:
    """For ApprovalOut."""
    found = it.approval
    return shown_brief(it) | {
        "day": it.day, "profession": found.profession, "decided_on": found.decided_on, "basis": found.basis,
        "conditions": found.conditions, "follows": found.follows_id, "after": it.after, "years": it.years,
        "missing": it.missing,
        "steps": [
            {"kind": each.kind, "on": each.on, "ground": each.ground, "reason": each.reason, "note": each.note,
             "other": each.other.code if each.other else None}
            for each in found.steps
        ],
        "evidence": [
            {"id": each.id, "year": each.year, "sort": each.sort, "on": each.on, "minutes": each.minutes,
             "title": item_title(each), "certificate": each.award.number if each.award else None,
             "verdict": verdict_on(each, it.day), "note": each.decision.note if each.decision else ""}
            for each in found.evidence
        ],
    }  # fmt: skip


def shown_hours(it: FunctionHours, body: str) -> dict[str, Any]:
    """For FunctionHoursOut."""
    return {"body": body, "function": it.function, "minutes": it.minutes, "from_on": it.from_on}
