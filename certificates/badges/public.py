"""What verifiers and backpacks fetch, at addresses without a language. Nothing here depends on who asks, or by which name
they reached us."""

from typing import Any

from flask import Response, jsonify, request

from certificates.badges import documents, hosted, lists, pictures, services
from certificates.badges.contexts import CREDENTIALS, OPEN_BADGES
from certificates.keys.pages import public
from lms.core.errors import NotFound
from lms.core.permissions import Actor, Permission
from lms.core.web import edge
from lms.core.web.pages import Pages

pages = Pages("open_badges", __name__, languages=False)

ANYONE = Permission.CERTIFICATE_VERIFY
DAY = 86_400
FRESH = 300
"""Seconds for which a status may be believed without asking again."""
ACHIEVEMENT = "/achievements/<code>/<int:number>/<any(en,cy):edition>"


@pages.page("GET", "/status/<int:number>", needs=ANYONE)
def status(actor: Actor, number: int) -> Response:
    """A status list, with a proof inside it; as a token for whoever prefers application/vc+jwt."""
    found = lists.current(number) if number < 2**31 else None
    if found is None:
        raise NotFound()
    token = request.accept_mimetypes.best_match(["application/vc", "application/vc+jwt"]) == "application/vc+jwt"
    answer = Response(
        found.token if token else found.document, mimetype="application/vc+jwt" if token else "application/vc"
    )
    answer.headers["Vary"] = "Accept"
    answer.last_modified = found.signed_at
    answer.add_etag()
    return public(answer, FRESH).make_conditional(request)  # type: ignore[return-value]


@pages.page("GET", "/issuer/<any(en,cy):edition>", needs=ANYONE)
def issuer(actor: Actor, edition: str) -> Response:
    return public(jsonify({"@context": [CREDENTIALS, OPEN_BADGES], **documents.profile(edition)}), DAY)


@pages.page("GET", ACHIEVEMENT, needs=ANYONE)
def achievement(actor: Actor, code: str, number: int, edition: str) -> Response:
    said = documents.achievement(services.achieved(code, number, edition))
    return public(jsonify({"@context": [CREDENTIALS, OPEN_BADGES], **said}), DAY)


@pages.page("GET", f"{ACHIEVEMENT}/badge.png", needs=ANYONE)
def picture(actor: Actor, code: str, number: int, edition: str) -> Response:
    answer = Response(pictures.drawn(services.achieved(code, number, edition)), mimetype="image/png")
    answer.add_etag()
    return public(answer, DAY).make_conditional(request)  # type: ignore[return-value]


@pages.page("GET", "/ob2/issuer/<any(en,cy):edition>", needs=ANYONE)
def hosted_issuer(actor: Actor, edition: str) -> Response:
    return public(jsonify(hosted.issuer(edition)), DAY)


@pages.page("GET", "/ob2/badges/<code>/<int:number>/<any(en,cy):edition>", needs=ANYONE)
def hosted_class(actor: Actor, code: str, number: int, edition: str) -> Response:
    return public(jsonify(hosted.badge_class(services.achieved(code, number, edition))), DAY)


@pages.page("GET", "/ob2/assertions/<code>/<any(en,cy):edition>", needs=ANYONE)
def hosted_assertion(actor: Actor, code: str, edition: str) -> Any:
    """410 while the award does not count: Open Badges 2.0 takes every 200 for valid."""
    said, counts = services.hosted(actor, code, edition, edge.origin())
    answer = jsonify(said)
    answer.status_code = 200 if counts else 410
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return answer
