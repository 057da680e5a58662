"""What certificates and their status say, in both languages at once: printed words are frozen with the award.

Plain sentences; nothing here claims more than a record of learning. The Welsh is ours and says so in the README.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

from certificates.rules import AwardEventKind, NameVisibility, RevocationReason, State
from courses.catalogue.models import CertificateKind
from lms.core.language import Bilingual

MARK = Bilingual("Llwybr", "Llwybr")
ISSUER = Bilingual(
    "Llwybr, mental health training and development in Wales",
    "Llwybr, hyfforddiant a datblygiad iechyd meddwl yng Nghymru",
)
ISSUER_LINE = Bilingual(
    "Mental health training and development in Wales", "Hyfforddiant a datblygiad iechyd meddwl yng Nghymru"
)
OPENING = Bilingual("This is to certify that", "Tystir bod")
COMPLETED = Bilingual("has completed", "wedi cwblhau")


@dataclass(frozen=True)
class Kind:
    """How a kind of certificate is called, what it says, and what it does not say."""

    title: Bilingual
    statement: Bilingual = COMPLETED
    note: Bilingual | None = None


KINDS = {
    CertificateKind.COMPLETION: Kind(Bilingual("Certificate of completion", "Tystysgrif cwblhau")),
    CertificateKind.COMPLETION_WITH_PORTFOLIO: Kind(
        Bilingual("Certificate of completion with portfolio", "Tystysgrif cwblhau gyda phortffolio"),
        Bilingual("has completed, with evidence from practice,", "wedi cwblhau, gyda thystiolaeth o ymarfer,"),
    ),
    CertificateKind.ATTENDANCE: Kind(
        Bilingual("Certificate of attendance", "Tystysgrif presenoldeb"), Bilingual("has attended", "wedi mynychu")
    ),
    CertificateKind.SUPERVISOR_LICENCE: Kind(
        Bilingual("Learning supervisor certificate", "Tystysgrif goruchwylydd dysgu"),
        note=Bilingual(
            "The licence to supervise and sign off is recorded separately, with its own dates.",
            "Cofnodir y drwydded i oruchwylio a chymeradwyo ar wahân, gyda'i dyddiadau ei hun.",
        ),
    ),
    CertificateKind.CHAMPION: Kind(Bilingual("Champion certificate", "Tystysgrif hyrwyddwr")),
    CertificateKind.AWARD: Kind(
        Bilingual("Record of completion", "Cofnod cwblhau"),
        note=Bilingual(
            "This records the learning. The award itself is made by the awarding body.",
            "Mae hwn yn cofnodi'r dysgu. Y corff dyfarnu sy'n gwneud y dyfarniad ei hun.",
        ),
    ),
    CertificateKind.APPROVAL_EVIDENCE: Kind(
        Bilingual("Certificate of completion", "Tystysgrif cwblhau"),
        note=Bilingual(
            "Evidence of training for an application for approval. It is not itself an approval.",
            "Tystiolaeth o hyfforddiant ar gyfer cais am gymeradwyaeth. Nid yw'n gymeradwyaeth ynddi'i hun.",
        ),
    ),
}
KINDS[CertificateKind.STATUTORY] = Kind(
    Bilingual("Statutory training certificate", "Tystysgrif hyfforddiant statudol"),
    note=Bilingual(
        "Training that the law asks for. It is not itself an approval to act.",
        "Hyfforddiant y mae'r gyfraith yn gofyn amdano. Nid yw'n gymeradwyaeth i weithredu ynddi'i hun.",
    ),
)
LICENCE = Kind(
    Bilingual("Learning supervisor licence", "Trwydded goruchwylydd dysgu"),
    Bilingual(
        "is licensed to supervise and sign off learning in", "wedi'i drwyddedu i oruchwylio a chymeradwyo dysgu yn"
    ),
)
"""Of a licence itself; a course that prepares for one gives the certificate above."""

SIGNED_OFF = Bilingual(
    "Evidence portfolio signed off on {on} by {by}, learning supervisor, licence\u00a0{licence}.",
    "Portffolio tystiolaeth wedi'i gymeradwyo ar {on} gan {by}, goruchwylydd dysgu, trwydded\u00a0{licence}.",
)
ATTENDED = Bilingual("Attended on {days}: {time}.", "Mynychwyd ar {days}: {time}.")
COMPLETED_ON = Bilingual("Completed on", "Cwblhawyd ar")
ISSUED_ON = Bilingual("Issued on", "Cyhoeddwyd ar")
VALID_UNTIL = Bilingual("Valid until", "Yn ddilys tan")
NO_EXPIRY = Bilingual("Does not expire", "Nid yw'n dod i ben")
LEARNING_TIME = Bilingual("Learning time", "Amser dysgu")
COURSE = Bilingual("Course", "Cwrs")
VERSION = Bilingual("{code}, version {number}", "{code}, fersiwn {number}")
RENEWS = Bilingual(
    "Renews certificate {number}, which was valid until {until}.",
    "Mae'n adnewyddu tystysgrif {number}, a oedd yn ddilys tan {until}.",
)
REPLACES = Bilingual("Replaces certificate {number}.", "Mae'n disodli tystysgrif {number}.")
LICENCE_NUMBER = Bilingual("Licence", "Trwydded")
LICENSED_FROM = Bilingual("Licensed from", "Trwyddedwyd o")
PROGRAMME = Bilingual("Programme", "Rhaglen")
SPECIMEN = Bilingual("SPECIMEN", "SBESIMEN")
SPECIMEN_NOTE = Bilingual(
    "A specimen, to show how it looks. It certifies nothing.",
    "Sbesimen, i ddangos sut mae'n edrych. Nid yw'n tystio i ddim.",
)
SEAL = Bilingual("Electronic seal of {issuer}", "Sêl electronig {issuer}")
NUMBER = Bilingual("Certificate number", "Rhif y dystysgrif")
CHECK = Bilingual("Check this certificate at", "Gwiriwch y dystysgrif hon yn")
QR_DESCRIPTION = Bilingual(
    "QR code that opens the page where this certificate is checked: {address}",
    "Cod QR sy'n agor y dudalen lle gwirir y dystysgrif hon: {address}",
)

STATES = {
    State.ACTIVE: Bilingual("Valid", "Dilys"),
    State.EXPIRED: Bilingual("Expired", "Wedi dod i ben"),
    State.SUSPENDED: Bilingual("Suspended", "Wedi'i hatal"),
    State.REVOKED: Bilingual("Revoked", "Wedi'i dirymu"),
    State.SUPERSEDED: Bilingual("Replaced", "Wedi'i disodli"),
    State.ALTERED: Bilingual("Record does not match", "Nid yw'r cofnod yn cyfateb"),
}
NOT_FOUND = Bilingual("Not found", "Heb ei chanfod")
EXPLANATIONS = {
    State.ACTIVE: Bilingual("This certificate is valid today.", "Mae'r dystysgrif hon yn ddilys heddiw."),
    State.EXPIRED: Bilingual(
        "This certificate was valid until the date shown. The learning took place; it is due to be renewed.",
        "Roedd y dystysgrif hon yn ddilys tan y dyddiad a ddangosir. Digwyddodd y dysgu; mae'n bryd ei hadnewyddu.",
    ),
    State.SUSPENDED: Bilingual(
        "This certificate is suspended while something about it is looked into. Do not rely on it today; check again later.",
        "Mae'r dystysgrif hon wedi'i hatal tra edrychir i mewn i rywbeth yn ei chylch. Peidiwch â dibynnu arni heddiw; "
        "gwiriwch eto yn nes ymlaen.",
    ),
    State.REVOKED: Bilingual(
        "This certificate has been revoked and should not be relied on.",
        "Mae'r dystysgrif hon wedi'i dirymu ac ni ddylid dibynnu arni.",
    ),
    State.SUPERSEDED: Bilingual(
        "This certificate has been replaced by a newer one. Ask its holder for the new one.",
        "Mae tystysgrif fwy newydd wedi disodli'r un hon. Gofynnwch i'r deiliad am yr un newydd.",
    ),
    State.ALTERED: Bilingual(
        "What is held about this certificate is not what was issued. Do not rely on it, and tell us.",
        "Nid yr hyn a gyhoeddwyd yw'r hyn a gedwir am y dystysgrif hon. Peidiwch â dibynnu arni, a rhowch wybod i ni.",
    ),
}
REASONS = {
    RevocationReason.ISSUED_IN_ERROR: Bilingual("It was issued by mistake", "Fe'i cyhoeddwyd trwy gamgymeriad"),
    RevocationReason.WRONG_DETAILS: Bilingual("It carries wrong details", "Mae arni fanylion anghywir"),
    RevocationReason.REQUIREMENTS_NOT_MET: Bilingual(
        "What the course asks for had not been met", "Nid oedd yr hyn y mae'r cwrs yn gofyn amdano wedi'i gyflawni"
    ),
    RevocationReason.SIGN_OFF_WITHDRAWN: Bilingual(
        "The sign-off that it rests on was withdrawn", "Tynnwyd yn ôl y gymeradwyaeth y mae'n dibynnu arni"
    ),
    RevocationReason.HOLDER_ASKED: Bilingual("Its holder asked for it", "Gofynnodd y deiliad am hynny"),
    RevocationReason.LICENCE_WITHDRAWN: Bilingual("The licence was withdrawn", "Tynnwyd y drwydded yn ôl"),
    RevocationReason.UNDER_REVIEW: Bilingual(
        "Something about it is being looked into", "Edrychir i mewn i rywbeth yn ei chylch"
    ),
    RevocationReason.NAME_CHANGED: Bilingual("The holder's name has changed", "Mae enw'r deiliad wedi newid"),
    RevocationReason.ATTENDANCE_CORRECTED: Bilingual(
        "The attendance register was corrected", "Cywirwyd y gofrestr bresenoldeb"
    ),
}
HAPPENED = {
    AwardEventKind.ISSUED: Bilingual("Issued", "Cyhoeddwyd"),
    AwardEventKind.SUSPENDED: Bilingual("Suspended", "Ataliwyd"),
    AwardEventKind.LIFTED: Bilingual("Counts again", "Yn cyfrif eto"),
    AwardEventKind.REVOKED: Bilingual("Revoked", "Dirymwyd"),
    AwardEventKind.SUPERSEDED: Bilingual("Replaced", "Disodlwyd"),
    AwardEventKind.VISIBILITY_CHOSEN: Bilingual(
        "Its holder chose how the name is shown", "Dewisodd y deiliad sut y dangosir yr enw"
    ),
}
VISIBILITIES = {
    NameVisibility.PRINTED: Bilingual("The name as printed", "Yr enw fel y'i hargraffwyd"),
    NameVisibility.INITIALS: Bilingual("Initials and surname", "Blaenlythrennau a chyfenw"),
    NameVisibility.PRIVATE: Bilingual("No name", "Dim enw"),
}


def day(on: date) -> Bilingual:
    """A date as people write it."""
    return Bilingual(format_date(on, "d MMMM y", "en_GB"), format_date(on, "d MMMM y", "cy"))


def days(on: Sequence[date]) -> Bilingual:
    """Days in their order, a month and a year said once: 3, 10 March and 7 April 2026."""
    return Bilingual(
        format_list(_by_month(on, "en_GB"), locale="en_GB"),
        ", ".join(_by_month(on, "cy")),  # no `a`: whether it is `a` or `ac` hangs on how a figure is said
    )


def _by_month(on: Sequence[date], locale: str) -> list[str]:
    last = {(each.year, each.month): each for each in on}
    year = {each.year: each for each in on}
    return [
        format_date(each, "d MMMM y" if year[each.year] == each else "d MMMM" if last[each.year, each.month] == each else "d",
                    locale)
        for each in on
    ]  # fmt: skip


def learning_time(minutes: int) -> Bilingual:
    """Minutes below an hour, hours above. Welsh counts in the singular."""
    if minutes < 60:
        return Bilingual(f"{minutes} minute{'' if minutes == 1 else 's'}", f"{minutes} munud")
    hours = round(minutes / 60, 2)
    return Bilingual(
        f"{format_decimal(hours, locale='en_GB')} hour{'' if hours == 1 else 's'}",
        f"{format_decimal(hours, locale='cy')} awr",
    )
