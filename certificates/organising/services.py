"""The certificates of a cohort: looked at first, then issued by a job."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from certificates import address, designs, snapshots, wording
from certificates.errors import WordsNotPrintable
from certificates.models import AwardExport
from certificates.organising import queries, rules, runs
from certificates.organising.errors import CohortTooLarge, NobodyThere
from certificates.organising.models import Batch, BatchLine
from certificates.organising.queries import MOST, Member
from certificates.organising.rules import Outcome
from certificates.pdf.fonts import unprintable
from certificates.rules import last_valid_day
from certificates.wallet.services import exported
from courses.catalogue.models import CertificateKind, Course
from lms.core import audit, clock, jobs
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Forbidden, NotFound
from lms.core.permissions import Actor, Permission


@dataclass(frozen=True)
class Preview:
    """What a batch would do: how many of each outcome, and to whom."""

    course: Course
    members: list[tuple[Member, Outcome]]

    @property
    def counts(self) -> dict[Outcome, int]:
        return {each: sum(found is each for _, found in self.members) for each in Outcome}

    @property
    def issues(self) -> int:
        return sum(found is Outcome.ISSUED for _, found in self.members)


def preview(actor: Actor, course_code: str, since: date | None, until: date | None, *, completes: bool) -> Preview:
    """Look, and change nothing. `completes`: everybody in it counts as having completed the course.

    Raises NotFound, CohortTooLarge.
    """
    course = queries.course_by_code(course_code)
    if course is None:
        raise NotFound()
    if not actor.might(Permission.AWARD_REVOKE) or (completes and not actor.might(Permission.ENROLMENT_COMPLETE)):
        raise Forbidden()
    found = queries.cohort(actor.reach(Permission.AWARD_REVOKE), course.id, since, until)
    if len(found) > MOST:
        raise CohortTooLarge()
    return Preview(course, [(each, rules.outcome(each.candidate, completes=completes)) for each in found])


def issue_to(actor: Actor, course_code: str, since: date | None, until: date | None, *, completes: bool) -> Batch:
    """Issue to everyone in the cohort who is due one. Raises NotFound, CohortTooLarge, NobodyThere."""
    seen = preview(actor, course_code, since, until, completes=completes)
    if not seen.issues:
        raise NobodyThere()
    made = record(
        Batch(
            course_id=seen.course.id,
            asked_by=actor.person,
            asked_at=clock.now(),
            completes=completes,
            of=len(seen.members),
        )
    )
    rows: list[dict[str, Any]] = [
        {"batch_id": made.id, "enrolment_id": member.enrolment_id, "outcome": None} for member, _ in seen.members
    ]
    for start in range(0, len(rows), 1000):
        db.session.execute(insert(BatchLine), rows[start : start + 1000])
    audit.record(actor, "award-batch.asked", thing=made, course=course_code, count=len(rows))
    jobs.enqueue(runs.issue, batch_id=str(made.id))
    return made


def batch(actor: Actor, batch_id: UUID) -> Batch:
    """A batch that this actor asked for. Raises NotFound."""
    found = get_or_refuse(Batch, batch_id)
    if found.asked_by != actor.person:
        raise NotFound()
    return found


def zip_of(actor: Actor, batch_id: UUID, edition: str) -> AwardExport:
    """Ask for the certificates of a batch as one zip. Raises NotFound, NoCertificates."""
    found = batch(actor, batch_id)
    return exported(actor, list(queries.issued_in(found.id)), edition)


def specimen(actor: Actor, course_code: str, edition: str) -> bytes:
    """How the certificates of a course look, marked as a specimen and without a code that opens anything. Raises NotFound,
    WordsNotPrintable."""
    if not actor.might(Permission.AWARD_REVOKE):
        raise Forbidden()
    course = queries.course_by_code(course_code)
    if course is None or course.published is None:
        raise NotFound()
    version = course.published
    if unprintable([version.title.en, version.title.cy]):
        raise WordsNotPrintable()
    holder = actor.name if actor.name and not unprintable([actor.name]) else wording.MARK.en
    today, now = clock.today(), clock.now()
    snapshot = snapshots.take(
        snapshots.Achievement(
            kind=version.certificate_kind, holder=holder, course_code=course.code,
            course_version=version.number, course_title=version.title, minutes=version.minutes, completed_on=today,
            valid_until=last_valid_day(today, version.validity_months), signed_off=None,
            attended=((today, version.minutes),) if version.certificate_kind is CertificateKind.ATTENDANCE else (),
        ),
        number="LLW-0000-000000", address=address.of("00000-00000-00000-00000"), issued_at=now, issued_on=today,
    )  # fmt: skip
    return designs.DESIGNS[designs.design_for(version.certificate_kind)](snapshot, edition, specimen=True)
