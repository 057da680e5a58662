"""Who is who in statements: accounts of this installation's own home page."""

from typing import Any
from uuid import UUID

from flask import current_app

Json = dict[str, Any]

ERASED = "erased-"
"""How the name of an account begins that stands where somebody was erased."""
OTHER = "other-"
"""The same where another person is hidden from somebody who is only mentioned beside them."""


def home_page() -> str:
    """The address that people and credentials of this installation have their accounts at."""
    return str(current_app.config["PUBLIC_URL"])


def agent_of(person_id: UUID) -> Json:
    """A person as an Agent. By account, never by e-mail: addresses change hands, and statements are sent on."""
    return account(str(person_id))


def authority_of(key: str, name: str) -> Json:
    """A credential as an Agent."""
    return account(key) | {"name": name}


def house() -> Json:
    """The service itself, which records what happens in it."""
    return account("llwybr") | {"name": "Llwybr"}


def is_pseudonym(agent: Json) -> bool:
    """Does it stand where somebody was erased?"""
    return _begins(agent, ERASED)


def is_hidden(agent: Json) -> bool:
    """Does it stand where another person is hidden?"""
    return _begins(agent, OTHER)


def _begins(agent: Json, prefix: str) -> bool:
    found = agent.get("account") or {}
    return bool(found.get("homePage") == home_page() and str(found.get("name", "")).startswith(prefix))


def account(name: str) -> Json:
    """An agent of that name at this installation's home page."""
    return {"objectType": "Agent", "account": {"homePage": home_page(), "name": name}}
