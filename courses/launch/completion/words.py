"""What conditions, evidence and next steps are called. For edges only: here msgids meet gettext."""

from flask_babel import gettext as _

from courses.catalogue.words import TAUGHT_ONLINE
from courses.enrolments.services.learning import needs_portfolio
from courses.launch.completion.queries import Explanation, Heard, PassedOver
from courses.launch.completion.rules import Facts, Step, next_step
from courses.launch.formats.structure import MoveOn
from courses.launch.sessions.models import OPEN_SESSIONS, SessionState
from lms.core.language import N_

ASKS = {
    MoveOn.NOT_APPLICABLE: N_("Nothing is asked for"),
    MoveOn.PASSED: N_("It is passed"),
    MoveOn.COMPLETED: N_("It is worked through to its end"),
    MoveOn.COMPLETED_AND_PASSED: N_("It is worked through to its end, and passed"),
    MoveOn.COMPLETED_OR_PASSED: N_("It is worked through to its end, or passed"),
}
FACTS = {
    "completed": N_("Worked through to its end"),
    "passed": N_("Passed"),
    "waived": N_("Granted"),
}
MISSING = {
    "completed": N_("that it was worked through to its end"),
    "passed": N_("that it was passed"),
}
SOURCES = {
    "statement": N_("reported by the content"),
    "commit": N_("saved by the content (SCORM)"),
    "correction": N_("recorded by %(name)s"),
}
SESSIONS = {
    SessionState.LAUNCHED: N_("Opened, and it has not reported that it runs"),
    SessionState.RUNNING: N_("Open now"),
    SessionState.ENDED: N_("Closed by the content"),
    SessionState.ABANDONED: N_("Ended without the content having closed it; what it had reported by then counts"),
}
NEXT = {
    Step.NONE: N_("Nothing more: it is complete."),
    Step.CLOSED: N_("The learner has left this course. To go on, they enrol again."),
    Step.GET_PLACE: N_("A place on the course comes first."),
    Step.ATTEST: N_("The learning supervisor attests the clinical role, team and supervision again; then it goes on."),
    Step.START: N_("Start the content."),
    Step.RESUME: N_(
        "The content is open. Go on in it to its end, and close it with its own button, so that it reports."
    ),
    Step.TRY_AGAIN: N_("The last attempt was not passed. Start the content again, and try once more."),
    Step.DO_TEST: N_("Start the content again, and pass its test."),
    Step.FINISH: N_("Start the content again, and go to its very end: many courses report only on their last page."),
    Step.RECORD: N_("Whoever organises the course records who attended."),
    Step.SUBMIT_PORTFOLIO: N_(
        "The content is done. The portfolio is submitted, and the learning supervisor signs it off."
    ),
    Step.EVALUATE: N_("Everything is there. Have it evaluated again; if that does not help, ask the helpdesk."),
}
PASSED_OVER = {
    "unknown_registration": N_("It names an enrolment that there is not"),
    "not_the_learner": N_("It is about somebody else"),
    "enrolment-closed": N_("The enrolment was not open at that time"),
}


def facts(it: Explanation) -> Facts:
    """What the next step is decided from."""
    enrolment = it.enrolment
    waiting = next((each for each in it.units if each.satisfied_at is None), None)
    return Facts(
        state=enrolment.state.value,
        online=enrolment.version.format_code in TAUGHT_ONLINE,
        begun=it.registration is not None or enrolment.started_at is not None,
        content_done=enrolment.learning_completed_at is not None,
        all_units_done=bool(it.units) and waiting is None,
        is_open=it.last is not None and it.last.state in OPEN_SESSIONS,
        missing=waiting.missing if waiting else (),
        failed=waiting is not None and waiting.failed_at is not None,
        needs_portfolio=needs_portfolio(enrolment),
        portfolio_done=enrolment.portfolio_signed_off_at is not None,
    )


def next_sentence(it: Explanation) -> str:
    return _(NEXT[next_step(facts(it))])


def source(heard: Heard) -> str:
    return _(SOURCES[heard.source], name=heard.by or "Llwybr")


def passed_over_sentence(each: PassedOver) -> str:
    return _(PASSED_OVER.get(each.reason, each.reason))
