"""JSON and files of exploring."""

from typing import Any

from flask import Response, g

from lms.core.open_documents import ODS
from lms.core.permissions import Actor, Permission
from lms.core.spreadsheets import XLSX
from lms.core.web.api import Api
from lms.reporting import answering, exports, shapes, workbooks
from lms.reporting.errors import NoSuchPeriod, NotAMoment, NotDividedSo, NotInTheGrid
from lms.reporting.schemas import ExploreOut, ExploreQuery
from lms.reporting.services import Asked

api = Api("explore", __name__, description="Any measure, laid out as you ask: people, never names, and no small counts")

READ = Permission.UPTAKE_READ
REFUSED = (NoSuchPeriod, NotAMoment, NotInTheGrid, NotDividedSo)
SLUG = "explore"


@api.operation(
    "GET", "/reports/explore", needs=READ, query=ExploreQuery, returns=(200, ExploreOut), raises=REFUSED,
)  # fmt: skip
def explore(actor: Actor, **given: Any) -> dict[str, Any]:
    """One measure by one dimension or two, within your reach and the permitted grid of divisions."""
    asked = Asked(**given)
    answer = answering.answer(actor, SLUG, asked)
    filters = answer.view.filters
    return shapes.of_answer(answer) | {
        "measure": asked.counted, "group": asked.group, "columns": asked.columns, "sector": filters.sector,
        "course": asked.course,
    }  # fmt: skip


@api.operation(
    "GET", "/reports/explore/figures.csv", needs=READ, query=ExploreQuery, returns=(200, None), raises=REFUSED,
    media_type="text/csv",
)  # fmt: skip
def explore_csv(actor: Actor, **given: Any) -> Response:
    """The same as CSV, with its filters, definition and disclosure rule above the table."""
    return exports.csv_file(answering.answer(actor, SLUG, Asked(**given)), g.lang)


@api.operation(
    "GET", "/reports/explore/figures.xlsx", needs=READ, query=ExploreQuery, returns=(200, None), raises=REFUSED,
    media_type=XLSX,
)  # fmt: skip
def explore_xlsx(actor: Actor, **given: Any) -> Response:
    """The same as a workbook."""
    return workbooks.answer_file(answering.answer(actor, SLUG, Asked(**given)), g.lang)


@api.operation(
    "GET", "/reports/explore/figures.ods", needs=READ, query=ExploreQuery, returns=(200, None), raises=REFUSED,
    media_type=ODS,
)  # fmt: skip
def explore_ods(actor: Actor, **given: Any) -> Response:
    """The same as an OpenDocument spreadsheet."""
    return workbooks.answer_file(answering.answer(actor, SLUG, Asked(**given)), g.lang, "ods")
