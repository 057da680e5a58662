"""JSON routes of badges."""

from typing import Any
from uuid import UUID

from flask import Response, request

from certificates.badges import services
from certificates.badges.errors import NotOurBadge
from certificates.badges.models import Form
from certificates.badges.schemas import MEDIA, BadgeQuery
from certificates.errors import AwardNotActive
from certificates.keys.errors import NoSigningKey
from certificates.schemas import VerificationOut, shown_check
from certificates.services.checking import count, looked_at
from lms.core.permissions import Actor, Permission
from lms.core.web import edge
from lms.core.web.api import Api

api = Api("badges", __name__, description="Certificates as Open Badges 3.0")


@api.operation(
    "GET", "/awards/<uuid:award_id>/badge", needs=Permission.AWARD_SHARE, query=BadgeQuery, returns=(200, None),
    raises=(AwardNotActive, NoSigningKey), media_type=tuple(MEDIA.values()),
)  # fmt: skip
def badge(actor: Actor, award_id: UUID, form: str, language: str) -> Response:
    """Your badge: a credential with a proof inside (`json`), as a token (`jwt`), or in its picture (`png`)."""
    content: str | bytes = (
        services.picture(actor, award_id, language)
        if form == "png"
        else services.badge(actor, award_id, Form(form), language)
    )
    return Response(content, mimetype=MEDIA[form], headers={"Cache-Control": "private, no-store"})


@api.operation(
    "POST", "/verify/badge", needs=Permission.CERTIFICATE_VERIFY, returns=(200, VerificationOut),
    raises=(NotOurBadge,), takes="text/plain",
)  # fmt: skip
def recognise(actor: Actor, **_given: Any) -> dict[str, Any]:
    """The certificate that a badge stands for, if it is as we signed it: JSON, a token, or a picture. Nothing is kept."""
    found = services.recognised(actor, request.get_data(), edge.origin())
    count(actor, found)
    return shown_check(looked_at(found))
