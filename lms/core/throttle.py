"""How often somebody may try. Counted in PostgreSQL, so that all processes share one count."""

import hashlib
from datetime import UTC, datetime

from sqlalchemy import DateTime, LargeBinary, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import clock
from lms.core.db import db
from lms.core.errors import TooMany


class Attempts(db.Model):  # type: ignore[name-defined, misc]
    """Attempts in one window of time. The key is a digest: it may come from an e-mail address."""

    __tablename__ = "attempts"
    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    window_start: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    count: Mapped[int] = mapped_column(default=1)


def take(key: str, *, limit: int, per_seconds: int) -> None:
    """Count one attempt. Raises TooMany above `limit` in the running window of `per_seconds`.

    Uses a connection of its own: a refused request rolls back, and must be counted all the same.
    """
    reserve(key, 1, limit=limit, per_seconds=per_seconds)


def reserve(key: str, count: int, *, limit: int, per_seconds: int) -> int:
    """Take several attempts at once; return how many were left to take. Raises TooMany when none was."""
    now = clock.now()
    window = int(now.timestamp()) // per_seconds * per_seconds
    digest = hashlib.sha256(f"{per_seconds}:{key}".encode()).digest()
    statement = (
        insert(Attempts)
        .values(key=digest, window_start=datetime.fromtimestamp(window, UTC), count=count)
        .on_conflict_do_update(
            index_elements=["key", "window_start"], set_={"count": func.least(Attempts.count, limit) + count}
        )
        .returning(Attempts.count)
    )
    with db.engine.begin() as connection:
        taken = connection.execute(statement).scalar_one()
    before = taken - count
    if before >= limit:
        raise TooMany(retry_after=window + per_seconds - int(now.timestamp()))
    return min(count, limit - before)


def forget(key: str, *, per_seconds: int) -> None:
    """Start again at nought: the person has proved who they are."""
    digest = hashlib.sha256(f"{per_seconds}:{key}".encode()).digest()
    with db.engine.begin() as connection:
        connection.execute(Attempts.__table__.delete().where(Attempts.key == digest))


def sweep() -> None:
    """Drop windows older than a day."""
    db.session.execute(
        Attempts.__table__.delete().where(Attempts.window_start < func.now() - func.make_interval(0, 0, 0, 1))
    )
