"""Frameworks in the making, and people who work on them."""

from typing import Any
from uuid import UUID

from frameworks.editing import queries, services
from frameworks.editing.models import Part
from frameworks.models import FrameworkVersion
from lms.accounts.models import Person
from lms.accounts.queries import primary_email
from lms.core.db import transaction
from lms.core.ids import new_id
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Role
from tests.factories.accounts import grant, make_person, organisation


def make_editor(at: str = "WALES") -> Person:
    person = make_person()
    grant(person, Role.FRAMEWORK_EDITOR, organisation(at))
    return person


def acting(person: Person, role: Role | None = None, at: str = "WALES") -> Actor:
    roles = frozenset({(role, organisation(at).id)} if role else set())
    return Actor(person=person.id, name=person.display_name, roles=roles)


def editing(person: Person) -> Actor:
    return acting(person, Role.FRAMEWORK_EDITOR)


def draft_of(code: str = "CAMHS", editor: Person | None = None) -> FrameworkVersion:
    """The next version of a framework, begun by that editor."""
    with transaction():
        made = services.revise(editing(editor or make_editor()), code)
    return queries.whole(made.id)


def with_reviewer(version: FrameworkVersion, editor: Person, reviewer: Person, part: Part = Part.SIGN) -> None:
    with transaction():
        services.ask(editing(editor), version.id, primary_email(reviewer.id) or "", part)


def in_review(version: FrameworkVersion, editor: Person) -> Person:
    """Sent to a reviewer, who has to sign."""
    reviewer = make_person()
    with_reviewer(version, editor, reviewer)
    with transaction():
        services.submit(editing(editor), version.id)
    return reviewer


def signed(version: FrameworkVersion, reviewer: Person, agreed: bool = True) -> None:
    digest, _missing = queries.standing(queries.whole(version.id))
    with transaction():
        services.sign(acting(reviewer), version.id, digest, agreed, "Read.")


def published(version: FrameworkVersion, editor: Person) -> FrameworkVersion:
    signed(version, in_review(version, editor))
    with transaction():
        services.publish(editing(editor), version.id)
    return queries.whole(version.id)


def fill_with_statements(version_id: UUID, how_many: int, domains: int = 8) -> None:
    """Many statements in an open draft, straight into its tables."""
    from sqlalchemy import insert, select

    from frameworks.models import Domain, Level, Statement
    from lms.core.db import db

    with transaction():
        level = db.session.scalars(select(Level).where(Level.version_id == version_id).limit(1)).one()
        made = [
            Domain(id=new_id(), version_id=version_id, code=f"N{number}", position=100 + number,
                   title=Bilingual(f"Domain {number}", f"Maes {number}"), course_codes=[])
            for number in range(domains)
        ]  # fmt: skip
        db.session.add_all(made)
        db.session.flush()
        rows: list[dict[str, Any]] = [
            {"version_id": version_id, "code": f"N.{number}", "position": 1000 + number, "level_id": level.id,
             "domain_id": made[number % domains].id, "wording_en": f"Says thing {number}.",
             "wording_cy": f"Yn dweud peth {number}."}
            for number in range(how_many)
        ]  # fmt: skip
        db.session.execute(insert(Statement), rows)
