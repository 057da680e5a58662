"""How one person stands to one framework: what pages, the API, gaps and plans read alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from frameworks.assessment import queries, rules
from frameworks.assessment.models import RatingStanding
from frameworks.assessment.queries import DomainLine, LevelLine, Outline, Shared, StatementLine
from frameworks.assessment.rules import Held, Reach, Standing
from frameworks.rules.carrying import Outcome


@dataclass(frozen=True)
class Line:
    """A statement in force: what counts for it, or what is to be rated again. `needed`: the person's work asks for it."""

    statement: StatementLine
    needed: bool
    held: Held | None
    again: Held | None
    row: RatingStanding | None

    @property
    def met(self) -> bool:
        return self.held is not None and self.held.rated.met

    @property
    def reworded(self) -> bool:
        """It counts, and its words have changed since."""
        return self.held is not None and self.held.outcome is Outcome.EQUIVALENT

    @property
    def carried(self) -> bool:
        """It counts, and was made under an earlier version."""
        return self.held is not None and self.held.rated.statement != str(self.statement.id)


@dataclass(frozen=True)
class Assessment:
    """One person's standing in a framework. `needed`: rank by domain; `rows` by statement of whichever version."""

    outline: Outline
    person_id: UUID
    needed: Mapping[str, int]
    standing: Standing
    rows: Mapping[str, RatingStanding]
    shared: Shared
    day: date

    @cached_property
    def lines(self) -> Sequence[Line]:
        wanted = {each.key for each in rules.asked_of(self.outline.asked, self.needed)}
        return [self._line(each, str(each.id) in wanted) for each in self.outline.statements]

    def _line(self, statement: StatementLine, needed: bool) -> Line:
        key = str(statement.id)
        held, again = self.standing.counts.get(key), self.standing.again.get(key)
        of = held or again
        return Line(statement, needed, held, again, self.rows.get(of.rated.statement) if of else None)

    def of_domain(self, code: str) -> list[Line]:
        return [each for each in self.lines if each.statement.domain == code]

    @cached_property
    def reaches(self) -> Mapping[str, Reach]:
        met = [str(each.statement.id) for each in self.lines if each.met]
        return rules.reaches(self.outline.asked, self.needed, met, self.outline.domain_codes)

    @cached_property
    def gaps(self) -> Sequence[Line]:
        """What the person's work asks for and is not met."""
        return [each for each in self.lines if each.needed and not each.met]

    @property
    def to_rate_again(self) -> Sequence[Line]:
        """What people are asked for anew: only what changed, or lapsed."""
        return [each for each in self.lines if each.again is not None]

    @property
    def carried(self) -> Sequence[Line]:
        return [each for each in self.lines if each.carried]

    def level_in(self, domain: str) -> LevelLine | None:
        """The level that the person's work asks for there."""
        return self.outline.level_of_rank(self.needed[domain]) if domain in self.needed else None

    @property
    def highest(self) -> LevelLine | None:
        """The level that is asked for somewhere at most."""
        return self.outline.level_of_rank(max(self.needed.values())) if self.needed else None

    def edition(self, domain: str) -> int:
        """Grows with whatever is saved in the domain."""
        ids = {str(each.id) for each in self.outline.statements if each.domain == domain}
        return sum(row.edition for key, row in self.rows.items() if key in ids)

    def domain(self, code: str) -> DomainLine:
        return self.outline.domain(code)


def assessment(person_id: UUID, code: str, day: date) -> Assessment:
    """Raises NotFound where no version of the framework is in force. Three queries."""
    it = queries.outline(code)
    rows = queries.standings_of(person_id, it.framework_id)
    places = queries.places_of([person_id], day).get(person_id, [])
    return Assessment(
        it, person_id, queries.needed(it, places),
        rules.stand([queries.rated(row) for row in rows.values()], queries.becoming(code), day), rows,
        queries.sharing_of([person_id], it.framework_id).get(person_id, queries.PRIVATE), day,
    )  # fmt: skip
