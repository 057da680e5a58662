"""Use case: what authors may see of how their course is learnt. Counts of all of Wales, through the rule, never names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from courses.catalogue.models import Course
from courses.catalogue.services import require_editor
from courses.launch.packages.queries import course as course_called
from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.reporting.facts.shares import NIL
from lms.reporting.learning import queries, rolling
from lms.reporting.learning.rules import shown
from lms.reporting.learning.rules.shown import Shown
from lms.reporting.rules import disclosure


@dataclass(frozen=True)
class QuestionShown:
    """`percent`: of first answers, so many were right. None: hidden."""

    iri: str
    title: Bilingual
    unit: UUID
    answered: int | None
    right: int | None
    percent: int | None


@dataclass(frozen=True)
class Insight:
    """How a course is learnt, as it may be shown. `withheld`: fewer than ten people have opened it."""

    course: Course
    counted_until: datetime | None
    withheld: bool
    whole: Shown | None
    units: Sequence[tuple[UUID, Bilingual, Shown]]
    questions: Sequence[QuestionShown]


def insight(actor: Actor, code: str) -> Insight:
    """Raises Forbidden for who does not edit courses; NotFound."""
    require_editor(actor)
    course = course_called(code)
    at, counted = rolling.counted_until(), queries.of_course(course.id)
    if disclosure.too_few(counted.opened):
        return Insight(course, at, True, None, (), ())
    found = queries.units(NIL, [course.id])
    shown_units = shown.units([it.counted for it in found])
    return Insight(
        course=course, counted_until=at, withheld=False, whole=shown.whole(counted),
        units=[(it.key, titled(it.title), each) for it, each in zip(found, shown_units, strict=True)],
        questions=_hardest_first(queries.questions(course.id)),
    )  # fmt: skip


def titled(title: dict[str, str], otherwise: str = "") -> Bilingual:
    """Text by language tag, in our two languages: whatever there is for one that is not written."""

    def of(language: str) -> str:
        return next((text for tag, text in title.items() if tag.partition("-")[0].lower() == language and text), "")

    there = next((text for text in title.values() if text), otherwise)
    return Bilingual(of("en") or there, of("cy") or of("en") or there)


def _hardest_first(found: Sequence[queries.Asked]) -> list[QuestionShown]:
    """By the share that is shown; those without one after, so that order tells nothing of what is hidden."""
    told = []
    for it in found:
        answered, right, percent = shown.question(it.answered, it.right)
        title = titled(it.title, it.iri.rpartition("/")[2])
        told.append(QuestionShown(it.iri, title, it.unit, answered, right, percent))
    known = [it for it in told if it.answered is not None]
    return sorted(known, key=lambda it: (it.percent is None, it.percent or 0, it.iri))
