"""Each room's Welsh: find its English sentences, keep its catalogue in step, compile it.

`python -m lms.core.welsh update` brings new msgids in and drops dead ones; `compile` writes what Flask-Babel reads;
`missing` lists what has no Welsh yet.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
ROOMS = ("lms/core", "lms/accounts", "lms/xapi", "lms/reporting", "lms/portal", "lms/demonstration", "frameworks",
         "courses", "certificates")  # fmt: skip
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None}
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"**/templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}


def catalogue_of(room: str) -> Path:
    return ROOT / room / "translations" / "cy" / "LC_MESSAGES" / "messages.po"


def sentences(room: str) -> set[str | tuple[str, ...]]:
    """Every msgid that the room's code and templates use; a tuple for those with a plural."""
    found = extract_from_dir(ROOT / room, METHODS, OPTIONS, KEYWORDS)
    return {message for _file, _line, message, _comments, _context in found if message}


def update() -> None:
    """Bring every catalogue in step with its room. What the ground already says is not repeated upstairs."""
    ground = sentences("lms/core")
    for room in ROOMS:
        wanted = sentences(room) - (set() if room == "lms/core" else ground)
        path = catalogue_of(room)
        if not wanted and not path.exists():
            continue
        before, after = _read(path), Catalog(locale="cy", project="Llwybr", fuzzy=False)
        for message in sorted(wanted, key=str):
            known = before.get(message if isinstance(message, str) else message[0])
            after.add(
                message, string=known.string if known else None, flags=["python-format"] if "%(" in str(message) else []
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as out:
            write_po(out, after, width=120, sort_output=True, omit_header=False)


def compile_all() -> None:
    for room in ROOMS:
        path = catalogue_of(room)
        if path.exists():
            with path.with_suffix(".mo").open("wb") as out:
                write_mo(out, _read(path))


def missing() -> Iterator[tuple[str, str]]:
    """(room, msgid) of every sentence that has no Welsh, or whose Welsh is marked as a guess."""
    for room in ROOMS:
        for message in _read(catalogue_of(room)):
            texts = message.string if isinstance(message.string, tuple) else (message.string,)
            if message.id and (message.fuzzy or not all(texts)):
                yield room, str(message.id)


def _read(path: Path) -> Catalog:
    if not path.exists():
        return Catalog(locale="cy")
    with path.open("rb") as source:
        return read_po(source, locale="cy")


def main(task: str) -> int:
    if task == "update":
        update()
    if task in ("update", "compile"):
        compile_all()
        return 0
    lacking = list(missing())
    sys.stdout.writelines(f"{room}: {msgid}\n" for room, msgid in lacking)
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "compile"))
