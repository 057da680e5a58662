"""What is counted: people, not enrolments. Every output names the ids and versions of its definitions (dossier §6)."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lms.core.language import Bilingual

ACTIVE_DAYS = 90


class Measure(StrEnum):
    ENROLLED = "enrolled"
    ACTIVE = "active"
    COMPLETED = "completed"
    CERTIFIED = "certified"


@dataclass(frozen=True)
class Definition:
    """`title` heads a column; `words` say exactly who is counted."""

    id: str
    version: int
    title: Bilingual
    words: Bilingual


DEFINITIONS: dict[Measure, Definition] = {
    Measure.ENROLLED: Definition(
        "UPTAKE-ENROLLED", 1, Bilingual("Enrolled", "Wedi cofrestru"),
        Bilingual(
            "People who enrolled in the period. Waiting lists, and people who withdrew before they started, are left "
            "out.",
            "Pobl a gofrestrodd yn y cyfnod. Nid yw rhestrau aros, na phobl a dynnodd yn ôl cyn dechrau, wedi'u "
            "cynnwys.",
        ),
    ),
    Measure.ACTIVE: Definition(
        "UPTAKE-ACTIVE", 1, Bilingual("Active", "Gweithredol"),
        Bilingual(
            "People who were active in a course within the 90 days up to the as-at date and had not completed it "
            "or withdrawn. This is a state on that date, whenever they enrolled; by month it stands in the last "
            "month.",
            "Pobl a fu'n weithredol mewn cwrs o fewn y 90 diwrnod hyd at y dyddiad cyfeirio ac nad oeddent wedi'i "
            "gwblhau na thynnu'n ôl. Cyflwr ar y dyddiad hwnnw yw hyn, pryd bynnag y cofrestrwyd; yn ôl mis, mae "
            "yn y mis olaf.",
        ),
    ),
    Measure.COMPLETED: Definition(
        "UPTAKE-COMPLETED", 1, Bilingual("Completed", "Wedi cwblhau"),
        Bilingual(
            "People who completed in the period everything that a course asks for, including a portfolio where "
            "there is one.",
            "Pobl a gwblhaodd yn y cyfnod bopeth y mae cwrs yn gofyn amdano, gan gynnwys portffolio lle mae un.",
        ),
    ),
    Measure.CERTIFIED: Definition(
        "UPTAKE-CERTIFIED", 1, Bilingual("Certified", "Wedi'u hardystio"),
        Bilingual(
            "People who were awarded a certificate in the period that was valid on the as-at date: not expired, "
            "not revoked.",
            "Pobl a gafodd dystysgrif yn y cyfnod a oedd yn ddilys ar y dyddiad cyfeirio: heb ddod i ben, heb ei "
            "dirymu.",
        ),
    ),
}  # fmt: skip

ATTRIBUTION = Bilingual(
    "Each person counts once in each figure. Sector and organisation are those of the person on the day of "
    "enrolment, so history does not shift when people move; a person in two groups counts in both and once in the "
    "total, so parts may add up to more than the total. Dates are those of Wales (Europe/London).",
    "Mae pob person yn cyfrif unwaith ym mhob ffigur. Sector a sefydliad y person ar ddiwrnod cofrestru a "
    "ddefnyddir, felly nid yw hanes yn newid pan fydd pobl yn symud; mae person mewn dau grŵp yn cyfrif yn y ddau "
    "ac unwaith yn y cyfanswm, felly gall y rhannau fod yn fwy na'r cyfanswm. Dyddiadau Cymru yw'r dyddiadau "
    "(Ewrop/Llundain).",
)


@dataclass(frozen=True)
class Facts:
    "One enrolment, as of a date: what the SQL of `reports.uptake` reads, for one row. `None`: it has not happened."

    enrolled_on: date
    waitlisted: bool
    started_on: date | None
    withdrawn_on: date | None
    last_active_on: date | None
    completed_on: date | None
    """Of the completion that stood on the as-at date: one that was withdrawn later counts until then, and no longer."""
    certified_on: date | None
    """When the certificate that is valid on the as-at date was awarded."""


def happened(it: Facts, as_at: date, until: date) -> dict[Measure, date]:
    "On which day each measure counts this enrolment: what the SQL in queries.py says, and tests hold one to the"
    "other."
    found: dict[Measure, date] = {}
    if it.waitlisted or it.enrolled_on > as_at:
        return found
    withdrawn = it.withdrawn_on is not None and it.withdrawn_on <= as_at
    complete = it.completed_on is not None and it.completed_on <= as_at
    if not (withdrawn and (it.started_on is None or it.started_on > as_at)):
        found[Measure.ENROLLED] = it.enrolled_on
    recent = it.last_active_on is not None and as_at - timedelta(days=ACTIVE_DAYS) <= it.last_active_on <= as_at
    if recent and not withdrawn and not complete:
        found[Measure.ACTIVE] = min(as_at, until)
    if complete and it.completed_on is not None:
        found[Measure.COMPLETED] = it.completed_on
    if it.certified_on is not None and it.certified_on <= as_at:
        found[Measure.CERTIFIED] = it.certified_on
    return found
