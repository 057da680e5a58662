"""What enrolments tell the rest of the house."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class LearnerEnrolled:
    """A learner has a place. Portfolios open one where the course asks for it."""

    enrolment_id: UUID


@dataclass(frozen=True)
class LearnerWaitlisted:
    """A learner waits for a place."""

    enrolment_id: UUID


@dataclass(frozen=True)
class LearnerActive:
    """A learner opened the content for the first time, or for the first time that day."""

    enrolment_id: UUID


@dataclass(frozen=True)
class LearningCompleted:
    """All of the content is done; the course may still ask for a portfolio."""

    enrolment_id: UUID


@dataclass(frozen=True)
class EnrolmentCompleted:
    """Everything that the course asks for is done."""

    enrolment_id: UUID


@dataclass(frozen=True)
class CompletionWithdrawn:
    """What was completed is not any more: the portfolio that it rested on is not signed, or not enough was attended."""

    enrolment_id: UUID


@dataclass(frozen=True)
class LearningWithdrawn:
    """What was learnt by attending was not: a register was put right."""

    enrolment_id: UUID


@dataclass(frozen=True)
class EnrolmentWithdrawn:
    enrolment_id: UUID
