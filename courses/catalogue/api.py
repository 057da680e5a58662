"""JSON routes of the catalogue."""

from dataclasses import replace
from typing import Any

from flask import g, request

from courses.catalogue import finding, queries, services
from courses.catalogue.errors import CodeTaken, DraftExists, NotADraft, NotComplete, NotInReview, NotPublished, OwnWork
from courses.catalogue.models import CapacityRule, CertificateKind, CourseVersion
from courses.catalogue.rules.content import Content
from courses.catalogue.schemas import CourseIn, CoursePatch, CoursesOut, CourseVersionOut, ReasonIn, SearchQuery
from lms.core.errors import Invalid, StaleEdit
from lms.core.language import N_, Bilingual
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api

api = Api("catalogue", __name__, description="Courses: search, read, and for authors write, review, publish and retire")

VERSION = "/courses/<code>/versions/<int:number>"
Answer = tuple[CourseVersion, int, dict[str, str]]


@api.operation("GET", "/courses", needs=Permission.CATALOGUE_READ, query=SearchQuery, returns=(200, CoursesOut))
def courses(actor: Actor, q: str, sort: str, cursor: str | None, size: int, **asked: list[str]) -> dict[str, Any]:
    """Search the courses on offer, with the words and facets of the page."""
    found = finding.find(actor, q, finding.chosen_from(asked), sort, g.lang).offers
    codes = [offer.code for offer in found]
    if cursor is not None and cursor not in codes:
        raise Invalid(N_("This is not a cursor of this list. Start from its first page."))
    start = codes.index(cursor) + 1 if cursor else 0
    shown = found[start : start + size]
    more = start + size < len(found)
    return {"items": queries.versions_of(shown), "next": shown[-1].code if more else None, "total": len(found)}


@api.operation("GET", "/courses/<code>", needs=Permission.CATALOGUE_READ, returns=(200, CourseVersionOut))
def course(actor: Actor, code: str) -> Answer:
    """A course as it is on offer."""
    return _answer(queries.course_on_offer(code))


@api.operation("GET", VERSION, needs=Permission.COURSE_EDIT, returns=(200, CourseVersionOut))
def version(actor: Actor, code: str, number: int) -> Answer:
    """A version of a course in any state, for those who may edit. Its ETag names the edition that PATCH asks for."""
    return _answer(queries.version_numbered(code, number))


@api.operation(
    "POST", "/courses", needs=Permission.COURSE_EDIT, body=CourseIn, returns=(201, CourseVersionOut),
    raises=(CodeTaken,),
)  # fmt: skip
def create(actor: Actor, code: str, programme: str | None, **given: Any) -> Answer:
    """Begin a course, with a first draft."""
    blank = Content(title=Bilingual("", ""), summary=Bilingual("", ""), format_code="", topic_code="", minutes=0,
                    capacity_rule=CapacityRule.OPEN.value, certificate_kind=CertificateKind.NONE.value)  # fmt: skip
    return _answer(services.draft(actor, code, programme, replace(blank, **_content(given))), 201)


@api.operation(
    "POST", "/courses/<code>/versions", needs=Permission.COURSE_EDIT, returns=(201, CourseVersionOut),
    raises=(DraftExists, NotPublished),
)  # fmt: skip
def revise(actor: Actor, code: str) -> Answer:
    """Begin the next version of a published course, as a draft that says the same."""
    return _answer(services.revise(actor, queries.course_on_offer(code).course_id), 201)


@api.operation(
    "PATCH",
    VERSION,
    needs=Permission.COURSE_EDIT,
    body=CoursePatch,
    returns=(200, CourseVersionOut),
    raises=(NotADraft, StaleEdit),
)
def change(actor: Actor, code: str, number: int, **given: Any) -> Answer:
    """Change a draft. `If-Match` carries the ETag of the edition that was read; a later one is refused as stale."""
    found = queries.version_numbered(code, number)
    asked = request.headers.get("If-Match", "")
    if not asked:
        raise Invalid(N_("Say which version you are changing, with If-Match"))
    if asked.strip() != _etag(found):
        raise StaleEdit()
    content = replace(queries.content_of(found), **_content(given))
    return _answer(services.edit(actor, found.id, found.edition, content))


@api.operation(
    "POST",
    f"{VERSION}/reviews",
    needs=Permission.COURSE_EDIT,
    returns=(200, CourseVersionOut),
    raises=(NotADraft, NotComplete),
)
def submit(actor: Actor, code: str, number: int) -> Answer:
    """Send a draft to review. Both languages must be complete."""
    return _answer(services.submit(actor, queries.version_numbered(code, number).id))


@api.operation(
    "POST",
    f"{VERSION}/returns",
    needs=Permission.COURSE_EDIT,
    body=ReasonIn,
    returns=(200, CourseVersionOut),
    raises=(NotInReview,),
)
def return_to_draft(actor: Actor, code: str, number: int, reason: str) -> Answer:
    """Take a version out of review, saying why."""
    return _answer(services.return_to_draft(actor, queries.version_numbered(code, number).id, reason))


@api.operation(
    "POST", f"{VERSION}/publication", needs=Permission.COURSE_PUBLISH, returns=(200, CourseVersionOut),
    raises=(NotInReview, OwnWork, NotComplete),
)  # fmt: skip
def publish(actor: Actor, code: str, number: int) -> Answer:
    """Put a reviewed version on offer. Whoever worked on it may not."""
    return _answer(services.publish(actor, queries.version_numbered(code, number).id))


@api.operation(
    "POST", f"{VERSION}/retirement", needs=Permission.COURSE_PUBLISH, body=ReasonIn, returns=(200, CourseVersionOut),
    raises=(NotPublished,),
)  # fmt: skip
def retire(actor: Actor, code: str, number: int, reason: str) -> Answer:
    """Take a course off offer. People who are enrolled keep their version."""
    return _answer(services.retire(actor, queries.version_numbered(code, number).id, reason))


def _answer(found: CourseVersion, status: int = 200) -> Answer:
    return found, status, {"ETag": _etag(found)}


def _etag(found: CourseVersion) -> str:
    return f'"{found.number}-{found.edition}-{found.status.value}"'


def _content(given: dict[str, Any]) -> dict[str, Any]:
    """What was sent, as `Content` holds it."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
