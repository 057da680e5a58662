"""What the pages of the record store take."""

from marshmallow import Schema, fields, validate

from lms.core.language import N_
from lms.core.web.fields import Day, Text, one_of
from lms.xapi.rules.scopes import Scope


class CredentialIn(Schema):
    """A client's credential. `until` is the last day on which it is valid; missing: until it is revoked."""

    name = Text(max=100, required=True, message=N_("Enter a name for the client"))
    scopes = fields.List(
        fields.String(validate=one_of(Scope)),
        required=True,
        validate=validate.Length(min=1, error=N_("Choose at least one thing that the client may do")),
    )
    until = Day(message=N_("Enter the last day on which it is valid"), load_default=None)
