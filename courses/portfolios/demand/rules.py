"""Demand beside capacity, for one body or sector. Pure."""

from dataclasses import dataclass

from lms.core.language import Bilingual


@dataclass(frozen=True)
class Need:
    """`learners`: with an open portfolio; of them `unsupervised`, and `waiting`: with something undecided.

    `oldest`: days that the oldest of it waits. `supervisors` hold live licences for `capacity` learners together, of
    which `taken` are given.
    """

    key: str
    name: Bilingual
    learners: int = 0
    unsupervised: int = 0
    waiting: int = 0
    oldest: int = 0
    supervisors: int = 0
    capacity: int = 0
    taken: int = 0

    @property
    def free(self) -> int:
        return max(self.capacity - self.taken, 0)

    @property
    def short(self) -> int:
        """Learners without a supervisor for whom there is no place here."""
        return max(self.unsupervised - self.free, 0)
