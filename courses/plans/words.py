"""Plans in the reader's language."""

from flask import g
from flask_babel import gettext as _

from courses.plans.models import Goal, Outcome, PartnerKind, PlanAction, StepKind
from courses.plans.queries import Partner
from frameworks.assessment.queries import outlines
from lms.core.language import N_

STATES = {
    "draft": (N_("Draft"), "white"),
    "shared": (N_("Shared, not agreed yet"), "yellow"),
    "agreed": (N_("Agreed"), "green"),
    "reviewed": (N_("Reviewed"), "blue"),
}
OUTCOMES = {
    Outcome.REACHED: N_("Reached"), Outcome.PARTLY: N_("Partly reached"), Outcome.NOT_REACHED: N_("Not reached this time"),
}  # fmt: skip
KINDS = {
    PartnerKind.MANAGER: N_("manager"), PartnerKind.SUPERVISOR: N_("learning supervisor"), PartnerKind.MENTOR: N_("mentor"),
    PartnerKind.PROGRAMME_TEAM: N_("programme team"),
}  # fmt: skip
STEPS = {
    StepKind.SHARED: N_("Shared"), StepKind.TAKEN_BACK: N_("Taken back"), StepKind.AGREED: N_("Agreed"),
    StepKind.RETURNED: N_("Returned, with a comment"), StepKind.CHANGED: N_("Changed, so it is to be agreed again"),
    StepKind.REVIEWED: N_("Reviewed"), StepKind.DROPPED: N_("Dropped"),
}  # fmt: skip


def state_name(code: str) -> str:
    return _(STATES[code][0])


def state(goal: Goal) -> tuple[str, str]:
    """(what it is, a tag's colour)."""
    text, colour = STATES[goal.state.value]
    return _(text), colour


def outcome_name(code: str) -> str:
    return _(OUTCOMES[Outcome(code)])


def outcome_options() -> list[tuple[str, str]]:
    return [(each.value, _(text)) for each, text in OUTCOMES.items()]


def step_name(kind: StepKind) -> str:
    return _(STEPS[kind])


def kind_name(kind: PartnerKind | None) -> str:
    return _(KINDS[kind]) if kind else ""


def partner_options(partners: list[Partner]) -> list[tuple[str, str, str]]:
    return [(str(each.id), each.name, kind_name(each.kind)) for each in partners]


def about(goal: Goal) -> str:
    """The framework and domain that a goal came from, or nothing."""
    it = outlines().get(goal.framework_code or "")
    if it is None:
        return ""
    domain = next((each.title.in_(g.lang) for each in it.domains if each.code == goal.domain_code), "")
    return ": ".join(filter(None, (it.short_title.in_(g.lang), domain)))


def action_note(action: PlanAction) -> str:
    return {"course": _("Course"), "date": _("Date of a course"), "own": _("Own activity")}[action.kind.value]
