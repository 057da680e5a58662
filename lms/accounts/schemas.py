"""Shapes of what accounts take and give. Pages and the API load the same ones."""

from typing import Any

from marshmallow import Schema, fields, validate

from lms.accounts import scopes
from lms.accounts.models import Sector
from lms.core.language import N_
from lms.core.permissions import Permission, Role
from lms.core.web.fields import BilingualField, Code, Day, Instant, Text, one_of

CHOOSE = N_("Choose one of the answers")


class Address(Text):
    """An e-mail address, in lower case."""

    def __init__(self, **options: Any) -> None:
        fault = N_("Enter an e-mail address in the right form, such as name@example.org")
        options.setdefault("validate", validate.Email(error=fault))
        super().__init__(max=254, message=N_("Enter an e-mail address"), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return str(super()._deserialize(value, attr, data, **kwargs)).lower()


class Secret(fields.String):
    """A password exactly as typed: nothing is stripped."""

    def __init__(self, message: str = N_("Enter your password"), **options: Any) -> None:
        wrong: Any = {"required": message, "null": message, "invalid": message}
        fault = N_("This is too long")
        super().__init__(
            required=True,
            load_only=True,
            error_messages=wrong,
            validate=validate.Length(max=1000, error=fault),
            **options,
        )


class Choice(fields.Enum[Any]):
    """One of an enumeration, by value."""

    def __init__(self, kind: Any, **options: Any) -> None:
        message = options.pop("message", CHOOSE)
        options.setdefault("error_messages", {"unknown": CHOOSE, "required": message, "null": message})
        super().__init__(kind, by_value=True, **options)


class Id(fields.UUID):
    """The id of a thing that the page offered."""

    def __init__(self, **options: Any) -> None:
        message = options.pop("message", CHOOSE)
        options.setdefault("error_messages", {"invalid_uuid": CHOOSE, "required": message, "null": message})
        super().__init__(**options)


class PaidOrNot(fields.Boolean):
    def __init__(self, **options: Any) -> None:
        message = N_("Choose paid or unpaid")
        options.setdefault("error_messages", {"required": message, "null": message, "invalid": message})
        super().__init__(**options)


def _language(**options: Any) -> Text:
    return Text(max=2, validate=one_of(("en", "cy")), message=N_("Choose a language"), **options)


# What is taken


class SignInIn(Schema):
    address = Address(required=True)
    password = Secret()


class AddressIn(Schema):
    address = Address(required=True)


class NewPasswordIn(Schema):
    new_password = Secret(N_("Enter a new password"))


class ChangePasswordIn(NewPasswordIn):
    password = Secret(N_("Enter your present password"))


class JoinIn(NewPasswordIn):
    display_name = Text(max=120, required=True, message=N_("Enter your name"))
    address = Address(required=True)
    language = _language(required=True)
    sector = Choice(Sector, load_default=None)
    job_role = Code(load_default=None)


class PersonIn(Schema):
    """What a person may change about themselves, all of it."""

    display_name = Text(max=120, required=True, message=N_("Enter the name that colleagues see"))
    legal_name = Text(max=160, required=True, message=N_("Enter the name for your certificates"))
    language = _language(required=True)


class PersonForm(PersonIn):
    version = Text(max=64, load_default="")


class PersonChangeIn(Schema):
    display_name = Text(max=120, validate=validate.Length(min=1, error=N_("Enter the name that colleagues see")))
    legal_name = Text(max=160, validate=validate.Length(min=1, error=N_("Enter the name for your certificates")))
    language = _language()


class RegistrationIn(Schema):
    register = Code(required=True, message=CHOOSE)
    number = Text(max=40, load_default=None)
    renews_on = Day(load_default=None)


class RenewalIn(Schema):
    renews_on = Day(load_default=None)


class MembershipIn(Schema):
    """`organisation_id` null: on one's own, and then `sector` says what for."""

    organisation_id = Id(load_default=None, allow_none=True)
    sector = Choice(Sector, load_default=None, allow_none=True)
    job_role = Code(load_default=None, allow_none=True)
    setting = Code(load_default=None, allow_none=True)
    paid = PaidOrNot(required=True)
    starts_on = Day(required=True, message=N_("Enter the first day"))
    ends_on = Day(load_default=None, allow_none=True)


class MembershipOfIn(MembershipIn):
    """Of somebody else, by those who may edit people there."""

    line_manager_id = Id(load_default=None, allow_none=True)


class EndIn(Schema):
    ends_on = Day(required=True, message=N_("Enter the last day"))


class TokenForm(Schema):
    name = Text(max=80, required=True, message=N_("Give the token a name, such as what will use it"))
    scopes = fields.List(
        fields.String(validate=one_of((*scopes.SCOPES, scopes.EVERYTHING))),
        required=True,
        validate=validate.Length(min=1, error=N_("Choose what the token may do")),
        error_messages={"required": N_("Choose what the token may do")},
    )
    days = Text(
        max=3, required=True, validate=one_of(("30", "90", "180", "365")), message=N_("Choose how long it lasts")
    )


class TokenIn(SignInIn):
    """`scopes`: permissions such as `enrolment:read`; null for everything that the person may do."""

    name = Text(max=80, load_default="API")
    scopes = fields.List(
        fields.String(validate=one_of([permission.value for permission in Permission])),
        load_default=None,
        allow_none=True,
    )
    until = Instant(load_default=None, allow_none=True)


class GrantForm(Schema):
    role = Choice(Role, required=True)
    organisation_id = Id(required=True, message=N_("Choose where"))
    starts_on = Day(required=True, message=N_("Enter the first day"))
    ends_on = Day(load_default=None, allow_none=True)


class GrantIn(GrantForm):
    person_id = Id(required=True)


class OrganisationForm(Schema):
    code = Code(required=True, message=N_("Enter a code"))
    name_en = Text(max=200, required=True, message=N_("Enter the English name"))
    name_cy = Text(max=200, required=True, message=N_("Enter the Welsh name"))
    sector = Choice(Sector, required=True)
    parent_id = Id(required=True, message=N_("Choose the body above"))
    ods_code = Code(load_default=None)
    gss_code = Code(load_default=None)


# What is given


class EmailOut(Schema):
    address = fields.String(required=True)
    is_primary = fields.Boolean(required=True)
    verified_at = fields.AwareDateTime(allow_none=True)


class OrganisationOut(Schema):
    id = fields.UUID(required=True)
    code = fields.String(required=True)
    name = BilingualField(required=True)
    kind = fields.String(required=True)
    sector = fields.Enum(Sector, by_value=True, required=True)
    parent_id = fields.UUID(required=True, allow_none=True)
    ods_code = fields.String(allow_none=True)
    gss_code = fields.String(allow_none=True)
    footprint_id = fields.UUID(
        allow_none=True, metadata={"description": "The health board in whose area a local authority lies"}
    )
    verified = fields.String(allow_none=True)
    illustrative = fields.Boolean(required=True)


class MembershipOut(Schema):
    id = fields.UUID(required=True)
    organisation = fields.Nested(OrganisationOut, required=True, allow_none=True)
    sector = fields.Enum(Sector, by_value=True, required=True)
    job_role = fields.String(attribute="job_role_code", required=True, allow_none=True)
    setting = fields.String(attribute="setting_code", required=True, allow_none=True)
    paid = fields.Boolean(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True, allow_none=True)
    line_manager_id = fields.UUID(allow_none=True)


class GrantOut(Schema):
    id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    role = fields.Enum(Role, by_value=True, required=True)
    organisation = fields.Nested(OrganisationOut, required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True, allow_none=True)


class PersonOut(Schema):
    id = fields.UUID(required=True)
    display_name = fields.String(required=True)
    legal_name = fields.String(required=True)
    language = fields.String(required=True)
    emails = fields.List(fields.Nested(EmailOut), required=True)
    memberships = fields.List(fields.Nested(MembershipOut), required=True, metadata={"description": "In force today"})
    roles = fields.List(fields.Nested(GrantOut), required=True)


class TokenOut(Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    hint = fields.String(required=True, metadata={"description": "How the secret begins"})
    scopes = fields.List(fields.String(), required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    until = fields.AwareDateTime(required=True)
    last_used_at = fields.AwareDateTime(allow_none=True)


class NewTokenOut(TokenOut):
    secret = fields.String(required=True, metadata={"description": "Shown this once; send it as a bearer token"})
