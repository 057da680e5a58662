"""The outbox of a development machine: mail as it would leave. Elsewhere there is no such page."""

import re
from typing import Any

from flask import current_app, request

from lms.accounts import queries
from lms.accounts.pages import words
from lms.core.errors import NotFound
from lms.core.mail import MailMessage
from lms.core.permissions import Actor, Permission
from lms.core.web.pages import Pages
from lms.core.web.paging import page_of

pages = Pages("outbox", "lms.accounts", template_folder="templates")


@pages.page("GET", "/outbox", needs=Permission.PUBLIC_READ, template="accounts/outbox.html")
def outbox(actor: Actor) -> Any:
    if not current_app.config["DEVELOPMENT"]:
        raise NotFound()
    key = (MailMessage.written_at, MailMessage.id)
    page = page_of(queries.mail(), request.args.get("cursor"), 20, key=key, descending=True)
    messages = [(each, [_parts(text) for text in each.body.split("\n\n")]) for each in page.items]
    return {"messages": messages, "next_url": words.next_url(page)}


def _parts(paragraph: str) -> list[tuple[str, bool]]:
    """A paragraph in pieces, with True for our own addresses, which become links."""
    ours = re.escape(current_app.config["PUBLIC_URL"])
    pieces = re.split(rf"({ours}/[^\s]*)", paragraph)
    return [(piece, index % 2 == 1) for index, piece in enumerate(pieces) if piece]
