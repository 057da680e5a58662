"""What a person does in their own record, and that nobody else gets there."""

import io
from typing import Any

import pytest
from flask import Flask

from courses.cpd import queries, rules, views
from courses.cpd.errors import CameByItself
from courses.cpd.services import own
from courses.portfolios import checking
from courses.portfolios.errors import FileRefused
from courses.portfolios.models import CheckState, FileCheck
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Invalid, NotFound, StaleEdit, TooLarge
from lms.core.files import StoredFile
from lms.core.permissions import Actor
from tests.courses.cpd.test_automatic import complete, entries
from tests.factories.accounts import kept, make_person
from tests.factories.cpd import on_register, write_down
from tests.factories.enrolments import make_enrolment
from tests.factories.portfolios import PDF, actor_of


def test_one_entry_serves_every_register(app: Flask) -> None:
    person = on_register("HCPC", on_register("NMC"))
    entry = write_down(person, method="reading")
    assert (entry.participatory_minutes, entry.title.en, entry.title.cy) == (0, "Read the new guideline", "")
    known = queries.registered(person.id)
    assert [each.code for each in known] == ["HCPC", "NMC", "GENERAL"]
    lacking = {
        each.code: [it.code for it in views.missing(entry, views.asked(person.id, each.code).rule)] for each in known
    }
    assert lacking == {"NMC": ["standards", "reflection"], "HCPC": ["impact", "benefit"], "GENERAL": []}
    wanted = views.wanted(known, clock.today())
    assert {each.code: each.by for each in wanted}["benefit"] == ("HCPC",)
    with transaction():
        own.save(
            actor_of(person), entry.id, 1, minutes=90, participatory_minutes=0, method="reading",
            texts={"reflection": "I wait.", "impact": "Fewer calls.", "benefit": "Quicker."}, standards=["NMC:practise"],
        )  # fmt: skip
    assert [views.missing(entry, views.asked(person.id, each.code).rule) for each in known] == [[], [], []]


def test_without_a_register_there_is_a_plain_record(app: Flask) -> None:
    person = make_person()
    asked = views.asked(person.id)
    assert (asked.registered.code, asked.kind, asked.rule.targets) == ("GENERAL", "year", ())
    with pytest.raises(Invalid):
        views.asked(person.id, "NMC")


def test_a_cycle_is_shown_where_the_renewal_is_known(app: Flask) -> None:
    today = clock.today()
    person = on_register("NMC", renews_on=today.replace(year=today.year + 1, month=1, day=1))
    asked = views.asked(person.id)
    assert (asked.kind, asked.cycle) == ("cycle", asked.period)
    assert asked.period.ends_on.year == today.year


def test_texts_that_are_not_given_stay_and_emptied_ones_go(app: Flask) -> None:
    person = make_person()
    entry = write_down(person, texts={"reflection": "One", "impact": "Two"})
    with transaction():
        own.save(actor_of(person), entry.id, 1, minutes=90, texts={"impact": ""})
    assert (entry.texts, entry.edition) == ({"reflection": "One"}, 2)
    with transaction():
        own.save(actor_of(person), entry.id, 1, minutes=90)  # the same again changes nothing, whatever was seen
    assert entry.edition == 2
    with pytest.raises(StaleEdit):
        own.save(actor_of(person), entry.id, 1, minutes=30)


def test_what_came_by_itself_keeps_its_title_and_day_and_is_not_deleted(app: Flask) -> None:
    enrolment = make_enrolment()
    complete(enrolment)
    [entry] = entries(enrolment.learner)
    before, me = entry.title, actor_of(enrolment.learner)
    with transaction():
        own.save(me, entry.id, 1, title="Mine", happened_on=rules.last_year(clock.today()).starts_on, minutes=20)
    assert (entry.title, entry.happened_on, entry.minutes) == (before, clock.today(), 20)
    with pytest.raises(CameByItself):
        own.delete(me, entry.id)


def test_left_out_counts_nowhere_and_comes_back(app: Flask) -> None:
    person = make_person()
    entry, period = write_down(person), rules.last_year(clock.today())
    assert queries.counted(person.id, period) == (rules.Counted(1, 90, 0, 0), 0, 0)
    with transaction():
        own.leave_out(actor_of(person), entry.id, left_out=True)
    assert queries.counted(person.id, period) == (rules.Counted(0, 0, 0, 0), 1, 0)
    assert views.missing(entry, views.asked(person.id).rule) == []
    with transaction():
        own.leave_out(actor_of(person), entry.id, left_out=False)
    assert queries.counted(person.id, period)[0].entries == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"method": "magic"}, "method"),
        ({"standards": ["NMC:none"]}, "standards"),
        ({"texts": {"secret": "x"}}, "texts"),
    ],
)
def test_what_nobody_offered_is_refused(app: Flask, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        write_down(make_person(), **wrong)
    assert list(refused.value.fields) == [field]


def test_a_file_is_kept_replaced_and_gone_with_its_entry(app: Flask) -> None:
    person = make_person()
    entry, me = write_down(person), actor_of(person)
    with transaction():
        own.attach_file(me, entry.id, 1, io.BytesIO(PDF), "../certificate.exe", 10_000)
        own.attach_file(me, entry.id, 1, io.BytesIO(PDF), "../certificate.exe", 10_000)  # once more: nothing
    assert (entry.file_name, entry.edition) == ("certificate.exe.pdf", 2)
    assert own.file_of(me, entry.id)[0].id == entry.file_id
    with pytest.raises(TooLarge):
        own.attach_file(me, entry.id, 2, io.BytesIO(b"x" * 20), "x.txt", 10)
    with pytest.raises(FileRefused):
        own.attach_file(me, entry.id, 2, io.BytesIO(b"MZ\x00\x01"), "x.pdf", 10_000)
    file_id = entry.file_id
    with transaction():
        own.attach_file(me, entry.id, 2, io.BytesIO(b"plain words"), "notes.txt", 10_000)
    assert db.session.get(StoredFile, file_id) is None
    file_id = entry.file_id
    with transaction():
        own.delete(me, entry.id)
    assert db.session.get(StoredFile, file_id) is None


def test_a_file_is_closed_until_it_is_checked_and_taken_off_when_something_is_found(app: Flask) -> None:
    person = make_person()
    entry, me = write_down(person), actor_of(person)
    with transaction():
        own.attach_file(me, entry.id, 1, io.BytesIO(PDF), "a.pdf", 10_000)
    check = kept(FileCheck(file_id=entry.file_id, state=CheckState.WAITING))
    with pytest.raises(NotFound):
        own.file_of(me, entry.id)
    with transaction():
        checking.record_check(Actor.system(), check.file_id, "Eicar")
    db.session.expire_all()
    assert (entry.file_id, entry.file_name) == (None, None)


def test_signs_of_a_person_are_found_in_ones_own_words_only(app: Flask) -> None:
    person = make_person()
    entry = write_down(person, title="Talk with Dr Jones", texts={"reflection": "born 3/4/2011"})
    assert [each.kind for each in own.identifiers_of(entry)] == ["date", "name"]
    enrolment = make_enrolment()
    complete(enrolment)
    assert own.identifiers_of(entries(enrolment.learner)[0]) == []
