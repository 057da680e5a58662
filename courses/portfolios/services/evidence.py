"""The learner's side of one item: write, add a file, submit, take back."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import BinaryIO
from uuid import UUID

from courses.portfolios import checking, letters, queries, rules, uploads
from courses.portfolios.errors import EvidenceMissing, IdentifiersPossible
from courses.portfolios.events import EvidenceMoved
from courses.portfolios.identifiers import Finding, findings
from courses.portfolios.models import EvidenceItem, EvidenceState
from courses.portfolios.services.access import item_by_id, supervisor_now
from courses.portfolios.signing import standing_observation
from lms.core import audit, clock, events, files
from lms.core.db import db
from lms.core.errors import StaleEdit, TooLarge
from lms.core.language import N_
from lms.core.permissions import Actor, Permission

EDIT = Permission.PORTFOLIO_EDIT


def save_draft(
    actor: Actor,
    item_id: UUID,
    edition: int,
    *,
    body: str,
    observer: str | None = None,
    observed_on: date | None = None,
    links: Sequence[str] = (),
) -> EvidenceItem:
    """Keep what was written. Saving the same again changes nothing; an accepted item becomes a draft again.

    Raises StaleEdit when another tab saved since `edition`, or the refusal of `rules.item_after`.
    """
    item, observer = item_by_id(actor, EDIT, item_id, lock=True), observer or None
    if (body, observer, observed_on, list(links)) == (item.body, item.observer, item.observed_on, item.links):
        return item
    change(actor, item, edition)
    item.body, item.observer, item.observed_on, item.links = body, observer, observed_on, list(links)
    return item


def attach_file(actor: Actor, item_id: UUID, edition: int, source: BinaryIO, name: str, limit: int) -> EvidenceItem:
    """Keep a file with the item, in place of an earlier one. `limit` in bytes.

    The same file again changes nothing, so whoever does not know whether it arrived may send it once more.

    Raises TooLarge, FileRefused, StaleEdit, or the refusal of `rules.item_after`.
    """
    item_by_id(actor, EDIT, item_id)  # before any work is done for somebody who may not
    data = source.read(limit + 1)
    if len(data) > limit:
        raise TooLarge(
            N_("The file must be smaller than %(limit)s MB."), params={"limit": limit // 1_000_000},
            fields={"file": N_("The file must be smaller than %(limit)s MB.")},
        )  # fmt: skip
    upload = uploads.recognised(data, name)
    item, digest = item_by_id(actor, EDIT, item_id, lock=True), hashlib.sha256(upload.data).digest()
    if item.file is not None and (item.file.sha256, item.file_name) == (digest, upload.name):
        return item
    before = item.file_id
    change(actor, item, edition)
    item.file = files.store(upload.data, upload.media_type)
    item.file_name = upload.name
    checking.begin(item.file, upload.data)
    _forget(item, before)
    return item


def remove_file(actor: Actor, item_id: UUID, edition: int) -> EvidenceItem:
    """Take the file off the item. What was decided or signed with it keeps it."""
    item = item_by_id(actor, EDIT, item_id, lock=True)
    if item.file_id is None:
        return item
    before = item.file_id
    change(actor, item, edition)
    item.file = None
    item.file_name = None
    _forget(item, before)
    return item


def _forget(item: EvidenceItem, file_id: UUID | None) -> None:
    """A file that nobody has decided about goes with its draft."""
    if file_id is None or file_id == item.file_id:
        return
    db.session.flush()  # the item no longer refers to it
    if not queries.is_decided_upon(file_id):
        checking.drop(file_id)


def change(actor: Actor, item: EvidenceItem, edition: int) -> None:
    """The item is a draft again, one edition on. Raises StaleEdit, EnrolmentNotOpen, or why it cannot be changed."""
    rules.enrolment_is_open(item.portfolio.enrolment.state, "save")
    after = rules.item_after(item.portfolio.state, item.state, "save")
    if item.edition != edition:
        raise StaleEdit()
    item.state = EvidenceState(after)
    item.edition += 1
    item.saved_at = clock.now()
    audit.record(actor, "evidence.saved", about=item.portfolio.learner_id, thing=item, edition=item.edition)


def possible_identifiers(item: EvidenceItem) -> list[Finding]:
    """What in the text or in the file's name may point to a real person."""
    return identifiers_in(item.body, *item.links, (item.file_name or "").replace("_", " "))


def identifiers_in(*texts: str) -> list[Finding]:
    """The same of texts that are not saved yet."""
    return findings("\n".join(texts))


def is_complete(item: EvidenceItem) -> None:
    """Raises EvidenceMissing with the fields that the kind still wants."""
    rules.is_complete(as_evidence(item), clock.today())


def submit_item(
    actor: Actor, item_id: UUID, edition: int, *, no_identifiers: bool, harmless: bool = False
) -> EvidenceItem:
    """Give the item to the supervisor. The learner's word that nobody can be recognised is always needed.

    Raises EvidenceMissing, IdentifiersPossible (unless `harmless`: the learner looked at each), StaleEdit.
    """
    item = item_by_id(actor, EDIT, item_id, lock=True)
    portfolio = item.portfolio
    rules.enrolment_is_open(portfolio.enrolment.state, "submit")
    after = rules.item_after(portfolio.state, item.state, "submit")
    if item.edition != edition:
        raise StaleEdit()
    is_complete(item)
    if not no_identifiers:
        raise EvidenceMissing(fields={"no_identifiers": N_("Confirm that nobody can be recognised")})
    found = possible_identifiers(item)
    if found and not harmless:
        raise IdentifiersPossible(
            N_("This may point to a real person: %(found)s"),
            params={"found": ", ".join(each.excerpt for each in found)},
            fields={"harmless": N_("Change your evidence, or confirm that each of these is harmless")},
        )
    first = all(each.state is not EvidenceState.SUBMITTED for each in portfolio.items)
    item.state, item.submitted_at, item.no_identifiers = EvidenceState(after), clock.now(), True
    audit.record(
        actor, "evidence.submitted", about=portfolio.learner_id, thing=item, edition=item.edition,
        confirmed_harmless=len(found),
    )  # fmt: skip
    supervisor = supervisor_now(portfolio)
    if supervisor is not None and first:  # one letter until the supervisor has seen this learner's queue empty
        letters.item_submitted(supervisor, item)
    events.publish(EvidenceMoved(item_id=item.id, enrolment_id=portfolio.enrolment_id))
    return item


def take_back(actor: Actor, item_id: UUID) -> EvidenceItem:
    """The item is a draft again. Raises ItemNotSubmitted when it was decided meanwhile."""
    item = item_by_id(actor, EDIT, item_id, lock=True)
    rules.enrolment_is_open(item.portfolio.enrolment.state, "take_back")
    item.state = EvidenceState(rules.item_after(item.portfolio.state, item.state, "take_back"))
    item.submitted_at = None
    audit.record(actor, "evidence.taken-back", about=item.portfolio.learner_id, thing=item, edition=item.edition)
    events.publish(EvidenceMoved(item_id=item.id, enrolment_id=item.portfolio.enrolment_id))
    return item


def as_evidence(item: EvidenceItem) -> rules.Evidence:
    """The item as the rules see it."""
    last, asked = item.decisions[-1] if item.decisions else None, item.template_item
    return rules.Evidence(
        kind=asked.kind, state=item.state, body=item.body, observer=item.observer,
        observed_on=item.observed_on, has_file=item.file_id is not None or item.file is not None,
        individually_supervised=last is not None and last.individually_supervised,
        optional=asked.optional, individual_only=asked.individual_only, observer_signs=asked.observer_signs,
        observer_signed=asked.observer_signs and standing_observation(item) is not None, has_link=bool(item.links),
    )  # fmt: skip
