"""Reads: people, places and what joins them, as at a day."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, literal, or_, select, true
from sqlalchemy.orm import joinedload, selectinload

from lms.accounts.models import (
    ApiToken,
    EmailAddress,
    EmailConfirmation,
    JobRole,
    Membership,
    Organisation,
    Person,
    ProfessionalRegistration,
    Register,
    RoleGrant,
    SectorName,
    ServiceSetting,
    SignIn,
    StaffGroup,
)  # fmt: skip
from lms.core import clock
from lms.core.audit import AuditEntry
from lms.core.db import Day, db, get_or_refuse
from lms.core.errors import NotFound
from lms.core.mail import MailMessage
from lms.core.permissions import GRANTED, Permission, Reach


def person(person_id: UUID) -> Person:
    """The person, with addresses. Raises NotFound."""
    return get_or_refuse(Person, person_id)


def person_at(address: str) -> Person | None:
    """Whoever confirmed that address."""
    found: Person | None = db.session.scalar(
        select(Person).join(EmailAddress).where(EmailAddress.address == address.strip().lower())
    )
    return found


def primary_email(person_id: UUID) -> str | None:
    """Where mail to this person goes; None: nowhere."""
    return db.session.scalar(
        select(EmailAddress.address).where(EmailAddress.person_id == person_id, EmailAddress.is_primary)
    )


def emails_of(person_id: UUID) -> list[EmailAddress]:
    return list(db.session.scalars(
        select(EmailAddress).where(EmailAddress.person_id == person_id)
        .order_by(EmailAddress.is_primary.desc(), EmailAddress.address)
    ))  # fmt: skip


def unconfirmed_emails_of(person_id: UUID) -> list[str]:
    """Addresses whose confirmation was asked for and may still come."""
    return list(db.session.scalars(
        select(EmailConfirmation.address).distinct().where(
            EmailConfirmation.person_id == person_id,
            EmailConfirmation.used_at.is_(None),
            EmailConfirmation.until > clock.now(),
        ).order_by(EmailConfirmation.address)
    ))  # fmt: skip


def live(day: Day) -> ColumnElement[bool]:
    """Memberships in force on that day."""
    return and_(Membership.starts_on <= day, or_(Membership.ends_on.is_(None), Membership.ends_on >= day))


def _joined() -> Select[Membership]:
    return select(Membership).options(
        joinedload(Membership.organisation), joinedload(Membership.job_role), joinedload(Membership.setting)
    )


def membership_on(person_id: UUID, day: date) -> list[Membership]:
    """The memberships in force on that day, newest first, with organisation, job role and setting."""
    return list(db.session.scalars(
        _joined().where(Membership.person_id == person_id, live(day))
        .order_by(Membership.starts_on.desc(), Membership.id.desc())
    ))  # fmt: skip


def memberships_of(person_id: UUID) -> Select[Membership]:
    """All memberships, past ones too, with organisation, job role and setting."""
    return _joined().where(Membership.person_id == person_id)


def registrations_of(person_id: UUID) -> list[tuple[ProfessionalRegistration, str]]:
    """Entries in registers with the register's name; those in force first."""
    rows = db.session.execute(
        select(ProfessionalRegistration, Register.name)
        .join(Register, Register.code == ProfessionalRegistration.register_code)
        .where(ProfessionalRegistration.person_id == person_id)
        .order_by(ProfessionalRegistration.ended_on.is_not(None), Register.name, ProfessionalRegistration.id)
    )
    return [(row[0], row[1]) for row in rows]


def grants_of(person_id: UUID, day: date) -> list[RoleGrant]:
    """Roles in force on that day or later, with their organisations."""
    return list(db.session.scalars(
        select(RoleGrant).options(joinedload(RoleGrant.organisation))
        .where(RoleGrant.person_id == person_id, or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= day))
        .order_by(RoleGrant.starts_on, RoleGrant.id)
    ))  # fmt: skip


def gives(permission: Permission, day: Day) -> ColumnElement[bool]:
    """Of `RoleGrant`: gives that permission on that day. This is the one place where a permission is asked for its holders."""
    return and_(
        RoleGrant.role.in_([role for role, granted in GRANTED.items() if permission in granted]),
        RoleGrant.starts_on <= day, or_(RoleGrant.ends_on.is_(None), RoleGrant.ends_on >= day),
    )  # fmt: skip


def holders(permission: Permission, organisations: Collection[UUID] | None = None) -> dict[UUID, list[Person]]:
    """Who holds a permission today, with their addresses, by the organisation that granted it: one of these, or a root.

    An organisation without anybody is absent. Two queries.
    """
    where = Organisation.parent_id.is_(None) if organisations is None else Organisation.id.in_(organisations)
    rows = db.session.execute(
        select(Organisation.id, Person)
        .join(RoleGrant, RoleGrant.organisation_id == Organisation.id)
        .join(Person, Person.id == RoleGrant.person_id)
        .options(selectinload(Person.emails))
        .where(where, gives(permission, clock.today()))
        .order_by(func.array_length(Organisation.lineage, 1).desc(), Person.id)
    )
    found: dict[UUID, list[Person]] = {}
    for organisation, holder in rows:
        if holder not in found.setdefault(organisation, []):
            found[organisation].append(holder)
    return found


def nearest_holders(permission: Permission, lineage: Collection[UUID], but: UUID | None = None) -> list[Person]:
    """Who holds a permission nearest to a place, of the organisations from the root down to it; never `but`.

    Who is with no organisation is in the root's care.
    """
    for people in holders(permission, lineage or None).values():  # the deepest first
        if left := [each for each in people if each.id != but]:
            return left
    return []


def sign_ins_of(person_id: UUID) -> list[SignIn]:
    """Browsers signed in now, last seen first."""
    return list(db.session.scalars(
        select(SignIn).where(SignIn.person_id == person_id, SignIn.ended_at.is_(None))
        .order_by(SignIn.seen_at.desc()).limit(100)
    ))  # fmt: skip


def tokens_of(person_id: UUID) -> Select[ApiToken]:
    """Tokens that still work."""
    return select(ApiToken).where(
        ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None), ApiToken.until > clock.now()
    )


def lineage(organisation_id: UUID) -> tuple[UUID, ...]:
    """The ids from the root down to the organisation. Raises NotFound."""
    return tuple(get_or_refuse(Organisation, organisation_id).lineage)


def lineages_of(person_id: UUID) -> tuple[UUID, ...]:
    """Every organisation that the person is in today, with all above it: for `at=` when acting about the person.

    Somebody without a body (a carer, a member of the public) is in the root's care, so that somebody can help them.
    """
    found = db.session.scalars(
        select(func.unnest(Organisation.lineage)).distinct()
        .join_from(Membership, Organisation)
        .where(Membership.person_id == person_id, live(clock.today()))
    ).all()  # fmt: skip
    return tuple(found) or tuple(db.session.scalars(select(Organisation.id).where(Organisation.parent_id.is_(None))))


def people_within(reach: Reach, person_id: Any) -> ColumnElement[bool]:
    """A WHERE: the people that a permission reaches. The counterpart of `lineages_of`."""
    if reach.everything:
        return true()
    mine = person_id.in_(reach.people) if reach.people else false()
    if not reach.places:
        return mine
    placed = and_(Membership.person_id == person_id, live(clock.today()))
    within = exists(
        select(literal(1)).select_from(Membership).join(Organisation)
        .where(placed, Organisation.lineage.overlap(list(reach.places)))
    )  # fmt: skip
    root = exists(select(literal(1)).where(Organisation.parent_id.is_(None), Organisation.id.in_(reach.places)))
    unplaced = ~exists(select(literal(1)).where(placed, Membership.organisation_id.is_not(None)))
    return or_(mine, within, and_(root, unplaced))


def people(reach: Reach, words: str = "") -> Select[Person]:
    """People within reach whose name or address holds the words, accents and circumflexes folded."""
    found = (
        select(Person).where(people_within(reach, Person.id))
        .options(
            selectinload(Person.emails),
            selectinload(Person.memberships).joinedload(Membership.organisation),
            selectinload(Person.memberships).joinedload(Membership.job_role),
        )
    )  # fmt: skip
    for word in words.split()[:6]:
        part = _like(word)
        address = exists(
            select(literal(1)).where(EmailAddress.person_id == Person.id, EmailAddress.address.like(part, escape="\\"))
        )
        folded = func.fold(part)
        names = [func.fold(each).like(folded, escape="\\") for each in (Person.display_name, Person.legal_name)]
        found = found.where(or_(*names, address))
    return found


def organisations(words: str = "") -> Select[Organisation]:
    """Organisations whose name (either language) or code holds the words."""
    found = select(Organisation)
    for word in words.split()[:6]:
        part = _like(word)
        columns = (Organisation.name_en, Organisation.name_cy, Organisation.code)
        found = found.where(or_(*(func.fold(column).like(func.fold(part), escape="\\") for column in columns)))
    return found


def body(code: str) -> Organisation:
    """The organisation with that code; without one, the root. Raises NotFound."""
    wanted = Organisation.code == code if code else Organisation.parent_id.is_(None)
    found: Organisation | None = db.session.scalar(select(Organisation).where(wanted))
    if found is None:
        raise NotFound()
    return found


def below(organisation_id: UUID) -> Select[Organisation]:
    """Those directly below."""
    return select(Organisation).where(Organisation.parent_id == organisation_id)


def above(organisation: Organisation) -> list[Organisation]:
    """Those above, from the root down, without the organisation itself."""
    ids = organisation.lineage[:-1]
    found = {each.id: each for each in db.session.scalars(select(Organisation).where(Organisation.id.in_(ids)))}
    return [found[each] for each in ids]


def _like(word: str) -> str:
    """A LIKE pattern for a part, with LIKE's own signs taken literally."""
    plain = word.lower().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{plain}%"


@dataclass(frozen=True)
class Branch:
    """An organisation in the order of the tree; `depth` 0 is the root."""

    organisation: Organisation
    depth: int


def organisation_tree(language: str = "en") -> list[Branch]:
    """Every organisation, each below its parent, brothers by name."""
    below: dict[UUID | None, list[Organisation]] = {}
    for each in db.session.scalars(select(Organisation)):
        below.setdefault(each.parent_id, []).append(each)
    return list(_walk(below, None, 0, language))


def _walk(below: dict[UUID | None, list[Organisation]], parent: UUID | None, depth: int, lang: str) -> Iterable[Branch]:
    for each in sorted(below.get(parent, []), key=lambda body: body.name.in_(lang).casefold()):
        yield Branch(each, depth)
        yield from _walk(below, each.id, depth + 1, lang)


def sectors() -> list[SectorName]:
    return list(db.session.scalars(select(SectorName).order_by(SectorName.position)))


def staff_groups() -> list[StaffGroup]:
    return list(db.session.scalars(select(StaffGroup)))


def job_roles() -> list[JobRole]:
    return list(db.session.scalars(select(JobRole)))


def settings() -> list[ServiceSetting]:
    return list(db.session.scalars(select(ServiceSetting)))


def registers() -> list[Register]:
    return list(db.session.scalars(select(Register).order_by(Register.name)))


def audit_entries(
    reach: Reach, *, about: UUID | None = None, thing: str = "", since: date | None = None, until: date | None = None
) -> Select[AuditEntry]:
    """The trail about, or by, people within reach. `thing`: a kind, an action's beginning, or a thing's id."""
    found = select(AuditEntry)
    if not reach.everything and not _root_is_in(reach):
        found = found.where(or_(people_within(reach, AuditEntry.about_id), people_within(reach, AuditEntry.actor_id)))
    if about:
        found = found.where(or_(AuditEntry.about_id == about, AuditEntry.actor_id == about))
    if thing:
        found = found.where(or_(
            AuditEntry.thing_kind == thing, AuditEntry.thing_id == thing,
            AuditEntry.action.startswith(thing, autoescape=True),
        ))  # fmt: skip
    day = func.date(func.timezone("Europe/London", AuditEntry.at))
    found = found.where(day >= since) if since else found
    return found.where(day <= until) if until else found


def _root_is_in(reach: Reach) -> bool:
    """The root's reach is everything, entries about nobody too."""
    roots = select(Organisation.id).where(Organisation.parent_id.is_(None), Organisation.id.in_(reach.places))
    return db.session.scalar(select(exists(roots))) is True


def names_of(people_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Display names by id, in one query."""
    rows = db.session.execute(select(Person.id, Person.display_name).where(Person.id.in_({i for i in people_ids if i})))
    return {row.id: row.display_name for row in rows}


def grant(grant_id: UUID) -> RoleGrant:
    """A role with its organisation and its holder. Raises NotFound."""
    found: RoleGrant | None = db.session.scalar(
        select(RoleGrant)
        .options(joinedload(RoleGrant.organisation), joinedload(RoleGrant.person))
        .where(RoleGrant.id == grant_id)
    )
    if found is None:
        raise NotFound()
    return found


def mail() -> Select[MailMessage]:
    return select(MailMessage)
