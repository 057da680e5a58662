"""What people do with accounts. Each authorises, loads, decides, records; the edge commits."""

from lms.accounts.services.addresses import add_email, confirm_address, make_primary, remove_email
from lms.accounts.services.joining import join
from lms.accounts.services.memberships import add_membership, end_membership, end_registration, register_with, renew
from lms.accounts.services.organisations import add_organisation
from lms.accounts.services.people import change_password, change_person, create_administrator, set_password
from lms.accounts.services.recovery import ask_for_reset, reset_password, usable_reset
from lms.accounts.services.roles import end_role, grant_role
from lms.accounts.services.signing_in import check_credentials, end_sign_in, end_sign_ins, sign_in
from lms.accounts.services.tokens import create_token, revoke_token

__all__ = [
    "add_email", "add_membership", "add_organisation", "ask_for_reset", "change_password", "change_person",
    "check_credentials", "confirm_address", "create_administrator", "create_token", "end_membership",
    "end_registration", "end_role", "end_sign_in", "end_sign_ins", "grant_role", "join", "make_primary",
    "register_with", "remove_email", "renew", "reset_password", "revoke_token", "set_password", "sign_in", "usable_reset",
]  # fmt: skip
