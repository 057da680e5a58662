"""What PostgreSQL plans for every filter and pair: lists read in order, never `statement` whole, never sorted."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from benchmarks.filling import statements as made
from benchmarks.record_store_reads import cases, values
from lms.core.db import db
from lms.xapi import queries
from lms.xapi.finding import numbers
from lms.xapi.models import TENANT
from lms.xapi.rules.keys import agent_key, key_of
from lms.xapi.rules.parameters import Filter
from lms.xapi.rules.scopes import Bearer, Scope
from tests.conftest import database_url

Json = dict[str, Any]

STATEMENTS = 24_000
_HOUSE = {"account": {"homePage": "https://llwybr.example", "name": "provider-5"}}
ALL, MINE = (Bearer(None, TENANT, _HOUSE, frozenset({each})) for each in (Scope.ALL, Scope.STATEMENTS_READ_MINE))


@pytest.fixture(scope="module")
def two_years(server: str, template: str) -> Iterator[str]:
    """Name of a database with two years of statements, a thousand a month."""
    name = f"statements_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        with psycopg.connect(database_url(server, name), autocommit=True) as filling:
            assert list(made.fill(filling, STATEMENTS))[-1] == "analysed"
        yield name
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def source(two_years: str) -> str:
    return two_years


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every query that searching sends, without its values."""
    found: list[str] = []

    def run(sql: str, given: Json, real: Any = numbers.run) -> Any:
        found.append(sql)
        return real(sql, given)

    for module in (numbers, queries):
        monkeypatch.setattr(module, "run", run)
    return found


def every_filter() -> list[Filter]:
    """Those of the benchmark: all filters alone and in pairs, with values that are common, rare, or never meet."""
    first, last = db.session.execute(text("SELECT min(seq), max(seq) FROM statement")).one()
    registration = db.session.scalar(text("SELECT registration FROM statement WHERE registration IS NOT NULL LIMIT 1"))
    tenth = (last - first) // 10
    return [wanted for _, _, wanted in cases(values(first + 5 * tenth, first + tenth, last - tenth, registration))]


def plan(sql: str) -> Json:
    """The plan for any values at all, as searching has it prepared. Needs PostgreSQL 16."""
    names: list[str] = []

    def numbered(found: re.Match[str]) -> str:
        names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    connection = db.session.connection().connection.driver_connection
    assert connection is not None
    connection.execute(numbers._PLANNED, {"tenant": TENANT})
    row = connection.execute("EXPLAIN (GENERIC_PLAN, FORMAT JSON) " + re.sub(r"%\((\w+)\)s", numbered, sql)).fetchone()
    return dict(row[0][0]["Plan"])


def faults(node: Json, sorted_: str = "") -> Iterator[str]:
    """Scans of `statement` that are sequential, or whose rows are sorted before a limit has made them few."""
    kind = node["Node Type"]
    if "Subplan Name" in node or kind == "Limit":
        sorted_ = ""
    if "Sort" in kind:
        sorted_ = f"sorted by {node['Sort Key']}"
    relation = node.get("Relation Name", "")
    if kind in ("Seq Scan", "Bitmap Heap Scan") and relation.startswith("statement"):
        yield f"{kind} of {relation}"
    if relation.startswith("statement_p") and sorted_:
        yield f"{relation} {sorted_}"
    for each in node.get("Plans", ()):
        yield from faults(each, sorted_)


def test_no_filter_and_no_pair_reads_statements_whole_or_sorts_them(app: Flask, asked: list[str]) -> None:
    for bearer in (ALL, MINE):
        for wanted in every_filter():
            page = queries.page(bearer, wanted, 2**60)
            if page.rest is not None:
                queries.page(bearer, page.rest, 2**60)
    different = sorted(set(asked) - {numbers._PLANNED})
    assert len(different) > 100
    for sql in different:
        assert list(faults(plan(sql))) == [], sql
    db.session.rollback()


def test_a_related_agent_and_an_activity_that_never_meet_are_not_looked_for(app: Flask, asked: list[str]) -> None:
    """Both have long lists. Each query reads less than a list would be, and no list is read on."""
    wanted = Filter(
        agent=agent_key(made.agent("instructor-0")), related_agents=True,
        activity=key_of(made.course(1)), related_activities=True, limit=100,
    )  # fmt: skip
    for alone in (replace(wanted, agent=None), replace(wanted, activity=None)):
        assert queries.page(ALL, alone, 2**60).rest is not None
    asked.clear()
    assert queries.page(ALL, wanted, 2**60).statements == []
    assert len(asked) == 3, "settings; what matches; what refers to it"
    db.session.rollback()


@pytest.mark.parametrize(
    ("related", "listed"),
    [(False, "statement"), (True, "statement_ref JOIN statement USING (tenant, seq, verb) WHERE kind = 4")],
    ids=["its own", "a related one"],
)
def test_an_actor_and_an_activity_that_never_meet_are_not_looked_for(
    app: Flask, asked: list[str], related: bool, listed: str
) -> None:
    """The shared account, and the activity that most others have."""
    shared = agent_key(made.agent("shared"))
    never = f"SELECT {'key' if related else 'activity'} FROM {listed} GROUP BY 1 HAVING bool_and(actor <> :actor)"
    activity = db.session.scalar(text(f"{never} ORDER BY count(*) DESC LIMIT 1"), {"actor": shared})
    wanted = Filter(agent=shared, activity=activity, related_activities=related, limit=100)
    for alone in (replace(wanted, agent=None), replace(wanted, activity=None)):
        assert queries.page(ALL, alone, 2**60).rest is not None
    asked.clear()
    assert queries.page(ALL, wanted, 2**60).statements == []
    assert len(asked) == 3, "settings; what matches; what refers to it"
    read = re.findall(r"'Scan Direction': 'Backward', 'Index Name': '(statement_p\w+)'", str(plan(asked[1])))
    assert read
    assert [each for each in read if "actor_activity_seq" not in each] == []
    db.session.rollback()


@pytest.mark.parametrize(
    ("listed", "wanted"),
    [
        ("activity_verb", {"verb": key_of(made.verb("answered")), "activity": key_of(made.unit(0, 3))}),
        ("actor_verb", {"verb": key_of(made.verb("waived")), "agent": agent_key(made.agent("learner-3"))}),
        ("actor_activity", {"agent": agent_key(made.agent("learner-3")), "activity": key_of(made.unit(0, 3))}),
    ],
)
def test_two_keys_are_read_from_the_list_of_both(
    app: Flask, asked: list[str], listed: str, wanted: dict[str, int]
) -> None:
    """Once for statements and once for what they refer to."""
    assert queries.page(ALL, Filter(limit=100, **wanted), 2**60).statements == []  # type: ignore[arg-type]
    assert len(asked) == 3, "settings; what matches; what refers to it"
    read = re.findall(r"'Scan Direction': 'Backward', 'Index Name': '(statement_p\w+)'", str(plan(asked[1])))
    assert read
    assert [each for each in read if f"{listed}_seq" not in each] == []
    db.session.rollback()


def test_months_outside_what_is_asked_for_are_not_read(app: Flask, asked: list[str]) -> None:
    """Without bounds months are read one after the other, the newest first; with bounds only those between."""
    first, last = db.session.execute(text("SELECT min(seq), max(seq) FROM statement")).one()
    verb = db.session.scalar(text("SELECT verb FROM statement LIMIT 1"))
    queries.page(ALL, Filter(verb=verb, limit=10), 2**60)
    searched = str(plan(asked[1]))
    assert "'Merge Append'" not in searched
    assert searched.index(partition_of(last)) < searched.index(partition_of(first))
    connection = db.session.connection().connection.driver_connection
    assert connection is not None
    values_ = {"tenant": TENANT, "verb": verb, "wanted": 11, "size_0": 39, "high_0": 2**62}
    for low, months in ((first - 1, 24), (last - 1, 1)):
        explained = connection.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + asked[1], values_ | {"low_0": low})
        used = re.findall(r"'Relation Name': '(statement_p\d{4}_\d\d)'", str(explained.fetchone()))
        assert months <= len(set(used)) <= months + 4, "and perhaps the months to come, which are empty"
    db.session.rollback()


def partition_of(number: int) -> str:
    asked_ = text("SELECT tableoid::regclass::text FROM statement WHERE tenant = :tenant AND seq = :seq")
    return str(db.session.scalar(asked_, {"tenant": TENANT, "seq": number}))
