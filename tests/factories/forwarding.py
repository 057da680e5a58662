"""Destinations, and another record store on a real port that does as it is told."""

import json
import ssl
import threading
import time
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from flask import current_app
from sqlalchemy import select

from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from lms.xapi.forwarding import progress, runs, services
from lms.xapi.forwarding.models import DeadLetter, Destination
from lms.xapi.forwarding.rules.delivery import Answer, Verdict
from lms.xapi.models import StoredStatement
from lms.xapi.rules import multipart
from lms.xapi.services import record_own
from tests.factories.xapi import Store, learner, make_statement, new_uuid

Json = dict[str, Any]

KEY, SECRET = "a-key", "s3cret-of-the-other-store"
DROP = "drop"
"""In place of an answer: take the statements, and then break the connection."""


@dataclass
class Got:
    """One request to POST /statements: its statements, its other parts, and its headers."""

    statements: list[Json]
    parts: list[multipart.Part]
    headers: dict[str, str]
    raw: bytes


@dataclass
class OtherStore:
    """Keeps statements by id. `script` answers requests one after the other before anything is kept: (status, headers,
    body), DROP, or None for the ordinary. `refuses` says which statements are refused with 400."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    order: list[Json] = field(default_factory=list)
    kept: dict[str, Json] = field(default_factory=dict)
    script: list[Any] = field(default_factory=list)
    refuses: Callable[[Json], bool] = lambda _statement: False
    about: tuple[int, bytes] = (200, b'{"version": ["1.0.3", "2.0.0"]}')
    seconds: float = 0
    asked: list[str] = field(default_factory=list)

    def ids(self) -> list[str]:
        """In the order in which they were kept, each once."""
        return [each["id"] for each in self.order]

    def by_actor(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for each in self.order:
            found.setdefault(each["actor"]["account"]["name"], []).append(each["id"])
        return found

    def take(self, got: Got) -> tuple[int, dict[str, str], bytes] | str:
        """What a store does: all of a batch or nothing, and an id that is known is kept once."""
        self.got.append(got)
        told = self.script.pop(0) if self.script else None
        if told not in (None, DROP):
            return told
        if any(self.refuses(each) for each in got.statements):
            return 400, {}, b'{"detail": "one of these is not for us"}'
        for each in got.statements:
            if each["id"] not in self.kept:
                self.kept[each["id"]] = each
                self.order.append(each)
        return DROP if told == DROP else (200, {}, json.dumps([each["id"] for each in got.statements]).encode())


def self_signed(folder: Path) -> ssl.SSLContext:
    """TLS for localhost, by a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = clock.now()
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / "both.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


class Serving:
    """`with Serving() as store:` runs it on a port of the loopback."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls

    def __enter__(self) -> OtherStore:
        store = OtherStore()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def do_GET(self) -> None:
                store.asked.append(self.path)
                if self.path.endswith("/about"):
                    return self.answer(store.about[0], {}, store.about[1])
                known = store.kept.get(self.path.rpartition("=")[2]) if "?statementId=" in self.path else None
                return self.answer(200, {}, json.dumps(known).encode()) if known else self.answer(404, {}, b"")

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                time.sleep(store.seconds)
                pair = b64decode(self.headers["Authorization"].partition(" ")[2]).decode()
                if pair != f"{KEY}:{SECRET}":
                    return self.answer(401, {}, b"who are you?")
                kind, pieces, body = self.headers["Content-Type"], [], raw
                if kind.startswith("multipart/mixed"):
                    pieces = multipart.split(kind, BytesIO(raw))
                    body = multipart.statements_part(pieces)
                told = store.take(Got(json.loads(body), pieces[1:], dict(self.headers), raw))
                if told == DROP:
                    self.close_connection = True
                    return self.connection.close()
                return self.answer(*told)

            def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]
        if self.tls is not None:
            self.server.socket = self.tls.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()
        store.url = (
            f"{'http://127.0.0.1' if self.tls is None else 'https://localhost'}:{self.server.server_address[1]}/xapi"
        )
        return store

    def __exit__(self, *_: Any) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def make_destination(endpoint: str, **given: Any) -> Destination:
    with transaction():
        return services.create(
            Actor.system(), private=True,
            **{"name": "Analysis", "endpoint": endpoint, "key": KEY, "secret": SECRET, "version": "1.0.3", "verbs": [],
               "activities": [], "related": False, "actors": [], "registrations": [], "since": None, "batch": 50} | given,
        )  # fmt: skip


def make_troubled_destination() -> tuple[Destination, DeadLetter]:
    """With all that a page has to bear: long words, a filter, a failure, a test, and a refused statement."""
    text = "a rather long answer, and then no space " + "x" * 120
    destination = make_destination(
        "http://127.0.0.1:9/xapi", name="Storfa dadansoddi'r Bwrdd Iechyd", batch=1, related=True,
        verbs=["http://adlnet.gov/expapi/verbs/passed"], activities=["https://a.example/" + "long/" * 30],
        actors=["mbox mailto:a@b.example"],
    )  # fmt: skip
    now = clock.now()
    with transaction():
        id_ = record_own(Actor.system(), make_statement(activity="https://a.example/" + "long/" * 30))
        seq = db.session.scalars(select(StoredStatement.seq).where(StoredStatement.id == id_)).one()
        progress.bury(destination.id, id_, seq, Answer(400, text))
        destination.trouble, destination.status, destination.answer, destination.failures = Verdict.HELD, 500, text, 3
        destination.failed_at = destination.test_asked_at = now
        destination.next_attempt_at = now + timedelta(days=1)
        destination.test = {"about": 200, "versions": ["2.0.0"], "write": 401, "text": text, "at": now.isoformat()}
    return destination, letters_of(destination)[0]


def forward(destination: Destination) -> Destination:
    """One run, as the worker makes it; the destination as it stands after."""
    runs.forward(str(destination.id))
    db.session.expire_all()
    return db.session.get_one(Destination, destination.id)


def letters_of(destination: Destination) -> list[DeadLetter]:
    return DeadLetter.query.filter_by(destination_id=destination.id).order_by(DeadLetter.seq).all()


def later(seconds: float) -> Any:
    """`with later(60):` it is a minute later."""
    return clock.frozen(clock.now() + timedelta(seconds=seconds))


def allow_private(allowed: bool) -> None:
    current_app.config["ALLOW_PRIVATE_ADDRESSES"] = allowed


def filled_form(other: OtherStore, **given: Any) -> Json:
    return {"name": "Dadansoddi", "endpoint": other.url, "key": KEY, "secret": SECRET, "version": "1.0.3", "batch": "20",
            **given}  # fmt: skip


def make_refused(store: Store, other: OtherStore) -> tuple[Destination, DeadLetter]:
    """A destination that took all but one."""
    ids = store.keep(*(make_statement(actor=learner(n)) for n in range(3)))
    other.refuses = lambda each: each["id"] == ids[1]
    destination = forward(make_destination(other.url))
    return destination, letters_of(destination)[0]


def fill(store: Store, count: int, actors: int = 3) -> list[str]:
    return store.keep(*(make_statement(actor=learner(n % actors), id=new_uuid()) for n in range(count)))
