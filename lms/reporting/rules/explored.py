"""What can be explored: the measures of dossier §6 that facts hold, how each is made, and what it is called in a sentence.

People are counted from the tallies; a share is one of them out of another. What needs money, programmes or supervisors has
a report of its own and is not here.
"""

from dataclasses import dataclass
from enum import StrEnum

from lms.core.language import Bilingual
from lms.reporting.rules.definitions import BY_ID, Definition


class Explored(StrEnum):
    """A measure, by its name in an address."""

    ACCESSED = "accessed"
    ENROLLED = "enrolled"
    ACTIVE = "active"
    LEARNED = "learned"
    COMPLETED = "completed"
    CERTIFIED = "certified"
    HOLDERS = "holders"
    UNMET = "unmet"
    PORTFOLIO = "portfolio"
    ATTENDED = "attended"
    CONVERSION = "conversion"
    COVERAGE = "coverage"
    WELSH = "welsh-share"
    DNA = "did-not-attend"
    FILL = "fill"
    WAIT = "wait"


class Kind(StrEnum):
    """flow: it happened in the period; stock: it is so on the as-at date; cohort: of those who enrolled in the period,
    after a time; rate: of places and days, which are not people; the others are shares that can be divided in one way."""

    FLOW = "flow"
    STOCK = "stock"
    COHORT = "cohort"
    COVERAGE = "coverage"
    WELSH = "welsh"
    RATE = "rate"


ALL = ("sector", "organisation", "course", "month", "level", "role", "setting", "language")


@dataclass(frozen=True)
class Way:
    """How a measure is made. `tally`: what it is called there. `by`: in which ways it is divided; `twice`: in two at once.

    `whom` completes "the most …" in English and "y nifer fwyaf o …" in Welsh.
    """

    definition: Definition
    kind: Kind
    whom: Bilingual
    tally: str = ""
    by: tuple[str, ...] = ALL
    twice: bool = True


def _stock(definition: str, tally: str, whom: tuple[str, str]) -> Way:
    """A state of one day is not of a month."""
    return Way(BY_ID[definition], Kind.STOCK, Bilingual(*whom), tally, tuple(each for each in ALL if each != "month"))


def _flow(definition: str, tally: str, whom: tuple[str, str]) -> Way:
    return Way(BY_ID[definition], Kind.FLOW, Bilingual(*whom), tally)


def _rate(definition: str, by: tuple[str, ...], whom: tuple[str, str]) -> Way:
    return Way(BY_ID[definition], Kind.RATE, Bilingual(*whom), by=by, twice=False)


WAYS: dict[Explored, Way] = {
    Explored.ACCESSED: _flow("UPTAKE-ACCESSED", "accessed", ("people who opened a course", "bobl a agorodd gwrs")),
    Explored.ENROLLED: _flow("UPTAKE-ENROLLED", "enrolled", ("people who enrolled", "bobl a gofrestrodd")),
    Explored.ACTIVE: _stock("UPTAKE-ACTIVE", "active", ("people who are active", "bobl sy'n weithredol")),
    Explored.LEARNED: _flow(
        "UPTAKE-LEARNED", "learned", ("people who finished the e-learning", "bobl a orffennodd yr e-ddysgu")
    ),
    Explored.COMPLETED: _flow(
        "UPTAKE-COMPLETED", "completed", ("people who completed training", "bobl a gwblhaodd hyfforddiant")
    ),
    Explored.CERTIFIED: _flow(
        "UPTAKE-CERTIFIED", "certified", ("people who were awarded a certificate", "bobl a gafodd dystysgrif")
    ),
    Explored.HOLDERS: _stock(
        "HOLDERS", "certified", ("people who hold a certificate", "bobl sy'n dal tystysgrif")
    ),
    Explored.UNMET: _stock(
        "UNMET", "unmet", ("people without a place that they asked for", "bobl heb le y gofynnwyd amdano")
    ),
    Explored.PORTFOLIO: _stock(
        "PORTFOLIO-OPEN", "portfolio", ("people with an open portfolio", "bobl â phortffolio agored")
    ),
    Explored.ATTENDED: _flow("ATTENDANCE-ATTENDED", "attended", ("people who attended a session", "bobl a fu mewn sesiwn")),
    Explored.CONVERSION: Way(
        BY_ID["CONVERSION"], Kind.COHORT, Bilingual("completions of those who enrolled", "gwblhau o'r rhai a gofrestrodd")
    ),
    Explored.COVERAGE: Way(
        BY_ID["COVERAGE"], Kind.COVERAGE, Bilingual("of the workforce covered", "o'r gweithlu wedi'i gwmpasu"),
        "certified", ("sector", "organisation", "role", "setting"), twice=False,
    ),
    Explored.WELSH: Way(
        BY_ID["WELSH-SHARE"], Kind.WELSH, Bilingual("taken in Welsh", "yn Gymraeg"), "completed", ("course",),
        twice=False,
    ),
    Explored.DNA: _rate("DNA", ("sector", "course", "month"), ("places not taken up", "leoedd heb eu defnyddio")),
    Explored.FILL: _rate("FILL", ("course", "month"), ("places filled", "leoedd a lenwyd")),
    Explored.WAIT: _rate("WAIT", ("course", "sector"), ("days of waiting", "ddyddiau o aros")),
}  # fmt: skip
