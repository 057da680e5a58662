"""JSON routes of mentoring."""

from datetime import date
from typing import Any
from uuid import UUID

from courses.mentoring import queries, services, suggesting
from courses.mentoring.errors import (
    AlreadyAsked,
    AlreadyThanked,
    CodeTaken,
    HasMentor,
    MeetingAnswered,
    MeetingThere,
    MentorFull,
    MentoringEnded,
    NoStanding,
    NothingToHandOver,
    NotListed,
    OwnMentor,
    ProgrammeClosed,
    RequestAnswered,
)
from courses.mentoring.models import (
    DeclineReason,
    EndReason,
    Helpful,
    Listing,
    MeetingHow,
    MentorMeeting,
    MentorProgramme,
    MentorRequest,
    Mentorship,
    MentorStanding,
)
from courses.mentoring.rules import How, Language, Preference, Progress, Side
from courses.mentoring.schemas import (
    MentorAnswerIn,
    MentorEndIn,
    MentorHandoverIn,
    MentorMeetingAnswerIn,
    MentorMeetingIn,
    MentorMeetingOut,
    MentorMeetingsOut,
    MentorPairIn,
    MentorProgrammeChangeIn,
    MentorProgrammeIn,
    MentorProgrammeOut,
    MentorProgrammesOut,
    MentorProgressOut,
    MentorRequestOut,
    MentorRequestsOut,
    MentorshipOut,
    MentorshipsOut,
    MentorStandingIn,
    MentorStandingOut,
    MentorStandingsOut,
    MentorSuggestionsOut,
    MentorThanksIn,
    MentorWishesIn,
    MentorWishesOut,
    MentorWithdrawalIn,
)
from lms.core.errors import NotFound, StaleEdit
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api
from lms.core.web.paging import Page, PageQuery, page_of

api = Api("mentoring", __name__, description="Mentor programmes, who mentors whom, and that they met")

USE, MANAGE = Permission.MENTORING_USE, Permission.MENTORING_MANAGE
CODE = "/mentor-programmes/<code>"
ONE = "/mentorships/<uuid:mentorship_id>"
SIDE = "<any(mentee,mentor):side>"
PAIRING = (ProgrammeClosed, NoStanding, OwnMentor, MentorFull, HasMentor, NotListed)


@api.operation("GET", "/mentor-programmes", needs=USE, returns=(200, MentorProgrammesOut))
def programmes(actor: Actor) -> dict[str, Any]:
    """All mentor programmes."""
    return {"items": queries.programmes(), "next": None}


@api.operation(
    "POST",
    "/mentor-programmes",
    needs=MANAGE,
    body=MentorProgrammeIn,
    returns=(201, MentorProgrammeOut),
    raises=(CodeTaken,),
)
def create(actor: Actor, code: str, organisation: str, **given: Any) -> MentorProgramme:
    """A new programme that an organisation runs."""
    return services.create(actor, code, organisation, **given)


@api.operation(
    "PUT", CODE, needs=MANAGE, body=MentorProgrammeChangeIn, returns=(200, MentorProgrammeOut), raises=(StaleEdit,)
)
def edit(actor: Actor, code: str, edition: int, **given: Any) -> MentorProgramme:
    """Change a programme; `edition` is the one that was read."""
    return services.edit(actor, code, edition, **given)


@api.operation("GET", f"{CODE}/mentors", needs=MANAGE, query=PageQuery, returns=(200, MentorStandingsOut))
def mentors(actor: Actor, code: str, cursor: str | None, size: int) -> Page[MentorStanding]:
    """Who may mentor in a programme that one runs."""
    return page_of(queries.mentors_of(services.managed(actor, code).id), cursor, size, key=(MentorStanding.id,))


@api.operation("POST", f"{CODE}/mentors", needs=MANAGE, body=MentorStandingIn, returns=(201, MentorStandingOut))
def give_standing(
    actor: Actor, code: str, person_id: UUID, starts_on: date | None, ends_on: date | None
) -> MentorStanding:
    """Make somebody a mentor, from a day to a day."""
    return services.give_standing(actor, code, person_id, starts_on=starts_on, ends_on=ends_on)


@api.operation(
    "POST", f"{CODE}/mentors/<uuid:standing_id>/withdrawal", needs=MANAGE, body=MentorWithdrawalIn,
    returns=(200, MentorStandingOut), raises=(MentoringEnded,),
)  # fmt: skip
def withdraw_standing(actor: Actor, code: str, standing_id: UUID, reason: str) -> MentorStanding:
    """They take no more mentees, from today."""
    return services.withdraw_standing(actor, code, standing_id, reason)


@api.operation("GET", f"{CODE}/pairs", needs=MANAGE, query=PageQuery, returns=(200, MentorshipsOut))
def pairs(actor: Actor, code: str, cursor: str | None, size: int) -> Page[dict[str, Any]]:
    """Who has whom now, in a programme that one runs."""
    return _counted(page_of(queries.pairs_of(services.managed(actor, code).id), cursor, size, key=(Mentorship.id,)))


@api.operation("POST", f"{CODE}/pairs", needs=MANAGE, body=MentorPairIn, returns=(201, MentorshipOut), raises=PAIRING)
def arrange(actor: Actor, code: str, mentor_id: UUID, mentee_id: UUID) -> Mentorship:
    """Bring two together who both want to be found."""
    return services.arrange(actor, code, mentor_id, mentee_id)


@api.operation(
    "POST", f"{CODE}/handover", needs=MANAGE, body=MentorHandoverIn, returns=(200, None),
    raises=(NothingToHandOver, NoStanding, MentorFull),
)  # fmt: skip
def hand_over(actor: Actor, code: str, mentor_id: UUID, to: dict[UUID, UUID]) -> None:
    """All mentees of one mentor to others: `to` is the mentee's id and the new mentor's."""
    services.hand_over(actor, code, mentor_id, to)


@api.operation("GET", f"{CODE}/wishes/{SIDE}", needs=USE, returns=(200, MentorWishesOut))
def wishes(actor: Actor, code: str, side: str) -> Listing:
    """What one has said that one would like, or offers."""
    programme = queries.programme_at(code)
    found = queries.listing_of(actor.person, programme.id, Side(side)) if programme and actor.person else None
    if found is None:
        raise NotFound()
    return found


@api.operation(
    "PUT", f"{CODE}/wishes/{SIDE}", needs=USE, body=MentorWishesIn, returns=(200, MentorWishesOut),
    raises=(ProgrammeClosed, NoStanding),
)  # fmt: skip
def list_me(
    actor: Actor,
    code: str,
    side: str,
    language: str,
    how: str,
    profession: str,
    organisation: str,
    consent: bool,
    **more: Any,
) -> Listing:
    """Say what one would like, or offers; the other side can find one with it."""
    return services.list_me(
        actor, code, Side(side), language=Language(language), how=How(how), profession=Preference(profession),
        organisation=Preference(organisation), **more,
    )  # fmt: skip


@api.operation("DELETE", f"{CODE}/wishes/{SIDE}", needs=USE, returns=(204, None), raises=(NotListed,))
def unlist(actor: Actor, code: str, side: str) -> None:
    """Take the consent back. What was written is deleted."""
    services.unlist(actor, code, Side(side))


@api.operation("GET", f"{CODE}/suggestions/{SIDE}", needs=USE, returns=(200, MentorSuggestionsOut))
def suggestions(actor: Actor, code: str, side: str) -> dict[str, Any]:
    """Who could suit one, with the reasons; `side` is one's own. Empty until one is listed."""
    programme = queries.programme_at(code)
    if programme is None or actor.person is None:
        raise NotFound()
    return {"items": suggesting.found_by(actor.person, programme, Side(side)), "next": None}


@api.operation("GET", "/mentor-requests", needs=USE, returns=(200, MentorRequestsOut))
def requests(actor: Actor) -> dict[str, Any]:
    """What waits for an answer, to or from oneself."""
    return {"items": queries.requests_of(actor.person) if actor.person else [], "next": None}


@api.operation(
    "POST",
    f"{CODE}/requests",
    needs=USE,
    body=MentorPairIn,
    returns=(201, MentorRequestOut),
    raises=(*PAIRING, AlreadyAsked),
)
def ask(actor: Actor, code: str, mentor_id: UUID, mentee_id: UUID) -> MentorRequest:
    """Ask somebody to be one's mentor, or one's mentee: one of the two is whoever sends it."""
    return services.ask(actor, code, mentor_id, mentee_id)


@api.operation(
    "POST", "/mentor-requests/<uuid:request_id>/answer", needs=USE, body=MentorAnswerIn, returns=(200, MentorRequestOut),
    raises=(RequestAnswered, NoStanding, MentorFull, HasMentor),
)  # fmt: skip
def answer(actor: Actor, request_id: UUID, said: str, reason: str | None) -> MentorRequest:
    """Accept or decline by the one who was asked; withdraw by the one who asks."""
    return services.answer(actor, request_id, said, DeclineReason(reason) if reason else None)


@api.operation("GET", "/mentorships", needs=USE, query=PageQuery, returns=(200, MentorshipsOut))
def mentorships(actor: Actor, cursor: str | None, size: int) -> Page[dict[str, Any]]:
    """Mentoring in which one is one of the two."""
    return _counted(page_of(queries.mentorships_of(actor), cursor, size, key=(Mentorship.id,)))


@api.operation("GET", ONE, needs=USE, returns=(200, MentorshipOut))
def mentorship(actor: Actor, mentorship_id: UUID) -> dict[str, Any]:
    """One, with the meetings that both agree on."""
    return _counted(Page([services.mentorship(actor, mentorship_id)], None)).items[0]


@api.operation("GET", f"{ONE}/progress", needs=USE, returns=(200, MentorProgressOut))
def progress(actor: Actor, mentorship_id: UUID) -> Progress:
    """How far the mentee is to what follows."""
    found = services.mentorship(actor, mentorship_id)
    return queries.progress_of(found.mentee_id, found.programme)


@api.operation(
    "POST", f"{ONE}/end", needs=USE, body=MentorEndIn, returns=(200, MentorshipOut), raises=(MentoringEnded,)
)
def end(actor: Actor, mentorship_id: UUID, reason: str) -> Mentorship:
    """Either of the two ends it."""
    return services.end(actor, mentorship_id, EndReason(reason))


@api.operation(
    "POST", f"{ONE}/thanks", needs=USE, body=MentorThanksIn, returns=(204, None), raises=(AlreadyThanked,)
)  # fmt: skip
def thank(actor: Actor, mentorship_id: UUID, helpful: str, thanks: str) -> None:
    """A mentee says how it was, without a name."""
    services.thank(actor, mentorship_id, Helpful(helpful), thanks)


@api.operation("GET", f"{ONE}/meetings", needs=USE, query=PageQuery, returns=(200, MentorMeetingsOut))
def meetings(actor: Actor, mentorship_id: UUID, cursor: str | None, size: int) -> Page[MentorMeeting]:
    """That the two met, when and for how long."""
    found = services.mentorship(actor, mentorship_id)
    return page_of(queries.meetings_of(found.id), cursor, size, key=(MentorMeeting.id,))


@api.operation(
    "POST", f"{ONE}/meetings", needs=USE, body=MentorMeetingIn, returns=(201, MentorMeetingOut), raises=(MeetingThere,)
)  # fmt: skip
def record_meeting(actor: Actor, mentorship_id: UUID, held_on: date, minutes: int, how: str) -> MentorMeeting:
    """Record a meeting. It counts once the other one agrees."""
    return services.record_meeting(actor, mentorship_id, held_on=held_on, minutes=minutes, how=MeetingHow(how))


@api.operation(
    "POST", "/mentor-meetings/<uuid:meeting_id>/answer", needs=USE, body=MentorMeetingAnswerIn,
    returns=(200, MentorMeetingOut), raises=(MeetingAnswered,),
)  # fmt: skip
def answer_meeting(actor: Actor, meeting_id: UUID, happened: bool) -> MentorMeeting:
    """The other one agrees, or says that it did not happen."""
    return services.answer_meeting(actor, meeting_id, happened=happened)


@api.operation(
    "POST", "/mentor-meetings/<uuid:meeting_id>/withdrawal", needs=USE, returns=(200, MentorMeetingOut),
    raises=(MeetingAnswered,),
)  # fmt: skip
def take_back(actor: Actor, meeting_id: UUID) -> MentorMeeting:
    """Whoever recorded it takes it back, while nobody has answered."""
    return services.take_back(actor, meeting_id)


def _counted(page: Page[Mentorship]) -> Page[dict[str, Any]]:
    totals = queries.totals(each.id for each in page.items)
    return Page(
        [
            {
                "id": it.id, "programme": it.programme, "mentor": it.mentor, "mentee": it.mentee, "starts_on": it.starts_on,
                "ends_on": it.ends_on, "end_reason": it.end_reason, "meetings": totals.get(it.id, (0, 0))[0],
                "minutes": totals.get(it.id, (0, 0))[1],
            }
            for it in page.items
        ],
        page.next,
    )  # fmt: skip
