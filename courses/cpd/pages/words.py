"""How periods, hours and what is missing are said on pages. Everything here is called while a page is made."""

from typing import Any

from flask import g
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from courses.cpd import views
from courses.cpd.models import CpdEntry
from courses.cpd.registers import Rule, known_standards, methods, origins, standards_of
from courses.cpd.rules import Reached
from courses.portfolios.pages.words import finding_name, size  # noqa: F401 - said alike
from lms.core.language import Bilingual
from lms.core.web.site import day


def period_options(it: views.Asked) -> list[tuple[str, str]]:
    """What can be chosen; one's own cycle only where it is known."""
    options = [("year", _("The last 12 months")), ("dates", _("The dates below"))]
    if it.cycle is not None:
        told = _("My cycle: %(start)s to %(end)s", start=day(it.cycle.starts_on), end=day(it.cycle.ends_on))
        options.insert(0, ("cycle", told))
    return options


def register_options(it: views.Asked) -> list[tuple[str, str]]:
    return [(each.code, each.name.in_(g.lang)) for each in it.all]


def method_options() -> list[tuple[str, str]]:
    return [(each.code, each.title.in_(g.lang)) for each in methods().values()]


def method_name(code: str | None) -> Bilingual | None:
    return methods()[code].title if code is not None and code in methods() else None


def origin_name(code: str | None) -> Bilingual:
    return origins().get(code or "") or Bilingual("Written by you", "Wedi'i ysgrifennu gennych chi")


def standard_options(codes: list[str], entry: CpdEntry) -> list[tuple[str, str]]:
    """Parts of the codes of one's registers, and those that the entry is linked to already."""
    offered = standards_of(tuple(codes), entry.happened_on)
    offered |= {code: known_standards()[code] for code in entry.standards if code in known_standards()}
    return [(code, f"{code.partition(':')[0]}: {title.in_(g.lang)}") for code, title in offered.items()]


def hours(minutes: int) -> str:
    """Hours in figures, as the reader writes them."""
    return str(format_decimal(round(minutes / 60, 2)))


def hours_told(minutes: int) -> str:
    """Hours in figures and the word."""
    if minutes % 60:
        return _("%(hours)s hours", hours=hours(minutes))
    return str(ngettext("%(num)d hour", "%(num)d hours", minutes // 60))


def far(reached: Reached) -> str:
    return _("%(done)s of %(total)s hours", done=hours(reached.minutes), total=reached.target.hours)


def row(entry: CpdEntry, rule: Rule) -> dict[str, Any]:
    """An entry as the list shows it."""
    return {"entry": entry, "missing": views.missing(entry, rule), "method": method_name(entry.method)}
