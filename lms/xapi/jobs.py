"""What the record store tends to every night."""

from datetime import timedelta

from sqlalchemy import delete, text

from lms.core import clock
from lms.core.db import db
from lms.core.jobs import job
from lms.xapi import partitions
from lms.xapi.models import Credential, StatementImport

KEPT_AFTER_END = timedelta(days=30)


@job("xapi.tend", every="7 1 * * *")
def tend() -> None:
    """Make the partitions of the coming months; forget launch credentials and imports that ended a while ago: what an import
    found wrong may name people."""
    for name, first, after in partitions.months(clock.now()):
        if not _is_filled(first, after):
            db.session.execute(text(partitions.sql(name, first, after)))
    db.session.execute(delete(StatementImport).where(StatementImport.ended_at < clock.now() - KEPT_AFTER_END))
    db.session.execute(
        delete(Credential).where(Credential.about_id.is_not(None), Credential.until < clock.now() - KEPT_AFTER_END)
    )


def _is_filled(first: int, after: int) -> bool:
    """Rows of that month lie in the default partition already; PostgreSQL would refuse to make another for them."""
    asked = text("SELECT EXISTS (SELECT FROM statement_default WHERE seq >= :first AND seq < :after)")
    return bool(db.session.scalar(asked, {"first": first, "after": after}))
