"""Use cases of certificates: issue once, renew, replace, suspend, revoke, hand out, show, check."""

from certificates.services.checking import CHECKS, GUESSES, Checked, check, compare, find
from certificates.services.ending import lift, revoke, revoke_without_licence, revoke_without_sign_off, suspend
from certificates.services.holding import award, award_by_id, certificate, choose_visibility, reasons_to_wait
from certificates.services.issuing import award_if_due, award_licence, reissue

__all__ = [
    "CHECKS", "GUESSES", "Checked", "award", "award_by_id", "award_if_due", "award_licence", "certificate", "check",
    "choose_visibility", "compare", "find", "lift", "reasons_to_wait", "reissue", "revoke", "revoke_without_licence",
    "revoke_without_sign_off", "suspend",
]  # fmt: skip
