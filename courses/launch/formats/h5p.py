"""H5P: h5p.json, content/content.json, and the libraries that play it, all in one file. Pure.

A file without its libraries cannot be played, for none are fetched from elsewhere.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from courses.launch.formats import addresses
from courses.launch.formats.archive import Archive
from courses.launch.formats.findings import Findings, printable
from courses.launch.formats.structure import Block, Content, Format, MoveOn, Unit
from lms.core.language import N_

DESCRIPTION, PARAMETERS = "h5p.json", "content/content.json"
NAME = re.compile(r"[A-Za-z0-9_.-]{1,255}\Z")
MOST_LIBRARIES = 200
SMALL = 100_000
"""Bytes of a library.json."""

NOT_JSON = N_("This file is not a JSON object. Download the H5P content again.")
NO_CONTENT = N_("The package has no content/content.json. Download the H5P content again, as a whole.")
NO_TITLE = N_("The content has no title. Give it a title where it was made.")
NO_MAIN = N_("h5p.json does not say which library plays it (mainLibrary). Download the content again.")
NOT_LISTED = N_("The main library “%(found)s” is not among the libraries that are needed. Download the content again.")
DEPENDENCY = N_("A library that is needed is not named as it must be, with machineName, majorVersion and minorVersion.")
LIBRARY = N_(
    "The library %(found)s is not in the package. Download the content with its libraries (“Reuse”, “Download as .h5p”)."
)
LIBRARY_FILE = N_("The library %(found)s lacks its file “%(missing)s”. Download the content again.")
LIBRARIES = N_("The content needs more than %(most)s libraries. Divide it.")


@dataclass(frozen=True)
class Library:
    name: str
    major: int
    minor: int

    @property
    def folder(self) -> str:
        return f"{self.name}-{self.major}.{self.minor}"

    def __str__(self) -> str:
        return f"{self.name} {self.major}.{self.minor}"


def read(archive: Archive) -> Content:
    """Raises Unfit with every fault."""
    found = Findings()
    data = archive.read(DESCRIPTION, archive.limits.description)
    said = _object(data, DESCRIPTION, found)
    if PARAMETERS not in archive:
        found.refuse("h5p-no-content", NO_CONTENT, PARAMETERS)
    else:
        _object(archive.read(PARAMETERS, archive.limits.description), PARAMETERS, found)
    if not said:
        found.settle()
    title = said.get("title")
    if not isinstance(title, str) or not title.strip():
        found.refuse("h5p-no-title", NO_TITLE, DESCRIPTION)
    main = said.get("mainLibrary")
    needed = _dependencies(said, DESCRIPTION, found)
    player = next((each for each in needed if each.name == main), None)
    if not isinstance(main, str) or not main:
        found.refuse("h5p-no-main-library", NO_MAIN, DESCRIPTION)
    elif player is None:
        found.refuse("h5p-main-library", NOT_LISTED, DESCRIPTION, found=main)
    _check_libraries(needed, archive, found)
    warnings = found.settle()
    tag = next((each for each in (said.get("language"), said.get("defaultLanguage")) if isinstance(each, str)), "und")
    tag = tag if addresses.is_language(tag) else "und"
    words = {tag: printable(str(title).strip())}
    more: dict[str, Any] = {"library": str(player)}
    if isinstance(licence := said.get("license"), str):
        more["licence"] = printable(licence)
    unit = Unit(PARAMETERS, words, DESCRIPTION, move_on=MoveOn.COMPLETED_OR_PASSED, more=more)
    return Content(Format.H5P, Block(DESCRIPTION, words, (unit,)), () if tag == "und" else (tag,), warnings, data)


def _check_libraries(needed: list[Library], archive: Archive, found: Findings) -> None:
    """Each that is needed is there with its scripts and styles, and so are those that it needs."""
    waiting, seen = list(needed), set(needed)
    while waiting:
        library = waiting.pop(0)
        description = f"{library.folder}/library.json"
        if description not in archive:
            found.refuse("h5p-library-missing", LIBRARY, library.folder, found=str(library))
            continue
        said = _object(archive.read(description, SMALL), description, found)
        for kind in ("preloadedJs", "preloadedCss"):
            for path in (each.get("path") for each in _objects(said.get(kind))):
                target = addresses.target_of(f"{library.folder}/{path}") if isinstance(path, str) else None
                if target is None or target.name not in archive:
                    missing = path if isinstance(path, str) else "?"
                    found.refuse("h5p-library-file", LIBRARY_FILE, description, found=str(library), missing=missing)
        more = [each for each in _dependencies(said, description, found) if each not in seen]
        seen.update(more)
        waiting += more
        if len(seen) > MOST_LIBRARIES:
            found.refuse("h5p-libraries", LIBRARIES, DESCRIPTION, most=MOST_LIBRARIES)
            return


def _dependencies(said: Mapping[str, Any], place: str, found: Findings) -> list[Library]:
    libraries: list[Library] = []
    for each in _objects(said.get("preloadedDependencies")):
        name, major, minor = (
            each.get("machineName"),
            _version(each.get("majorVersion")),
            _version(each.get("minorVersion")),
        )
        if isinstance(name, str) and NAME.match(name) and major is not None and minor is not None:
            libraries.append(Library(name, major, minor))
        else:
            found.refuse("h5p-dependency", DEPENDENCY, place)
    return list(dict.fromkeys(libraries))


def _version(value: Any) -> int | None:
    """A whole number; some tools write it as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 6:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 100_000 else None


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _object(data: bytes, place: str, found: Findings) -> dict[str, Any]:
    """Empty, with the refusal, where it is none. orjson bounds the depth and reads UTF-8 only, as H5P writes."""
    try:
        value = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        found.refuse("h5p-not-json", NOT_JSON, place)
        return {}
    return value
