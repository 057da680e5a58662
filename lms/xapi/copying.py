"""A copy of everything that the store holds about somebody (UK GDPR Article 15), as a ZIP that is made while it is sent.

Who fetches their own copy gets whole statements where they act; where they are only mentioned, others stay hidden and
so does what those achieved (Article 15(4)). Those who answer requests for others get everything, and judge themselves.
"""

import io
import mimetypes
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sqlalchemy import select

from lms.core.db import db
from lms.core.permissions import Actor
from lms.xapi import exporting, identity, queries, reading
from lms.xapi.models import TENANT, ActivityDefinition, AgentName, Document
from lms.xapi.people import Subject
from lms.xapi.queries import Found
from lms.xapi.rules import parsing, replacing
from lms.xapi.rules.attached import declared_in
from lms.xapi.rules.documents import Kind
from lms.xapi.rules.parameters import Filter

Json = dict[str, Any]
Step = Callable[[Callable[[], Any]], Any]

README = """{name}

statements.ndjson   what was recorded, one xAPI statement a line
names.json          names by which statements called this person
documents.ndjson    which documents there are, one a line; their contents are in documents/
documents/          state and profiles that learning content keeps
attachments/        files that were sent with statements

statements.ndjson   yr hyn a gofnodwyd, un datganiad xAPI ar bob llinell
names.json          yr enwau a roddwyd i'r person hwn mewn datganiadau
documents.ndjson    pa ddogfennau sydd yno, un ar bob llinell; mae eu cynnwys yn documents/
documents/          cyflwr a phroffiliau y mae cynnwys dysgu yn eu cadw
attachments/        ffeiliau a anfonwyd gyda datganiadau
"""
_KINDS = {Kind.STATE: "state", Kind.AGENT_PROFILE: "agent-profile"}


class _Sink(io.RawIOBase):
    """What the ZIP writes, until it is taken away."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        return len(data)

    def take(self) -> bytes:
        taken = bytes(self._held)
        self._held.clear()
        return taken


def copied(step: Step, actor: Actor, subject: Subject, *, own: bool) -> Iterator[bytes]:
    """The ZIP in pieces. Noted in the audit trail at its end, whole or not."""
    counts = {"statements": 0, "documents": 0, "attachments": 0}
    whole = False
    try:
        yield from _zipped(step, subject, own, counts)
        whole = True
    finally:
        step(lambda: reading.looked(actor, "record_store.copied", {}, subject, whole=whole, own=own, **counts))


def _zipped(step: Step, subject: Subject, own: bool, counts: dict[str, int]) -> Iterator[bytes]:
    sink = _Sink()
    files: dict[str, str] = {}
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("README.txt", README.format(name=subject.name))
        made.writestr("names.json", parsing.dump(step(lambda: _names(subject))))
        found = Filter(agents=subject.keys, related_agents=True, voided=None, ascending=True, limit=exporting.SIZE)
        with made.open("statements.ndjson", "w", force_zip64=True) as out:
            for page in exporting.pages_of(step, found):
                counts["statements"] += len(page.statements)
                for each in page.statements:
                    shown, declared = _shown(each, subject, own)
                    files |= {one["sha2"].lower(): one["contentType"] for one in declared}
                    out.write(shown + b"\n")
                yield sink.take()
        yield from _documents(step, subject, made, sink, counts)
        for sha2, content_type in files.items():
            if (body := step(partial(_file, sha2))) is not None:
                counts["attachments"] += 1
                made.writestr(f"attachments/{sha2}{_ending(content_type)}", body)
                yield sink.take()
    yield sink.take()


def _shown(found: Found, subject: Subject, own: bool) -> tuple[bytes, list[Json]]:
    """A line, and the attachments that go with it."""
    raw = parsing.load(found.payload)
    if own and not reading.is_of(raw, subject):
        exact = parsing.load_exactly(found.payload)
        return parsing.dump(hidden(exact, subject)), []
    return found.payload, declared_in(raw)


def hidden(raw: Json, subject: Subject) -> Json:
    """A statement that only mentions them: the others numbered, their part left out."""
    numbers: dict[int, int] = {}

    def other(key: int) -> Json:
        return identity.account(f"{identity.OTHER}{numbers.setdefault(key, len(numbers) + 1)}")

    return replacing.without_others(raw, subject.keys, other)


def _names(subject: Subject) -> list[str]:
    found = select(AgentName.name).where(AgentName.tenant == TENANT, AgentName.agent.in_(subject.keys)).distinct()
    return list(db.session.scalars(found.order_by(AgentName.name)))


def _documents(
    step: Step, subject: Subject, made: zipfile.ZipFile, sink: _Sink, counts: dict[str, int]
) -> Iterator[bytes]:
    """The list first, without the bodies; then each body by itself: one may have ten million bytes."""
    listed = step(lambda: _listed(subject))
    lines = []
    for number, each in enumerate(listed, 1):
        name = f"documents/{number:04}{_ending(each['content_type'])}"
        lines.append(parsing.dump({key: value for key, value in each.items() if key != "row"} | {"file": name}) + b"\n")
        if (body := step(partial(_body, each["row"]))) is not None:
            made.writestr(name, body)
            counts["documents"] += 1
            yield sink.take()
    made.writestr("documents.ndjson", b"".join(lines))


def _listed(subject: Subject) -> list[Json]:
    rows = db.session.execute(
        select(
            Document.kind, Document.name, Document.registration,
            Document.content_type, Document.updated_at, ActivityDefinition.iri, Document.activity, Document.agent,
        )
        .outerjoin(
            ActivityDefinition,
            (ActivityDefinition.tenant == Document.tenant) & (ActivityDefinition.key == Document.activity),
        )
        .where(Document.tenant == TENANT, Document.agent.in_(subject.keys))
        .order_by(Document.updated_at, Document.name)
    )  # fmt: skip
    return [
        {
            "kind": _KINDS.get(Kind(row.kind), "document"), "id": row.name, "activity": row.iri,
            "registration": str(row.registration) if row.registration.int else None,
            "content_type": row.content_type, "updated": row.updated_at.isoformat(),
            "row": (row.kind, row.activity, row.agent, row.registration, row.name),
        }
        for row in rows
    ]  # fmt: skip


def _body(row: tuple[Any, ...]) -> bytes | None:
    kind, activity, agent, registration, name = row
    found = db.session.scalar(
        select(Document.body).where(
            Document.tenant == TENANT, Document.kind == kind, Document.activity == activity, Document.agent == agent,
            Document.registration == registration, Document.name == name,
        )
    )  # fmt: skip
    return None if found is None else bytes(found)


def _file(sha2: str) -> bytes | None:
    return queries.attachments(TENANT, [sha2]).get(sha2)


def _ending(content_type: str) -> str:
    return mimetypes.guess_extension(content_type.partition(";")[0].strip()) or ".bin"
