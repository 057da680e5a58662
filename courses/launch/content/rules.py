"""What the content host decides: which file is meant, what it is, which part of it is asked for, what it may do. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

PERMISSIONS = (
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(), display-capture=()"
)
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\]")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")


def safe_name(path: str) -> str | None:
    """The name of a file in a package; None: no package can have one of that name."""
    parts = path.split("/")
    if not path or _UNSAFE.search(path) or any(part in ("", ".", "..") for part in parts) or parts[0].startswith("."):
        return None
    return path


@dataclass(frozen=True)
class Part:
    """Bytes from `first` to `last`, both in it."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


class NotThere(Exception):
    """A part was asked for that lies behind the end (RFC 9110 §14.1.2)."""


def part_asked(asked: str, size: int) -> Part | None:
    """One range of a file (RFC 9110 §14.2); None: all of it, also for what we cannot read. Raises NotThere."""
    found = _RANGE.match(asked.strip().lower().replace(" ", ""))
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        length = min(int(last), size)
        if length == 0:
            raise NotThere()
        return Part(size - length, size - 1)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise NotThere()
    return Part(int(first), min(int(last), size - 1) if last else size - 1)


def policy(pages: str, *, sandboxed: bool, outside: Sequence[str]) -> str:
    """The Content-Security-Policy of content. `pages`: the origin of the pages, which may frame it and hear from it.

    What vendors publish needs inline scripts and eval; so the walls are the origin and who it can talk to, not these.
    """
    hosts = "".join(f" {host}" for host in outside)
    parts = [
        f"default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'{hosts}",
        f"connect-src 'self' data: blob: {pages}{hosts}",
        "base-uri 'self'", "form-action 'self'", f"frame-ancestors 'self' {pages}",
    ]  # fmt: skip
    if sandboxed:
        parts.append("sandbox allow-scripts allow-forms allow-popups allow-modals")
    return "; ".join(parts)


def launcher_policy(pages: str, *, lenient: bool, outside: Sequence[str]) -> str:
    """That of our own pages. `lenient`: what runs in the page itself (H5P) comes from the package."""
    hosts = "".join(f" {host}" for host in outside)
    also = f" data: blob: 'unsafe-inline' 'unsafe-eval'{hosts}" if lenient else ""
    return "; ".join((
        f"default-src 'self'{also}", f"style-src 'self' 'unsafe-inline'{hosts}", f"img-src 'self' data: blob:{hosts}",
        f"connect-src 'self' data: blob: {pages}{hosts}", f"frame-src 'self' data: blob:{hosts}", "object-src 'none'",
        "base-uri 'none'", "form-action 'none'", f"frame-ancestors 'self' {pages}",
    ))  # fmt: skip


def is_host_of(host: str, origin: str) -> bool:
    """Is this the Host of the content's origin? A `*` in it stands for one name."""
    if not origin:
        return False
    parts = urlsplit(origin)
    mine, theirs = _plain(parts.netloc, parts.scheme), _plain(host, parts.scheme)
    if "*" not in mine:
        return mine == theirs
    before, _, after = mine.partition("*")
    middle = theirs[len(before) : len(theirs) - len(after)]
    return theirs == before + middle + after and middle.isalnum()


def _plain(host: str, scheme: str) -> str:
    """Without the port that goes without saying."""
    return host.strip().lower().removesuffix(":443" if scheme == "https" else ":80")
