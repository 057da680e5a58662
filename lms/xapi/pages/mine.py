"""What has been recorded about me: everybody's own view of the store."""

from typing import Any
from uuid import UUID

from flask import Response, g, jsonify, url_for

from lms.core.errors import Invalid, NotFound
from lms.core.permissions import Actor, Permission
from lms.core.web.pages import Pages
from lms.xapi import copying, reading, telling
from lms.xapi.pages import statements
from lms.xapi.people import Subject
from lms.xapi.queries import Found
from lms.xapi.rules import parsing
from lms.xapi.rules.parameters import Filter

pages = Pages("my_statements", "lms.xapi", template_folder="templates")

OWN = Permission.RECORD_STORE_READ


@pages.page("GET", "/record/statements", needs=OWN, template="xapi/mine.html")
def mine(actor: Actor) -> Any:
    """Statements in which I act, or which are about me; the newest first."""
    me = reading.myself(actor)
    after, cursor = statements.number("after"), statements.number("cursor")
    page, reached = reading.page(actor, _by_me(me), last=cursor, after=after)
    lines = telling.tell([_shown(each, me) for each in page.statements], g.lang)
    older = page.statements[-1].seq if page.statements and (page.rest or after is not None) else None
    if after is not None and older is None:
        older = after + 1
    return {
        "lines": lines,
        "follows": after is not None,
        "next_url": url_for("my_statements.mine", cursor=older) if older else None,
        "newer_url": url_for("my_statements.mine", after=reached) if cursor is None else None,
        "follow_url": url_for("my_statements.newer", after=reached) if cursor is None else None,
    }


@pages.page("GET", "/record/statements/newer", needs=OWN)
def newer(actor: Actor) -> Response:
    """How many have come since."""
    me = reading.myself(actor)
    after = statements.number("after")
    if after is None:
        raise Invalid()
    return jsonify(statements.told_newer(reading.newer(_by_me(me), after)))


@pages.page("GET", "/record/statements/copy", needs=OWN)
def copy(actor: Actor) -> Response:
    """All of it as a file: state, profiles and attachments too."""
    return statements.copied(actor, reading.myself(actor), own=True)


@pages.page("GET", "/record/statements/<uuid:id>", needs=OWN, template="xapi/my_statement.html")
def statement(actor: Actor, id: UUID) -> Any:
    """One of mine, whole. Somebody else's is not there."""
    me = reading.myself(actor)
    beside = reading.about_one(actor, id)
    if not reading.names_them(beside.raw, me):
        raise NotFound()
    shown = _shown(beside.found, me)
    return {
        "told": telling.tell([shown], g.lang)[0],
        "pretty": parsing.pretty(shown.payload),
        "attachments": beside.attachments if reading.is_of(beside.raw, me) else [],
        "file": "my_statements.attachment",
    }


@pages.page("GET", "/record/statements/<uuid:id>/attachments/<sha2>", needs=OWN)
def attachment(actor: Actor, id: UUID, sha2: str) -> Response:
    """A file that went with a statement of mine."""
    me = reading.myself(actor)
    beside = reading.about_one(actor, id)
    if not reading.is_of(beside.raw, me):
        raise NotFound()
    return statements.as_attachment(*reading.attachment(beside.raw, sha2.lower()))


def _by_me(me: Subject) -> Filter:
    return Filter(agents=me.keys, limit=statements.SIZE)


def _shown(found: Found, me: Subject) -> Found:
    """As stored where I act alone; where I am one of several, or it refers to mine, the others are hidden."""
    raw = parsing.load(found.payload)
    if reading.is_of(raw, me):
        return found
    exact = parsing.load_exactly(found.payload)
    return Found(found.seq, found.flags, parsing.dump(copying.hidden(exact, me)))
