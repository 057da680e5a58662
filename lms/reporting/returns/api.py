"""JSON routes of returns."""

from typing import Any

from flask import Response, g

from lms.core.errors import Invalid, NotFound
from lms.core.open_documents import ODS
from lms.core.permissions import Actor, Permission
from lms.core.spreadsheets import XLSX
from lms.core.web.api import Api
from lms.core.web.paging import PageQuery, page_of
from lms.reporting.returns import files, queries, schemas, services
from lms.reporting.returns.errors import (
    AlreadyWithdrawn,
    NotToBeSigned,
    NotWhatWasSeen,
    ReturnBeingMade,
    ReturnStands,
)
from lms.reporting.returns.models import Return

api = Api("returns", __name__, description="Frozen returns: what was published of a quarter or year, signed")

Json = dict[str, Any]
ONE = "/returns/<number>"


@api.operation(
    "GET", "/returns", needs=Permission.UPTAKE_READ, query=PageQuery, returns=(200, schemas.ReturnsOut),
    raises=(Invalid,),
)  # fmt: skip
def returns(actor: Actor, cursor: str | None, size: int) -> Json:
    """Returns of the bodies that you see, newest period first."""
    found = queries.within(actor.reach(Permission.UPTAKE_READ))
    page = page_of(found, cursor, size, key=(Return.ends_on, Return.id), descending=True)
    return {"items": [schemas.shown(each) for each in queries.listed(page.items)], "next": page.next}


@api.operation(
    "POST", "/returns", needs=Permission.RETURN_MAKE, body=schemas.ReturnIn, returns=(202, schemas.ReturnSeenOut),
    raises=(ReturnStands, ReturnBeingMade, NotFound),
)  # fmt: skip
def ask(actor: Actor, organisation: str, term: str, reports: list[str]) -> Json:
    """Ask for the next edition of a return: a job makes it as a draft."""
    return _seen(actor, services.ask(actor, organisation, term, reports).number)


@api.operation("GET", ONE, needs=Permission.UPTAKE_READ, returns=(200, schemas.ReturnSeenOut))
def one(actor: Actor, number: str) -> Json:
    """A return: how far it is, and who signed or withdrew it."""
    return _seen(actor, number)


@api.operation(
    "GET", f"{ONE}/content", needs=Permission.UPTAKE_READ, returns=(200, None), media_type="application/json"
)
def content(actor: Actor, number: str) -> Response:
    """The canonical bytes: their SHA-256 is the one that was signed."""
    told = services.look(actor, number).told
    if told is None:
        raise NotFound()
    return Response(told.content, mimetype="application/json")


@api.operation("GET", f"{ONE}/figures.xlsx", needs=Permission.UPTAKE_READ, returns=(200, None), media_type=XLSX)
def figures_xlsx(actor: Actor, number: str) -> Response:
    """The same figures as a workbook. What was signed is the content alone."""
    return _spreadsheet(actor, number, "xlsx")


@api.operation("GET", f"{ONE}/figures.ods", needs=Permission.UPTAKE_READ, returns=(200, None), media_type=ODS)
def figures_ods(actor: Actor, number: str) -> Response:
    """The same as an OpenDocument spreadsheet."""
    return _spreadsheet(actor, number, "ods")


def _spreadsheet(actor: Actor, number: str, kind: str) -> Response:
    seen = services.look(actor, number)
    if seen.told is None or seen.content is None:
        raise NotFound()
    return files.spreadsheet(seen, seen.content, seen.told.sha256, g.lang, kind)


@api.operation("GET", f"{ONE}/comparison", needs=Permission.UPTAKE_READ, returns=(200, schemas.ReturnComparisonOut))
def comparison(actor: Actor, number: str) -> Json:
    """What moved since the return before it, and why."""
    previous, people, moved = services.moved(actor, services.look(actor, number))
    return {"number": number, "previous": previous.number if previous else None, "people": people, "moved": moved}


@api.operation(
    "POST", f"{ONE}/signature", needs=Permission.RETURN_SIGN, body=schemas.ReturnSignIn,
    returns=(200, schemas.ReturnSeenOut), raises=(NotToBeSigned, NotWhatWasSeen),
)  # fmt: skip
def sign(actor: Actor, number: str, sha256: str, role: str) -> Json:
    """Sign the content that has this SHA-256."""
    services.sign(actor, number, sha256, role)
    return _seen(actor, number)


@api.operation(
    "POST", f"{ONE}/withdrawal", needs=Permission.RETURN_SIGN, body=schemas.ReturnWithdrawIn,
    returns=(200, schemas.ReturnSeenOut), raises=(AlreadyWithdrawn, ReturnBeingMade),
)  # fmt: skip
def withdraw(actor: Actor, number: str, reason: str) -> Json:
    """Say that it counts no more, and why. It stays to be read."""
    services.withdraw(actor, number, reason)
    return _seen(actor, number)


def _seen(actor: Actor, number: str) -> Json:
    seen = services.look(actor, number)
    progress = seen.progress
    return schemas.shown(seen.listed) | {
        "sha256": seen.told.sha256 if seen.told else None, "done": progress.done, "steps": progress.steps,
    }  # fmt: skip
