"""What is asked, how an answer is counted, and what may become of words."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.evaluation import forms, rules
from courses.evaluation.forms import Kind, Which
from courses.evaluation.rules import TAKEN_OUT, Said
from lms.core.errors import Invalid

AFTER, LATER = forms.newest(Which.AFTER), forms.newest(Which.LATER)


def test_every_question_and_answer_is_in_both_languages_and_codes_are_unique() -> None:
    for editions in forms.editions().values():
        assert [form.edition for form in editions] == list(range(1, len(editions) + 1))
        for form in editions:
            codes = [it.code for it in form.questions]
            assert len(set(codes)) == len(codes)
            assert not {"answered", "change", "language"} & set(codes)
            texts = [form.title, form.intro, *(it.title for it in form.questions)]
            texts += [each.title for it in form.questions for each in it.choices]
            assert all(text.complete and text.en != text.cy for text in texts)
            assert all(bool(it.choices) is (it.kind is not Kind.TEXT) for it in form.questions)


def test_an_answer_is_one_of_each_that_was_said_and_nothing_of_words() -> None:
    said = Said({"aims": 5, "before": 2, "after": 4}, {}, {"helped": "The films"})
    rules.check(AFTER, said)
    assert rules.counted(AFTER, said) == [
        ("after", "4"),
        ("aims", "5"),
        ("answered", ""),
        ("before", "2"),
        ("change", "more"),
    ]
    assert ("change", "same") in rules.counted(AFTER, Said({"before": 3, "after": 3}))
    assert ("change", "less") in rules.counted(AFTER, Said({"before": 3, "after": 1}))
    assert "change" not in {item for item, _value in rules.counted(AFTER, Said({"before": 3}))}
    later = Said({}, {"used": ("partly",), "barriers": ("time", "team")})
    rules.check(LATER, later)
    assert rules.counted(LATER, later) == [
        ("answered", ""),
        ("barriers", "team"),
        ("barriers", "time"),
        ("used", "partly"),
    ]


@pytest.mark.parametrize(
    ("form", "said", "at"),
    [
        (AFTER, Said({"aims": 6}), "aims"),
        (AFTER, Said({"nothing_of_the_kind": 3}), "nothing_of_the_kind"),
        (AFTER, Said({"helped": 3}), "helped"),
        (AFTER, Said({}, {"aims": ("5",)}), "aims"),
        (AFTER, Said({}, {}, {"aims": "words"}), "aims"),
        (LATER, Said({}, {"used": ("yes", "partly")}), "used"),
        (LATER, Said({}, {"used": ("perhaps",)}), "used"),
        (LATER, Said({}, {"barriers": ("time", "time")}), "barriers"),
        (LATER, Said({}, {"barriers": ("nothing", "time")}), "barriers"),
    ],
)
def test_only_what_is_offered_is_counted(form: forms.Form, said: Said, at: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules.check(form, said)
    assert set(refused.value.fields) == {at}


def test_nothing_at_all_is_no_answer() -> None:
    for said in (Said(), Said({}, {"barriers": ()}, {"example": ""})):
        with pytest.raises(Invalid):
            rules.check(LATER, said)


def test_three_months_before_is_a_day_of_the_calendar() -> None:
    assert rules.months_before(date(2026, 5, 31)) == date(2026, 2, 28)
    assert rules.months_before(date(2026, 1, 15)) == date(2025, 10, 15)
    assert rules.months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert rules.months_before(date(2026, 12, 31), 12) == date(2025, 12, 31)


def test_who_completed_long_ago_is_not_asked() -> None:
    today = date(2026, 3, 1)
    assert rules.worth_asking(date(2026, 2, 1), today)
    assert not rules.worth_asking(date(2026, 1, 31), today)
    assert not rules.worth_asking(date(2026, 3, 2), today)


def test_a_reviewer_takes_out_and_never_puts_in() -> None:
    text = "Mrs Jones of Bangor was kind, and the room was cold."
    for left in ("[…] was kind, and the room was cold.", "Mrs Jones […] was kind, […] cold.", "Mrs Jones of Bangor was kind […]",
                 "[…] cold. […]", "[…] kind […]"):  # fmt: skip
        assert rules.only_taken_out(text, left), left
    for left in (text, "", "[…]", "Mrs Jones was kind, and the room was cold.", "[…] was unkind, and the room was cold.",
                 "The room was cold […]", "[…] and the room", "[…] cold […] kind […]"):  # fmt: skip
        assert not rules.only_taken_out(text, left), left


WORDS = st.lists(st.sampled_from(["a", "an", "and", "cold", "kind", "Jones"]), min_size=2, max_size=8)


@settings(deadline=None)
@given(WORDS, st.data())
def test_whatever_is_taken_out_stands_and_whatever_is_put_in_does_not(words: list[str], data: st.DataObject) -> None:
    out = data.draw(st.sets(st.integers(0, len(words) - 1), min_size=1, max_size=len(words) - 1))
    left = " ".join(TAKEN_OUT if n in out else word for n, word in enumerate(words))
    assert rules.only_taken_out(" ".join(words), left)
    assert not rules.only_taken_out(" ".join(words), f"{left} and more")
