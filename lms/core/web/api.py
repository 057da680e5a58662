"""JSON routes, on flask-smorest: one declaration says what a route needs, takes, gives and refuses.

The declaration is the documentation: `/api/v1/openapi.json` is made from it, and a test holds answers against it.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from threading import Lock
from typing import Any

from flask import Flask, Response, make_response, request
from flask_smorest import Api as Smorest
from flask_smorest.blueprint import Blueprint
from marshmallow import INCLUDE, Schema, fields

from lms.core import audit
from lms.core.db import transaction
from lms.core.errors import Refusal
from lms.core.permissions import EVERYONE, Permission
from lms.core.web import edge, submissions
from lms.core.web.problems import status_of

View = Callable[..., Any]


PROBLEM = "application/problem+json"


class FaultOut(Schema):
    pointer = fields.String(metadata={"description": "Where in what you sent: a JSON pointer, or `query:/name`"})
    detail = fields.String()


class ProblemOut(Schema):
    """Problem details, RFC 9457, in the language of Accept-Language. A refusal may carry more members (§3.2)."""

    class Meta:
        unknown = INCLUDE

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    instance = fields.String()
    detail = fields.String()
    way_out = fields.String(metadata={"description": "What is open meanwhile, or who can help"})
    errors = fields.List(fields.Nested(FaultOut))


class Operations(Smorest):
    """All operations of an app. They are described when somebody first asks for the document, for that takes a second."""

    def __init__(self, app: Flask) -> None:
        self._undescribed: list[Blueprint] = []
        self._describing = Lock()
        super().__init__(app)

    def register_blueprint(self, blp: Blueprint, *, parameters: Any = None, **options: Any) -> None:
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        self._app.register_blueprint(blp, **options)
        self._undescribed.append(blp)

    def document(self) -> dict[str, Any]:
        """The OpenAPI document."""
        with self._describing:
            while self._undescribed:
                each = self._undescribed.pop(0)
                each.register_views_in_doc(self, self._app, self.spec, name=each.name, parameters=None)
                self.spec.tag({"name": each.name, "description": each.description})
            return dict(self.spec.to_dict())

    def _openapi_json(self) -> Response:
        self.document()
        answer: Response = super()._openapi_json()
        return answer


class Api(Blueprint):
    """JSON routes of a room, under `/api/v1`."""

    def __init__(self, name: str, import_name: str, *, description: str, prefix: str = "/api/v1") -> None:
        super().__init__(f"{name}_api", import_name, url_prefix=prefix, description=description)

    def route(self, rule: str, **options: Any) -> Any:
        raise TypeError(f"{rule}: use .operation(…, needs=…)")

    def operation(
        self,
        method: str,
        rule: str,
        *,
        needs: Permission,
        body: type[Schema] | None = None,
        query: type[Schema] | None = None,
        returns: tuple[int, type[Schema] | None],
        raises: tuple[type[Refusal], ...] = (),
        media_type: str | tuple[str, ...] | None = None,
        takes: str | None = None,
        remembers: bool = True,
    ) -> Callable[[View], View]:
        """Declare an operation. What is loaded from body and query reaches the view as keyword arguments.

        `media_type`: the answer is a Response of that type (or of one of them) instead of JSON. `takes`: the body is of
        this type, and the view reads it from the request itself. `remembers` False: no answer is kept for a
        repeated Idempotency-Key, because it holds a secret.
        """
        status, shape = returns

        def declare(view: View) -> View:
            @wraps(view)
            def call(*loaded: dict[str, Any], **path: Any) -> Any:
                for each in loaded:
                    path |= each
                return view(edge.actor(), **path)

            refusals = _refusals(needs, rule, bool(body or query), raises)
            told: dict[str, Any] = {
                "responses": {code: _shown(text, PROBLEM, ProblemOut) for code, text in refusals.items()},
                "security": [] if needs in EVERYONE else [{"token": []}],
                "operationId": f"{self.name}.{view.__name__}",
            }
            first, *others = [media_type] if isinstance(media_type, str) else media_type or [None]
            if others:
                content = {each: {"schema": {"contentMediaType": each}} for each in others}
                told["responses"][status] = {"description": HTTPStatus(status).phrase, "content": content}
            if takes:
                content = {takes: {"schema": {"contentMediaType": takes}}}
                told["requestBody"] = {"required": True, "content": content}
            # Each of these decorators copies what those before it have said, shapes and all: so little is said so often.
            documented: Any = self.doc(**told)(call)
            if first:
                documented = self.response(status, {"contentMediaType": first}, content_type=first)(documented)
            else:
                documented = self.response(status, shape)(documented)
            if query:
                documented = self.arguments(query, location="query")(documented)
            if body:
                documented = self.arguments(body, location="json")(documented)

            @wraps(documented)
            def run(**path: Any) -> Response:
                with audit.acting_from(edge.origin()), transaction():
                    actor = edge.admit(needs)
                    once = request.headers.get("Idempotency-Key", "") if method == "POST" and remembers else ""
                    if once and (before := submissions.earlier_answer(actor, once)):
                        return before
                    answer = make_response(documented(**path))
                    if once and answer.status_code < 400:
                        submissions.remember_answer(actor, once, answer)
                    return answer

            run.needs = needs  # type: ignore[attr-defined]
            super(Api, self).route(rule, methods=[method])(run)
            return view

        return declare


def _shown(text: str, media_type: str, shape: type[Schema]) -> dict[str, Any]:
    return {"description": text, "content": {media_type: {"schema": shape}}}


def _refusals(needs: Permission, rule: str, takes: bool, raises: tuple[type[Refusal], ...]) -> dict[int, str]:
    """Description per status: those that any such route may answer, and those that this one names."""
    named: dict[int, list[str]] = {}
    if needs not in EVERYONE:
        named[401], named[403] = ["no valid token"], ["the token's holder may not"]
    if "<" in rule:
        named[404] = ["no such record, or not yours to know of"]
    if takes:
        named |= {422: ["a field is missing or wrong"], 400: ["the body is not JSON"]}
    named.setdefault(429, ["too many attempts"])
    for refusal in raises:
        text = f"`{refusal.slug}`: {(refusal.__doc__ or refusal.title).strip().splitlines()[0]}"
        named.setdefault(status_of(refusal), []).append(text)
    return {code: "; ".join(texts) for code, texts in named.items()}
