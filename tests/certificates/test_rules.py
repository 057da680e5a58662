"""Numbers, codes, names and what an award is worth."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from certificates import rules
from certificates.rules import AwardEventKind, Happening, NameVisibility, RevocationReason, State, Wait

AT = datetime(2026, 5, 1, tzinfo=UTC)
TODAY = date(2026, 11, 22)
REVOKED = Happening(AwardEventKind.REVOKED, AT, RevocationReason.ISSUED_IN_ERROR)
REPLACED = Happening(AwardEventKind.SUPERSEDED, AT)
ISSUED = Happening(AwardEventKind.ISSUED, AT)


@pytest.mark.parametrize(
    ("events", "valid_until", "state"),
    [
        ((ISSUED,), None, State.ACTIVE),
        ((ISSUED,), TODAY, State.ACTIVE),
        ((ISSUED,), date(2026, 11, 21), State.EXPIRED),
        ((ISSUED, REPLACED), date(2026, 11, 21), State.SUPERSEDED),
        ((ISSUED, REPLACED, REVOKED), None, State.REVOKED),
        ((ISSUED, REVOKED), date(2020, 1, 1), State.REVOKED),
    ],
)
def test_what_an_award_is_worth(events: tuple[Happening, ...], valid_until: date | None, state: State) -> None:
    assert rules.standing(events, valid_until, intact=True, on=TODAY).state is state


def test_a_revocation_says_since_when_and_why() -> None:
    standing = rules.standing((ISSUED, REVOKED), None, intact=True, on=TODAY)
    assert (standing.since, standing.reason) == (AT, RevocationReason.ISSUED_IN_ERROR)


def test_an_altered_record_is_worth_nothing_else() -> None:
    assert rules.standing((ISSUED, REVOKED), None, intact=False, on=TODAY).state is State.ALTERED


@pytest.mark.parametrize(
    ("completed", "months", "until"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 11, 20), 36, date(2029, 11, 20)),
        (date(2026, 11, 20), 13, date(2027, 12, 20)),
        (date(2026, 11, 20), None, None),
    ],
)
def test_the_last_valid_day_is_a_real_day(completed: date, months: int | None, until: date | None) -> None:
    assert rules.last_valid_day(completed, months) == until


def test_a_code_has_100_bits_and_is_read_back_however_it_is_typed() -> None:
    codes = {rules.new_code() for _ in range(2000)}
    assert len(codes) == 2000
    code = codes.pop()
    assert len(rules.ALPHABET) ** rules.CODE_LENGTH == 2**100
    assert rules.read_code(code.lower()) == rules.read_code(code.replace("-", " ")) == code
    assert rules.read_code(code.replace("-", "").replace("0", "o").replace("1", "l")) == code


@given(some.text(max_size=60))
def test_no_typing_breaks_the_reading_of_a_code(typed: str) -> None:
    read = rules.read_code(typed)
    assert read is None or rules.read_code(read) == read


@pytest.mark.parametrize("typed", ["", "7KQ2M", "7KQ2M-9XFH4-TBW3P-Z123U", "7KQ2M-9XFH4-TBW3P-Z1234-0", "ŵ" * 20])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert rules.read_code(typed) is None


def test_a_serial_is_readable_and_grows() -> None:
    assert rules.serial(123, date(2026, 1, 1)) == "LLW-2026-000123"
    assert rules.serial(1234567, date(2026, 1, 1)) == "LLW-2026-1234567"
    assert rules.read_number(" llw–2026-000123 ") == "LLW-2026-000123"


@pytest.mark.parametrize(
    ("surname", "name", "same"),
    [
        ("Llyr-Gruffydd", "Siân Ŵyn Llŷr-Gruffydd", True),
        ("llŷr gruffydd", "Siân Ŵyn Llŷr-Gruffydd", True),
        ("Gruffydd", "Siân Ŵyn Llŷr-Gruffydd", True),
        ("ap Rhys", "Dafydd ap Rhys", True),
        ("O'Brien", "Mair O’Brien", True),
        ("ruffydd", "Siân Gruffydd", False),
        ("Siân", "Siân Gruffydd", False),
        ("", "Siân Gruffydd", False),
        ("Anna Maria Gruffydd", "Maria Gruffydd", False),
    ],
)
def test_a_surname_is_known_without_its_accents_but_not_by_a_part(surname: str, name: str, same: bool) -> None:
    assert rules.is_surname_of(surname, name) is same


def test_the_holder_decides_which_name_is_shown() -> None:
    name = "Siân Ŵyn Llŷr-Gruffydd"
    assert rules.shown_name(name, NameVisibility.PRINTED) == name
    assert rules.shown_name(name, NameVisibility.INITIALS) == "S. Ŵ. Llŷr-Gruffydd"
    assert rules.shown_name("Cher", NameVisibility.INITIALS) == "Cher"
    assert rules.shown_name(name, NameVisibility.PRIVATE) is None


@pytest.mark.parametrize(
    ("asks", "completed", "signed", "unprintable", "wait"),
    [
        (False, True, False, set(), Wait.READY),
        (True, True, False, set(), Wait.SIGN_OFF),
        (True, True, True, set(), Wait.READY),
        (True, False, True, set(), Wait.SIGN_OFF),
        (False, False, False, set(), Wait.COURSE),
        (False, True, False, {"漢"}, Wait.NAME),
    ],
)
def test_what_stands_between_learning_and_certificate(
    asks: bool, completed: bool, signed: bool, unprintable: set[str], wait: Wait
) -> None:
    assert (
        rules.waits_for(asks_for_sign_off=asks, completed=completed, signed_off=signed, unprintable=unprintable) is wait
    )


def test_a_name_is_mended_before_other_words() -> None:
    asked = {"asks_for_sign_off": False, "completed": True, "signed_off": False, "unprintable_words": {"🙂"}}
    assert rules.waits_for(**asked, unprintable={"漢"}) is Wait.NAME
    assert rules.waits_for(**asked, unprintable=set()) is Wait.WORDS
    assert rules.waits_for(**asked, unprintable=set(), days_to_come=True) is Wait.DAYS
