"""Help, the accessibility statement and the privacy notice: whole texts, one file a language."""

from typing import Any

from flask import current_app, g
from flask_babel import gettext as _

from lms.core.permissions import Actor, Permission
from lms.core.web.pages import Pages

help_pages = Pages("help", __name__, template_folder="templates")
developer_pages = Pages("developers", __name__, template_folder="templates")


def _text(name: str, title: str) -> dict[str, Any]:
    return {"title": title, "text": f"portal/text/{name}.{g.lang}.html", "public_url": current_app.config["PUBLIC_URL"]}


@help_pages.page("GET", "/help", needs=Permission.PUBLIC_READ, template="portal/text.html")
def help(actor: Actor) -> dict[str, Any]:
    """How to do what people come here for."""
    return _text("help", _("Help"))


@help_pages.page("GET", "/accessibility", needs=Permission.PUBLIC_READ, template="portal/text.html")
def accessibility(actor: Actor) -> dict[str, Any]:
    """The statement that the 2018 accessibility regulations ask for."""
    return _text("accessibility", _("Accessibility statement"))


@help_pages.page("GET", "/privacy", needs=Permission.PUBLIC_READ, template="portal/text.html")
def privacy(actor: Actor) -> dict[str, Any]:
    """What is kept about people, why, for how long, and who sees it."""
    return _text("privacy", _("Privacy"))


@developer_pages.page("GET", "/developers", needs=Permission.PUBLIC_READ, template="portal/developers.html")
def developers(actor: Actor) -> dict[str, Any]:
    """The API, readable: made from the OpenAPI document that the same declarations make."""
    document = current_app.extensions["llwybr.openapi"]()
    rooms: dict[str, list[dict[str, Any]]] = {}
    for path, methods in sorted(document["paths"].items()):
        for method, operation in methods.items():
            if isinstance(operation, dict) and "responses" in operation:
                rooms.setdefault(operation.get("tags", ["other"])[0].removesuffix("_api"), []).append(
                    {
                        "method": method.upper(), "path": path, "summary": operation.get("summary", ""),
                        "open": not operation.get("security"),
                        "refusals": [code for code in operation["responses"] if code.isdecimal() and code >= "400"],
                    }
                )  # fmt: skip
    return {"rooms": sorted(rooms.items())}
