"""The catalogue as loaded."""

from copy import deepcopy

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from courses.catalogue import loading, queries
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
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.core.permissions import Actor


def count(kind: type, *where: object) -> int:
    return db.session.scalar(select(func.count()).select_from(kind).where(*where)) or 0


def test_every_course_of_the_file_is_there(app: Flask) -> None:
    assert (count(Course), count(Topic), count(Format), count(Programme)) == (50, 9, 7, 12)
    assert count(CourseVersion, CourseVersion.status == CourseStatus.PUBLISHED) == 48
    drafts = db.session.scalars(select(Course.code).where(Course.published_version_id.is_(None)))
    assert set(drafts) == {"CPD-BITE", "ECAMHS-PI"}
    assert count(Course, Course.programme_code.is_(None)) == 0
    programme_of = dict(db.session.execute(select(Course.code, Course.programme_code)).all())
    assert {programme_of[f"ECAMHS-{n}"] for n in range(1, 6)} == {"ECAMHS"}
    assert {programme_of[f"PIMH-0{n}"] for n in range(1, 8)} == {"PIMH"}
    assert (programme_of["SUP-CAMHS"], programme_of["STAT-AMHP-R"]) == ("ECAMHS", "AMHP")


def test_what_a_course_says_is_what_the_file_says(app: Flask) -> None:
    found = queries.course_on_offer("ECAMHS-4")
    assert found.minutes == 360
    assert found.prerequisites == {"completed": ["ECAMHS-1", "ECAMHS-2", "ECAMHS-3"], "portfolio_signed_off": True}
    assert {"active_learning_supervisor": True} in found.eligibility["all"]
    assert (found.certificate_kind, found.validity_months) == (CertificateKind.COMPLETION_WITH_PORTFOLIO, None)
    assert found.portfolio_template_code == "PF-ECAMHS-4"
    assert [(each.framework_code, each.statement_code) for each in found.statements] == [
        ("CAMHS", "C4.C1"),
        ("CAMHS", "C4.C2"),
    ]
    assert set(found.illustrative_fields) == {"certificate", "languages", "minutes", "portfolio", "statements"}
    supervisor = queries.course_on_offer("SUP-CAMHS")
    assert (supervisor.capacity_rule, supervisor.seats) == (CapacityRule.SESSION, 16)
    assert len(queries.course_on_offer("PIMH-01").sectors) == 10
    assert queries.course_on_offer("PIMH-07").seats is None
    specialist = {each.statement_code for each in queries.course_on_offer("PIMH-07").statements}
    assert specialist == {"PIMH.D8.E.K", "PIMH.D8.E.S", "PIMH.D8.X.K", "PIMH.D8.X.S"}


def test_loading_again_changes_nothing(app: Flask) -> None:
    before = count(CourseVersion), count(AuditEntry)
    with transaction():
        loading.load_reference(Actor.system())
    assert (count(CourseVersion), count(AuditEntry)) == before


def test_a_changed_course_becomes_its_next_version(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    read = loading._read
    changed = deepcopy(read("catalogue"))
    changed["courses"][0]["summary"]["en"] = "A better summary."
    monkeypatch.setattr(loading, "_read", lambda name: changed if name == "catalogue" else read(name))
    with transaction():
        loading.load_reference(Actor.system())
    db.session.expire_all()
    now = queries.course_on_offer("PIMH-01")
    assert (now.number, now.summary.en) == (2, "A better summary.")
    before = queries.version_numbered("PIMH-01", 1)
    assert before.status is CourseStatus.RETIRED
    assert count(CourseVersion) == 51


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE course_version SET title_en = 'x' WHERE status = 'published'",
        "UPDATE course_version SET status = 'draft' WHERE status = 'published'",
        "UPDATE course_version SET status = 'retired', minutes = 1 WHERE status = 'published'",
        "DELETE FROM course_version WHERE status = 'published'",
        "DELETE FROM course_level",
        "UPDATE course_statement SET statement_code = 'x'",
        "INSERT INTO course_level (id, version_id, framework_code, level_code)"
        " SELECT gen_random_uuid(), id, 'PIMH', 'extra' FROM course_version WHERE status = 'published' LIMIT 1",
    ],
)
def test_nothing_of_a_published_version_can_be_changed_even_by_sql(app: Flask, statement: str) -> None:
    with pytest.raises(DBAPIError, match="never changed"):
        db.session.execute(text(statement))


def test_a_published_version_can_only_retire(app: Flask) -> None:
    with transaction():
        db.session.execute(text("UPDATE course_version SET status = 'retired' WHERE status = 'published'"))
    with pytest.raises(DBAPIError, match="never changed"):
        db.session.execute(text("UPDATE course_version SET status = 'published' WHERE status = 'retired'"))
