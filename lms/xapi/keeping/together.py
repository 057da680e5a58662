"""Group commit: requests that come while another is being written are written together, in one transaction.

As many as came together last time are expected to come together again: clients wait for their answers and then send the
next. Whoever completes the group writes it, so nobody need be woken for that; the rest sleep until they are written.
Who waits longest does not wait for company longer than PATIENCE, and a request that was alone before waits for nobody.
A fault of one is not the others': then each is written by itself.
"""

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from lms.core.db import transaction
from lms.xapi import verifying
from lms.xapi.errors import NotAuthenticated
from lms.xapi.keeping import at_once, statements
from lms.xapi.keeping.statements import Sending
from lms.xapi.rules.scopes import Bearer
from lms.xapi.verifying import Known

MOST = 200
"""Statements written in one go, unless one request alone has more."""
PATIENCE = 0.002
"""Seconds that the first who waits gives to those who are expected."""


def _closed() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass
class Errand:
    """What one request wants stored, by whom it was said to be sent, and what became of it."""

    known: Known
    key: str
    secret: str = field(repr=False)
    sending: Sending
    ids: list[str] | None = None
    fault: BaseException | None = None
    call: threading.Lock = field(default_factory=_closed, repr=False)
    """Opened to wake who waits: it is done, or it stands first now."""

    @property
    def is_done(self) -> bool:
        return self.ids is not None or self.fault is not None

    def wake(self) -> None:
        if self.call.locked():  # else it was called already, and has not heard yet
            self.call.release()


_waiting: deque[Errand] = deque()
_state = threading.Lock()
_writing = False
_expected = 1


def keep(errand: Errand) -> list[str]:
    """The ids, once they are committed. Call it outside of any transaction.

    Raises what `statements.keep_all` raises, and NotAuthenticated when the credential is valid no more.
    """
    if any(each.target for each in errand.sending.batch) or errand.sending.parts:
        _write([errand])  # these write alone, and may take long
    else:
        with _state:
            _waiting.append(errand)
            group = _complete()
        while not errand.is_done:
            if group:
                _write_in_turn(group)
            group = _wait(errand)
    if errand.fault is not None:
        raise errand.fault
    assert errand.ids is not None
    return errand.ids


def _wait(errand: Errand) -> list[Errand]:
    """Until somebody has written it (nothing is left to do), or it is on us to write: then the group."""
    while True:
        with _state:
            if errand.is_done:
                return []
            is_first = not _writing and _waiting[0] is errand
            if is_first and (group := _complete()):
                return group
        if not errand.call.acquire(timeout=PATIENCE if is_first else -1):
            with _state:
                if not _writing and not errand.is_done and _waiting[0] is errand:
                    return _next_group()


def _complete() -> list[Errand]:
    """The group, if nobody is writing and all who are expected are there."""
    enough = len(_waiting) >= _expected or sum(len(each.sending.batch) for each in _waiting) >= MOST
    return _next_group() if enough and not _writing else []


def _write_in_turn(group: Sequence[Errand]) -> None:
    global _writing, _expected
    try:
        _write(group)
    finally:
        with _state:
            _writing = False
            _expected = len(group) + len(_waiting)
            for each in (*group, _waiting[0]) if _waiting else group:
                each.wake()


def _next_group() -> list[Errand]:
    """Those that wait, the longest first, of one tenant, up to MOST statements. Who takes them writes them."""
    global _writing
    _writing = True
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
        edition = group[0].known.edition
        alike = all(each.known.edition == edition for each in group)
        if alike and at_once.keep([each.sending for each in group], edition):
            for errand in group:
                errand.ids = statements.ids_of(errand.sending)
            return
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
        opened.ended()
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
