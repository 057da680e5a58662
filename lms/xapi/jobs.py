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
    bounds = {name: partitions.bounds_in(said) for name, said in db.session.execute(text(partitions.BOUNDS))}
    if new := partitions.missing(bounds[partitions.AFTER][0], clock.now()):
        for statement in partitions.growing(new):
            db.session.execute(text(statement))
    db.session.execute(delete(StatementImport).where(StatementImport.ended_at < clock.now() - KEPT_AFTER_END))
    db.session.execute(
        delete(Credential).where(Credential.about_id.is_not(None), Credential.until < clock.now() - KEPT_AFTER_END)
    )
