"""What rooms below ask of rooms above, which they do not know: it is hung in here."""

from flask import Flask

from certificates import hooks as certificate_hooks
from certificates.approvals import hooks as approval_hooks
from courses.catalogue.queries import titles_on_offer
from courses.delivery import hooks as delivery_hooks
from courses.enrolments import hooks as enrolment_hooks
from courses.enrolments import vouching
from courses.mentoring import queries as mentoring_queries
from courses.mentoring.cascade import standing as champions
from courses.needs import hooks as needs_hooks
from courses.plans import hooks as plan_hooks
from courses.portfolios import hooks as portfolio_hooks
from courses.supervision.sessions import tasks
from lms.portal import cpd_pdf, plan_pdf, portfolio_pdf
from lms.reporting import gap_pages
from lms.reporting import headcounts as reporting_headcounts


def hang(app: Flask) -> None:
    """Once for each app; again changes nothing."""
    app.extensions["catalogue.standing"] = enrolment_hooks.standing
    app.extensions["catalogue.dates"] = delivery_hooks.dates_of_course
    app.extensions["enrolments.dates"] = delivery_hooks.date_of_enrolment
    app.extensions["catalogue.open_to"] = enrolment_hooks.open_to
    tasks.provide(portfolio_hooks.tasks_of, portfolio_hooks.titles_of)
    champions.provide(certificate_hooks.champion_certificates)
    vouching.provide(
        dict.fromkeys(("statutory_function", "statutory_function_any"), approval_hooks.statutory_functions)
        | {"mentee_of_programme": mentoring_queries.mentee_of_programme}
    )
    app.extensions["portfolios.draw"] = portfolio_pdf.draw
    app.extensions["cpd.draw"] = cpd_pdf.draw
    app.extensions[needs_hooks.HEADCOUNTS] = reporting_headcounts.known_of
    app.extensions["frameworks.course_titles"] = titles_on_offer
    app.extensions["frameworks.touched"] = {"courses": enrolment_hooks.courses_touched} | plan_hooks.TOUCHED
    app.extensions |= plan_hooks.OFFERED | {"needs.gaps": gap_pages.gaps_of}
    app.extensions["plans.draw"] = plan_pdf.draw
