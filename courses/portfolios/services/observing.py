"""Observed practice, signed by whoever observed it. They may have no account: a link by mail is their key, for once.

They see what they sign, and nothing else; the learner sees what they answered. A link that was answered, withdrawn or
has run out opens nothing any more, and only its digest was ever kept.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from courses.portfolios import letters, rules, signing
from courses.portfolios.errors import EvidenceMissing, ObservationAsked, ObservationClosed, SignerIsLearner
from courses.portfolios.models import EvidenceItem, EvidenceKind, Observation, ObserverAnswer
from courses.portfolios.services.access import item_by_id
from courses.portfolios.services.evidence import EDIT
from lms.accounts.models import EmailAddress
from lms.core import audit, clock, secrets_, throttle
from lms.core.db import db, record
from lms.core.errors import Invalid, NotFound, StaleEdit
from lms.core.language import N_
from lms.core.permissions import Actor, Permission

VALID = timedelta(days=14)
A_DAY = 24 * 3600
MOST_A_DAY = 20
"""Requests of one learner: each is a mail to somebody who may be a stranger."""


def ask(actor: Actor, item_id: UUID, edition: int, *, name: str, email: str, language: str) -> Observation:
    """Ask somebody by mail to sign what the item says now.

    Raises EvidenceMissing while it does not say what was observed, ObservationAsked while another request is open,
    StaleEdit, TooMany, or why the item cannot be changed.
    """
    item = item_by_id(actor, EDIT, item_id, lock=True)
    rules.enrolment_is_open(item.portfolio.enrolment.state, "save")
    rules.item_after(item.portfolio.state, item.state, "save")
    if item.edition != edition:
        raise StaleEdit()
    may_be_asked(item)
    if open_request(item) is not None:
        raise ObservationAsked()
    own = select(EmailAddress.id).where(
        EmailAddress.person_id == item.portfolio.learner_id, EmailAddress.address == email.lower()
    )
    if db.session.scalar(own) is not None:
        raise Invalid(fields={"email": N_("Enter the address of the person who observed you, not your own")})
    throttle.take(f"ask-observer:{item.portfolio.learner_id}", limit=MOST_A_DAY, per_seconds=A_DAY)
    secret, now, content = secrets_.new_secret(), clock.now(), signing.observed_content(item)
    made = record(
        Observation(
            item=item, asked_name=name, email=email, language=language, token_digest=secrets_.digest(secret),
            asked_at=now, expires_at=now + VALID, content=content, content_hash=signing.digest(content),
        )
    )  # fmt: skip
    audit.record(actor, "observation.asked", about=item.portfolio.learner_id, thing=made, item=str(item.id))
    letters.observer_asked(made, secret)
    return made


def may_be_asked(item: EvidenceItem) -> None:
    """Raises EvidenceMissing with what the observer would miss."""
    missing: dict[str, str] = {}
    if item.template_item.kind is not EvidenceKind.OBSERVED_PRACTICE:
        missing["kind"] = N_("Only observed practice is signed by an observer")
    if not item.body:
        missing["body"] = N_("Write what was observed, and what you were told about it")
    if item.observed_on is None:
        missing["observed_on"] = N_("Enter the date on which you were observed")
    if missing:
        raise EvidenceMissing(fields=missing)


def open_request(item: EvidenceItem) -> Observation | None:
    """The request that can still be answered."""
    return next((each for each in reversed(item.observations) if is_open(each)), None)


def is_open(asked: Observation) -> bool:
    return asked.answered_at is None and asked.withdrawn_at is None and asked.expires_at > clock.now()


def withdraw(actor: Actor, item_id: UUID, observation_id: UUID) -> Observation:
    """The link opens nothing any more. Raises NotFound, or ObservationClosed where it was answered meanwhile."""
    item = item_by_id(actor, EDIT, item_id, lock=True)
    asked = next((each for each in item.observations if each.id == observation_id), None)
    if asked is None:
        raise NotFound()
    if not is_open(asked):
        raise ObservationClosed()
    asked.withdrawn_at, asked.token_digest = clock.now(), None
    audit.record(actor, "observation.withdrawn", about=item.portfolio.learner_id, thing=asked)
    return asked


def by_secret(actor: Actor, secret: str, *, lock: bool = False) -> Observation:
    """The request that this link opens. Raises NotFound, ObservationClosed, or SignerIsLearner."""
    actor.require(Permission.PUBLIC_READ)
    found = select(Observation).where(Observation.token_digest == secrets_.digest(secret))
    found = found.options(joinedload(Observation.item).joinedload(EvidenceItem.portfolio))
    if lock:
        found = found.with_for_update(of=Observation).execution_options(populate_existing=True)
    asked = db.session.scalars(found).one_or_none()
    if asked is None:
        raise NotFound()
    if not is_open(asked):
        raise ObservationClosed()
    if actor.person == asked.item.portfolio.learner_id:
        raise SignerIsLearner()
    return asked


def answer(
    actor: Actor, secret: str, *, given: ObserverAnswer, name: str, role: str, words: str, saw_it: bool
) -> Observation:
    """Sign what was shown, or decline, with words that the learner reads. The link is used up. Raises as `by_secret`."""
    asked = by_secret(actor, secret, lock=True)
    faults: dict[str, str] = {}
    if given is ObserverAnswer.SIGNED and not saw_it:
        faults["saw_it"] = N_("Confirm that you saw this yourself")
    if given is ObserverAnswer.DECLINED and not words:
        faults["words"] = N_("Write why you do not sign it")
    if faults:
        raise EvidenceMissing(fields=faults)
    asked.answer, asked.answered_at, asked.words = given, clock.now(), words
    asked.signed_name, asked.signed_role = name, role
    learner = asked.item.portfolio.learner_id
    audit.record(
        actor, f"observation.{given}", about=learner, thing=asked, item=str(asked.item_id), hash=asked.content_hash
    )
    letters.observer_answered(asked)
    return asked
