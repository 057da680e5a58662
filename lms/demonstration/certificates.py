"""What happens to certificates: one that ends soon and is on its way to being renewed, one suspended, a name to change."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from certificates import ledger, services
from certificates.integrity import services as integrity
from certificates.models import Award
from certificates.names import services as names
from certificates.organising import runs
from certificates.rules import RevocationReason
from certificates.wallet import services as wallet
from courses.catalogue.models import Course
from courses.enrolments.models import Enrolment, EnrolmentState
from lms.accounts.models import Membership
from lms.core import clock
from lms.core.db import db, record
from lms.core.permissions import Actor
from lms.demonstration.acting import acting, at

ENDS_IN = 25
"""Days."""


def tell(cast: dict[str, UUID], today: date) -> None:
    """After the histories: two certificates of the nurse's, and what an organiser finds to do."""
    with at(today):
        until = clock.today() + timedelta(days=ENDS_IN)
    with at(until.replace(year=until.year - 3)):
        services.award_if_due(Actor.system(), _completed(cast["nurse2"], "PIMH-01").id)
    with at(today - timedelta(days=1)):
        system = Actor.system()
        newest = db.session.scalars(
            select(Award)
            .where(Award.learner_id.not_in(cast.values()))
            .order_by(Award.issued_on.desc(), Award.id)
            .limit(1)
        ).one()
        services.suspend(system, newest.id, RevocationReason.UNDER_REVIEW, "The provider's attendance list is missing.")
        nurse = acting(cast["nurse2"])
        mine = db.session.scalars(
            select(Award).where(Award.learner_id == cast["nurse2"]).order_by(Award.id).limit(1)
        ).one()
        wallet.share(nurse, mine.id, 30, "Bwrdd Iechyd / Health board, new post")
        names.ask(nurse, "Hannah Kingfisher-Dryw", "I have married.")
    with at(today):
        runs.remind()
    while ledger.enter_batch():
        db.session.flush()  # the next batch looks for what this one has entered
    integrity.begin(Actor.system())


def _completed(person: UUID, code: str) -> Enrolment:
    """A completed enrolment as it was on the clock's day."""
    course = db.session.scalars(select(Course).where(Course.code == code)).one()
    place = db.session.scalars(select(Membership).where(Membership.person_id == person).limit(1)).one()
    assert course.published_version_id is not None
    return record(
        Enrolment(
            learner_id=person, course_id=course.id, course_version_id=course.published_version_id,
            state=EnrolmentState.COMPLETED, language="en", enrolled_on=clock.today(), started_at=clock.now(), progress=100,
            last_active_at=clock.now(), learning_completed_at=clock.now(), completed_on=clock.today(), sector=place.sector,
            organisation_id=place.organisation_id,
            organisation_lineage=list(place.organisation.lineage) if place.organisation else [],
            job_role_code=place.job_role_code, setting_code=place.setting_code, paid=place.paid,
        )
    )  # fmt: skip
