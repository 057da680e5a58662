"""The only place where a refusal meets an HTTP status: problem details (RFC 9457) for the API, a page for people."""

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from lms.core import errors
from lms.core.language import N_
from lms.core.web import flashes
from lms.core.web.forms import first_of
from lms.core.web.pages import TokenExpired

log = logging.getLogger(__name__)

STATUS = {
    errors.TooMany: 429,
    errors.TooLarge: 413,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Invalid: 422,
    errors.Conflict: 409,
    errors.Unavailable: 503,
}

HTTP_TITLES = {
    400: N_("The request could not be read"),
    404: N_("Not found"),
    405: N_("This address does not take that method"),
    409: N_("This does not fit what is already recorded"),
    412: N_("This was changed in the meantime"),
    413: N_("This is too large"),
    415: N_("Send JSON, with the content type application/json"),
    422: N_("There is a problem with what you sent"),
    428: N_("Say which version you are changing, with If-Match"),
    500: N_("Something went wrong on our side"),
}


def status_of(refusal: errors.Refusal | type[errors.Refusal]) -> int:
    kind = refusal if isinstance(refusal, type) else type(refusal)
    return next(code for family, code in STATUS.items() if issubclass(kind, family))


def init_app(app: Flask) -> None:
    app.register_error_handler(errors.Refusal, _refused)
    app.register_error_handler(TokenExpired, _token_expired)
    app.register_error_handler(HTTPException, _failed)
    app.register_error_handler(Exception, _broken)


def _is_api() -> bool:
    return request.path.startswith(("/api/", "/xapi/")) or request.path.endswith(".json")


def _refused(refusal: errors.Refusal) -> Response:
    status = status_of(refusal)
    title, detail = _(refusal.title), _(refusal.detail, **refusal.params) if refusal.detail else ""
    way_out = _(refusal.way_out, **refusal.params) if refusal.way_out else ""
    if isinstance(refusal, errors.Unauthenticated) and not _is_api():
        return _to_sign_in()
    fields = [{"pointer": f"#/{name}", "detail": _(text, **refusal.params)} for name, text in refusal.fields.items()]
    answer = _answer(status, refusal.slug, title, detail, way_out, fields, refusal.more)
    if isinstance(refusal, errors.TooMany):
        answer.headers["Retry-After"] = str(refusal.retry_after)
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="Llwybr"'
    return answer


def _to_sign_in() -> Response:
    """To the sign-in page, and back to where the person was."""
    there = request.full_path.rstrip("?") if request.method == "GET" else _page_of_the_form()
    return redirect(url_for("sign_in.sign_in", lang=_language(), next=there), 303)  # type: ignore[return-value]


def _page_of_the_form() -> str:
    """A form posts to the address of its own page; a lone button posts to its own, so go back to where it stood."""
    adapter = request.url_rule
    if adapter is not None and adapter.methods is not None and "GET" in adapter.methods:
        return request.full_path.rstrip("?")
    referrer = urlsplit(request.referrer or "")
    return referrer.path if referrer.netloc == request.host and referrer.path else "/"


def _token_expired(_fault: TokenExpired) -> Response:
    flashes.add(_("This page had been open for too long, so nothing was sent. Check what you typed and send it again."))
    return redirect(_page_of_the_form(), 303)  # type: ignore[return-value]


def _failed(fault: HTTPException) -> Response:
    if fault.code is not None and fault.code < 400:
        return fault.get_response()  # type: ignore[return-value]
    code = fault.code or 500
    data = getattr(fault, "data", None) or {}
    faults = [{"pointer": _pointer(path), "detail": _(text)} for path, text in _walk(data.get("messages", {}))]
    detail = faults[0]["detail"] if len(faults) == 1 else ""
    if isinstance(fault, RequestEntityTooLarge):
        detail = _("Send at most %(limit)s MB at once.", limit=_limit())
    answer = _answer(code, _slug(code), _(HTTP_TITLES.get(code, fault.name)), detail, "", faults)
    for name, value in fault.get_headers(None):
        if name.lower() in ("allow", "retry-after"):
            answer.headers[name] = value
    return answer


def _broken(fault: Exception) -> Response:
    log.exception("request failed", exc_info=fault, extra={"path": request.path})
    detail = _("It has been recorded. What you had saved before is safe; try again in a few minutes.")
    return _answer(500, "internal", _(HTTP_TITLES[500]), detail, "", [])


def _answer(
    status: int,
    slug: str,
    title: str,
    detail: str,
    way_out: str,
    faults: list[dict[str, str]],
    more: Mapping[str, object] = MappingProxyType({}),
) -> Response:
    if _is_api():
        body: dict[str, Any] = {"type": f"/problems/{slug}", "title": title, "status": status, "instance": request.path}
        body |= {"detail": detail} if detail else {}
        body |= {"way_out": way_out} if way_out else {}
        body |= {"errors": faults} if faults else {}
        body |= more
        answer = jsonify(body)
        answer.status_code, answer.mimetype = status, "application/problem+json"
        answer.headers["Content-Language"] = _language()
        return answer
    g.setdefault("lang", _language())
    page = render_template("errors/page.html", title=title, detail=detail, way_out=way_out, status=status)
    return Response(page, status, mimetype="text/html", headers={"Content-Language": g.lang})


def _language() -> str:
    if "lang" in g:
        return str(g.lang)
    return "cy" if request.path.startswith("/cy/") else (request.accept_languages.best_match(["en", "cy"]) or "en")


def _limit() -> int:
    return (request.max_content_length or 0) // 1_000_000


def _slug(code: int) -> str:
    return {400: "unreadable", 404: "not-found", 405: "method-not-allowed", 409: "conflict", 412: "stale-edit",
            413: "too-large", 415: "not-json", 422: "invalid", 428: "version-needed"}.get(code, f"http-{code}")  # fmt: skip


def _pointer(path: tuple[Any, ...]) -> str:
    """Webargs puts the place first ("json", "query"); only a body's path is a JSON pointer."""
    place, *rest = path or ("json",)
    parts = [str(part) for part in rest if part != "_schema"]
    return ("#" if place in ("json", "json_or_form") else f"{place}:") + "".join(f"/{part}" for part in parts)


def _walk(messages: Any, at: tuple[Any, ...] = ()) -> list[tuple[tuple[Any, ...], str]]:
    """(path, message) of marshmallow's nested messages."""
    if not isinstance(messages, dict):
        return [(at, first_of(messages))] if messages else []
    return [found for key, value in messages.items() for found in _walk(value, (*at, key))]
