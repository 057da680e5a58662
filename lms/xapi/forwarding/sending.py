"""Speaking to another record store. Every call ends in an Answer, whatever happens on the way; nothing is logged."""

import ssl
import time
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import httpcore
import orjson

from lms.core import clock
from lms.core.ids import new_id
from lms.xapi.errors import Fault
from lms.xapi.forwarding.following import Item, declared
from lms.xapi.forwarding.guarded import Guarded
from lms.xapi.forwarding.progress import Whereto
from lms.xapi.forwarding.rules.addresses import Barred, check_endpoint
from lms.xapi.forwarding.rules.delivery import Answer, retry_after
from lms.xapi.rules import earlier, equality, multipart, parsing
from lms.xapi.rules.versions import Version

DEADLINE = 60.0
"""Seconds for one request, from connecting to the last byte."""
PATIENCE = 20.0
"""Seconds for any single wait within it."""
LARGEST_ANSWER = 2_000_000
"""Bytes that are read of an answer."""
CONFLICT = 409

_NAME = b"Llwybr"


class Store:
    """One other store, for one run. Close it after."""

    def __init__(self, whereto: Whereto, *, private: bool) -> None:
        self._to, self._private = whereto, private
        self._guard = Guarded(private=private)
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(), max_connections=1, network_backend=self._guard
        )

    def close(self) -> None:
        self._pool.close()

    def post(self, items: Sequence[Item], parts: dict[str, bytes]) -> Answer:
        """Send these, as a store of that version takes them. A single one that is refused because its id is known counts
        as delivered if it says the same."""
        items = [self._spoken(item) for item in items]
        body = b"[" + b",".join(item.payload for item in items) + b"]"
        named = {sha2.lower(): (kind, sha2) for item in items for kind, sha2 in item.attachments}
        held = [(*named[sha2], parts[sha2]) for sha2 in named if sha2 in parts]
        kind = "application/json"
        if held:
            boundary = new_id().hex
            body = multipart.joined(boundary, body, held)
            kind = f"multipart/mixed; boundary={boundary}"
        answer, _ = self._ask("POST", "/statements", body, kind)
        if answer.status == CONFLICT and len(items) == 1 and self._has(items[0]):
            return Answer(200, "known there already")
        return answer

    def about(self) -> tuple[Answer, list[str]]:
        """What it says of itself, and which versions it speaks."""
        answer, body = self._ask("GET", "/about", signed=False)
        found = _json(body)
        versions = found.get("version", ()) if isinstance(found, dict) else ()
        return answer, [str(each)[:20] for each in versions[:20]] if isinstance(versions, list) else []

    def knock(self) -> Answer:
        """Send nothing, to see whether it would let us in: credentials are looked at before what is sent."""
        return self._ask("POST", "/statements", b"[]", "application/json")[0]

    def _spoken(self, item: Item) -> Item:
        payload = earlier.spoken(item.payload, Version(self._to.version))
        return item if payload is item.payload else replace(item, payload=payload, attachments=declared(payload))

    def _has(self, item: Item) -> bool:
        """Is this statement there, saying the same? Voided ones are asked for by another name."""
        for name in ("statementId", "voidedStatementId"):
            answer, body = self._ask("GET", f"/statements?{urlencode({name: str(item.id)})}")
            if answer.status == 200:
                found = _json(body)
                try:
                    return isinstance(found, dict) and equality.same(found, parsing.load(item.payload))
                except (Fault, KeyError, TypeError, ValueError, AttributeError):
                    return False  # theirs is no statement
        return False

    def _ask(
        self, method: str, path: str, body: bytes = b"", kind: str = "", *, signed: bool = True
    ) -> tuple[Answer, bytes]:
        headers: list[tuple[bytes, bytes]] = [
            (b"User-Agent", _NAME),
            (b"Accept", b"application/json, */*;q=0.1"),
            (b"X-Experience-API-Version", self._to.version.encode()),
        ]
        if signed:
            pair = b64encode(f"{self._to.key}:{self._to.secret}".encode())
            headers.append((b"Authorization", b"Basic " + pair))
        if method == "POST":
            headers += [(b"Content-Type", kind.encode()), (b"Content-Length", str(len(body)).encode())]
        self._guard.until = time.monotonic() + DEADLINE
        patience = dict.fromkeys(("connect", "read", "write", "pool"), PATIENCE)
        try:
            check_endpoint(self._to.endpoint, private=self._private)
            with self._pool.stream(
                method, self._to.endpoint + path, headers=_with_host(headers, self._to.endpoint), content=body,
                extensions={"timeout": patience},
            ) as answer:  # fmt: skip
                read = _read(answer)
                after = retry_after(_header(answer, b"retry-after"), clock.now())
                return Answer(answer.status, self._without_secret(read.decode("utf-8", "replace")), after), read
        except Barred as fault:
            return Answer(None, str(fault), barred=True), b""
        except (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.NetworkError) as fault:
            return Answer(None, f"no connection: {fault or type(fault).__name__}"), b""
        except httpcore.TimeoutException:
            return Answer(None, "no answer in time"), b""
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol, ssl.SSLError, OSError) as fault:
            return Answer(None, f"the connection broke: {fault or type(fault).__name__}"), b""

    def _without_secret(self, text: str) -> str:
        """Some servers say back what they were sent."""
        pair = b64encode(f"{self._to.key}:{self._to.secret}".encode()).decode()
        return text.replace(self._to.secret, "•••").replace(pair, "•••") if self._to.secret else text


def _with_host(headers: list[tuple[bytes, bytes]], endpoint: str) -> list[tuple[bytes, bytes]]:
    return [(b"Host", endpoint.partition("://")[2].partition("/")[0].encode()), *headers]


def _read(answer: httpcore.Response) -> bytes:
    """The body, as far as we care to read."""
    found = b""
    for piece in answer.iter_stream():
        found += piece
        if len(found) > LARGEST_ANSWER:
            break
    return found[:LARGEST_ANSWER]


def _header(answer: httpcore.Response, name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in answer.headers if key.lower() == name), None)


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
