"""Pages of frameworks: read what a level asks, and who needs it."""

from collections.abc import Collection, Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from frameworks import comparing, queries, rules
from frameworks.models import Domain, FrameworkVersion, Level, Requirement, Statement
from frameworks.rules import carrying
from lms.core.db import db
from lms.core.hooks import Hook
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Permission
from lms.core.web.pages import Pages

pages = Pages("frameworks", __name__, template_folder="templates")


@Hook
def course_titles(_codes: Collection[str]) -> Mapping[str, Bilingual]:
    """Titles of the courses on offer among those codes, which the catalogue above knows."""
    return {}


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


@pages.page(
    "GET",
    "/frameworks/<code>/<int:version>/changes",
    needs=Permission.FRAMEWORK_READ,
    template="frameworks/changes.html",
)
def changes(actor: Actor, code: str, version: int) -> dict[str, Any]:
    """What a version changed, and what that means for ratings that were made before it."""
    found = queries.whole_version(code, version)
    kinds = [link.kind for link in queries.links_into(found.id)]
    return comparing.shown(found, url_for("frameworks.changes", code=code, version=version)) | {
        "version": found,
        "carried": [
            (_("They count as they are"), kinds.count(carrying.SAME)),
            (_("They count, with new words"), kinds.count(carrying.EQUIVALENT)),
            (_("They are asked for again"), kinds.count(carrying.NEEDS_RERATING)),
            (_("They stay in the history, without a successor"), kinds.count(carrying.NO_SUCCESSOR)),
        ],
    }


def _shown(version: FrameworkVersion) -> dict[str, Any]:
    names = queries.place_names() if version.requirements else {}
    return {
        "version": version,
        "courses": course_titles({code for domain in version.domains for code in domain.course_codes}),
        "domains": _by_domain(version),
        "needs": [
            {
                "level": level,
                "rules": _rules(level, version, names),
                "alone": _alone(level, version, names),
                "roles": _roles(level, version, names),
                "roles_illustrative": any(each.illustrative for each in _of_level(level, version) if _is_of_role(each)),
            }
            for level in reversed(version.levels)
        ],
        "sources": rules.sources(version.source),
        "count_of": lambda by_level: sum(len(statements) for _level, statements in by_level),
        "all_statements_illustrative": all(statement.illustrative for statement in version.statements),
        "crosswalks": comparing.crosswalks(version),
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
    codes = [each.condition["role"] for each in _of_level(level, version) if _is_of_role(each)]
    return [_name(names, "role", code) for code in codes]


def _is_of_role(requirement: Requirement) -> bool:
    return requirement.condition.keys() == {"role"} and requirement.domain_id is None


def _alone(
    level: Level, version: FrameworkVersion, names: Mapping[tuple[str, str], Bilingual]
) -> list[tuple[str, Bilingual | None]]:
    """(who, domain) of each requirement that is of a role in some places only, or of one domain (None: of all)."""
    domains = {each.id: each.title for each in version.domains}
    return [
        (comparing.who(each.condition, names), domains[each.domain_id] if each.domain_id else None)
        for each in _of_level(level, version)
        if each.domain_id is not None or ("role" in each.condition and not _is_of_role(each))
    ]


def _rules(
    level: Level, version: FrameworkVersion, names: Mapping[tuple[str, str], Bilingual]
) -> list[tuple[str, list[Bilingual], list[Bilingual], bool]]:
    """(translated beginning, settings, sectors, illustrative) of each requirement that goes by setting or sector."""
    found = []
    for each in _of_level(level, version):
        condition = each.condition
        if "role" in condition or each.domain_id is not None:
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
