"""What pages show of two versions side by side, and of crosswalks."""

from typing import Any
from uuid import UUID

from flask import g, request
from flask_babel import gettext as _

from frameworks import queries
from frameworks.models import FrameworkVersion
from frameworks.rules.content import Content, StatementSaid
from frameworks.rules.differing import Change, ChangeKind, Difference, Word, difference, words
from lms.core.db import db
from lms.core.language import LANGUAGES, Bilingual

PAGE = 60


def shown(version: FrameworkVersion, url: str) -> dict[str, Any]:
    """For `frameworks/changes.html`: everything that changed since the version before, its statements by pages."""
    before = queries.version_before(version)
    if before is None:
        return {"before": None, "found": None, "changes": [], "counts": [], "previous_url": None, "next_url": None}
    old, new = queries.content_of(before), queries.content_of(version)
    found = difference(old, new)
    start = max(0, request.args.get("start", 0, type=int) or 0)
    return {
        "before": before,
        "found": found,
        "changes": [_change(each, old, new) for each in found.statements[start : start + PAGE]],
        "counts": [(kind, found.count(kind)) for kind in ChangeKind if found.count(kind)],
        "names": {each.code: each.title for each in (*old.domains, *new.domains)},
        "levels": {each.code: each.title for each in (*old.levels, *new.levels)},
        "text_changes": [(name, _both(was, now)) for name, was, now in found.texts],
        "part_changes": _parts(found),
        "requirements": _requirements(found, version, before),
        "previous_url": f"{url}?start={max(0, start - PAGE)}" if start else None,
        "next_url": f"{url}?start={start + PAGE}" if start + PAGE < len(found.statements) else None,
    }


def _change(it: Change, old: Content, new: Content) -> dict[str, Any]:
    said: StatementSaid = it.new or it.old  # type: ignore[assignment]  # one of them is there
    return {
        "kinds": [kind for kind in ChangeKind if kind in it.kinds],
        "code": said.code,
        "old": it.old,
        "new": it.new,
        "words": _both(it.old.wording, it.new.wording) if it.old and it.new and ChangeKind.REWORDED in it.kinds else [],
        "wording": said.wording,
    }


def _both(old: Bilingual, new: Bilingual) -> list[tuple[str, list[Word]]]:
    """(language, words) of each language in which they differ, the reader's first."""
    order = sorted(LANGUAGES, key=lambda language: language != g.lang)
    return [
        (each, words(getattr(old, each), getattr(new, each)))
        for each in order
        if getattr(old, each) != getattr(new, each)
    ]


def _parts(found: Difference) -> list[dict[str, Any]]:
    """Levels and domains that are new, gone, or called otherwise."""
    rows = []
    for kind, changes in (("level", found.levels), ("domain", found.domains)):
        for each in changes:
            now = each.new or each.old
            texts = []
            if each.old and each.new:
                names = ("title", "audience") if kind == "level" else ("title",)
                texts = [pair for name in names for pair in _both(getattr(each.old, name), getattr(each.new, name))]
            rows.append({"kind": kind, "title": now.title, "old": each.old, "new": each.new, "texts": texts})
    return rows


def _requirements(found: Difference, version: FrameworkVersion, before: FrameworkVersion) -> list[dict[str, Any]]:
    names = queries.place_names() if found.requirements else {}
    titles = {each.code: each.title for each in (*before.levels, *version.levels)}
    domains = {each.code: each.title for each in (*before.domains, *version.domains)}
    rows = []
    for each in found.requirements:
        said = each.new or each.old
        rows.append(
            {
                "who": who(said.condition, names),
                "domain": domains[said.domain].in_(g.lang) if said.domain else "",
                "old": titles[each.old.level].in_(g.lang) if each.old else "",
                "new": titles[each.new.level].in_(g.lang) if each.new else "",
            }
        )
    return rows


def who(condition: Any, names: Any) -> str:
    """Whom a requirement is about, in the reader's language."""
    said = [_name(names, "role", condition["role"])] if "role" in condition else []
    for key, kind in (("setting_in", "setting"), ("sector_in", "sector")):
        said += [_(" or ").join(_name(names, kind, code) for code in condition[key])] if key in condition else []
    said += [_("clinical") if condition["clinical"] else _("not clinical")] if "clinical" in condition else []
    if "enhanced_role" in condition:
        said.append(_("in an enhanced role") if condition["enhanced_role"] else _("not in an enhanced role"))
    return "; ".join(said)


def _name(names: Any, kind: str, code: str) -> str:
    found: Bilingual = names.get((kind, code), Bilingual(code, code))
    return found.in_(g.lang)


def crosswalks(version: FrameworkVersion) -> list[dict[str, Any]]:
    """The crosswalks from and to a framework, each with both ends, at most 200. Three queries."""
    rows = list(db.session.scalars(queries.crosswalks_of(version.framework_id).limit(200)))
    ends: set[UUID] = {each for row in rows for each in (row.from_identifier, row.to_identifier)}
    named = queries.named(ends)
    return [
        {
            "id": row.id, "kind": row.kind, "confidence": row.confidence, "note": row.note,
            "from": named[row.from_identifier], "to": named[row.to_identifier],
            "ours": row.framework_id == version.framework_id,
        }
        for row in rows
        if row.from_identifier in named and row.to_identifier in named
    ]  # fmt: skip
