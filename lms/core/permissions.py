"""Who may do what: one enum, four tables, one question. What is not written here is refused (house law 2).

A permission is named `<resource>:<action>`. It reaches
  EVERYONE    signed in or not;
  OWN         what is about oneself;
  SUPERVISED  what is about a person whom one supervises;
  GRANTED     what happens at an organisation where one holds a role, and anywhere below it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from lms.core.errors import Forbidden, NotFound

Lineage = Sequence[UUID]
"""An organisation's place in the tree: the ids from the root down to itself."""


class Permission(StrEnum):
    PUBLIC_READ = "public:read"
    SIGN_IN = "sign-in:create"
    CATALOGUE_READ = "catalogue:read"
    FRAMEWORK_READ = "framework:read"
    CERTIFICATE_VERIFY = "certificate:verify"

    HOME_READ = "home:read"
    PROFILE_READ = "profile:read"
    PROFILE_EDIT = "profile:edit"
    TOKEN_MANAGE = "token:manage"
    ENROLMENT_CREATE = "enrolment:create"
    ENROLMENT_READ = "enrolment:read"
    ENROLMENT_WITHDRAW = "enrolment:withdraw"
    ENROLMENT_LAUNCH = "enrolment:launch"
    ENROLMENT_COMPLETE = "enrolment:complete"
    SERIES_BOOK = "series:book"
    SERIES_MANAGE = "series:manage"
    REGISTER_KEEP = "register:keep"
    PORTFOLIO_READ = "portfolio:read"
    PORTFOLIO_EDIT = "portfolio:edit"
    PORTFOLIO_REDACT = "portfolio:redact"
    EVIDENCE_READ_SHARED = "evidence:read-shared"
    PORTFOLIO_DECIDE = "portfolio:decide"
    PORTFOLIO_SIGN_OFF = "portfolio:sign-off"
    SIGN_OFF_WITHDRAW = "sign-off:withdraw"
    SIGN_OFF_MODERATE = "sign-off:moderate"
    SUPERVISION_READ = "supervision:read"
    SUPERVISION_ASSIGN = "supervision:assign"
    SUPERVISION_INVITE = "supervision:invite"
    SUPERVISION_RECORD = "supervision:record"
    SUPERVISION_DEMAND = "supervision:demand"
    MENTORING_USE = "mentoring:use"
    MENTORING_MANAGE = "mentoring:manage"
    CASCADE_RECORD = "cascade:record"
    CASCADE_CLAIM = "cascade:claim"
    LICENCE_ISSUE = "licence:issue"
    ATTESTATION_CREATE = "attestation:create"
    CPD_READ = "cpd:read"
    CPD_EDIT = "cpd:edit"
    EVALUATION_ANSWER = "evaluation:answer"
    EVALUATION_REVIEW = "evaluation:review"
    AWARD_READ = "award:read"
    AWARD_CLAIM = "award:claim"
    AWARD_SHARE = "award:share"
    AWARD_REVOKE = "award:revoke"
    AWARD_RENAME = "award:rename"
    CERTIFICATE_WATCH = "certificate:watch"
    SIGNING_KEY_MANAGE = "signing-key:manage"
    FRAMEWORK_DISCUSS = "framework:discuss"
    APPROVAL_READ = "approval:read"
    APPROVAL_KEEP = "approval:keep"
    ASSESSMENT_READ = "assessment:read"
    ASSESSMENT_EDIT = "assessment:edit"
    ASSESSMENT_CONFIRM = "assessment:confirm"
    PLAN_READ = "plan:read"
    PLAN_EDIT = "plan:edit"
    PLAN_AGREE = "plan:agree"
    TEAM_READ = "team:read"

    FRAMEWORK_EDIT = "framework:edit"
    FRAMEWORK_PUBLISH = "framework:publish"
    COURSE_EDIT = "course:edit"
    COURSE_PUBLISH = "course:publish"
    PERSON_READ = "person:read"
    PERSON_EDIT = "person:edit"
    ROLE_GRANT = "role:grant"
    ORGANISATION_EDIT = "organisation:edit"
    NEEDS_READ = "needs:read"
    NEEDS_ANSWER = "needs:answer"
    NEEDS_REVIEW = "needs:review"
    NEEDS_OPEN = "needs:open"
    NEEDS_COMMISSION = "needs:commission"
    UPTAKE_READ = "uptake:read"
    UPTAKE_READ_NAMES = "uptake:read-names"
    HEADCOUNT_RECORD = "headcount:record"
    SPENDING_RECORD = "spending:record"
    RETURN_MAKE = "return:make"
    RETURN_SIGN = "return:sign"
    RECORD_STORE_USE = "record-store:use"
    RECORD_STORE_MANAGE = "record-store:manage"
    RECORD_STORE_READ = "record-store:read"
    RECORD_STORE_ERASE = "record-store:erase"
    AUDIT_READ = "audit:read"
    OUTBOX_READ = "outbox:read"


class Role(StrEnum):
    """What an organisation can grant. A person may hold several, each from a date to a date."""

    ADMINISTRATOR = "administrator"
    ORGANISER = "organiser"
    AUTHOR = "author"
    PUBLISHER = "publisher"
    COMMISSIONER = "commissioner"
    LEAD_SUPERVISOR = "lead_supervisor"
    TRAINING_LEAD = "training_lead"
    FRAMEWORK_EDITOR = "framework_editor"
    APPROVER = "approver"
    TEAM_LEAD = "team_lead"


P = Permission

EVERYONE = frozenset({
    P.PUBLIC_READ, P.SIGN_IN, P.CATALOGUE_READ, P.FRAMEWORK_READ, P.CERTIFICATE_VERIFY, P.RECORD_STORE_USE,
})  # fmt: skip
OWN = frozenset({
    P.HOME_READ, P.PROFILE_READ, P.PROFILE_EDIT, P.TOKEN_MANAGE,
    P.ENROLMENT_CREATE, P.ENROLMENT_READ, P.ENROLMENT_WITHDRAW, P.ENROLMENT_LAUNCH,
    P.SERIES_BOOK, P.REGISTER_KEEP,
    P.PORTFOLIO_READ, P.PORTFOLIO_EDIT, P.PORTFOLIO_REDACT, P.EVIDENCE_READ_SHARED, P.SUPERVISION_READ,
    P.SUPERVISION_INVITE, P.SUPERVISION_RECORD, P.SIGN_OFF_WITHDRAW, P.AWARD_READ, P.AWARD_CLAIM,
    P.AWARD_SHARE, P.CERTIFICATE_WATCH, P.RECORD_STORE_READ, P.CPD_READ, P.CPD_EDIT, P.MENTORING_USE, P.CASCADE_RECORD,
    P.CASCADE_CLAIM, P.FRAMEWORK_DISCUSS, P.APPROVAL_READ, P.ASSESSMENT_READ, P.ASSESSMENT_EDIT, P.PLAN_READ, P.PLAN_EDIT,
    P.PLAN_AGREE, P.TEAM_READ, P.EVALUATION_ANSWER,
})  # fmt: skip
SUPERVISED = frozenset({
    P.ENROLMENT_READ, P.PORTFOLIO_READ, P.PORTFOLIO_DECIDE, P.PORTFOLIO_SIGN_OFF, P.PORTFOLIO_REDACT,
    P.ATTESTATION_CREATE, P.ASSESSMENT_READ, P.ASSESSMENT_CONFIRM,
})  # fmt: skip
HOUSE = frozenset({P.SIGNING_KEY_MANAGE})
"""What only the house itself does, by a command on its own machine: no role and no token reaches it."""
GRANTED: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset({
        P.PERSON_READ, P.PERSON_EDIT, P.ROLE_GRANT, P.ORGANISATION_EDIT, P.RECORD_STORE_MANAGE,
        P.RECORD_STORE_READ, P.RECORD_STORE_ERASE, P.AUDIT_READ, P.OUTBOX_READ,
    }),
    Role.ORGANISER: frozenset({
        P.PERSON_READ, P.ENROLMENT_CREATE, P.ENROLMENT_READ, P.ENROLMENT_WITHDRAW, P.ENROLMENT_LAUNCH,
        P.ENROLMENT_COMPLETE, P.SUPERVISION_READ, P.SUPERVISION_ASSIGN, P.SUPERVISION_DEMAND, P.LICENCE_ISSUE,
        P.MENTORING_MANAGE, P.SERIES_BOOK, P.SERIES_MANAGE, P.REGISTER_KEEP, P.AWARD_READ, P.AWARD_CLAIM, P.AWARD_REVOKE,
        P.AWARD_RENAME, P.NEEDS_READ, P.NEEDS_ANSWER, P.NEEDS_REVIEW, P.NEEDS_OPEN, P.UPTAKE_READ, P.UPTAKE_READ_NAMES,
        P.SPENDING_RECORD,
    }),
    Role.AUTHOR: frozenset({P.COURSE_EDIT}),
    Role.PUBLISHER: frozenset({P.COURSE_EDIT, P.COURSE_PUBLISH, P.FRAMEWORK_PUBLISH, P.EVALUATION_REVIEW}),
    Role.COMMISSIONER: frozenset({
        P.UPTAKE_READ, P.HEADCOUNT_RECORD, P.SPENDING_RECORD, P.RETURN_MAKE, P.RETURN_SIGN, P.NEEDS_READ,
        P.NEEDS_COMMISSION,
    }),
    Role.LEAD_SUPERVISOR: frozenset({
        P.SUPERVISION_READ, P.SUPERVISION_ASSIGN, P.SUPERVISION_DEMAND, P.LICENCE_ISSUE, P.SIGN_OFF_MODERATE,
    }),
    Role.TRAINING_LEAD: frozenset({P.NEEDS_ANSWER, P.UPTAKE_READ}),
    Role.FRAMEWORK_EDITOR: frozenset({P.FRAMEWORK_EDIT, P.FRAMEWORK_PUBLISH}),
    Role.APPROVER: frozenset({P.APPROVAL_READ, P.APPROVAL_KEEP}),
    Role.TEAM_LEAD: frozenset({P.TEAM_READ}),
}  # fmt: skip


@dataclass(frozen=True)
class Reach:
    """Whose records a permission reaches, for a query's WHERE. `everything` is the system's own reach."""

    people: frozenset[UUID] = frozenset()
    places: frozenset[UUID] = frozenset()
    everything: bool = False


@dataclass(frozen=True)
class Actor:
    """Who is acting: nobody (the default), a person, or the system itself."""

    person: UUID | None = None
    name: str = ""
    language: str = "en"
    supervises: frozenset[UUID] = frozenset()
    roles: frozenset[tuple[Role, UUID]] = frozenset()
    scopes: frozenset[Permission] | None = None
    """None: whatever the person may do. Otherwise a token's narrower list."""
    is_system: bool = False

    @classmethod
    def system(cls) -> "Actor":
        """The house itself: jobs, loaders, and reactions to what has happened."""
        return cls(name="Llwybr", is_system=True)

    @property
    def me(self) -> UUID:
        """Who is acting. Raises Forbidden when that is nobody."""
        if self.person is None:
            raise Forbidden()
        return self.person

    def may(self, permission: Permission, *, about: UUID | None = None, at: Lineage = ()) -> bool:
        """May this actor do it, about that person, at that organisation?"""
        if self.is_system or permission in EVERYONE:
            return True
        if self.scopes is not None and permission not in self.scopes:
            return False
        return (
            (about is not None and about == self.person and permission in OWN)
            or (about in self.supervises and permission in SUPERVISED)
            or any(place in at and permission in GRANTED[role] for role, place in self.roles)
        )

    def require(self, permission: Permission, *, about: UUID | None = None, at: Lineage = ()) -> None:
        """Raise Forbidden unless the actor may."""
        if not self.may(permission, about=about, at=at):
            raise Forbidden()

    def require_or_hide(self, permission: Permission, *, about: UUID | None = None, at: Lineage = ()) -> None:
        """Raise NotFound unless the actor may: for records whose very existence is private."""
        if not self.may(permission, about=about, at=at):
            raise NotFound()

    def might(self, permission: Permission) -> bool:
        """Could this actor do it to anyone at all? Asked by every edge before the view runs."""
        if self.is_system or permission in EVERYONE:
            return True
        if self.person is None or (self.scopes is not None and permission not in self.scopes):
            return False
        return (
            permission in OWN
            or (bool(self.supervises) and permission in SUPERVISED)
            or any(permission in GRANTED[role] for role, _ in self.roles)
        )

    def reach(self, permission: Permission) -> Reach:
        """Whose records the permission reaches. Empty sets reach nothing."""
        if self.is_system:
            return Reach(everything=True)
        if self.scopes is not None and permission not in self.scopes:
            return Reach()
        own = {self.person} if self.person and permission in OWN else set()
        people = own | (self.supervises if permission in SUPERVISED else frozenset())
        places = {place for role, place in self.roles if permission in GRANTED[role]}
        return Reach(frozenset(people), frozenset(places))
