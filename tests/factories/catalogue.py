"""Courses and programmes. What the reference data hold already is used, not made twice."""

from itertools import count
from typing import Any

from sqlalchemy import select

from courses.catalogue.models import (
    CapacityRule,
    CertificateKind,
    Course,
    CourseStatus,
    CourseVersion,
    Format,
    Programme,
    Topic,
)
from lms.core import clock
from lms.core.db import db
from lms.core.ids import new_id
from lms.core.language import Bilingual
from tests.factories.accounts import kept

_numbers = count(1)
_OF_COURSE = ("programme_code", "position")


def course(code: str) -> Course:
    """One from the reference data, such as ECAMHS-4."""
    return db.session.scalars(select(Course).where(Course.code == code)).one()


def make_programme(code: str | None = None, **given: Any) -> Programme:
    """The programme of that code: the one there is, or a new one."""
    code = code or f"PROG{next(_numbers)}"
    if found := db.session.get(Programme, code):
        return found
    title = Bilingual(f"Programme {code}", f"Rhaglen {code}")
    return kept(Programme(**{"code": code, "title": title, "summary": title, "position": 900} | given))


def make_course(code: str | None = None, **given: Any) -> Course:
    """A course with one published version. `given` are columns of either; programme_code is made if it is missing."""
    number = next(_numbers)
    code = code or f"TEST-{number}"
    of_course = {name: given.pop(name) for name in _OF_COURSE if name in given}
    if programme := of_course.get("programme_code"):
        make_programme(programme)
    made = kept(Course(**{"id": new_id(), "code": code, "position": 900 + number} | of_course))
    make_version(made, **given)
    return made


def make_version(of: Course, **given: Any) -> CourseVersion:
    """A version of the course; a published one becomes the one on offer."""
    given = {"format_code": "elearning", "topic_code": "camhs", "status": CourseStatus.PUBLISHED} | given
    published = given["status"] is CourseStatus.PUBLISHED
    version = kept(
        CourseVersion(
            **{
                "id": new_id(), "course_id": of.id, "number": len(of.versions) + 1,
                "title": Bilingual(f"Course {of.code}", f"Cwrs {of.code}"),
                "summary": Bilingual(f"What {of.code} is about.", f"Am beth y mae {of.code}."),
                "format_code": _known(Format, given["format_code"], booking="open_any_time"),
                "topic_code": _known(Topic, given["topic_code"]),
                "minutes": 60, "languages": ["en", "cy"], "sectors": [], "funding": [],
                "capacity_rule": CapacityRule.OPEN, "seats": None, "eligibility": {}, "prerequisites": {},
                "certificate_kind": CertificateKind.COMPLETION, "published_at": clock.now() if published else None,
            }
            | given
        )
    )  # fmt: skip
    if published:
        of.published_version_id = version.id
        kept(of)
    db.session.refresh(of)
    return version


def _known(kind: Any, code: str, **given: Any) -> str:
    if db.session.get(kind, code) is None:
        kept(kind(code=code, title=Bilingual(code, code), position=900, **given))
    return code
