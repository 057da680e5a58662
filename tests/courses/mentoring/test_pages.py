"""The pages and JSON routes of mentoring and cascade: what they do, what they say, and what they cost."""

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from courses.mentoring import queries, services
from courses.mentoring.cascade.models import CascadeAccount, CascadeAttendee, CascadeGroup
from courses.mentoring.models import Listing, MeetingHow, MentorProgramme, MentorRequest, Mentorship, RequestState
from courses.mentoring.rules import Side
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.mail import MailMessage
from lms.core.permissions import Role
from tests.counting import queries_of
from tests.factories.accounts import grant, make_organisation, make_person, organisation, post_form
from tests.factories.mentoring import (
    a_champion,
    a_day,
    a_mentee,
    a_mentor,
    make_cascade,
    make_mentor_programme,
    make_mentorship,
    make_standing,
)
from tests.factories.portfolios import actor_of

WISHES = {
    "topics": ["career", "welsh"], "language": "either", "how": "online", "area": "", "profession": "either",
    "organisation": "either", "consent": "true",
}  # fmt: skip


def day_in(name: str, day: Any) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


SESSION = day_in("held_on", clock.today()) | {
    "length": "half_day", "place": "Bangor", "area": "BCU", "topic": "perinatal", "course": "PIMH-CASC", "language": "cy",
    "people-1": "8", "sector-1": "nhs", "role-1": "clinical", "people-2": "4", "sector-2": "third_sector",
    "role-2": "peer_or_volunteer",
}  # fmt: skip


def organiser(programme: MentorProgramme | None = None) -> Any:
    person = make_person()
    body = make_organisation() if programme is None else None
    if programme is not None:
        grant(person, Role.ORGANISER, programme.organisation)
    elif body is not None:
        grant(person, Role.ORGANISER, body)
        person.where = body.code  # type: ignore[attr-defined]
    return person


def test_from_a_wish_to_a_meeting_on_pages_alone(signed_in: Any) -> None:
    programme = make_mentor_programme()
    mentor, mentee = a_mentor(programme, display_name="Mair Fentor"), make_person(display_name="Non Fentorai")
    hers, theirs = signed_in(mentee), signed_in(mentor)
    url = f"/en/mentoring/{programme.code}"
    without = post_form(hers, f"{url}/wishes/mentee", {name: v for name, v in WISHES.items() if name != "consent"})
    assert (without.status_code, "Confirm that others may find you here" in without.text) == (422, True)
    assert "Choose at least one" in post_form(hers, f"{url}/wishes/mentee", WISHES | {"topics": []}).text
    assert "Say what you would like first" in hers.get(f"{url}/find/mentee").text
    found = post_form(hers, f"{url}/wishes/mentee", WISHES, follow_redirects=True)
    assert "Mair Fentor" in found.text
    assert "You both named: Career and training" in found.text
    asked = post_form(hers, f"{url}/ask/mentee/{mentor.id}", {}, page=f"{url}/find/mentee", follow_redirects=True)
    assert "You asked Mair Fentor" in asked.text
    request = db.session.scalars(select(MentorRequest)).one()
    assert "Non Fentorai would like you to be their mentor" in theirs.get("/en/mentoring").text
    answer = f"/en/mentoring/requests/{request.id}/answer"
    assert "begins today" in post_form(theirs, answer, {}, page="/en/mentoring", follow_redirects=True).text
    pair = db.session.scalars(select(Mentorship)).one()
    room = f"/en/mentoring/with/{pair.id}"
    wrong = day_in("held_on", clock.today() + timedelta(days=1)) | {"minutes": "4", "how": "online"}
    assert "from 5 to 480" in post_form(theirs, room, wrong).text
    assert "must not be in the future" in post_form(theirs, room, wrong | {"minutes": "45"}).text
    met = day_in("held_on", clock.today()) | {"minutes": "45", "how": "online"}
    assert "Waiting for Non Fentorai" in post_form(theirs, room, met, follow_redirects=True).text
    assert "A meeting on this day is recorded already" in post_form(hers, room, met).text
    meeting = queries.meetings_waiting(mentee.id)[0]
    assert "Did you meet Mair Fentor" in hers.get("/en/mentoring").text
    said = f"/en/mentoring/meetings/{meeting.id}/answer"
    agreed = post_form(hers, said, {"happened": "yes"}, page="/en/mentoring", follow_redirects=True)
    assert "1 meeting, 45 minutes" in agreed.text
    ended = post_form(hers, f"{room}/end", {"reason": "reached"}, follow_redirects=True)
    assert "Did it help you?" in ended.text
    assert post_form(hers, f"{room}/thanks", {"helpful": "yes", "thanks": "Diolch"}).status_code == 303
    assert "cannot be shown or changed" in hers.get(f"{room}/thanks").text
    assert "Choose one of the answers" in post_form(hers, f"{room}/end", {}).text


def test_a_no_a_take_back_and_no_longer_being_found(signed_in: Any) -> None:
    programme = make_mentor_programme()
    mentor, mentee = a_mentor(programme), a_mentee(programme)
    hers, theirs = signed_in(mentee), signed_in(mentor)
    with transaction():
        first = services.ask(actor_of(mentee), programme.code, mentor.id, mentee.id)
    done = post_form(theirs, f"/cy/mentoring/requests/{first.id}/decline", {"reason": "no_time"}, follow_redirects=True)
    assert "Dywedoch na, ac maent wedi cael gwybod yn garedig." in done.text
    other = a_mentor(programme)
    with transaction():
        second = services.ask(actor_of(mentee), programme.code, other.id, mentee.id)
    url = f"/en/mentoring/requests/{second.id}/answer"
    post_form(hers, url, {"said": "withdraw"}, page="/en/mentoring")
    assert db.session.get_one(MentorRequest, second.id).state is RequestState.WITHDRAWN
    page = f"/en/mentoring/{programme.code}/wishes/mentee"
    assert "Take my name off" in hers.get(page).text
    post_form(hers, f"/en/mentoring/{programme.code}/unlist/mentee", {}, page=page)
    assert db.session.scalar(select(func.count()).where(Listing.person_id == mentee.id)) == 0


def test_an_organiser_makes_changes_arranges_and_hands_over(signed_in: Any) -> None:
    person = organiser()
    browser = signed_in(person)
    form = {
        "code": "LEAD-1", "organisation": person.where, "title_en": "Lead mentors", "title_cy": "Prif fentoriaid",
        "purpose_en": "To walk along", "purpose_cy": "I gydgerdded", "mentor_course": "MENT-L7", "next_course": "MENT-L3",
        "capacity": "3", "months": "6", "meetings": "6", "standing_months": "36", "feedback": "true", "is_open": "true",
    }  # fmt: skip
    new = "/en/manage/mentoring/new"
    assert "Enter a title in Welsh" in post_form(browser, new, form | {"title_cy": ""}).text
    assert "There is no organisation with this code" in post_form(browser, new, form | {"organisation": "NOPE"}).text
    assert "You do not have permission" in post_form(browser, new, form | {"organisation": "BCU"}).text
    assert "The programme is made." in post_form(browser, new, form, follow_redirects=True).text
    assert "Another programme has this code" in post_form(browser, new, form).text
    edit = "/en/manage/mentoring/LEAD-1/edit"
    changed = {name: value for name, value in form.items() if name not in ("code", "organisation")}
    assert post_form(browser, edit, changed | {"edition": "1", "capacity": "1"}).status_code == 303
    stale = post_form(browser, edit, changed | {"edition": "1"})
    assert (stale.status_code, "changed in the meantime" in stale.text) == (422, True)
    programme = db.session.scalars(select(MentorProgramme).where(MentorProgramme.code == "LEAD-1")).one()
    newcomer = make_person(email="newcomer@example.org")
    mentors = "/en/manage/mentoring/LEAD-1/mentors"
    assert "Nobody here has this address" in post_form(browser, mentors, {"email": "no@example.org"}).text
    assert (
        "may mentor here" in post_form(browser, mentors, {"email": "newcomer@example.org"}, follow_redirects=True).text
    )
    mentor, heir, mentee = a_mentor(programme), a_mentor(programme), a_mentee(programme)
    url = "/en/manage/mentoring/LEAD-1"
    pair = {"mentee": str(mentee.id), "mentor": str(mentor.id)}
    assert "Choose a mentor" in post_form(browser, url, {"mentee": str(mentee.id)}).text
    assert "both are told" in post_form(browser, url, pair, follow_redirects=True).text
    full = post_form(browser, url, pair | {"mentee": str(a_mentee(programme).id)})
    assert "already has as many mentees" in full.text
    handover = f"{url}/handover/{mentor.id}"
    assert "Choose a mentor" in post_form(browser, handover, {}).text
    assert "Handed over" in post_form(browser, handover, {f"to-{mentee.id}": str(heir.id)}, follow_redirects=True).text
    standing = queries.standing_of(newcomer.id, programme.id, clock.today())
    assert standing is not None
    withdraw = f"{mentors}/{standing.id}/withdraw"
    assert "Say why" in post_form(browser, withdraw, {}).text
    assert post_form(browser, withdraw, {"reason": "Asked"}).status_code == 303


def test_a_champion_logs_corrects_cancels_and_an_attendee_keeps_it(app: Flask, signed_in: Any) -> None:
    browser = signed_in(a_champion())
    new = "/en/cascade/new"
    nobody = {name: "" for name in SESSION if name.startswith("people-")}
    assert "Say how many people were there" in post_form(browser, new, SESSION | nobody).text
    assert "Choose what they do" in post_form(browser, new, SESSION | {"role-2": ""}).text
    assert "Enter how many people, from 1 to 500" in post_form(browser, new, SESSION | {"people-1": "many"}).text
    assert "not an e-mail address: x" in post_form(browser, new, SESSION | {"named": "Mair, x"}).text
    assert "Enter how many minutes" in post_form(browser, new, SESSION | {"length": "other"}).text
    early = SESSION | day_in("held_on", a_day(1))
    assert "no live champion’s certificate on this day" in post_form(browser, new, early).text
    done = post_form(browser, new, SESSION | {"named": "Mair, mair@x.example\nb@x.example"}, follow_redirects=True)
    assert "Recorded: 12 people." in done.text
    assert "mair@x.example" in done.text
    assert db.session.scalar(select(func.sum(CascadeGroup.people))) == 12
    session = db.session.scalars(select(CascadeAccount.session_id)).one()
    url = f"/en/cascade/{session}"
    assert "An address is there twice" in post_form(browser, url, {"named": "b@x.example"}).text
    assert post_form(browser, url, {"named": "c@x.example"}).status_code == 303
    assert post_form(browser, f"{url}/change", SESSION | {"people-1": "7"}).status_code == 303
    letter = db.session.scalars(select(MailMessage.body).where(MailMessage.to == "mair@x.example")).one()
    link = letter[letter.index("/en/cascade/claim/") :].split()[0]
    visitor = app.test_client()
    assert "Were you at this session?" in visitor.get(link).text
    assert post_form(visitor, link, {}).status_code == 303
    attendee = make_person()
    assert "It is on your record." in post_form(signed_in(attendee), link, {}, follow_redirects=True).text
    assert signed_in(attendee).get(link).status_code == 409
    assert post_form(browser, f"{url}/cancel", {"reason": "recorded_in_error"}).status_code == 303
    assert "It was recorded in error" in browser.get(url).text
    left = db.session.scalars(select(CascadeAttendee.email).where(CascadeAttendee.email.is_not(None))).all()
    assert left == []


def test_a_visitor_who_keeps_it_signs_in_first(app: Flask) -> None:
    champion = a_champion()
    with transaction():
        from courses.mentoring.cascade import services as cascade
        from courses.mentoring.cascade.rules import Named
        from tests.factories.mentoring import told

        cascade.record_session(actor_of(champion), told(), [Named("", "v@x.example")])
    letter = db.session.scalars(select(MailMessage.body).where(MailMessage.to == "v@x.example")).one()
    link = letter[letter.index("/cy/cascade/claim/") :].split()[0]
    answer = post_form(app.test_client(), link, {})
    assert (answer.status_code, "sign-in" in answer.location) == (303, True)


def test_empty_and_long_pages_say_what_is_so(signed_in: Any) -> None:
    nobody = signed_in(make_person())
    assert "No mentoring programme is open" in nobody.get("/en/mentoring").text
    assert "Nid oes rhaglen fentora ar agor" in nobody.get("/cy/mentoring").text
    assert "For champions" in nobody.get("/en/cascade").text
    programme = make_mentor_programme()
    lead = signed_in(organiser(programme))
    url = f"/en/manage/mentoring/{programme.code}"
    assert "Nobody has a mentor here yet" in lead.get(url).text
    assert "Nobody may mentor here yet" in lead.get(f"{url}/mentors").text
    assert "No mentor programme yet" in signed_in(organiser()).get("/en/manage/mentoring").text
    long = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch " * 2
    mentor, mentee = a_mentor(programme, display_name=long.strip()), a_mentee(programme)
    assert "Llanfairpwll" in signed_in(mentee).get(f"/en/mentoring/{programme.code}/find/mentee").text
    pair = make_mentorship(mentor, mentee, programme, starts_on=a_day(300))
    with transaction():
        for days in range(25):
            services.record_meeting(
                actor_of(mentor), pair.id, held_on=a_day(days), minutes=30, how=MeetingHow.TELEPHONE
            )
    page = signed_in(mentee).get(f"/en/mentoring/with/{pair.id}")
    assert "Next page" in page.text


def test_query_counts_do_not_grow(signed_in: Any) -> None:
    programme = make_mentor_programme(capacity=20)
    mentor, person = a_mentor(programme, capacity=20), organiser(programme)
    champion = a_champion()
    theirs, lead, gives = signed_in(mentor), signed_in(person), signed_in(champion)
    url = f"/en/manage/mentoring/{programme.code}"
    places = [
        (theirs, "/en/mentoring"), (theirs, f"/en/mentoring/{programme.code}/find/mentor"), (lead, "/en/manage/mentoring"),
        (lead, url), (lead, f"{url}/mentors"), (gives, "/en/cascade"),
    ]  # fmt: skip

    def more(number: int) -> list[int]:
        for _ in range(number):
            pair = make_mentorship(mentor, a_mentee(programme), programme)
            with transaction():
                services.record_meeting(
                    actor_of(make := db.session.get_one(type(mentor), pair.mentee_id)), pair.id, held_on=a_day(1),
                    minutes=30, how=MeetingHow.ONLINE,
                )  # fmt: skip
            assert make.id == pair.mentee_id
            a_mentee(programme)
            make_standing(make_person(), programme)
            make_mentor_programme(organisation_id=programme.organisation_id)
            make_cascade(champion)
        return [queries_of(browser, address) for browser, address in places]

    assert more(2) == more(6)


def test_the_api_tells_what_the_pages_tell(as_token: Any) -> None:
    programme = make_mentor_programme()
    mentor, mentee = a_mentor(programme), make_person()
    client = as_token(mentee)
    wishes = {
        "topics": ["career"], "language": "either", "how": "online", "profession": "either", "organisation": "either",
        "consent": True,
    }  # fmt: skip
    url = f"/api/v1/mentor-programmes/{programme.code}"
    assert client.get(f"{url}/wishes/mentee").status_code == 404
    assert client.put(f"{url}/wishes/mentee", json=wishes | {"consent": False}).status_code == 422
    assert client.put(f"{url}/wishes/mentor", json=wishes | {"capacity": 2}).status_code == 409
    assert client.put(f"{url}/wishes/mentee", json=wishes).json["side"] == "mentee"
    (found,) = client.get(f"{url}/suggestions/mentee").json["items"]
    assert found["person_id"] == str(mentor.id)
    assert {each["kind"] for each in found["reasons"]} == {"topics", "online"}
    assert "score" not in str(found)
    pair = {"mentor_id": str(mentor.id), "mentee_id": str(mentee.id)}
    asked = client.post(f"{url}/requests", json=pair)
    assert asked.status_code == 201
    assert client.post(f"{url}/requests", json=pair).json["type"] == "/problems/already-asked"
    accepted = as_token(mentor).post(f"/api/v1/mentor-requests/{asked.json['id']}/answer", json={"said": "accept"})
    assert accepted.json["state"] == "accepted"
    (mine,) = client.get("/api/v1/mentorships").json["items"]
    assert (mine["meetings"], mine["minutes"]) == (0, 0)
    assert client.delete(f"{url}/wishes/mentee").status_code == 204
    assert client.delete(f"{url}/wishes/mentee").status_code == 409
    champion = as_token(a_champion())
    told = {
        "held_on": clock.today().isoformat(), "length": "other", "minutes": 90, "place": "Online", "topic": "perinatal",
        "language": "both", "groups": [{"sector": "nhs", "role_group": "clinical", "people": 12}],
        "named": [{"email": "a@x.example"}],
    }  # fmt: skip
    made = champion.post("/api/v1/cascade-sessions", json=told)
    assert made.status_code == 201
    assert made.json["accounts"][0]["minutes"] == 90
    assert "a@x.example" not in made.text
    named = told.pop("named")
    assert champion.put(f"/api/v1/cascade-sessions/{made.json['id']}", json=told | {"minutes": 60}).status_code == 200
    assert client.post("/api/v1/cascade-sessions", json=told | {"named": named}).status_code == 403


def test_side_and_area_are_known_ones(signed_in: Any) -> None:
    programme, mentee = make_mentor_programme(), make_person()
    browser = signed_in(mentee)
    assert browser.get(f"/en/mentoring/{programme.code}/wishes/boss").status_code == 404
    wrong = post_form(browser, f"/en/mentoring/{programme.code}/wishes/mentee", WISHES | {"area": "WALES"})
    assert wrong.status_code == 422
    right = WISHES | {"area": organisation("BCU").code}
    assert post_form(browser, f"/en/mentoring/{programme.code}/wishes/mentee", right).status_code == 303
    assert queries.listing_of(mentee.id, programme.id, Side.MENTEE).area == "BCU"  # type: ignore[union-attr]
