"""The statement resource (xAPI 1.0.3 Part 3 §2.1; IEEE 9274.1.1 §4.1.6.1)."""

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID

import orjson
from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from lms.core import events
from lms.core.ids import new_id
from lms.xapi import queries, replicated, verifying
from lms.xapi.api.answers import NOTHING, Answer, json, last_modified
from lms.xapi.api.edge import CONSISTENT_THROUGH, credential_in, in_transaction, limit, resource
from lms.xapi.errors import Malformed, Missing
from lms.xapi.events import StatementsAsked
from lms.xapi.keeping import attachments, together
from lms.xapi.keeping import statements as keeping
from lms.xapi.keeping.statements import Sending
from lms.xapi.keeping.together import Errand
from lms.xapi.models import ATTACHES
from lms.xapi.queries import Found
from lms.xapi.rules import formats, multipart, parameters, parsing, patterns, statements, versions
from lms.xapi.rules.attached import declared_in
from lms.xapi.rules.calls import Call
from lms.xapi.rules.naming import named_in
from lms.xapi.rules.parameters import Filter, One
from lms.xapi.rules.scopes import Bearer, Use
from lms.xapi.rules.versions import Version
from lms.xapi.verifying import Known

Json = dict[str, Any]


def put(asked: str | None, call: Call) -> Answer:
    """Store one statement under the id in the address."""
    known, version = _sender(asked, call)
    parameters.allow(call.arguments, {"statementId"})
    id_ = parameters.identifier(call.arguments, "statementId")
    batch, parts = _read(known.bearer, version, call)
    if not isinstance(batch, dict):
        raise Malformed("PUT takes one statement", rule="Part 3 §2.1.1")
    if UUID(batch.setdefault("id", str(id_))) != id_:
        raise Malformed("The statement has another id than the address", "/id", "Part 3 §2.1.1")
    _keep(known, version, call, batch, parts)
    return NOTHING


def post(asked: str | None, call: Call) -> Answer:
    """Store one statement or a list of them; answer their ids in order."""
    known, version = _sender(asked, call)
    parameters.allow(call.arguments, ())
    batch, parts = _read(known.bearer, version, call)
    ids = _keep(known, version, call, batch, parts)
    return json(ids)


def _sender(asked: str | None, call: Call) -> tuple[Known, Version]:
    """Who sends, as remembered, and in which version; confirmed in the transaction that stores."""
    known = verifying.recognise(*credential_in(call))
    limit(known.bearer, call)
    version = versions.chosen(asked)
    known.bearer.require(Use.WRITE_STATEMENTS)
    return known, version


def _keep(
    known: Known, version: Version, call: Call, given: Json | list[Json], parts: dict[str, multipart.Part]
) -> list[str]:
    listed = isinstance(given, list)
    batch = given if isinstance(given, list) else [given]
    sending = Sending(known.bearer, [keeping.ready(version, each) for each in batch], parts, listed)
    return together.keep(Errand(known, *credential_in(call), sending))


def get(bearer: Bearer, version: Version, call: Call) -> Answer:
    """One statement, or a page of them."""
    bearer.require(Use.READ_MINE)
    if bearer.bounds is not None and bearer.credential is not None:
        events.publish(StatementsAsked(bearer.credential))
    wanted = (
        _going_on(call.arguments["more"]) if "more" in call.arguments else parameters.statements_wanted(call.arguments)
    )
    if isinstance(wanted, Filter):
        return replicated.read(partial(_page, bearer, call, wanted), least=wanted.reached)
    answer = replicated.read(partial(_one, bearer, call, wanted))
    if answer is None:
        raise Missing(f"There is no {'voided ' if wanted.voided else ''}statement {wanted.id}")
    return answer


def _going_on(token: str) -> Filter:
    """What the page that follows asks for. The token holds the whole query, so there is nothing to expire; parameters that
    a client repeats beside it say nothing new."""
    try:
        return Filter.from_plain(_serializer().loads(token))
    except BadSignature as fault:
        raise Malformed(
            "This is not an address that a list of statements has given", "more", "Part 3 §2.1.3"
        ) from fault


def _read(bearer: Bearer, version: Version, call: Call) -> tuple[Any, dict[str, multipart.Part]]:
    """The statement or list as judged, and the parts of its attachments."""
    parts: dict[str, multipart.Part] = {}
    pieces = None
    if call.media_type == "multipart/mixed":
        pieces = multipart.split(call.content_type, call.source)
        body = multipart.statements_part(pieces)
    elif call.media_type == "application/json":
        call.source.most = min(call.source.most, parsing.LARGEST_BODY)
        body = call.body
    else:
        raise Malformed("Statements are application/json, or multipart/mixed", "Content-Type", "Part 3 §1.5")
    given = parsing.parse(body)
    keeping.judge(bearer, version, given.value)
    exact = parsing.exactly(body, given)
    batch = exact if isinstance(exact, list) else [exact]
    if exact is not given.value:
        for statement in batch:
            statements.arrange(statement)
    if pieces is not None:
        parts = multipart.matched(pieces, [each for statement in batch for each in declared_in(statement)])
    return exact, parts


def _one(bearer: Bearer, call: Call, wanted: One, through: int) -> Answer | None:
    """None: the bearer can see none."""
    found = queries.one_statement(bearer, wanted.id, voided=wanted.voided)
    if found is None:
        return None
    body = _shown(bearer, call, [found], wanted.format)[0]
    return _told(bearer, wanted, [found], body, through, last_modified(patterns.moment(found.seq)))


def _page(bearer: Bearer, call: Call, wanted: Filter, through: int) -> Answer:
    page = queries.page(bearer, wanted, through)
    rest = "" if page.rest is None else f"/xapi/statements?more={_serializer().dumps(page.rest.as_plain())}"
    shown = _shown(bearer, call, page.statements, wanted.format)
    body = b'{"statements":[%b],"more":%b}' % (b",".join(shown), orjson.dumps(rest))
    return _told(bearer, wanted, page.statements, body, through, {})


def _told(
    bearer: Bearer, wanted: One | Filter, found: list[Found], body: bytes, through: int, headers: dict[str, str]
) -> Answer:
    answer = _with_attachments(bearer, found, body) if wanted.attachments else Answer(body=body)
    answer.headers.update(headers | {CONSISTENT_THROUGH: patterns.written(through)})
    return answer


def _shown(bearer: Bearer, call: Call, found: list[Found], form: str) -> list[bytes]:
    """Their JSON in that format; exact is what is stored, byte for byte."""
    if form == "exact":
        return [each.payload for each in found]
    read = [parsing.exactly(each.payload, parsing.parse(each.payload)) for each in found]
    if form == "ids":
        return [parsing.dump(formats.ids(each)) for each in read]
    iris = sorted({activity["id"] for each in read for activity in named_in(each).activities})
    known = queries.definitions(bearer.tenant, iris)
    languages = formats.languages_of(call.headers.get("accept-language"))
    return [parsing.dump(formats.canonical(each, known, languages)) for each in read]


def _with_attachments(bearer: Bearer, found: list[Found], body: bytes) -> Answer:
    """multipart/mixed, even when there are none. Each hash once, of those that the store holds."""
    declared: dict[str, str] = {}
    for each in found:
        if each.flags & ATTACHES:
            for attachment in declared_in(parsing.load(each.payload)):
                declared.setdefault(attachment["sha2"].lower(), attachment["contentType"])
    sizes = queries.attachment_sizes(bearer.tenant, list(declared)) if declared else {}
    held = [multipart.Held(declared[sha2], sha2, size) for sha2, size in sizes.items()]
    boundary = new_id().hex
    frame = multipart.framed(boundary, body, held)
    length = sum(len(each) if isinstance(each, bytes) else each.size for each in frame)
    headers = {"Content-Length": str(length)}
    return Answer(
        body=_filled(bearer.tenant, frame), content_type=f"multipart/mixed; boundary={boundary}", headers=headers
    )


def _filled(tenant: int, frame: list[bytes | multipart.Held]) -> Iterator[bytes]:
    """The frame with the content of its attachments, piece by piece."""
    for each in frame:
        if isinstance(each, bytes):
            yield each
        else:
            yield from attachments.pieces(tenant, each.sha2)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="xapi.more")


resource("/statements", "statements", {"GET": in_transaction(get), "PUT": put, "POST": post}, tells_through=True)
