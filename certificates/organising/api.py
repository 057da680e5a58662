"""JSON routes of cohorts, batches and what ends."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response

from certificates.drawing import PDF
from certificates.errors import WordsNotPrintable
from certificates.models import Award
from certificates.organising import queries, services
from certificates.organising.errors import CohortTooLarge, NobodyThere
from certificates.organising.models import BatchLine
from certificates.organising.schemas import (
    BatchIn,
    BatchLineOut,
    BatchOut,
    EditionIn,
    EndingQuery,
    SpecimenQuery,
    shown_award,
    shown_batch,
    shown_line,
    shown_preview,
)
from certificates.schemas import AwardPageOut
from certificates.wallet.errors import NoCertificates
from certificates.wallet.schemas import AwardCopyOut, shown_copy
from lms.core import clock
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api
from lms.core.web.paging import PageQuery, page_of, page_schema

api = Api("award_batches", __name__, description="Certificates of a cohort at once, and those that end soon")

MANAGE = Permission.AWARD_REVOKE
ONE = "/award-batches/<uuid:batch_id>"
Json = dict[str, Any]


@api.operation(
    "POST", "/award-batches", needs=MANAGE, body=BatchIn, returns=(202, BatchOut), raises=(CohortTooLarge, NobodyThere)
)
def issue(actor: Actor, course: str, since: date | None, until: date | None, completes: bool, dry_run: bool) -> Json:
    """Issue to everyone in a cohort who is due a certificate, by a job; or, with `dry_run`, say what that would do."""
    if dry_run:
        return shown_preview(services.preview(actor, course, since, until, completes=completes), completes=completes)
    made = services.issue_to(actor, course, since, until, completes=completes)
    return shown_batch(made, queries.outcomes_of(made.id))


@api.operation("GET", ONE, needs=MANAGE, returns=(200, BatchOut))
def batch(actor: Actor, batch_id: UUID) -> Json:
    """How far a batch of yours is."""
    return shown_batch(services.batch(actor, batch_id), queries.outcomes_of(batch_id))


@api.operation("GET", f"{ONE}/lines", needs=MANAGE, query=PageQuery, returns=(200, page_schema(BatchLineOut)))
def lines(actor: Actor, batch_id: UUID, cursor: str | None, size: int) -> Json:
    """What became of each person in it."""
    found = services.batch(actor, batch_id)
    page = page_of(queries.lines_of(found.id), cursor, size, key=(BatchLine.enrolment_id,))
    return {"items": [shown_line(each) for each in page.items], "next": page.next}


@api.operation(
    "POST", f"{ONE}/copies", needs=MANAGE, body=EditionIn, returns=(202, AwardCopyOut), raises=(NoCertificates,)
)
def copies(actor: Actor, batch_id: UUID, edition: str) -> Json:
    """Ask for its certificates as one zip; it is fetched as any copy of certificates is."""
    return shown_copy(services.zip_of(actor, batch_id, edition))


@api.operation(
    "GET", "/award-specimen", needs=MANAGE, query=SpecimenQuery, returns=(200, None), raises=(WordsNotPrintable,),
    media_type=PDF,
)  # fmt: skip
def specimen(actor: Actor, course: str, edition: str) -> Response:
    """How the certificates of a course look: marked as a specimen."""
    return Response(services.specimen(actor, course, edition), mimetype=PDF)


@api.operation("GET", "/awards-ending", needs=MANAGE, query=EndingQuery, returns=(200, AwardPageOut))
def ending(actor: Actor, cursor: str | None, size: int, days: int) -> Json:
    """Certificates that end within so many days, or have within as many, and are not renewed; the first to end first."""
    found = queries.ending(actor.reach(MANAGE), clock.today(), days)
    page = page_of(found, cursor, size, key=(Award.valid_until, Award.id))
    return {"items": [shown_award(each) for each in page.items], "next": page.next}
