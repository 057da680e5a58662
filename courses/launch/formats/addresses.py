"""Addresses in a description: whether they are whole, and what they mean within a package. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from lms.xapi.rules import patterns

_UNSAFE = re.compile(r'[\x00-\x20\x7f<>"{}|\\^`]')
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
LONGEST = 8000
"""Characters of an address. No server is sure to take more."""
_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")
HARMFUL_SCHEMES = frozenset({"javascript", "data", "vbscript", "file", "blob", "about", "view-source", "filesystem"})
"""What runs in the page that opens it, or reads the learner's own machine."""


def is_iri(text: str) -> bool:
    """Whole, with its scheme; http and https also name a host (RFC 3987)."""
    if not patterns.is_iri(text) or text.endswith("\n") or _BAD_PERCENT.search(text):
        return False
    split = _split(text)
    return split is not None and (split.scheme not in ("http", "https") or bool(split.hostname))


def is_url(text: str) -> bool:
    """Whole or relative, in the characters that RFC 1738 lets stand: ASCII, others percent-encoded."""
    if not 0 < len(text) <= LONGEST or not text.isascii() or _UNSAFE.search(text) or _BAD_PERCENT.search(text):
        return False
    split = _split(text)
    if split is None:
        return False
    return (
        "[" not in split.path
        and "]" not in split.path
        and (split.scheme not in ("http", "https") or bool(split.netloc))
    )


def is_whole(text: str) -> bool:
    return _SCHEME.match(text) is not None


def scheme_of(text: str) -> str:
    return text.split(":", 1)[0].lower() if is_whole(text) else ""


def parameters_of(url: str) -> set[str]:
    """Names in its query."""
    split = _split(url)
    return (
        set()
        if split is None or len(url) > LONGEST
        else {name for name, _ in parse_qsl(split.query, keep_blank_values=True)}
    )


def user_and_host(url: str) -> tuple[str, str]:
    """What stands before the @, and the host in small letters; empty where there is none."""
    split = _split(url)
    if split is None:
        return "", ""
    return split.netloc.rpartition("@")[0], (split.hostname or "").rstrip(".")


class Names:
    """Files of a package, also by what they are called but for capital letters."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def like(self, name: str) -> str | None:
        """One that differs in capital letters only."""
        return self._by_look.get(name.casefold())

    @cached_property
    def _by_look(self) -> dict[str, str]:
        return {each.casefold(): each for each in sorted(self._names)}


@dataclass(frozen=True)
class Target:
    """`name` is the entry of the package, `url` how a browser asks for it: percent-encoded, query and fragment kept."""

    name: str
    url: str


def target_of(url: str) -> Target | None:
    """What a relative address leads to from the package's root. None: out of the package, or nowhere."""
    split = _split(url)
    if split is None or split.scheme or split.netloc or url.startswith("/") or "\\" in split.path:
        return None
    name = _within(unquote(split.path))
    if name is None or "\\" in name or "\x00" in name:
        return None
    return Target(name, _encoded(name) + _rest(split))


def entry_for(url: str, names: Names) -> Target | None:
    """The target that is in the package: decoded as an address or, as many tools write it, the bare name of a file."""
    found = target_of(url)
    if found is None or found.name in names:
        return found
    split = urlsplit(url)
    bare = _within(split.path)
    return Target(bare, _encoded(bare) + _rest(split)) if bare is not None and bare in names else found


def kept(text: str) -> str:
    """A query or a fragment that a browser can take: what must be percent-encoded is, what already is stays."""
    return quote(text, safe=_KEPT)


def is_language(tag: str) -> bool:
    return patterns.is_language(tag)


def _within(path: str) -> str | None:
    """The path without `.` and `..`; None when it climbs out or names nothing."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts) if parts and not path.endswith("/") else None


def _encoded(name: str) -> str:
    return quote(name, safe="/!$&'()*+,;=@~:")


def _rest(split: SplitResult) -> str:
    return (f"?{kept(split.query)}" if split.query else "") + (f"#{kept(split.fragment)}" if split.fragment else "")


_KEPT = "%/?:@!$&'()*+,;=~[]#"
"""What stands in a query or a fragment as it was sent, percent-encoding included."""


def _split(text: str) -> SplitResult | None:
    try:
        split = urlsplit(text)
        _ = split.port  # a port that is no number is found out only when it is asked for
    except ValueError:
        return None
    return split
