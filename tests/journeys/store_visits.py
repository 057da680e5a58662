"""Visits to the pages of the record store."""

from collections.abc import Callable
from typing import Any

from lms.core.db import transaction
from lms.core.permissions import Actor
from lms.xapi import erasing, importing, people
from lms.xapi.identity import agent_of
from lms.xapi.rules.scopes import Scope
from lms.xapi.services import issue_credential, record_own
from tests.factories.forwarding import make_troubled_destination
from tests.factories.xapi import attached, make_statement, new_uuid
from tests.journeys.visiting import Visit, as_, demo


def a_credential() -> Visit:
    person = demo("admin")
    with transaction():
        made, _secret = issue_credential(Actor.system(), "A course platform", (Scope.STATEMENTS_WRITE,))
    return Visit({"credential_id": made.id}, person)


def a_statement() -> Any:
    """One of the nurse's, with an answer, a file and a comment; its id."""
    nurse = demo("nurse")
    made = make_statement(
        "answered", id=new_uuid(), actor=agent_of(nurse), timestamp="2026-11-02T09:30:00Z",
        result={"score": {"scaled": 0.85}, "success": True, "duration": "PT10M", "response": "Listen first"},
        context={"registration": new_uuid()}, attachments=[attached(b"file", fileUrl="https://f.example/a.pdf")],
        object={"id": "https://a.example/q", "definition": {"name": {"en": "Child family development", "cy": "Datblygiad plant"}}},
    )  # fmt: skip
    comment = make_statement(
        "commented", actor=agent_of(nurse), object={"objectType": "StatementRef", "id": made["id"]}
    )
    with transaction():
        record_own(Actor.system(), made)
        record_own(Actor.system(), comment)
    return made["id"]


def after_statements(name: str) -> Visit:
    """A list that has something in it."""
    a_statement()
    return Visit({}, demo(name))


def an_import() -> Any:
    with transaction():
        made = importing.begin(Actor.system(), b'{"id":1}\n', dry_run=True)
    return made.id


def an_erasure() -> Any:
    with transaction():
        record_own(Actor.system(), make_statement(actor={"mbox": "mailto:gone@example.org"}))
        made = erasing.begin(
            Actor.system(), people.of_agent({"mbox": "mailto:gone@example.org"}), "Asked for in writing"
        )
    return made.id


def a_destination(*also: str) -> Visit:
    destination, letter = make_troubled_destination()
    values = {"destination_id": destination.id, "letter_id": letter.id}
    return Visit({name: values[name] for name in also}, demo("admin"))


def of_destination() -> Visit:
    return a_destination("destination_id")


VISITS: dict[str, Callable[[], Visit]] = {
    "record_store.credentials": as_("admin"),
    "record_store.new": as_("admin"),
    "record_store.revoke": a_credential,
    "record_store.renew": a_credential,
    "record_store.statements": lambda: after_statements("admin"),
    "record_store.statement": lambda: Visit({"id": a_statement()}, demo("admin")),
    "record_store.bring_in": as_("admin"),
    "record_store.imported": lambda: Visit({"import_id": an_import()}, demo("admin")),
    "record_store.erase": as_("admin"),
    "record_store.erasure": lambda: Visit({"erasure_id": an_erasure()}, demo("admin")),
    "my_statements.mine": lambda: after_statements("nurse"),
    "my_statements.statement": lambda: Visit({"id": a_statement()}, demo("nurse")),
    "destinations.destinations": a_destination,
    "destinations.new": as_("admin"),
    "destinations.destination": of_destination,
    "destinations.edit": of_destination,
    "destinations.replay": of_destination,
    "destinations.end": of_destination,
    "destinations.letters": of_destination,
    "destinations.letter": lambda: a_destination("destination_id", "letter_id"),
}
