"""Use cases of enrolment: authorise, load, decide, record. The edge commits."""

from courses.enrolments.services.dates import enrol_for_date, gave_up, give_date, offer_date, wait_for_date
from courses.enrolments.services.entering import enrol, give_place, withdraw
from courses.enrolments.services.learning import (
    LEARNING,
    attended,
    complete,
    evaluate,
    learning_completed,
    missed,
    note,
    pause_unattested,
    portfolio_reopened,
    portfolio_signed_off,
    portfolio_unsigned,
    record_progress,
    resume_attested,
    seen,
    start,
    unattended,
)
from courses.enrolments.services.standing import Standing, open_to, readable, standing, standings

__all__ = [
    "LEARNING", "Standing", "attended", "complete", "enrol", "enrol_for_date", "evaluate", "gave_up", "give_date",
    "give_place", "learning_completed", "missed", "note", "offer_date", "open_to", "pause_unattested",
    "portfolio_reopened", "portfolio_signed_off", "portfolio_unsigned", "readable", "record_progress",
    "resume_attested", "seen", "standing", "standings", "start", "unattended", "wait_for_date", "withdraw",
]  # fmt: skip
