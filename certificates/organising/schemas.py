"""Shapes of cohorts, batches and what ends."""

from typing import Any

from marshmallow import Schema, fields

from certificates.drawing import EDITIONS
from certificates.organising.models import Batch, BatchLine
from certificates.organising.rules import Outcome
from certificates.organising.services import Preview
from certificates.schemas import AwardOut, shown_award
from lms.core.language import N_
from lms.core.web.fields import Day, Text, one_of
from lms.core.web.paging import PageQuery


class CohortIn(Schema):
    """`since` and `until`: the days on which they enrolled. `completes`: all of them have completed the course."""

    course = Text(required=True, max=60, message=N_("Choose a course"))
    since = Day(load_default=None, allow_none=True)
    until = Day(load_default=None, allow_none=True)
    completes = fields.Boolean(load_default=False)


class BatchIn(CohortIn):
    dry_run = fields.Boolean(load_default=False, metadata={"description": "Only say what would happen"})


class EditionIn(Schema):
    edition = fields.String(load_default="both", validate=one_of(EDITIONS, N_("Choose the language")))


class SpecimenQuery(EditionIn):
    course = Text(required=True, max=60, message=N_("Choose a course"))


class OutcomeCountOut(Schema):
    outcome = fields.Enum(Outcome, by_value=True, required=True)
    count = fields.Integer(required=True)


class BatchOut(Schema):
    """A batch. `id` null: it was a dry run. `done` of `of` people have had their turn."""

    id = fields.UUID(required=True, allow_none=True)
    course = fields.String(required=True)
    completes = fields.Boolean(required=True)
    asked_at = fields.DateTime(required=True, allow_none=True)
    done = fields.Integer(required=True)
    of = fields.Integer(required=True)
    ended_at = fields.DateTime(required=True, allow_none=True)
    outcomes = fields.List(fields.Nested(OutcomeCountOut), required=True)


class BatchLineOut(Schema):
    enrolment_id = fields.UUID(required=True)
    name = fields.String(required=True)
    outcome = fields.Enum(Outcome, by_value=True, required=True, allow_none=True)
    number = fields.String(required=True, allow_none=True)


class EndingQuery(PageQuery):
    days = fields.Integer(load_default=90, validate=one_of((30, 90, 180)))


def shown_preview(it: Preview, *, completes: bool) -> dict[str, Any]:
    """For BatchOut."""
    outcomes = [{"outcome": each, "count": number} for each, number in it.counts.items() if number]
    return {
        "id": None, "course": it.course.code, "completes": completes, "asked_at": None, "done": 0, "of": len(it.members),
        "ended_at": None, "outcomes": outcomes,
    }  # fmt: skip


def shown_batch(it: Batch, outcomes: dict[Outcome | None, int]) -> dict[str, Any]:
    """For BatchOut."""
    counted = [{"outcome": each, "count": outcomes[each]} for each in Outcome if outcomes.get(each)]
    return {
        "id": it.id, "course": it.course.code, "completes": it.completes, "asked_at": it.asked_at, "done": it.done,
        "of": it.of, "ended_at": it.ended_at, "outcomes": counted,
    }  # fmt: skip


def shown_line(it: BatchLine) -> dict[str, Any]:
    """For BatchLineOut."""
    return {
        "enrolment_id": it.enrolment_id, "name": it.enrolment.learner.display_name, "outcome": it.outcome,
        "number": it.award.number if it.award else None,
    }  # fmt: skip


__all__ = [
    "AwardOut", "BatchIn", "BatchLineOut", "BatchOut", "CohortIn", "EditionIn", "EndingQuery", "SpecimenQuery", "shown_award",
    "shown_batch", "shown_line", "shown_preview",
]  # fmt: skip
