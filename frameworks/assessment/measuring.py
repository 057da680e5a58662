"""Many people held against a framework at once: for a team's table and for the nation's figures.

It comes to what `views.assessment` says of each of them; only the words, the comments and the rest of a rating are not read.
"""

import hashlib
from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select, text

from frameworks.assessment import queries
from frameworks.assessment.rules import Counts, Mark, Yardstick
from frameworks.queries import requirements
from frameworks.rules.carrying import Outcome
from lms.accounts.models import JobRole
from lms.core.db import db
from lms.core.reference import kept


@kept
def yardstick(code: str) -> Yardstick:
    """What the version in force asks, and which ratings count for it. Raises NotFound."""
    it = queries.outline(code)
    asked: dict[str, dict[int, int]] = {}
    for each in it.statements:
        ranks = asked.setdefault(each.domain, {})
        ranks[each.rank] = ranks.get(each.rank, 0) + 1
    lines = {str(each.id): each for each in it.statements}
    numbers = queries.version_numbers(code)
    counts: dict[str, tuple[Counts, ...]] = {}
    for old, carried in queries.becoming(code).items():
        found = [
            Counts(str(line.id), line.domain, line.rank, numbers[old])
            for each in carried
            if each.outcome in (Outcome.CARRIED, Outcome.EQUIVALENT) and (line := lines.get(each.new or "")) is not None
        ]
        if found:
            counts[old] = tuple(found)
    return Yardstick(asked, counts)


@kept
def basis(code: str) -> str:
    """A digest of everything, people apart, that decides where somebody is: what is kept of people holds as long as it does."""
    it, measure = queries.outline(code), yardstick(code)
    clinical = sorted(db.session.scalars(select(JobRole.code).where(JobRole.clinical)))
    asked = [(sorted(each.condition.items()), each.rank, each.domain) for each in requirements(code)]
    said = (it.version_id, sorted((domain, sorted(ranks.items())) for domain, ranks in measure.asked.items()),
            sorted(measure.counts.items()), asked, it.domain_codes, clinical)  # fmt: skip
    return hashlib.sha256(repr(said).encode()).hexdigest()


_MARKS = text(
    "SELECT person_id, statement_id::text, met, lapses_on FROM assessment_standing"
    " WHERE person_id = ANY(:people) AND framework_id = :framework"
)


def marks_of(people: Collection[UUID], framework_id: UUID) -> Mapping[UUID, list[Mark]]:
    """What stands of those people, by person. One query."""
    rows = db.session.execute(_MARKS, {"people": list(people), "framework": framework_id})
    found: dict[UUID, list[Mark]] = {}
    for person, statement, met, lapses_on in rows:
        found.setdefault(person, []).append((statement, met, lapses_on))
    return found
