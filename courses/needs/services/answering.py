"""What a body needs: entered by its own people, by a spreadsheet, or by whoever holds a mailed link."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, text

from courses.needs import letters, queries
from courses.needs.errors import LinkClosed, NotInRound
from courses.needs.models import Answer, AnswerLink, Entry, Headcount, Round, RoundCourse, Via
from courses.needs.rules import lines, timetable
from courses.needs.rules.lines import Key, Line
from courses.needs.services.access import in_area, managed, own
from lms.accounts.models import Organisation
from lms.core import audit, clock, secrets_, throttle
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Invalid, NotFound, StaleEdit
from lms.core.permissions import Actor, Permission

LINKS_A_DAY = 500


@dataclass(frozen=True)
class People:
    """A headcount, and where it comes from."""

    people: int
    source: str


def answer(
    actor: Actor, round_id: UUID, organisation_id: UUID, edition: int, given: Sequence[Line], via: Via,
    headcount: People | None = None,
) -> Answer:  # fmt: skip
    """The body's whole need, over what was entered at `edition` (0: nothing yet).

    Raises NotFound, NotOpenYet, NeedClosed, StaleEdit where somebody else entered it meanwhile, NotInRound, Invalid.
    """
    it, body = own(actor, round_id, organisation_id)
    return _keep(actor, it, body, edition, given, via, headcount, actor.name)


def _keep(
    actor: Actor, it: Round, body: Organisation, edition: int, given: Sequence[Line], via: Via,
    headcount: People | None, by_name: str,
) -> Answer:  # fmt: skip
    timetable.may_enter_need(it.state, it.dates, clock.today())
    _one_at_a_time(it.id, body.id)
    last = queries.answer_of(it.id, body.id)
    if (last.edition if last else 0) != edition:
        raise StaleEdit()
    courses = {each.course.code: each for each in queries.courses_of(it.id)}
    _check(given, courses)
    made = record(
        Answer(
            round_id=it.id, organisation_id=body.id, edition=edition + 1, via=via, at=clock.now(), by=actor.person,
            by_name=by_name,
        )
    )  # fmt: skip
    for line in given:
        if line.heads:
            db.session.add(
                Entry(
                    answer_id=made.id, round_course_id=courses[line.course].id, level=line.level, heads=line.heads,
                    reason=line.reason, evidence=line.evidence,
                )
            )  # fmt: skip
    if headcount is not None:
        _keep_headcount(actor, it, body.id, headcount)
    audit.record(actor, "needs.answered", thing=it, organisation=str(body.id), edition=made.edition, via=via.value)
    db.session.flush()  # whoever asks next reads the entries
    return made


def _one_at_a_time(round_id: UUID, organisation_id: UUID) -> None:
    """There is no row yet that could be locked: two who enter the same need wait for each other here."""
    key = int.from_bytes((round_id.int ^ organisation_id.int).to_bytes(16, "big")[8:], "big", signed=True)
    db.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def _check(given: Sequence[Line], courses: dict[str, RoundCourse]) -> None:
    found = lines.outcomes(list(enumerate(given)), {code: each.levels for code, each in courses.items()}, {})
    if wrong := {f"lines.{each.row}": each.faults[0] for each in found if each.faults}:
        unknown = any(each.line.course not in courses for each in found)
        raise NotInRound(fields=wrong) if unknown else Invalid(fields=wrong)


def entered(round_id: UUID, organisation_id: UUID) -> dict[Key, Line]:
    """What the newest edition says, by course and level."""
    last = queries.answer_of(round_id, organisation_id)
    if last is None:
        return {}
    codes = {each.id: each.course.code for each in queries.courses_of(round_id)}
    found = [
        Line(codes[each.round_course_id], each.level, each.heads, each.reason, each.evidence) for each in last.entries
    ]
    return {each.key: each for each in found}


def set_headcount(actor: Actor, round_id: UUID, organisation_id: UUID, given: People) -> Headcount:
    """A headcount from whoever reviews the area, where the body gave none. Raises NotFound."""
    it, body = in_area(actor, round_id, organisation_id, Permission.NEEDS_REVIEW)
    return _keep_headcount(actor, it, body.id, given)


def _keep_headcount(actor: Actor, it: Round, organisation_id: UUID, given: People) -> Headcount:
    made = record(
        Headcount(
            round_id=it.id, organisation_id=organisation_id, people=given.people, source=given.source, at=clock.now(),
            by=actor.person,
        )
    )  # fmt: skip
    audit.record(actor, "needs.headcount", thing=it, organisation=str(organisation_id), people=given.people)
    return made


def send_link(actor: Actor, round_id: UUID, organisation_id: UUID, email: str, language: str) -> AnswerLink:
    """Mail a link by which the body answers once. Earlier links of it open nothing any more. Raises NotFound, NeedClosed."""
    it, body = in_area(actor, round_id, organisation_id, Permission.NEEDS_REVIEW)
    timetable.may_enter_need(it.state, it.dates, clock.today())
    throttle.take(f"needs-link:{actor.person}", limit=LINKS_A_DAY, per_seconds=24 * 3600)
    for earlier in db.session.scalars(
        select(AnswerLink).where(
            AnswerLink.round_id == it.id, AnswerLink.organisation_id == body.id, AnswerLink.used_at.is_(None)
        )
    ):
        earlier.used_at = clock.now()
    secret = secrets_.new_secret()
    made = record(
        AnswerLink(
            round_id=it.id, organisation_id=body.id, email=email.strip().lower(), language=language,
            digest=secrets_.digest(secret), sent_at=clock.now(), by=actor.person,
        )
    )  # fmt: skip
    audit.record(actor, "needs.link-sent", thing=it, organisation=str(body.id))
    letters.link(made, it, body, secret)
    return made


def by_secret(actor: Actor, secret: str, *, lock: bool = False) -> tuple[AnswerLink, Round, Organisation]:
    """What a link opens. Raises NotFound, LinkClosed, NotOpenYet, NeedClosed."""
    actor.require(Permission.PUBLIC_READ)
    found = select(AnswerLink).where(AnswerLink.digest == secrets_.digest(secret))
    if lock:
        found = found.with_for_update().execution_options(populate_existing=True)
    link = db.session.scalars(found).one_or_none()
    if link is None:
        raise NotFound()
    if link.used_at is not None:
        raise LinkClosed()
    it, body = get_or_refuse(Round, link.round_id), get_or_refuse(Organisation, link.organisation_id)
    timetable.may_enter_need(it.state, it.dates, clock.today())
    return link, it, body


def answer_by_link(
    actor: Actor, secret: str, edition: int, given: Sequence[Line], name: str, headcount: People | None = None
) -> Answer:
    """The same as `answer`, by whoever holds the link; it is used up. Raises as both."""
    link, it, body = by_secret(actor, secret, lock=True)
    made = _keep(actor, it, body, edition, given, Via.LINK, headcount, name)
    link.used_at = clock.now()
    return made


__all__ = [
    "People", "answer", "answer_by_link", "by_secret", "entered", "managed", "send_link", "set_headcount",
]  # fmt: skip
