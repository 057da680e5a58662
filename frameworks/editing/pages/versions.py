"""What is in the making, a new framework, and one version with all that can be done with it."""

from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from frameworks.editing import queries, services
from frameworks.editing.errors import FrameworkCodeTaken, InTheMaking
from frameworks.editing.models import Part
from frameworks.editing.pages.blueprint import BOTH, EDIT, READ, VERSION, Answer, pages, shown, tell, to_version
from frameworks.editing.schemas import AskIn, NewFrameworkForm, TextsForm
from frameworks.editing.words import HISTORY, LACKING, LANGUAGES, PARTS, STATUSES, STEPS
from frameworks.models import IN_THE_MAKING, FrameworkVersion, Status
from frameworks.rules.content import Lack
from lms.accounts import queries as accounts
from lms.accounts.models import Organisation
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, NotFound, StaleEdit
from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.core.web import forms
from lms.core.web.pages import Redirect, actor_language
from lms.core.web.paging import Page, page_of

TEXTS = ("title", "short_title", "owner", "note")
SHOWN_LACKS = 30


@pages.page("GET", "/manage/frameworks", needs=READ, template="frameworks/editing/manage.html")
def manage(actor: Actor) -> dict[str, Any]:
    """What is in the making, as far as one takes part or is asked; and, for editors, what can be begun."""
    found: Page[FrameworkVersion] = page_of(
        queries.in_the_making(actor).order_by(None), request.args.get("cursor"), 25,
        key=(FrameworkVersion.changed_at, FrameworkVersion.id),
    )  # fmt: skip
    return {
        "versions": found.items,
        "statuses": {each: _(text) for each, text in STATUSES.items()},
        "next_url": url_for("framework_authors.manage", cursor=found.next) if found.next else None,
        "edits": actor.might(EDIT),
        "in_force": queries.in_force(actor),
    }


@pages.page(BOTH, "/manage/frameworks/new", needs=EDIT, template="frameworks/editing/new.html")
def create(actor: Actor) -> Answer:
    """Begin a framework."""
    form = forms.start(NewFrameworkForm) if request.method == "GET" else forms.read(NewFrameworkForm, request.form)
    if request.method == "POST" and form.ok:
        try:
            keeper = accounts.body(form.data["organisation"])
            texts = {name: _both(form.data, name) for name in TEXTS[:3]}
            return to_version(services.begin(actor, form.data["code"], keeper.id, **texts), _("The draft is saved."))
        except FrameworkCodeTaken as refusal:
            tell(form, refusal)
        except NotFound:
            form.refuse("organisation", _("Choose from the list"))
    page = {"form": form, "organisations": organisations_of(actor)}
    return page if request.method == "GET" else (page, 422)


def organisations_of(actor: Actor) -> list[tuple[str, str]]:
    """Where the actor may keep a framework: the bodies where they hold the role, as (code, name)."""
    places = actor.reach(EDIT).places
    found = [db.session.get(Organisation, each) for each in places]
    lang = actor_language(actor)
    return sorted(((each.code, each.name.in_(lang)) for each in found if each), key=lambda each: each[1])


@pages.page("POST", "/manage/frameworks/<code>/versions", needs=EDIT)
def revise(actor: Actor, code: str) -> Redirect:
    """Begin the next version of a framework in force."""
    try:
        return to_version(services.revise(actor, code), _("A new draft is ready. It says what is in force now."))
    except InTheMaking as refusal:
        return Redirect("framework_authors.manage", flash=f"{_(refusal.title)}. {_(refusal.way_out)}")


@pages.page("GET", VERSION, needs=READ, template="frameworks/editing/version.html")
def version(actor: Actor, code: str, number: int) -> dict[str, Any]:
    """A version: what is in it, what it lacks, who takes part, and the next step."""
    found, may, page = shown(actor, code, number, whole=True)
    open_threads = queries.open_threads(found.id)
    statements = {each.id: each.domain_id for each in found.statements}
    digest, missing = queries.standing(found)
    people = queries.participants(found.id)
    names = {each.person_id: each.person.display_name for each in people}
    return page | {
        "counts": {each.id: sum(domain == each.id for domain in statements.values()) for each in found.domains},
        "loose": sum(domain is None for domain in statements.values()),
        "threads": {
            domain.id: sum(n for key, n in open_threads.items() if key and statements.get(key) == domain.id)
            for domain in found.domains
        },
        "open_threads": sum(open_threads.values()),
        "missing": missing,
        "lacks": [lack_text(each) for each in missing.lacks[:SHOWN_LACKS]],
        "more_lacks": max(0, len(missing.lacks) - SHOWN_LACKS),
        "unsigned": [names[each] for each in missing.unsigned],
        "refused": [names[each] for each in missing.refused],
        "digest": digest,
        "people": [(each, _(PARTS[each.part])) for each in people],
        "signatures": queries.sign_offs(found.id),
        "steps": [(name, _(STEPS[name])) for name in steps_of(found, may)],
        "history": [(each, _(HISTORY.get(each.action, each.action))) for each in queries.history(found.id)],
        "making": found.status in IN_THE_MAKING,
        "has_before": found.based_on_id is not None,
    }


def steps_of(version: FrameworkVersion, may: queries.Access) -> list[str]:
    """The steps that this version's state allows this actor to take, the usual one first."""
    allowed = {
        Status.DRAFT: ["consult", "submit"],
        Status.CONSULTATION: ["submit", "return"],
        Status.IN_REVIEW: ["publish", "return"],
        Status.PUBLISHED: ["retire"],
        Status.RETIRED: [],
    }[version.status]
    return [name for name in allowed if (may.publish if name in ("publish", "retire") else may.manage)]


def lack_text(lack: Lack) -> str:
    """Such as "PIMH.D1.I.K: Wording, no Welsh"."""
    said = f"{_(LACKING[lack.what])}, {_(LANGUAGES[lack.language])}"
    return f"{lack.code}: {said}" if lack.code else said


@pages.page(BOTH, f"{VERSION}/texts", needs=READ, template="frameworks/editing/texts.html")
def texts(actor: Actor, code: str, number: int) -> Answer:
    """What the version is called, whose it is, and what is to be said about it."""
    found, _may, page = shown(actor, code, number)
    values: dict[str, Any] = {"edition": found.edition}
    for name in TEXTS:
        text: Bilingual = getattr(found, name)
        values |= {f"{name}_en": text.en, f"{name}_cy": text.cy}
    if request.method == "GET":
        return page | {"form": forms.start(TextsForm, values)}
    form = forms.read(TextsForm, request.form)
    if form.ok:
        try:
            said = {name: _both(form.data, name) for name in TEXTS}
            return to_version(
                services.edit_texts(actor, found.id, form.data["edition"], **said), _("The draft is saved.")
            )
        except (StaleEdit, Conflict) as refusal:
            tell(form, refusal)
            return page | {"form": form}, 409
    return page | {"form": form}, 422


def _both(data: dict[str, Any], name: str) -> Bilingual:
    return Bilingual(data.get(f"{name}_en", ""), data.get(f"{name}_cy", ""))


@pages.page(BOTH, f"{VERSION}/people", needs=EDIT, template="frameworks/editing/people.html")
def people(actor: Actor, code: str, number: int) -> Answer:
    """Who takes part, and the form that asks one more."""
    found, may, page = shown(actor, code, number)
    page |= {
        "people": [(each, _(PARTS[each.part])) for each in queries.participants(found.id)],
        "parts": [
            (Part.COMMENT.value, _("Comment")),
            (Part.EDIT.value, _("Edit, and comment")),
            (Part.REVIEW.value, _("Review: their word is recorded, and publishing does not wait for it")),
            (Part.SIGN.value, _("Sign: it cannot be published without their word on exactly this content")),
        ],
        "open": found.status in IN_THE_MAKING and may.manage,
    }
    if request.method == "GET":
        return page | {"form": forms.start(AskIn)}
    form = forms.read(AskIn, request.form)
    if form.ok:
        try:
            asked = services.ask(actor, found.id, form.data["email"], form.data["part"])
            return Redirect(
                "framework_authors.people", code=code, number=number,
                flash=_("%(name)s takes part now.", name=accounts.names_of([asked.person_id])[asked.person_id]),
            )  # fmt: skip
        except (Invalid, Conflict) as refusal:
            tell(form, refusal)
    return page | {"form": form}, 422


@pages.page("POST", f"{VERSION}/people/<uuid:participant_id>/end", needs=EDIT)
def end_part(actor: Actor, code: str, number: int, participant_id: Any) -> Redirect:
    """Somebody takes part no longer."""
    services.end_part(actor, queries.visible(actor, code, number)[0].id, participant_id)
    return Redirect("framework_authors.people", flash=_("They take part no longer."), code=code, number=number)
