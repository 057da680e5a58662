"""Levels, domains, statements and requirements of a draft: lists, and the form of one."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import g, request, url_for
from flask_babel import gettext as _

from frameworks import comparing
from frameworks import queries as frameworks
from frameworks.editing import queries, schemas, services
from frameworks.editing.pages.blueprint import BOTH, READ, VERSION, Answer, pages, shown, tell
from frameworks.editing.services.parts import part_in
from frameworks.editing.words import STATEMENT_KINDS
from frameworks.models import FrameworkVersion, Requirement
from lms.core.errors import Conflict, Invalid, StaleEdit
from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.core.web import forms
from lms.core.web.pages import Redirect

KINDS = "<any(levels,domains,statements,requirements):kind>"
PAGE = 60
FORMS: dict[str, Any] = {
    "levels": schemas.LevelForm, "domains": schemas.DomainForm, "statements": schemas.StatementForm,
    "requirements": schemas.RequirementForm,
}  # fmt: skip
TEXTS = {"levels": ("title", "audience"), "domains": ("title",), "statements": ("wording",), "requirements": ()}


@pages.page("GET", f"{VERSION}/{KINDS}", needs=READ, template="frameworks/editing/parts.html")
def parts(actor: Actor, code: str, number: int, kind: str) -> dict[str, Any]:
    """The parts of one kind in their order, 60 to a page; statements of one domain, if asked."""
    found, _may, page = shown(actor, code, number, whole=True)
    rows = list(getattr(found, kind))
    domain = next((each for each in found.domains if each.code == request.args.get("domain")), None)
    if kind == "statements" and request.args.get("domain") is not None:
        rows = [each for each in rows if each.domain_id == (domain.id if domain else None)]
    start = min(max(0, request.args.get("start", 0, type=int) or 0), max(0, len(rows) - 1))
    return page | {
        "kind": kind,
        "domain": domain,
        "asked_domain": request.args.get("domain"),
        "rows": rows[start : start + PAGE],
        "total": len(rows),
        "levels": {each.id: each for each in found.levels},
        "domains": {each.id: each for each in found.domains},
        "threads": queries.open_threads(found.id) if kind == "statements" else {},
        "conditions": {each.id: condition_text(each) for each in rows if isinstance(each, Requirement)},
        "kinds": {each: _(text) for each, text in STATEMENT_KINDS.items()},
        "previous_url": _at(code, number, kind, start - PAGE) if start else None,
        "next_url": _at(code, number, kind, start + PAGE) if start + PAGE < len(rows) else None,
    }


def _at(code: str, number: int, kind: str, start: int) -> str:
    return url_for(
        "framework_authors.parts", code=code, number=number, kind=kind, domain=request.args.get("domain"),
        start=max(0, start),
    )  # fmt: skip


def condition_text(requirement: Requirement) -> str:
    """Whom a requirement is about, in the reader's language."""
    return comparing.who(requirement.condition, frameworks.place_names())


@pages.page(BOTH, f"{VERSION}/{KINDS}/new", needs=READ, template="frameworks/editing/part.html")
def add(actor: Actor, code: str, number: int, kind: str) -> Answer:
    """Write a new part."""
    found, _may, page = shown(actor, code, number, whole=True)
    if request.method == "GET":
        first = (
            {"domain": request.args.get("domain"), "level": request.args.get("level")} if kind == "statements" else {}
        )
        return page | _about(found, kind, None) | {"form": forms.start(FORMS[kind], first)}
    return _save(page, found, kind, None, lambda values, edition: services.put(actor, found.id, kind, values))


@pages.page(BOTH, f"{VERSION}/{KINDS}/<uuid:part_id>", needs=READ, template="frameworks/editing/part.html")
def part(actor: Actor, code: str, number: int, kind: str, part_id: UUID) -> Answer:
    """One part: its form, and what is said about it."""
    found, may, page = shown(actor, code, number, whole=True)
    row = part_in(found, kind, part_id)
    if request.method == "GET":
        about = _about(found, kind, row)
        threads = {"statements": {"statement_id": row.id}, "domains": {"domain_id": row.id}}.get(kind)
        about["threads"] = queries.threads(found.id, **threads) if threads and may.comment else []
        return page | about | {"form": forms.start(FORMS[kind], _values(found, kind, row))}
    return _save(
        page, found, kind, row,
        lambda values, edition: services.put(actor, found.id, kind, values, part_id=part_id, edition=edition),
    )  # fmt: skip


def _save(
    page: dict[str, Any], found: FrameworkVersion, kind: str, row: Any, put: Callable[[dict[str, Any], int], Any]
) -> Answer:
    form = forms.read(FORMS[kind], request.form)
    status = 422
    if form.ok:
        try:
            saved = put(_given(kind, form.data), form.data["edition"])
            where = {"domain": saved.domain.code} if kind == "statements" and saved.domain_id and saved.domain else {}
            return Redirect(
                "framework_authors.parts", flash=_("Saved."), code=found.framework.code, number=found.number, kind=kind,
                **where,
            )  # fmt: skip
        except StaleEdit as refusal:
            tell(form, refusal)
            status = 409
        except (Conflict, Invalid) as refusal:
            tell(form, refusal)
    now = _values(found, kind, row) if row is not None and status == 409 else None
    return page | _about(found, kind, row) | {"form": form, "now": now}, status


def _about(found: FrameworkVersion, kind: str, row: Any) -> dict[str, Any]:
    names = frameworks.place_names() if kind == "requirements" else {}
    of = {
        wanted: sorted(((code, text.in_(g.lang)) for (kind_, code), text in names.items() if kind_ == wanted),
                       key=lambda each: each[1])
        for wanted in ("role", "setting", "sector")
    }  # fmt: skip
    return {
        "kind": kind,
        "part": row,
        "now": None,
        "threads": [],
        "levels": [(each.code, each.title.in_(g.lang) or each.code) for each in found.levels],
        "domains": [(each.code, each.title.in_(g.lang) or each.code) for each in found.domains],
        "kinds": [(each.value, _(text)) for each, text in STATEMENT_KINDS.items()],
        "places": of,
        "list_url": url_for(
            "framework_authors.parts", code=found.framework.code, number=found.number, kind=kind,
            domain=row.domain.code if kind == "statements" and row is not None and row.domain_id else None,
        ),
    }  # fmt: skip


def _values(found: FrameworkVersion, kind: str, row: Any) -> dict[str, Any]:
    """A part as its form shows it."""
    levels = {each.id: each.code for each in found.levels}
    domains = {each.id: each.code for each in found.domains}
    values: dict[str, Any] = {"edition": row.edition}
    for name in TEXTS[kind]:
        text: Bilingual = getattr(row, name)
        values |= {f"{name}_en": text.en, f"{name}_cy": text.cy}
    if kind != "requirements":
        values["code"] = row.code
    if kind == "levels":
        values["rank"] = row.rank
    if kind == "domains":
        values["course_codes"] = " ".join(row.course_codes)
    if kind in ("statements", "requirements"):
        values |= {"level": levels.get(row.level_id), "domain": domains.get(row.domain_id)}
    if kind == "statements":
        values["kind"] = row.kind.value if row.kind else None
    if kind == "requirements":
        condition = row.condition
        values |= {name: condition.get(name) for name in ("role", "setting_in", "sector_in")}
        values |= {
            name: {True: "yes", False: "no"}.get(condition.get(name), "") for name in ("clinical", "enhanced_role")
        }
    return values


def _given(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """What the form says, as the use case takes it."""
    values: dict[str, Any] = {
        name: Bilingual(data.get(f"{name}_en", ""), data.get(f"{name}_cy", "")) for name in TEXTS[kind]
    }
    if kind == "requirements":
        condition = {name: data[name] for name in ("role", "setting_in", "sector_in") if data.get(name)}
        condition |= {name: data[name] == "yes" for name in ("clinical", "enhanced_role") if data.get(name)}
        if not condition:
            raise Invalid(fields={"role": _("Say whom it is about: a role, a setting or a sector")})
        return {"condition": condition, "level": data["level"], "domain": data.get("domain")}
    values["code"] = data["code"]
    if kind == "levels":
        values["rank"] = data["rank"]
    if kind == "domains":
        values["course_codes"] = data["course_codes"].replace(",", " ").upper().split()
    if kind == "statements":
        values |= {name: data.get(name) for name in ("level", "domain", "kind")}
    return values


@pages.page("POST", f"{VERSION}/{KINDS}/<uuid:part_id>/move", needs=READ)
def move(actor: Actor, code: str, number: int, kind: str, part_id: UUID) -> Redirect:
    """One place up or down."""
    found, _may = queries.visible(actor, code, number)
    services.move(actor, found.id, kind, part_id, -1 if request.form.get("to") == "up" else 1)
    return Redirect(
        "framework_authors.parts", flash=_("Moved."), code=code, number=number, kind=kind,
        domain=request.form.get("domain") or None, _anchor=f"part-{part_id}",
    )  # fmt: skip


@pages.page(BOTH, f"{VERSION}/{KINDS}/<uuid:part_id>/removal", needs=READ, template="frameworks/editing/removal.html")
def removal(actor: Actor, code: str, number: int, kind: str, part_id: UUID) -> Answer:
    """Take a part out, on a page that says what that means."""
    found, _may, page = shown(actor, code, number, whole=True)
    row = part_in(found, kind, part_id)
    form = forms.FormState.empty({"edition": row.edition})
    page |= _about(found, kind, row) | {"form": form}
    page["condition"] = condition_text(row) if kind == "requirements" else ""
    if request.method == "GET":
        return page
    try:
        services.remove(actor, found.id, kind, part_id, request.form.get("edition", 0, type=int) or 0)
    except Conflict as refusal:
        tell(form, refusal)
        return page, 409
    return Redirect("framework_authors.parts", flash=_("Removed."), code=code, number=number, kind=kind)
