"""Pages for what was spent and bought: one amount in a form, or many in a spreadsheet, and what was recorded."""

from typing import Any
from uuid import UUID

from flask import g, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.core.db import db
from lms.core.errors import Invalid
from lms.core.permissions import Actor, Permission
from lms.core.web.forms import FormState
from lms.core.web.pages import Pages, Redirect
from lms.reporting import groups, spending
from lms.reporting.given_rows import LARGEST, Outcome, as_text
from lms.reporting.spending import COLUMNS, Spending

pages = Pages("spending", __name__, template_folder="templates")

NEEDS = Permission.SPENDING_RECORD
SHOWN = 100


@pages.page("GET", "/reports/spending", needs=NEEDS, template="reports/spending.html")
def spent(actor: Actor) -> dict[str, Any]:
    """What has been recorded, and where to give more."""
    return _shown(actor, FormState(), None)


@pages.page("POST", "/reports/spending", needs=NEEDS, template="reports/spending.html")
def give(actor: Actor) -> Any:
    """Record one amount from the form, or judge the rows of a spreadsheet and record them once they were seen."""
    form = FormState(values={name: text for name, text in request.form.items() if name != "csrf_token"})
    if "one" in request.form:
        outcome = spending.judge_one(actor, _one(form.values))
        if outcome.fault:
            form.errors[outcome.field] = _(outcome.fault)
            return _shown(actor, form, None), 422
        return _kept(spending.keep(actor, [outcome]))
    try:
        outcomes = spending.judge(actor, sent_rows())
        if request.form.get("keep"):
            return _kept(spending.keep(actor, outcomes))
    except Invalid as refusal:
        form.errors |= placed(refusal)
        return _shown(actor, form, None), 422
    form.values["rows"] = as_text(outcomes, COLUMNS)
    return _shown(actor, form, outcomes)


@pages.page("POST", "/reports/spending/<uuid:fact_id>", needs=NEEDS)
def cancel(actor: Actor, fact_id: UUID) -> Redirect:
    """What was recorded does not hold."""
    spending.cancel(actor, fact_id)
    return Redirect("spending.spent", flash=_("It is taken out of the figures. That it was recorded stays on record."))


def sent_rows() -> bytes:
    """The file that was chosen, or else the rows that were pasted."""
    file = request.files.get("file")
    if file is not None and file.filename:
        content: bytes = file.read(LARGEST + 1)
        return content
    return request.form.get("rows", "").strip("\r\n").encode()


def placed(refusal: Invalid) -> dict[str, str]:
    """What is wrong with the rows, beside the file or the box that they came from."""
    file = request.files.get("file")
    at = "file" if file is not None and file.filename else "rows"
    said = {name: _(words) for name, words in refusal.fields.items()}
    return {at if name in ("file", "rows") else name: words for name, words in said.items()}


def _one(values: dict[str, Any]) -> dict[str, str]:
    day, month, year = (str(values.get(f"date-{part}", "")).strip() for part in ("day", "month", "year"))
    return {name: str(values.get(name, "")) for name in COLUMNS} | {
        "date": f"{year.zfill(4)}-{month.zfill(2)}-{day.zfill(2)}"
    }


def _kept(number: int) -> Redirect:
    return Redirect("spending.spent", flash=ngettext("%(num)s row recorded", "%(num)s rows recorded", number))


def _shown(actor: Actor, form: FormState, outcomes: list[Outcome[Spending]] | None) -> dict[str, Any]:
    reach = actor.reach(NEEDS)
    within = groups.within(None if groups.root_among(reach) else reach.places)
    rows = db.session.execute(spending.recorded(actor).limit(SHOWN)).all()
    return {
        "form": form, "outcomes": outcomes, "faults": sum(bool(each.fault) for each in outcomes or ()),
        "columns": COLUMNS, "fault": lambda text: _(text) if text else "",
        "bodies": sorted([(body.code, body.name.in_(g.lang)) for body in within], key=lambda each: each[1]),
        "courses": [(code, f"{title.in_(g.lang)} ({code})") for code, _p, title in groups.courses().values()],
        "recorded": [
            (fact, body, course, spending.reference_of(fact), url_for("spending.cancel", fact_id=fact.id))
            for fact, body, course in rows
        ],
    }  # fmt: skip
