"""What another store's answer means, what is offered next, and how long to wait."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")

FIRST_WAIT = 30.0
LONGEST_WAIT = 3600.0
LONGEST_ASKED = 86_400.0
"""Seconds. What the other store asks for by Retry-After may be longer than our own waits, but a day at most."""
LONGEST_ANSWER = 1000
"""Characters of their answer that are kept."""

_FOR_NOW = frozenset({408, 425, 429})
_ABOUT_CONTENT = frozenset({400, 409, 411, 413, 415, 422, 431})


class Verdict(StrEnum):
    """What an answer means for what was offered.

    HELD: not now, and perhaps later. CLOSED: the destination turns us away, whatever we send.
    """

    DELIVERED = "delivered"
    REFUSED = "refused"
    HELD = "held"
    CLOSED = "closed"


@dataclass(frozen=True)
class Answer:
    """`status` None: there was none. `text` is theirs, or says what failed. `retry_after` is in seconds.

    `barred`: we ourselves would not go there, so waiting does not help.
    """

    status: int | None
    text: str = ""
    retry_after: float | None = None
    barred: bool = False


@dataclass(frozen=True)
class Step(Generic[T]):
    """What became of one offer. REFUSED of a single item is for good; of several, its halves come next."""

    part: Sequence[T]
    answer: Answer
    verdict: Verdict

    @property
    def is_dead(self) -> bool:
        return self.verdict is Verdict.REFUSED and len(self.part) == 1


def judge(answer: Answer) -> Verdict:
    """A refusal is about what was sent only where the status says so; everything else waits for somebody to mend it."""
    status = answer.status
    if answer.barred:
        return Verdict.CLOSED
    if status is None or status in _FOR_NOW or status >= 500:
        return Verdict.HELD
    if 200 <= status < 300:
        return Verdict.DELIVERED
    return Verdict.REFUSED if status in _ABOUT_CONTENT else Verdict.CLOSED


def deliver(items: Sequence[T], offer: Callable[[Sequence[T]], Answer]) -> Iterator[Step[T]]:
    """Offer all at once; what is refused, by halves, the earlier first. Ends at the first answer that holds or closes."""
    waiting = [items] if items else []
    while waiting:
        part = waiting.pop()
        answer = offer(part)
        step = Step(part, answer, judge(answer))
        yield step
        if step.verdict in (Verdict.HELD, Verdict.CLOSED):
            return
        if step.verdict is Verdict.REFUSED and not step.is_dead:
            middle = len(part) // 2
            waiting += [part[middle:], part[:middle]]


def offered(batch: int, failures: int) -> int:
    """How many to offer: half as many after each failure, so that one statement on which the other store breaks ends
    up first and alone, where a person can see it and set it aside."""
    return max(1, batch >> min(failures, 16))


def alone(batch: int, failures: int, status: int | None) -> bool:
    """Was the last offer of a single statement, and was the answer one that a statement can be the cause of? Then it may
    be what is in the way: the other store breaks on it, or lets this key send others but not that one."""
    may_be = status is not None and (status == 403 or status >= 500)
    return may_be and failures > 0 and offered(batch, failures - 1) == 1


def wait(failures: int, chance: float, asked: float | None = None) -> float:
    """Seconds to wait after so many failures in a row, at least as long as asked.

    Doubling, with the upper half left to `chance` (0 to 1), so that many who fail together do not come back together.
    """
    longest = min(LONGEST_WAIT, FIRST_WAIT * (1 << min(max(failures, 1) - 1, 16)))
    return max(longest * (0.5 + chance / 2), min(asked or 0.0, LONGEST_ASKED))


def retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds, from Retry-After (RFC 9110 §10.2.3): seconds, or a date. None when it says neither."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())


def shortened(text: str) -> str:
    """Their answer as it is kept: one line, without what cannot be shown."""
    plain = " ".join("".join(c if c.isprintable() or c.isspace() else "\ufffd" for c in text).split())
    return plain if len(plain) <= LONGEST_ANSWER else plain[: LONGEST_ANSWER - 1] + "…"


def within(sizes: Sequence[int], most: int) -> int:
    """How many of them, from the first, have `most` bytes together. One at least."""
    total = 0
    for count, size in enumerate(sizes):
        total += size
        if total > most:
            return max(1, count)
    return len(sizes)
