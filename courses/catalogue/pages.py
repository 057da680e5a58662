"""The public catalogue: find training, and read plainly what a course is."""

from collections.abc import Collection, Mapping
from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from courses.catalogue import finding, queries, upstairs
from courses.catalogue.models import CourseVersion
from courses.catalogue.offered import on_offer
from courses.catalogue.rules import conditions
from courses.catalogue.rules.search import FACETS, Chosen
from courses.catalogue.words import CAPACITY, CERTIFICATES, FIELDS
from frameworks import queries as frameworks
from frameworks.models import Statement
from frameworks.queries import LevelName
from frameworks.rules import sources
from lms.accounts.models import Sector
from lms.core.errors import NotFound
from lms.core.language import LANGUAGES, Bilingual
from lms.core.permissions import Actor, Permission
from lms.core.reference import kept
from lms.core.web.pages import Pages, fragment

pages = Pages("catalogue", __name__, template_folder="templates")

PAGE = 20
MOST_SECTORS_ON_CARD = 2
Names = Mapping[tuple[str, str], Bilingual]


@pages.page("GET", "/training", needs=Permission.CATALOGUE_READ, template="catalogue/search.html")
def search(actor: Actor) -> dict[str, Any]:
    """Search and filter. Everything is in the address, so that a search can be shared."""
    words = request.args.get("q", "")[: finding.LONGEST]
    sort = request.args.get("sort", "")
    sort = sort if sort in finding.SORTS else finding.SORTS[0]
    names = queries.names()
    labels = _labels(names)
    chosen = {
        facet: known for facet in FACETS if (known := frozenset(request.args.getlist(facet)) & labels[facet].keys())
    }
    found = finding.find(actor, words, chosen, sort, g.lang)
    page = _page_number(len(found.offers))
    shown = found.offers[(page - 1) * PAGE : page * PAGE]
    here = {
        "q": words,
        "sort": "" if sort == finding.SORTS[0] else sort,
        **{name: sorted(of) for name, of in chosen.items()},
    }
    return {
        "words": words,
        "total": len(found.offers),
        "cards": [_card(g.lang, offer.code, offer.open_to_me) for offer in shown],
        "facets": _facets(labels, found, chosen),
        "chips": _chips(here, chosen, labels),
        "chosen_count": sum(map(len, chosen.values())),
        "sorts": _sorts(here, sort, words),
        "sort": here["sort"],
        "page": page,
        "pages_in_all": -(-len(found.offers) // PAGE),
        "previous_url": _url(here, page=page - 1) if page > 1 else None,
        "next_url": _url(here, page=page + 1) if page * PAGE < len(found.offers) else None,
    }


@kept
def _card(language: str, code: str, open_to_me: bool) -> Markup:
    """A course in a list, as it is read in that language."""
    it, names = on_offer()[code], queries.names()
    sectors = [names["sector", sector].in_(language) for sector in it.sectors]
    facts = _spans(it.serves, names, language)
    if len(sectors) <= MOST_SECTORS_ON_CARD:
        facts.append(_("For: %(sectors)s", sectors=", ".join(sectors)))
    return fragment("catalogue/card.html", "card", it, names["format", it.format_code], facts, open_to_me)


@pages.page("GET", "/training/<code>", needs=Permission.CATALOGUE_READ, template="catalogue/course.html")
def course(actor: Actor, code: str) -> dict[str, Any]:
    """Who it is for, what it needs first, how long it takes, what one gets."""
    version = on_offer().get(code)
    if version is None:
        raise NotFound()
    return {
        "version": version,
        "programme": queries.names().get(("programme", version.course.programme_code or "")),
        "call": upstairs.standing(actor, version),
        "dates": upstairs.dates_of(actor, version),
        "told": _told(g.lang, code),
    }


@kept
def _told(language: str, code: str) -> Mapping[str, Markup]:
    """The parts of a course's page that tell of the course alone, as they are read in that language."""
    it = described(queries.course_on_offer(code))
    parts = ("who", "first", "covers", "facts", "provenance")
    return {part: fragment("catalogue/described.html", part, it) for part in parts}


def described(version: CourseVersion) -> dict[str, Any]:
    """What a template needs to show a version, on offer or not."""
    known = frameworks.level_names()
    names = queries.names()
    first = version.prerequisites.get("completed", [])
    any_of, needs = conditions.in_words(_beyond_sectors(version), names)
    statements = frameworks.statements_named(
        [(each.framework_code, each.statement_code) for each in version.statements]
    )
    return {
        "version": version,
        "names": names,
        "everyone": set(version.sectors) >= {each.value for each in Sector},
        "any_of": any_of,
        "needs": needs,
        "first": queries.titles_on_offer(first) if first else {},
        "levels": _levels(version, known),
        "statements": _by_level(statements),
        "certificate": _(CERTIFICATES[version.certificate_kind]),
        "validity": _validity(version.validity_months),
        "capacity": _(CAPACITY[version.capacity_rule]),
        "sources": sources(version.source),
        "illustrative": [_(FIELDS[name]) for name in version.illustrative_fields if name in FIELDS],
    }


def _beyond_sectors(version: CourseVersion) -> dict[str, Any]:
    """Its conditions, without a sector that is the only one it is for: the page says that already."""
    only = {"sector": version.sectors[0]} if len(version.sectors) == 1 else None
    kept = {which: [each for each in listed if each != only] for which, listed in version.eligibility.items()}
    return {which: listed for which, listed in kept.items() if listed}


def _levels(version: CourseVersion, known: Mapping[tuple[str, str], LevelName]) -> dict[str, list[LevelName]]:
    """The levels a course serves, by framework, lowest first."""
    found: dict[str, list[LevelName]] = {}
    for each in sorted(version.levels, key=lambda each: (each.framework_code != "PIMH", each.framework_code)):
        if level := known.get((each.framework_code, each.level_code)):
            found.setdefault(each.framework_code, []).append(level)
    return {framework: sorted(levels, key=lambda level: level.rank) for framework, levels in found.items()}


def _spans(levels: Collection[str], names: Names, language: str) -> list[str]:
    """ "Perinatal: Informed to Specialist" for each framework of those levels."""
    found: dict[str, list[str]] = {}
    for (kind, key), name in names.items():
        if kind == "level" and key in levels:
            framework, _colon, title = name.in_(language).partition(": ")
            found.setdefault(framework, []).append(title)
    return [f"{framework}: {_from_to(titles)}" for framework, titles in found.items()]


def _from_to(titles: list[str]) -> str:
    return titles[0] if len(titles) == 1 else _("%(first)s to %(last)s", first=titles[0], last=titles[-1])


def _by_level(statements: list[Statement]) -> list[tuple[Bilingual, list[Statement]]]:
    found: dict[Any, tuple[Bilingual, list[Statement]]] = {}
    for each in sorted(statements, key=lambda each: (each.level.rank if each.level else 0, each.position)):
        title = each.level.title if each.level else Bilingual("At every level", "Ar bob lefel")
        found.setdefault(each.level_id, (title, []))[1].append(each)
    return list(found.values())


def _validity(months: int | None) -> str:
    if months is None:
        return _("It does not expire")
    if months % 12:
        return ngettext("Valid for %(num)d month", "Valid for %(num)d months", months)
    return ngettext("Valid for %(num)d year", "Valid for %(num)d years", months // 12)


def _labels(names: Names) -> dict[str, dict[str, str]]:
    """The values that each facet knows and what they are called, in the order of their lists."""
    language = g.lang
    found: dict[str, dict[str, str]] = {facet: {} for facet in FACETS}
    found["open"] = {"me": _("Open to me")}
    found["language"] = {code: {"en": _("English"), "cy": _("Welsh")}[code] for code in LANGUAGES}
    for (kind, code), name in names.items():
        if kind == "level":
            found["level"][code] = name.in_(language)
        elif kind in ("sector", "topic", "format"):
            found[kind][code] = name.in_(language)
    return found


def _facets(labels: dict[str, dict[str, str]], found: finding.Found, chosen: Chosen) -> list[dict[str, Any]]:
    """What can be chosen, with how many courses each would give. A value that would give none is left out."""
    legends = {
        "open": _("Open to me"), "topic": _("Topic"), "level": _("Framework level"), "sector": _("Who it is for"),
        "format": _("Format"), "language": _("Language"),
    }  # fmt: skip
    return [
        {
            "name": facet,
            "legend": legend,
            "open": facet in ("open", "topic"),
            "options": [
                {
                    "value": code,
                    "label": label,
                    "count": found.counts[facet][code],
                    "checked": code in chosen.get(facet, ()),
                }
                for code, label in labels[facet].items()
                if found.counts[facet][code] or code in chosen.get(facet, ())
            ],
        }
        for facet, legend in legends.items()
        if facet != "open" or found.knows_me
    ]


def _chips(here: dict[str, Any], chosen: Chosen, labels: dict[str, dict[str, str]]) -> list[dict[str, str]]:
    """Each thing that narrows the list, with the address of the list without it."""
    words = [{"label": f"“{here['q']}”", "url": _url(here | {"q": ""})}] if here["q"].strip() else []
    return words + [
        {"label": labels[facet][code], "url": _url(here | {facet: sorted(chosen[facet] - {code})})}
        for facet in FACETS
        for code in labels[facet]
        if code in chosen.get(facet, ())
    ]


def _sorts(here: dict[str, Any], sort: str, words: str) -> list[dict[str, Any]]:
    best = _("Best match") if words.strip() else _("By programme")
    return [
        {"label": best, "url": _url(here | {"sort": ""}), "current": sort == "relevance"},
        {"label": _("Title, A to Z"), "url": _url(here | {"sort": "title"}), "current": sort == "title"},
    ]


def _url(here: dict[str, Any], **more: Any) -> str:
    given = {name: value for name, value in (here | more).items() if value and (name, value) != ("page", 1)}
    return url_for("catalogue.search", **given)


def _page_number(found: int) -> int:
    """The page that was asked for; the nearest one there is, whatever was written in the address."""
    asked = request.args.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    return max(1, min(number, -(-found // PAGE)))
