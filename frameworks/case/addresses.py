"""Where the things of frameworks are found in the world: absolute, and for good."""

from uuid import UUID

from flask import current_app

PREFIX = "/ims/case/v1p0"


def item_uri(identifier: UUID) -> str:
    """Address of a statement or domain as a CFItem. What an award is aligned to points here."""
    return uri("CFItems", identifier)


def uri(kind: str, identifier: UUID | str) -> str:
    """Address of a CFDocument, CFPackage, CFItem … with that identifier."""
    return f"{root()}/{kind}/{identifier}"


def root() -> str:
    """Where the CASE service begins."""
    return f"{current_app.config['PUBLIC_URL']}{PREFIX}"


def page(code: str, number: int) -> str:
    """The page that people read."""
    return f"{current_app.config['PUBLIC_URL']}/en/frameworks/{code}/{number}"
