"""Alerts and reminders: each is told once, and many in one letter."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from certificates.approvals import letters, queries, rules
from certificates.approvals.models import Approval, ApprovalNotice
from certificates.approvals.rules import Year
from lms.core import clock, jobs
from lms.core.db import db
from lms.core.ids import new_id

A_BATCH = 200


@jobs.job("approvals.alert", retries=0, every="25 6 * * *")
def alert() -> None:
    """Tell holders and bodies what ends within 180, 90 and 49 days."""
    today = clock.today()
    due = queries.to_alert(today, A_BATCH)
    now = [each for each in due if each.ends_on and _first(each.id, f"ends-{rules.stage(each.ends_on, today)}")]
    for found in _by(now, lambda it: it.person_id).values():
        letters.ends_soon(found[0].person, found)
    for body, found in _by(now, lambda it: it.body_id).items():
        letters.end_soon(body, found)
    if len(due) == A_BATCH:
        jobs.enqueue(alert)


@jobs.job("approvals.remind", retries=0, every="35 6 * * *")
def remind() -> None:
    """Remind holders of evidence for a year that ends soon; tell them and the body of a year that ended without it."""
    today = clock.today()
    due = queries.to_remind(today, A_BATCH)
    late = []
    for it, number, over in due:
        if not _first(it.id, f"{'overdue' if over else 'year'}-{number}"):
            continue
        last = _year(it, number).ends_on
        (letters.year_is_over if over else letters.year_ends)(it.person, it, number, last)
        if over:
            late.append(it)
    for body, found in _by(dict.fromkeys(late), lambda it: it.body_id).items():
        letters.evidence_overdue(body, found)
    if len(due) == A_BATCH:
        jobs.enqueue(remind)


def _first(approval_id: UUID, what: str) -> bool:
    """Is this told for the first time? Of two runs at once, one says yes."""
    made = (
        insert(ApprovalNotice)
        .values(id=new_id(), approval_id=approval_id, what=what, at=clock.now())
        .on_conflict_do_nothing(index_elements=["approval_id", "what"])
        .returning(ApprovalNotice.id)
    )
    return db.session.scalar(made) is not None


def _year(it: Approval, number: int) -> Year:
    assert it.ends_on is not None
    return rules.years(it.starts_on, it.ends_on, [], 0, it.ends_on)[number - 1]


def _by(found: Iterable[Approval], key: Callable[[Approval], UUID]) -> dict[UUID, list[Approval]]:
    groups: dict[UUID, list[Approval]] = defaultdict(list)
    for each in found:
        groups[key(each)].append(each)
    return groups
