"""Where the pages of frameworks in the making are visited: a draft with a comment, a crosswalk, files, a reviewer."""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from frameworks import queries as frameworks
from frameworks.editing import queries, services
from frameworks.editing.models import Part
from frameworks.exchange import files, renewing
from frameworks.exchange import services as exchange
from frameworks.models import (
    IN_THE_MAKING,
    Confidence,
    CrosswalkKind,
    Framework,
    FrameworkVersion,
)
from lms.accounts.queries import body, primary_email
from lms.core.db import db, transaction
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Role
from tests.frameworks.case.test_import import FOREIGN
from tests.journeys.visiting import Visit, as_, demo


def editor() -> Actor:
    return Actor(person=demo("author"), name="Demo", roles=frozenset({(Role.FRAMEWORK_EDITOR, body("WALES").id)}))


def making(code: str) -> FrameworkVersion | None:
    found = select(FrameworkVersion).join(Framework, Framework.id == FrameworkVersion.framework_id)
    return db.session.scalars(
        found.where(Framework.code == code, FrameworkVersion.status.in_(IN_THE_MAKING))
    ).one_or_none()


def draft() -> FrameworkVersion:
    """CAMHS, second version: reworded, moved, added, removed; discussed; open for consultation."""
    if (there := making("CAMHS")) is not None:
        return queries.whole(there.id)
    with transaction():
        made = services.revise(editor(), "CAMHS")
        whole = queries.whole(made.id)
        first, second, last = whole.statements[0], whole.statements[1], whole.statements[-1]
        text = Bilingual(f"{first.wording.en} Says more.", f"{first.wording.cy} Yn dweud mwy.")
        services.put(editor(), made.id, "statements", {"wording": text}, part_id=first.id, edition=first.edition)
        services.move(editor(), made.id, "statements", second.id, 2)
        services.remove(editor(), made.id, "statements", last.id, last.edition)
        level = whole.levels[0].code
        services.put(editor(), made.id, "statements",
                     {"code": "CAMHS.NEW", "wording": Bilingual("Only in English", ""), "level": level, "domain": None,
                      "kind": None})  # fmt: skip
        services.put(
            editor(), made.id, "domains", {"code": "D1", "title": Bilingual("Safety", "Diogelwch"), "course_codes": []}
        )
        need = whole.requirements[0]
        higher = max(whole.levels, key=lambda each: each.rank).code
        services.put(editor(), made.id, "requirements", {"condition": dict(need.condition), "level": higher, "domain": None},
                     part_id=need.id, edition=need.edition)  # fmt: skip
        thread = services.comment(editor(), made.id, "Is this still right?", statement_id=first.id)
        services.comment(editor(), made.id, "I think so.", thread_id=thread.id)
        services.ask(editor(), made.id, primary_email(demo("publisher")) or "", Part.SIGN)
        services.consult(editor(), made.id)
    return queries.whole(made.id)


def reviewed() -> FrameworkVersion:
    """SUPV, second version, with its reviewer."""
    if (there := making("SUPV")) is None:
        with transaction():
            there = services.revise(editor(), "SUPV")
            services.ask(editor(), there.id, primary_email(demo("publisher")) or "", Part.SIGN)
            services.submit(editor(), there.id)
    return there


def second_version() -> dict[str, Any]:
    """DCF, whose second version is in force."""
    if frameworks.whole_version("DCF").number == 1:
        with transaction():
            made = services.revise(editor(), "DCF")
            domain = queries.whole(made.id).domains[0]
            services.put(
                editor(), made.id, "domains",
                {"code": domain.code, "title": Bilingual("Another name", "Enw arall"), "course_codes": []},
                part_id=domain.id, edition=domain.edition,
            )  # fmt: skip
            services.ask(editor(), made.id, primary_email(demo("publisher")) or "", Part.SIGN)
            services.submit(editor(), made.id)
            digest, _missing = queries.standing(queries.whole(made.id))
            services.sign(Actor(person=demo("publisher"), name="Demo"), made.id, digest, True, "Read.")
            services.publish(editor(), made.id)
    return {"code": "DCF", "version": 2}


def on_draft(**more: Any) -> Callable[[], Visit]:
    return lambda: Visit({"code": "CAMHS", "number": draft().number} | more, demo("author"))


def on_part(**more: Any) -> Callable[[], Visit]:
    return lambda: Visit(
        {"code": "CAMHS", "number": draft().number, "kind": "statements", "part_id": draft().statements[0].id} | more,
        demo("author"),
    )


def on_old() -> Visit:
    version = draft()
    old = frameworks.version_before(version)
    assert old is not None
    return Visit({"code": "CAMHS", "number": version.number, "old_id": old.statements[0].id}, demo("author"))


def on_review() -> Visit:
    return Visit({"code": "SUPV", "number": reviewed().number}, demo("publisher"))


def on_sheet() -> Visit:
    version = draft()
    rows = "kind,code,level,english,welsh\nstatement,N.1,{level},New,Newydd\nstatement,N.2,none,New,Newydd\n"
    with transaction():
        sent = exchange.send_sheet(
            editor(), version.id, "rows.csv", rows.format(level=version.levels[0].code).encode(), False
        )
    return Visit({"code": "CAMHS", "number": version.number, "import_id": sent.id}, demo("author"))


def on_package() -> Visit:
    with transaction():
        sent = exchange.send_package(editor(), "ELSE", body("WALES").id, "elsewhere.json", json.dumps(FOREIGN).encode())
    return Visit({"import_id": sent.id}, demo("author"))


def on_newer() -> Callable[[], Visit]:
    return lambda: Visit({"code": draft().framework.code}, demo("author"))


def on_newer_package() -> Visit:
    """The draft as a package, with words changed, something new and something gone."""
    package = json.loads(files.made(draft(), "case"))
    package["CFItems"][-1]["fullStatement"] += " And more."
    package["CFItems"][-2] |= {
        "identifier": "0190a0a0-0000-4000-8000-000000000001",
        "humanCodingScheme": "CAMHS.NEWEST",
    }
    with transaction():
        sent = renewing.send(editor(), "CAMHS", "newer.json", json.dumps(package).encode(), True)
    return Visit({"code": "CAMHS", "import_id": sent.id}, demo("author"))


def on_crosswalks() -> Visit:
    one, other = frameworks.whole_version("SUPV"), frameworks.whole_version("PIMH")
    if not db.session.scalars(frameworks.crosswalks_of(one.framework_id)).first():
        with transaction():
            services.add_crosswalk(
                editor(), "SUPV", one.statements[0].identifier, other.domains[0].identifier, CrosswalkKind.PART_OF,
                Confidence.MEDIUM, Bilingual("", ""),
            )  # fmt: skip
    return Visit({"code": "SUPV", "other": "PIMH"}, demo("author"))


VISITS: dict[str, Callable[[], Visit]] = {
    "framework_authors.manage": lambda: draft() and as_("author")(),
    "framework_authors.create": as_("author"),
    "framework_authors.version": on_draft(),
    "framework_authors.texts": on_draft(),
    "framework_authors.people": on_draft(),
    "framework_authors.parts": on_draft(kind="statements"),
    "framework_authors.add": on_draft(kind="requirements"),
    "framework_authors.part": on_part(),
    "framework_authors.removal": on_part(),
    "framework_authors.discussion": on_draft(),
    "framework_authors.changes": on_draft(),
    "framework_authors.mapping": on_draft(),
    "framework_authors.decide": on_old,
    "framework_authors.impact": on_draft(),
    "framework_authors.step": on_draft(step="submit"),
    "framework_authors.sign": on_review,
    "framework_authors.crosswalks": on_crosswalks,
    "framework_files.version_files": on_draft(),
    "framework_files.dry_run": on_sheet,
    "framework_files.package": as_("author"),
    "framework_files.package_dry_run": on_package,
    "framework_files.newer": on_newer(),
    "framework_files.newer_dry_run": on_newer_package,
    "frameworks.changes": lambda: Visit(second_version()),
}
