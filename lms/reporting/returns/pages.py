"""Pages of returns: the list with the form of a new one, a return, what moved, signing and withdrawing."""

from datetime import date
from typing import Any

from flask import Response, g, jsonify, request, url_for
from flask_babel import gettext as _

from lms.core import clock
from lms.core.errors import Invalid, NotFound
from lms.core.permissions import Actor, Permission
from lms.core.web import forms
from lms.core.web.forms import FormState
from lms.core.web.pages import Pages, Redirect
from lms.core.web.paging import page_of
from lms.reporting import groups
from lms.reporting.report_pages import cell
from lms.reporting.reports.report import Column
from lms.reporting.returns import content as contents
from lms.reporting.returns import files, queries, rules, services, wording
from lms.reporting.returns.models import Return, ReturnProgress
from lms.reporting.returns.rules import Standing
from lms.reporting.returns.schemas import ReturnIn, ReturnSignIn, ReturnWithdrawIn
from lms.reporting.returns.services import Seen

pages = Pages("returns", __name__, template_folder="../templates")

READ = Permission.UPTAKE_READ
SHOWN = 25
MOST_MOVED = 200


@pages.page("GET", "/reports/returns", needs=READ, template="returns/list.html")
def listed(actor: Actor) -> dict[str, Any]:
    """The returns of the bodies that one sees."""
    return _listed(actor, forms.start(ReturnIn, {"reports": [report.slug for report in contents.FREEZABLE]}))


@pages.page("POST", "/reports/returns", needs=Permission.RETURN_MAKE, template="returns/list.html")
def ask(actor: Actor) -> Any:
    """Ask for a new one; it is made in the background."""
    form = forms.read(ReturnIn, request.form)
    try:
        if form.ok:
            made = services.ask(actor, form.data["organisation"], form.data["term"], form.data["reports"])
            return Redirect("returns.one", number=made.number)
    except Invalid as refusal:
        form.errors |= {name: _(text) for name, text in refusal.fields.items()}
    return _listed(actor, form), 422


def _listed(actor: Actor, form: FormState) -> dict[str, Any]:
    reach = actor.reach(READ)
    if not actor.might(READ):
        actor.require(READ)
    page = page_of(queries.within(reach), request.args.get("cursor"), SHOWN, key=(Return.ends_on, Return.id),
                   descending=True)  # fmt: skip
    makes = actor.reach(Permission.RETURN_MAKE)
    bodies = groups.within(None if groups.root_among(makes) else makes.places)
    named = sorted((body.name.in_(g.lang), body.code) for body in bodies)
    top = groups.top_of(makes.places)
    form.values.setdefault("organisation", top.code if top else "")
    return {
        "form": form, "found": queries.listed(page.items), "standings": wording.STANDINGS, "term_of": wording.term_of,
        "next_url": url_for("returns.listed", cursor=page.next) if page.next else None,
        "first_url": url_for("returns.listed") if request.args.get("cursor") else None,
        "bodies": [(code, name) for name, code in named],
        "terms": [(term.code, wording.term(term)) for term in rules.offered(clock.today())],
        "reports": [(report.slug, report.title.in_(g.lang)) for report in contents.FREEZABLE],
    }  # fmt: skip


@pages.page("GET", "/reports/returns/<number>", needs=READ, template="returns/return.html")
def one(actor: Actor, number: str) -> dict[str, Any]:
    """A return as it stands: its figures, whose name is under it, what may be done."""
    return _one(actor, number, FormState(values={}))


@pages.page("POST", "/reports/returns/<number>", needs=Permission.RETURN_SIGN, template="returns/return.html")
def sign(actor: Actor, number: str) -> Any:
    """Put one's name to it."""
    form = forms.read(ReturnSignIn, request.form)
    try:
        if form.ok:
            services.sign(actor, number, form.data["sha256"], form.data["role"])
            return Redirect("returns.one", number=number, flash=_("You have signed this return."))
    except Invalid as refusal:
        form.errors |= {name: _(text) for name, text in refusal.fields.items()}
    return _one(actor, number, form), 422


@pages.page("GET", "/reports/returns/<number>/withdraw", needs=Permission.RETURN_SIGN, template="returns/withdraw.html")
def withdrawal(actor: Actor, number: str) -> dict[str, Any]:
    """Why it is withdrawn is asked first."""
    return _withdrawal(actor, number, forms.start(ReturnWithdrawIn))


@pages.page(
    "POST", "/reports/returns/<number>/withdraw", needs=Permission.RETURN_SIGN, template="returns/withdraw.html"
)
def withdraw(actor: Actor, number: str) -> Any:
    form = forms.read(ReturnWithdrawIn, request.form)
    try:
        if form.ok:
            services.withdraw(actor, number, form.data["reason"])
            return Redirect("returns.one", number=number, flash=_("The return is withdrawn. It stays to be read."))
    except Invalid as refusal:
        form.errors |= {name: _(text) for name, text in refusal.fields.items()}
    return _withdrawal(actor, number, form), 422


@pages.page("GET", "/reports/returns/<number>/compared", needs=READ, template="returns/compared.html")
def compared(actor: Actor, number: str) -> dict[str, Any]:
    """What moved since the return before it, and why."""
    seen = services.look(actor, number)
    previous, people, moved = services.moved(actor, seen)
    if previous is None:
        raise NotFound()
    rows = [
        (contents.words(it.report).in_(g.lang), contents.words(it.sheet).in_(g.lang),
         contents.words(it.row).in_(g.lang), contents.words(it.column).in_(g.lang),
         _shown(it.before, it), _shown(it.now, it))
        for it in moved[:MOST_MOVED]
    ]  # fmt: skip
    return {
        "it": seen.listed.it, "term": wording.term_of(seen.listed.it), "previous": previous, "people_of": people,
        "previous_term": wording.term_of(previous), "rows": rows, "more": len(moved) - len(rows), "moved": len(moved),
    }  # fmt: skip


@pages.page("GET", "/reports/returns/<number>/progress", needs=READ)
def progress(actor: Actor, number: str) -> Response:
    seen = services.look(actor, number)
    done = seen.listed.standing is not Standing.MAKING
    return jsonify({"done": done, "percent": _percent(seen.progress), "text": told(seen)})


@pages.page("GET", "/reports/returns/<number>/content.json", needs=READ)
def content_json(actor: Actor, number: str) -> Response:
    """The canonical bytes themselves."""
    _content, told_ = _made(services.look(actor, number))
    return _file(told_.content, "application/json", f"{number}.json")


@pages.page("GET", "/reports/returns/<number>/content.csv", needs=READ)
def content_csv(actor: Actor, number: str) -> Response:
    """The same as a table for a spreadsheet, with who signed it above it."""
    seen = services.look(actor, number)
    content, told_ = _made(seen)
    about = [[_text(cell) for cell in row] for row in files.about(seen, told_.sha256, g.lang)]
    return _file(contents.csv_of(content, about, g.lang), "text/csv", f"{number}.csv")


@pages.page("GET", "/reports/returns/<number>/content.xlsx", needs=READ)
def content_xlsx(actor: Actor, number: str) -> Response:
    """The same as a workbook, with real dates and numbers."""
    return _spreadsheet(actor, number, "xlsx")


@pages.page("GET", "/reports/returns/<number>/content.ods", needs=READ)
def content_ods(actor: Actor, number: str) -> Response:
    """The same as an OpenDocument spreadsheet."""
    return _spreadsheet(actor, number, "ods")


def _spreadsheet(actor: Actor, number: str, kind: str) -> Response:
    seen = services.look(actor, number)
    content, told_ = _made(seen)
    return files.spreadsheet(seen, content, told_.sha256, g.lang, kind)


def _made(seen: Seen) -> tuple[contents.Content, Any]:
    if seen.content is None or seen.told is None:
        raise NotFound()
    return seen.content, seen.told


def _text(cell: Any) -> str:
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _file(data: bytes, media_type: str, name: str) -> Response:
    answer = Response(data, mimetype=media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _one(actor: Actor, number: str, form: FormState) -> dict[str, Any]:
    seen = services.look(actor, number)
    it, content = seen.listed.it, seen.content
    reports = []
    for report in content["reports"] if content else ():
        title, finding = contents.words(report["title"]), contents.words(report["finding"])
        reports.append((report, title.in_(g.lang), finding.in_(g.lang), contents.sheets_of(report)))
    return {
        "form": form, "seen": seen, "it": it, "listed": seen.listed, "standing": wording.STANDINGS[seen.listed.standing],
        "term": wording.term_of(it), "reports": reports, "cell": cell, "text": told(seen),
        "percent": _percent(seen.progress), "rule": content["disclosure"] if content else None,
        "compared_with": content["since"]["number"] if content and content["since"] else None,
    }  # fmt: skip


def _withdrawal(actor: Actor, number: str, form: FormState) -> dict[str, Any]:
    seen = services.look(actor, number)
    if not seen.may_withdraw:
        raise NotFound()
    return {"form": form, "it": seen.listed.it, "term": wording.term_of(seen.listed.it)}


def _percent(it: ReturnProgress) -> int:
    return 100 * it.done // it.steps


def told(seen: Seen) -> str:
    """How far it is, in a sentence."""
    if seen.listed.standing is Standing.MAKING:
        return _("The return is being made: step %(done)s of %(steps)s.", done=seen.progress.done,
                 steps=seen.progress.steps)  # fmt: skip
    return _("It is there.") if seen.told else _("The return could not be made. Ask for it again.")


def _shown(value: Any, it: rules.Moved) -> Any:
    return cell(contents.value_of(value), Column("", contents.words(it.column), it.unit))
