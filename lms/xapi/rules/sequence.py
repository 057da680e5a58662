"""The order of statements: one strictly increasing number each, which is also when it was stored.

`seq` is the microsecond since 1970. A writer (one process) takes only those microseconds that leave its own number as
the remainder of 64, so 64 processes number 15,625 statements a second each, never alike and without asking one another.
`stored`, written from `seq`, is strictly increasing within the store. The number fits 53 bits until the year 2255.
"""

import threading

WRITERS = 64


class Sequence:
    """Numbers for one writer. Safe between threads; never runs backwards, even when the clock does."""

    def __init__(self, writer: int, after: int) -> None:
        """`after` is the highest number in the store."""
        self._writer, self._last, self._before = writer, after, after
        self._lock = threading.Lock()

    def take(self, count: int, now: int) -> range:
        """The next numbers from `now` on (microseconds), `WRITERS` apart."""
        with self._lock:
            now = max(now, self._last + 1)
            first = now + (self._writer - now) % WRITERS
            self._before, self._last = self._last, first + (count - 1) * WRITERS
            return range(first, self._last + 1, WRITERS)

    def give_back(self, taken: range) -> None:
        """They were not used. If others were taken since, they stay as they are: nobody's."""
        with self._lock:
            if self._last == taken[-1]:
                self._last = self._before
