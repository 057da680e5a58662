"""The frameworks in `data/`, published as versions that never change. Loading again is seen to change nothing."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import yaml
from sqlalchemy import select

from frameworks import queries
from frameworks.models import (
    Domain,
    Framework,
    FrameworkVersion,
    Level,
    MappingKind,
    Requirement,
    Statement,
    StatementKind,
    StatementMapping,
    Status,
)
from frameworks.rules import CONDITIONS
from frameworks.rules.carrying import links
from frameworks.rules.identity import known_by
from lms.accounts import queries as accounts
from lms.core import audit
from lms.core.db import db, record
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Permission

DATA = Path(__file__).parent / "data"

Given = dict[str, Any]


def load_reference(actor: Actor) -> None:
    """Publish every framework whose content differs from the newest version; retire what it replaces.

    Once people have begun a version of their own, the file has no say any more.
    """
    actor.require(Permission.FRAMEWORK_PUBLISH)
    for given in contents():
        framework = db.session.scalars(select(Framework).where(Framework.code == given["code"])).one_or_none()
        keeper = accounts.body(given.get("organisation", "WALES")).id
        framework = framework or record(Framework(code=given["code"], organisation_id=keeper))
        newest = db.session.scalars(
            select(FrameworkVersion)
            .where(FrameworkVersion.framework_id == framework.id)
            .order_by(FrameworkVersion.number.desc())
            .limit(1)
        ).one_or_none()
        if newest is None or (newest.author_id is None and newest.digest != digest(given)):
            _publish(actor, framework, given, replaces=newest)


def contents() -> list[Given]:
    """Every framework with its statements and requirements, as the files say."""
    found: list[Given] = _read("frameworks.yaml")["frameworks"]
    roles = _read("role_requirements.yaml")
    for given in found:
        if "statements_file" in given:
            apart = _read(given.pop("statements_file"))
            given["statements"] = [{"illustrative": apart["illustrative"]} | each for each in apart["statements"]]
        given["requirements"] = _by_role(given["code"], roles) + [
            {**each, "when": {_NAMES.get(name, name): want for name, want in each["when"].items()}}
            for each in given.pop("level_rules", [])
        ]
    return found


_NAMES = {"enhanced_role_flag": "enhanced_role"}


def _by_role(framework: str, roles: Given) -> list[Given]:
    provenance = {"src": roles["source"], "illustrative": roles["illustrative"]}
    return [
        {"when": {"role": each["role"]}, "level": each["levels"][framework], **provenance}
        for each in roles["roles"]
        if framework in each["levels"]
    ]


def digest(given: Given) -> str:
    """SHA-256 of the canonical content: the same facts give the same digest, however the file is laid out."""
    canonical = json.dumps(given, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=date.isoformat)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _publish(actor: Actor, framework: Framework, given: Given, replaces: FrameworkVersion | None) -> None:
    adapted = given.get("adapted_from")
    version = record(
        FrameworkVersion(
            framework_id=framework.id,
            number=(number := replaces.number + 1 if replaces else 1),
            identifier=known_by(framework.code, "version", number),
            based_on_id=replaces.id if replaces else None,
            status=Status.DRAFT,
            title=_both(given["title"]),
            short_title=_both(given["short_title"]),
            owner=_both(given["owner"]),
            note=_both(given.get("note", {"en": "", "cy": ""})),
            adapted_from=adapted["name"] if adapted else None,
            published_on=given["published_on"],
            digest=digest(given),
            source=given.get("src") or (adapted["src"] if adapted else None),
            illustrative=given.get("illustrative", False),
        )
    )
    _fill(version, given, framework.code, _statements_of(replaces))
    if replaces:
        db.session.expire(version)
        before, after = queries.content_of(replaces), queries.content_of(version)
        for link in links(before.statements, after.statements, {}):
            db.session.add(StatementMapping(version_id=version.id, from_id=UUID(link.old),
                                            to_id=UUID(link.new) if link.new else None, kind=MappingKind(link.kind)))  # fmt: skip
        db.session.flush()  # while the version is still a draft
    if replaces and replaces.status is Status.PUBLISHED:
        replaces.status = Status.RETIRED
        db.session.flush()  # one is in force at a time
    version.status = Status.PUBLISHED
    db.session.flush()  # the trigger's refusal belongs to this use case
    audit.record(actor, "framework.published", thing=version, code=framework.code, number=version.number)


def _statements_of(version: FrameworkVersion | None) -> dict[str, Statement]:
    return {each.code: each for each in version.statements} if version else {}


def _fill(version: FrameworkVersion, given: Given, framework: str, before: dict[str, Statement]) -> None:
    levels = {
        each["code"]: Level(version_id=version.id, code=each["code"], rank=each["order"], title=_both(each["title"]),
                            audience=_both(each["audience"]), identifier=known_by(framework, "level", each["code"]),
                            **_provenance(each))
        for each in given.get("levels", [])
    }  # fmt: skip
    domains = {
        each["code"]: Domain(version_id=version.id, code=each["code"], position=position, title=_both(each["title"]),
                             course_codes=each.get("modules", []), identifier=known_by(framework, "domain", each["code"]),
                             **_provenance(each))
        for position, each in enumerate(given.get("domains", []))
    }  # fmt: skip
    db.session.add_all([*levels.values(), *domains.values()])
    db.session.flush()  # statements and requirements name their ids
    for position, each in enumerate(given.get("statements", [])):
        db.session.add(
            Statement(version_id=version.id, code=each["code"], position=position, wording=_both(each),
                      domain_id=domains[each["domain"]].id if "domain" in each else None,
                      level_id=levels[each["level"]].id, identifier=_identifier(framework, each, before),
                      came_from_id=before[each["code"]].id if each["code"] in before else None,
                      kind=StatementKind(each["kind"]) if "kind" in each else None, **_provenance(each))
        )  # fmt: skip
    for position, each in enumerate(given["requirements"]):
        if unknown := each["when"].keys() - CONDITIONS:
            raise ValueError(f"{given['code']}: unknown condition {sorted(unknown)}")
        db.session.add(
            Requirement(version_id=version.id, position=position, condition=each["when"],
                        level_id=levels[each["level"]].id, **_provenance(each))
        )  # fmt: skip
    db.session.flush()  # all of it, while the version is still a draft


def _identifier(framework: str, given: Given, before: dict[str, Statement]) -> UUID:
    """What it was known by, as long as it says the same at the same level; else one of its own."""
    was = before.get(given["code"])
    if was is None:
        return known_by(framework, "statement", given["code"])
    same = was.wording == _both(given) and was.level is not None and was.level.code == given["level"]
    return was.identifier if same else uuid4()


def _both(given: Given) -> Bilingual:
    return Bilingual(given["en"], given["cy"])


def _provenance(given: Given) -> Given:
    return {"source": given.get("src"), "illustrative": given.get("illustrative", False)}


def _read(name: str) -> Given:
    found: Given = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    return found
