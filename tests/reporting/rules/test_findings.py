"""What a chart's heading says is so of what it shows."""

from lms.reporting.rules.findings import SENTENCES, finding

MONTHS = [("May", 25), ("June", 35), ("July", None), ("August", 35), ("September", 15)]


def test_one_month_above_all_others_is_named() -> None:
    found = finding("completed", [*MONTHS, ("October", 45)], 150, in_time=True)
    assert (found.sentence, found.name, found.number) == (SENTENCES["completed"]["peak"], "October", 45)


def test_of_several_highest_months_the_last_is_named_as_the_last() -> None:
    for shown in (MONTHS, [(name.lower(), number) for name, number in MONTHS]):
        found = finding("completed", shown, 105, in_time=True)
        assert (found.sentence, found.name.title(), found.number) == (SENTENCES["completed"]["peaks"], "August", 35)


def test_every_measure_has_every_sentence() -> None:
    assert {tuple(words) for words in SENTENCES.values()} == {tuple(SENTENCES["completed"])}
