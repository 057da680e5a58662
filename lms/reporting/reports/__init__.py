"""Every report there is. A new one is a file here and one line in REPORTS."""

from lms.reporting.reports import (
    approvals,
    attendance,
    cascade,
    conversion,
    coverage,
    evaluation,
    explore,
    framework_gaps,
    learning,
    money,
    parity,
    plan,
    quality,
    supervision,
    uptake,
    waiting,
    welsh,
)
from lms.reporting.reports.report import Report

REPORTS: tuple[Report, ...] = (
    uptake.REPORT,
    cascade.REPORT,
    explore.REPORT,
    conversion.REPORT,
    learning.REPORT,
    coverage.REPORT,
    framework_gaps.REPORT,
    parity.REPORT,
    waiting.REPORT,
    attendance.REPORT,
    supervision.REPORT,
    money.REPORT,
    welsh.REPORT,
    evaluation.REPORT,
    approvals.REPORT,
    plan.REPORT,
    quality.REPORT,
)
BY_SLUG = {report.slug: report for report in REPORTS}
