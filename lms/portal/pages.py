"""Home, my learning, and the way into managing."""

from typing import Any

from flask import Response, redirect, request, url_for
from flask_babel import gettext as _

from courses.delivery import queries as dates
from courses.delivery import words as date_words
from courses.evaluation import queries as evaluation
from courses.plans import queries as plans
from courses.plans.team import has_team
from frameworks.assessment import asking
from lms.core import clock
from lms.core.permissions import Actor, Permission
from lms.core.web.pages import Pages
from lms.portal import queries, rules

root_pages = Pages("root", __name__, languages=False)
home_pages = Pages("home", __name__, template_folder="templates")
learning_pages = Pages("learning", __name__, template_folder="templates")
manage_pages = Pages("manage", __name__, template_folder="templates")

SHOWN = 4
"""Open enrolments on the home page; the rest are one click away."""


@root_pages.page("GET", "/", needs=Permission.PUBLIC_READ)
def choose(actor: Actor) -> Response:
    """To the home page in the person's language, or the browser's."""
    language = actor.language if actor.person else request.accept_languages.best_match(["en", "cy"], "en")
    return redirect(url_for("home.home", lang=language), 302)  # type: ignore[return-value]


@home_pages.page("GET", "/", needs=Permission.PUBLIC_READ, template="portal/home.html")
def home(actor: Actor) -> dict[str, Any]:
    """What is next, what waits and with whom; for a visitor what this is."""
    if actor.person is None:
        return {"person": None, "topics": queries.topics_on_offer()}
    mine = queries.learning_of(actor.person)
    waiting = queries.waiting_with(actor.person) if actor.supervises else None
    return {
        "person": actor,
        "next_steps": [(it, rules.step(it)) for it in rules.next_first(mine)[:SHOWN]],
        "open_count": sum(it.open for it in mine),
        "completed_count": sum(it.state == "completed" for it in mine),
        "Step": rules.Step,
        "waiting": waiting,
        "dates": dates.coming(actor.person, days=42),
        "keeps": dates.this_week(actor),
        "date_words": date_words,
        "evaluations": evaluation.open_for(actor.person, clock.today()),
        "goal": plans.next_goal(actor.person),
        "plans_waiting": plans.waiting_for(actor.person),
        "has_team": has_team(actor),
        "asked_again": asking.open_for(actor.person),
        "in_review": queries.drafts_in_review() if actor.might(Permission.COURSE_PUBLISH) else None,
        "comments_waiting": evaluation.how_many_wait(actor.person) if actor.might(Permission.EVALUATION_REVIEW) else 0,
        "sees_uptake": actor.might(Permission.UPTAKE_READ),
    }


@learning_pages.page("GET", "/learning", needs=Permission.HOME_READ, template="portal/learning.html")
def learning(actor: Actor) -> dict[str, Any]:
    """Everything I am or was enrolled on."""
    if actor.person is None:  # the edge has asked for a person; the type checker has not
        return {"open": [], "done": [], "ended": [], "shared": False, "dates": [], "evaluations": []}
    mine = queries.learning_of(actor.person)
    return {
        "open": [(it, rules.step(it)) for it in rules.next_first(mine)],
        "done": [it for it in mine if it.state == "completed"],
        "ended": [it for it in mine if it.state == "withdrawn"],
        "Step": rules.Step,
        "shared": queries.has_shared_with(actor),
        "dates": dates.coming(actor.person),
        "evaluations": evaluation.open_for(actor.person, clock.today()),
        "date_words": date_words,
    }


@manage_pages.page("GET", "/manage", needs=Permission.HOME_READ, template="portal/manage.html")
def manage(actor: Actor) -> dict[str, Any]:
    """What this person may manage."""
    doors = (
        (
            Permission.SERIES_MANAGE,
            "series.listed",
            _("Dates"),
            _("This week's sessions, places, waiting and registers"),
        ),
        (Permission.COURSE_EDIT, "course_authors.manage", _("Courses"), _("Draft, review, publish and retire")),
        (
            Permission.COURSE_EDIT,
            "portfolio_templates.listed",
            _("Portfolio templates"),
            _("What evidence portfolios ask for"),
        ),
        (
            Permission.FRAMEWORK_EDIT,
            "framework_authors.manage",
            _("Frameworks"),
            _("Draft, consult, review and publish"),
        ),
        (
            Permission.EVALUATION_REVIEW,
            "evaluation_texts.listed",
            _("What learners wrote"),
            _("Read comments about courses, and release them"),
        ),
        (Permission.ENROLMENT_COMPLETE, "enrolments.manage", _("Enrolments"), _("Record attendance and completion")),
        (
            Permission.NEEDS_READ,
            "needs_manage.listed",
            _("Needs rounds"),
            _("What bodies need, and places by a published rule"),
        ),
        (
            Permission.APPROVAL_KEEP,
            "approvals.register",
            _("Statutory approvals"),
            _("Who is approved, what ends, and evidence to decide about"),
        ),
        (Permission.SUPERVISION_ASSIGN, "supervision.manage", _("Supervision"), _("Licences, and who supervises whom")),
        (
            Permission.MENTORING_MANAGE,
            "mentor_programmes.manage",
            _("Mentor programmes"),
            _("Mentors, and bringing people together"),
        ),
        (
            Permission.RECORD_STORE_MANAGE,
            "record_store.credentials",
            _("Record store"),
            _("Statements, and the clients that send them"),
        ),
        (
            Permission.AWARD_REVOKE,
            "awards.awards",
            _("Certificates"),
            _("Find, issue for a cohort, renew, suspend and revoke"),
        ),
        (Permission.AUDIT_READ, "admin.audit", _("Audit trail"), _("Who did what, about whom, when and why")),
        (
            Permission.AUDIT_READ,
            "integrity.checks",
            _("Ledger of certificates"),
            _("Whether every certificate is still as it was issued"),
        ),
    )
    return {
        "doors": [(url_for(to), title, text) for needs, to, title, text in doors if actor.might(needs)],
        "week": dates.this_week(actor) if actor.might(Permission.SERIES_MANAGE) else [],
        "date_words": date_words,
    }
