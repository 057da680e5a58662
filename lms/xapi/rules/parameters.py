"""What a request asks for: its parameters, read strictly (Part 3 §2). An unknown or misspelt one is refused."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from lms.xapi.errors import Malformed
from lms.xapi.rules import parsing, patterns, schema
from lms.xapi.rules.formats import FORMATS
from lms.xapi.rules.keys import agent_key, key_of

Arguments = Mapping[str, str]

MOST_PER_PAGE = 500
_SHAPE = frozenset({"format", "attachments"})
_FILTERS = frozenset({
    "agent", "verb", "activity", "registration", "related_activities", "related_agents", "since", "until", "limit",
    "ascending",
})  # fmt: skip


@dataclass(frozen=True)
class One:
    """A single statement, wanted as voided or as not."""

    id: UUID
    voided: bool
    format: str = "exact"
    attachments: bool = False


@dataclass(frozen=True)
class Filter:
    """Which statements. Keys are those of `rules/keys.py`; `since` and `until` are microseconds (`rules/sequence.py`).

    `last` is the sequence number of the page before, `through` the newest that the first page could have shown.
    The house's own pages also ask for somebody who has several keys (`agents`), and for what was voided: `voided` None
    is both.
    """

    agent: int | None = None
    agents: tuple[int, ...] = ()
    verb: int | None = None
    activity: int | None = None
    registration: UUID | None = None
    related_activities: bool = False
    related_agents: bool = False
    since: int | None = None
    until: int | None = None
    limit: int = MOST_PER_PAGE
    ascending: bool = False
    format: str = "exact"
    attachments: bool = False
    last: int | None = None
    through: int | None = None
    voided: bool | None = False

    @property
    def reached(self) -> int:
        """The newest number that pages before this one have told of; 0 for a first page."""
        return max(self.last or 0, self.through or 0)

    def as_plain(self) -> dict[str, Any]:
        """For the token of `more`: JSON-able, defaults left out."""
        plain = {key: value for key, value in asdict(self).items() if value != getattr(Filter, key)}
        return plain | ({"registration": str(self.registration)} if self.registration else {})

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Filter":
        given = dict(plain)
        if "registration" in given:
            given["registration"] = UUID(given["registration"])
        return cls(**given)


def statements_wanted(arguments: Arguments) -> One | Filter:
    """What GET /statements asks for."""
    allow(arguments, _FILTERS | _SHAPE | {"statementId", "voidedStatementId"})
    shape = {"format": _format(arguments), "attachments": _flag(arguments, "attachments")}
    for name in ("statementId", "voidedStatementId"):
        if name in arguments:
            allow(arguments, _SHAPE | {name}, f"Beside {name} only format and attachments may stand")
            return One(identifier(arguments, name), name == "voidedStatementId", **shape)  # type: ignore[arg-type]
    wanted_agent = agent_in(arguments, required=False)
    return Filter(
        agent=None if wanted_agent is None else agent_key(wanted_agent),
        verb=_iri_key(arguments, "verb"),
        activity=_iri_key(arguments, "activity"),
        registration=registration_in(arguments),
        related_activities=_flag(arguments, "related_activities"),
        related_agents=_flag(arguments, "related_agents"),
        since=moment_in(arguments, "since"),
        until=moment_in(arguments, "until"),
        limit=_limit(arguments),
        ascending=_flag(arguments, "ascending"),
        **shape,  # type: ignore[arg-type]
    )


def allow(arguments: Arguments, names: Collection[str], otherwise: str = "") -> None:
    """Refuse every parameter that is not among them; names are exact, case included."""
    for name in arguments:
        if name not in names:
            raise Malformed(otherwise or f"This resource has no parameter {name!r}", name, "Part 3 §2")


def identifier(arguments: Arguments, name: str) -> UUID:
    """A required UUID."""
    text = need(arguments, name)
    if not patterns.is_uuid(text):
        raise Malformed(f"{name} is a UUID", name, "Part 2 §4.4")
    return UUID(text)


def registration_in(arguments: Arguments) -> UUID | None:
    return identifier(arguments, "registration") if "registration" in arguments else None


def iri_in(arguments: Arguments, name: str) -> str:
    """A required IRI."""
    text = need(arguments, name)
    if not patterns.is_iri(text):
        raise Malformed(f"{name} is an absolute IRI", name, "Part 2 §4.1")
    return text


def agent_in(arguments: Arguments, *, required: bool = True) -> dict[str, Any] | None:
    """The agent or identified group that the JSON of `agent` names."""
    if not required and "agent" not in arguments:
        return None
    found = parsing.load(need(arguments, "agent").encode())
    if not schema.AGENT_ONLY.is_valid(found) or agent_key(found) is None:
        raise Malformed("agent is an Agent, or an Identified Group, as JSON", "agent", "Part 2 §2.4.2")
    return dict(found)


def moment_in(arguments: Arguments, name: str) -> int | None:
    """A timestamp, in microseconds since 1970."""
    if name not in arguments:
        return None
    text = arguments[name]
    try:
        return patterns.microseconds(patterns.instant(text.replace(" ", "+") if "T" in text else text))
    except ValueError as fault:
        raise Malformed(str(fault), name, "Part 2 §4.5") from fault


def need(arguments: Arguments, name: str) -> str:
    if name not in arguments:
        raise Malformed(f"The parameter {name} is missing", name, "Part 3 §2")
    if "\x00" in arguments[name]:
        raise Malformed(f"{name} holds a NUL character", name)
    return arguments[name]


def _iri_key(arguments: Arguments, name: str) -> int | None:
    return key_of(iri_in(arguments, name)) if name in arguments else None


def _flag(arguments: Arguments, name: str) -> bool:
    text = arguments.get(name, "false")
    if text not in ("true", "false"):
        raise Malformed(f"{name} is true or false", name, "Part 3 §2.1.3")
    return text == "true"


def _format(arguments: Arguments) -> str:
    text = arguments.get("format", "exact")
    if text not in FORMATS:
        raise Malformed(f"format is one of {', '.join(FORMATS)}", "format", "Part 3 §2.1.3")
    return text


def _limit(arguments: Arguments) -> int:
    """0, or nothing, means as many as the store gives."""
    text = arguments.get("limit", "0")
    if not text.isascii() or not text.isdigit():
        raise Malformed("limit is a whole number, not negative", "limit", "Part 3 §2.1.3")
    return min(int(text[:9]) or MOST_PER_PAGE, MOST_PER_PAGE)
