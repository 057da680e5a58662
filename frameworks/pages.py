"""Pages of frameworks: read what a level asks, and who needs it."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from frameworks import queries, rules
from frameworks.models import Domain, FrameworkVersion, Level, Requirement, Statement
from lms.core.db import db
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Permission
from lms.core.web.pages import Pages

pages = Pages("frameworks", __name__, template_folder="templates")

CourseTitles = Callable[[Collection[str]], Mapping[str, Bilingual]]
"""`app.extensions["frameworks.course_titles"]`: titles of the courses on offer among those codes (see lms/app.py)."""


@pages.page("GET", "/frameworks", needs=Permission.FRAMEWORK_READ, template="frameworks/list.html")
def frameworks(actor: Actor) -> dict[str, Any]:
    """The frameworks in force; there are a handful, so they are one page."""
    return {"versions": list(db.session.scalars(queries.current_versions().limit(100)))}


@pages.page("GET", "/frameworks/<code>", needs=Permission.FRAMEWORK_READ, template="frameworks/framework.html")
def framework(actor: Actor, code: str) -> dict[str, Any]:
    """A framework as it is in force."""
    return _shown(queries.whole_version(code))


@pages.page(
    "GET", "/frameworks/<code>/<int:version>", needs=Permission.FRAMEWORK_READ, template="frameworks/framework.html"
)
def framework_version(actor: Actor, code: str, version: int) -> dict[str, Any]:
    """One version, in force or retired: what a record or certificate was made against stays readable."""
    return _shown(queries.whole_version(code, version))


def _shown(version: FrameworkVersion) -> dict[str, Any]:
    titles: CourseTitles = current_app.extensions.get("frameworks.course_titles", lambda codes: {})
    names = queries.place_names() if version.requirements else {}
    return {
        "version": version,
        "courses": titles({code for domain in version.domains for code in domain.course_codes}),
        "domains": _by_domain(version),
        "needs": [
            {
                "level": level,
                "rules": _rules(level, version, names),
                "roles": _roles(level, version, names),
                "roles_illustrative": any(
                    each.illustrative for each in _of_level(level, version) if "role" in each.condition
                ),
            }
            for level in reversed(version.levels)
        ],
        "sources": rules.sources(version.source),
        "count_of": lambda by_level: sum(len(statements) for _level, statements in by_level),
        "all_statements_illustrative": all(statement.illustrative for statement in version.statements),
        "others": [other for other in version.framework.versions if other.id != version.id],
    }


def _by_domain(version: FrameworkVersion) -> list[tuple[Domain | None, list[tuple[Level | None, list[Statement]]]]]:
    """Each domain with its statements by level; without domains, one group of them all."""
    groups: list[Domain | None] = [*version.domains]
    if not groups or any(each.domain_id is None for each in version.statements):
        groups.append(None)
    found: dict[tuple[Any, Any], list[Statement]] = {}
    for statement in version.statements:
        found.setdefault((statement.domain_id, statement.level_id), []).append(statement)
    return [
        (
            domain,
            [
                (level, held)
                for level in (*version.levels, None)
                if (held := found.get((domain.id if domain else None, level.id if level else None)))
            ],
        )
        for domain in groups
    ]


def _of_level(level: Level, version: FrameworkVersion) -> list[Requirement]:
    return [each for each in version.requirements if each.level_id == level.id]


def _roles(level: Level, version: FrameworkVersion, names: Mapping[tuple[str, str], Bilingual]) -> list[Bilingual]:
    """The job roles that need this level wherever they work."""
    codes = [each.condition["role"] for each in _of_level(level, version) if "role" in each.condition]
    return [_name(names, "role", code) for code in codes]


def _rules(
    level: Level, version: FrameworkVersion, names: Mapping[tuple[str, str], Bilingual]
) -> list[tuple[str, list[Bilingual], list[Bilingual], bool]]:
    """(translated beginning, settings, sectors, illustrative) of each requirement that goes by setting or sector."""
    found = []
    for each in _of_level(level, version):
        condition = each.condition
        if "role" in condition:
            continue
        places = [_name(names, "setting", code) for code in condition.get("setting_in", [])]
        sectors = [_name(names, "sector", code) for code in condition.get("sector_in", [])]
        if condition.get("clinical"):
            begins = _("Clinical staff who work in")
        elif condition.get("enhanced_role"):
            begins = _("Anyone in an enhanced role in")
        elif places:
            begins = _("Anyone who works in")
        else:
            begins = _("Anyone who belongs to")
        found.append((begins, places, sectors, each.illustrative))
    return found


def _name(names: Mapping[tuple[str, str], Bilingual], kind: str, code: str) -> Bilingual:
    """What it is called; the code itself, readable, where the list does not hold it."""
    plain = code.replace("_", " ")
    return names.get((kind, code), Bilingual(plain, plain))
