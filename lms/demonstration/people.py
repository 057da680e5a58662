"""The demonstration's people: rows of person, address, membership and role."""

import random
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from lms.accounts.models import EmailAddress, JobRole, Membership, Organisation, Person, RoleGrant, Sector
from lms.accounts.passwords import hash_password
from lms.core import clock
from lms.core.db import db
from lms.core.ids import new_id
from lms.demonstration.cast import CAST, DOMAIN, PASSWORD, POSTS, Part, names


class Crowd:
    """Rows that are being gathered, and how to find the bodies that they name."""

    def __init__(self, random_: random.Random) -> None:
        self.random = random_
        self.bodies = {body.code: body for body in db.session.scalars(select(Organisation))}
        self.job_roles = set(db.session.scalars(select(JobRole.code)))
        self.password_hash = hash_password(PASSWORD)
        self.rows: dict[Any, list[dict[str, Any]]] = {Person: [], EmailAddress: [], Membership: [], RoleGrant: []}
        self.members: list[dict[str, Any]] = []
        """The crowd's memberships, with the lineage of the body."""

    def add(self, name: str, language: str, address: str, *, may_sign_in: bool) -> UUID:
        person = new_id()
        self.rows[Person].append({
            "id": person, "display_name": name, "legal_name": name, "language": language, "is_demonstration": True,
            "password_hash": self.password_hash if may_sign_in else None,
        })  # fmt: skip
        self.rows[EmailAddress].append(
            {"id": new_id(), "person_id": person, "address": address, "verified_at": clock.now(), "is_primary": True}
        )
        return person

    def join(
        self, person: UUID, code: str | None, job_role: str | None, setting: str | None, sector: str | None, paid: bool,
        since: date,
    ) -> dict[str, Any]:  # fmt: skip
        """Make the person a member; the sector is the body's unless another is given."""
        body = self.bodies[code] if code else None
        made = {
            "id": new_id(), "person_id": person, "organisation_id": body.id if body else None,
            "sector": Sector(sector) if sector else body.sector if body else Sector.PUBLIC,
            "job_role_code": job_role if job_role in self.job_roles else None, "setting_code": setting, "paid": paid,
            "starts_on": since, "ends_on": None,
        }  # fmt: skip
        self.rows[Membership].append(made)
        return made | {"lineage": list(body.lineage) if body else []}

    def save(self) -> None:
        for kind, rows in self.rows.items():
            if rows:
                db.session.execute(insert(kind), rows)


def make_people(random_: random.Random, today: date) -> tuple[dict[str, UUID], Crowd]:
    """Everybody: the cast by key, and the crowd."""
    crowd = Crowd(random_)
    cast = {part.key: _part(crowd, part, today) for part in CAST}
    fresh = names(random_)
    for post in POSTS:
        for _ in range(post.size):
            name, language = next(fresh)
            person = crowd.add(name, language, f"person{len(crowd.members) + 1}@{DOMAIN}", may_sign_in=False)
            since = today - timedelta(days=random_.randint(800, 3000))
            place, job_role = random_.choice(post.places), random_.choice(post.job_roles)
            setting = random_.choice(post.settings)
            crowd.members.append(crowd.join(person, place, job_role, setting, post.sector, post.paid, since))
    crowd.save()
    return cast, crowd


def _part(crowd: Crowd, part: Part, today: date) -> UUID:
    since = today - timedelta(days=900)
    person = crowd.add(part.name, part.language, part.address, may_sign_in=True)
    crowd.join(person, part.organisation, part.job_role, part.setting, part.sector, part.paid, since)
    for role, code in part.roles:
        crowd.rows[RoleGrant].append({
            "id": new_id(), "person_id": person, "role": role, "organisation_id": crowd.bodies[code].id,
            "starts_on": since, "ends_on": None,
        })  # fmt: skip
    return person
