"""A version beside the one before: what has changed, what ratings carry, and whom it touches."""

from typing import Any
from uuid import UUID

from flask import g, request, url_for
from flask_babel import gettext as _

from frameworks import comparing
from frameworks import queries as frameworks
from frameworks.editing import queries, services
from frameworks.editing.impact import impact_of
from frameworks.editing.pages.blueprint import BOTH, READ, VERSION, Answer, pages, shown, tell
from frameworks.editing.words import MAPPINGS, OUTCOMES, TOUCHED
from frameworks.models import FrameworkVersion, MappingKind, Statement
from frameworks.rules.carrying import Link
from lms.core import clock
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound
from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.core.web import forms
from lms.core.web.pages import Redirect

PAGE = 50
SUCCESSORS = 4
CHOICES = (MappingKind.SAME, MappingKind.EQUIVALENT, MappingKind.NEEDS_RERATING)


@pages.page("GET", f"{VERSION}/changes", needs=READ, template="frameworks/editing/changes.html")
def changes(actor: Actor, code: str, number: int) -> dict[str, Any]:
    """What is different from the version that it began as a copy of."""
    found, _may, page = shown(actor, code, number, whole=True)
    return page | comparing.shown(found, url_for("framework_authors.changes", code=code, number=number))


@pages.page("GET", f"{VERSION}/mapping", needs=READ, template="frameworks/editing/mapping.html")
def mapping(actor: Actor, code: str, number: int) -> dict[str, Any]:
    """What each old statement has become, first those whose ratings do not simply count."""
    found, _may, page = shown(actor, code, number, whole=True)
    before = frameworks.version_before(found)
    if before is None:
        raise NotFound()
    old, new = _by_id(before), _by_id(found)
    links: dict[str, list[Link]] = {}
    for link in queries.links_of(found, before):
        links.setdefault(link.old, []).append(link)
    decided = {link.old for link in frameworks.links_into(found.id)}
    rows = sorted(links.items(), key=lambda each: all(link.kind == "same" for link in each[1]))
    start = max(0, request.args.get("start", 0, type=int) or 0)
    kinds = {each.value: _(text) for each, text in MAPPINGS.items()}
    return page | {
        "rows": [
            {
                "old": old[key], "decided": key in decided,
                "becomes": [(new[link.new] if link.new else None, kinds[link.kind]) for link in found_links],
            }
            for key, found_links in rows[start : start + PAGE]
        ],
        "counts": [(kinds[kind], sum(link.kind == kind for each in links.values() for link in each)) for kind in kinds],
        "previous_url": _at(code, number, start - PAGE) if start else None,
        "next_url": _at(code, number, start + PAGE) if start + PAGE < len(rows) else None,
    }  # fmt: skip


def _at(code: str, number: int, start: int) -> str:
    return url_for("framework_authors.mapping", code=code, number=number, start=max(0, start))


def _by_id(version: FrameworkVersion) -> dict[str | None, Statement]:
    return {str(each.id): each for each in version.statements}


@pages.page(BOTH, f"{VERSION}/mapping/<uuid:old_id>", needs=READ, template="frameworks/editing/decision.html")
def decide(actor: Actor, code: str, number: int, old_id: UUID) -> Answer:
    """What one old statement has become: up to four successors, each with what its ratings are worth."""
    found, _may, page = shown(actor, code, number, whole=True)
    before = frameworks.version_before(found)
    old = _by_id(before).get(str(old_id)) if before else None
    if before is None or old is None:
        raise NotFound()
    known = {each.code: each for each in found.statements}
    now = [link for link in queries.links_of(found, before) if link.old == str(old_id)]
    new = _by_id(found)
    values: dict[str, str] = {}
    for place, link in enumerate([link for link in now if link.new][:SUCCESSORS], start=1):
        values |= {f"code_{place}": new[link.new].code, f"kind_{place}": link.kind}
    form = forms.FormState.empty(values)
    page |= {
        "old": old,
        "form": form,
        "places": range(1, SUCCESSORS + 1),
        "statements": [(each.code, f"{each.code}: {each.wording.in_(g.lang)[:80]}") for each in found.statements],
        "kinds": [(each.value, _(MAPPINGS[each])) for each in CHOICES],
    }
    if request.method == "GET":
        return page
    form.values = {name: request.form[name] for name in request.form if name != "csrf_token"}
    said = []
    for place in page["places"]:
        chosen, kind = request.form.get(f"code_{place}", ""), request.form.get(f"kind_{place}", "")
        if not chosen:
            continue
        if chosen not in known:
            form.refuse(f"code_{place}", _("Choose from the list"))
        elif kind not in [each.value for each in CHOICES]:
            form.refuse(f"kind_{place}", _("Say what a rating is worth"))
        else:
            said.append((known[chosen].id, MappingKind(kind)))
    if form.ok:
        try:
            services.decide_mapping(actor, found.id, old.id, said)
            return Redirect("framework_authors.mapping", flash=_("Saved."), code=code, number=number)
        except (Invalid, Conflict) as refusal:
            tell(form, refusal)
    return page, 422


@pages.page("GET", f"{VERSION}/impact", needs=READ, template="frameworks/editing/impact.html")
def impact(actor: Actor, code: str, number: int) -> dict[str, Any]:
    """Whom publishing would touch, before it is done. For those who write or publish it."""
    found, may, page = shown(actor, code, number, whole=True)
    if not (may.manage or may.publish or may.edit or may.sign):
        raise Forbidden()
    it = impact_of(found, clock.today())
    if it is None:
        raise NotFound()
    names = frameworks.place_names()
    levels = {each.code: each.title for version in (found.based_on, found) if version for each in version.levels}
    domains = {each.code: each.title for version in (found.based_on, found) if version for each in version.domains}
    return page | {
        "it": it,
        "outcomes": [(_(text), it.outcomes[each]) for each, text in OUTCOMES.items()],
        "touched": [(_(TOUCHED.get(name, name)), touch) for name, touch in it.touched.items()],
        "roles": [
            {
                "who": "; ".join(
                    _name(names, kind, getattr(each, kind)) for kind in ("role", "setting", "sector") if getattr(each, kind)
                ),
                "people": each.people,
                "changes": [
                    (_text(domains, domain) or _("In the whole framework"), *(_text(levels, one) or _("nothing") for one in ends))
                    for domain, *ends in each.changes
                ],
            }
            for each in it.roles[:50]
        ],
        "more_roles": max(0, len(it.roles) - 50),
        "people": sum(each.people for each in it.roles),
    }  # fmt: skip


def _name(names: Any, kind: str, code: str) -> str:
    found: Bilingual = names.get((kind, code), Bilingual(code, code))
    return found.in_(g.lang)


def _text(texts: dict[str, Bilingual], code: str | None) -> str:
    return texts[code].in_(g.lang) if code and code in texts else code or ""
