"""The state machine as a table, completeness by kind, signs of identifiers, and what changed in a text."""

from datetime import date

import pytest

from courses.portfolios import errors, rules
from courses.portfolios.identifiers import findings, is_nhs_number
from courses.portfolios.rules import Evidence

ITEM_ACTS = ("save", "submit", "take_back", "accept", "return")
ITEM_TABLE = {
    # (portfolio, item): what save, submit, take back, accept and return lead to; a refusal where they may not
    ("in_progress", "draft"): ("draft", "submitted", "item-not-submitted", "already-decided", "already-decided"),
    ("in_progress", "submitted"): ("item-waits", "item-waits", "draft", "accepted", "returned"),
    ("in_progress", "returned"): ("returned", "submitted", "item-not-submitted", "already-decided", "already-decided"),
    ("in_progress", "accepted"): ("draft", "item-accepted", "item-not-submitted", "already-decided", "already-decided"),
    ("submitted", "accepted"): ("portfolio-waits", "portfolio-waits", "portfolio-waits", "already-decided", "returned"),
    ("signed_off", "accepted"): ("portfolio-frozen",) * 5,
}


@pytest.mark.parametrize(("where", "expected"), ITEM_TABLE.items())
def test_an_item_moves_only_as_the_table_says(where: tuple[str, str], expected: tuple[str, ...]) -> None:
    assert tuple(_outcome(rules.item_after, *where, act) for act in ITEM_ACTS) == expected


PORTFOLIO_TABLE = {
    # what submit, take back, return, sign off and reopen lead to
    "in_progress": ("submitted", *("portfolio-not-submitted",) * 3, "portfolio-not-signed-off"),
    "submitted": ("portfolio-waits", "in_progress", "in_progress", "signed_off", "portfolio-not-signed-off"),
    "signed_off": (*("portfolio-frozen",) * 4, "in_progress"),
}


@pytest.mark.parametrize(("state", "expected"), PORTFOLIO_TABLE.items())
def test_a_portfolio_moves_only_as_the_table_says(state: str, expected: tuple[str, ...]) -> None:
    acts = ("submit", "take_back", "return", "sign_off", "reopen")
    assert tuple(_outcome(rules.portfolio_after, state, act) for act in acts) == expected


def _outcome(move: object, *given: str) -> str:
    try:
        return move(*given)  # type: ignore[operator]
    except errors.Conflict as refusal:
        return refusal.slug


TODAY = date(2026, 5, 1)


@pytest.mark.parametrize(
    ("evidence", "missing"),
    [
        (Evidence("text", "draft"), {"body"}),
        (Evidence("reflection", "draft", body="x"), set()),
        (Evidence("text", "draft", has_file=True), set()),
        (Evidence("file", "draft", body="only words"), {"file"}),
        (Evidence("file", "draft", has_file=True), set()),
        (Evidence("observed_practice", "draft"), {"body", "observer", "observed_on"}),
        (Evidence("observed_practice", "draft", "x", "Mair", TODAY), set()),
        (Evidence("observed_practice", "draft", "x", "Mair", date(2026, 5, 2)), {"observed_on"}),
    ],
)
def test_each_kind_asks_for_its_own(evidence: Evidence, missing: set[str]) -> None:
    try:
        rules.is_complete(evidence, TODAY)
        found = set()
    except errors.EvidenceMissing as refusal:
        found = set(refusal.fields)
    assert found == missing


def test_the_whole_needs_every_item_and_where_asked_one_that_was_supervised_alone() -> None:
    accepted, alone = Evidence("text", "accepted"), Evidence("text", "accepted", individually_supervised=True)
    rules.may_be_signed([accepted, accepted], "group_or_individual")
    rules.may_be_signed([accepted, alone], "individual_required")
    with pytest.raises(errors.IndividualSupervisionMissing):
        rules.may_be_signed([accepted, accepted], "individual_required")
    with pytest.raises(errors.NotAllAccepted):
        rules.may_be_signed([alone, Evidence("text", "returned")], "individual_required")


def test_who_has_left_moves_nothing_and_who_is_paused_may_write() -> None:
    for act in ("save", "submit", "decide", "sign_off"):
        rules.enrolment_is_open("in_progress", act)
        with pytest.raises(errors.EnrolmentNotOpen):
            rules.enrolment_is_open("withdrawn", act)
    rules.enrolment_is_open("paused", "save")
    with pytest.raises(errors.EnrolmentNotOpen):
        rules.enrolment_is_open("paused", "sign_off")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("NHS number 943 476 5919 was read out", [("nhs_number", "943 476 5919")]),
        ("order 9434765918, phone 02920 123456", [("phone", "02920 123456")]),
        ("born 12/03/2011, seen on 1 Mawrth 2024", [("date", "12/03/2011"), ("date", "1 Mawrth 2024")]),
        ("in March 2024, for 3 weeks, 2 of 10", []),
        ("Mrs Jones and Dr. A Ŵyn came", [("name", "Mrs Jones"), ("name", "Dr. A Ŵyn")]),
        ("the doctor and a nurse; Mr and Mrs; drama", []),
        ("2011-03-12", [("date", "2011-03-12")]),
    ],
)
def test_signs_of_a_real_person_are_found(text: str, found: list[tuple[str, str]]) -> None:
    assert [(each.kind, each.excerpt) for each in findings(text)] == found


def test_an_nhs_number_has_a_check_digit() -> None:
    assert is_nhs_number("9434765919")
    assert is_nhs_number("4010232137")
    assert not any(is_nhs_number(each) for each in ("9434765910", "123", "94347659190", "abcdefghij"))


def test_what_changed_is_told_sentence_by_sentence() -> None:
    before, after = "I met a family. It went well. We ended.", "I met a family. It went badly at first. We ended."
    assert [(each.kind, each.text.strip()) for each in rules.changes(before, after)] == [
        ("same", "I met a family."), ("removed", "It went well."), ("added", "It went badly at first."),
        ("same", "We ended."),
    ]  # fmt: skip
    assert rules.changes("same", "same") == [rules.Change("same", "same")]
    assert [each.kind for each in rules.changes("", "new")] == ["added"]


def test_a_paragraph_that_is_added_leaves_the_one_before_it_as_it_was() -> None:
    assert rules.changes("I listened.", "I listened.\n\nShe spoke.") == [
        rules.Change("same", "I listened.\n\n"), rules.Change("added", "She spoke."),
    ]  # fmt: skip
