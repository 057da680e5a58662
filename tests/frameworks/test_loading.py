"""The frameworks as loaded: counts, immutability, and what a changed file does."""

from copy import deepcopy

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from frameworks import loading, queries, rules
from frameworks.models import Domain, Framework, FrameworkVersion, Level, Requirement, Statement, Status
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.core.errors import Forbidden
from lms.core.permissions import Actor


def count(kind: type, *where: object) -> int:
    return db.session.scalar(select(func.count()).select_from(kind).where(*where)) or 0


def of(code: str) -> FrameworkVersion:
    return queries.whole_version(code)


def test_everything_in_the_files_is_there(app: Flask) -> None:
    assert [version.framework.code for version in db.session.scalars(queries.current_versions())] == [
        "CAMHS", "DCF", "PIMH", "SUPV",
    ]  # fmt: skip
    pimh = of("PIMH")
    assert [level.code for level in pimh.levels] == ["informed", "skilled", "enhanced", "specialist"]
    assert (len(pimh.domains), len(pimh.statements)) == (8, 64)
    assert all(statement.illustrative for statement in pimh.statements)
    assert [domain.code for domain in pimh.domains if not domain.illustrative] == ["D4"]
    assert (len(of("CAMHS").statements), len(of("SUPV").statements)) == (10, 8)
    dcf = of("DCF")
    assert (len(dcf.domains), len(dcf.levels), len(dcf.statements)) == (1, 0, 0)
    assert dcf.note.complete
    by_role = [each for each in pimh.requirements if "role" in each.condition]
    assert (len(by_role), len(pimh.requirements) - len(by_role)) == (52, 7)
    assert count(Requirement) == 82
    assert len(loading._read("role_requirements.yaml")["roles"]) == 54


def test_every_text_is_in_both_languages(app: Flask) -> None:
    for kind, name in ((Level, "title"), (Level, "audience"), (Domain, "title"), (Statement, "wording")):
        assert all(getattr(row, name).complete for row in db.session.scalars(select(kind))), (kind, name)


def test_loading_again_changes_nothing(app: Flask) -> None:
    before = count(FrameworkVersion), count(Statement), count(AuditEntry)
    with transaction():
        loading.load_reference(Actor.system())
    assert (count(FrameworkVersion), count(Statement), count(AuditEntry)) == before


def test_a_changed_file_becomes_the_next_version_and_the_old_one_is_kept(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = deepcopy(loading.contents())
    next(each for each in changed if each["code"] == "CAMHS")["statements"][0]["en"] = "Says it better."
    monkeypatch.setattr(loading, "contents", lambda: changed)
    with transaction():
        loading.load_reference(Actor.system())
    db.session.expire_all()
    now = of("CAMHS")
    assert (now.number, now.statements[0].wording.en) == (2, "Says it better.")
    before = queries.whole_version("CAMHS", 1)
    assert before.status is Status.RETIRED
    assert before.statements[0].wording.en.startswith("Describes typical development")
    assert count(FrameworkVersion) == 5


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE framework_version SET title_en = 'x'",
        "UPDATE framework_version SET status = 'draft'",
        "UPDATE framework_statement SET wording_cy = 'x'",
        "DELETE FROM framework_requirement",
        "DELETE FROM framework_version",
        "INSERT INTO framework_level (id, version_id, code, rank, title_en, title_cy, audience_en, audience_cy)"
        " SELECT gen_random_uuid(), id, 'extra', 9, '', '', '', '' FROM framework_version LIMIT 1",
    ],
)
def test_nothing_of_a_published_version_can_be_changed_even_by_sql(app: Flask, statement: str) -> None:
    with pytest.raises(DBAPIError, match="never changed"):
        db.session.execute(text(statement))


def test_only_the_house_itself_loads(app: Flask) -> None:
    with pytest.raises(Forbidden):
        loading.load_reference(Actor())


def test_a_draft_is_nobodys_to_read(app: Flask, client) -> None:
    with transaction():
        framework = db.session.scalars(select(Framework).where(Framework.code == "SUPV")).one()
        given = next(each for each in loading.contents() if each["code"] == "SUPV")
        db.session.add(
            FrameworkVersion(
                framework_id=framework.id, number=9, status=Status.DRAFT, title=loading._both(given["title"]),
                short_title=loading._both(given["short_title"]), owner=loading._both(given["owner"]),
                note=loading._both(given["note"]), digest="x",
            )
        )  # fmt: skip
    assert client.get("/en/frameworks/SUPV/9").status_code == 404
    assert "/9" not in client.get("/en/frameworks/SUPV").text


def test_the_requirements_answer_for_real_places(app: Flask) -> None:
    found = queries.requirements("PIMH")
    midwife = rules.required_level(found, "midwife", "maternity", "nhs")
    moved = rules.required_level(found, "midwife", "mother_and_baby_unit", "nhs")
    assert midwife
    assert moved
    assert (midwife.level, moved.level) == ("skilled", "specialist")
