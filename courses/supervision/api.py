"""JSON routes of supervision."""

from datetime import date
from typing import Any
from uuid import UUID

from courses.supervision import queries, reading, services
from courses.supervision.errors import (
    AlreadyAnswered,
    AlreadyEnded,
    AlreadyInvited,
    AlreadySupervised,
    HasSupervisor,
    NobodyLeftToHandOver,
    NotLicensed,
    NotTheSupervisor,
    OwnSupervisor,
    SupervisorFull,
    SupervisorLeft,
)
from courses.supervision.models import (
    Attestation,
    AttestationGround,
    Invitation,
    Policy,
    Scope,
    StandIn,
    StandInKind,
    Supervision,
    SupervisorLicence,
)
from courses.supervision.schemas import (
    AnswerIn,
    AttestationIn,
    AttestationOut,
    AttestationQuery,
    AttestationsOut,
    GroundIn,
    HandoverIn,
    InvitationIn,
    InvitationOut,
    InvitationsOut,
    LicenceIn,
    LicenceOut,
    LicencesOut,
    StandInIn,
    StandInOut,
    SupervisionIn,
    SupervisionListOut,
    SupervisionOut,
    SupervisionQuery,
    SupervisionRuleIn,
    SupervisionRuleOut,
    SupervisionRulesOut,
    SupervisionsOut,
    WithdrawalIn,
)
from lms.accounts.queries import body
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api
from lms.core.web.paging import Page, PageQuery, page_of

api = Api("supervision", __name__, description="Supervisor licences, who supervises whom, and what supervisors attest")

READ = Permission.SUPERVISION_READ


@api.operation("GET", "/licences", needs=READ, query=SupervisionQuery, returns=(200, LicencesOut))
def licences(actor: Actor, programme: str | None, cursor: str | None, size: int) -> Page[SupervisorLicence]:
    """One's own licences, and those of people where one organises or leads."""
    found = queries.licences_for(actor)
    if programme:
        found = found.where(SupervisorLicence.programme_code == programme)
    return page_of(found, cursor, size, key=(SupervisorLicence.id,))


@api.operation(
    "POST", "/licences", needs=Permission.LICENCE_ISSUE, body=LicenceIn, returns=(201, LicenceOut)
)  # fmt: skip
def issue(
    actor: Actor, person_id: UUID, programme: str, starts_on: date | None, ends_on: date | None, capacity: int
) -> SupervisorLicence:
    """Give a person leave to supervise and sign off in a programme."""
    return services.issue_licence(actor, person_id, programme, starts_on=starts_on, ends_on=ends_on, capacity=capacity)


@api.operation(
    "POST", "/licences/<uuid:licence_id>/withdrawal", needs=Permission.LICENCE_ISSUE, body=WithdrawalIn,
    returns=(200, LicenceOut), raises=(AlreadyEnded,),
)  # fmt: skip
def withdraw(actor: Actor, licence_id: UUID, reason: str) -> SupervisorLicence:
    """End a licence early. What was attested under it ends too."""
    return services.withdraw_licence(actor, licence_id, reason)


@api.operation("GET", "/supervisions", needs=READ, query=SupervisionQuery, returns=(200, SupervisionsOut))
def supervisions(actor: Actor, programme: str | None, cursor: str | None, size: int) -> Page[Supervision]:
    """Who supervises whom: oneself as learner or supervisor, and people where one organises or leads."""
    found = queries.supervisions_for(actor)
    if programme:
        found = found.where(Supervision.programme_code == programme)
    return page_of(found, cursor, size, key=(Supervision.id,))


@api.operation(
    "POST", "/supervisions", needs=Permission.SUPERVISION_ASSIGN, body=SupervisionIn, returns=(201, SupervisionOut),
    raises=(NotLicensed, OwnSupervisor, SupervisorFull, SupervisorLeft, AlreadySupervised),
)  # fmt: skip
def assign(actor: Actor, learner_id: UUID, supervisor_id: UUID, programme: str) -> Supervision:
    """Give a learner a supervisor. Whoever had the learner in the programme hands over."""
    return services.assign(actor, learner_id, supervisor_id, programme)


@api.operation(
    "POST", "/supervisions/<uuid:supervision_id>/end", needs=READ, returns=(200, SupervisionOut), raises=(AlreadyEnded,)
)
def end(actor: Actor, supervision_id: UUID) -> Supervision:
    """A supervisor no longer has a learner: the supervisor says so, or whoever assigns."""
    return services.end(actor, supervision_id)


@api.operation("GET", "/attestations", needs=READ, query=AttestationQuery, returns=(200, AttestationsOut))
def attestations(
    actor: Actor, programme: str | None, on: date | None, cursor: str | None, size: int
) -> Page[Attestation]:
    """Attestations about oneself, made by oneself, or about people where one organises or leads; all, or as of a day."""
    found = queries.attestations_for(actor)
    if on is not None:
        found = found.where(queries.attestation_holds(on))
    if programme:
        found = found.where(Attestation.programme_code == programme)
    return page_of(found, cursor, size, key=(Attestation.id,))


@api.operation(
    "POST", "/attestations", needs=Permission.ATTESTATION_CREATE, body=AttestationIn, returns=(201, AttestationOut),
    raises=(NotTheSupervisor, NotLicensed),
)  # fmt: skip
def attest(actor: Actor, learner_id: UUID, programme: str, **confirmed: Any) -> Attestation:
    """The learner's supervisor attests clinical role, team and supervision, for at most twelve months."""
    return services.attest(actor, learner_id, programme, **confirmed)


@api.operation(
    "POST", "/attestations/<uuid:attestation_id>/end", needs=READ, body=GroundIn, returns=(200, AttestationOut),
    raises=(AlreadyEnded,),
)  # fmt: skip
def end_attestation(actor: Actor, attestation_id: UUID, ground: str) -> Attestation:
    """It no longer holds, from today. What depends on it pauses."""
    return services.end_attestation(actor, attestation_id, AttestationGround(ground))


PAIRING = (NotLicensed, OwnSupervisor, SupervisorFull, SupervisorLeft, HasSupervisor)


@api.operation(
    "GET",
    "/supervision-invitations",
    needs=Permission.SUPERVISION_INVITE,
    query=PageQuery,
    returns=(200, InvitationsOut),
)
def invitations(actor: Actor, cursor: str | None, size: int) -> Page[Invitation]:
    """Invitations that one has made or been sent."""
    return page_of(reading.invitations_for(actor), cursor, size, key=(Invitation.id,))


@api.operation(
    "POST", "/supervision-invitations", needs=Permission.SUPERVISION_INVITE, body=InvitationIn,
    returns=(201, InvitationOut), raises=(*PAIRING, AlreadyInvited),
)  # fmt: skip
def invite(actor: Actor, learner_id: UUID, supervisor_id: UUID, programme: str) -> Invitation:
    """Ask the other to supervise, or to be supervised. The two may work in different organisations."""
    return services.invite(actor, learner_id, supervisor_id, programme)


@api.operation(
    "POST", "/supervision-invitations/<uuid:invitation_id>/answer", needs=Permission.SUPERVISION_INVITE, body=AnswerIn,
    returns=(200, InvitationOut), raises=(*PAIRING, AlreadyAnswered),
)  # fmt: skip
def answer(actor: Actor, invitation_id: UUID, said: str) -> Invitation:
    """Accept or decline what one was asked, or withdraw what one asked."""
    return services.answer(actor, invitation_id, said)


@api.operation(
    "POST", "/supervision-handovers", needs=Permission.SUPERVISION_ASSIGN, body=HandoverIn, returns=(201, SupervisionListOut),
    raises=(NobodyLeftToHandOver, NotLicensed, OwnSupervisor, SupervisorFull, SupervisorLeft, AlreadySupervised),
)  # fmt: skip
def hand_over(actor: Actor, supervisor_id: UUID, programme: str, to: dict[UUID, UUID], reason: str) -> dict[str, Any]:
    """Give a supervisor's learners to others, all or none. Everybody concerned is told."""
    return {"items": services.hand_over(actor, supervisor_id, programme, to, reason=reason)}


@api.operation(
    "POST", "/supervision-stand-ins", needs=Permission.SUPERVISION_INVITE, body=StandInIn, returns=(201, StandInOut),
    raises=(OwnSupervisor, NotLicensed),
)  # fmt: skip
def name_stand_in(
    actor: Actor, supervisor_id: UUID, deputy_id: UUID, programme: str, kind: str, starts_on: date | None,
    ends_on: date | None,
) -> StandIn:  # fmt: skip
    """Name who covers for a supervisor from one day to another, or their deputy."""
    return services.stand_in(
        actor, supervisor_id, deputy_id, programme, StandInKind(kind), starts_on=starts_on, ends_on=ends_on
    )


@api.operation(
    "POST", "/supervision-stand-ins/<uuid:stand_in_id>/end", needs=Permission.SUPERVISION_INVITE,
    returns=(200, StandInOut), raises=(AlreadyEnded,),
)  # fmt: skip
def end_stand_in(actor: Actor, stand_in_id: UUID) -> StandIn:
    """It ends today."""
    return services.end_stand_in(actor, stand_in_id)


@api.operation("GET", "/supervision-rules", needs=Permission.SUPERVISION_ASSIGN, returns=(200, SupervisionRulesOut))
def supervision_rules(actor: Actor) -> dict[str, Any]:
    """How supervision is arranged, by programme, from everywhere down; the nearest to a learner counts, field by field."""
    return {"items": reading.policies()}


@api.operation(
    "PUT", "/supervision-rules", needs=Permission.SUPERVISION_ASSIGN, body=SupervisionRuleIn,
    returns=(200, SupervisionRuleOut),
)  # fmt: skip
def set_supervision_rule(
    actor: Actor, programme: str, organisation: str | None, scope: str | None, finder_id: UUID | None,
    escalate_after: int | None, sample_percent: int | None,
) -> Policy:  # fmt: skip
    """Arrange it at an organisation and below, or everywhere. What is left out is decided further up."""
    place = body(organisation).id if organisation else None
    return services.set_policy(
        actor, programme, place, scope=Scope(scope) if scope else None, finder_id=finder_id,
        escalate_after=escalate_after, sample_percent=sample_percent,
    )  # fmt: skip
