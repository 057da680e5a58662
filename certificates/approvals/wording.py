"""Codes of approvals in words."""

from certificates.approvals.rules import Basis, Check, Ground, Lack, State, StepKind, SuspensionReason, Verdict
from lms.core.language import N_, Bilingual

STATES = {
    State.NOT_YET: (N_("Begins later"), "blue"),
    State.IN_FORCE: (N_("In force"), "green"),
    State.SUSPENDED: (N_("Suspended"), "orange"),
    State.ENDED_EARLY: (N_("Ended early"), "red"),
    State.EXPIRED: (N_("Expired"), "grey"),
    State.IN_ERROR: (N_("Recorded by mistake"), "grey"),
}
GROUNDS = {
    Ground.CEASED: Bilingual(
        "They no longer act on behalf of this body", "Nid ydynt yn gweithredu ar ran y corff hwn mwyach"
    ),
    Ground.CONDITIONS: Bilingual("A condition of the approval is not met", "Ni chyflawnir un o amodau'r gymeradwyaeth"),
    Ground.COMPETENCE: Bilingual(
        "In the body's opinion they no longer have the competencies",
        "Ym marn y corff, nid yw'r cymwyseddau ganddynt mwyach",
    ),
    Ground.PROFESSION: Bilingual(
        "They no longer fulfil the professional requirements", "Nid ydynt yn bodloni'r gofynion proffesiynol mwyach"
    ),
    Ground.APPROVED_ELSEWHERE: Bilingual("Another authority has approved them", "Mae awdurdod arall wedi'u cymeradwyo"),
    Ground.ASKED: Bilingual("They asked for it in writing", "Gofynasant am hynny yn ysgrifenedig"),
    Ground.IN_ERROR: Bilingual(
        "It was recorded by mistake, and never counted", "Fe'i cofnodwyd trwy gamgymeriad, ac ni chyfrifodd erioed"
    ),
}
SUSPENSIONS = {
    SuspensionReason.REGISTRATION: Bilingual(
        "Their professional registration is suspended", "Mae eu cofrestriad proffesiynol wedi'i atal"
    ),
    SuspensionReason.LOOKED_INTO: Bilingual("Something is being looked into", "Edrychir i mewn i rywbeth"),
    SuspensionReason.ASKED: Bilingual("They asked for it", "Gofynasant am hynny"),
}
CHECKS = {
    Check.SKILLS: N_("They have the skills and experience for this"),
    Check.INSURANCE: N_("They are insured for it"),
    Check.DBS: N_("There is a satisfactory enhanced DBS certificate"),
    Check.INDEPENDENCE: N_("They are independent of the person’s care"),
}
BASES = {
    Basis.COURSE: N_("First approval, after a course"),
    Basis.EARLIER: N_("They were approved before, and that is not in this system"),
    Basis.AGAIN: N_("Approved again"),
}
VERDICTS = {
    None: (N_("Waiting for the body"), "blue"),
    Verdict.ACCEPTED: (N_("Accepted"), "green"),
    Verdict.RETURNED: (N_("Returned"), "orange"),
    Verdict.WITHDRAWN: (N_("Taken back"), "grey"),
}
SHOWS = {
    "standing": N_("In force or suspended"),
    "ending": N_("Ending within 180 days"),
    "overdue": N_("Evidence overdue"),
    "over": N_("No longer in force"),
    "all": N_("All, with those that begin later"),
}
LACKS = {
    Lack.OVERDUE: N_("Evidence for year %(year)s is overdue: it was due by %(by)s"),
    Lack.EVIDENCE: N_("Evidence for year %(year)s, by %(by)s"),
    Lack.HOURS: N_("More training time for year %(year)s, by %(by)s"),
    Lack.REFRESHER: N_("A refresher course, before the approval ends on %(by)s"),
    Lack.APPLY: N_("Apply to be approved again, by %(by)s"),
}
STEPS = {
    StepKind.SUSPENDED: N_("Suspended"),
    StepKind.LIFTED: N_("Suspension lifted"),
    StepKind.ENDED: N_("Ended"),
    StepKind.CHOSEN: N_("Chosen for an assessment, with everything made sure of"),
    StepKind.ACTS_FOR: N_("Has agreed to act for %(body)s too"),
    StepKind.ACTS_NO_MORE: N_("Acts for %(body)s no more"),
}
