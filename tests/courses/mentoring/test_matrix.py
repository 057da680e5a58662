"""Who may open what, by relationship; ids of others guessed."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from courses.mentoring import services
from courses.mentoring.models import MeetingHow, MentorStanding
from lms.core.db import db, transaction
from lms.core.ids import new_id
from lms.core.permissions import Role
from tests.factories.accounts import grant, make_membership, make_organisation, make_person
from tests.factories.mentoring import (
    a_champion,
    a_day,
    a_mentee,
    a_mentor,
    make_cascade,
    make_mentor_programme,
    make_mentorship,
)
from tests.factories.portfolios import actor_of

WHO = ("mentee", "mentor", "former mentor", "line manager", "commissioner", "organiser", "organiser elsewhere", "other")
OPEN = (200,) * 8
TWO = (200, 200, 404, 404, 404, 404, 404, 404)
RUNS = (403, 403, 403, 403, 403, 200, 404, 403)
PAGES: dict[str, tuple[int, ...]] = {
    # {c} the programme, {m} the mentorship, {r} a request to the mentor, {s} the standing, {u} the mentor, {k} a cascade
    "/en/mentoring": OPEN,
    "/en/mentoring/{c}/wishes/mentee": OPEN,
    "/en/mentoring/{c}/wishes/mentor": (404, 200, 200, 404, 404, 404, 404, 404),
    "/en/mentoring/{c}/find/mentee": OPEN,
    "/en/mentoring/NONE/find/mentee": (404,) * 8,
    "/en/mentoring/with/{m}": TWO,
    "/en/mentoring/with/{m}/end": TWO,
    "/en/mentoring/with/{m}/thanks": (200, 404, 404, 404, 404, 404, 404, 404),
    "/en/mentoring/requests/{r}/decline": (404, 200, 404, 404, 404, 404, 404, 404),
    "/en/manage/mentoring": (403, 403, 403, 403, 403, 200, 200, 403),
    "/en/manage/mentoring/new": (403, 403, 403, 403, 403, 200, 200, 403),
    "/en/manage/mentoring/{c}": RUNS,
    "/en/manage/mentoring/{c}/edit": RUNS,
    "/en/manage/mentoring/{c}/mentors": RUNS,
    "/en/manage/mentoring/{c}/mentors/{s}/withdraw": RUNS,
    "/en/manage/mentoring/{c}/handover/{u}": RUNS,
    "/en/cascade": OPEN,
    "/en/cascade/new": (403, 200, 403, 403, 403, 403, 403, 403),
    "/en/cascade/{k}": (404, 200, 404, 404, 404, 404, 404, 404),
    "/en/cascade/{k}/change": (404, 200, 404, 404, 404, 404, 404, 404),
    "/en/cascade/{k}/cancel": (404, 200, 404, 404, 404, 404, 404, 404),
    "/en/reports/cascade": (403, 403, 403, 403, 200, 200, 200, 403),
    "/api/v1/mentor-programmes": OPEN,
    "/api/v1/mentorships": OPEN,
    "/api/v1/mentorships/{m}": TWO,
    "/api/v1/mentorships/{m}/progress": TWO,
    "/api/v1/mentorships/{m}/meetings": TWO,
    "/api/v1/mentor-requests": OPEN,
    "/api/v1/mentor-programmes/{c}/suggestions/mentee": OPEN,
    "/api/v1/mentor-programmes/{c}/mentors": RUNS,
    "/api/v1/mentor-programmes/{c}/pairs": RUNS,
    "/api/v1/cascade-sessions": OPEN,
    "/api/v1/cascade-sessions/{k}": (404, 200, 404, 404, 404, 404, 404, 404),
    "/api/v1/cascade-attended": OPEN,
    "/api/v1/reports/cascade": (403, 403, 403, 403, 200, 200, 200, 403),
}


@pytest.fixture
def cast(app: Flask) -> dict[str, Any]:
    programme = make_mentor_programme()
    people = {name: make_person() for name in WHO}
    people |= {"mentee": a_mentee(programme), "mentor": a_mentor(programme), "former mentor": a_mentor(programme)}
    body = make_organisation()
    make_membership(people["mentee"], body, line_manager_id=people["line manager"].id)
    grant(people["commissioner"], Role.COMMISSIONER, body)
    runs = db.session.get_one(type(body), programme.organisation_id)
    grant(people["organiser"], Role.ORGANISER, runs)
    grant(people["organiser elsewhere"], Role.ORGANISER, make_organisation())
    make_mentorship(
        people["former mentor"],
        people["mentee"],
        programme,
        ends_on=a_day(61),
        end_reason="no_time",
        starts_on=a_day(90),
    )
    pair = make_mentorship(people["mentor"], people["mentee"], programme)
    asks = a_mentee(programme)
    with transaction():
        request = services.ask(actor_of(asks), programme.code, people["mentor"].id, asks.id)
        met = services.record_meeting(
            actor_of(people["mentor"]), pair.id, held_on=a_day(1), minutes=30, how=MeetingHow.ONLINE
        )
    a_champion(people["mentor"])
    names = {
        "c": programme.code, "m": pair.id, "r": request.id, "u": people["mentor"].id, "k": make_cascade(people["mentor"]).id,
        "s": db.session.scalars(select(MentorStanding.id).where(MentorStanding.person_id == people["mentor"].id)).one(),
        "meeting": met.id,
    }  # fmt: skip
    return people | {"names": names}


def test_each_opens_to_whom_the_table_says(app: Flask, cast: dict[str, Any], signed_in: Any, as_token: Any) -> None:
    browsers = {who: signed_in(cast[who]) for who in WHO}
    clients = {who: as_token(cast[who]) for who in WHO}
    for path, expected in PAGES.items():
        url = path.format(**cast["names"])
        found = tuple((clients if url.startswith("/api") else browsers)[who].get(url).status_code for who in WHO)
        assert found == expected, path
    for path in ("/en/mentoring", "/en/manage/mentoring", "/en/cascade"):
        assert app.test_client().get(path).status_code == 303
    assert app.test_client().get("/en/cascade/claim/" + "x" * 43).status_code == 404


def test_nobody_but_the_two_and_the_programme_reads_who_mentors_whom(
    cast: dict[str, Any], signed_in: Any, as_token: Any
) -> None:
    name = cast["mentor"].display_name
    for who in ("line manager", "commissioner", "organiser elsewhere", "other"):
        for path in ("/en/mentoring", "/en/learning", "/en/reports/cascade", "/en/manage/mentoring"):
            assert name not in signed_in(cast[who]).get(path).text, (who, path)
        assert as_token(cast[who]).get("/api/v1/mentorships").json["items"] == []
    assert name in signed_in(cast["mentee"]).get("/en/mentoring").text


def test_what_changes_something_is_for_those_whom_it_concerns(cast: dict[str, Any], as_token: Any) -> None:
    names = cast["names"]
    met = f"/api/v1/mentor-meetings/{names['meeting']}"
    told = {"held_on": a_day(2).isoformat(), "minutes": 30, "how": "online"}
    table = [
        ("POST", f"/api/v1/mentorships/{names['m']}/meetings", told, (201, 422, 404, 404, 404, 404, 404, 404)),
        ("POST", f"{met}/withdrawal", None, (404, 0, 404, 404, 404, 404, 404, 404)),
        ("POST", f"{met}/answer", {"happened": True}, (200, 404, 404, 404, 404, 404, 404, 404)),
        ("POST", f"/api/v1/mentor-requests/{names['r']}/answer", {"said": "accept"}, (404, 0, 404, 404, 404, 404, 404, 404)),
        ("POST", f"/api/v1/mentorships/{names['m']}/thanks", {"helpful": "yes"}, (204, 404, 404, 404, 404, 404, 404, 404)),
        ("POST", f"/api/v1/cascade-sessions/{names['k']}/cancellation", {"reason": "postponed"},
         (404, 0, 404, 404, 404, 404, 404, 404)),
        ("POST", f"/api/v1/mentor-programmes/{names['c']}/mentors", {"person_id": str(cast["other"].id)},
         (403, 403, 403, 403, 403, 201, 404, 403)),
        ("POST", f"/api/v1/mentor-programmes/{names['c']}/mentors/{names['s']}/withdrawal", {"reason": "x"},
         (403, 403, 403, 403, 403, 0, 404, 403)),
        ("POST", f"/api/v1/mentorships/{names['m']}/end", {"reason": "no_time"}, (200, 409, 404, 404, 404, 404, 404, 404)),
    ]  # fmt: skip
    clients = {who: as_token(cast[who]) for who in WHO}
    for method, url, body, expected in table:
        for who, status in zip(WHO, expected, strict=True):
            if status:
                answer = clients[who].open(method, url, json=body)
                assert answer.status_code == (409 if status == 422 else status), (who, url, answer.json)


def test_ids_that_are_nobodys_are_not_found(cast: dict[str, Any], as_token: Any) -> None:
    client, guess = as_token(cast["mentee"]), new_id()
    for url in (f"/api/v1/mentorships/{guess}", f"/api/v1/cascade-sessions/{guess}"):
        assert client.get(url).status_code == 404
    answers = [
        client.post(f"/api/v1/mentor-requests/{guess}/answer", json={"said": "accept"}),
        client.post(f"/api/v1/mentor-meetings/{guess}/answer", json={"happened": True}),
        client.post(f"/api/v1/mentor-programmes/{cast['names']['c']}/requests",
                    json={"mentor_id": str(guess), "mentee_id": str(cast["mentee"].id)}),
    ]  # fmt: skip
    assert [each.status_code for each in answers] == [404, 404, 404]
