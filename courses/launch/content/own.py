"""Our own pages and scripts on the content's origin: they run a package, whose files lie beside them."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from string import Template

HERE = Path(__file__).parent
PREFIX = "/~llwybr/"
LAUNCHERS = {"scorm12": "scorm.html", "scorm2004": "scorm.html", "h5p": "h5p.html", "media": "media.html"}
"""The address of each launcher, and the page that it is."""


@dataclass(frozen=True)
class File:
    content: bytes
    etag: str
    encoding: str = ""


def launcher(name: str) -> Template | None:
    """The page of that launcher, with places for `kind`, `own`, `run` and `pages`; None: there is none."""
    found = LAUNCHERS.get(name)
    return page(found) if found else None


@cache
def build() -> str:
    """One hash over all of it: addresses that are kept for ever."""
    return sha256(b"".join(each.content for each in _files().values())).hexdigest()[:10]


@cache
def page(name: str) -> Template:
    return Template((HERE / "templates" / "content" / name).read_text(encoding="utf-8"))


def file(name: str, accepted: str) -> File | None:
    """A script or style of ours, compressed where the reader takes it; None: there is none. `name` is a safe one."""
    return _files().get((name, "br" if "br" in accepted else "")) or _files().get((name, ""))


@cache
def _files() -> dict[tuple[str, str], File]:
    """(name, encoding) of all that is there: read once."""
    root, found = HERE / "static", {}
    for path in sorted(each for each in root.rglob("*") if each.is_file()):
        name, content = path.relative_to(root).as_posix(), path.read_bytes()
        encoding = "br" if name.endswith(".br") else ""
        etag = f'"{sha256(content).hexdigest()[:24]}"'
        found[(name.removesuffix(".br"), encoding)] = File(content, etag, encoding)
    return found
