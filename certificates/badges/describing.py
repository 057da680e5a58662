"""From what we hold of an award to what its badge says."""

from certificates import snapshots
from certificates.badges import queries, words
from certificates.badges.documents import Achieved, Aim, Held
from certificates.badges.models import StatusEntry
from certificates.models import AchievementVersion, Award
from certificates.rules import shown_name
from courses.catalogue.models import CourseVersion
from frameworks import queries as frameworks
from frameworks.case.addresses import item_uri
from lms.accounts.queries import primary_email


def achieved(version: AchievementVersion, language: str) -> Achieved:
    """What the achievement is, in that language, with the statements of frameworks that it covers."""
    licence = version.programme_code is not None
    course = queries.course_version(version.course_version_id) if version.course_version_id else None
    name = version.title.in_(language)
    return Achieved(
        version.code, version.number, language, words.achievement_type(version.kind, licence=licence), name,
        (course.summary.in_(language) if course else "") or name,
        words.criteria(version.kind, version.minutes, licence=licence).in_(language), version.minutes,
        _aims(course, language) if course else (),
    )  # fmt: skip


def held(award: Award, place: StatusEntry | None, language: str, salt: str) -> Held:
    """By whom: the name as the holder lets it be shown now, the address as a hash. `place` None: for Open Badges 2.0."""
    snapshot = snapshots.read(award.snapshot)
    printed = snapshot.printed(language)
    return Held(
        award=award.id, number=award.number, title=printed.title,
        name=shown_name(printed.holder, award.name_visibility), email=primary_email(award.learner_id), salt=salt,
        issued_at=snapshot.issued_at, completed_on=award.completed_on, valid_until=award.valid_until,
        address=snapshot.address, notes=printed.notes, status=place.list_number if place else 0,
        index=place.index if place else 0,
    )  # fmt: skip


def _aims(course: CourseVersion, language: str) -> tuple[Aim, ...]:
    covered = frameworks.statements_named([(each.framework_code, each.statement_code) for each in course.statements])
    titles = queries.framework_titles(list({each.version_id for each in covered}))
    return tuple(
        Aim(item_uri(each.identifier), each.wording.in_(language), each.code, titles[each.version_id].in_(language))
        for each in covered
    )
