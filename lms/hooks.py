"""What rooms below ask of rooms above, which they do not know: who answers is hung in here."""

from certificates import hooks as certificate_hooks
from certificates.approvals import hooks as approval_hooks
from courses.catalogue import upstairs as catalogue
from courses.catalogue.queries import titles_on_offer
from courses.cpd import exporting as cpd_exporting
from courses.delivery import hooks as delivery_hooks
from courses.enrolments import hooks as enrolment_hooks
from courses.enrolments import pages as enrolment_pages
from courses.enrolments import vouching
from courses.mentoring import queries as mentoring_queries
from courses.mentoring.cascade import upstairs as cascade
from courses.needs import upstairs as needs
from courses.plans import exporting as plan_exporting
from courses.plans import hooks as plan_hooks
from courses.portfolios import exporting as portfolio_exporting
from courses.portfolios import hooks as portfolio_hooks
from courses.supervision.sessions import upstairs as sessions
from frameworks import pages as framework_pages
from frameworks.assessment import upstairs as assessment
from frameworks.editing import impact
from lms.portal import cpd_pdf, plan_pdf, portfolio_pdf
from lms.reporting import gap_pages
from lms.reporting import headcounts as reporting_headcounts


def hang() -> None:
    """Again changes nothing."""
    catalogue.standing.hang(enrolment_hooks.standing)
    catalogue.open_to.hang(enrolment_hooks.open_to)
    catalogue.dates_of.hang(delivery_hooks.dates_of_course)
    enrolment_pages.date_of.hang(delivery_hooks.date_of_enrolment)
    vouching.sources.hang(lambda: VOUCHING)
    sessions.tasks_of.hang(portfolio_hooks.tasks_of)
    sessions.titles_of.hang(portfolio_hooks.titles_of)
    cascade.certificates_of.hang(certificate_hooks.champion_certificates)
    needs.headcounts.hang(reporting_headcounts.known_of)
    needs.gaps.hang(gap_pages.gaps_of)
    framework_pages.course_titles.hang(titles_on_offer)
    impact.touched.hang(lambda: {"courses": enrolment_hooks.courses_touched} | plan_hooks.TOUCHED)
    assessment.evidence_of.hang(plan_hooks.evidence_of)
    assessment.supervisors_of.hang(plan_hooks.supervisors_of)
    assessment.learning_for.hang(plan_hooks.learning_for)
    portfolio_exporting.draw.hang(portfolio_pdf.draw)
    plan_exporting.draw.hang(plan_pdf.draw)
    cpd_exporting.draw.hang(cpd_pdf.draw)


VOUCHING = dict.fromkeys(("statutory_function", "statutory_function_any"), approval_hooks.statutory_functions) | {
    "mentee_of_programme": mentoring_queries.mentee_of_programme
}
"""Who knows of a person what a condition asks, by the kind of the condition."""
