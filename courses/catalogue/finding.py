"""One search for the page and the API: words and facets in, courses in order out."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from courses.catalogue import queries, upstairs
from courses.catalogue.offered import on_offer
from courses.catalogue.rules import search
from courses.catalogue.rules.sorting import title_key
from lms.core.permissions import Actor

LONGEST = 200
"""Characters of a search that are read."""
SORTS = ("relevance", "title")


@dataclass(frozen=True)
class Found:
    """What a search finds: the offers in order, and how many each facet's values would give."""

    offers: list[search.Offer]
    counts: dict[str, Counter[str]]
    knows_me: bool


def find(actor: Actor, words: str, chosen: search.Chosen, sort: str, language: str) -> Found:
    """Search the courses on offer. One query for words, and for somebody signed in those of the "open to me" hook."""
    mine = _open_to(actor)
    offers, counts = search.refine(queries.offers(words[:LONGEST], mine or ()), chosen)
    if sort == "title":
        offers.sort(key=lambda offer: title_key(offer.title.in_(language), language))
    else:
        offers.sort(key=lambda offer: (-offer.rank, offer.position))
    return Found(offers, counts, mine is not None)


def chosen_from(asked: Mapping[str, Collection[str]]) -> dict[str, frozenset[str]]:
    return {facet: frozenset(asked[facet]) for facet in search.FACETS if asked.get(facet)}


def _open_to(actor: Actor) -> Collection[str] | None:
    """Codes of the courses that are open to this person; None: nobody is signed in."""
    return None if actor.person is None else upstairs.open_to(actor, on_offer().values())
