"""Any report's answer, for pages, the API and files alike."""

from lms.core.errors import NotFound
from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.reporting import asking, services
from lms.reporting.reports import BY_SLUG
from lms.reporting.reports.report import Answer, Report
from lms.reporting.services import Asked

TOO_FEW = Bilingual("Too few people to report on", "Rhy ychydig o bobl i adrodd arnynt")


def report_called(slug: str) -> Report:
    """The report of that address. Raises NotFound, also for one with pages of its own."""
    found = BY_SLUG.get(slug)
    if found is None or found.run is None:
        raise NotFound()
    return found


def answer(actor: Actor, slug: str, asked: Asked) -> Answer:
    """Run it, or say that too few people remain. Raises NotFound, Forbidden, Invalid; NotInTheGrid."""
    report = report_called(slug)
    seen = services.view(actor, asked)
    if not report.counts_others and services.narrowed_too_far(seen):
        return Answer(finding=TOO_FEW, sheets=(), withheld=True, **asking.made(report, seen, asked))
    assert report.run is not None
    return report.run(actor, asked)
