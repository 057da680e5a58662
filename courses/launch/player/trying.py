"""Pages on which an author tries a package as its learners will have it. A try counts nowhere."""

from typing import Any
from uuid import UUID

from flask import g, make_response, render_template, request, url_for
from flask_babel import gettext as _

from courses.catalogue.services import require_editor
from courses.enrolments import wording
from courses.launch.packages import queries as packages
from courses.launch.packages.models import Package, PackageNode
from courses.launch.packages.words import LANGUAGE_NAMES, title_of
from courses.launch.player import services
from courses.launch.sessions import queries as sessions
from courses.launch.sessions.errors import NothingToLaunch
from courses.launch.sessions.models import Registration
from courses.launch.sessions.services import begin_test
from lms.core.db import get_or_refuse
from lms.core.errors import NotFound
from lms.core.permissions import Actor, Permission
from lms.core.web.pages import Pages, Redirect
from lms.xapi.identity import home_page
from lms.xapi.queries import statements_of

pages = Pages("trying", __name__, template_folder="templates")

EDIT = Permission.COURSE_EDIT
ALL = "/manage/courses/<code>/packages/<int:number>/tests"
ONE = f"{ALL}/<uuid:registration_id>"
MOST = 50
"""Units, and reports, that are shown."""


@pages.page("POST", ALL, needs=EDIT)
def begin(actor: Actor, code: str, number: int) -> Redirect:
    """A try of one's own, from the beginning, in one of the package's languages."""
    require_editor(actor)
    package = packages.numbered(code, number)
    wanted = request.form.get("language", "")
    language = wanted if wanted in package.languages else package.languages[0]
    made = begin_test(actor, package.id, language)
    return Redirect("trying.trying", code=code, number=number, registration_id=made.id)


@pages.page("GET", ONE, needs=EDIT, template="player/trying.html")
def trying(actor: Actor, code: str, number: int, registration_id: UUID) -> dict[str, Any]:
    """What can be started, what was reported so far, and what of it counts."""
    package, registration = _mine(actor, code, number, registration_id)
    standing = sessions.standing(registration)
    reports = statements_of(registration.id, MOST)
    return {
        "package": package,
        "registration": registration,
        "language": _(LANGUAGE_NAMES[registration.language]),
        "units": standing.units[:MOST],
        "total": len(standing.units),
        "standing": standing,
        "reports": [(*wording.statement(each), (each.get("object") or {}).get("id", "")) for each in reports],
        "title_of": title_of,
    }


@pages.page("POST", f"{ONE}/start", needs=EDIT)
def start(actor: Actor, code: str, number: int, registration_id: UUID) -> Any:
    """Start a unit, in the window that asks."""
    _package, registration = _mine(actor, code, number, registration_id)
    locked = get_or_refuse(Registration, registration.id, lock=True)
    try:
        node = get_or_refuse(PackageNode, UUID(request.form.get("unit", "")))
    except ValueError as fault:
        raise NothingToLaunch() from fault
    back = url_for("trying.trying", code=code, number=number, registration_id=registration.id)
    started = services.start_in(actor, locked, node, return_url=home_page() + back)
    answer = make_response(render_template("player/going.html", url=started.url))
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Content-Language"] = g.lang
    return answer


def _mine(actor: Actor, code: str, number: int, registration_id: UUID) -> tuple[Package, Registration]:
    """A try of the actor's own of that package. Raises Forbidden, NotFound."""
    require_editor(actor)
    package = packages.numbered(code, number)
    registration = get_or_refuse(Registration, registration_id)
    own = registration.enrolment_id is None and registration.learner_id == actor.person
    if not own or registration.package_id != package.id:
        raise NotFound()
    return package, registration
