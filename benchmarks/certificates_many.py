"""Ten thousand certificates as one job: how many a second, sealed or not, and whether memory stays flat.

First what the export's job does, without the database: draw, seal, write into a zip, forget. Then the job itself, with
awards in a database of its own, no key to seal with, files kept one by one and the zip stored at the end. Resident memory
is read every tenth. Run: python benchmarks/certificates_many.py [how many [how many through the job]]
"""

import os
import sys
import tempfile
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.certificates import bare_page, best, snapshot
from certificates import drawing
from certificates.designs import CURRENT, DESIGNS, SEAL_FIELD
from certificates.pdf import sealing

ROOT = Path(__file__).parents[1]
LIMIT = best(bare_page)
"""Seconds of processor time for the least that ReportLab can do."""


def resident() -> float:
    """Megabytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1_000_000


def run(many: int, key: sealing.SealKey | None) -> None:
    draw, started, memory = DESIGNS[CURRENT], time.process_time(), []
    with tempfile.TemporaryFile() as out, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as package:
        for number in range(many):
            content = draw(snapshot(number), "cy" if number % 2 else "en")
            if key is not None:
                content = sealing.sealed(content, SEAL_FIELD, key, reason="Certificate")
            package.writestr(f"{number}.pdf", content)
            if number % max(many // 10, 1) == 0:
                memory.append(resident())
    tell("sealed" if key else "unsealed", many, time.process_time() - started, memory)


def tell(what: str, many: int, spent: float, memory: list[float]) -> None:
    """`memory` at each tenth: what is read once is there after the first."""
    print(f"{what:22}{many:7} in {spent:6.1f} s of processor time, {many / spent:5.0f} a second, "
          f"{spent / many / LIMIT:5.1f} x a bare page; memory {memory[1]:.0f} MB after a tenth, {memory[-1]:.0f} MB at the end "
          f"({memory[-1] - memory[1]:+.0f} MB, {memory[-1] / memory[1]:.2f} x)")  # fmt: skip


def job(many: int) -> None:
    """The job, over editions of one certificate, in the tests' way of making a database."""
    os.environ.setdefault("LLWYBR_LOG_LEVEL", "ERROR")
    import psycopg

    from lms.app import create_app
    from lms.core import config, embedded
    from tests.conftest import database_url

    server = os.environ.get("TEST_DATABASE_URL") or embedded.start(ROOT / "var" / "bench-postgres")
    name = f"bench_certificates_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    try:
        with tempfile.TemporaryDirectory() as folder:
            settings = config.Settings(
                database_url=database_url(server, name), instance=Path(folder), secret_key="k" * 40, development=False
            )
            app = create_app(settings)
            app.test_cli_runner().invoke(args=["prepare"])
            with app.app_context():
                export(many)
                from lms.core.db import db

                db.session.remove()
                db.engine.dispose()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def export(many: int) -> None:
    from sqlalchemy import insert, select

    from certificates import rules, snapshots
    from certificates.models import Award, AwardEvent, AwardExport
    from certificates.wallet import exporting
    from lms.core import clock, files
    from lms.core.db import db, record, transaction
    from lms.core.ids import new_id
    from tests.factories.certificates import make_award

    first = make_award()
    same = {
        key: getattr(first, key)
        for key in ("learner_id", "enrolment_id", "course_version_id", "course_code", "kind", "completed_on", "issued_on",
                    "design", "achievement_id", "organisation_lineage")
    }  # fmt: skip
    for start in range(2, many + 2, 500):
        rows = []
        for edition in range(start, min(start + 500, many + 2)):
            words = snapshot(edition).stored()
            rows.append(same | {
                "id": new_id(), "edition": edition, "number": words["number"], "code": rules.new_code(), "snapshot": words,
                "snapshot_hash": snapshots.fingerprint(words), "name_visibility": rules.NameVisibility.PRINTED,
            })  # fmt: skip
        with transaction():
            db.session.execute(insert(Award), rows)
            db.session.execute(insert(AwardEvent), [
                {"id": new_id(), "award_id": each["id"], "kind": rules.AwardEventKind.ISSUED, "at": clock.now()}
                for each in rows
            ])  # fmt: skip
        db.session.expunge_all()
    with transaction():
        ids = list(db.session.scalars(select(Award.id).where(Award.id != first.id).order_by(Award.number)))
        asked = record(AwardExport(asked_by=first.learner_id, asked_at=clock.now(), edition="cy", award_ids=ids))
        asked_id = str(asked.id)
    db.session.remove()
    memory, tenths = [resident()], max(many // 10, 1)
    sealed_before = drawing.certificate_file
    count = 0

    def counted(award: Award, edition: str) -> bytes:
        nonlocal count
        count += 1
        if count % tenths == 0:
            memory.append(resident())
        return sealed_before(award, edition)

    drawing.certificate_file = counted
    begun, started = time.perf_counter(), time.process_time()
    exporting.make(asked_id)
    spent, waited = time.process_time() - started, time.perf_counter() - begun
    memory.append(resident())
    tell("the job, unsealed", many, spent, memory)
    made = db.session.get_one(AwardExport, asked.id)
    size = made.file_id and db.session.get_one(files.StoredFile, made.file_id).size
    print(
        f"{'':22}{waited:.0f} s by the clock, {many / waited:.0f} a second; a zip of {(size or 0) / 1_000_000:.0f} MB"
    )


def main() -> None:
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    run(many, None)
    run(many // 10, sealing.read_key(sealing.new_key("Llwybr, for measuring", datetime.now(UTC))))
    job(int(sys.argv[2]) if len(sys.argv) > 2 else many)


if __name__ == "__main__":
    main()
