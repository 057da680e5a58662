"""Pages: a list of certificates checked at once; and a file compared with those that we handed out."""

from typing import Any

from flask import Response, g, make_response, render_template, request, url_for
from flask_babel import gettext as _

from certificates import services as awards
from certificates import wording
from certificates.checking import reading, services
from certificates.checking.schemas import CheckListIn
from certificates.pages import COLOURS
from certificates.rules import State
from certificates.schemas import shown_check
from lms.core.permissions import Actor, Permission
from lms.core.spreadsheets import SheetUnreadable
from lms.core.web import edge, forms
from lms.core.web.pages import Pages

pages = Pages("checking", __name__, template_folder="templates")

LARGEST_FILE = 5_000_000
"""Bytes. Ours have a tenth of it."""


@pages.page(
    ("GET", "POST"), "/verify/list", needs=Permission.CERTIFICATE_WATCH, template="checking/list.html", keeps=False
)
def check_list(actor: Actor) -> Any:
    """A CSV or a workbook goes in, answers come out: on the page, or as a CSV."""
    if request.method == "GET":
        return {"form": forms.start(CheckListIn), "answers": None}
    form = forms.read(CheckListIn, request.form, request.files)
    if form.ok:
        try:
            lines = reading.read(form.data["file"].read(reading.LARGEST + 1))
        except SheetUnreadable as fault:
            for name, text in fault.fields.items():
                form.refuse(name, _(text))
    if not form.ok:
        return {"form": form, "answers": None}, 422
    answers = services.check_list(actor, lines)
    if request.form.get("as") == "csv":
        answer = Response(services.as_csv(answers, g.lang), mimetype="text/csv")
        answer.headers["Content-Disposition"] = 'attachment; filename="llwybr.csv"'
        answer.headers["Cache-Control"] = "private, no-store"
        return answer
    return {
        "form": form, "answers": answers, "states": wording.STATES, "colours": COLOURS, "not_found": wording.NOT_FOUND,
        "found": sum(each.found is not None for each in answers),
        "good": sum(each.found is not None and each.found.standing.state is State.ACTIVE for each in answers),
    }  # fmt: skip


@pages.page("POST", "/v/<code>/file", needs=Permission.CERTIFICATE_VERIFY, keeps=False)
def compare(actor: Actor, code: str) -> Response:
    """Is this the file? For browsers without scripts: it is read, hashed and forgotten."""
    given = request.files.get("file")
    content = given.read(LARGEST_FILE) if given and given.filename else b""
    it, same = awards.compare(actor, code, content, edge.origin())
    page = render_template(
        "checking/compared.html",
        it=it,
        same=same,
        missing=not content,
        status=shown_check(it)["status"],
        active=it.standing.state is State.ACTIVE,
        back=url_for("verify.check", code=it.award.code, share=request.args.get("share")),
    )
    answer = make_response(page, 422 if not content else 200)
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Language"] = g.lang
    return answer
