"""Where the files of packages are opened: on the content's own origin, behind a token that holds for one session.

The token says all that the content host must know, so that it asks the database nothing. It stands in the path, for
relative links inherit a path, and content has no cookie.
"""

from dataclasses import dataclass
from uuid import UUID

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from courses.launch.formats.structure import Format
from courses.launch.packages.models import Package

LASTS = 12 * 3600
"""Seconds that an address works: as long as the credential of its session."""
PREFIX = "/c/"
TOGETHER = frozenset({Format.SCORM_12, Format.SCORM_2004, Format.H5P, Format.VIDEO, Format.DOCUMENT})
"""Formats that run inside a page of ours on the content's origin, and must reach it: a sandbox would part them."""


@dataclass(frozen=True)
class Grant:
    """What a token lets its holder read: the files of the package with that SHA-256, for that session."""

    digest: bytes
    session: UUID
    sandboxed: bool
    outside: tuple[str, ...]


def origin(package: Package) -> str:
    """The origin of this package's content, without a slash at its end. Empty: this service has none."""
    return origin_of(package.digest)


def origin_of(digest: bytes) -> str:
    found: str = current_app.config["CONTENT_ORIGIN"]
    return found.replace("*", f"p{digest.hex()[:20]}")


def token(package: Package, session: UUID) -> str:
    sandboxed = package.sandboxed and package.format not in TOGETHER
    said = [package.digest.hex(), session.hex, int(sandboxed), package.outside]
    return _signer().dumps(said)


def folder(package: Package, session: UUID) -> str:
    """The address of the package's root for this session, with the slash at its end."""
    return f"{origin(package)}{PREFIX}{token(package, session)}/"


def granted(given: str) -> Grant | None:
    """None: the token is forged, or too old."""
    try:
        digest, session, sandboxed, outside = _signer().loads(given, max_age=LASTS)
    except (BadSignature, ValueError, TypeError):
        return None
    return Grant(bytes.fromhex(digest), UUID(session), bool(sandboxed), tuple(outside))


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="content")


RUNS = "/run/"
RUN_LASTS = 24 * 3600
"""Seconds that a session's own token works: content that was cut off may send what it has kept for longer than it is open."""


def run_address(session: UUID) -> str:
    """Where content of our own run-times reports for that session: on the pages' origin, with the slash at its end."""
    return f"{current_app.config['PUBLIC_URL']}{RUNS}{_runs().dumps(session.hex)}/"


def session_of_run(given: str) -> UUID | None:
    """Whose token that is; None: it is forged, or too old."""
    try:
        return UUID(_runs().loads(given, max_age=RUN_LASTS))
    except (BadSignature, ValueError, TypeError, AttributeError):
        return None


def _runs() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="run")
