"""JSON routes of frameworks."""

from typing import Any

from frameworks import queries
from frameworks.models import FrameworkVersion
from frameworks.schemas import FrameworkOut, FrameworkVersionOut
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api
from lms.core.web.paging import Page, PageQuery, page_of, page_schema

api = Api(
    "frameworks", __name__, description="Curricular frameworks: levels, domains, statements, and who needs which level"
)


@api.operation(
    "GET", "/frameworks", needs=Permission.FRAMEWORK_READ, query=PageQuery, returns=(200, page_schema(FrameworkOut))
)
def frameworks(actor: Actor, cursor: str | None, size: int) -> Page[FrameworkVersion]:
    """The frameworks in force, each as its published version in brief."""
    found = queries.current_versions().order_by(None)
    return page_of(found, cursor, size, key=(FrameworkVersion.published_on, FrameworkVersion.id))


@api.operation("GET", "/frameworks/<code>", needs=Permission.FRAMEWORK_READ, returns=(200, FrameworkVersionOut))
def framework(actor: Actor, code: str) -> Any:
    """A framework as it is in force, with everything in it."""
    return queries.whole_version(code)


@api.operation(
    "GET",
    "/frameworks/<code>/versions/<int:number>",
    needs=Permission.FRAMEWORK_READ,
    returns=(200, FrameworkVersionOut),
)
def framework_version(actor: Actor, code: str, number: int) -> Any:
    """One version of a framework, in force or retired."""
    return queries.whole_version(code, number)
