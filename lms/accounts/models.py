"""People, organisations and what joins them. Everything that can end has a from and an until, both dates included."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core.db import Record, Reference, bilingual, stored
from lms.core.language import Bilingual
from lms.core.permissions import Role


class Sector(StrEnum):
    """Who a body or a person belongs to, for eligibility and for uptake. Source: data/organisations.yaml."""

    NHS = "nhs"
    SOCIAL_CARE = "social_care"
    THIRD_SECTOR = "third_sector"
    INDEPENDENT = "independent"
    EDUCATION = "education"
    POLICE_EMERGENCY = "police_emergency"
    WIDER_PUBLIC = "wider_public"
    LIVED_EXPERIENCE = "lived_experience"
    UNPAID_CARERS = "unpaid_carers"
    PUBLIC = "public"


class SectorName(Reference):
    """How a sector is called."""

    __tablename__ = "sector"
    title: Mapped[Bilingual] = bilingual("title")
    position: Mapped[int]


class StaffGroup(Reference):
    __tablename__ = "staff_group"
    title: Mapped[Bilingual] = bilingual("title")


class Register(Reference):
    """A professional register or accrediting body, such as NMC."""

    __tablename__ = "register"
    name: Mapped[str]


class ServiceSetting(Reference):
    """Where somebody works, such as `camhs` or `health_visiting`; framework requirements depend on it."""

    __tablename__ = "service_setting"
    title: Mapped[Bilingual] = bilingual("title")


class JobRole(Reference):
    """What somebody does, paid or not. `clinical`: gives care under a professional register or clinical supervision."""

    __tablename__ = "job_role"
    title: Mapped[Bilingual] = bilingual("title")
    staff_group: Mapped[str] = mapped_column(ForeignKey("staff_group.code"))
    registers: Mapped[list[str]] = mapped_column(ARRAY(Text))
    clinical: Mapped[bool]
    paid: Mapped[bool | None]


class Organisation(Record):
    """A body in the tree. `lineage` holds the ids from the root to itself; codes are official ones where known.

    `footprint_id`: the health board in whose area a local authority lies, for reports by area.
    """

    __tablename__ = "organisation"
    __table_args__ = (Index("ix_organisation_lineage", "lineage", postgresql_using="gin"),)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[Bilingual] = bilingual("name")
    kind: Mapped[str]
    sector: Mapped[Sector] = mapped_column(stored(Sector))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    lineage: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    ods_code: Mapped[str | None]
    gss_code: Mapped[str | None]
    footprint_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    verified: Mapped[str | None]
    source: Mapped[str | None]
    illustrative: Mapped[bool] = mapped_column(default=False, server_default="false")


class Person(Record):
    """Somebody with a record here. No employer, work e-mail or payroll number is needed.

    `display_name` is what colleagues see; `legal_name` is what certificates print.
    `password_hash` None: cannot sign in.
    """

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("language IN ('en', 'cy')", name="language"),
        Index("ix_person_display_name", "display_name"),
    )
    display_name: Mapped[str]
    legal_name: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")
    password_hash: Mapped[str | None]
    is_demonstration: Mapped[bool] = mapped_column(default=False, server_default="false")
    emails: Mapped[list["EmailAddress"]] = relationship(
        back_populates="person", order_by="EmailAddress.is_primary.desc(), EmailAddress.address"
    )
    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="person", foreign_keys="Membership.person_id", order_by="Membership.starts_on"
    )


class EmailAddress(Record):
    """An address of a person, kept in lower case. `verified_at` None: not yet shown to be theirs."""

    __tablename__ = "email_address"
    __table_args__ = (
        CheckConstraint("address = lower(address)", name="lower_case"),
        Index("uq_email_address_primary", "person_id", unique=True, postgresql_where="is_primary"),
    )
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    address: Mapped[str] = mapped_column(unique=True)
    verified_at: Mapped[datetime | None]
    is_primary: Mapped[bool] = mapped_column(default=False)
    person: Mapped[Person] = relationship(back_populates="emails")


class EmailConfirmation(Record):
    """A mailed link that shows an address to be a person's, once. Until then nobody holds the address."""

    __tablename__ = "email_confirmation"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    address: Mapped[str]
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    until: Mapped[datetime]
    used_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship()


class ProfessionalRegistration(Record):
    """A person's entry in a register, as last checked against the live register outside this system.

    `number` None: not told. `renews_on`: the day by which it is renewed, as the person says.
    """

    __tablename__ = "professional_registration"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    register_code: Mapped[str] = mapped_column(ForeignKey("register.code"))
    number: Mapped[str | None]
    renews_on: Mapped[date | None] = mapped_column(Date)
    checked_on: Mapped[date | None] = mapped_column(Date)
    checked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    ended_on: Mapped[date | None] = mapped_column(Date)


class Membership(Record):
    """A person's place in a body, from `starts_on` until `ends_on` (None: open). Several at once are normal.

    `organisation_id` None: on one's own, as an unpaid carer may be; then `sector` says what for.
    """

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="order"),
        Index("ix_membership_line_manager_id", "line_manager_id", postgresql_where="line_manager_id IS NOT NULL"),
    )
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    sector: Mapped[Sector] = mapped_column(stored(Sector))
    job_role_code: Mapped[str | None] = mapped_column(ForeignKey("job_role.code"))
    setting_code: Mapped[str | None] = mapped_column(ForeignKey("service_setting.code"))
    paid: Mapped[bool]
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    line_manager_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    person: Mapped[Person] = relationship(back_populates="memberships", foreign_keys=[person_id])
    organisation: Mapped[Organisation | None] = relationship()
    job_role: Mapped[JobRole | None] = relationship()
    setting: Mapped[ServiceSetting | None] = relationship()


class RoleGrant(Record):
    """A role that a person holds at an organisation and everywhere below it."""

    __tablename__ = "role_grant"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[Role] = mapped_column(stored(Role))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    granted_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    organisation: Mapped[Organisation] = relationship()


class SignIn(Record):
    """One browser that is signed in. Its cookie holds a secret; here is only the digest."""

    __tablename__ = "sign_in"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str | None]
    browser: Mapped[str | None]


class PasswordReset(Record):
    """A mailed link that sets a new password, once."""

    __tablename__ = "password_reset"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    until: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApiToken(Record):
    """A person's token for the API. `scopes` None: everything the person may do."""

    __tablename__ = "api_token"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str]
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    hint: Mapped[str]
    scopes: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime]
    until: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
