"""Reports in the reader's language: the sentence over the chart, names of groups, what was chosen."""

from collections.abc import Callable

from flask_babel import gettext as _

from lms.core.language import N_, Bilingual
from lms.reporting import groups, naming
from lms.reporting.queries import Dimension
from lms.reporting.reports.uptake import Figure, Uptake, cells_of
from lms.reporting.rules.findings import finding
from lms.reporting.rules.measures import DEFINITIONS, Measure
from lms.reporting.services import View

SUBTITLES = {
    Measure.ACCESSED: N_("People who opened a course, by group"),
    Measure.LEARNED: N_("People who finished the e-learning, by group"),
    Measure.ENROLLED: N_("People who enrolled, by group"),
    Measure.ACTIVE: N_("People who are active, by group"),
    Measure.COMPLETED: N_("People who completed training, by group"),
    Measure.CERTIFIED: N_("People who were awarded a certificate, by group"),
}

Named = Callable[[Bilingual], str]


def measure_name(measure: Measure, language: str) -> str:
    return DEFINITIONS[measure].title.in_(language)


def headline(report: Uptake, language: str) -> str:
    """The finding, from what is shown."""
    measure = report.asked.measure
    shown = [
        (naming.name_of(line.label, language), people)
        for line, people in zip(report.lines, cells_of(report.lines, measure), strict=True)
    ]
    found = finding(measure, shown, report.totals[measure], in_time=report.asked.group is Dimension.MONTH)
    return str(_(found.sentence, name=found.name, number=found.number, whole=found.whole))


def comparison(figure: Figure) -> str:
    """How a figure differs from the period before, in words."""
    if not figure.known_before:
        return str(_("No figure for the period before"))
    if figure.change is None:
        return str(_("About the same as in the period before"))
    if figure.change == 0:
        return str(_("The same as in the period before"))
    if figure.change > 0:
        return str(_("%(number)s more than in the period before", number=figure.change))
    return str(_("%(number)s fewer than in the period before", number=-figure.change))


def chosen(report: Uptake, language: str) -> list[tuple[str, str, str]]:
    """(parameter, what it is, what was chosen) of every filter in force."""
    return filters_of(report.view, language)


def filters_of(seen: View, language: str) -> list[tuple[str, str, str]]:
    """The same of any report's view."""
    filters = seen.filters
    found = []
    if filters.sector:
        found.append(("sector", str(_("Sector")), seen.sectors[filters.sector].in_(language)))
    if filters.organisation:
        found.append(("organisation", str(_("Organisation")), filters.organisation.name.in_(language)))
    if filters.programme:
        found.append(("programme", str(_("Programme")), seen.programmes[filters.programme].in_(language)))
    if filters.level:
        found.append(("level", str(_("Framework level")), groups.levels()[filters.level].in_(language)))
    if filters.course:
        code, _programme, title = seen.courses[filters.course]
        found.append(("course", str(_("Course")), f"{title.in_(language)} ({code})"))
    return found


def period(report: Uptake) -> str:
    return naming.period_of(report.view.filters.period)
