"""JSON routes of the wallet."""

from typing import Any
from uuid import UUID

from flask import Response

from certificates import queries
from certificates.services import award_by_id
from certificates.wallet import linkedin, services
from certificates.wallet.errors import NoCertificates, NoMailAddress
from certificates.wallet.exporting import ZIP
from certificates.wallet.schemas import (
    AwardCopyOut,
    CopyIn,
    ProfileLinkOut,
    ShareIn,
    ShareOut,
    SharesOut,
    shown_copy,
    shown_share,
)
from lms.core import clock
from lms.core.errors import NotFound
from lms.core.permissions import Actor, Permission
from lms.core.web import streams
from lms.core.web.api import Api

api = Api("wallet", __name__, description="What holders do with their certificates")

SHARE = Permission.AWARD_SHARE
ONE = "/awards/<uuid:award_id>"
Json = dict[str, Any]


@api.operation("GET", f"{ONE}/shares", needs=SHARE, returns=(200, SharesOut))
def shares(actor: Actor, award_id: UUID) -> Json:
    """Your links of this certificate that still hold."""
    found = award_by_id(actor, award_id)
    actor.require_or_hide(SHARE, about=found.learner_id)
    return {"items": [shown_share(each) for each in queries.shares_of(found.id, clock.now())]}


@api.operation("POST", f"{ONE}/shares", needs=SHARE, body=ShareIn, returns=(201, ShareOut), remembers=False)
def share(actor: Actor, award_id: UUID, days: int, told: str) -> Json:
    """Make a link that shows your whole name for so many days, whatever the public page shows."""
    return shown_share(*services.share(actor, award_id, days, told))


@api.operation("POST", f"{ONE}/shares/<uuid:share_id>/end", needs=SHARE, returns=(200, ShareOut))
def end_share(actor: Actor, award_id: UUID, share_id: UUID) -> Json:
    """Take a link back."""
    return shown_share(services.end_share(actor, award_id, share_id))


@api.operation("POST", f"{ONE}/mail", needs=SHARE, returns=(204, None), raises=(NoMailAddress,))
def mail(actor: Actor, award_id: UUID) -> None:
    """Send yourself the certificate, with where it is and how it is checked."""
    services.mail_to_me(actor, award_id)


@api.operation("GET", f"{ONE}/profile-link", needs=SHARE, returns=(200, ProfileLinkOut))
def profile_link(actor: Actor, award_id: UUID) -> Json:
    """Where LinkedIn offers to add it to your profile."""
    found = award_by_id(actor, award_id)
    actor.require_or_hide(SHARE, about=found.learner_id)
    return {"address": linkedin.add_to_profile(found, "cy" if actor.language == "cy" else "en")}


@api.operation("POST", "/award-copies", needs=SHARE, body=CopyIn, returns=(202, AwardCopyOut), raises=(NoCertificates,))
def copy_all(actor: Actor, edition: str) -> Json:
    """Ask for a zip of all your certificates that can be downloaded."""
    return shown_copy(services.copy_all(actor, edition))


@api.operation("GET", "/award-copies/<uuid:export_id>", needs=SHARE, returns=(200, AwardCopyOut))
def copy(actor: Actor, export_id: UUID) -> Json:
    """How far a zip is."""
    return shown_copy(services.export(actor, export_id))


@api.operation("GET", "/award-copies/<uuid:export_id>/file", needs=SHARE, returns=(200, None), media_type=ZIP)
def copy_file(actor: Actor, export_id: UUID) -> Response:
    """The zip."""
    found = services.export(actor, export_id)
    if found.file_id is None:
        raise NotFound()
    return streams.stored(found.file_id, f"llwybr-{found.edition}.zip", ZIP)
