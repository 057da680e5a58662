"""What the coded facts of a course are called. Msgids, translated at the edge."""

from courses.catalogue.models import CapacityRule, CertificateKind, CourseStatus
from lms.core.language import N_

TAUGHT_ONLINE = ("elearning", "self_assessment", "blended")
"""Formats with content that is opened here."""
CERTIFICATES = {
    CertificateKind.NONE: N_("No certificate"),
    CertificateKind.COMPLETION: N_("Certificate of completion"),
    CertificateKind.COMPLETION_WITH_PORTFOLIO: N_("Certificate, once your evidence portfolio is signed off"),
    CertificateKind.ATTENDANCE: N_("Certificate of attendance"),
    CertificateKind.AWARD: N_("Award from the body that delivers it"),
    CertificateKind.SUPERVISOR_LICENCE: N_("Learning supervisor licence for this programme"),
    CertificateKind.CHAMPION: N_("Champion certificate"),
    CertificateKind.APPROVAL_EVIDENCE: N_("Evidence towards approval or re-approval"),
    CertificateKind.STATUTORY: N_("Statutory training certificate, to be renewed"),
}
CAPACITY = {
    CapacityRule.OPEN: N_("Open, without a limit. Start whenever you like"),
    CapacityRule.SESSION: N_("Places go in the order in which requests are approved, with a waiting list"),
    CapacityRule.COHORT: N_("An organiser gives out the places, to keep a fair spread of sectors and areas"),
    CapacityRule.ALLOCATION: N_("Places are shared out between organisations, which then name who takes them"),
}
STATUSES = {
    CourseStatus.DRAFT: N_("Draft"),
    CourseStatus.IN_REVIEW: N_("In review"),
    CourseStatus.PUBLISHED: N_("Published"),
    CourseStatus.RETIRED: N_("Retired"),
}
FIELDS = {
    "title": N_("title"),
    "summary": N_("summary"),
    "levels": N_("framework level"),
    "minutes": N_("time it takes"),
    "certificate": N_("certificate and how long it is valid"),
    "capacity": N_("number of places"),
    "sectors": N_("sectors it is for"),
    "eligibility": N_("who may take it"),
    "prerequisites": N_("what to complete first"),
    "format": N_("format"),
    "topic": N_("topic"),
    "portfolio": N_("evidence portfolio"),
    "languages": N_("languages"),
    "statements": N_("framework statements it covers"),
}
"""Fields that may hold a placeholder of ours, as a sentence lists them."""
