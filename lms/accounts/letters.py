"""Mail that accounts write, each in its reader's language."""

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from lms.core import mail


def link(language: str, path: str) -> str:
    """The full address of a page."""
    return f"{current_app.config['PUBLIC_URL']}/{language}{path}"


def write(to: str, language: str, subject: str, *paragraphs: str, **params: object) -> None:
    """Send plain text: `subject` and `paragraphs` are msgids; the product's name stands below."""
    with force_locale("cy" if language == "cy" else "en_GB"):
        body = "\n\n".join(_(text, **params) for text in (*paragraphs, "Llwybr"))
        mail.send(to, _(subject, **params), body, language)
