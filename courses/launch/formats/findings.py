"""Gathering what is wrong, so that an author is told all of it at once. Pure."""

import unicodedata
from typing import Any

from courses.launch.formats.structure import Finding, Unfit
from lms.core.language import N_

MOST_FINDINGS = 1000
"""Faults that are told one by one. A package with more of them is not read by a person any more."""
LONGEST_PLACE = 200

MANY = N_("More faults of the same kinds: %(count)s. Put these right first.")


class Findings:
    """Faults and warnings in the order in which they were found."""

    def __init__(self) -> None:
        self.faults: list[Finding] = []
        self.warnings: list[Finding] = []
        self._untold = 0

    def refuse(self, rule: str, message: str, place: str = "", **params: Any) -> None:
        if len(self.faults) < MOST_FINDINGS:
            self.faults.append(_finding(rule, message, place, params))
        else:
            self._untold += 1

    def warn(self, rule: str, message: str, place: str = "", **params: Any) -> None:
        if len(self.warnings) < MOST_FINDINGS:
            self.warnings.append(_finding(rule, message, place, params))

    def settle(self) -> tuple[Finding, ...]:
        """The warnings. Raises Unfit when there is a fault."""
        if self.faults:
            more = (_finding("package-many-faults", MANY, "", {"count": self._untold}),) if self._untold else ()
            raise Unfit((*self.faults, *more), tuple(self.warnings))
        return tuple(self.warnings)


def unfit(rule: str, message: str, place: str = "", **params: Any) -> Unfit:
    """One fault that ends the reading."""
    return Unfit((_finding(rule, message, place, params),))


def printable(text: str) -> str:
    """Safe to show and to store: no control characters, and not endless."""
    cut = text[:LONGEST_PLACE]
    shown = "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(each)[0] == "C" else each for each in cut)
    return shown + ("…" if len(text) > LONGEST_PLACE else "")


def _finding(rule: str, message: str, place: str, params: dict[str, Any]) -> Finding:
    shown = {name: printable(value) if isinstance(value, str) else value for name, value in params.items()}
    return Finding(rule, message, printable(place), shown)
