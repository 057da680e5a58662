"""The catalogue in `data/`. Loading again changes nothing; a changed course becomes its next version."""

import re
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from courses.catalogue import services
from courses.catalogue.models import CourseVersion, Format, Funding, Programme, Topic
from courses.catalogue.rules.conditions import faults
from courses.catalogue.rules.content import Content, digest
from frameworks.models import FrameworkVersion, Status
from lms.core.db import Reference, db
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Permission

DATA = Path(__file__).parent / "data"

Given = dict[str, Any]
Coverage = dict[tuple[str, str], list[tuple[str, str]]]
"""(course, framework) → the (level, statement) pairs that the framework's source names the course for."""

FIELDS = {
    "level": "levels", "hours": "minutes", "cert": "certificate", "prereq": "prerequisites", "content": "summary",
}  # fmt: skip
"""`ill` in the file, and our names for it; the others are the same."""
EVERY_FIELD = (
    "title", "summary", "levels", "minutes", "certificate", "capacity", "sectors", "eligibility", "format", "topic",
)  # fmt: skip
NOT_IN_SOURCE = ("languages",)
"""The file does not say in which languages a course can be taken. Both is the aim, and ours."""
LIMITED = ("session", "cohort", "allocation")


def load_reference(actor: Actor) -> None:
    """Bring lists and courses to what the files say: planned courses as drafts, the others published."""
    actor.require(Permission.COURSE_PUBLISH)
    lists, programmes = _read("lists"), _read("programmes")["programmes"]
    for kind, rows in (
        (Topic, lists["topics"]),
        (Format, lists["formats"]),
        (Funding, lists["funding"]),
        (Programme, programmes),
    ):
        _keep_list(kind, rows)
    coverage = _coverage()
    programme_of = {code: each["code"] for each in programmes for code in each["courses"]}
    loaded = _loaded()
    for position, given in enumerate(_read("catalogue")["courses"]):
        content = content_of(given, coverage)
        version = loaded.get(given["code"])
        if version is None or version.digest != digest(content):
            services.load(
                actor, given["code"], content, programme_code=programme_of.get(given["code"]), position=position,
                planned=given.get("status") == "planned",
            )  # fmt: skip


def content_of(given: Given, coverage: Coverage) -> Content:
    """A course of the file as content. Raises ValueError on a condition that we do not know."""
    eligibility = {} if given["eligibility"] == "open" else given["eligibility"]
    if unknown := faults(eligibility):
        raise ValueError(f"{given['code']}: unknown condition {unknown}")
    capacity, certificate = given["capacity"], given["certificate"]
    covered = sorted(
        (framework, statement)
        for framework, levels in given["level"].items()
        for level, statement in coverage.get((given["code"], framework), [])
        if level in levels
    )
    return Content(
        title=Bilingual(**given["title"]),
        summary=Bilingual(**given["summary"]),
        note=Bilingual(**given.get("note", {"en": "", "cy": ""})),
        format_code=given["format"],
        topic_code=given["topic"],
        minutes=round(given["hours"] * 60),
        sectors=tuple(given["sectors"]),
        funding=tuple(given["funding"]),
        capacity_rule=capacity["rule"],
        seats=capacity.get("max") if capacity["rule"] in LIMITED else None,
        eligibility=eligibility,
        prerequisites=given.get("prereq", {}),
        certificate_kind=certificate["type"],
        validity_months=certificate.get("validity_months"),
        portfolio_template_code=given.get("portfolio"),
        plan_actions=tuple(given["plan_actions"]),
        source=given["src"],
        illustrative_fields=_illustrative(given, bool(covered)),
        levels=tuple((framework, level) for framework, levels in given["level"].items() for level in levels),
        statements=tuple(covered),
    )


def _illustrative(given: Given, covers: bool) -> tuple[str, ...]:
    """The names in `ill`, ours: "cert.validity_months" and "capacity.max (19 x 3)" count as their field."""
    named = {re.split(r"[.:(]", part)[0].strip() for part in given.get("ill", "").split(",")} - {""}
    fields = set(EVERY_FIELD) if "all" in named else {FIELDS.get(name, name) for name in named}
    fields |= {*NOT_IN_SOURCE, *(["statements"] if covers else [])}
    return tuple(sorted(fields & {*EVERY_FIELD, *NOT_IN_SOURCE, "statements", "portfolio", "prerequisites"}))


def _coverage() -> Coverage:
    """Which statements a course may claim: those of the domains that the published frameworks name it for."""
    found: Coverage = {}
    versions = db.session.scalars(
        select(FrameworkVersion)
        .where(FrameworkVersion.status == Status.PUBLISHED)
        .options(
            selectinload(FrameworkVersion.framework), selectinload(FrameworkVersion.levels),
            selectinload(FrameworkVersion.domains), selectinload(FrameworkVersion.statements),
        )
    )  # fmt: skip
    for version in versions:
        for statement in version.statements:
            for course in statement.domain.course_codes if statement.domain else ():
                pair = (statement.level.code if statement.level else "", statement.code)
                found.setdefault((course, version.framework.code), []).append(pair)
    return found


def _loaded() -> dict[str, CourseVersion]:
    """The newest version of each course that came from the files. What people write has no digest."""
    rows = db.session.scalars(
        select(CourseVersion)
        .join(CourseVersion.course)
        .where(CourseVersion.digest.is_not(None))
        .options(selectinload(CourseVersion.course))
        .order_by(CourseVersion.number)
    )
    return {version.course.code: version for version in rows}


def _keep_list(kind: type[Reference], rows: list[Given]) -> None:
    for position, row in enumerate(rows):
        facts = {"title": Bilingual(**row["title"]), "source": row.get("src")}
        facts["illustrative"] = row.get("illustrative", not row.get("src"))
        if "summary" in row:
            facts["summary"] = Bilingual(**row["summary"])
        if kind is not Funding:
            facts["position"] = position
        if "booking" in row:
            facts["booking"], facts["participatory"] = row["booking"], row.get("participatory", False)
        kept = db.session.get(kind, row["code"])
        if kept is None:
            db.session.add(kind(code=row["code"], **facts))
        else:
            for name, value in facts.items():
                setattr(kept, name, value)
    db.session.flush()  # courses refer to them


def _read(name: str) -> Given:
    found: Given = yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    return found
