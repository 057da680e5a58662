"""A list of certificates, checked in one go. As many queries, however long it is; nothing of it is kept but the counts."""

from collections.abc import Sequence
from dataclasses import dataclass

from certificates import queries, wording
from certificates.checking.reading import MOST, Line
from certificates.models import Award
from certificates.services import Checked
from certificates.services.checking import count, looked_at, matches
from lms.core import audit, throttle
from lms.core.permissions import Actor, Permission
from lms.core.spreadsheets import Cell, table_csv

HEADS = {
    "en": ("Row", "Given", "Status", "Number", "Holder", "Course", "Issued on", "Valid until", "Replaced by"),
    "cy": ("Rhes", "A roddwyd", "Statws", "Rhif", "Deiliad", "Cwrs", "Cyhoeddwyd ar", "Yn ddilys tan", "Disodlwyd gan"),
}
ROWS_PER_DAY, DAY = 5000, 86400
MISSES, MISSES_PER = 200, 3600
"""Of one account: a real list has few wrong lines, a guesser has nothing else."""


@dataclass(frozen=True)
class Answer:
    """A line, and the certificate that it means. None: we have no such certificate, or the line asks for none."""

    line: Line
    found: Checked | None


def check_list(actor: Actor, lines: Sequence[Line]) -> list[Answer]:
    """Each line's certificate as anyone may see it, in order. Raises TooMany."""
    actor.require(Permission.CERTIFICATE_WATCH, about=actor.person)
    lines = lines[:MOST]
    throttle.reserve(f"check-list:{actor.person}", len(lines), limit=ROWS_PER_DAY, per_seconds=DAY)
    by_code = queries.awards_by(Award.code, [each.code for each in lines if each.code])
    by_number = queries.awards_by(Award.number, [each.number for each in lines if each.number and not each.code])
    after = queries.after_all([each.id for each in (*by_code.values(), *by_number.values())])
    answers = []
    for line in lines:
        found = by_code.get(line.code) if line.code else by_number.get(line.number)
        if found is not None and not line.code and not _meant(found, line):
            found = None
        answers.append(Answer(line, looked_at(found, after=after.get(found.id, ())) if found else None))
    count(actor, *(each.found.award for each in answers if each.found))
    if missed := sum(each.found is None for each in answers):
        throttle.reserve(f"check-list-miss:{actor.person}", missed, limit=MISSES, per_seconds=MISSES_PER)
    audit.record(actor, "certificates.checked", count=len(answers), found=len(answers) - missed)
    return answers


def _meant(found: Award, line: Line) -> bool:
    return line.issued_on is not None and matches(found, line.surname, line.issued_on)


def as_csv(answers: Sequence[Answer], language: str) -> bytes:
    """The answers as a file for a spreadsheet: no cell of it is taken for a formula."""
    return table_csv(HEADS[language], (_cells(each, language) for each in answers))


def _cells(each: Answer, language: str) -> Sequence[Cell]:
    line, it = each.line, each.found
    if it is None:
        return (line.row, line.typed, wording.NOT_FOUND.in_(language), *[""] * 6)
    award = it.award
    return (
        line.row, line.typed, wording.STATES[it.standing.state].in_(language), award.number, it.name,
        it.snapshot.printed(language).course, award.issued_on, award.valid_until,
        it.replaced_by.number if it.replaced_by else None,
    )  # fmt: skip
