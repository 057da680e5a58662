"""What is achieved, as it stood when it was: a course's version, or a programme's licence. Made when first issued for."""

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from certificates.models import AchievementVersion
from certificates.rules import RENEWAL_DAYS
from courses.catalogue.models import CertificateKind, CourseVersion, Programme
from lms.core.db import db
from lms.core.ids import new_id


def of_course(version: CourseVersion) -> AchievementVersion:
    """That of a course's version, which is fixed once it is published."""
    known = select(AchievementVersion).where(AchievementVersion.course_version_id == version.id)
    found = db.session.scalars(known).one_or_none()
    if found is None:
        db.session.execute(
            insert(AchievementVersion)
            .values(
                id=new_id(), code=version.course.code, number=version.number, kind=version.certificate_kind,
                title_en=version.title.en, title_cy=version.title.cy, minutes=version.minutes,
                validity_months=version.validity_months, renewal_days=RENEWAL_DAYS, course_version_id=version.id,
            )
            .on_conflict_do_nothing()
        )  # fmt: skip
        found = db.session.scalars(known).one()
    return found


def of_licence(programme: Programme) -> AchievementVersion:
    """The licence of a programme; a new number when the programme is called otherwise than before."""
    code = f"LICENCE-{programme.code}"
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"achievement:{code}", 0))))
    newest = (
        select(AchievementVersion)
        .where(AchievementVersion.code == code)
        .order_by(AchievementVersion.number.desc())
        .limit(1)
    )
    found = db.session.scalars(newest).one_or_none()
    if found is None or found.title != programme.title:
        found = AchievementVersion(
            id=new_id(), code=code, number=found.number + 1 if found else 1, kind=CertificateKind.SUPERVISOR_LICENCE,
            title=programme.title, minutes=0, validity_months=None, renewal_days=RENEWAL_DAYS,
            programme_code=programme.code,
        )  # fmt: skip
        db.session.add(found)
        db.session.flush()  # the award refers to it
    return found
