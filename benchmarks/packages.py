"""Importing a cmi5 course of 1,000 units, beside what the same machine needs to unpack its zip and no more.

    python benchmarks/packages.py [folder for a throw-away database]

Prints medians of interleaved rounds: reading and judging alone, and the whole import (judged, unpacked, every part kept),
as ratios to `ZipFile.extractall` of the same file in the same run.
"""

import io
import shutil
import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from sqlalchemy import func, select

from courses.catalogue.models import Course
from courses.launch import formats
from courses.launch.packages import importing
from courses.launch.packages.models import ImportState, PackageNode
from lms.app import create_app
from lms.core import config, embedded, migrate
from lms.core.db import db, transaction
from lms.core.ids import new_id
from lms.core.permissions import Actor

UNITS, ROUNDS = 1000, 5
PAGE = b"<!DOCTYPE html><title>Page</title>" + b"<p>Words that somebody reads.</p>" * 200


def course_of(units: int, round_: int) -> bytes:
    """A zip of that many units, each a page; other bytes each round, so that nothing is there already."""
    parts = "".join(
        f'<au id="https://publisher.example/au/{n}" moveOn="Completed"><title><langstring lang="en">Unit {n}</langstring></title>'
        f'<description><langstring lang="en">Unit {n}</langstring></description><url>{n}/index.html</url></au>'
        for n in range(units)
    )  # fmt: skip
    structure = (
        '<courseStructure xmlns="https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd">'
        f'<course id="https://publisher.example/course"><title><langstring lang="en">Round {round_}</langstring></title>'
        f'<description><langstring lang="en">Course</langstring></description></course>{parts}</courseStructure>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cmi5.xml", structure)
        for n in range(units):
            archive.writestr(f"{n}/index.html", PAGE + str(n).encode())
    return out.getvalue()


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def unpacked_bare(data: bytes, folder: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)


def imported(data: bytes) -> None:
    with transaction():
        made = importing.begin(Actor.system(), "BENCH-1", io.BytesIO(data), "course.zip", ["en"], limit=10**9)
    importing.finish(made.id)
    db.session.refresh(made)
    assert made.state is ImportState.DONE, made.faults


def main(folder: Path) -> None:
    url = embedded.start(folder / "postgres")
    app = create_app(config.Settings(database_url=url, instance=folder, log_level="ERROR"))
    with app.app_context():
        migrate.upgrade()
        with transaction():
            db.session.add(Course(id=new_id(), code="BENCH-1", position=1))
        bare, reading, whole = [], [], []
        for round_ in range(ROUNDS):
            data, place = course_of(UNITS, round_), folder / f"bare-{round_}"
            bare.append(timed(lambda data=data, place=place: unpacked_bare(data, place)))  # type: ignore[misc]
            reading.append(timed(lambda data=data: formats.read(io.BytesIO(data), "course.zip", importing.limits())))  # type: ignore[misc]
            whole.append(timed(lambda data=data: imported(data)))  # type: ignore[misc]
        kept = db.session.scalar(select(func.count()).select_from(PackageNode))
    base = statistics.median(bare)
    print(f"{UNITS} units, {len(data) / 1e6:.1f} MB; parts kept: {kept}")
    print(f"unpack, and no more      {1000 * base:7.0f} ms    1.0")
    for name, found in (("read and judge", reading), ("import, all of it", whole)):
        print(f"{name:24} {1000 * statistics.median(found):7.0f} ms  {statistics.median(found) / base:5.1f}")


if __name__ == "__main__":
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    place = given or Path(tempfile.mkdtemp(prefix="llwybr-packages-"))
    try:
        main(place)
    finally:
        if given is None:
            shutil.rmtree(place, ignore_errors=True)
