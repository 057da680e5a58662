"""Pages for those who write courses: what is in which state, the form in both languages, and each step with a check."""

from dataclasses import replace
from typing import Any

from flask import Response, current_app, g, request, url_for
from flask_babel import gettext as _

from courses.catalogue import queries, services
from courses.catalogue.errors import CodeTaken
from courses.catalogue.models import CapacityRule, CertificateKind, Course, CourseStatus, CourseVersion
from courses.catalogue.pages import Names, described
from courses.catalogue.rules import conditions
from courses.catalogue.rules.content import Content, missing
from courses.catalogue.schemas import CourseForm, NewCourseForm, ReasonIn
from courses.catalogue.words import CAPACITY, CERTIFICATES, STATUSES
from lms.core.errors import Forbidden, Invalid, NotFound, Refusal, StaleEdit
from lms.core.language import N_, Bilingual
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.pages import Pages, Redirect
from lms.core.web.paging import Page, page_of

pages = Pages("course_authors", __name__, template_folder="templates")

PAGE = 25
VERSION = "/manage/courses/<code>/versions/<int:number>"
BLANK = Content(title=Bilingual("", ""), summary=Bilingual("", ""), format_code="", topic_code="", minutes=0,
                capacity_rule=CapacityRule.OPEN.value, certificate_kind=CertificateKind.COMPLETION.value)  # fmt: skip
Answer = dict[str, Any] | tuple[dict[str, Any], int] | Redirect | Response


@pages.page("GET", "/manage/courses", needs=Permission.COURSE_EDIT, template="catalogue/manage.html")
def manage(actor: Actor) -> dict[str, Any]:
    """Course versions by state, those that wait for somebody first."""
    asked = request.args.get("status", CourseStatus.IN_REVIEW)
    status = CourseStatus(asked) if asked in list(CourseStatus) else CourseStatus.IN_REVIEW
    found: Page[CourseVersion] = page_of(
        queries.manage_list(status), request.args.get("cursor"), PAGE, key=(CourseVersion.course_id, CourseVersion.id)
    )
    counts = queries.count_by_status()
    return {
        "versions": found.items,
        "status": status,
        "statuses": [(each.value, _(STATUSES[each]), counts.get(each, 0)) for each in _ORDER],
        "next_url": url_for("course_authors.manage", status=status.value, cursor=found.next) if found.next else None,
    }


_ORDER = (CourseStatus.IN_REVIEW, CourseStatus.DRAFT, CourseStatus.PUBLISHED, CourseStatus.RETIRED)


@pages.page(("GET", "POST"), "/manage/courses/new", needs=Permission.COURSE_EDIT, template="catalogue/edit.html")
def create(actor: Actor) -> Answer:
    """Begin a course."""
    if request.method == "GET":
        return _edit_page(forms.start(NewCourseForm, _values(BLANK)), None)
    form = forms.read(NewCourseForm, request.form)
    if form.ok and (content := _content(form, BLANK)):
        try:
            version = services.draft(actor, form.data["code"], form.data.get("programme"), content)
            return _to(version, _("The draft is saved."))
        except (Invalid, CodeTaken) as refusal:
            _show(form, refusal)
    return _edit_page(form, None), 422


@pages.page("GET", VERSION, needs=Permission.COURSE_EDIT, template="catalogue/version.html")
def version(actor: Actor, code: str, number: int) -> dict[str, Any]:
    """A version as readers will see it, what is missing, and what can be done with it."""
    found = queries.version_numbered(code, number)
    lacks = missing(queries.content_of(found)) if found.status is CourseStatus.DRAFT else {}
    return described(found) | {
        "status_text": _(STATUSES[found.status]),
        "missing": [_(text) for text in lacks.values()],
        "steps": [(name, _(text)) for name, text in _steps(actor, found).items()],
        "history": queries.history(found.id),
        "course": found.course,
        "packages_url": url_for("packages.packages", code=code)
        if "packages.packages" in current_app.view_functions
        else None,
        "results_url": url_for("course_results.results", code=code)
        if "course_results.results" in current_app.view_functions
        else None,
    }


@pages.page(("GET", "POST"), f"{VERSION}/edit", needs=Permission.COURSE_EDIT, template="catalogue/edit.html")
def edit(actor: Actor, code: str, number: int) -> Answer:
    """Change a draft, in both languages."""
    found = queries.version_numbered(code, number)
    before = queries.content_of(found)
    if request.method == "GET":
        return _edit_page(forms.start(CourseForm, _values(before) | {"edition": found.edition}), found)
    form = forms.read(CourseForm, request.form)
    if form.ok and (content := _content(form, before)):
        try:
            return _to(services.edit(actor, found.id, form.data.get("edition", 0), content), _("The draft is saved."))
        except StaleEdit as refusal:
            form.refuse("_stale", f"{_(refusal.title)}. {_(refusal.way_out)}")
            return _edit_page(form, found) | {"newest_url": _url_of(found)}, 409
        except Invalid as refusal:
            _show(form, refusal)
    return _edit_page(form, found), 422


@pages.page("POST", "/manage/courses/<code>/versions", needs=Permission.COURSE_EDIT)
def revise(actor: Actor, code: str) -> Redirect:
    """Begin the next version of a published course."""
    return _to(
        services.revise(actor, queries.course_on_offer(code).course_id),
        _("A new draft is ready. It says what is on offer now."),
    )


@pages.page(
    ("GET", "POST"), f"{VERSION}/<any(review,return,publish,retire):step>", needs=Permission.COURSE_EDIT,
    template="catalogue/step.html",
)  # fmt: skip
def step(actor: Actor, code: str, number: int, step: str) -> Answer:
    """One step of a version's life, on a page that says what it will do."""
    found = queries.version_numbered(code, number)
    if step not in _steps(actor, found):
        raise (
            Forbidden() if step in ("publish", "retire") and not actor.might(Permission.COURSE_PUBLISH) else NotFound()
        )
    asks = step in ("return", "retire")
    shown = described(found) | {
        "step": step,
        "asks": asks,
        "back": _url_of(found),
        "text": _(_STEP_TEXT[step]),
        "action": _(_STEP[step]),
    }
    if request.method == "GET":
        return shown | {"form": forms.start(ReasonIn)}
    form = forms.read(ReasonIn, request.form) if asks else forms.FormState.empty()
    if not form.ok:
        return shown | {"form": form}, 422
    try:
        return _to(_take(step, actor, found, form.data.get("reason", "")), _(_DONE[step]))
    except Refusal as refusal:
        form.refuse(
            "_refused",
            " ".join(
                [
                    _(refusal.title) + ".",
                    *map(_, refusal.fields.values()),
                    _(refusal.way_out) if refusal.way_out else "",
                ]
            ),
        )
        return shown | {"form": form}, 409


_STEP = {
    "review": N_("Send to review"),
    "return": N_("Return to draft"),
    "publish": N_("Publish"),
    "retire": N_("Retire"),
}
_STEP_TEXT = {
    "review": N_("It stands still while somebody else reads it. They publish it, or return it to you with a reason."),
    "return": N_("It can be changed again. Your reason is kept with it, for whoever wrote it to read."),
    "publish": N_(
        "Everyone can see it from now on, in both languages, and it cannot be changed any more. It replaces the version"
        " that is on offer now; people who are enrolled on that one keep it."
    ),
    "retire": N_("Nobody can find it or enrol on it any more. People who are enrolled keep it. This cannot be undone."),
}
_DONE = {
    "review": N_("It has been sent to review."),
    "return": N_("It is a draft again."),
    "publish": N_("It is published."),
    "retire": N_("It is retired."),
}


def _take(step: str, actor: Actor, found: CourseVersion, reason: str) -> CourseVersion:
    match step:
        case "review":
            return services.submit(actor, found.id)
        case "return":
            return services.return_to_draft(actor, found.id, reason)
        case "publish":
            return services.publish(actor, found.id)
        case _:
            return services.retire(actor, found.id, reason)


def _steps(actor: Actor, found: CourseVersion) -> dict[str, str]:
    """The steps that this version's state allows this actor to take, and their msgids."""
    allowed = {
        CourseStatus.DRAFT: ["review"],
        CourseStatus.IN_REVIEW: ["publish", "return"],
        CourseStatus.PUBLISHED: ["retire"],
        CourseStatus.RETIRED: [],
    }[found.status]
    publishes = actor.might(Permission.COURSE_PUBLISH)
    return {name: _STEP[name] for name in allowed if publishes or name in ("review", "return")}


def _content(form: forms.FormState, before: Content) -> Content | None:
    """What the form says. None, with an error in the form, where a line cannot be read."""
    data = form.data
    eligibility = conditions.from_lines(data.get("conditions", ""), any_of=data.get("any_of") == "any")
    if faults := conditions.faults(eligibility):
        form.refuse("conditions", _("We do not know this condition: %(line)s", line=faults[0]))
        return None
    first = data.get("completed", "").replace(",", " ").upper().split()
    signed_off = {"portfolio_signed_off": True} if data.get("portfolio_signed_off") else {}
    changed: dict[str, Any] = {name: data.get(name) for name in _PLAIN}
    changed |= {name: tuple(data.get(name, ())) for name in _LISTS}
    changed |= {name: Bilingual(data.get(f"{name}_en", ""), data.get(f"{name}_cy", "")) for name in _TEXTS}
    changed |= {
        "minutes": data.get("minutes") or 0,
        "eligibility": eligibility,
        "prerequisites": {"completed": first} | signed_off if first else {},
        "levels": tuple(tuple(each.split(":", 1)) for each in data.get("levels", ()) if ":" in each),
    }
    return replace(before, **changed)


_PLAIN = ("format_code", "topic_code", "capacity_rule", "certificate_kind", "validity_months", "seats")
_LISTS = ("languages", "sectors", "funding")
_TEXTS = ("title", "summary", "note")


def _values(content: Content) -> dict[str, Any]:
    """A version as the form's fields show it."""
    shown: dict[str, Any] = {name.removesuffix("_code"): getattr(content, name) for name in (*_PLAIN, *_LISTS)}
    for name in _TEXTS:
        text: Bilingual = getattr(content, name)
        shown |= {f"{name}_en": text.en, f"{name}_cy": text.cy}
    return shown | {
        "minutes": content.minutes or None,
        "levels": [f"{framework}:{level}" for framework, level in content.levels],
        "conditions": conditions.as_lines(content.eligibility),
        "any_of": "any" if "any" in content.eligibility else "all",
        "completed": " ".join(content.prerequisites.get("completed", [])),
        "portfolio_signed_off": "true" if content.prerequisites.get("portfolio_signed_off") else None,
    }


def _edit_page(form: forms.FormState, found: CourseVersion | None) -> dict[str, Any]:
    names = queries.names()
    return {
        "form": form,
        "version": found,
        "options": {
            kind: _options(names, kind) for kind in ("format", "topic", "sector", "funding", "programme", "level")
        },
        "capacities": [(each.value, _(text)) for each, text in CAPACITY.items()],
        "certificates": [(each.value, _(text)) for each, text in CERTIFICATES.items()],
        "kinds": [(name, kind.takes.value, _(kind.text)) for name, kind in conditions.KINDS.items()],
        "newest_url": None,
    }  # fmt: skip


def _options(names: Names, kind: str) -> list[tuple[str, str]]:
    return [(code, name.in_(g.lang)) for (of, code), name in names.items() if of == kind]


def _show(form: forms.FormState, refusal: Refusal) -> None:
    """The refusal's fields beside the fields they are about."""
    places = {"eligibility": "conditions", "prerequisites": "completed"}
    for name, text in refusal.fields.items():
        form.refuse(places.get(name, name), _(text))


def _to(found: CourseVersion, flash: str) -> Redirect:
    course: Course = found.course
    return Redirect("course_authors.version", flash=flash, code=course.code, number=found.number)


def _url_of(found: CourseVersion) -> str:
    return url_for("course_authors.version", code=found.course.code, number=found.number)
