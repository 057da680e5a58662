"""Use cases of supervision: authorise, load, decide, record. The edge commits."""

from courses.supervision.services.assigning import assign, end, hand_over
from courses.supervision.services.attesting import attest, end_attestation, tell_what_ran_out
from courses.supervision.services.escalating import Waits, escalate, settle
from courses.supervision.services.inviting import ANSWERS, answer, invite, lapse_invitations
from courses.supervision.services.licences import issue_licence, withdraw_licence
from courses.supervision.services.policies import set_policy
from courses.supervision.services.standing_in import end_stand_in, stand_in
from courses.supervision.services.warning import warn_of_ends

__all__ = [
    "ANSWERS", "Waits", "answer", "assign", "attest", "end", "end_attestation", "end_stand_in", "escalate", "hand_over", "invite",
    "issue_licence", "lapse_invitations", "set_policy", "settle", "stand_in", "tell_what_ran_out", "warn_of_ends",
    "withdraw_licence",
]  # fmt: skip
