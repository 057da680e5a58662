"""Three to five words of navigation, the same on every page. What opens is what one may do, never what one is called."""

from functools import cache
from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _

from lms.core.permissions import Actor, Permission

MANAGING = (
    Permission.COURSE_EDIT, Permission.ENROLMENT_COMPLETE, Permission.SUPERVISION_ASSIGN, Permission.RECORD_STORE_MANAGE,
    Permission.NEEDS_READ, Permission.APPROVAL_KEEP,
)  # fmt: skip
LEARNING = ("learning", "enrolments", "portfolios", "mentoring", "cascade", "my_dates", "evaluation")
SUPERVISED = ("supervision_queue", "supervision", "supervision_sessions", "assessment_answers")
MANAGED = (
    "manage", "mentor_programmes", "record_store", "destinations", "series", "register", "needs_manage",
    "awards", "names", "organising", "approvals", "evaluation_texts",
)  # fmt: skip
REPORTING = ("uptake", "reports_pages", "explore", "returns", "saved_views", "framework_gaps", "spending")
"""The rooms that an entry stands for."""


def navigation(actor: Actor) -> list[dict[str, Any]]:
    """Entries of the header: {label, url, current}."""
    if actor.person is None:
        return [
            _entry(_("Find training"), "catalogue.search", "catalogue", "enrolments"),
            _entry(_("Frameworks"), "frameworks.frameworks", "frameworks"),
            _entry(_("Verify a certificate"), "verify.form", "verify"),
        ]
    entries = [
        _entry(_("My learning"), "learning.learning", *LEARNING),
        _entry(_("Find training"), "catalogue.search", "catalogue", "frameworks", "dates"),
        _entry(_("My plan"), "plans.plan", "plans", "assessment"),
        _entry(_("My record"), "record.record", "record", "wallet", "my_statements", "cpd", "my_approvals", "badges"),
    ]
    if actor.might(Permission.PORTFOLIO_DECIDE):
        entries.append(_entry(_("Supervision"), "supervision_queue.queue", *SUPERVISED))
    if actor.reach(Permission.TEAM_READ).places:
        entries.append(_entry(_("My team"), "team.matrix", "team"))
    manages = any(actor.might(each) for each in MANAGING)
    if actor.might(Permission.NEEDS_ANSWER) and not manages:  # who manages finds the rounds there
        entries.append(_entry(_("Training needs"), "needs.mine", "needs"))
    if manages:
        entries.append(_entry(_("Manage"), "manage.manage", *MANAGED))
    if actor.might(Permission.UPTAKE_READ):
        entries.append(_entry(_("Uptake"), "uptake.uptake", *REPORTING))
    if actor.might(Permission.PERSON_EDIT):
        entries.append(_entry(_("Admin"), "admin.people", "admin"))
    return entries


def footer() -> list[dict[str, Any]]:
    """Links at the foot of every page."""
    return _footer(g.lang)


@cache
def _footer(language: str) -> list[dict[str, Any]]:
    """They are the same for everybody, so they are put into words once."""
    return [
        {"label": label, "url": url_for(endpoint, lang=language)}
        for label, endpoint in (
            (_("Help"), "help.help"),
            (_("Frameworks"), "frameworks.frameworks"),
            (_("Verify a certificate"), "verify.form"),
            (_("Accessibility statement"), "help.accessibility"),
            (_("Privacy"), "help.privacy"),
            (_("For developers"), "developers.developers"),
        )
    ]


def _entry(label: str, endpoint: str, *rooms: str) -> dict[str, Any]:
    return {"label": label, "url": url_for(endpoint), "current": request.blueprint in rooms}
