"""What badges say about achievements, in both languages at once: it is signed with the award."""

from certificates import wording
from certificates.wording import learning_time
from courses.catalogue.models import CertificateKind
from lms.core.language import Bilingual

_WHOLE = Bilingual("Complete the whole course: {time} of learning.", "Cwblhau'r cwrs cyfan: {time} o ddysgu.")
CRITERIA = {
    CertificateKind.COMPLETION_WITH_PORTFOLIO: Bilingual(
        "Complete the whole course, {time} of learning, and have a portfolio of evidence from practice signed off by a "
        "licensed learning supervisor.",
        "Cwblhau'r cwrs cyfan, {time} o ddysgu, a chael cymeradwyo portffolio o dystiolaeth o ymarfer gan oruchwylydd dysgu "
        "trwyddedig.",
    ),
    CertificateKind.ATTENDANCE: Bilingual(
        "Attend the whole training: {time}.", "Mynychu'r hyfforddiant cyfan: {time}."
    ),
}
LICENCE = Bilingual(
    "Be licensed to supervise and sign off learning in this programme, until a day that the licence names.",
    "Cael trwydded i oruchwylio a chymeradwyo dysgu yn y rhaglen hon, hyd ddiwrnod y mae'r drwydded yn ei enwi.",
)
EVIDENCE = Bilingual("Where this certificate is checked", "Lle gwirir y dystysgrif hon")
PICTURE = Bilingual("Badge: {name}", "Bathodyn: {name}")
HOURS = Bilingual("hours of learning", "awr o ddysgu")
TYPES = {
    CertificateKind.ATTENDANCE: "Certificate",
    CertificateKind.CHAMPION: "Certificate",
}
"""Open Badges 3.0 §B.2, AchievementType; what is not here is a CertificateOfCompletion, and a licence a License."""


def criteria(kind: CertificateKind, minutes: int, *, licence: bool) -> Bilingual:
    """What had to be done, and what the certificate does not say."""
    if licence:
        return LICENCE
    line, note, time = CRITERIA.get(kind, _WHOLE), wording.KINDS[kind].note, learning_time(minutes)
    return Bilingual(
        " ".join(filter(None, (line.en.format(time=time.en), note.en if note else ""))),
        " ".join(filter(None, (line.cy.format(time=time.cy), note.cy if note else ""))),
    )


def achievement_type(kind: CertificateKind, *, licence: bool) -> str:
    return "License" if licence else TYPES.get(kind, "CertificateOfCompletion")
