"""Files and addresses on their way to be packages: read, judged, unpacked, kept. Small ones while their sender waits.

A package is kept once all its files are there; until then nobody sees it. The same file sent again is another package
of the course over the same files.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from hashlib import sha256
from typing import BinaryIO
from uuid import UUID

from flask import current_app
from sqlalchemy import func, select

from courses.catalogue.models import Course
from courses.catalogue.services import require_editor
from courses.launch import formats
from courses.launch.formats import Limits
from courses.launch.formats.archive import Archive
from courses.launch.formats.structure import Block, Content, Unfit, Unit
from courses.launch.packages import queries, rules, storing
from courses.launch.packages.errors import LanguagesMissing
from courses.launch.packages.events import PackageKept
from courses.launch.packages.models import ImportState, NodeKind, Package, PackageImport, PackageNode
from lms.core import audit, clock, events, files
from lms.core.db import db, get_or_refuse, record, transaction
from lms.core.ids import new_id
from lms.core.jobs import enqueue, job
from lms.core.language import LANGUAGES, N_
from lms.core.permissions import Actor

AT_ONCE = 5_000_000
"""Bytes up to which a package is read while its sender waits."""
STEP = 20_000_000
"""Bytes after which a long unpacking says how far it is."""
MEDIA_TYPE = "application/octet-stream"

Told = Callable[[PackageImport, int], None]


def begin(
    actor: Actor, course_code: str, source: BinaryIO, name: str, languages: Collection[str], *, limit: int
) -> PackageImport:
    """Take a file in, of at most `limit` bytes. Raises Forbidden, NotFound, Invalid, TooLarge.

    What is wrong with the package itself is told by the import, which is refused then.
    """
    made = _begun(actor, course_code, name, languages)
    file = files.store(source, MEDIA_TYPE, limit=limit)
    made.file_id, made.size = file.id, file.size
    audit.record(actor, "package.sent", thing=made, course=course_code, name=name, size=file.size)
    if file.size <= AT_ONCE:
        run(made, _silent)
    else:
        enqueue(go_on, import_id=str(made.id))
    return made


def begin_link(actor: Actor, course_code: str, address: str, title: str, languages: Collection[str]) -> PackageImport:
    """A page elsewhere, as a package of one unit. Raises Forbidden, NotFound, Invalid."""
    made = _begun(actor, course_code, title, languages)
    made.address = address
    audit.record(actor, "package.sent", thing=made, course=course_code, address=address)
    run(made, _silent)
    return made


def _begun(actor: Actor, course_code: str, name: str, languages: Collection[str]) -> PackageImport:
    require_editor(actor)
    course = queries.course(course_code)
    chosen = [each for each in LANGUAGES if each in languages]
    if not chosen:
        raise LanguagesMissing(fields={"languages": N_("Choose the languages that the package is in")})
    return record(PackageImport(course_id=course.id, languages=chosen, name=name[:200], asked_by=actor.person))


def run(made: PackageImport, told: Told) -> None:
    """All of it. `told(made, done)` hears how many bytes are unpacked. An import that has ended is left alone."""
    if made.ended_at is not None:
        return
    try:
        if made.address is not None:
            _keep(made, formats.link(made.address, made.name), made.address.encode(), None)
            return
        file = db.session.get_one(files.StoredFile, made.file_id)
        with files.opened(file.id) as source:
            content, archive = formats.read(source, made.name, limits())
            if (entries := _entries(content, archive, source)) is not None:
                storing.unpack(file.sha256, _counted(made, entries, told))
    except Unfit as fault:
        made.state, made.ended_at = ImportState.REFUSED, clock.now()
        made.faults = [rules.told(each) for each in fault.findings]
        made.warnings = [rules.told(each) for each in fault.warnings]
        return
    _keep(made, content, None, file)


@job("content.import", queue="packages", retries=3, whole=False)
def go_on(import_id: str) -> None:
    """A large one."""
    finish(UUID(import_id))


def finish(import_id: UUID) -> None:
    """All that is left to do of it. Each step is told, so that its sender sees how far it is."""
    with transaction():
        made = get_or_refuse(PackageImport, import_id, lock=True)
        if made.ended_at is None:
            made.state = ImportState.READING
    with transaction():
        run(made, _committing)


def limits() -> Limits:
    """How large a package may be, by the settings."""
    found: Limits = current_app.config["PACKAGE_LIMITS"]
    return found


def percent(made: PackageImport) -> int:
    """How far it is, 0 to 100; all of the work is counted as unpacking."""
    if made.ended_at is not None:
        return 100
    return min(99, made.done * 100 // made.size) if made.size else 0


def _silent(_made: PackageImport, _done: int) -> None:
    """Who waits for the answer sees nothing before it."""


def _committing(made: PackageImport, done: int) -> None:
    with transaction():  # a step of a long job, seen at once; the package itself comes in the last one
        made.state, made.done = ImportState.UNPACKING, done


def _entries(
    content: Content, archive: Archive | None, source: BinaryIO
) -> Iterable[tuple[str, Iterable[bytes]]] | None:
    """The files to unpack; None: the package has none of its own (a bare cmi5.xml)."""
    if archive is not None:
        return archive.walk()
    if content.manifest:
        return None
    source.seek(0)
    (unit,) = content.root.units()
    return [(unit.url, iter(lambda: source.read(files.CHUNK), b""))]


def _counted(
    made: PackageImport, entries: Iterable[tuple[str, Iterable[bytes]]], told: Told
) -> Iterator[tuple[str, Iterator[bytes]]]:
    done, last = 0, 0

    def counting(pieces: Iterable[bytes]) -> Iterator[bytes]:
        nonlocal done, last
        for piece in pieces:
            done += len(piece)
            if done - last >= STEP:
                told(made, done)
                last = done
            yield piece

    for name, pieces in entries:
        yield name, counting(pieces)


def _keep(made: PackageImport, content: Content, address: bytes | None, file: files.StoredFile | None) -> None:
    """The package and its parts, in the caller's transaction. Whoever was faster has kept it already."""
    made = get_or_refuse(PackageImport, made.id, lock=True)
    if made.ended_at is not None:
        return
    course = get_or_refuse(Course, made.course_id, lock=True)  # numbers and keys are given one after the other
    number = db.session.scalar(select(func.max(Package.number)).where(Package.course_id == course.id)) or 0
    package = record(
        Package(
            course_id=course.id, number=number + 1, format=content.format, languages=made.languages,
            digest=file.sha256 if file else sha256(address or b"").digest(), file_id=file.id if file else None,
            name=made.name, size=file.size if file else 0, manifest=content.manifest,
            warnings=[rules.told(each) for each in content.warnings], imported_by=made.asked_by,
        )
    )  # fmt: skip
    _keep_nodes(package, content)
    events.publish(PackageKept(package.id))
    made.package_id, made.state, made.ended_at = package.id, ImportState.DONE, clock.now()
    made.done, made.warnings = made.size, package.warnings


def _keep_nodes(package: Package, content: Content) -> None:
    found = rules.parts(content)
    named = [(each.kind, each.node.publisher_id) for each in found]
    known = {(kind.value, name): key for (kind, name), key in queries.known_keys(package.course_id).items()}
    keys = rules.keys(named, known, queries.twin(package), iter(new_id, None))
    ids = [new_id() for _ in found]
    rows = [
        {
            "id": ids[place], "package_id": package.id, "position": place,
            "parent_id": ids[part.parent] if part.parent is not None else None, "kind": NodeKind(part.kind),
            "key": keys[place], **_described(part.node),
        }
        for place, part in enumerate(found)
    ]  # fmt: skip
    db.session.execute(PackageNode.__table__.insert(), rows)


def _described(node: Block | Unit) -> dict[str, object]:
    said: dict[str, object] = {
        "publisher_id": node.publisher_id, "title": dict(node.title), "description": dict(node.description),
    }  # fmt: skip
    if isinstance(node, Block):
        return said | dict.fromkeys(
            ("url", "move_on", "mastery_score", "launch_method", "launch_parameters", "entitlement_key", "activity_type")
        ) | {"more": {}}  # fmt: skip
    return said | {
        "url": node.url, "move_on": node.move_on, "mastery_score": node.mastery_score,
        "launch_method": node.launch_method, "launch_parameters": node.launch_parameters,
        "entitlement_key": node.entitlement_key, "activity_type": node.activity_type, "more": dict(node.more),
    }  # fmt: skip
