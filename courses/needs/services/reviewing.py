"""Whoever leads an area looks at what was entered there. The entered figure stays beside theirs."""

from collections.abc import Mapping
from uuid import UUID

from courses.needs import queries
from courses.needs.models import Adjustment, Entry, Review, Round
from courses.needs.rules import timetable
from courses.needs.rules.lines import MOST_HEADS
from courses.needs.services.access import in_area
from lms.core import audit, clock
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Invalid, NotFound, StaleEdit
from lms.core.language import N_
from lms.core.permissions import Actor, Permission

Figures = Mapping[UUID, tuple[int, str]]
"""By entry: heads, and why they are others than entered."""


def review(actor: Actor, round_id: UUID, organisation_id: UUID, edition: int, given: Figures, comment: str) -> Review:
    """Look at an edition of an answer, and adjust what needs it, each with its reason.

    Raises NotFound, AtAnotherStage, StaleEdit where a newer edition came meanwhile, Invalid.
    """
    it, body = in_area(actor, round_id, organisation_id, Permission.NEEDS_REVIEW)
    it = get_or_refuse(Round, it.id, lock=True)
    timetable.may_review(it.state)
    last = queries.answer_of(round_id, organisation_id)
    if last is None:
        raise NotFound()
    if last.edition != edition:
        raise StaleEdit()
    now = {each.entry_id: each.heads for each in queries.figures(round_id, [organisation_id])}
    changed = {entry: figure for entry, figure in given.items() if entry in now and now[entry] != figure[0]}
    _check({each.id: each for each in last.entries}, given, changed)
    made = record(Review(answer_id=last.id, at=clock.now(), by=actor.person, comment=comment))
    for entry_id, (heads, reason) in changed.items():
        db.session.add(Adjustment(entry_id=entry_id, heads=heads, reason=reason, at=clock.now(), by=actor.person))
    audit.record(
        actor, "needs.answer-reviewed", thing=it, organisation=str(body.id), edition=edition, adjusted=len(changed)
    )
    db.session.flush()  # the table that follows reads the adjustments
    return made


def _check(entries: Mapping[UUID, Entry], given: Figures, changed: Figures) -> None:
    wrong = {
        f"reason-{entry}": N_("Write why the figure is another one") for entry, (_, why) in changed.items() if not why
    }
    wrong |= {
        f"heads-{entry}": N_("Write how many people as a whole number, such as 12")
        for entry, (heads, _) in given.items()
        if not 0 <= heads <= MOST_HEADS
    }
    wrong |= {f"heads-{entry}": N_("This is not a line of that answer") for entry in given if entry not in entries}
    if wrong:
        raise Invalid(fields=wrong)
