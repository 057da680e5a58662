"""Pages for authors: the packages of a course, what became of what they sent, and which is on offer."""

from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from flask import Response, current_app, jsonify, request
from flask_babel import gettext as _

from courses.catalogue.services import require_editor
from courses.launch.formats.structure import MoveOn
from courses.launch.packages import importing, queries, services
from courses.launch.packages.models import ImportState, Package, PackageImport, PackageNode
from courses.launch.packages.schemas import KEPT, ArrangeForm, OfferIn, SendForm, WithdrawIn
from courses.launch.packages.words import FORMATS, LANGUAGE_NAMES, MOVE_ON, sentence, title_of
from lms.core.db import get_or_refuse
from lms.core.errors import Invalid, NotFound, Refusal
from lms.core.permissions import Actor, Permission
from lms.core.web import forms, streams
from lms.core.web.forms import FormState
from lms.core.web.pages import Pages, Redirect
from lms.core.web.paging import page_of

pages = Pages("packages", __name__, template_folder="templates")

EDIT = Permission.COURSE_EDIT
ALL = "/manage/courses/<code>/packages"
ONE = f"{ALL}/<int:number>"
SIZE = 20
PARTS = 100


@pages.page("GET", ALL, needs=EDIT, template="packages/packages.html")
def packages(actor: Actor, code: str) -> dict[str, Any]:
    """A course's packages: which is on offer in which language, and who is on which."""
    require_editor(actor)
    course = queries.course(code)
    found = page_of(
        queries.packages(course.id).order_by(None), request.args.get("cursor"), SIZE,
        key=(Package.number, Package.id), descending=True,
    )  # fmt: skip
    return {
        "course": course,
        "page": found,
        "offered": queries.offered(course.id),
        "learners": queries.learners_on([each.id for each in found.items]),
        "waiting": queries.imports(course.id),
        "decisions": queries.decisions(course.id),
        "State": ImportState,
        **_words(),
    }


@pages.page(("GET", "POST"), f"{ALL}/new", needs=EDIT, template="packages/send.html", largest="MAX_PACKAGE")
def send(actor: Actor, code: str) -> Any:
    """Choose a file, or give the address of a page elsewhere."""
    require_editor(actor)
    course = queries.course(code)
    limit = current_app.config["MAX_PACKAGE"]
    shown = {"course": course, "limit": limit // 1_000_000, **_words()}
    if request.method == "GET":
        return shown | {"form": forms.start(SendForm, {"languages": ["en"]})}
    form = forms.read(SendForm, request.form, request.files)
    if form.ok and not (form.data["file"] or form.data["address"]):
        form.refuse("file", _("Choose a file, or give an address"))
    if form.ok:
        try:
            made = _sent(actor, code, form, limit)
            return Redirect("packages.sent", code=code, import_id=made.id)
        except Refusal as refusal:
            name = next(iter(refusal.fields), "file")
            form.refuse(name, _(refusal.fields.get(name) or refusal.detail or refusal.title, **refusal.params))
    return shown | {"form": form}, 422


def _sent(actor: Actor, code: str, form: FormState, limit: int) -> PackageImport:
    languages = form.data["languages"]
    if (file := form.data["file"]) is not None:
        return importing.begin(actor, code, file.stream, file.filename, languages, limit=limit)
    address = form.data["address"]
    return importing.begin_link(actor, code, address, form.data["title"] or address, languages)


@pages.page("GET", f"{ALL}/sent/<uuid:import_id>", needs=EDIT, template="packages/sent.html")
def sent(actor: Actor, code: str, import_id: UUID) -> dict[str, Any]:
    """How far it is, or what came of it: every fault with what the author can do."""
    found = _import(actor, code, import_id)
    return {"it": found, "course": found.course, "State": ImportState, "text": _told(found), **_words()}


@pages.page("GET", f"{ALL}/sent/<uuid:import_id>/progress", needs=EDIT)
def progress(actor: Actor, code: str, import_id: UUID) -> Response:
    found = _import(actor, code, import_id)
    return jsonify({"done": found.ended_at is not None, "percent": importing.percent(found), "text": _told(found)})


def _import(actor: Actor, code: str, import_id: UUID) -> PackageImport:
    require_editor(actor)
    found = get_or_refuse(PackageImport, import_id)
    if found.course.code != code:
        raise NotFound()
    return found


def _told(found: PackageImport) -> str:
    match found.state:
        case ImportState.WAITING:
            return _("It waits to be read")
        case ImportState.READING:
            return _("It is being read and checked")
        case _:
            return _("%(percent)s%% is unpacked", percent=importing.percent(found))


@pages.page("GET", ONE, needs=EDIT, template="packages/package.html")
def package(actor: Actor, code: str, number: int) -> dict[str, Any]:
    """One package: what is in it, what was noted, who is on it."""
    require_editor(actor)
    found = queries.numbered(code, number)
    return _shown(found) | {
        "page": page_of(
            queries.parts(found.id), request.args.get("cursor"), PARTS, key=(PackageNode.position, PackageNode.id)
        ),
        "depths": queries.depths(found.id),
        "may_try": "trying.begin" in current_app.view_functions,
    }


@pages.page("GET", f"{ONE}/file", needs=EDIT)
def file(actor: Actor, code: str, number: int) -> Response:
    """The file as it was sent, or the bare description of a course that has no other."""
    require_editor(actor)
    found = queries.numbered(code, number)
    if found.file_id is None:
        raise NotFound()
    ending = PurePosixPath(found.name).suffix.lower()
    name = f"{code}-{number}{ending if ending[1:].isalnum() and ending.isascii() else ''}"
    return streams.stored(found.file_id, name, "application/octet-stream")


@pages.page(("GET", "POST"), f"{ONE}/offer", needs=EDIT, template="packages/offer.html")
def offer(actor: Actor, code: str, number: int) -> Any:
    """Put it on offer, or an earlier one again, on a page that says what that does."""
    require_editor(actor)
    found = queries.numbered(code, number)
    if request.method == "GET":
        return _shown(found) | {"form": forms.start(OfferIn, {"languages": found.languages})}
    form = forms.read(OfferIn, request.form)
    if form.ok:
        try:
            services.offer(actor, found.id, form.data["languages"], form.data["reason"])
            return Redirect("packages.packages", code=code, flash=_("Package %(number)s is on offer.", number=number))
        except Refusal as refusal:
            form.refuse("languages", _(refusal.fields.get("languages", refusal.title)))
    return _shown(found) | {"form": form}, 422


@pages.page(("GET", "POST"), f"{ONE}/withdraw", needs=EDIT, template="packages/withdraw.html")
def withdraw(actor: Actor, code: str, number: int) -> Any:
    """Take it off, with a reason."""
    require_editor(actor)
    found = queries.numbered(code, number)
    if request.method == "GET":
        return _shown(found) | {"form": forms.start(WithdrawIn)}
    form = forms.read(WithdrawIn, request.form)
    if form.ok:
        try:
            services.withdraw(actor, found.id, form.data["reason"])
            told = _("Package %(number)s is not on offer any more.", number=number)
            return Redirect("packages.packages", code=code, flash=told)
        except Refusal as refusal:
            form.refuse("reason", _(refusal.detail or refusal.title))
    return _shown(found) | {"form": form}, 422


@pages.page(("GET", "POST"), f"{ONE}/settings", needs=EDIT, template="packages/settings.html")
def settings(actor: Actor, code: str, number: int) -> Any:
    """How it runs, and when its units count."""
    require_editor(actor)
    found = queries.numbered(code, number)
    if request.method == "GET":
        now = {"outside": "\n".join(found.outside), "completion": found.completion.value if found.completion else KEPT}
        if found.sandboxed:
            now["sandboxed"] = "true"
        return _shown(found) | {"form": forms.start(ArrangeForm, now)}
    form = forms.read(ArrangeForm, request.form)
    if form.ok:
        chosen = form.data["completion"]
        try:
            services.arrange(
                actor, found.id, sandboxed=form.data["sandboxed"], outside=form.data["outside"].splitlines(),
                completion=None if chosen == KEPT else MoveOn(chosen),
            )  # fmt: skip
            return Redirect("packages.package", code=code, number=number, flash=_("The settings are saved."))
        except Invalid as refusal:
            text = refusal.fields["outside"]
            form.refuse("outside", _(text))
    return _shown(found) | {"form": form}, 422


def _shown(found: Package) -> dict[str, Any]:
    offered = queries.offered(found.course_id)
    return {
        "it": found,
        "course": found.course,
        "on_offer": [language for language, made in offered.items() if made.package_id == found.id],
        "learners": queries.learners_on([found.id]).get(found.id, 0),
        "KEPT": KEPT,
        **_words(),
    }


def _words() -> dict[str, Any]:
    return {
        "formats": {each: _(text) for each, text in FORMATS.items()},
        "languages": {each: _(text) for each, text in LANGUAGE_NAMES.items()},
        "move_on": {each: _(text) for each, text in MOVE_ON.items()},
        "sentence": sentence,
        "title_of": title_of,
    }
