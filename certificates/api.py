"""JSON routes of awards."""

from typing import Any
from uuid import UUID

from flask import Response

from certificates import queries, services
from certificates.address import of as address_of
from certificates.drawing import PDF
from certificates.errors import (
    AlreadyReplaced,
    AlreadyRevoked,
    AlreadySuspended,
    AwardNotActive,
    NameNotPrintable,
    NoSuchCertificate,
    NotSuspended,
)
from certificates.models import Award
from certificates.rules import NameVisibility, RevocationReason
from certificates.schemas import (
    AwardCodeOut,
    AwardLogOut,
    AwardOut,
    AwardPageOut,
    AwardQuery,
    EditionQuery,
    FindIn,
    LiftIn,
    ReissueIn,
    RevocationIn,
    SuspensionIn,
    VerificationOut,
    VerifyQuery,
    VisibilityIn,
    shown_award,
    shown_check,
    shown_log,
)
from lms.core.permissions import Actor, Permission
from lms.core.web import edge
from lms.core.web.api import Api
from lms.core.web.paging import page_of

api = Api(
    "awards", __name__, description="Certificates: one's own, those of an organisation, and anyone's check of one"
)


@api.operation("GET", "/awards", needs=Permission.AWARD_READ, query=AwardQuery, returns=(200, AwardPageOut))
def awards(actor: Actor, cursor: str | None, size: int, q: str) -> dict[str, Any]:
    """Awards that you may see, newest first."""
    found = queries.awards_in(actor.reach(Permission.AWARD_READ))
    if q:
        found = queries.matching(found, q)
    page = page_of(found, cursor, size, key=(Award.issued_on, Award.id), descending=True)
    return {"items": [shown_award(award) for award in page.items], "next": page.next}


@api.operation("GET", "/awards/<uuid:award_id>", needs=Permission.AWARD_READ, returns=(200, AwardOut))
def award(actor: Actor, award_id: UUID) -> dict[str, Any]:
    """One award."""
    return shown_award(services.award_by_id(actor, award_id))


@api.operation("GET", "/awards/<uuid:award_id>/events", needs=Permission.AWARD_READ, returns=(200, AwardLogOut))
def log(actor: Actor, award_id: UUID) -> dict[str, Any]:
    """Everything that happened to it, in order, as a chain of hashes."""
    found = services.award_by_id(actor, award_id)
    whole = actor.may(Permission.AWARD_REVOKE, about=found.learner_id, at=found.organisation_lineage)
    return {"items": shown_log(found, whole=whole)}


@api.operation(
    "GET", "/awards/<uuid:award_id>/certificate", needs=Permission.AWARD_READ, query=EditionQuery,
    returns=(200, None), raises=(AwardNotActive,), media_type=PDF,
)  # fmt: skip
def certificate(actor: Actor, award_id: UUID, language: str) -> Response:
    """The certificate as PDF, in English (`en`), Welsh (`cy`) or `both`."""
    found = services.award_by_id(actor, award_id)
    return Response(
        services.certificate(actor, found, language), mimetype=PDF,
        headers={"Content-Disposition": f'attachment; filename="{found.number}-{language}.pdf"'},
    )  # fmt: skip


@api.operation(
    "PUT", "/awards/<uuid:award_id>/name-visibility", needs=Permission.AWARD_SHARE, body=VisibilityIn,
    returns=(200, AwardOut),
)  # fmt: skip
def show_name(actor: Actor, award_id: UUID, name_visibility: str) -> dict[str, Any]:
    """Choose what of your name the public page shows: as `printed`, `initials` and surname, or `private`."""
    found = services.award_by_id(actor, award_id)
    services.choose_visibility(actor, found, NameVisibility(name_visibility))
    return shown_award(found)


@api.operation(
    "POST", "/awards/<uuid:award_id>/revocation", needs=Permission.AWARD_REVOKE, body=RevocationIn,
    returns=(200, AwardOut), raises=(AlreadyRevoked,),
)  # fmt: skip
def revoke(actor: Actor, award_id: UUID, reason: str, note: str) -> dict[str, Any]:
    """Revoke a certificate, for good, with a coded reason. `note` stays inside."""
    return shown_award(services.revoke(actor, award_id, RevocationReason(reason), note))


@api.operation(
    "POST", "/awards/<uuid:award_id>/suspension", needs=Permission.AWARD_REVOKE, body=SuspensionIn,
    returns=(200, AwardOut), raises=(AlreadySuspended, AwardNotActive),
)  # fmt: skip
def suspend(actor: Actor, award_id: UUID, reason: str, note: str) -> dict[str, Any]:
    """Hold a certificate back while something is looked into. `note` stays inside."""
    return shown_award(services.suspend(actor, award_id, RevocationReason(reason), note))


@api.operation(
    "POST", "/awards/<uuid:award_id>/suspension/end", needs=Permission.AWARD_REVOKE, body=LiftIn,
    returns=(200, AwardOut), raises=(NotSuspended,),
)  # fmt: skip
def lift(actor: Actor, award_id: UUID, note: str) -> dict[str, Any]:
    """Let it count again."""
    return shown_award(services.lift(actor, award_id, note))


@api.operation(
    "POST", "/awards/<uuid:award_id>/reissue", needs=Permission.AWARD_REVOKE, body=ReissueIn,
    returns=(201, AwardOut), raises=(AlreadyReplaced, NameNotPrintable),
)  # fmt: skip
def reissue(actor: Actor, award_id: UUID, name: str) -> dict[str, Any]:
    """Issue it again where the name was wrong; the old one says that it is replaced."""
    return shown_award(services.reissue(actor, award_id, RevocationReason.WRONG_DETAILS, name))


@api.operation(
    "GET", "/verify/<code>", needs=Permission.CERTIFICATE_VERIFY, query=VerifyQuery, returns=(200, VerificationOut),
    raises=(NoSuchCertificate,),
)  # fmt: skip
def verify(actor: Actor, code: str, share: str) -> dict[str, Any]:
    """What was printed on the certificate with this code, and what it is worth now. Open to everyone."""
    return shown_check(services.check(actor, code, edge.origin(), share))


@api.operation(
    "POST", "/verify", needs=Permission.CERTIFICATE_VERIFY, body=FindIn, returns=(200, AwardCodeOut),
    raises=(NoSuchCertificate,),
)  # fmt: skip
def find(actor: Actor, number: str, surname: str, issued_on: Any) -> dict[str, Any]:
    """The code of a certificate, from its number, the holder's surname and its date of issue."""
    code = services.find(actor, number, surname, issued_on, edge.origin())
    return {"code": code, "address": address_of(code)}
