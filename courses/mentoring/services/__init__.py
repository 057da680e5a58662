"""Use cases of mentoring: programmes, being found, coming together, meeting, going on."""

from courses.mentoring.services.listing import list_me, unlist
from courses.mentoring.services.meeting import answer_meeting, record_meeting, take_back
from courses.mentoring.services.onwards import invite_onwards, thank
from courses.mentoring.services.pairing import ANSWERS, answer, arrange, ask, end, hand_over, lapse_requests, mentorship
from courses.mentoring.services.programmes import (
    create,
    edit,
    give_standing,
    managed,
    stand_by_course,
    withdraw_standing,
)

__all__ = [
    "ANSWERS", "answer", "answer_meeting", "arrange", "ask", "create", "edit", "end", "give_standing", "hand_over",
    "invite_onwards", "lapse_requests", "list_me", "managed", "mentorship", "record_meeting", "stand_by_course",
    "take_back", "thank", "unlist", "withdraw_standing",
]  # fmt: skip
