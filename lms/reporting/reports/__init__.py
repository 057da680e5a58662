"""Every report there is. A new one is a file here and one line in REPORTS."""

from lms.reporting.reports import approvals, attendance, cascade, uptake
from lms.reporting.reports.report import Report

REPORTS: tuple[Report, ...] = (uptake.REPORT, cascade.REPORT, attendance.REPORT, approvals.REPORT)
