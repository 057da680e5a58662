"""Group commit: requests that come while another is being written are written together, in one transaction.

Whoever finds nobody writing writes for all that wait, and first gives those that are on their way a moment to arrive: a
request alone waits for nobody. A fault of one is not the others': then each is written by itself.
"""

import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from lms.core.db import transaction
from lms.xapi import verifying
from lms.xapi.errors import NotAuthenticated
from lms.xapi.keeping import statements
from lms.xapi.keeping.statements import Sending
from lms.xapi.rules.scopes import Bearer
from lms.xapi.verifying import Known

MOST = 200
"""Statements written in one go, unless one request alone has more."""


@dataclass
class Errand:
    """What one request wants stored, by whom it was said to be sent, and what became of it."""

    known: Known
    key: str
    secret: str = field(repr=False)
    sending: Sending
    ids: list[str] | None = None
    fault: BaseException | None = None

    @property
    def is_done(self) -> bool:
        return self.ids is not None or self.fault is not None


PATIENCE = 0.002
"""Seconds that are given to requests on their way."""

_waiting: deque[Errand] = deque()
_turn = threading.Condition()
_writing = False
_coming = 0
_mine = threading.local()


@contextmanager
def on_the_way() -> Iterator[None]:
    """A request that will want something stored is being read and judged, until it calls `keep` or fails."""
    global _coming
    with _turn:
        _coming += 1
        _mine.coming = True
    try:
        yield
    finally:
        with _turn:
            _arrive()


def _arrive() -> None:
    global _coming
    if getattr(_mine, "coming", False):
        _mine.coming = False
        _coming -= 1
        if not _coming:
            _turn.notify_all()


def keep(errand: Errand) -> list[str]:
    """The ids, once they are committed. Call it outside of any transaction.

    Raises what `statements.keep_all` raises, and NotAuthenticated when the credential is valid no more.
    """
    if any(each.target for each in errand.sending.batch) or errand.sending.parts:
        _write([errand])  # these write alone, and may take long
    else:
        with _turn:
            _waiting.append(errand)
            _arrive()
        while group := _my_turn(errand):  # more than one may be needed: those who waited longer go first
            try:
                _write(group)
            finally:
                _end_turn()
    if errand.fault is not None:
        raise errand.fault
    assert errand.ids is not None
    return errand.ids


def _my_turn(errand: Errand) -> list[Errand]:
    """Wait until nobody is writing; the group to write, or nothing when somebody has written this one meanwhile."""
    global _writing
    with _turn:
        while _writing and not errand.is_done:
            _turn.wait()
        if errand.is_done:
            return []
        _writing = True
        until = time.monotonic() + PATIENCE
        while _coming and (left := until - time.monotonic()) > 0:
            _turn.wait(left)
        return _next_group()


def _end_turn() -> None:
    global _writing
    with _turn:
        _writing = False
        _turn.notify_all()


def _next_group() -> list[Errand]:
    """Those that wait, the longest first, of one tenant, up to MOST statements."""
    group: list[Errand] = []
    size = 0
    while _waiting:
        first = _waiting[0].sending
        if group and (size + len(first.batch) > MOST or first.bearer.tenant != group[0].sending.bearer.tenant):
            break
        size += len(first.batch)
        group.append(_waiting.popleft())
    return group


def _write(group: Sequence[Errand]) -> None:
    """Write them all; their `ids` or `fault` say what became of each."""
    try:
        with transaction():
            opened = statements.open_for([each.sending for each in group])
            found = verifying.confirm(opened.edition, ((each.known, each.key, each.secret) for each in group))
            refused = [each for each in found if isinstance(each, NotAuthenticated)]
            if not refused:
                bearers = [each for each in found if isinstance(each, Bearer)]
                verifying.note_use(bearers)
                sendings = [replace(each.sending, bearer=by) for each, by in zip(group, bearers, strict=True)]
                stored = statements.keep_all(sendings, opened)
    except BaseException as fault:
        if len(group) == 1:
            group[0].fault = fault
        else:
            _one_by_one(group)
    else:
        if not refused:
            for errand, ids in zip(group, stored, strict=True):
                errand.ids = ids
        elif len(group) == 1:
            group[0].fault = refused[0]
        else:
            _one_by_one(group)


def _one_by_one(group: Sequence[Errand]) -> None:
    for each in group:
        _write([each])
