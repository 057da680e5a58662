"""What a personal token may do, in words that a person chooses from. Each word stands for permissions."""

from lms.core.language import N_
from lms.core.permissions import Permission as P

SCOPES: dict[str, tuple[str, frozenset[P]]] = {
    "read_own": (
        N_("Read my own record: profile, learning, evidence and certificates"),
        frozenset({P.HOME_READ, P.PROFILE_READ, P.ENROLMENT_READ, P.PORTFOLIO_READ, P.AWARD_READ,
                   P.RECORD_STORE_READ, P.CPD_READ, P.APPROVAL_READ}),
    ),
    "enrol": (
        N_("Enrol me on training, start it, and withdraw"),
        frozenset({P.ENROLMENT_CREATE, P.ENROLMENT_READ, P.ENROLMENT_WITHDRAW, P.ENROLMENT_LAUNCH, P.SERIES_BOOK}),
    ),
    "evidence": (
        N_("Write and submit my evidence"),
        frozenset({P.ENROLMENT_READ, P.PORTFOLIO_READ, P.PORTFOLIO_EDIT}),
    ),
    "cpd": (N_("Read and write my CPD record"), frozenset({P.CPD_READ, P.CPD_EDIT})),
    "share": (N_("Share my certificates"), frozenset({P.AWARD_READ, P.AWARD_SHARE})),
    "profile": (N_("Change my profile"), frozenset({P.PROFILE_READ, P.PROFILE_EDIT})),
    "supervise": (
        N_("Read and decide on the evidence of people I supervise"),
        frozenset({
            P.SUPERVISION_READ, P.ENROLMENT_READ, P.PORTFOLIO_READ, P.PORTFOLIO_DECIDE, P.PORTFOLIO_SIGN_OFF,
            P.ATTESTATION_CREATE,
        }),
    ),
    "figures": (N_("Read uptake figures that I may read"), frozenset({P.UPTAKE_READ})),
}  # fmt: skip
EVERYTHING = "everything"


def permissions_of(chosen: list[str]) -> list[str] | None:
    """The permissions behind chosen words, sorted; None for everything the person may do."""
    if EVERYTHING in chosen:
        return None
    return sorted({permission.value for word in chosen for permission in SCOPES[word][1]})


def words_for(scopes: list[str] | None) -> list[str]:
    """The words (msgids) whose permissions a token holds in full."""
    if scopes is None:
        return [N_("Everything that I may do")]
    held = set(scopes)
    return [label for label, permissions in SCOPES.values() if permissions <= held]
