"""What a statement declares as attached, wherever it stands."""

from lms.xapi.rules.attached import declared_in, hashes_of
from tests.factories.xapi import attached, make_statement


def test_its_own_come_before_those_of_the_statement_within() -> None:
    one, two = attached(b"one"), attached(b"two")
    inner = make_statement(attachments=[two]) | {"objectType": "SubStatement"}
    assert declared_in(make_statement(object=inner, attachments=[one])) == [one, two]
    assert declared_in(make_statement(object=inner)) == [two]
    assert declared_in(make_statement()) == []


def test_a_hash_is_a_hash_whatever_its_case_and_once() -> None:
    one = attached(b"one")
    assert hashes_of([one, one | {"sha2": one["sha2"].upper()}]) == [one["sha2"]]
