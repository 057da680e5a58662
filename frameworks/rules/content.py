"""What a version says, as plain values: for its digest, for what it lacks, and for comparing it. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from lms.core.language import Bilingual


@dataclass(frozen=True)
class LevelSaid:
    """`rank` orders responsibility, lowest first."""

    code: str
    rank: int
    title: Bilingual
    audience: Bilingual


@dataclass(frozen=True)
class DomainSaid:
    code: str
    title: Bilingual
    course_codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class StatementSaid:
    """`key` tells which statement it is; `came_from` is the key of the one before it. `domain` and `level` are codes."""

    key: str
    code: str
    wording: Bilingual
    level: str | None = None
    domain: str | None = None
    kind: str | None = None
    came_from: str | None = None


@dataclass(frozen=True)
class RequirementSaid:
    """`domain` None: in the whole framework."""

    condition: Mapping[str, Any]
    level: str
    domain: str | None = None

    @property
    def key(self) -> str:
        """Who it is about, and in which domain: what changes of it is the level."""
        return json.dumps([self.condition, self.domain], sort_keys=True)


@dataclass(frozen=True)
class Content:
    """Everything that readers are told. Parts are in their order."""

    title: Bilingual
    short_title: Bilingual
    owner: Bilingual
    note: Bilingual
    levels: Sequence[LevelSaid] = ()
    domains: Sequence[DomainSaid] = ()
    statements: Sequence[StatementSaid] = ()
    requirements: Sequence[RequirementSaid] = ()
    mapping: Sequence[tuple[str, str | None, str]] = field(default=())
    """(old key, new key or None, kind): what ratings carry is part of what reviewers sign."""


def digest(content: Content) -> str:
    """SHA-256 of the content: any change of any word, order, level, requirement or mapping gives another one."""
    canonical = json.dumps(asdict(content), sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True)
class Lack:
    """A text that is not written in a language. `part`: "version", "level", "domain" or "statement"; `what` its field."""

    part: str
    code: str
    what: str
    language: str


def lacking(content: Content) -> list[Lack]:
    """Every text that lacks English or Welsh, in reading order. A note may be absent, but not in one language only."""
    found = [
        Lack("version", "", name, language)
        for name in ("title", "short_title", "owner")
        for language in _missing(getattr(content, name))
    ]
    if content.note.en.strip() or content.note.cy.strip():
        found += [Lack("version", "", "note", language) for language in _missing(content.note)]
    for level in content.levels:
        for name in ("title", "audience"):
            found += [Lack("level", level.code, name, each) for each in _missing(getattr(level, name))]
    for domain in content.domains:
        found += [Lack("domain", domain.code, "title", each) for each in _missing(domain.title)]
    for statement in content.statements:
        found += [Lack("statement", statement.code, "wording", each) for each in _missing(statement.wording)]
    return found


def _missing(text: Bilingual) -> list[str]:
    return [language for language, said in (("en", text.en), ("cy", text.cy)) if not said.strip()]
