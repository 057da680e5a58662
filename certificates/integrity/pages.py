"""The page on which administrators see whether certificates are still as they were issued."""

from typing import Any

from flask import Response, jsonify, url_for
from flask_babel import ngettext

from certificates.integrity import queries, services
from certificates.integrity.models import LedgerCheck
from certificates.integrity.wording import told
from certificates.ledger import count
from lms.core.permissions import Actor, Permission
from lms.core.web.pages import Pages, Redirect

pages = Pages("integrity", __name__, template_folder="templates")

READ = Permission.AUDIT_READ


@pages.page("GET", "/manage/awards/ledger", needs=READ, template="integrity/ledger.html")
def checks(actor: Actor) -> dict[str, Any]:
    going, ended = services.under_way(), queries.ended()
    return {
        "going": going, "said": _said(going) if going else "", "last": ended[0] if ended else None, "ended": ended,
        "faults": [told(each) for each in ended[0].faults] if ended else [],
        "progress_url": url_for("integrity.progress"), "refresh_url": url_for("integrity.checks"),
    }  # fmt: skip


@pages.page("POST", "/manage/awards/ledger/check", needs=READ)
def check(actor: Actor) -> Redirect:
    services.begin(actor)
    return Redirect("integrity.checks")


@pages.page("GET", "/manage/awards/ledger/progress", needs=READ)
def progress(actor: Actor) -> Response:
    going = services.under_way()
    if going is None:
        return jsonify({"done": True, "percent": 100, "text": ""})
    awards, lines = count()
    percent = round(100 * (going.awards + going.lines) / max(awards + lines, 1))
    return jsonify({"done": False, "percent": min(percent, 99), "text": _said(going)})


def _said(it: LedgerCheck) -> str:
    return ngettext("%(num)s certificate looked at so far", "%(num)s certificates looked at so far", it.awards)
