"""A statement in plain words, in the reader's language: "Siân Dychmyg completed ‘Child family development’"."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import format_decimal, format_timedelta
from flask_babel import gettext as _
from markupsafe import Markup, escape

from lms.xapi import identity, people, queries
from lms.xapi.models import TENANT, VOIDED
from lms.xapi.queries import Found
from lms.xapi.rules import parsing, patterns
from lms.xapi.rules.formats import one_language
from lms.xapi.rules.naming import everybody_in, named_in
from lms.xapi.wording import OTHERWISE, SENTENCES, VERBS

Json = dict[str, Any]

_TIME = re.compile(r"^P(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$")


@dataclass(frozen=True)
class Told:
    """A statement as a line of a list. `words` may hold `lang` spans; `facts` are what its result says."""

    id: UUID
    seq: int
    words: Markup
    when: datetime
    stored: datetime
    source: Markup
    facts: list[str]
    voided: bool
    raw: Json


class Teller:
    """What is needed to tell some statements: names of people and definitions of activities, found in two queries."""

    def __init__(self, raws: Iterable[Json], language: str) -> None:
        every = list(raws)
        self._language = language
        self._people = people.names_of(agent for raw in every for agent in everybody_in(raw))
        iris = {activity["id"] for raw in every for activity in named_in(raw).activities}
        self._definitions: Mapping[str, Json] = queries.definitions(TENANT, sorted(iris)) if iris else {}

    def words(self, raw: Json) -> Markup:
        """The sentence."""
        sentence = SENTENCES.get(raw["verb"]["id"])
        parts = {"who": self.agent(raw["actor"]), "what": self.thing(raw["object"])}
        if sentence is not None:
            return Markup(_(sentence)) % parts  # noqa: S704 - a sentence of ours; what goes into it is escaped
        return Markup(_(OTHERWISE)) % (parts | {"verb": self.verb(raw["verb"])})  # noqa: S704

    def agent(self, agent: Json) -> Markup:
        """Somebody's name: that which they have here, or the one the statement gives."""
        here = people.account_here(agent)
        if here is not None and (name := self._people.get(str(here))) is not None:
            return escape(name)
        if identity.is_pseudonym(agent):
            return escape(_("Somebody whose record was erased"))
        if identity.is_hidden(agent):
            return escape(_("Another person"))
        if found := people.name_in(agent):
            return escape(found)
        members = [self.agent(each) for each in agent.get("member", ())][:5]
        return Markup(", ").join(members) or escape(_("A group without a name"))

    def verb(self, verb: Json) -> Markup:
        if (known := VERBS.get(verb["id"])) is not None:
            return escape(_(known))
        return self.text(verb.get("display") or {}, _last_part(verb["id"]))

    def thing(self, thing: Json) -> Markup:
        """The object: an activity by its name, a person, another statement, or a sentence of its own."""
        kind = thing.get("objectType", "Activity")
        if kind in ("Agent", "Group"):
            return self.agent(thing)
        if kind == "StatementRef":
            return escape(_("another statement"))
        if kind == "SubStatement":
            return Markup("‘{}’").format(self.words(thing))
        return Markup("‘{}’").format(self.activity(thing))

    def activity(self, activity: Json) -> Markup:
        definition = self._definitions.get(activity["id"]) or activity.get("definition") or {}
        return self.text(definition.get("name") or {}, activity["id"])

    def text(self, texts: Mapping[str, str], otherwise: str) -> Markup:
        """The text in the reader's language, or in another one, marked as such for screen readers."""
        for tag, chosen in one_language(dict(texts), (self._language,)).items():
            if tag.lower().partition("-")[0] == self._language or tag == "und":
                return escape(chosen)
            return Markup('<span lang="{}">{}</span>').format(tag, chosen)
        return escape(otherwise)

    def told(self, found: Found, raw: Json) -> Told:
        return Told(
            id=UUID(raw["id"]), seq=found.seq, words=self.words(raw), when=patterns.instant(raw["timestamp"]),
            stored=patterns.moment(found.seq), source=self.agent(raw["authority"]), facts=facts(raw.get("result") or {}),
            voided=bool(found.flags & VOIDED), raw=raw,
        )  # fmt: skip


def tell(found: Sequence[Found], language: str) -> list[Told]:
    """Lines for these statements, in two queries however many they are."""
    raws = [parsing.load(each.payload) for each in found]
    teller = Teller(raws, language)
    return [teller.told(each, raw) for each, raw in zip(found, raws, strict=True)]


def verb_names(verbs: Iterable[Json], language: str) -> list[tuple[str, str]]:
    """(IRI, name) of verbs for a list to choose from, by name."""
    teller = Teller((), language)
    named = [(verb["id"], str(teller.verb(verb).striptags())) for verb in verbs]
    return sorted(named, key=lambda each: each[1].casefold())


def facts(result: Json) -> list[str]:
    """What came out, in a few words each."""
    score, found = result.get("score") or {}, []
    if (scaled := score.get("scaled")) is not None:
        found.append(_("Score: %(percent)s%%", percent=format_decimal(round(scaled * 100, 1))))
    elif (raw := score.get("raw")) is not None:
        most = score.get("max")
        number = format_decimal(raw)
        found.append(
            _("Score: %(number)s", number=number) if most is None
            else _("Score: %(number)s of %(most)s", number=number, most=format_decimal(most))
        )  # fmt: skip
    if (success := result.get("success")) is not None:
        found.append(_("Successful") if success else _("Not successful"))
    if (completion := result.get("completion")) is not None:
        found.append(_("Complete") if completion else _("Not complete yet"))
    if (taken := result.get("duration")) and (time := _time(taken)):
        found.append(_("Took %(time)s", time=time))
    return found


def _time(duration: str) -> str | None:
    """An ISO 8601 duration in words, to its largest unit; those of months and years as they are."""
    if (match := _TIME.match(duration)) is None:
        return duration
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    try:
        return str(format_timedelta(timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds), threshold=1.2))
    except OverflowError:
        return duration


def _last_part(iri: str) -> str:
    return re.split(r"[/#:]", iri.rstrip("/#:"))[-1] or iri
