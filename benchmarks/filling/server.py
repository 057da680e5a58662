"""A throw-away database server with the settings of a server, not of a laptop; durable it need not be."""

import subprocess
import sys
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from lms.core import embedded

ROOT = Path(__file__).parents[2]
SETTINGS = {
    "shared_buffers": "2GB", "effective_cache_size": "8GB", "maintenance_work_mem": "512MB", "max_wal_size": "16GB",
    "random_page_cost": "1.1", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
    "max_parallel_maintenance_workers": "1", "autovacuum": "off",
}  # fmt: skip


def start(folder: Path) -> str:
    """URL of its maintenance database. Settings that need a restart are written by a process of its own."""
    if not (folder / "settled").exists():
        subprocess.run([sys.executable, "-m", __spec__.name, str(folder)], cwd=ROOT, check=True)
    return embedded.start(folder / "postgres")


def fresh(server: str, name: str) -> str:
    """URL of a new, empty database."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    return database(server, name)


def has(server: str, name: str) -> bool:
    with psycopg.connect(server) as connection:
        return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def rename(server: str, before: str, after: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {before} RENAME TO {after}")


def database(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _settle(folder: Path) -> None:
    with psycopg.connect(embedded.start(folder / "postgres"), autocommit=True) as connection:
        for name, value in SETTINGS.items():
            connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    (folder / "settled").touch()


if __name__ == "__main__":
    _settle(Path(sys.argv[1]))
