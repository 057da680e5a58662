"""A version as a file."""

import json

from frameworks import queries as frameworks
from frameworks.case import building
from frameworks.case import queries as case
from frameworks.exchange.rules import rows_of
from frameworks.exchange.sheets import as_csv, as_xlsx
from frameworks.models import FrameworkVersion
from lms.core.spreadsheets import XLSX

TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX, "case": "application/json"}
ENDINGS = {"csv": "csv", "xlsx": "xlsx", "case": "case.json"}


def name_of(version: FrameworkVersion, form: str) -> str:
    return f"{version.framework.code}-{version.number}.{ENDINGS[form]}"


def made(version: FrameworkVersion, form: str) -> bytes:
    """A whole version as CSV, XLSX or a CASE package."""
    if form == "case":
        package = building.package(version, case.mapping_into(version), case.crosswalks_from(version))
        return json.dumps(package, ensure_ascii=False, indent=1).encode()
    rows = rows_of(frameworks.content_of(version))
    return as_xlsx(rows) if form == "xlsx" else as_csv(rows)
