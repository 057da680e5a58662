"""JSON routes of packages: send one, see what came of it, put it on offer."""

from typing import Any
from uuid import UUID

from flask import current_app, request

from courses.catalogue.services import require_editor
from courses.launch.packages import importing, queries, services
from courses.launch.packages.errors import LanguagesMissing, NotOffered
from courses.launch.packages.models import Package, PackageImport, PackageNode
from courses.launch.packages.schemas import (
    OfferIn,
    PackageImportOut,
    PackageOut,
    PackagePartOut,
    SendQuery,
    WithdrawIn,
)
from lms.core.db import get_or_refuse
from lms.core.errors import Invalid, TooLarge
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api
from lms.core.web.paging import Page, PageQuery, page_of, page_schema

api = Api("packages", __name__, description="Packages of a course: sent, judged, versioned, put on offer")

EDIT = Permission.COURSE_EDIT


@api.operation(
    "POST", "/courses/<code>/packages", needs=EDIT, query=SendQuery, returns=(201, PackageImportOut),
    raises=(Invalid, LanguagesMissing, TooLarge), takes=importing.MEDIA_TYPE,
)  # fmt: skip
def send(actor: Actor, code: str, name: str, languages: list[str], address: str | None) -> PackageImport:
    """Send a package as the body, or `address` for a page elsewhere. Look at `state`: a refused one lists every fault.

    A large one is read in the background: ask again with the id.
    """
    if address is not None:
        return importing.begin_link(actor, code, address, name or address, languages)
    require_editor(actor)  # before the body is read
    request.max_content_length = limit = current_app.config["MAX_PACKAGE"]
    return importing.begin(actor, code, request.stream, name or "package", languages, limit=limit)  # type: ignore[arg-type]


@api.operation("GET", "/package_imports/<uuid:import_id>", needs=EDIT, returns=(200, PackageImportOut))
def imported(actor: Actor, import_id: UUID) -> PackageImport:
    """How far it is, or what came of it."""
    require_editor(actor)
    return get_or_refuse(PackageImport, import_id)


@api.operation("GET", "/courses/<code>/packages", needs=EDIT, query=PageQuery, returns=(200, page_schema(PackageOut)))
def packages(actor: Actor, code: str, cursor: str | None, size: int) -> Page[Package]:
    """A course's packages, the newest first."""
    require_editor(actor)
    found = queries.packages(queries.course(code).id)
    return page_of(found.order_by(None), cursor, size, key=(Package.number, Package.id), descending=True)


@api.operation("GET", "/packages/<uuid:package_id>", needs=EDIT, returns=(200, PackageOut))
def package(actor: Actor, package_id: UUID) -> Package:
    """One package."""
    require_editor(actor)
    return get_or_refuse(Package, package_id)


@api.operation(
    "GET", "/packages/<uuid:package_id>/parts", needs=EDIT, query=PageQuery, returns=(200, page_schema(PackagePartOut))
)
def parts(actor: Actor, package_id: UUID, cursor: str | None, size: int) -> Page[PackageNode]:
    """The course, its blocks and units, in the package's order."""
    require_editor(actor)
    found = queries.parts(get_or_refuse(Package, package_id).id)
    return page_of(found, cursor, size, key=(PackageNode.position, PackageNode.id))


@api.operation(
    "POST", "/packages/<uuid:package_id>/offers", needs=EDIT, body=OfferIn, returns=(201, PackageOut),
    raises=(LanguagesMissing, NotOffered),
)  # fmt: skip
def offer(actor: Actor, package_id: UUID, languages: list[str], reason: str) -> Any:
    """Put it on offer, or an earlier one again. Learners who have begun stay on theirs."""
    return services.offer(actor, package_id, languages, reason)


@api.operation(
    "POST", "/packages/<uuid:package_id>/withdrawals", needs=EDIT, body=WithdrawIn, returns=(201, PackageOut),
    raises=(NotOffered,),
)  # fmt: skip
def withdraw(actor: Actor, package_id: UUID, reason: str) -> Any:
    """Offer it no longer. Learners who have begun stay on it."""
    return services.withdraw(actor, package_id, reason)
