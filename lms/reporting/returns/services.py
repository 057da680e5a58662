"""Use cases: ask for a return, look at it, sign it, withdraw it."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, text

from lms.core import audit, clock
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Invalid, NotFound
from lms.core.jobs import enqueue
from lms.core.language import N_
from lms.core.permissions import Actor, Permission
from lms.reporting import groups
from lms.reporting.groups import Body
from lms.reporting.returns import content as contents
from lms.reporting.returns import queries, rules
from lms.reporting.returns.content import FREEZABLE, Content
from lms.reporting.returns.errors import (
    AlreadyWithdrawn,
    NotToBeSigned,
    NotWhatWasSeen,
    ReturnBeingMade,
    ReturnStands,
)
from lms.reporting.returns.jobs import make
from lms.reporting.returns.models import Return, ReturnContent, ReturnEvent, ReturnEventKind, ReturnProgress
from lms.reporting.returns.queries import Listed
from lms.reporting.returns.rules import Standing, Term

SETTLES = timedelta(seconds=5)
"""A return knows what was recorded until so long ago: whoever then was about to record something has begun to by now."""


@dataclass(frozen=True)
class Seen:
    """A return as it is looked at. `content` None: it is not made."""

    listed: Listed
    content: Content | None
    told: ReturnContent | None
    progress: ReturnProgress
    may_sign: bool
    may_withdraw: bool


def ask(actor: Actor, body_code: str, term_code: str, slugs: list[str]) -> Return:
    """Ask for the next edition. Raises NotFound, Forbidden, Invalid; ReturnStands; ReturnBeingMade."""
    body = next((each for each in groups.organisations() if each.code == body_code), None)
    if body is None:
        raise Invalid(fields={"organisation": N_("Choose one of the answers")})
    actor.require_or_hide(Permission.UPTAKE_READ, at=body.lineage)
    actor.require(Permission.RETURN_MAKE, at=body.lineage)
    term = rules.term_called(term_code, clock.today())
    if term is None:
        raise Invalid(fields={"term": N_("Choose one of the answers")})
    known = [report.slug for report in FREEZABLE if report.slug in slugs]
    if not known or len(known) != len(set(slugs)):
        raise Invalid(fields={"reports": N_("Choose at least one report")})
    _one_at_a_time(body, term)
    before = queries.listed(queries.editions(body.id, term))
    if any(each.standing is Standing.SIGNED for each in before):
        raise ReturnStands()
    if any(each.standing is Standing.MAKING for each in before):
        raise ReturnBeingMade()
    edition = len(before) + 1
    previous = queries.previous(body.id, term)
    made = record(
        Return(
            number=rules.number(body.code, term, edition), organisation_id=body.id,
            organisation_lineage=list(body.lineage), span=term.span, starts_on=term.starts_on, ends_on=term.ends_on,
            edition=edition, reports=known, known_at=clock.now() - SETTLES,
            previous_id=previous.id if previous else None, asked_by=actor.person,
        )
    )  # fmt: skip
    record(ReturnProgress(return_id=made.id, done=0, steps=len(known) + 1, failed_at=None))
    audit.record(actor, "return.asked", thing=made, number=made.number)
    enqueue(make, lock="reporting.returns", return_id=str(made.id))
    return made


def _one_at_a_time(body: Body, term: Term) -> None:
    """Two who ask for, sign or withdraw the same at once do so one after the other."""
    key = f"return:{body.id}:{term.code}"
    db.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})


def find(actor: Actor, number: str) -> Return:
    """Raises NotFound for one of a body that the actor does not see, too."""
    found = db.session.scalars(select(Return).where(Return.number == number)).one_or_none()
    if found is None:
        raise NotFound()
    actor.require_or_hide(Permission.UPTAKE_READ, at=found.organisation_lineage)
    return found


def look(actor: Actor, number: str) -> Seen:
    """A return, with what this reader may do with it."""
    it = find(actor, number)
    listed, told = queries.listed([it])[0], queries.content_of(it.id)
    signs = actor.may(Permission.RETURN_SIGN, at=it.organisation_lineage)
    return Seen(
        listed=listed, content=contents.read(told.content) if told else None, told=told,
        progress=get_or_refuse(ReturnProgress, it.id), may_sign=signs and listed.standing is Standing.DRAFT,
        may_withdraw=signs and listed.standing in (Standing.DRAFT, Standing.SIGNED, Standing.SUPERSEDED),
    )  # fmt: skip


def sign(actor: Actor, number: str, sha256: str, role: str) -> ReturnEvent:
    """Put one's name to what one has looked at. `role`: in what capacity, as it will be read.

    Raises NotFound, Forbidden, Invalid; NotToBeSigned; NotWhatWasSeen.
    """
    listed, told = _for_decision(actor, number)
    if listed.standing is not Standing.DRAFT or told is None:
        raise NotToBeSigned()
    if sha256 != told.sha256:
        raise NotWhatWasSeen()
    if not role.strip():
        raise Invalid(fields={"role": N_("Write in what role you sign")})
    return _decided(actor, listed.it, ReturnEventKind.SIGNED, role=role.strip(), sha256=told.sha256)


def withdraw(actor: Actor, number: str, reason: str) -> ReturnEvent:
    """It stays to be read, and says why it counts no more. Raises NotFound, Forbidden, Invalid; AlreadyWithdrawn."""
    listed, told = _for_decision(actor, number)
    if listed.standing is Standing.WITHDRAWN:
        raise AlreadyWithdrawn()
    if listed.standing is Standing.MAKING:
        raise ReturnBeingMade()
    if not reason.strip():
        raise Invalid(fields={"reason": N_("Write why it is withdrawn")})
    return _decided(
        actor, listed.it, ReturnEventKind.WITHDRAWN, reason=reason.strip(), sha256=told.sha256 if told else None
    )


def _for_decision(actor: Actor, number: str) -> tuple[Listed, ReturnContent | None]:
    it = find(actor, number)
    actor.require(Permission.RETURN_SIGN, at=it.organisation_lineage)
    body = next(each for each in groups.organisations() if each.id == it.organisation_id)
    _one_at_a_time(body, Term(it.span, it.starts_on))
    return queries.listed([it])[0], queries.content_of(it.id)


def _decided(
    actor: Actor, it: Return, kind: ReturnEventKind, *, role: str = "", reason: str | None = None, sha256: str | None
) -> ReturnEvent:  # fmt: skip
    made = record(
        ReturnEvent(
            return_id=it.id, kind=kind, by=actor.person, name=actor.name, role=role, at=clock.now(), reason=reason,
            sha256=sha256,
        )
    )  # fmt: skip
    audit.record(actor, f"return.{kind.value}", thing=it, reason=reason, number=it.number, sha256=sha256)
    return made


def moved(actor: Actor, seen: Seen) -> tuple[Return | None, dict[str, int | None], list[rules.Moved]]:
    """(the return before, people by cause, figures that moved) of a return that is made."""
    it = seen.listed.it
    previous = db.session.get(Return, it.previous_id) if it.previous_id else None
    told = queries.content_of(previous.id) if previous else None
    if previous is None or told is None or seen.content is None:
        return None, {}, []
    actor.require_or_hide(Permission.UPTAKE_READ, at=previous.organisation_lineage)
    return previous, seen.content["since"]["people"], list(rules.moved(contents.read(told.content), seen.content))
