"""Those who rely on a certificate are told when it changes; nothing inside our own network is ever called."""

import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from certificates.rules import RevocationReason
from certificates.services import lift, revoke, suspend
from certificates.telling import handlers, rules, runs, sending, services
from certificates.telling.errors import NoCodes, NotDead, TooManyWebhooks
from certificates.telling.models import Delivery, DeliveryState, Webhook
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Invalid, NotFound
from lms.core.permissions import Actor
from tests.factories.accounts import make_person
from tests.factories.certificates import make_award

SYSTEM = Actor.system()


class Listener:
    """Somebody's own system. `answers`: the statuses that it will give, then 200."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.heard.append((dict(self.headers), body))
                self.send_response(outer.answers.pop(0) if outer.answers else 200)
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()

            def log_message(self, *_given: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/changed"
        Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.server.shutdown()
    made.server.server_close()


def employer() -> Actor:
    return Actor(make_person().id, "Employer")


def webhook(actor: Actor, url: str, codes: list[str]) -> tuple[Webhook, str]:
    with transaction():
        made, secret = services.add(actor, "HR", url, private=True)
        if codes:
            services.watch(actor, made.id, codes)
    return made, secret


def deliveries() -> list[Delivery]:
    db.session.expire_all()
    return list(db.session.scalars(select(Delivery).order_by(Delivery.id)))


def test_a_revocation_is_told_signed_and_without_a_name(app: Flask, listener: Listener) -> None:
    award, other = make_award(), make_award()
    _made, secret = webhook(employer(), listener.url, [award.code.lower(), "nonsense"])
    with transaction():
        revoke(SYSTEM, award.id, RevocationReason.ISSUED_IN_ERROR, "private note")
        revoke(SYSTEM, other.id, RevocationReason.ISSUED_IN_ERROR, "x")
    (told,) = deliveries()
    runs.deliver(delivery_id=str(told.id))
    runs.deliver(delivery_id=str(told.id))  # again sends nothing
    ((headers, body),) = listener.heard
    assert json.loads(body) | {"at": ""} == {
        "id": str(told.id), "type": "award.changed", "at": "", "number": award.number, "code": award.code,
        "state": "revoked", "since": json.loads(body)["since"], "reason": "issued_in_error",
    }  # fmt: skip
    stamp, mac = (part.split("=")[1] for part in headers[rules.SIGNATURE].split(","))
    assert hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest() == mac
    assert deliveries()[0].state is DeliveryState.DELIVERED
    assert b"private" not in body
    assert award.snapshot["en"]["holder"].encode() not in body


def test_what_is_not_taken_is_tried_again_ever_later_then_dead_and_can_be_sent_again(
    app: Flask, listener: Listener
) -> None:
    award, boss = make_award(), employer()
    webhook(boss, listener.url, [award.code])
    with transaction():
        suspend(SYSTEM, award.id, RevocationReason.UNDER_REVIEW, "x")
    listener.answers = [503, 302, 500, 404, 400, 429, 503, 503]
    (told,) = deliveries()
    due = []
    for _ in range(len(rules.WAITS) + 1):
        with clock.frozen(max(clock.now(), told.due_at)):
            runs.deliver(delivery_id=str(told.id))
        (told,) = deliveries()
        due.append(told.due_at)
    assert due == sorted(due)
    assert (told.state, told.attempts, told.status) == (DeliveryState.DEAD, 8, 503)
    assert len(listener.heard) == 8
    with pytest.raises(NotFound), transaction():
        services.send_again(employer(), told.id)
    with transaction():
        services.send_again(boss, told.id)
    with pytest.raises(NotDead), transaction():
        services.send_again(boss, told.id)
    runs.deliver(delivery_id=str(told.id))
    assert deliveries()[0].state is DeliveryState.DELIVERED


@pytest.mark.parametrize(
    "address",
    [
        "http://hr.example.org/x", "https://127.0.0.1/x", "https://[::1]/x", "https://10.1.2.3/", "https://169.254.169.254/latest",
        "https://[::ffff:10.0.0.1]/", "https://192.168.0.1/", "ftp://hr.example.org/", "https://user:pw@hr.example.org/",
        "file:///etc/passwd", "https://", "not an address", "https://100.64.0.1/", "https://0.0.0.0/",
    ],
)  # fmt: skip
def test_an_inner_address_is_refused_before_anything_is_kept(app: Flask, address: str) -> None:
    with pytest.raises(Invalid), transaction():
        services.add(employer(), "HR", address, private=False)
    assert db.session.scalars(select(Webhook)).all() == []


def test_a_name_that_leads_inside_is_refused_when_it_is_called(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = listener.server.server_port
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_given, **_named: found)
    status, said = sending.post(f"https://rebound.example.org:{port}/x", b"{}", {}, private=False)
    assert status is None
    assert "not a public address" in said
    assert listener.heard == []


def test_a_redirect_is_not_followed(listener: Listener) -> None:
    listener.answers = [302]
    assert sending.post(listener.url, b"{}", {}, private=True)[0] == 302
    assert len(listener.heard) == 1


def test_other_peoples_webhooks_are_not_there_and_an_ended_one_is_silent(app: Flask, listener: Listener) -> None:
    award, boss = make_award(), employer()
    made, _secret = webhook(boss, listener.url, [award.code])
    for use in (services.end, services.watched, lambda actor, id: services.watch(actor, id, [award.code])):
        with pytest.raises(NotFound), transaction():
            use(employer(), made.id)
    with transaction():
        suspend(SYSTEM, award.id, RevocationReason.UNDER_REVIEW, "x")
    with transaction():
        services.end(boss, made.id)
        lift(SYSTEM, award.id, "y")
    (told,) = deliveries()
    runs.deliver(delivery_id=str(told.id))
    assert (deliveries()[0].state, listener.heard) == (DeliveryState.DEAD, [])


def test_codes_must_be_ours_and_addresses_are_few(app: Flask) -> None:
    boss = employer()
    made, _secret = webhook(boss, "http://127.0.0.1:9/x", [])
    with pytest.raises(NoCodes), transaction():
        services.watch(boss, made.id, ["00000-00000-00000-00000", "x"])
    for _ in range(services.MOST - 1):
        webhook(boss, "http://127.0.0.1:9/x", [])
    with pytest.raises(TooManyWebhooks), transaction():
        services.add(boss, "HR", "http://127.0.0.1:9/x", private=True)


def test_what_is_due_is_asked_for_every_minute(app: Flask) -> None:
    award = make_award()
    webhook(employer(), "http://127.0.0.1:9/x", [award.code])
    with transaction():
        handlers.tell(handlers.AwardChanged(award.id))
    (told,) = deliveries()
    runs.deliver(delivery_id=str(told.id))
    (told,) = deliveries()
    assert told.state is DeliveryState.WAITING
    assert "no connection" in (told.answer or "")
    assert told.due_at - clock.now() > timedelta(seconds=50)
    with clock.frozen(told.due_at), transaction():
        runs.dispatch()
    waiting = db.session.execute(
        select(db.text("count(*)"))
        .select_from(db.text("procrastinate_jobs"))
        .where(db.text("task_name = 'certificates.tell'"))
    )
    assert waiting.scalar() == 2


def test_what_became_of_a_message_is_said_in_words(app: Flask, signed_in: Any) -> None:
    award, person = make_award(), make_person()
    with socket.create_server(("127.0.0.1", 0)) as held:
        nobody = held.getsockname()[1]
    made, _secret = webhook(Actor(person.id, "Employer"), f"http://127.0.0.1:{nobody}/x", [award.code])
    with transaction():
        revoke(SYSTEM, award.id, RevocationReason.ISSUED_IN_ERROR, "x")
    runs.deliver(str(deliveries()[0].id))
    page = signed_in(person).get(f"/cy/verify/webhooks/{made.id}").text
    for words in ("Wedi&#39;i dirymu", "Ar ei ffordd", "Nid oedd modd cysylltu"):
        assert words in page
    assert "revoked" not in page
    assert "Errno" not in page
