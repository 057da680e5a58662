"""The wallet, lists, files compared; and those who try codes, numbers and formulas."""

import csv
import hashlib
import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from certificates import services
from certificates.checking import reading
from certificates.checking import services as checking
from certificates.models import Award, AwardCheck, AwardExport, AwardShare
from certificates.rules import NameVisibility, RevocationReason
from certificates.wallet import exporting, linkedin
from certificates.wallet import services as wallet
from lms.core import clock, files
from lms.core.db import db, transaction
from lms.core.errors import NotFound, TooMany
from lms.core.mail import MailMessage
from lms.core.permissions import Actor
from lms.core.spreadsheets import SheetUnreadable
from tests.certificates.test_standing import at_once
from tests.counting import counted_queries
from tests.factories.accounts import make_person, post_form
from tests.factories.certificates import NAME, make_award, make_completed


def holder_of(award: Award) -> Actor:
    return Actor(award.learner_id, "Holder")


def test_a_link_shows_the_whole_name_until_it_ends(app: Flask, client: FlaskClient) -> None:
    award = make_award()
    with transaction():
        services.choose_visibility(holder_of(award), award, NameVisibility.PRIVATE)
        share, address = wallet.share(holder_of(award), award.id, 7, "new post")
    path = address.removeprefix("http://localhost")
    assert NAME in client.get(f"/en{path}").text
    assert NAME not in client.get(f"/en/v/{award.code}").text
    assert NAME not in client.get(f"/en/v/{award.code}?share=x{path[-10:]}").text
    assert client.get(path.replace("?", ".json?")).json["holder"] == NAME
    assert client.get(f"/v/{award.code}.json").json["holder"] is None
    assert client.get(f"/api/v1{path.replace('/v/', '/verify/')}").json["holder"] == NAME
    assert client.get(f"/api/v1/verify/{award.code}").json["holder"] is None
    with clock.frozen(clock.now() + timedelta(days=8)):
        assert NAME not in client.get(f"/en{path}").text
    with pytest.raises(NotFound), transaction():
        wallet.end_share(Actor(make_person().id, "x"), award.id, share.id)
    with transaction():
        wallet.end_share(holder_of(award), award.id, share.id)
    assert NAME not in client.get(f"/en{path}").text
    assert address.rpartition("=")[2].encode() not in db.session.scalars(select(AwardShare.token_digest)).one()


def test_a_private_name_is_in_no_answer_to_strangers(app: Flask, client: FlaskClient) -> None:
    award = make_award()
    with transaction():
        services.choose_visibility(holder_of(award), award, NameVisibility.PRIVATE)
    for address in (
        f"/en/v/{award.code}",
        f"/cy/v/{award.code}",
        f"/v/{award.code}.json",
        f"/api/v1/verify/{award.code}",
    ):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "Gruffydd" not in answer.text


def test_linkedin_gets_what_its_form_asks_for(app: Flask) -> None:
    award = make_award(validity_months=12)
    there = urlsplit(linkedin.add_to_profile(award, "cy"))
    given = {key: value[0] for key, value in parse_qs(there.query).items()}
    assert there.netloc == "www.linkedin.com"
    assert given["certUrl"] == f"http://localhost/v/{award.code}"
    assert (given["certId"], given["startTask"]) == (award.number, "CERTIFICATION_NAME")
    assert given["expirationYear"] == str(award.valid_until.year)  # type: ignore[union-attr]
    assert NAME not in there.query


def test_a_zip_holds_what_may_be_downloaded_and_is_asked_for_once(app: Flask) -> None:
    learner = make_person(legal_name=NAME)
    awards = [make_award(make_completed(learner=learner)) for _ in range(3)]
    with transaction():
        services.revoke(Actor.system(), awards[0].id, RevocationReason.HOLDER_ASKED, "x")
    with transaction():
        made = wallet.copy_all(holder_of(awards[0]), "both")
        assert wallet.copy_all(holder_of(awards[0]), "both").id == made.id
    with pytest.raises(NotFound):
        wallet.export(Actor(make_person().id, "x"), made.id)
    exporting.make(str(made.id))
    made = db.session.get_one(AwardExport, made.id)
    assert made.file_id is not None
    with zipfile.ZipFile(io.BytesIO(files.content_of(made.file_id))) as package:
        assert package.namelist() == [f"{each.number}-both.pdf" for each in awards[1:]]
        content = package.read(package.namelist()[0])
    with transaction():
        assert services.certificate(holder_of(awards[0]), awards[1], "both") == content
    with clock.frozen(clock.now() + timedelta(days=8)), transaction():
        exporting.forget()
    assert db.session.scalars(select(AwardExport)).all() == []


def test_a_letter_brings_the_certificate_and_says_where_it_is(app: Flask) -> None:
    award = make_award(make_completed(learner=make_person(legal_name=NAME, email="sian@example.org", language="cy")))
    with transaction():
        wallet.mail_to_me(holder_of(award), award.id)
    letter = db.session.scalars(select(MailMessage)).one()
    assert (letter.to, letter.language) == ("sian@example.org", "cy")
    assert f"/v/{award.code}" in letter.body
    assert f"/cy/record/{award.number}" in letter.body
    assert "Mae ynghlwm" in letter.body
    assert letter.file_name == f"{award.number}.pdf"
    assert letter.file_id is not None
    with transaction():
        assert files.content_of(letter.file_id) == services.certificate(holder_of(award), award, "both")


def test_a_letter_about_one_that_does_not_count_brings_no_file(app: Flask) -> None:
    award = make_award()
    with transaction():
        services.suspend(Actor.system(), award.id, RevocationReason.UNDER_REVIEW, "x")
    with transaction():
        wallet.mail_to_me(holder_of(award), award.id)
    letter = db.session.scalars(select(MailMessage).order_by(MailMessage.id.desc()).limit(1)).one()
    assert (letter.file_id, letter.file_name) == (None, None)
    assert "cannot be handed out at the moment" in letter.body


def test_a_file_is_known_by_its_bytes_and_not_kept(app: Flask, client: FlaskClient) -> None:
    award = make_award()
    with transaction():
        pdf = services.certificate(holder_of(award), award, "en")
    page = client.get(f"/en/v/{award.code}")
    assert f'data-compare="{hashlib.sha256(pdf).hexdigest()}"' in page.text
    before = db.session.scalar(select(db.func.count()).select_from(files.StoredFile))
    for content, words in ((pdf, "This is our file"), (pdf + b" ", "This is not our file"), (b"", "Choose a file")):
        given = {"file": (io.BytesIO(content), "c.pdf" if content else "")}
        answer = post_form(client, f"/en/v/{award.code}/file", given, page=f"/en/v/{award.code}")
        assert words in answer.text
    assert db.session.scalar(select(db.func.count()).select_from(files.StoredFile)) == before


def listed(*rows: tuple[str, ...]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def test_a_list_is_checked_line_by_line_and_every_line_counts(app: Flask, as_token: Callable[..., Any]) -> None:
    one, two = make_award(), make_award(name="=Cmd Evans")
    with transaction():
        services.revoke(Actor.system(), one.id, RevocationReason.ISSUED_IN_ERROR, "x")
    day = two.issued_on.strftime("%d/%m/%Y")
    rows = listed(
        ("Code", "Number", "Surname", "Issued on"), (one.code.lower(), "", "", ""), ("", two.number, "evans", day),
        ("", two.number, "Jones", day), (f"https://evil.example/v/{two.code}?x", "", "", ""), ("junk", "", "", ""),
    )  # fmt: skip
    browser = as_token(make_person())
    answer = browser.post("/api/v1/verify/list", data=rows, content_type="text/csv")
    assert answer.status_code == 200
    found = [each["certificate"] and each["certificate"]["status"]["state"] for each in answer.json["items"]]
    assert found == ["revoked", "active", None, "active", None]
    assert answer.json["items"][3]["certificate"]["address"] == f"http://localhost/v/{two.code}"
    counts = {row[0]: row[1] for row in db.session.execute(select(AwardCheck.award_id, AwardCheck.count))}
    assert counts == {one.id: 1, two.id: 2}


def test_answers_as_a_csv_hold_no_formula(app: Flask, signed_in: Callable[..., FlaskClient]) -> None:
    award = make_award(name="=HYPERLINK(1) Evans")
    given = {"file": (io.BytesIO(listed(("code",), (award.code,), ("@SUM(1)",))), "list.csv"), "as": "csv"}
    answer = post_form(signed_in(make_person()), "/en/verify/list", given)
    assert answer.mimetype == "text/csv"
    cells = [cell for row in csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))) for cell in row]
    assert "'=HYPERLINK(1) Evans" in cells
    assert "'@SUM(1)" in cells
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_a_long_list_takes_as_many_queries_as_a_short_one(app: Flask, as_token: Callable[..., Any]) -> None:
    browser = as_token(make_person())
    codes = [make_award().code for _ in range(4)]

    def asked(rows: list[str]) -> int:
        body = listed(("code",), *((each,) for each in rows))
        with counted_queries() as seen:
            answer = browser.post("/api/v1/verify/list", data=body, content_type="text/csv")
        assert answer.json["found"] == len(rows)
        return len(seen)

    asked(codes)
    assert asked(codes) == asked(codes[:1])
    counts = dict(
        db.session.execute(select(Award.code, AwardCheck.count).join(Award, Award.id == AwardCheck.award_id)).all()
    )
    assert counts == {codes[0]: 3, **dict.fromkeys(codes[1:], 2)}
    asked([codes[0], codes[0]])
    db.session.expire_all()
    assert (
        db.session.scalar(
            select(AwardCheck.count).join(Award, Award.id == AwardCheck.award_id).where(Award.code == codes[0])
        )
        == 5
    )


def test_lists_in_different_orders_at_once_stop_nobody(app: Flask) -> None:
    made = [make_award() for _ in range(20)]
    employer = Actor(make_person().id, "Employer")
    lines = [reading.Line(row, each.code, each.code) for row, each in enumerate(made, start=2)]
    orders = iter([lines, lines[::-1]] * 4)
    failed = at_once(app, 8, lambda: checking.check_list(employer, next(orders)))
    assert failed == []
    assert set(db.session.scalars(select(AwardCheck.count))) == {8}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "nothing in this file"), (b"code\n", "no certificate"), (b"name\nx\n", "name the columns"),
        (b"\0\1code", "cannot be read"), (b"code\n" + b"x\n" * 501, "too many rows"), (b"PK\3\4x", "cannot be read"),
        (b"number,surname\nx,y\n", "name the columns"), (b"code\n" + b"x" * 500_000, "too large"),
    ],
)  # fmt: skip
def test_what_is_no_list(content: bytes, why: str) -> None:
    with pytest.raises(SheetUnreadable) as refused:
        reading.read(content)
    assert why in refused.value.fields["file"]


def test_codes_and_numbers_cannot_be_guessed_through_lists(app: Flask) -> None:
    from certificates.checking import services as checking

    award, guesser = make_award(), Actor(make_person().id, "Guesser")
    lines = [
        reading.Line(n, award.number, None, award.number, f"Name{n}", award.issued_on) for n in range(checking.MISSES)
    ]
    checking.check_list(guesser, lines)
    with pytest.raises(TooMany):
        checking.check_list(guesser, lines[:1])
    checking.check_list(Actor(make_person().id, "Somebody else"), lines[:1])


def test_the_address_on_paper_is_ours_whatever_host_was_asked(app: Flask) -> None:
    with app.test_request_context("/", headers={"Host": "llwybr.example.evil"}):
        award = make_award()
    assert award.snapshot["address"].startswith("http://localhost/v/")
