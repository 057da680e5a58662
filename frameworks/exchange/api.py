"""JSON routes of files: out, a dry run, and bringing in what it said."""

from typing import Any
from uuid import UUID

from flask import Response, request

from frameworks.case.reading import read
from frameworks.editing import errors, queries
from frameworks.exchange import files, renewing, schemas, services
from frameworks.exchange.errors import ChangedSince, HasFaults, NoPackage
from frameworks.exchange.models import ImportKind
from frameworks.models import FrameworkVersion
from lms.accounts import queries as accounts
from lms.core.permissions import Actor, Permission
from lms.core.spreadsheets import XLSX, SheetUnreadable
from lms.core.web.api import Api

api = Api("framework_files", __name__, description="Frameworks as spreadsheets and CASE packages")

READ, EDIT = Permission.FRAMEWORK_DISCUSS, Permission.FRAMEWORK_EDIT
DRAFT = "/frameworks/<code>/drafts/<int:number>"
BYTES = "application/octet-stream"


@api.operation(
    "GET", f"{DRAFT}/file", needs=Permission.FRAMEWORK_READ, query=schemas.FormatQuery, returns=(200, None),
    media_type=("text/csv", XLSX, "application/json"),
)  # fmt: skip
def file(actor: Actor, code: str, number: int, format: str) -> Response:
    """A version as CSV, XLSX, or a CASE package."""
    version, _may = queries.visible(actor, code, number, whole=True)
    answer = Response(files.made(version, format), content_type=files.TYPES[format])
    answer.headers["Content-Disposition"] = f"attachment; filename={files.name_of(version, format)}"
    return answer


@api.operation(
    "POST", f"{DRAFT}/imports", needs=READ, query=schemas.SheetQuery, takes=BYTES, returns=(201, schemas.SheetPlanOut),
    raises=(SheetUnreadable, errors.StandsStill), remembers=False,
)  # fmt: skip
def send_sheet(actor: Actor, code: str, number: int, name: str, remove_missing: bool) -> Any:
    """Send a spreadsheet and see what each of its rows would do. Nothing changes yet."""
    version, _may = queries.visible(actor, code, number)
    sent = services.send_sheet(actor, version.id, name or "sheet", request.get_data(), remove_missing)
    todo = services.sheet_plan(sent)
    items = [vars(step) | {"actions": sorted(each.value for each in step.actions)} for step in todo.steps]
    return {"id": sent.id, "faulty": todo.faulty, "items": items}


@api.operation(
    "POST", "/framework-imports", needs=EDIT, query=schemas.PackageQuery, takes=BYTES,
    returns=(201, schemas.PackagePlanOut), raises=(NoPackage, errors.FrameworkCodeTaken), remembers=False,
)  # fmt: skip
def send_package(actor: Actor, code: str, organisation: str, name: str) -> Any:
    """Send a CASE package and see what it would become. Nothing changes yet."""
    body = request.get_data()
    sent = services.send_package(actor, code, accounts.body(organisation).id, name or "package", body)
    package = services.parsed(body)
    faults = services.package_faults(package)
    found = None if faults else read(package)
    return {
        "id": sent.id,
        "levels": len(found.levels) if found else 0,
        "domains": len(found.domains) if found else 0,
        "statements": len(found.statements) if found else 0,
        "faults": faults[:500],
    }


@api.operation(
    "POST", "/frameworks/<code>/editions", needs=EDIT, query=schemas.SheetQuery, takes=BYTES,
    returns=(201, schemas.NewerPlanOut), raises=(NoPackage, errors.StandsStill), remembers=False,
)  # fmt: skip
def send_newer(actor: Actor, code: str, name: str, remove_missing: bool) -> Any:
    """Send a newer edition of a CASE document that is a framework here, and see what it would do. Nothing changes yet."""
    sent = renewing.send(actor, code, name or "package", request.get_data(), remove_missing)
    faults = renewing.package_faults(sent)
    todo = None if faults else renewing.plan(sent)
    items = (
        [vars(step) | {"actions": sorted(each.value for each in step.actions)} for step in todo.steps] if todo else []
    )
    return {"id": sent.id, "faulty": todo is None or todo.faulty, "items": items, "faults": faults[:500]}


@api.operation(
    "POST", "/framework-imports/<uuid:import_id>/application", needs=READ, returns=(200, schemas.BroughtInOut),
    raises=(HasFaults, ChangedSince, errors.StandsStill, errors.FrameworkCodeTaken),
)  # fmt: skip
def bring_in(actor: Actor, import_id: UUID) -> FrameworkVersion:
    """Do what the dry run said, all of it or nothing."""
    sent = services.sent(actor, import_id)
    if renewing.is_newer(sent):
        return renewing.bring_in(actor, import_id)
    if sent.kind is ImportKind.CASE:
        return services.bring_in_package(actor, import_id)
    return services.bring_in_sheet(actor, import_id)
