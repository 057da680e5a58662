"""Addresses that answer GET and are no page to visit: files, what scripts ask, and mailed secrets."""

from tests.journeys import approval_visits, date_visits

ELSEWHERE = date_visits.ELSEWHERE | approval_visits.ELSEWHERE | {
    "framework_files.download",
    "portfolios.file", "portfolios.signed_file", "portfolios.preview", "portfolios.exported", "shared.file",
    "record.certificate", "uptake.download", "uptake.workbook", "uptake.document", "reports_pages.download",
    "reports_pages.workbook", "reports_pages.document", "returns.content_xlsx", "returns.content_ods",
    "returns.content_json", "returns.content_csv", "returns.progress", "saved_views.opened",  # files, not pages
    "wallet.copied", "badges.download", "organising.specimen",
    "wallet.copy_progress", "organising.progress", "integrity.progress",  # how far a job is
    "record_store.attachment", "record_store.copy", "record_store.export", "my_statements.attachment", "my_statements.copy",
    "portfolios.export_progress", "moderation.file", "moderation.preview",
    "plans.copied", "plans.copy_progress", "plans.calendar",
    "cpd.file", "cpd.copied", "cpd.copy_progress",
    "record_store.newer", "record_store.import_progress", "record_store.erasure_progress", "my_statements.newer",  # JSON
    "player.state", "player.running",  # JSON
    "packages.progress", "packages.file",
    "needs.template", "needs_manage.export",  # files
    "sign_in.confirm_address", "sign_in.set_password",  # mailed secrets: tests/accounts
}  # fmt: skip
