"""Shapes of badges for pages and the API."""

from marshmallow import Schema, fields

from certificates.badges.models import Form
from lms.core.language import LANGUAGES, N_
from lms.core.web.fields import Text, one_of

FORMS = (*(each.value for each in Form), "png")
MEDIA = {"json": "application/vc", "jwt": "application/vc+jwt", "png": "image/png"}


class BadgeQuery(Schema):
    form = fields.String(load_default="json", validate=one_of(FORMS, N_("Choose json, jwt or png")))
    language = fields.String(load_default="en", validate=one_of(LANGUAGES, N_("Choose en or cy")))


class BadgeIn(Schema):
    """A credential that somebody was shown: pasted, or as a file."""

    text = Text(load_default="", max=200_000, lines=True)
    file = fields.Raw(load_default=None)
