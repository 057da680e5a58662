"""Use cases of enrolment: authorise, load, decide, record. The edge commits."""

from courses.enrolments.services.entering import enrol, give_place, withdraw
from courses.enrolments.services.learning import (
    LEARNING,
    complete,
    evaluate,
    learning_completed,
    note,
    pause_unattested,
    portfolio_reopened,
    portfolio_signed_off,
    portfolio_unsigned,
    record_progress,
    resume_attested,
    seen,
    start,
)
from courses.enrolments.services.standing import Standing, open_to, readable, standing, standings

__all__ = [
    "LEARNING", "Standing", "complete", "enrol", "evaluate", "give_place", "learning_completed", "note", "open_to",
    "pause_unattested", "portfolio_reopened", "portfolio_signed_off", "portfolio_unsigned", "readable", "record_progress",
    "resume_attested", "seen", "standing", "standings", "start", "withdraw",
]  # fmt: skip
