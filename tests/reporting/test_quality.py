"""What is missing is counted for every place, hidden where it is little, and told with when it was counted."""

from datetime import timedelta
from typing import Any

from flask import Flask

from lms.accounts.models import Sector
from lms.core import clock
from lms.core.db import transaction
from lms.core.permissions import Actor, Role
from lms.reporting.facts import gathering
from lms.reporting.quality import counting
from lms.reporting.reports import quality
from lms.reporting.reports.report import NOT_KNOWN
from lms.reporting.services import Asked
from tests.factories.accounts import make_membership, make_person, organisation
from tests.factories.catalogue import make_course
from tests.factories.enrolments import make_enrolment

LONG_AGO = clock.today() - timedelta(days=counting.STALE_DAYS + 1)
SYSTEM = Actor.system()


def counted() -> None:
    with transaction():
        counting.count()


def told(actor: Actor, **asked: Any) -> dict[str, Any]:
    answer = quality.run(actor, Asked(**asked))
    return {row.code: row.values[0] for row in answer.sheets[0].rows}


def test_each_place_has_its_own_and_all_below_it(app: Flask) -> None:
    for code, known in (("BCU", {}), ("MIND", {"job_role_code": "health_visitor"})):
        make_membership(make_person(), organisation(code), **known)
    nowhere = make_membership(make_person(), None, sector=Sector.PUBLIC)
    twice = make_person(legal_name="Mair Ann Evans"), make_person(legal_name="mair ann evans")
    for person in twice:
        make_membership(person, organisation("BCU"))
    make_membership(make_person(legal_name="Mair Ann Evans"), organisation("MIND"))
    ended = make_membership(make_person(), organisation("BCU"), starts_on=LONG_AGO)
    with transaction():
        ended.ends_on = clock.today() - timedelta(days=1)
    assert nowhere.organisation_id is None
    counted()
    everybody = counting.known(None)
    assert everybody is not None
    assert (everybody.everybody, everybody.people["base"], everybody.people["sector"]) == (6, 1, 1)
    assert everybody.people["duplicates"] == 2  # the third is at another body
    boards, board = (counting.known(organisation(code).id) for code in ("NHS-BOARDS", "BCU"))
    assert boards is not None
    assert board is not None
    assert boards.people == board.people
    assert (board.everybody, board.people["role"], board.people.get("base", 0)) == (3, 3, 0)
    empty = counting.known(organisation("CAV").id)
    assert empty is not None
    assert (empty.everybody, empty.people) == (0, {})


def test_who_learns_is_not_stale(app: Flask) -> None:
    idle, busy = make_person(), make_person()
    for person in (idle, busy):
        make_membership(person, organisation("BCU"), starts_on=LONG_AGO)
    make_membership(make_person(), organisation("BCU"), starts_on=clock.today())
    enrolment = make_enrolment(busy, make_course(), enrolled_on=clock.today() - timedelta(days=9))
    with transaction():
        gathering.of_enrolments([enrolment.id])
    counted()
    board = counting.known(organisation("BCU").id)
    assert board is not None
    assert board.people["stale"] == 1


def test_small_numbers_are_hidden_and_nothing_is_said_before_the_first_count(app: Flask) -> None:
    reader = Actor(roles=frozenset({(Role.COMMISSIONER, organisation("WALES").id)}))
    assert set(told(reader).values()) == {NOT_KNOWN}
    for _ in range(23):
        make_membership(make_person(), organisation("BCU"), job_role_code="health_visitor", setting_code=None)
    for _ in range(4):
        make_membership(make_person(), organisation("BCU"))
    counted()
    shown = told(reader)
    assert (shown["role"], shown["setting"], shown["duplicates"]) == (None, 25, None)
    assert told(SYSTEM)["role"] == 4


def test_it_says_when(app: Flask) -> None:
    make_membership(make_person(), organisation("BCU"))
    before = clock.now()
    counted()
    when = next(row for row in quality.run(SYSTEM, Asked()).sheets[1].rows if row.code == "people").values[0]
    assert when in {f"{each:%Y-%m-%d %H:%M} UTC" for each in (before, clock.now())}
