"""What courses ask of certificates, which they do not know: it hangs in `lms/app.py`."""

from uuid import UUID

from certificates import queries
from certificates.models import Award
from certificates.rules import State
from courses.catalogue.models import CertificateKind
from courses.mentoring.cascade.rules import Certificate
from lms.core import clock
from lms.core.db import db


def champion_certificates(person_id: UUID) -> list[Certificate]:
    """Every certificate of a champion that the person had, with when it held. One whose record was altered never did."""
    today, found = clock.today(), []
    for award in db.session.scalars(
        queries.awards_of(person_id).where(Award.kind == CertificateKind.CHAMPION)
    ).unique():
        standing = queries.standing_of(award, today)
        if standing.state is State.ALTERED:
            continue
        ended = clock.on_the_day(standing.since) if standing.since else None
        found.append(Certificate(award.number, award.course_code, award.issued_on, award.valid_until, ended))
    return found
