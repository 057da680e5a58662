"""Looking at everything, a bounded part at a time, and telling administrators what is not as it was issued."""

import logging
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from certificates import ledger
from certificates.integrity import letters, queries
from certificates.integrity.models import LedgerCheck
from certificates.ledger import Fault
from lms.core import audit, clock, jobs
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Forbidden
from lms.core.permissions import Actor, Permission

log = logging.getLogger(__name__)

PART = 2000
"""Awards, or lines of the ledger, in one transaction: about a second's work."""
MOST = 100
"""Faults that a check names."""
GIVEN_UP = timedelta(hours=6)
"""A check that has not ended by then was lost with its job: another may begin."""


@jobs.job("certificates.check_ledger", retries=0, every="35 1 * * *")
def check_every_night() -> None:
    begin(Actor.system())


@jobs.job("certificates.check_ledger_part")
def go_on(check_id: str) -> None:
    """The next part; it asks for the one after it in the same transaction. Done again it goes on where it stopped."""
    look(get_or_refuse(LedgerCheck, UUID(check_id), lock=True))


def begin(actor: Actor) -> LedgerCheck:
    """Have everything looked at. One that is under way is not begun twice."""
    if not actor.might(Permission.AUDIT_READ):
        raise Forbidden()
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("ledger check", 0))))
    if (going := under_way()) is not None:
        return going
    made = record(
        LedgerCheck(started_at=clock.now(), awards=0, awards_done=False, lines=0, line_hash="", found=0, faults=[])
    )
    before = queries.last_ended()
    if before is not None and before.lines and not ledger.has_line(before.lines, before.line_hash):
        _keep(made, [Fault("ledger", str(before.lines))])
    audit.record(actor, "ledger.check-begun", thing=made)
    _ask(made)
    return made


def under_way() -> LedgerCheck | None:
    return queries.under_way(clock.now() - GIVEN_UP)


def look(it: LedgerCheck) -> None:
    """Look at the next part of it. Expects its row locked."""
    if it.ended_at is not None:
        return
    if not it.awards_done:
        found, seen = ledger.faults_of_awards(it.after_id, PART)
        it.awards += len(seen)
        it.awards_done = len(seen) < PART
        it.after_id = seen[-1] if seen else it.after_id
        read = PART
    else:
        found, it.lines, it.line_hash, read = ledger.faults_of_lines(it.lines, it.line_hash, PART)
    _keep(it, found)
    if it.awards_done and read < PART:
        _keep(it, ledger.faults_of_listing())
        _end(it)
    else:
        _ask(it)


def _ask(it: LedgerCheck) -> None:
    jobs.enqueue(go_on, check_id=str(it.id))  # its row is the lock: the next part need not wait to be asked for


def _keep(it: LedgerCheck, found: list[Fault]) -> None:
    known = {(each["what"], each["which"]) for each in it.faults}
    new = [each for each in found if (each.what, each.which) not in known]
    it.found += len(new)
    named = [{"what": each.what, "which": each.which} for each in new[: max(0, MOST - len(it.faults))]]
    it.faults = [*it.faults, *named]


def _end(it: LedgerCheck) -> None:
    """Done. Administrators hear of it once for what is new, not every night for what they know."""
    before = queries.last_ended()
    it.ended_at = clock.now()
    if not it.found:
        return
    log.error("%s faults in the ledger of certificates", it.found)
    if before is None or (before.found, before.faults) != (it.found, it.faults):
        audit.record(Actor.system(), "ledger.faults-found", thing=it, count=it.found)
        for person in queries.who_hears():
            letters.faults(person, it)
