"""What is tended to every night: months and old credentials."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from flask import Flask
from sqlalchemy import text

from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from lms.xapi import jobs, partitions, services
from lms.xapi.models import Credential
from tests.factories.accounts import make_person
from tests.factories.xapi import Store, make_statement, new_uuid

PLACES = text("SELECT DISTINCT tableoid::regclass::text FROM statement")


def test_months_follow_each_other_without_a_gap() -> None:
    found = partitions.months(datetime(2026, 11, 23, tzinfo=UTC), ahead=3)
    assert [name for name, _, _ in found] == [
        "statement_p2026_11", "statement_p2026_12", "statement_p2027_01", "statement_p2027_02",
    ]  # fmt: skip
    assert all(before[2] == after[1] for before, after in pairwise(found))


def test_a_statement_lies_in_its_month(store: Store) -> None:
    store.keep(make_statement())
    stored = store.found()[0]["stored"]
    assert list(db.session.scalars(PLACES)) == [f"statement_p{stored[:4]}_{stored[5:7]}"]


def test_tending_makes_months_to_come_and_forgets_ended_launches(app: Flask) -> None:
    person = make_person()
    with transaction():
        for days in (-31, -29):
            services.issue_launch_credential(
                Actor.system(), about=person.id, activity_iri="urn:a", registration=UUID(new_uuid()),
                until=clock.now() + timedelta(days=days),
            )  # fmt: skip
    later = clock.now() + timedelta(days=150)
    with transaction():
        jobs.tend()
    assert db.session.query(Credential).count() == 1
    for _ in range(2):
        with clock.frozen(later), transaction():
            jobs.tend()
    made = db.session.scalar(text("SELECT to_regclass(:name) IS NOT NULL"), {"name": partitions.months(later)[-1][0]})
    assert made is True
