"""The CASE 1.0 service (REST binding): what is published, for any program, under `/ims/case/v1p0`."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, request

from frameworks.case import building, documents, queries
from frameworks.case.addresses import PREFIX, root, uri
from frameworks.case.rules import IDENTIFIER, STATUS, Json, link, problem
from frameworks.models import Domain, FrameworkVersion, Statement
from lms.core.permissions import Actor, Permission
from lms.core.reference import kept
from lms.core.web.pages import Pages

pages = Pages("case", __name__, languages=False)


class Unknown(Exception):
    """Nothing public has this identifier; `minor` says whether it could be one at all."""

    minor = "unknownobject"


class NoIdentifier(Unknown):
    minor = "invaliduuid"


def serve(kind: str) -> Callable[[Callable[[UUID], Json]], Callable[[UUID], Json]]:
    """Serve what the function finds for an identifier."""

    def declare(find: Callable[[UUID], Json]) -> Callable[[UUID], Json]:
        def view(actor: Actor, sourced_id: str) -> Response:
            return _answered(lambda: find(_identifier(sourced_id)))

        view.__name__ = kind.lower()
        pages.page("GET", f"{PREFIX}/{kind}/<sourced_id>", needs=Permission.FRAMEWORK_READ)(view)
        return find

    return declare


def _identifier(said: str) -> UUID:
    if not IDENTIFIER.match(said):
        raise NoIdentifier
    return UUID(said)


def _answered(find: Callable[[], Json], headers: dict[str, str] | None = None) -> Response:
    try:
        return _json(find(), 200, headers)
    except Unknown as unknown:
        said = "Invalid UUID" if unknown.minor == "invaliduuid" else "Unknown Object"
        return _json(problem(unknown.minor, said), STATUS[unknown.minor])
    except documents.Refused as refused:
        return _json(problem(refused.minor, str(refused)), STATUS[refused.minor])


def _json(body: Json, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    answer = Response(json.dumps(body, ensure_ascii=False), status, mimetype="application/json")
    answer.headers["Access-Control-Allow-Origin"] = "*"  # public facts, for any page of anybody's
    answer.headers["Cache-Control"] = "public, max-age=300" if status == 200 else "no-store"
    for name, value in (headers or {}).items():
        answer.headers[name] = value
    return answer


@pages.page("GET", f"{PREFIX}/CFDocuments", needs=Permission.FRAMEWORK_READ)
def all_documents(actor: Actor) -> Response:
    """Every public version as a CFDocument, by pages (§3.1); the whole number is in X-Total-Count."""
    headers: dict[str, str] = {}

    def find() -> Json:
        limit = min(documents.whole_number(request.args.get("limit"), 100, 1), documents.LARGEST)
        offset = documents.whole_number(request.args.get("offset"), 0, 0)
        found = [_with_package(version) for version in queries.all_public()]
        found = documents.chosen(
            found, request.args.get("sort"), request.args.get("orderBy"), request.args.get("filter")
        )
        headers["X-Total-Count"] = str(len(found))
        headers["Link"] = _links(len(found), limit, offset)
        page = found[offset : offset + limit]
        return {"CFDocuments": [documents.with_fields(each, request.args.get("fields")) for each in page]}

    return _answered(find, headers)


def _links(total: int, limit: int, offset: int) -> str:
    """RFC 8288 links to the pages around this one."""
    last = (total - 1) // limit * limit if total else 0
    places = {"first": 0, "last": last}
    places |= {"next": offset + limit} if offset + limit < total else {}
    places |= {"prev": max(0, offset - limit)} if offset else {}
    others = "".join(
        f"&{name}={request.args[name]}"
        for name in ("sort", "orderBy", "fields")
        if request.args.get(name, "").isalnum()
    )
    return ", ".join(
        f'<{root()}/CFDocuments?limit={limit}&offset={at}{others}>; rel="{rel}"' for rel, at in places.items()
    )


def _with_package(version: FrameworkVersion) -> Json:
    where = uri("CFPackages", version.identifier)
    return building.document(version) | {"CFPackageURI": link(version.title.in_("en"), version.identifier, where)}


@serve("CFDocuments")
def one_document(identifier: UUID) -> Json:
    version = queries.version_known_by(identifier)
    if version is None:
        raise Unknown
    return _with_package(version)


@serve("CFPackages")
def package(identifier: UUID) -> Json:
    version = queries.version_known_by(identifier, whole=True)
    if version is None:
        raise Unknown
    return _package(version)


def _package(version: FrameworkVersion) -> Json:
    return building.package(version, queries.mapping_into(version), queries.crosswalks_from(version))


@serve("CFItems")
def item(identifier: UUID) -> Json:
    version, part = _part(identifier)
    return _item(version, part) | {"CFDocumentURI": building.document_link(version)}


def _part(identifier: UUID) -> tuple[FrameworkVersion, Domain | Statement]:
    found = queries.part_known_by(identifier)
    if found is None:
        raise Unknown
    return found


def _item(version: FrameworkVersion, part: Domain | Statement) -> Json:
    return building.domain_item(version, part) if isinstance(part, Domain) else building.statement_item(version, part)


@serve("CFItemAssociations")
def item_associations(identifier: UUID) -> Json:
    version, part = _part(identifier)
    whole = _package(queries.whole_of(version))
    ends = ("originNodeURI", "destinationNodeURI")
    found = [each for each in whole["CFAssociations"] if str(identifier) in (each[end]["identifier"] for end in ends)]
    found += [building.crosswalk(*each) for each in queries.crosswalks_to(identifier)]
    return {
        "CFItem": _item(version, part) | {"CFDocumentURI": building.document_link(version)},
        "CFAssociations": found,
    }


@serve("CFAssociations")
def association(identifier: UUID) -> Json:
    version, found = _within(identifier, "CFAssociations")
    return found | {"CFDocumentURI": building.document_link(version)}


@serve("CFRubrics")
def rubric(identifier: UUID) -> Json:
    return _within(identifier, "CFRubrics")[1]


@serve("CFConcepts")
def concepts(identifier: UUID) -> Json:
    return {"CFConcepts": [_within(identifier, "CFConcepts")[1]]}


@serve("CFSubjects")
def subjects(identifier: UUID) -> Json:
    return {"CFSubjects": [_within(identifier, "CFSubjects")[1]]}


@serve("CFItemTypes")
def item_types(identifier: UUID) -> Json:
    return {"CFItemTypes": [_within(identifier, "CFItemTypes")[1]]}


@serve("CFLicenses")
def licence(identifier: UUID) -> Json:
    return _within(identifier, "CFLicenses")[1]


@serve("CFAssociationGroupings")
def association_grouping(identifier: UUID) -> Json:
    return _within(identifier, "CFAssociationGroupings")[1]


@kept
def _index() -> dict[tuple[str, str], UUID]:
    """Which version each thing stands in that only packages know: the newest, where several do."""
    found: dict[tuple[str, str], UUID] = {}
    for version in queries.everything_public():
        found |= {(kind, row["identifier"]): version.identifier for kind, row in _rows(_package(version))}
    return found


def _rows(package: Json) -> list[tuple[str, Json]]:
    parts: dict[str, Any] = {name: package.get(name) or [] for name in ("CFAssociations", "CFRubrics")}
    parts |= {name: rows or [] for name, rows in (package.get("CFDefinitions") or {}).items()}
    return [(name, row) for name, rows in parts.items() for row in rows]


def _within(identifier: UUID, kind: str) -> tuple[FrameworkVersion, Json]:
    where = _index().get((kind, str(identifier))) or queries.version_of_crosswalk(identifier)
    version = queries.version_known_by(where, whole=True) if where else None
    if version is not None:
        for name, row in _rows(_package(version)):
            if name == kind and row["identifier"] == str(identifier):
                return version, row
    raise Unknown


@pages.page("GET", f"{PREFIX}/<path:_rest>", needs=Permission.FRAMEWORK_READ)
def nothing(actor: Actor, _rest: str) -> Response:
    """Another address of the service: there is nothing, said as the service says it."""
    return _json(problem("unknownobject", "Unknown Object"), 404)
