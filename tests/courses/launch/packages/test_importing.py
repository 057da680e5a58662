"""What is sent becomes a package, whole, or is told what is wrong with it; parts are known again in later packages."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from courses.catalogue.models import Course
from courses.launch.formats import Limits
from courses.launch.formats.structure import Format
from courses.launch.packages import importing, queries, storing
from courses.launch.packages.models import ImportState, NodeKind, Package, PackageImport
from lms.core import jobs
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from tests.factories.packages import make_block, make_cmi5, make_h5p, make_scorm, make_structure, make_unit, make_xapi

LIMIT = 50_000_000
SYSTEM = Actor.system()


def send(course: Course, file: Any, name: str = "package.zip", languages: tuple[str, ...] = ("en",)) -> PackageImport:
    file.seek(0)
    with transaction():
        return importing.begin(SYSTEM, course.code, file, name, languages, limit=LIMIT)


def package_of(made: PackageImport) -> Package:
    assert made.state is ImportState.DONE, made.faults
    assert made.package is not None
    return made.package


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        (make_cmi5(), Format.CMI5),
        (make_scorm("1.2"), Format.SCORM_12),
        (make_scorm("2004"), Format.SCORM_2004),
        (make_xapi(), Format.XAPI),
        (make_h5p(), Format.H5P),
    ],
    ids=lambda each: getattr(each, "value", ""),
)
def test_every_format_becomes_a_package_with_its_files(course: Course, file: Any, kind: Format) -> None:
    package = package_of(send(course, file))
    assert (package.number, package.format, package.languages) == (1, kind, ["en"])
    units = queries.units(package.id)
    assert units
    path = (units[0].url or "").partition("?")[0]
    if kind is not Format.H5P:
        assert storing.size_of(package.digest, path)
    assert storing.size_of(package.digest, "../../secret_key") is None


def test_a_video_and_a_page_elsewhere(course: Course) -> None:
    from io import BytesIO

    video = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + bytes(1000)
    package = package_of(send(course, BytesIO(video), "talk.mp4"))
    assert package.format is Format.VIDEO
    assert storing.size_of(package.digest, queries.units(package.id)[0].url or "") == len(video)
    with transaction():
        made = importing.begin_link(SYSTEM, course.code, "https://elsewhere.example/page", "A page", ["cy"])
    package = package_of(made)
    assert (package.format, package.number, package.file_id) == (Format.LINK, 2, None)


def test_a_bad_one_lists_every_fault_and_keeps_nothing(course: Course) -> None:
    structure = make_unit(1, url="missing.html") + make_unit(1, url="also-missing.html")
    made = send(course, make_cmi5(structure, files={}))
    assert made.state is ImportState.REFUSED
    assert len(made.faults) >= 3, made.faults
    assert all(each["rule"] and each["message"] for each in made.faults)
    assert db.session.scalar(select(func.count()).select_from(Package)) == 0


def test_blocks_units_and_what_they_ask_for(course: Course) -> None:
    inner = make_unit(2, attributes='moveOn="Passed" masteryScore="0.8" launchMethod="OwnWindow"')
    package = package_of(send(course, make_cmi5(make_unit(1) + make_block(inner))))
    course_node, first, block, second = queries.nodes(package.id)
    assert [each.kind for each in (course_node, first, block, second)] == [
        NodeKind.COURSE, NodeKind.UNIT, NodeKind.BLOCK, NodeKind.UNIT,
    ]  # fmt: skip
    assert (first.parent_id, block.parent_id, second.parent_id) == (course_node.id, course_node.id, block.id)
    assert (second.move_on, float(second.mastery_score or 0), second.launch_method) == ("Passed", 0.8, "OwnWindow")


def test_parts_keep_their_keys_in_a_newer_version(course: Course) -> None:
    first = package_of(send(course, make_cmi5(make_unit(1) + make_unit(2))))
    second = package_of(send(course, make_cmi5(make_unit(2) + make_unit(3))))
    old = {each.publisher_id: each.key for each in queries.nodes(first.id)}
    new = {each.publisher_id: each.key for each in queries.nodes(second.id)}
    shared = old.keys() & new.keys()
    assert len(shared) == 2, "the course and unit 2"
    assert all(old[each] == new[each] for each in shared)
    assert not {new[each] for each in new.keys() - shared} & set(old.values())


def test_the_other_language_is_the_same_course_whatever_its_ids(course: Course) -> None:
    english = package_of(send(course, make_cmi5(make_unit(1) + make_unit(2)), languages=("en",)))
    other = make_structure(make_unit(11) + make_unit(12), course="https://example.org/cwrs")
    welsh = package_of(send(course, make_cmi5_of(other), languages=("cy",)))
    assert [each.key for each in queries.nodes(english.id)] == [each.key for each in queries.nodes(welsh.id)]


def make_cmi5_of(structure: str) -> Any:
    from tests.factories.packages import PAGE, make_zip

    return make_zip({"cmi5.xml": structure, "index.html": PAGE})


def test_a_large_one_is_read_in_the_background(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 10)
    monkeypatch.setattr(importing, "STEP", 10)
    made = send(course, make_cmi5())
    assert made.state is ImportState.WAITING
    jobs.run_pending()
    db.session.expire_all()
    assert package_of(made).number == 1
    importing.finish(made.id)
    assert db.session.scalar(select(func.count()).select_from(Package)) == 1, "again changes nothing"


def test_the_same_file_again_is_another_package_over_the_same_files(course: Course) -> None:
    first, second = package_of(send(course, make_cmi5())), package_of(send(course, make_cmi5()))
    assert (first.number, second.number, first.digest == second.digest) == (1, 2, True)


def test_a_folder_is_imported_by_command(app: Flask, course: Course, tmp_path: Path) -> None:
    for name, file in (("PACK-1.zip", make_cmi5()), ("pack-1.cy.zip", make_scorm()), ("NONE-1.zip", make_cmi5())):
        file.seek(0)
        (tmp_path / name).write_bytes(file.read())
    (tmp_path / "PACK-1.en+cy.zip").write_bytes(b"no package")
    result = app.test_cli_runner().invoke(args=["import-packages", str(tmp_path), "--offer"])
    assert result.exit_code == 1, "two were not let in"
    assert "PACK-1.zip: package 1 (cmi5)" in result.output
    assert "NONE-1.zip: Not found" in result.output
    offered = queries.offered(course.id)
    assert {language: made.package.format for language, made in offered.items() if made.package} == {
        "en": Format.CMI5, "cy": Format.SCORM_12,
    }  # fmt: skip


def test_how_large_it_may_be_is_a_setting(course: Course, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "PACKAGE_LIMITS", Limits(entries=1))
    made = send(course, make_cmi5())
    assert made.state is ImportState.REFUSED
    assert "1" in str(made.faults[0]["params"].values())
