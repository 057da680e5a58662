"""How the record store says no. Its clients are programs, and its statuses are those of its own specification

(xAPI 1.0.3 Part 3 §3.2), so these are not the house's refusals; `lms/xapi/api/answers.py` turns them into answers.
"""

from typing import ClassVar


class Fault(Exception):
    """Base. `pointer` is a JSON pointer into what was sent, or the parameter's or header's name; `rule` cites."""

    status: ClassVar[int] = 400

    def __init__(self, message: str, pointer: str = "", rule: str = "") -> None:
        super().__init__(message)
        self.message, self.pointer, self.rule = message, pointer, rule

    def within(self, index: int) -> "Fault":
        """The same fault, seen from the batch that the statement came in."""
        return type(self)(self.message, f"/{index}{self.pointer}", self.rule)


class Malformed(Fault):
    """It does not say what the specification asks for."""


class NotAuthenticated(Fault):
    """Credentials are missing, wrong, expired or revoked."""

    status = 401


class NotAllowed(Fault):
    """The credential's scopes or bounds do not reach that far."""

    status = 403


class Missing(Fault):
    """There is no such statement or document."""

    status = 404


class MethodUnknown(Fault):
    """The resource has no such method."""

    status = 405


class Contradiction(Fault):
    """Another statement has that id; or a document exists and the request does not say which version it saw."""

    status = 409


class Overtaken(Fault):
    """If-Match or If-None-Match does not hold (RFC 9110 §13)."""

    status = 412


class Excessive(Fault):
    """More, larger or deeper than this store takes. The message says the limit."""

    status = 413


class Hasty(Fault):
    """More requests than this credential may send in a minute. `retry_after` is in whole seconds."""

    status = 429

    def __init__(self, limit: int, retry_after: int) -> None:
        super().__init__(f"This credential may send {limit} requests a minute", "Authorization")
        self.retry_after = retry_after
