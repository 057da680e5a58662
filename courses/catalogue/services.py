"""Use cases of the catalogue: write a draft, have it reviewed by somebody else, publish, retire.

Courses belong to the nation, not to one organisation: a grant anywhere is enough, and `_held` says where it is.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from courses.catalogue import queries
from courses.catalogue.errors import (
    CodeTaken,
    DraftExists,
    NotADraft,
    NotComplete,
    NotInReview,
    NotPublished,
    OwnWork,
)  # fmt: skip
from courses.catalogue.models import (
    CapacityRule,
    CertificateKind,
    Course,
    CourseLevel,
    CourseStatement,
    CourseStatus,
    CourseVersion,
    Format,
    Funding,
    Programme,
    Topic,
)  # fmt: skip
from courses.catalogue.rules import conditions, content
from courses.catalogue.rules.content import Content
from frameworks import queries as frameworks
from lms.core import audit, clock
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Invalid, StaleEdit
from lms.core.language import N_
from lms.core.permissions import Actor, Lineage, Permission


def draft(actor: Actor, code: str, programme_code: str | None, given: Content) -> CourseVersion:
    """Begin a course with a first draft. Raises CodeTaken, Invalid."""
    require_editor(actor)
    _check(given, programme_code)
    if db.session.scalars(select(Course.id).where(Course.code == code)).first():
        raise CodeTaken(fields={"code": N_("Another course has this code already")})
    last = db.session.scalars(select(Course.position).order_by(Course.position.desc()).limit(1)).first()
    course = record(Course(code=code, programme_code=programme_code, position=(last or 0) + 1))
    version = _written(course, 1, given, actor.person)
    audit.record(actor, "course.drafted", thing=version, code=code, number=1)
    return version


def edit(actor: Actor, version_id: UUID, edition: int, given: Content) -> CourseVersion:
    """Change a draft that was opened at `edition`. Raises NotADraft, StaleEdit, Invalid."""
    require_editor(actor)
    version = get_or_refuse(CourseVersion, version_id, lock=True)
    if version.status is not CourseStatus.DRAFT:
        raise NotADraft()
    if version.edition != edition:
        raise StaleEdit()
    _check(given)
    _write(version, given)
    version.edition += 1
    version.author_id = actor.person
    audit.record(actor, "course.edited", thing=version, edition=version.edition)
    return version


def submit(actor: Actor, version_id: UUID) -> CourseVersion:
    """Send a draft to review; from here it stands still. Raises NotADraft, NotComplete."""
    require_editor(actor)
    version = get_or_refuse(CourseVersion, version_id, lock=True)
    if version.status is not CourseStatus.DRAFT:
        raise NotADraft()
    _require_complete(version)
    version.status = CourseStatus.IN_REVIEW
    audit.record(actor, "course.submitted", thing=version)
    return version


def return_to_draft(actor: Actor, version_id: UUID, reason: str) -> CourseVersion:
    """Take a version out of review, saying why. Raises NotInReview."""
    require_editor(actor)
    version = _in_review(version_id)
    version.status = CourseStatus.DRAFT
    audit.record(actor, "course.returned", thing=version, reason=reason)
    return version


def publish(actor: Actor, version_id: UUID) -> CourseVersion:
    """Put a reviewed version on offer in place of the one before. Raises NotInReview, OwnWork, NotComplete."""
    actor.require(Permission.COURSE_PUBLISH, at=_held(actor, Permission.COURSE_PUBLISH))
    version = _in_review(version_id)
    if actor.person and (version.author_id == actor.person or queries.worked_on(version.id, actor.person)):
        raise OwnWork()
    _require_complete(version)
    _put_on_offer(version)
    audit.record(actor, "course.published", thing=version)
    return version


def retire(actor: Actor, version_id: UUID, reason: str) -> CourseVersion:
    """Take a course off offer. People who are enrolled keep their version. Raises NotPublished."""
    actor.require(Permission.COURSE_PUBLISH, at=_held(actor, Permission.COURSE_PUBLISH))
    version = get_or_refuse(CourseVersion, version_id, lock=True)
    if version.status is not CourseStatus.PUBLISHED:
        raise NotPublished()
    version.status = CourseStatus.RETIRED
    version.course.published_version_id = None
    audit.record(actor, "course.retired", thing=version, reason=reason)
    return version


def revise(actor: Actor, course_id: UUID) -> CourseVersion:
    """Begin the next version of a published course, as a draft that says the same. Raises NotPublished, DraftExists."""
    require_editor(actor)
    course = get_or_refuse(Course, course_id, lock=True)
    if course.published is None:
        raise NotPublished()
    if queries.version_in_the_making(course.id):
        raise DraftExists()
    version = _written(
        course, max(each.number for each in course.versions) + 1, queries.content_of(course.published), actor.person
    )
    audit.record(actor, "course.drafted", thing=version, code=course.code, number=version.number)
    return version


def load(
    actor: Actor, code: str, given: Content, *, programme_code: str | None, position: int, planned: bool
) -> CourseVersion:
    """Bring in a version from reference data: published, or a draft when planned or when people published since."""
    actor.require(Permission.COURSE_PUBLISH)
    course = db.session.scalars(select(Course).where(Course.code == code)).one_or_none()
    course = course or record(Course(code=code, position=position))
    course.programme_code, course.position = programme_code, position
    number = max((each.number for each in course.versions), default=0) + 1
    version = _written(course, number, given, None)
    version.digest = content.digest(given)
    if not planned and (course.published is None or course.published.digest):
        _require_complete(version)
        _put_on_offer(version)
    audit.record(actor, "course.loaded", thing=version, code=code, number=number, status=version.status)
    return version


def require_editor(actor: Actor) -> None:
    """Raises Forbidden unless the actor may edit courses."""
    actor.require(Permission.COURSE_EDIT, at=_held(actor, Permission.COURSE_EDIT))


def _held(actor: Actor, permission: Permission) -> Lineage:
    """Where the actor holds the permission, if anywhere."""
    return tuple(actor.reach(permission).places)


def _in_review(version_id: UUID) -> CourseVersion:
    version = get_or_refuse(CourseVersion, version_id, lock=True)
    if version.status is not CourseStatus.IN_REVIEW:
        raise NotInReview()
    return version


def _require_complete(version: CourseVersion) -> None:
    if missing := content.missing(queries.content_of(version)):
        raise NotComplete(fields=missing)


def _put_on_offer(version: CourseVersion) -> None:
    course = get_or_refuse(Course, version.course_id, lock=True)
    if course.published is not None:
        course.published.status = CourseStatus.RETIRED
    version.status, version.published_at = CourseStatus.PUBLISHED, clock.now()
    course.published_version_id = version.id
    db.session.flush()  # the trigger's refusal belongs to this use case
    db.session.expire(course, ["published"])


def _written(course: Course, number: int, given: Content, author_id: UUID | None) -> CourseVersion:
    version = CourseVersion(course=course, number=number, status=CourseStatus.DRAFT, edition=1, author_id=author_id)
    with db.session.no_autoflush:
        _write(version, given)
    return record(version)


def _write(version: CourseVersion, given: Content) -> None:
    for name in queries.PLAIN:
        setattr(version, name, getattr(given, name))
    for name in queries.LISTS:
        setattr(version, name, list(getattr(given, name)))
    version.capacity_rule = CapacityRule(given.capacity_rule)
    version.certificate_kind = CertificateKind(given.certificate_kind)
    _keep(version.levels, given.levels, "level_code", CourseLevel)
    _keep(version.statements, given.statements, "statement_code", CourseStatement)


def _keep(rows: list[Any], wanted: tuple[tuple[str, str], ...], code: str, kind: type[Any]) -> None:
    """Make the rows say what is wanted; those that stay are left alone."""
    for row in [row for row in rows if (row.framework_code, getattr(row, code)) not in wanted]:
        rows.remove(row)
        db.session.delete(row)
    there = {(row.framework_code, getattr(row, code)) for row in rows}
    rows.extend(
        kind(framework_code=framework, **{code: name}) for framework, name in wanted if (framework, name) not in there
    )


def _check(given: Content, programme_code: str | None = None) -> None:
    """Raise Invalid unless everything that it refers to is known."""
    faults: dict[str, str] = {}
    for name, kind, codes in (
        ("format", Format, [given.format_code]), ("topic", Topic, [given.topic_code]),
        ("funding", Funding, given.funding), ("programme", Programme, [programme_code] if programme_code else []),
    ):  # fmt: skip
        known = set(db.session.scalars(select(kind.code).where(kind.code.in_(codes))))
        if set(codes) - known:
            faults[name] = N_("Choose from the list")
    if set(given.levels) - frameworks.level_names().keys():
        faults["levels"] = N_("Choose from the list")
    if set(given.statements) - (frameworks.statement_codes() if given.statements else set()):
        faults["statements"] = N_("There is a statement code here that we do not know")
    if conditions.faults(given.eligibility):
        faults["eligibility"] = N_("There is a condition here that we do not know")
    first = given.prerequisites.get("completed", [])
    if set(first) - set(db.session.scalars(select(Course.code).where(Course.code.in_(first)))):
        faults["prerequisites"] = N_("There is a course code here that we do not know")
    if faults:
        raise Invalid(fields=faults)
