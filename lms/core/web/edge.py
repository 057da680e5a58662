"""What every edge does first: who is this, from where, and could they do this to anyone at all?"""

from collections.abc import Callable

from flask import current_app, g, request

from lms.core.errors import Forbidden, Unauthenticated
from lms.core.permissions import Actor, Permission

Identify = Callable[[], Actor]


def actor() -> Actor:
    """The request's actor. Found once; `lms/app.py` says how."""
    if "actor" not in g:
        identify: Identify = current_app.extensions["llwybr.identify"]
        g.actor = identify()
    found: Actor = g.actor
    return found


def admit(needs: Permission) -> Actor:
    """The request's actor, if there is anyone they could do this to. Raises Unauthenticated or Forbidden."""
    who = actor()
    if not who.might(needs):
        raise Forbidden() if who.person else Unauthenticated()
    return who


def origin() -> str:
    """The network address that the request came from, for the audit trail."""
    return request.remote_addr or "unknown"
