"""Pages of files: send one, see what it would do, and say so."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext as _

from frameworks.case.reading import read
from frameworks.case.rules import Fault
from frameworks.editing import queries
from frameworks.editing.pages.blueprint import BOTH, EDIT, READ, VERSION, Answer, shown, tell, to_version
from frameworks.editing.pages.versions import organisations_of
from frameworks.editing.words import STATUSES
from frameworks.exchange import files, renewing, services
from frameworks.exchange.models import FrameworkImport
from frameworks.exchange.rules import COLUMNS, Action
from frameworks.exchange.schemas import PackageForm, SheetForm
from frameworks.exchange.words import ACTIONS, FAULTS, FIELDS, KINDS, PACKAGE_FAULTS
from frameworks.models import FrameworkVersion
from lms.accounts import queries as accounts
from lms.core.errors import Conflict, Invalid, NotFound, Refusal
from lms.core.permissions import Actor
from lms.core.web import forms, refusals
from lms.core.web.forms import FormState
from lms.core.web.pages import Pages, Redirect

pages = Pages("framework_files", __name__, template_folder="templates")
SHOWN = 200
COLOURS = {Action.FAULT: "red", Action.REMOVE: "orange", Action.ADD: "green"}


def _sent(form: FormState, send: Callable[[str, bytes], FrameworkImport]) -> FrameworkImport | None:
    """Send the chosen file to be looked at. None: the form says why not."""
    given = request.files.get("file")
    if given is None or not given.filename:
        form.refuse("file", _("Choose a file"))
    elif form.ok:
        try:
            return send(given.filename, given.read())
        except (Invalid, Conflict) as refusal:
            refusals.refuse(form, refusal, "file", _said)
    return None


def _said(refusal: Refusal) -> str:
    """The fact, and what is wrong with this file."""
    detail = _(refusal.detail, **refusal.params) if refusal.detail else ""
    return f"{_(refusal.title)}. {detail}".strip()


def _brought_in(form: FormState, bring: Callable[[], FrameworkVersion], flash: str) -> Redirect | None:
    """Do what the dry run said, if that is asked for. None: it is not, or the form says why not."""
    if request.method == "POST":
        try:
            return to_version(bring(), flash)
        except Conflict as refusal:
            tell(form, refusal)
    return None


def _faults(found: Sequence[Fault]) -> dict[str, Any]:
    return {
        "faults": [(each.where, _(PACKAGE_FAULTS[each.why])) for each in found[:SHOWN]],
        "fault_count": len(found),
    }


@pages.page(BOTH, f"{VERSION}/files", needs=READ, template="frameworks/exchange/files.html")
def version_files(actor: Actor, code: str, number: int) -> Answer:
    """The version as a file, and, while it is open, the form that sends one back."""
    found, _may, page = shown(actor, code, number)
    page |= {"columns": COLUMNS}
    if request.method == "GET":
        return page | {"form": forms.start(SheetForm)}
    form = forms.read(SheetForm, request.form)
    sent = _sent(form, lambda name, body: services.send_sheet(actor, found.id, name, body, _removes(form)))
    if sent:
        return Redirect("framework_files.dry_run", code=code, number=number, import_id=sent.id)
    return page | {"form": form}, 422


def _removes(form: FormState) -> bool:
    return bool(form.data.get("removes_missing"))


@pages.page("GET", f"{VERSION}/files/<any(csv,xlsx,case):form>", needs=READ)
def download(actor: Actor, code: str, number: int, form: str) -> Response:
    """The version as that kind of file."""
    version, _may = queries.visible(actor, code, number, whole=True)
    answer = Response(files.made(version, form), content_type=files.TYPES[form])
    answer.headers["Content-Disposition"] = f"attachment; filename={files.name_of(version, form)}"
    return answer


@pages.page(BOTH, f"{VERSION}/files/<uuid:import_id>", needs=READ, template="frameworks/exchange/dry_run.html")
def dry_run(actor: Actor, code: str, number: int, import_id: UUID) -> Answer:
    """What each row would do; nothing has changed yet."""
    found, _may, page = shown(actor, code, number)
    sent = services.sent(actor, import_id)
    if sent.version_id != found.id:
        raise NotFound()
    form = FormState.empty()
    done = _brought_in(form, lambda: services.bring_in_sheet(actor, import_id), _("The file has been brought in."))
    if done:
        return done
    page |= {"form": form, "sent": sent}
    page |= _told(
        services.sheet_plan(sent), "framework_files.dry_run", code=code, number=number, import_id=import_id
    )  # fmt: skip
    return page if form.ok else (page, 409)


def _told(todo: Any, endpoint: str, *, in_words: bool = False, **address: Any) -> dict[str, Any]:
    """What a plan would do, step by step, a page at a time; faults first. `in_words`: not by the names of columns."""
    steps = sorted((step for step in todo.steps if step.actions != {Action.NOTHING}),
                   key=lambda step: (Action.FAULT not in step.actions, step.line or 10**9))  # fmt: skip
    start = min(max(0, request.args.get("start", 0, type=int) or 0), len(steps))
    more = start + SHOWN < len(steps)
    return {
        "has_faults": todo.faulty,
        "counts": [(_(text), todo.count(action)) for action, text in ACTIONS.items()],
        "changes": len(steps),
        "steps": [_row(step, in_words) for step in steps[start : start + SHOWN]],
        "next_url": url_for(endpoint, start=start + SHOWN, **address) if more else None,
    }


def _row(step: Any, in_words: bool) -> dict[str, Any]:
    changed = [] if step.before is None or step.fault else [
        (_(FIELDS[name]) if in_words else name, step.before[name], step.row[name]) for name in COLUMNS
        if Action.REMOVE not in step.actions and step.row.get(name) != step.before.get(name)
    ]  # fmt: skip
    return {
        "line": step.line or None,
        "kind": _(KINDS[step.kind]) if step.kind in KINDS else step.kind,
        "code": step.code,
        "what": ", ".join(_(ACTIONS[action]) for action in ACTIONS if action in step.actions),
        "colour": next((COLOURS[action] for action in COLOURS if action in step.actions), "blue"),
        "why": _(FAULTS[step.fault], value=step.detail) if step.fault else "",
        "changed": changed,
        "removed": (step.row["english"] or step.row["welsh"]) if Action.REMOVE in step.actions else "",
        "added": step.row.get("english") or step.row.get("welsh") or ""
        if step.before is None and not step.fault
        else "",
    }


@pages.page(BOTH, "/manage/frameworks/import", needs=EDIT, template="frameworks/exchange/package.html")
def package(actor: Actor) -> Answer:
    """Send a CASE package that is to become a framework."""
    page: dict[str, Any] = {"organisations": organisations_of(actor), "here": renewing.could(actor)}
    if request.method == "GET":
        return page | {"form": forms.start(PackageForm)}
    form = forms.read(PackageForm, request.form)

    def send(name: str, body: bytes) -> FrameworkImport:
        return services.send_package(actor, form.data["code"], accounts.body(form.data["organisation"]).id, name, body)

    try:
        sent = _sent(form, send)
    except NotFound:
        form.refuse("organisation", _("Choose from the list"))
        sent = None
    if sent:
        return Redirect("framework_files.package_dry_run", import_id=sent.id)
    return page | {"form": form}, 422


@pages.page(
    BOTH, "/manage/frameworks/import/<uuid:import_id>", needs=EDIT, template="frameworks/exchange/package_dry_run.html"
)
def package_dry_run(actor: Actor, import_id: UUID) -> Answer:
    """What the package would become; nothing has changed yet."""
    sent = services.sent(actor, import_id)
    if sent.code is None or renewing.is_newer(sent):
        raise NotFound()
    form = FormState.empty()
    done = _brought_in(
        form, lambda: services.bring_in_package(actor, import_id), _("The framework is here, as a draft.")
    )
    if done:
        return done
    given = services.parsed(sent.body)
    faults = services.package_faults(given)
    page = _faults(faults) | {
        "form": form, "sent": sent, "found": None if faults else read(given), "here": renewing.here(actor, given),
        "associations": len(given.get("CFAssociations") or []) if isinstance(given, dict) else 0,
    }  # fmt: skip
    return page if form.ok else (page, 409)


@pages.page(BOTH, "/manage/frameworks/<code>/newer", needs=EDIT, template="frameworks/exchange/newer.html")
def newer(actor: Actor, code: str) -> Answer:
    """Send a newer edition of a CASE document that is a framework here already."""
    page = {"code": code}
    try:
        version = renewing.target(actor, code)
    except Conflict as refusal:
        form = forms.start(SheetForm)
        tell(form, refusal)
        return page | {"form": form, "version": None}, 409
    page |= {"version": version, "status_text": _(STATUSES[version.status])}
    if request.method == "GET":
        return page | {"form": forms.start(SheetForm)}
    form = forms.read(SheetForm, request.form)
    sent = _sent(form, lambda name, body: renewing.send(actor, code, name, body, _removes(form)))
    if sent:
        return Redirect("framework_files.newer_dry_run", code=code, import_id=sent.id)
    return page | {"form": form}, 422


@pages.page(
    BOTH, "/manage/frameworks/<code>/newer/<uuid:import_id>", needs=EDIT,
    template="frameworks/exchange/newer_dry_run.html",
)  # fmt: skip
def newer_dry_run(actor: Actor, code: str, import_id: UUID) -> Answer:
    """What the newer edition would do; nothing has changed yet."""
    sent = services.sent(actor, import_id)
    if sent.code != code or not renewing.is_newer(sent):
        raise NotFound()
    form = FormState.empty()
    done = _brought_in(form, lambda: renewing.bring_in(actor, import_id), _("The newer edition is in the draft."))
    if done:
        return done
    faults = renewing.package_faults(sent)
    page = _faults(faults) | {"form": form, "sent": sent, "code": code, "todo": None}
    if not faults:
        todo = renewing.plan(sent)
        page |= _told(todo, "framework_files.newer_dry_run", in_words=True, code=code, import_id=import_id)
        page |= {"todo": todo, "unchanged": sum(step.actions == {Action.NOTHING} for step in todo.steps)}
    return page if form.ok else (page, 409)
