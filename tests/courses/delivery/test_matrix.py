"""Who may do what about dates, by relationship: one table over pages and the API, other people's ids included."""

from typing import Any

import pytest
from flask import Flask

from courses.delivery.models import Meeting
from lms.core.db import db, transaction
from lms.core.permissions import Role
from tests.counting import queries_of
from tests.factories.accounts import grant, make_organisation, make_person
from tests.factories.delivery import make_booking, make_organiser, make_series

WHO = ("learner", "other learner", "trainer", "organiser", "organiser elsewhere", "commissioner", "nobody")
PAGES: dict[str, tuple[int, ...]] = {
    # {s} a date, {m} its meeting, {b} the learner's booking, {c} its course
    "/en/training/{c}/dates": (200,) * 7,
    "/en/training/{c}/dates/{s}": (303, 200, 200, 200, 200, 200, 303),
    "/en/training/{c}/dates/any": (303, 200, 200, 200, 200, 200, 303),
    "/en/learning/dates": (200, 200, 200, 200, 200, 200, 303),
    "/en/learning/dates/{b}": (200, 404, 404, 200, 404, 404, 303),
    "/en/learning/dates/{b}/change": (200, 404, 404, 200, 404, 404, 303),
    "/en/learning/dates/{b}/cancel": (200, 404, 404, 200, 404, 404, 303),
    "/en/learning/dates/{b}/sign-in": (200, 404, 404, 404, 404, 404, 303),
    "/en/learning/dates/{b}/llwybr.ics": (200, 404, 404, 200, 404, 404, 303),
    "/en/manage/dates": (403, 403, 403, 200, 200, 403, 303),
    "/en/manage/dates/new": (403, 403, 403, 200, 200, 403, 303),
    "/en/manage/dates/{s}": (403, 403, 403, 200, 404, 403, 303),
    "/en/manage/dates/{s}/edit": (403, 403, 403, 200, 404, 403, 303),
    "/en/manage/dates/{s}/copy": (403, 403, 403, 200, 404, 403, 303),
    "/en/manage/dates/{s}/cancel": (403, 403, 403, 200, 404, 403, 303),
    "/en/manage/dates/{s}/import": (403, 403, 403, 200, 404, 403, 303),
    "/en/registers": (200, 200, 200, 200, 200, 200, 303),
    "/en/registers/{m}": (404, 404, 200, 200, 404, 404, 303),
    "/en/registers/{m}/print": (404, 404, 200, 200, 404, 404, 303),
    "/en/registers/{m}/room": (404, 404, 200, 200, 404, 404, 303),
    "/en/registers/{m}/correct/{b}": (404, 404, 303, 303, 404, 404, 303),
    "/api/v1/courses/{c}/series": (200,) * 7,
    "/api/v1/series": (403, 403, 403, 200, 200, 403, 401),
    "/api/v1/series/{s}": (403, 403, 403, 200, 404, 403, 401),
    "/api/v1/series/{s}/bookings": (403, 403, 403, 200, 404, 403, 401),
    "/api/v1/bookings": (200, 200, 200, 200, 200, 200, 401),
    "/api/v1/bookings/{b}": (200, 404, 404, 200, 404, 404, 401),
    "/api/v1/bookings/{b}/series": (200, 404, 404, 200, 404, 404, 401),
    "/api/v1/bookings/{b}/calendar": (200, 404, 404, 200, 404, 404, 401),
    "/api/v1/registers/{m}": (404, 404, 200, 200, 404, 404, 401),
}
POSTS: dict[str, tuple[dict[str, Any], tuple[int, ...]]] = {
    "/api/v1/bookings/{b}/answer": ({"accept": True}, (409, 404, 404, 409, 404, 404, 401)),
    "/api/v1/bookings/{b}/sign-in": ({"code": "1", "language": "en"}, (422, 404, 404, 404, 404, 404, 401)),
    "/api/v1/series/{s}/publication": ({}, (403, 403, 403, 200, 404, 403, 401)),
    "/api/v1/series/{s}/copies": ({"first_day": "2099-06-01"}, (403, 403, 403, 201, 404, 403, 401)),
    "/api/v1/series/{s}/attendance": ({}, (403, 403, 403, 422, 404, 403, 401)),
    "/api/v1/registers/{m}/code": ({}, (404, 404, 409, 409, 404, 404, 401)),
    "/api/v1/registers/{m}/closing": ({}, (404, 404, 409, 409, 404, 404, 401)),
    "/api/v1/series/{s}/cancellation": ({"reason": "x"}, (403, 403, 403, 200, 404, 403, 401)),
}


@pytest.fixture
def cast(app: Flask) -> dict[str, Any]:
    body, other = make_organisation(), make_organisation()
    people: dict[str, Any] = {name: make_person() for name in WHO}
    people |= {"organiser": make_organiser(body), "organiser elsewhere": make_organiser(other)}
    grant(people["commissioner"], Role.COMMISSIONER, body)
    series = make_series(organisation=body, trainer=people["trainer"])
    booking = make_booking(series, people["learner"], adjustments="Private")
    with transaction():
        db.session.get_one(Meeting, series.meetings[0].id).code = "123456"
    names = {"s": series.id, "m": series.meetings[0].id, "b": booking.id, "c": series.course.code}
    return people | {"names": names}


def test_pages_and_reads(cast: dict[str, Any], signed_in: Any, as_token: Any, client: Any) -> None:
    wrong = []
    for who in WHO:
        pages = client if who == "nobody" else signed_in(cast[who])
        calls = client if who == "nobody" else as_token(cast[who])
        for address, wanted in PAGES.items():
            url = address.format(**cast["names"])
            got = (calls if address.startswith("/api") else pages).get(url).status_code
            if got != wanted[WHO.index(who)]:
                wrong.append(f"{who} {url}: {got}, not {wanted[WHO.index(who)]}")
    assert "\n".join(wrong) == ""


def test_changes(cast: dict[str, Any], as_token: Any, client: Any) -> None:
    wrong = []
    for address, (given, wanted) in POSTS.items():
        for who in (*WHO[:3], *WHO[4:], "organiser"):
            calls = client if who == "nobody" else as_token(cast[who])
            got = calls.post(address.format(**cast["names"]), json=given).status_code
            if got != wanted[WHO.index(who)]:
                wrong.append(f"{who} {address}: {got}, not {wanted[WHO.index(who)]}")
    assert "\n".join(wrong) == ""


def test_queries_do_not_grow_with_the_register(cast: dict[str, Any], signed_in: Any) -> None:
    body, trainer = make_organisation(), make_person()
    organiser = make_organiser(body)
    small = make_series(organisation=body, trainer=trainer, capacity=300)
    large = make_series(small.course, body, trainer, capacity=300, days=(40,))
    make_booking(small)
    for _ in range(60):
        make_booking(large)
    browser = signed_in(organiser)
    for address in ("/en/manage/dates/{}", "/en/registers/{}", "/en/registers/{}/print"):
        ids = [(each.meetings[0].id if "registers" in address else each.id) for each in (small, large)]
        counts = [queries_of(browser, address.format(id)) for id in ids]
        assert counts[0] == counts[1], address
    for url in ("/en/manage/dates", f"/en/training/{small.course.code}/dates", f"/en/training/{small.course.code}"):
        before = queries_of(browser, url)
        make_series(small.course, body, trainer, days=(45,))
        assert queries_of(browser, url) == before, url
    assert queries_of(browser, f"/en/registers/{large.meetings[0].id}") < 20
