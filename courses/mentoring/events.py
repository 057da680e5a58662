"""What mentoring tells the rest of the house."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class MeetingAgreed:
    """Both say that they met."""

    meeting_id: UUID
