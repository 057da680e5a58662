"""What every request to the store goes through: alternate syntax, credentials, version, one transaction, headers."""

import base64
import binascii
from collections.abc import Callable, Mapping

from flask import Blueprint, Response, request, stream_with_context

from lms.core.db import transaction
from lms.core.permissions import Permission
from lms.xapi import replicated, verifying
from lms.xapi.api.answers import Answer, refusal
from lms.xapi.errors import Excessive, Fault, Malformed, MethodUnknown, NotAuthenticated
from lms.xapi.rules import calls, patterns, versions
from lms.xapi.rules.calls import Call
from lms.xapi.rules.scopes import Bearer
from lms.xapi.rules.versions import Version

Handler = Callable[[Bearer, Version, Call], Answer]
OpenHandler = Callable[[Call], Answer]
Run = Callable[[str | None, Call], Answer]
"""With the version as asked for, which is judged after the credential."""

CONSISTENT_THROUGH = "X-Experience-API-Consistent-Through"
LARGEST_REQUEST = 100_000_000
METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS")

xapi = Blueprint("xapi", __name__, url_prefix="/xapi")

_ACROSS_ORIGINS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": ", ".join(METHODS),
    "Access-Control-Allow-Headers": (
        "Authorization, Content-Type, If-Match, If-None-Match, Accept-Language, X-Experience-API-Version, "
        "X-Experience-API-Hash"
    ),
    "Access-Control-Max-Age": "86400",
}
"""Content may lie anywhere; it carries its credential in a header, never in a cookie, so any origin may ask."""
_EXPOSED = "ETag, Last-Modified, X-Experience-API-Version, X-Experience-API-Consistent-Through, Content-Length"


def in_transaction(handler: Handler) -> Run:
    """One transaction, in which the credential is verified."""

    def run(asked: str | None, call: Call) -> Answer:
        with transaction():
            bearer = verifying.verify(*credential_in(call))
            limit(bearer, call)
            return handler(bearer, versions.chosen(asked), call)

    return run


def limit(bearer: Bearer, call: Call) -> None:
    """Hold the call to what this bearer may send. Raises Hasty, and `call.source` Excessive when it is read."""
    verifying.check_rate(bearer)
    if bearer.largest_request is not None:
        call.source.most = min(call.source.most, bearer.largest_request)


def resource(path: str, name: str, handlers: Mapping[str, Run], *, tells_through: bool = False) -> None:
    """Declare a resource. Every method it has needs a credential and a version; HEAD follows GET.

    `tells_through`: answers say up to when everything can be read.
    """

    def run(**parts: str) -> Response:
        version = versions.NEWEST
        try:
            call = _call(parts)
            asked = call.headers.get("x-experience-api-version")
            version = _spoken(asked)
            if calls.is_alternate(call):
                call = calls.undone(call)
                asked = call.headers.get("x-experience-api-version")
                version = _spoken(asked)
            answer = _handler(handlers, call.method)(asked, call)
        except Fault as fault:
            answer = refusal(fault)
        if tells_through and CONSISTENT_THROUGH not in answer.headers:
            answer.headers[CONSISTENT_THROUGH] = patterns.written(replicated.consistent_lately())
        return _sent(answer, version)

    _add(path, name, run)


def open_resource(path: str, name: str, handler: OpenHandler) -> None:
    """Declare a resource that anybody may GET, whatever version they speak."""

    def run(**parts: str) -> Response:
        version = _spoken(request.headers.get("X-Experience-API-Version"))
        try:
            call = _call(parts)
            _handler({"GET": handler}, call.method)
            answer = handler(call)
        except Fault as fault:
            answer = refusal(fault)
        return _sent(answer, version)

    _add(path, name, run)


def _add(path: str, name: str, run: Callable[..., Response]) -> None:
    def view(**parts: str) -> Response:
        if request.method == "OPTIONS":
            return Response(status=204, headers=_ACROSS_ORIGINS)
        return run(**parts)

    view.needs = Permission.RECORD_STORE_USE  # type: ignore[attr-defined]
    xapi.add_url_rule(path, name, view, methods=METHODS, provide_automatic_options=False)


class Arriving:
    """The request's body. Nothing is read before somebody asks, and never more than `most` bytes."""

    def __init__(self) -> None:
        self.most = LARGEST_REQUEST
        self._taken = 0

    def read(self, size: int = -1, /) -> bytes:
        told = request.content_length or 0
        if told > self.most:
            raise Excessive(f"A request may have {self.most} bytes; this one has {told}")
        request.max_content_length = (
            LARGEST_REQUEST + 1
        )  # watched here, also when no length is told; None were the pages' own
        piece = request.stream.read(self.most - self._taken + 1 if size < 0 else size)
        self._taken += len(piece)
        if self._taken > self.most:
            raise Excessive(f"A request may have {self.most} bytes")
        return piece


def _call(parts: Mapping[str, str]) -> Call:
    pairs = [(key, value) for key, values in request.args.lists() for value in values]
    arguments = calls.once_each([*pairs, *parts.items()])
    return Call(request.method, arguments, {key.lower(): value for key, value in request.headers}, Arriving())


def _handler(handlers: Mapping[str, Callable[..., Answer]], method: str) -> Callable[..., Answer]:
    found = handlers.get("GET" if method == "HEAD" else method)
    if found is None:
        raise MethodUnknown(f"This resource takes {', '.join(handlers)}", "method")
    return found


def credential_in(call: Call) -> tuple[str, str]:
    """Key and secret. Raises NotAuthenticated when there are none."""
    kind, _, given = call.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        raise NotAuthenticated("Send your key and secret by Basic authentication", "Authorization")
    try:
        key, colon, secret = base64.b64decode(given.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as fault:
        raise NotAuthenticated("Basic authentication is key:secret in Base64", "Authorization") from fault
    if not colon or "\x00" in key:
        raise NotAuthenticated("Basic authentication is key:secret in Base64", "Authorization")
    return key, secret


def _spoken(asked: str | None) -> Version:
    """The version to answer in, even where the one asked for is none."""
    try:
        return versions.chosen(asked)
    except Malformed:
        return versions.NEWEST


def _sent(answer: Answer, version: Version) -> Response:
    body = answer.body if isinstance(answer.body, bytes) else stream_with_context(answer.body)
    sent = Response(body, answer.status, answer.headers, content_type=answer.content_type)
    if answer.status == 204:
        del sent.headers["Content-Type"]
    sent.headers["X-Experience-API-Version"] = version.value
    sent.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"  # content is others'; never let it run here
    sent.headers["Cache-Control"] = "private, no-cache"
    sent.headers["Access-Control-Allow-Origin"] = "*"
    sent.headers["Access-Control-Expose-Headers"] = _EXPOSED
    return sent
