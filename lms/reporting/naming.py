"""Names of groups, months and periods, in the reader's language or in both."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import force_locale, format_date
from flask_babel import gettext as _

from lms.core.language import N_, Bilingual
from lms.reporting.laying import Label
from lms.reporting.queries import Dimension
from lms.reporting.rules.definitions import BY_ID
from lms.reporting.rules.periods import Period

DIMENSIONS = {
    Dimension.SECTOR: N_("Sector"),
    Dimension.ORGANISATION: N_("Organisation"),
    Dimension.COURSE: N_("Course"),
    Dimension.MONTH: N_("Month"),
    Dimension.LEVEL: N_("Framework level"),
    Dimension.ROLE: N_("Staff group"),
    Dimension.SETTING: N_("Setting"),
    Dimension.LANGUAGE: N_("Language of the course"),
}


def month(first: date) -> str:
    return str(format_date(first, "MMMM y"))


def both(say: Callable[[str], Any]) -> Bilingual:
    """What it says when it is told to say it in English, and in Welsh."""
    with force_locale("en_GB"):
        english = str(say("en"))
    with force_locale("cy"):
        return Bilingual(english, str(say("cy")))


def in_both(msgid: str) -> Bilingual:
    """A sentence of ours in both languages."""
    return both(lambda language: _(msgid))


def named(label: Label) -> Bilingual:
    """A group's name; of a month, as each language writes it."""
    first = label.month
    return both(lambda language: month(first)) if first else label.name


def name_of(label: Label, language: str) -> str:
    return month(label.month) if label.month else label.name.in_(language)


def defined(id: str) -> Bilingual:
    """What a measure is called at the head of a column."""
    return BY_ID[id].title


def period_of(it: Period) -> str:
    months = it.months
    if len(months) == 1:
        return month(months[0])
    return str(_("%(first)s to %(last)s", first=month(months[0]), last=month(months[-1])))
