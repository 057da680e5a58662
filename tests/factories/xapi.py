"""Statements, credentials and clients of the record store."""

import hashlib
import json
import random
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Collection
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from werkzeug.test import TestResponse

from lms.accounts.models import Person
from lms.core.db import db, transaction
from lms.core.permissions import Actor, Role
from lms.xapi import services
from lms.xapi.models import Credential
from lms.xapi.rules.scopes import Scope
from tests.factories.accounts import grant, make_person, organisation

Json = dict[str, Any]

VERBS = "http://adlnet.gov/expapi/verbs/"
VOIDED = f"{VERBS}voided"
_numbers = count(1)


def learner(number: int = 1) -> Json:
    return {"objectType": "Agent", "account": {"homePage": "https://people.example", "name": f"learner-{number}"}}


def make_statement(verb: str = "completed", activity: str = "https://a.example/module", **given: Any) -> Json:
    """A valid statement, without an id unless given."""
    return {
        "actor": learner(),
        "verb": {"id": verb if ":" in verb else VERBS + verb},
        "object": {"objectType": "Activity", "id": activity},
    } | given


def voiding(target: str) -> Json:
    return make_statement(VOIDED, object={"objectType": "StatementRef", "id": target})


def some_statement(chance: random.Random) -> Json:
    """One of few actors, verbs, activities and registrations, so that filters have something to tell apart."""
    made = make_statement(
        chance.choice(["initialized", "progressed", "completed", "passed"]),
        f"https://a.example/{chance.randrange(4)}",
        id=str(UUID(int=chance.getrandbits(128), version=4)),
        actor=learner(chance.randrange(3)),
    )
    context: Json = {}
    if chance.random() < 0.6:
        context["registration"] = str(UUID(int=chance.randrange(3) + 1, version=4))
    if chance.random() < 0.5:
        context["contextActivities"] = {"parent": [{"id": f"https://a.example/{chance.randrange(4)}"}]}
    if chance.random() < 0.4:
        context["instructor"] = learner(chance.randrange(3))
    if chance.random() < 0.2:
        made["object"] = learner(chance.randrange(3))
    elif chance.random() < 0.1:
        inner = make_statement("passed", f"https://a.example/{chance.randrange(4)}", actor=learner(chance.randrange(3)))
        made["object"] = inner | {"objectType": "SubStatement"}
    return made | ({"context": context} if context else {})


def attached(
    body: bytes, usage: str = "https://u.example/file", content_type: str = "text/plain", **given: Any
) -> Json:
    """The declaration of an attachment."""
    return {
        "usageType": usage, "display": {"en": "A file"}, "contentType": content_type, "length": len(body),
        "sha2": hashlib.sha256(body).hexdigest(),
    } | given  # fmt: skip


class Store:
    """A client of the record store with a credential of its own."""

    def __init__(self, app: Flask, key: str, secret: str, version: str = "1.0.3") -> None:
        self.client, self.key, self.secret, self.version = app.test_client(), key, secret, version

    def send(self, method: str, path: str, **options: Any) -> TestResponse:
        """`json` is sent as it is; `query` is the query string's mapping."""
        headers = {
            "Authorization": "Basic " + b64encode(f"{self.key}:{self.secret}".encode()).decode(),
            "X-Experience-API-Version": self.version,
        } | options.pop("headers", {})
        if "json" in options:
            options["data"] = json.dumps(options.pop("json"))
            headers.setdefault("Content-Type", "application/json")
        headers = {name: value for name, value in headers.items() if value is not None}
        query = {
            name: json.dumps(value) if isinstance(value, dict) else value
            for name, value in options.pop("query", {}).items()
        }
        return self.client.open(f"/xapi{path}", method=method, headers=headers, query_string=query or None, **options)

    def post(self, statements: Any, **options: Any) -> TestResponse:
        return self.send("POST", "/statements", json=statements, **options)

    def keep(self, *statements: Json) -> list[str]:
        """Store them; their ids."""
        answer = self.post(list(statements))
        assert answer.status_code == 200, answer.text
        return list(answer.json)  # type: ignore[arg-type]

    def keep_with(self, statement: Json, *bodies: bytes) -> str:
        """Store one with the bytes of its attachments; its id."""
        pieces = [b"--B\r\nContent-Type: application/json\r\n\r\n" + json.dumps(statement).encode()]
        for body in bodies:
            head = f"X-Experience-API-Hash: {hashlib.sha256(body).hexdigest()}\r\nContent-Transfer-Encoding: binary"
            pieces.append(b"--B\r\n" + head.encode() + b"\r\n\r\n" + body)
        data = b"\r\n".join([*pieces, b"--B--\r\n"])
        answer = self.send("POST", "/statements", data=data, headers={"Content-Type": "multipart/mixed; boundary=B"})
        assert answer.status_code == 200, answer.text
        return str(answer.json[0])  # type: ignore[index]

    def get(self, **query: Any) -> TestResponse:
        return self.send("GET", "/statements", query=query)

    def found(self, **query: Any) -> list[Json]:
        """Every statement that matches, over all pages."""
        answer = self.get(**query)
        assert answer.status_code == 200, answer.text
        every: list[Json] = list(answer.json["statements"])  # type: ignore[index]
        while more := answer.json["more"]:  # type: ignore[index]
            answer = self.send("GET", more.removeprefix("/xapi"))
            every += answer.json["statements"]  # type: ignore[index]
        return every

    def ids(self, **query: Any) -> list[str]:
        return [each["id"] for each in self.found(**query)]


def make_store(
    app: Flask, scopes: Collection[Scope] = (Scope.ALL,), *, until: datetime | None = None, version: str = "1.0.3"
) -> Store:
    with transaction():
        made, secret = services.issue_credential(Actor.system(), f"client {next(_numbers)}", scopes, until=until)
    return Store(app, made.key, secret, version)


def make_keeper(**given: Any) -> Person:
    """An administrator of everything: who may read, export, import and erase."""
    person = make_person(**given)
    grant(person, Role.ADMINISTRATOR, organisation("WALES"))
    return person


def signed(statement: Json) -> bytes:
    """A signature as JWS, whose payload is the statement; the store does not check who signed it."""
    pieces = [json.dumps(each).encode() for each in ({"alg": "RS256"}, statement)]
    return b".".join([*(urlsafe_b64encode(each).rstrip(b"=") for each in pieces), b"c2ln"])


def payloads() -> str:
    """Everything that the store has written of statements and what belongs to them, as one text."""
    found = db.session.execute(
        db.text(
            "SELECT convert_from(payload, 'UTF8') FROM statement UNION ALL SELECT name FROM agent_name"
            " UNION ALL SELECT encode(body, 'escape') FROM attachment_piece UNION ALL SELECT encode(body, 'escape') FROM document"
            " UNION ALL SELECT row_to_json(e)::text FROM erasure AS e"
            " UNION ALL SELECT row_to_json(i)::text FROM statement_import AS i"
        )
    )
    return "\n".join(text for (text,) in found)


def credential_of(store: Store) -> Credential:
    return Credential.query.filter_by(key=store.key).one()  # type: ignore[no-any-return]


def new_uuid() -> str:
    return str(uuid4())
