"""Packages of courses, registrations and sessions, put straight into the tables: for tests of what comes after importing.

A tree is written as it reads: `(unit("a"), block("b", unit("c"), unit("d", move_on=MoveOn.PASSED)))`.
"""

import hashlib
from collections.abc import Sequence
from itertools import count
from typing import Any
from uuid import uuid4

from courses.catalogue.models import Course
from courses.launch.cmi5.services import kept as kept_of
from courses.launch.cmi5.services import sent_for
from courses.launch.formats.structure import Block, Format, MoveOn, Unit
from courses.launch.packages import queries, storing
from courses.launch.packages.models import NodeKind, Package, PackageNode, PackageOffer
from courses.launch.sessions import services
from courses.launch.sessions.models import LaunchMode, Registration, Session
from courses.launch.sessions.noting import settle
from lms.accounts.models import Membership, Person
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.ids import new_id
from lms.core.permissions import Actor
from tests.factories.accounts import kept, make_person
from tests.factories.catalogue import make_course
from tests.factories.enrolments import make_enrolment

PUBLISHER = "https://publisher.example"
_numbers = count(1)


def unit(name: str, url: str | None = None, *, move_on: MoveOn = MoveOn.COMPLETED, **given: Any) -> Unit:
    """A unit that is a page of the package, unless `url` says otherwise."""
    title = {"en": f"Unit {name}", "cy": f"Uned {name}"}
    return Unit(f"{PUBLISHER}/au/{name}", title, url or f"{name}/index.html", move_on=move_on, **given)


def block(name: str, *children: Block | Unit) -> Block:
    return Block(f"{PUBLISHER}/block/{name}", {"en": f"Block {name}", "cy": f"Bloc {name}"}, children)


def make_package(
    course: Course | None = None, tree: Sequence[Block | Unit] = (), *, offered: bool = True, **given: Any
) -> Package:
    """A cmi5 package of one unit, unless the tree and `given` say otherwise; on offer in its languages."""
    course, number = course or make_course(), next(_numbers)
    root = Block(f"{PUBLISHER}/course/{course.code}", {"en": course.code}, tuple(tree) or (unit("one"),))
    before = db.session.scalars(queries.packages(course.id)).first()
    made = kept(
        Package(
            **{
                "id": new_id(), "course_id": course.id, "number": before.number + 1 if before else 1,
                "format": Format.CMI5, "languages": ["en", "cy"],
                "digest": hashlib.sha256(f"package {number}".encode()).digest(), "name": f"package-{number}.zip",
                "size": 1000, "manifest": b"", "warnings": [],
            }
            | given
        )
    )  # fmt: skip
    with transaction():
        db.session.add_all(_nodes(made, root, queries.known_keys(course.id)))
        if offered:
            db.session.add_all(
                PackageOffer(course_id=course.id, language=each, package_id=made.id) for each in made.languages
            )
    return made


def _nodes(package: Package, root: Block, known: Any) -> list[PackageNode]:
    made: list[PackageNode] = []

    def add(each: Block | Unit, parent: PackageNode | None) -> None:
        is_unit = isinstance(each, Unit)
        kind = NodeKind.UNIT if is_unit else NodeKind.BLOCK if parent else NodeKind.COURSE
        node = PackageNode(
            id=new_id(), package_id=package.id, position=len(made), parent_id=parent.id if parent else None, kind=kind,
            key=known.get((kind, each.publisher_id)) or new_id(), publisher_id=each.publisher_id,
            title=dict(each.title), description=dict(each.description), more={},
        )  # fmt: skip
        made.append(node)
        if isinstance(each, Unit):
            node.url, node.move_on, node.mastery_score = each.url, each.move_on, each.mastery_score
            node.launch_method, node.launch_parameters = each.launch_method, each.launch_parameters
            node.entitlement_key, node.activity_type, node.more = (
                each.entitlement_key,
                each.activity_type,
                dict(each.more),
            )
        else:
            for child in each.children:
                add(child, node)

    add(root, None)
    return made


def make_registration(
    package: Package | None = None,
    learner: Person | None = None,
    *,
    test: bool = False,
    membership: Membership | None = None,
    **given: Any,
) -> Registration:
    """A learner on the package, enrolled on its course; `test`: a test launch, without an enrolment."""
    package, learner = package or make_package(), learner or make_person()
    enrolment = None if test else make_enrolment(learner, package.course, membership)
    made = kept(
        Registration(
            **{
                "id": enrolment.registration if enrolment else uuid4(),
                "enrolment_id": enrolment.id if enrolment else None, "learner_id": learner.id,
                "package_id": package.id, "language": learner.language, "begun_at": clock.now(),
            }
            | given
        )
    )  # fmt: skip
    with transaction():
        settle(made, made.begun_at, None)
    return made


def make_session(
    registration: Registration | None = None, node: PackageNode | None = None,
    mode: LaunchMode = LaunchMode.NORMAL, **sent: Any,
) -> tuple[Session, str, str]:  # fmt: skip
    """A session as launching opens it, its credential fetched, and that one's key and secret. Of the first unit, unless
    `node` is given; `sent` over what content is told."""
    registration = registration or make_registration()
    node = node or queries.units(registration.package_id)[0]
    told = sent_for(registration.package, node, uuid4(), mode)
    with transaction():
        made, key, secret = services.open_session(
            Actor.system(),
            registration,
            node.id,
            mode,
            {**kept_of(registration.package, node, told), **sent},
            told.session,
        )
        made.fetched_at = made.launched_at
    return made, key, secret


def make_scorm(
    version: str = "1.2", files: dict[str, bytes] | None = None, course: Course | None = None, **given: Any
) -> Package:
    """A SCORM package of one SCO, `sco.html`, with its files unpacked. `given`: of the unit, and of the package by name."""
    of_package = {
        name: given.pop(name) for name in ("completion", "sandboxed", "outside", "languages") if name in given
    }
    files = files or {"sco.html": b"<!doctype html><title>SCO</title>"}
    sco = Unit("sco", {"en": "The SCO", "cy": "Y SCO"}, given.pop("url", "sco.html"),
               **{"move_on": MoveOn.COMPLETED_OR_PASSED} | given)  # fmt: skip
    kind = Format.SCORM_12 if version == "1.2" else Format.SCORM_2004
    return make_files(course, (sco,), files, format=kind, **of_package)


def make_files(course: Course | None, tree: Sequence[Block | Unit], files: dict[str, bytes], **given: Any) -> Package:
    """A package with these files, unpacked."""
    digest = hashlib.sha256(repr(sorted(files.items())).encode()).digest()
    storing.unpack(digest, ((name, [content]) for name, content in files.items()))
    return make_package(course, tree, digest=digest, **given)
