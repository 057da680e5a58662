"""Enrolments in words, in the reader's language. For edges only: here msgids meet gettext."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import g
from flask_babel import gettext as _

from courses.catalogue.rules.conditions import Words
from courses.enrolments import rules
from courses.enrolments.errors import EnrolmentRefused, NotDeclared
from courses.enrolments.models import Enrolment, EnrolmentEvent, EnrolmentEventKind, EnrolmentState, WithdrawalReason
from courses.enrolments.rules.facts import Place, listed, the_same
from courses.enrolments.services.entering import way_out
from courses.enrolments.services.learning import ATTESTATION_ENDED, BEGUN_ANEW, NOT_ATTENDED, needs_portfolio
from courses.enrolments.services.standing import Standing
from lms.core.language import N_, Bilingual
from lms.core.web.site import day

STATES = {
    EnrolmentState.WAITLISTED: (N_("On the waiting list"), "yellow"),
    EnrolmentState.OFFERED: (N_("A place is offered"), "purple"),
    EnrolmentState.ENROLLED: (N_("Enrolled"), "blue"),
    EnrolmentState.IN_PROGRESS: (N_("In progress"), "aqua-green"),
    EnrolmentState.PAUSED: (N_("Paused"), "orange"),
    EnrolmentState.DID_NOT_ATTEND: (N_("Another date to be booked"), "yellow"),
    EnrolmentState.RESIT_DUE: (N_("A part to be attended again"), "yellow"),
    EnrolmentState.COMPLETED: (N_("Completed"), "green"),
    EnrolmentState.WITHDRAWN: (N_("Withdrawn"), "grey"),
}
REASONS = {
    WithdrawalReason.NO_TIME: N_("There is no time for it at work"),
    WithdrawalReason.NOT_RELEVANT: N_("It is not what I need"),
    WithdrawalReason.CHANGED_ROLE: N_("My role has changed"),
    WithdrawalReason.LEFT_ORGANISATION: N_("I am leaving, or have left, the organisation"),
    WithdrawalReason.ACCESS_NEEDS: N_("It does not meet my access needs"),
    WithdrawalReason.PERSONAL: N_("Personal reasons"),
    WithdrawalReason.ENROLLED_IN_ERROR: N_("The enrolment was a mistake"),
}
EVENTS = {
    EnrolmentEventKind.ENROLLED: N_("Enrolled"),
    EnrolmentEventKind.WAITLISTED: N_("Joined the waiting list"),
    EnrolmentEventKind.OFFERED: N_("A place was offered"),
    EnrolmentEventKind.ATTENDED: N_("Attended"),
    EnrolmentEventKind.DID_NOT_ATTEND: N_("Was not there"),
    EnrolmentEventKind.RESIT_DUE: N_("Was there for a part"),
    EnrolmentEventKind.STARTED: N_("Started"),
    EnrolmentEventKind.PROGRESSED: N_("Progress: %(progress)s%%"),
    EnrolmentEventKind.LEARNING_COMPLETED: N_("All of the content is done"),
    EnrolmentEventKind.PORTFOLIO_SIGNED_OFF: N_("The portfolio was signed off"),
    EnrolmentEventKind.PORTFOLIO_REOPENED: N_("The portfolio was opened again"),
    EnrolmentEventKind.COMPLETED: N_("Completed"),
    EnrolmentEventKind.ATTENDANCE_WITHDRAWN: N_("The register was corrected: not enough was attended"),
    EnrolmentEventKind.COMPLETION_WITHDRAWN: N_("It no longer counts as completed: the signature was withdrawn"),
    EnrolmentEventKind.PAUSED: N_("Paused"),
    EnrolmentEventKind.RESUMED: N_("Resumed"),
    EnrolmentEventKind.WITHDRAWN: N_("Withdrawn"),
    EnrolmentEventKind.NOTED: N_("Noted"),
}
NOTES = {
    "failed": N_("An attempt was not passed"),
    ATTESTATION_ENDED: N_("The attestation of supervision ended"),
    BEGUN_ANEW: N_("The course was begun anew"),
    "place_declined": N_("The place that was offered was not wanted"),
    "offer_lapsed": N_("The offer of a place was not answered in time"),
    "date_cancelled": N_("The date was cancelled"),
    "booking_cancelled": N_("The booking was cancelled"),
}
VERBS = {
    "http://adlnet.gov/expapi/verbs/initialized": N_("Opened"),
    "http://adlnet.gov/expapi/verbs/progressed": N_("Got further"),
    "http://adlnet.gov/expapi/verbs/completed": N_("Completed the content"),
    "http://adlnet.gov/expapi/verbs/passed": N_("Passed"),
    "http://adlnet.gov/expapi/verbs/failed": N_("Did not pass"),
    "http://adlnet.gov/expapi/verbs/terminated": N_("Closed"),
    "http://adlnet.gov/expapi/verbs/launched": N_("Started from here"),
    "http://adlnet.gov/expapi/verbs/resumed": N_("Resumed"),
    "http://adlnet.gov/expapi/verbs/suspended": N_("Left, to go on later"),
    "http://adlnet.gov/expapi/verbs/scored": N_("Got a score"),
    "http://adlnet.gov/expapi/verbs/responded": N_("Answered a question"),
    "https://w3id.org/xapi/adl/verbs/satisfied": N_("Everything asked for is there"),
    "https://w3id.org/xapi/adl/verbs/waived": N_("Granted"),
    "https://w3id.org/xapi/adl/verbs/abandoned": N_("Ended without being closed"),
    "http://adlnet.gov/expapi/verbs/experienced": N_("Looked at something"),
    "http://adlnet.gov/expapi/verbs/answered": N_("Answered a question"),
}


def language() -> str:
    return str(g.get("lang") or "en")


def say(msgid: str, params: Mapping[str, object]) -> str:
    """A msgid whose params may be Bilingual texts and dates."""
    return _(msgid, **{name: _shown(value) for name, value in params.items()}) if params else _(msgid)


def _shown(value: object) -> object:
    if isinstance(value, Bilingual):
        return value.in_(language())
    return day(value) if isinstance(value, date) else "" if value is None else value


def fact(words: Words) -> str:
    """A condition of the catalogue as one line."""
    more = str(words.number) if words.number is not None else listed(words.names).in_(language())
    return f"{_(words.text)}: {more}" if more else _(words.text)


@dataclass(frozen=True)
class Reason:
    """What stands in the way, translated, and who can supply what is missing."""

    type: str
    detail: str
    who: str


def reason(refusal: EnrolmentRefused) -> Reason:
    asked = fact(refusal.asked) if isinstance(refusal, NotDeclared) else say(refusal.detail, refusal.params)
    return Reason(f"/problems/{refusal.slug}", asked, say(refusal.who, refusal.params) if refusal.who else "")


def reasons(refusals: Sequence[EnrolmentRefused]) -> list[Reason]:
    return [reason(each) for each in refusals]


def translated(refusal: EnrolmentRefused) -> EnrolmentRefused:
    """The refusal as the API answers it: in the reader's language, with all its reasons and alternatives."""
    first = reason(refusal)
    refusal.way_out = say(refusal.way_out, refusal.params) if refusal.way_out else first.who
    refusal.more |= {
        "reasons": [vars(each) for each in reasons(refusal.reasons)],
        "alternatives": list(refusal.alternatives),
    }
    refusal.detail, refusal.params = first.detail, {}
    return refusal


def instead(found: Standing) -> str:
    """What is open meanwhile, in a sentence; empty: nothing near."""
    codes = tuple(offer.code for offer in found.alternatives)
    msgid = way_out(codes, found.begun)
    return say(msgid, {"open": listed([the_same(code) for code in codes or found.begun])}) if msgid else ""


def declarations(found: Standing) -> list[tuple[str, str]]:
    """(key, sentence) of what the learner is asked to confirm, or may say."""
    return [(each.key, fact(each.words)) for each in rules.asked(found.best)]


def place(it: Place, names: Mapping[tuple[str, str], Bilingual]) -> str:
    """Where somebody works or volunteers, in a line."""
    parts = [it.organisation.in_(language()) if it.organisation else None, _named("role", it.role, names),
             _named("setting", it.setting, names)]  # fmt: skip
    known = [part for part in parts if part]
    return " · ".join(known) or (_named("sector", it.sector, names) or "")


def _named(kind: str, code: str | None, names: Mapping[tuple[str, str], Bilingual]) -> str | None:
    if code is None:
        return None
    name = names.get((kind, code))
    return name.in_(language()) if name else code.replace("_", " ")


@dataclass(frozen=True)
class Need:
    """One thing that completing asks for: whether it is there, since when, and who or what said so."""

    what: str
    text: str
    met: bool
    at: datetime | None = None
    source: str = ""


def needs(it: Enrolment, events: Sequence[tuple[EnrolmentEvent, str | None]]) -> list[Need]:
    """What the course asks for before it is complete, each with the evidence received."""
    found = [
        Need(
            "learning", _("All of the content is done"), it.learning_completed_at is not None,
            it.learning_completed_at, _source(events, EnrolmentEventKind.LEARNING_COMPLETED),
        )
    ]  # fmt: skip
    if it.dated:
        text = _("The dates are attended")
        source = _source(events, EnrolmentEventKind.ATTENDED)
        found.append(Need("attendance", text, it.attended_at is not None, it.attended_at, source))
    if needs_portfolio(it):
        found.append(
            Need(
                "portfolio", _("The portfolio is signed off by your learning supervisor"),
                it.portfolio_signed_off_at is not None, it.portfolio_signed_off_at,
                _source(events, EnrolmentEventKind.PORTFOLIO_SIGNED_OFF),
            )
        )  # fmt: skip
    if rules.depends_on_attestation(it.version.eligibility):
        text = _("Your supervisor attests your clinical role, your team and your supervision")
        found.append(Need("attestation", text, it.state is not EnrolmentState.PAUSED))
    return found


def fallen(it: Enrolment, events: Sequence[tuple[EnrolmentEvent, str | None]]) -> tuple[date, datetime, bool] | None:
    """The day on which it was completed, since when that no longer counts, and whether a register was put right (otherwise
    a signature was withdrawn); None where it does count, or never was."""
    if it.completed_on is not None or it.state is EnrolmentState.WITHDRAWN:
        return None
    for event, _name in events:
        if event.kind is EnrolmentEventKind.COMPLETION_WITHDRAWN:
            return date.fromisoformat(event.details["completed_on"]), event.at, event.reason == NOT_ATTENDED
    return None


def _source(events: Sequence[tuple[EnrolmentEvent, str | None]], kind: EnrolmentEventKind) -> str:
    for event, name in events:
        if event.kind is kind:
            if event.statement_id is not None:
                return _("reported by the course")
            return _("recorded by %(name)s", name=name) if name else ""
    return ""


def happened(event: EnrolmentEvent) -> str:
    """A line of the timeline."""
    if event.kind is EnrolmentEventKind.COMPLETION_WITHDRAWN and event.reason == NOT_ATTENDED:
        return _("It no longer counts as completed: not enough was attended")
    text = _(EVENTS[event.kind], progress=event.details.get("progress", ""))
    if event.reason:
        text += f": {why(event.reason)}"
    return text


def why(code: str) -> str:
    if code in NOTES:
        return _(NOTES[code])
    return _(REASONS[WithdrawalReason(code)]) if code in set(WithdrawalReason) else code


def statement(raw: Mapping[str, Any]) -> tuple[str, str]:
    """(what an xAPI statement says, its timestamp as sent)."""
    verb = raw.get("verb", {})
    iri = str(verb.get("id", ""))
    display = next(iter(verb.get("display", {}).values()), iri.rpartition("/")[2])
    text = _(VERBS[iri]) if iri in VERBS else str(display)
    scaled = raw.get("result", {}).get("score", {}).get("scaled")
    if isinstance(scaled, (int, float)):
        text += f" ({round(scaled * 100)}%)"
    return text, str(raw.get("timestamp", ""))
