"""Exploring and conversion: the grid and the rule are those of uptake; the figures are those of counting by hand."""

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Invalid
from lms.core.permissions import Actor, Role
from lms.reporting import answering, cohorts
from lms.reporting.errors import NotDividedSo, NotInTheGrid
from lms.reporting.facts.models import Fact, FactKind
from lms.reporting.laying import code_of
from lms.reporting.queries import Dimension
from lms.reporting.reports.explore import run
from lms.reporting.reports.uptake import uptake
from lms.reporting.rules.disclosure import RULE
from lms.reporting.rules.explored import WAYS, Explored, Kind
from lms.reporting.rules.measures import Measure
from lms.reporting.rules.periods import end_of_month
from lms.reporting.services import Asked, view
from tests.counting import queries_of
from tests.factories.accounts import grant, make_person, organisation
from tests.factories.reporting import Told, told_to_reports
from tests.reporting.test_uptake import actor_of, history

SYSTEM = Actor.system()
SHARED = [each for each in Explored if each.value in set(Measure)]


def reader(role: Role = Role.COMMISSIONER, code: str = "WALES") -> Any:
    made = make_person(display_name="Y Darllenydd")
    grant(made, role, organisation(code))
    return made


def rows(answer: Any) -> dict[str, tuple[Any, ...]]:
    return {row.code: row.values for row in answer.sheets[0].rows}


@pytest.mark.parametrize("role", [Role.COMMISSIONER, Role.ORGANISER])
def test_what_uptake_says_exploring_says(app: Flask, role: Role) -> None:
    """One way and two, by whatever divides: it is the same table, hidden in the same places."""
    history(90)
    actor = actor_of(role, "WALES")
    for explored in SHARED:
        for group, columns in (
            (Dimension.SECTOR, None),
            (Dimension.ORGANISATION, None),
            (Dimension.COURSE, Dimension.SECTOR),
        ):
            asked = Asked(counted=explored, measure=Measure(explored.value), group=group, columns=columns)
            told, known = run(actor, asked), uptake(actor, asked)
            if columns is None:
                wanted = {code_of(line.label, known.view, group): line.people[asked.measure] for line in known.lines}
                assert {code: values[0] for code, values in rows(told).items()} == {
                    code: people for code, people in wanted.items() if code in rows(told)
                }
                assert told.sheets[0].total.values[0] == known.totals[asked.measure]
            else:
                assert known.grid is not None
                wanted = {
                    code_of(label, known.view, group): (*cells, whole)
                    for label, cells, whole in zip(
                        known.grid.rows, known.grid.table.cells, known.grid.table.row_totals or (), strict=True
                    )
                }
                assert rows(told) == wanted


def test_every_measure_is_divided_by_whatever_the_grid_lets_and_by_nothing_else(app: Flask) -> None:
    """In one way and in two: an answer, or a refusal; and nobody's small count in any answer."""
    history(60)
    actor = actor_of(Role.COMMISSIONER, "WALES")
    answered = set()
    for explored, way in WAYS.items():
        for group in Dimension:
            for columns in (None, Dimension.SECTOR, Dimension.MONTH, Dimension.COURSE):
                asked = Asked(counted=explored, group=group, columns=columns)
                try:
                    answer = run(actor, asked)
                except NotDividedSo:
                    assert group.value not in way.by or (columns and (not way.twice or columns.value not in way.by))
                    continue
                except NotInTheGrid:
                    assert (
                        columns is not None or way.kind is Kind.COHORT or group in (Dimension.ROLE, Dimension.SETTING)
                    )
                    continue
                answered.add(explored)
                for sheet in answer.sheets:
                    for row in [*sheet.rows, sheet.total]:
                        for column, value in zip(sheet.columns, row.values, strict=True):
                            if column.unit == "people" and isinstance(value, int):
                                assert value >= RULE.threshold, (asked, row)
                                assert value % 10 == 5, (asked, row)
    assert answered == set(WAYS)


def by_hand(told: list[Told], seen: Any, key: Callable[[Told], str]) -> dict[str, tuple[int, int]]:
    """(people who enrolled, who completed within 180 days) of the months that have had their time."""
    enrolled: dict[str, set[UUID]] = defaultdict(set)
    converted: dict[str, set[UUID]] = defaultdict(set)
    for it in told:
        ripe = end_of_month(it.enrolled_on) + timedelta(days=180) <= seen.filters.period.as_at
        inside = seen.filters.period.starts_on <= it.enrolled_on <= seen.filters.period.ends_on
        left = it.withdrawn_on is not None and (it.started_on is None or it.started_on > it.withdrawn_on)
        if it.waitlisted or not ripe or not inside or left:
            continue
        enrolled[key(it)].add(it.learner)
        if it.completed_on is not None and it.completed_on <= it.enrolled_on + timedelta(days=180):
            converted[key(it)].add(it.learner)
    return {each: (len(people), len(converted[each])) for each, people in enrolled.items()}


def test_conversion_is_what_is_counted_by_hand(app: Flask) -> None:
    told = history(80)
    first = (clock.today() - timedelta(days=700)).replace(day=1)
    for by, key in (
        (Dimension.MONTH, lambda it: it.enrolled_on.strftime("%Y-%m")), (Dimension.SECTOR, lambda it: it.sector),
        (Dimension.COURSE, lambda it: str(it.course)),
    ):  # fmt: skip
        seen = view(SYSTEM, Asked(first=first))
        found = cohorts.cohorts(seen, by)
        assert found is not None
        shown = {
            label.code: (line.enrolled or 0, line.converted or 0)
            for label, line in zip(found.labels, found.lines, strict=True)
        }
        wanted = by_hand(told, seen, key)
        assert {code: pair for code, pair in shown.items() if any(pair)} == wanted
        whole = by_hand(told, seen, lambda _: "all")["all"]
        assert (found.total.enrolled, found.total.converted) == whole
        assert found.total.percent == (200 * whole[1] + whole[0]) // (2 * whole[0])
    crossed = cohorts.cohorts(view(SYSTEM, Asked(first=first)), Dimension.SECTOR, Dimension.COURSE)
    assert crossed is not None
    wanted = by_hand(told, view(SYSTEM, Asked(first=first)), lambda it: f"{it.sector}|{it.course}")
    for label, cells in zip(crossed.labels, crossed.cells, strict=True):
        for column, percent in zip(crossed.columns, cells, strict=False):
            enrolled, converted = wanted.get(f"{label.code}|{column.code}", (0, 0))
            assert percent == ((200 * converted + enrolled) // (2 * enrolled) if enrolled else None)


def test_a_cohort_that_has_not_had_its_time_is_not_told(app: Flask) -> None:
    history(40)
    this_month = clock.today().replace(day=1)
    assert cohorts.cohorts(view(SYSTEM, Asked(first=this_month)), Dimension.SECTOR) is None
    answer = answering.answer(SYSTEM, "conversion", Asked(first=this_month))
    assert answer.finding == cohorts.NONE_RIPE
    assert not any(sheet.rows for sheet in answer.sheets)


def test_places_that_were_not_taken_up(app: Flask) -> None:
    """60 places in the NHS of which 15 were missed, 20 in a council of which none was."""
    history(40)
    today = clock.today()
    with transaction():
        for sector, kind, number in (
            ("nhs", FactKind.DID_NOT_ATTEND, 15), ("nhs", FactKind.ATTENDED, 45), ("social_care", FactKind.ATTENDED, 20),
        ):  # fmt: skip
            db.session.add_all(
                Fact(kind=kind, key=f"test:{sector}:{kind}:{n}", on_day=today, sector=sector, source="test")
                for n in range(number)
            )
    told_to_reports()
    exact = run(SYSTEM, Asked(counted=Explored.DNA))
    assert (rows(exact)["nhs"], rows(exact)["social_care"]) == ((15, 45, 25), (0, 20, 0))
    assert exact.sheets[0].total.values == (15, 65, 19)
    shown = run(actor_of(Role.COMMISSIONER, "WALES"), Asked(counted=Explored.DNA))
    assert rows(shown)["social_care"][0] is None
    assert all(value is None or value >= RULE.threshold for values in rows(shown).values() for value in values[:2])


def test_narrowing_to_a_person_fails(app: Flask, as_token: Any, signed_in: Callable[..., FlaskClient]) -> None:
    """Two ways of dividing people at once, a handful, a body out of reach: each is refused or withheld."""
    history(60)
    token = as_token(reader())
    refused = token.get("/api/v1/reports/explore?measure=enrolled&group=role&columns=sector")
    assert (refused.status_code, refused.json["type"]) == (422, "/problems/not-in-the-grid")
    refused = token.get("/api/v1/reports/explore?measure=unmet&group=month")
    assert (refused.status_code, refused.json["type"]) == (422, "/problems/not-divided-so")
    assert token.get("/api/v1/reports/explore?measure=nothing").status_code == 422
    few = token.get("/api/v1/reports/explore?organisation=PTH&measure=enrolled").json
    assert (few["withheld"], few["sheets"]) == (True, [])
    lead = as_token(reader(Role.COMMISSIONER, "MIND"))
    for ending in ("", "/figures.csv", "/figures.xlsx", "/figures.ods"):
        assert lead.get(f"/api/v1/reports/explore{ending}?organisation=BCU").status_code == 404
        assert lead.get(f"/api/v1/reports/explore{ending}?measure=enrolled").status_code == 200
        assert as_token(make_person()).get(f"/api/v1/reports/explore{ending}").status_code == 403
    page = signed_in(reader()).get("/en/reports/explore?measure=unmet&group=month")
    assert page.status_code == 422
    assert "This measure can be divided by: Sector" in page.text
    assert signed_in(make_person()).get("/en/reports/explore").status_code == 403


def test_one_address_is_a_page_files_and_a_saved_view(app: Flask, signed_in: Any, as_token: Any) -> None:
    history(80)
    person = reader()
    browser, token = signed_in(person), as_token(person)
    query = "measure=completed&group=month&columns=sector"
    for language, word in (("en", "Completed, by month and sector"), ("cy", "Wedi cwblhau, yn ôl mis ac yn ôl sector")):
        page = browser.get(f"/{language}/reports/explore?{query}")
        assert page.status_code == 200
        assert word in page.text
        assert "UPTAKE-COMPLETED v2" in page.text
        assert "app-trend" in page.text
        for kind in ("csv", "xlsx", "ods"):
            assert browser.get(f"/{language}/reports/explore/figures.{kind}?{query}").status_code == 200
    narrowed = browser.get("/en/reports/explore/figures.csv?sector=nhs&group=month").data.decode("utf-8-sig")
    assert "Filter,Sector,NHS Wales" in narrowed
    assert "app-stack__row--grouped" in browser.get("/en/reports/explore?group=sector&columns=course").text
    told = token.get(f"/api/v1/reports/explore?{query}").json
    assert (told["measure"], told["group"], told["columns"]) == ("completed", "month", "sector")
    assert [it["id"] for it in told["report"]["definitions"]] == ["UPTAKE-COMPLETED"]
    made = token.post(
        "/api/v1/report-views",
        json={"name": "Mine", "report": "explore", "query": {"measure": "conversion", "group": "course"}},
    )
    assert made.status_code == 201, made.text
    opened = browser.get(f"/en/reports/views/{made.json['id']}")
    assert opened.headers["Location"].endswith("/en/reports/explore?group=course&measure=conversion")
    assert browser.get(opened.headers["Location"]).status_code == 200


def test_the_number_of_queries_does_not_grow(app: Flask, signed_in: Any) -> None:
    browser = signed_in(reader())
    for url in (
        "/en/reports/explore?measure=enrolled&group=course&columns=sector&organisation=NHS-WALES",
        "/en/reports/explore?measure=conversion&group=organisation&from=2025-01", "/en/reports/conversion",
        "/en/reports/explore?measure=did-not-attend",
    ):  # fmt: skip
        numbers = []
        for people in (40, 70):
            history(people)
            numbers.append(queries_of(browser, url))
        assert numbers[0] == numbers[1] <= 20, (url, numbers)


def test_a_period_that_makes_no_sense_is_said(app: Flask, signed_in: Any) -> None:
    history(20)
    assert signed_in(reader()).get("/cy/reports/explore?from=2026-05&to=2026-01").status_code == 422
    with pytest.raises(Invalid):
        run(SYSTEM, Asked(counted=Explored.FILL, organisation="BCU", group=Dimension.COURSE))


def test_places_are_not_one_bodys_so_who_sees_one_body_is_not_told_how_full_they_were(
    app: Flask, as_token: Callable[..., Any], signed_in: Callable[..., FlaskClient]
) -> None:
    board, wales = reader(Role.ORGANISER, "BCU"), reader(Role.ORGANISER)
    told = as_token(board).get("/api/v1/reports/explore?measure=fill&group=month")
    assert told.status_code == 422
    assert "told for all of Wales alone" in told.text
    page = signed_in(board).get("/en/reports/explore?measure=fill&group=month")
    assert page.status_code == 422
    assert "told for all of Wales alone" in page.text
    assert (
        "Dywedir hyn ar gyfer Cymru gyfan yn unig"
        in signed_in(board).get("/cy/reports/explore?measure=fill&group=month").text
    )
    assert as_token(wales).get("/api/v1/reports/explore?measure=fill&group=month").status_code == 200
