"""Who fits whom, how far somebody is, and what leaves without a name."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.mentoring import rules
from courses.mentoring.cascade import rules as cascade
from courses.mentoring.errors import MentorFull, NoStanding, OwnMentor
from courses.mentoring.rules import Candidate, How, Language, Pairing, Preference, Span
from lms.core.errors import Invalid

TODAY = date(2026, 11, 26)
ANA = Candidate(
    uuid4(),
    "Ana",
    frozenset({"career", "welsh"}),
    Language.EITHER,
    How.EITHER,
    None,
    Preference.EITHER,
    Preference.EITHER,
)


def other(**given: object) -> Candidate:
    return replace(ANA, person_id=uuid4(), name="Bethan", **given)  # type: ignore[arg-type]


def kinds(me: Candidate, them: Candidate) -> list[str] | None:
    found = rules.reasons(me, them)
    return None if found is None else [each.kind for each in found]


def test_what_both_said_is_the_reason() -> None:
    assert kinds(ANA, other(topics=frozenset({"career", "leadership"}))) == ["topics"]
    assert kinds(ANA, other(language=Language.CY, how=How.ONLINE, topics=frozenset())) == ["welsh", "online"]
    near = replace(ANA, area="BCU", topics=frozenset())
    assert kinds(near, other(area="BCU", how=How.IN_PERSON, topics=frozenset())) == ["area"]


def test_what_one_said_against_it_keeps_the_two_apart() -> None:
    assert kinds(replace(ANA, language=Language.EN), other(language=Language.CY)) is None
    assert kinds(replace(ANA, how=How.ONLINE), other(how=How.IN_PERSON)) is None
    assert kinds(replace(ANA, area="BCU", how=How.IN_PERSON), other(area="CAV")) is None
    nurse, social = frozenset({"nursing"}), frozenset({"social_work"})
    wishes_same = replace(ANA, profession=Preference.SAME, staff_groups=nurse)
    assert kinds(wishes_same, other(staff_groups=social)) is None
    assert kinds(wishes_same, other(staff_groups=nurse)) == ["topics", "same_profession"]
    assert kinds(wishes_same, other()) == ["topics"]  # nobody knows: neither for nor against


def test_most_reasons_first_then_most_room_and_never_the_full_or_oneself() -> None:
    roomy, near, full = other(free=3, topics=frozenset()), other(free=1), other(free=0)
    roomier = other(free=9, topics=frozenset())
    found = rules.suggestions(ANA, [roomy, full, near, roomier, ANA])
    assert [each.candidate.person_id for each in found] == [near.person_id, roomier.person_id, roomy.person_id]


@given(
    st.sampled_from(list(Language)),
    st.sampled_from(list(Language)),
    st.sampled_from(list(How)),
    st.sampled_from(list(How)),
)
def test_suiting_is_mutual(one: Language, two: Language, how: How, theirs: How) -> None:
    me, them = replace(ANA, language=one, how=how), other(language=two, how=theirs)
    assert rules.reasons(me, them) == rules.reasons(them, me)


def test_a_pairing_is_refused_for_what_it_is() -> None:
    rules.check_pairing(Pairing(same_person=False, capacity=3, mentees=2))
    for pairing, refusal in (
        (Pairing(same_person=True, capacity=3, mentees=0), OwnMentor),
        (Pairing(same_person=False, capacity=None, mentees=0), NoStanding),
        (Pairing(same_person=False, capacity=3, mentees=3), MentorFull),
    ):
        with pytest.raises(refusal):
            rules.check_pairing(pairing)


def test_months_count_each_day_once_over_a_handover() -> None:
    first, second = Span(date(2026, 1, 1), date(2026, 3, 2)), Span(date(2026, 3, 2), date(2026, 5, 31))
    assert rules.months_in([second, first], TODAY) == 5
    assert rules.months_in([first, first], TODAY) == 2
    assert rules.months_in([Span(TODAY, None)], TODAY) == 0


def test_nothing_without_a_name_leaves_before_there_are_five() -> None:
    said = [("yes", "Thank you"), ("yes", ""), ("partly", "A kind ear"), ("yes", "")]
    early = rules.released(said)
    assert (early.counts, early.thanks, early.waiting) == ({}, (), True)
    enough = rules.released([*said, ("no", "")])
    assert (enough.counts, enough.thanks) == ({"yes": 3, "partly": 1, "no": 1}, ("A kind ear", "Thank you"))


def test_a_meeting_lies_within_the_mentoring() -> None:
    rules.check_meeting(date(2026, 11, 1), date(2026, 10, 1), None, TODAY)
    for held_on, ends_on in (
        (date(2026, 11, 27), None),
        (date(2026, 9, 30), None),
        (date(2026, 11, 20), date(2026, 11, 19)),
    ):
        with pytest.raises(Invalid):
            rules.check_meeting(held_on, date(2026, 10, 1), ends_on, TODAY)


def test_a_certificate_holds_on_its_days_only() -> None:
    it = cascade.Certificate("N1", "PIMH-CH", date(2025, 1, 1), date(2026, 12, 31), date(2026, 6, 1))
    held = [it.live_on(day) for day in (date(2024, 12, 31), date(2025, 1, 1), date(2026, 5, 31), date(2026, 6, 1))]
    assert held == [False, True, True, False]
    longer = cascade.Certificate("N2", "PIMH-CH", date(2025, 1, 1), None)
    assert cascade.live([it, longer], date(2026, 1, 1)) == longer
    assert cascade.live([it], date(2027, 1, 1)) is None
