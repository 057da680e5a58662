"""Spreadsheets: out, and in again after a dry run that names every add, edit, move and fault by row."""

import io
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from frameworks.editing import queries
from frameworks.editing import services as editing_services
from frameworks.exchange import files, services, sheets
from frameworks.exchange.errors import ChangedSince, HasFaults
from frameworks.exchange.rules import COLUMNS, Action, Known, plan
from frameworks.queries import content_of
from lms.core.db import transaction
from lms.core.language import Bilingual
from lms.core.spreadsheets import SheetUnreadable
from tests.factories.frameworks import draft_of, editing, make_editor

KNOWN = Known({"midwife"}, {"maternity"}, {"nhs"})


def row(**said: str) -> dict[str, str]:
    return dict.fromkeys(COLUMNS, "") | said


NOW = [
    row(kind="level", code="skilled", order="1", english="Skilled", welsh="Medrus"),
    row(kind="domain", code="D1", english="One", welsh="Un"),
    row(kind="domain", code="D2", english="Two", welsh="Dau"),
    row(kind="statement", code="S1", level="skilled", domain="D1", english="Says", welsh="Dweud"),
    row(kind="statement", code="S2", level="skilled", domain="D1", english="Says", welsh="Dweud"),
    row(kind="requirement", role="midwife", level="skilled"),
]


def planned(*rows: dict[str, str], removes: bool = False) -> list[tuple[int, str, set[Action], str]]:
    found = plan(NOW, list(enumerate(rows, start=2)), KNOWN, removes)
    return [(step.line, step.code, set(step.actions), step.fault) for step in found.steps]


def test_the_same_file_changes_nothing() -> None:
    assert all(actions == {Action.NOTHING} for _line, _code, actions, _fault in planned(*NOW))


def test_each_row_says_what_it_would_do() -> None:
    found = planned(
        NOW[3] | {"english": "Says more"}, NOW[4] | {"domain": "D2"},
        row(kind="statement", code="S3", english="New", welsh="Newydd"), removes=True,
    )  # fmt: skip
    assert found[:3] == [
        (2, "S1", {Action.EDIT}, ""), (3, "S2", {Action.MOVE}, ""), (4, "S3", {Action.ADD}, ""),
    ]  # fmt: skip
    assert {(code, *actions) for _line, code, actions, _fault in found[3:]} == {
        ("skilled", Action.FAULT), ("D1", Action.FAULT), ("D2", Action.FAULT), ("", Action.REMOVE),
    }  # fmt: skip


def test_another_order_is_as_few_moves_as_explain_it() -> None:
    found = planned(*NOW[:3], NOW[4], NOW[3], NOW[5])
    assert [code for _line, code, actions, _fault in found if Action.MOVE in actions] == ["S2"] or [
        code for _line, code, actions, _fault in found if Action.MOVE in actions
    ] == ["S1"]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (row(kind="thing", code="X"), "kind"),
        (row(kind="statement", code="no spaces"), "code"),
        (row(kind="statement", code="X", level="none"), "level"),
        (row(kind="statement", code="X", domain="none"), "domain"),
        (row(kind="statement", code="X", type="mood"), "type"),
        (row(kind="statement", code="X", english="x" * 3000), "long"),
        (row(kind="level", code="X", order="first"), "order"),
        (row(kind="level", code="X", order="1"), "order_twice"),
        (row(kind="domain", code="X", courses="A-1 ?"), "course"),
        (row(kind="requirement", level="skilled"), "nobody"),
        (row(kind="requirement", level="skilled", role="king"), "role"),
        (row(kind="requirement", level="skilled", settings="moon"), "settings"),
        (row(kind="requirement", level="skilled", sectors="moon"), "sectors"),
        (row(kind="requirement", level="skilled", role="midwife", clinical="maybe"), "clinical"),
    ],
)
def test_every_fault_is_named_by_its_row(given: dict[str, str], fault: str) -> None:
    assert (2, given["code"], {Action.FAULT}, fault) in planned(given)


def test_a_row_twice_is_a_fault() -> None:
    assert planned(NOW[3], NOW[3])[1][2:] == ({Action.FAULT}, "twice")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=st.text(
        st.characters(codec="utf-8", exclude_categories=["C"], exclude_characters="\u2028\u2029\u0085"), max_size=60
    )
)
def test_both_formats_give_back_what_they_were_given_and_hold_no_formula(text: str) -> None:
    said = row(kind="statement", code="S1", english=f"={text}".strip(), welsh=text.strip())
    for made in (sheets.as_csv([said]), sheets.as_xlsx([said])):
        ((line, back),) = sheets.read(made)
        assert (line, back["english"], back["welsh"]) == (2, said["english"], said["welsh"])
    sheet = load_workbook(io.BytesIO(sheets.as_xlsx([said]))).active
    assert sheet is not None
    assert all(cell.data_type != "f" for cells in sheet.iter_rows() for cell in cells)
    assert ",=" not in sheets.as_csv([said]).decode()


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"a,b\n1,2", b"PK\x03\x04rubbish", b"x" * 5_000_001])
def test_what_is_no_sheet_is_refused(body: bytes) -> None:
    with pytest.raises(SheetUnreadable):
        sheets.read(body)


def sent(editor: Any, version: Any, body: bytes, removes: bool = False) -> Any:
    with transaction():
        return services.send_sheet(editing(editor), version.id, "rows.csv", body, removes)


@pytest.mark.parametrize("code", ["PIMH", "CAMHS"])
def test_what_goes_out_comes_in_as_nothing_to_do(app: Flask, code: str) -> None:
    editor = make_editor()
    version = draft_of(code, editor)
    for form in ("csv", "xlsx"):
        todo = services.sheet_plan(sent(editor, version, files.made(version, form)))
        assert {action for step in todo.steps for action in step.actions} == {Action.NOTHING}


def test_what_the_dry_run_said_is_done_and_nothing_else(app: Flask) -> None:
    editor = make_editor()
    version = draft_of("PIMH", editor)
    rows = sheets.read(files.made(version, "csv"))
    wanted = [dict(each) for _line, each in rows]
    statements = [each for each in wanted if each["kind"] == "statement"]
    statements[0]["english"] = "Changed"
    statements[1]["domain"] = "D8"
    wanted.remove(statements[2])
    wanted.append(row(kind="statement", code="PIMH.NEW", level="skilled", domain="D1", english="New", welsh="Newydd"))
    wanted.append(row(kind="requirement", role="midwife", level="specialist", domain="D4"))
    levels = [each for each in wanted if each["kind"] == "level"]
    levels[0]["order"], levels[1]["order"] = levels[1]["order"], levels[0]["order"]
    it = sent(editor, version, sheets.as_csv(wanted), removes=True)
    before = content_of(queries.whole(version.id))
    assert before == content_of(queries.whole(version.id)), "a dry run changes nothing"
    with transaction():
        services.bring_in_sheet(editing(editor), it.id)
    now = queries.whole(version.id)
    todo = services.sheet_plan(sent(editor, now, sheets.as_csv(wanted), removes=True))
    assert {action for step in todo.steps for action in step.actions} == {Action.NOTHING}
    assert [each.code for each in now.statements] == [each["code"] for each in wanted if each["kind"] == "statement"]
    assert {each.code: each.came_from_id is not None for each in now.statements}["PIMH.NEW"] is False


def test_a_faulty_file_and_a_changed_draft_change_nothing(app: Flask) -> None:
    editor = make_editor()
    version = draft_of("CAMHS", editor)
    faulty = sent(editor, version, sheets.as_csv([row(kind="statement", code="X", level="none")]))
    with pytest.raises(HasFaults), transaction():
        services.bring_in_sheet(editing(editor), faulty.id)
    good = sent(editor, version, sheets.as_csv([row(kind="domain", code="D9", english="One", welsh="Un")]))
    first = version.statements[0]
    with transaction():
        editing_services.put(
            editing(editor), version.id, "statements", {"wording": Bilingual("Meanwhile", "Yn y cyfamser")},
            part_id=first.id, edition=first.edition,
        )  # fmt: skip
    with pytest.raises(ChangedSince), transaction():
        services.bring_in_sheet(editing(editor), good.id)
    assert "D9" not in [each.code for each in queries.whole(version.id).domains]


def test_the_page_of_a_faulty_file_offers_no_way_to_bring_it_in(app: Flask, signed_in: Any) -> None:
    editor = make_editor()
    version = draft_of("CAMHS", editor)
    level = version.levels[0].code
    for rows, offered in (
        ([row(kind="statement", code="X", level="none")], False),
        ([row(kind="statement", code="X", level=level, english="New")], True),
    ):
        it = sent(editor, version, sheets.as_csv(rows))
        page = signed_in(editor).get(f"/en/manage/frameworks/CAMHS/2/files/{it.id}").text
        assert ("Bring it in" in page) is offered
        assert ("The file has faults" in page) is not offered
