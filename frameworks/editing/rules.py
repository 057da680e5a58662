"""The life of a version: draft → consultation → in review → published → retired. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from frameworks.rules.content import Lack


@dataclass(frozen=True)
class Word:
    """What a reviewer said last, and of which content."""

    person: UUID
    digest: str
    agreed: bool


@dataclass(frozen=True)
class Standing:
    """All that decides whether a version may be published. `must_sign`: who was asked to; `wrote`: who worked on it."""

    digest: str
    lacks: Sequence[Lack]
    must_sign: Collection[UUID]
    words: Sequence[Word]
    wrote: Collection[UUID]


@dataclass(frozen=True)
class Missing:
    """What publishing waits for. `unsigned` were asked and have not agreed to exactly this content."""

    lacks: Sequence[Lack] = ()
    nobody_asked: bool = False
    unsigned: Sequence[UUID] = ()
    refused: Sequence[UUID] = ()
    own_work: bool = False

    @property
    def nothing(self) -> bool:
        return not (self.lacks or self.nobody_asked or self.unsigned or self.refused or self.own_work)


def missing(it: Standing) -> Missing:
    """What still stands between a version in review and its readers.

    Whoever worked on it may sign too, but not alone: somebody who did not must have agreed to exactly this.
    """
    last = {word.person: word for word in it.words if word.digest == it.digest}
    signed = {person for person, word in last.items() if word.agreed and person in it.must_sign}
    return Missing(
        lacks=it.lacks,
        nobody_asked=not it.must_sign,
        unsigned=[each for each in it.must_sign if each not in last],
        refused=[each for each in it.must_sign if each in last and not last[each].agreed],
        own_work=bool(it.must_sign) and signed == set(it.must_sign) and not signed - set(it.wrote),
    )
