"""Whom do statements mean? A person of this service under every form in which others may name them, or anybody who is
named by one identifier."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from lms.accounts import queries as accounts
from lms.accounts.models import EmailAddress, Person
from lms.core.db import db
from lms.core.errors import Invalid
from lms.core.language import N_
from lms.core.permissions import Reach
from lms.xapi import identity
from lms.xapi.errors import Fault
from lms.xapi.models import TENANT
from lms.xapi.rules import keys, parsing, patterns, schema
from lms.xapi.rules.naming import everybody_in

Json = dict[str, Any]

MOST = 10
"""People that a search by name offers."""

_SHA1 = re.compile(patterns.SHA1)
_WORD = re.compile(r"[^\W_]+")
_NAMED = text("""
    SELECT agent, min(name) AS name FROM agent_name
    WHERE tenant = :tenant AND to_tsvector('simple'::regconfig, fold(name)) @@ to_tsquery('simple', fold(:words))
    GROUP BY agent ORDER BY name, agent LIMIT :most
""")
_SPOKEN_OF = text("""
    SELECT wanted.key, s.payload FROM unnest(CAST(:keys AS bigint[])) AS wanted(key)
    CROSS JOIN LATERAL (
        (SELECT seq FROM statement WHERE tenant = :tenant AND actor = wanted.key ORDER BY seq DESC LIMIT 1)
        UNION ALL
        (SELECT seq FROM statement_ref WHERE tenant = :tenant AND kind IN (1, 2) AND key = wanted.key LIMIT 1)
        LIMIT 1
    ) AS one JOIN statement AS s ON s.tenant = :tenant AND s.seq = one.seq
""")


@dataclass(frozen=True)
class Subject:
    """Somebody, as statements name them: every one of `agents` is this one. `person`: who that is here, if anybody.

    `text` is what a search takes for exactly this one.
    """

    agents: tuple[Json, ...]
    name: str
    text: str
    person: UUID | None = None

    @property
    def keys(self) -> tuple[int, ...]:
        return tuple(key for each in self.agents if (key := keys.agent_key(each)) is not None)

    @property
    def identifiers(self) -> tuple[str, ...]:
        """The texts that identify, without their `mailto:`."""
        found = []
        for each in self.agents:
            account = each.get("account")
            found.append(account["name"] if account else each.get("mbox") or each.get("openid") or each["mbox_sha1sum"])
        return tuple(dict.fromkeys(one.removeprefix("mailto:") for one in found))


def of_person(person_id: UUID) -> Subject:
    """A person of this service: the account, and each confirmed address, plain and hashed. Raises NotFound."""
    person = accounts.person(person_id)
    addresses = db.session.scalars(
        select(EmailAddress.address)
        .where(EmailAddress.person_id == person_id, EmailAddress.verified_at.is_not(None))
        .order_by(EmailAddress.address)
    )
    forms = [identity.agent_of(person_id)]
    for address in addresses:
        forms += _mailed(f"mailto:{address}")
    return Subject(tuple(forms), person.display_name, str(person_id), person_id)


def of_agent(agent: Json) -> Subject:
    """Whoever this identified agent is: a person of ours under all their forms, or the agent with its twin forms."""
    if (person_id := _ours(agent)) is not None:
        return of_person(person_id)
    bare = _bare(agent)
    forms = [bare]
    if "mbox" in agent:
        forms = _mailed(agent["mbox"])
        lowered = agent["mbox"].lower()
        forms += _mailed(lowered) if lowered != agent["mbox"] else []
    return Subject(tuple(forms), name_in(agent), parsing.dump(bare).decode())


def found_by(typed: str) -> list[Subject]:
    """Whom a search means: one for an identifier, several for a name, none where nobody is called so.

    Raises Invalid for what begins like an identifier and is none.
    """
    if typed.startswith("{"):
        return [of_agent(_read(typed))]
    if patterns.is_uuid(typed):
        known = db.session.get(Person, UUID(typed))
        return [of_person(known.id) if known else of_agent(identity.account(typed))]
    if _SHA1.match(typed):
        return [of_agent({"mbox_sha1sum": typed})]
    if re.match(patterns.MBOX, typed):
        return [of_agent({"mbox": typed})]
    if "@" in typed and " " not in typed and "://" not in typed:
        return [of_agent({"mbox": f"mailto:{typed}"})]
    if patterns.is_iri(typed):
        return [of_agent({"openid": typed})]
    return _called(typed)


def name_in(agent: Json) -> str:
    """What to call an agent by what it says itself: its name, or the most readable of its identifiers."""
    account = agent.get("account")
    found = (
        agent.get("name")
        or (account["name"] if account else "")
        or agent.get("mbox", "").removeprefix("mailto:")
        or agent.get("openid")
        or agent.get("mbox_sha1sum")
        or ""
    )
    return str(found)


def names_of(agents: Iterable[Json]) -> dict[str, str]:
    """Display names of the people of this service among these agents, by account name. One query, or none."""
    wanted = {found for each in agents if (found := account_here(each)) is not None}
    if not wanted:
        return {}
    rows = db.session.execute(select(Person.id, Person.display_name).where(Person.id.in_(wanted)))
    return {str(id_): name for id_, name in rows}


def _called(typed: str) -> list[Subject]:
    words = _WORD.findall(typed)[:6]
    if not words:
        return []
    here = db.session.scalars(accounts.people(Reach(everything=True), typed).order_by(Person.display_name).limit(MOST))
    found = [Subject((identity.agent_of(each.id),), each.display_name, str(each.id), each.id) for each in here]
    asked = {"tenant": TENANT, "words": " & ".join(f"{word}:*" for word in words), "most": MOST}
    named = {row.agent: row.name for row in db.session.execute(_NAMED, asked)}
    known = {key for each in found for key in each.keys}
    for key, agent in _agents_with([key for key in named if key not in known]).items():
        found.append(Subject((agent,), named[key], parsing.dump(_bare(agent)).decode()))
    if len(found) == 1:
        return [of_person(found[0].person) if found[0].person else of_agent(found[0].agents[0])]
    return found[:MOST]


def _agents_with(wanted: Sequence[int]) -> dict[int, Json]:
    """The agents that have these keys, as some statement writes them."""
    if not wanted:
        return {}
    found: dict[int, Json] = {}
    for key, payload in db.session.execute(_SPOKEN_OF, {"tenant": TENANT, "keys": list(wanted)}):
        for agent in everybody_in(parsing.load(bytes(payload))):
            if keys.agent_key(agent) == key:
                found[key] = agent
    return found


def _read(typed: str) -> Json:
    try:
        found = parsing.load(typed.encode())
    except Fault as fault:
        raise _no_agent() from fault
    if not schema.AGENT_ONLY.is_valid(found) or keys.agent_key(found) is None:
        raise _no_agent()
    return dict(found)


def _no_agent() -> Invalid:
    return Invalid(fields={"person": N_("Write an agent as xAPI does, such as an account with homePage and name")})


def _ours(agent: Json) -> UUID | None:
    """The person of this service that an agent stands for."""
    if (here := account_here(agent)) is not None:
        return here if db.session.get(Person, here) is not None else None
    if "mbox" in agent:
        found = accounts.person_at(agent["mbox"].removeprefix("mailto:"))
        return None if found is None else found.id
    return None


def account_here(agent: Json) -> UUID | None:
    """The id in an account of this installation's home page; nobody need have it."""
    account = agent.get("account")
    if account is None or account["homePage"] != identity.home_page() or not patterns.is_uuid(account["name"]):
        return None
    return UUID(account["name"])


def _bare(agent: Json) -> Json:
    """Only what identifies it."""
    return {key: agent[key] for key in ("objectType", *schema.IFIS) if key in agent}


def _mailed(mbox: str) -> list[Json]:
    """An address, plain and as its hash: the hash is of the whole IRI (Part 2 §2.4.2.3)."""
    sha1 = hashlib.sha1(mbox.encode(), usedforsecurity=False).hexdigest()
    return [{"objectType": "Agent", "mbox": mbox}, {"objectType": "Agent", "mbox_sha1sum": sha1}]
