"""What learners say of one course, for those who write it: the report of evaluation narrowed to it, through the same rule."""

from typing import Any

from flask import g, url_for

from courses.catalogue import services as catalogue
from lms.core import clock
from lms.core.errors import NotFound
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api
from lms.core.web.pages import Pages
from lms.reporting import groups, shapes
from lms.reporting.queries import Filters
from lms.reporting.report_pages import cell
from lms.reporting.reports import evaluation, evaluation_words
from lms.reporting.reports.report import Answer
from lms.reporting.rules import periods
from lms.reporting.rules.disclosure import RULE
from lms.reporting.schemas import AnswerOut
from lms.reporting.services import Asked, View

pages = Pages("course_results", "lms.reporting", template_folder="templates")
api = Api("course_results", __name__, description="What learners say of a course, for its authors")

EDIT = Permission.COURSE_EDIT


def results_of(actor: Actor, code: str) -> Answer:
    """Everything that is kept of one course, all of Wales together. Raises Forbidden, NotFound."""
    catalogue.require_editor(actor)
    course = next((id for id, (known, _programme, _title) in groups.courses().items() if known == code), None)
    if course is None:
        raise NotFound()
    today = clock.today()
    since = periods.offered_months(today)[-1]
    filters = Filters(periods.Period(since, periods.end_of_month(today), today), course=course)
    seen = View(
        filters, groups.sectors(), [], groups.programmes(), {course: groups.courses()[course]}, everywhere=True, exact=False
    )  # fmt: skip
    return evaluation.told(seen, Asked(course=code))


@pages.page("GET", "/manage/courses/<code>/evaluation", needs=EDIT, template="reports/course_results.html")
def results(actor: Actor, code: str) -> dict[str, Any]:
    """How it was, what became of it, and in their own words."""
    answer = results_of(actor, code)
    course = next(iter(answer.view.courses.values()))
    shown = [sheet for sheet in answer.sheets if sheet.key not in ("course", "texts")]
    words = [row for sheet in answer.sheets if sheet.key == "texts" for row in sheet.rows]
    return {
        "answer": answer, "sheets": shown, "texts": words, "course": course[2], "code": code, "rule": RULE, "cell": cell,
        "back_url": url_for("course_authors.manage", status="published"), "welsh": evaluation_words.LANGUAGES["cy"],
        "title": course[2].in_(g.lang),
    }  # fmt: skip


@api.operation("GET", "/courses/<code>/evaluation", needs=EDIT, returns=(200, AnswerOut))
def course_evaluation(actor: Actor, code: str) -> dict[str, Any]:
    """What learners say of a course that you may edit: the report of evaluation for it alone."""
    return shapes.of_answer(results_of(actor, code))
