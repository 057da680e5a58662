"""Rows of a form that a schema cannot know: times of meetings, and reserved places. Times are those on the clock in Wales."""

from collections.abc import Mapping
from datetime import date, time
from uuid import UUID

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from courses.delivery.models import Series
from courses.delivery.rules import MOST_MEETINGS, Kept, instant
from courses.delivery.services.publishing import When
from lms.accounts.models import Sector
from lms.core.clock import LONDON
from lms.core.web.forms import FormState

Row = dict[str, str]
SPARE = 3
"""Empty rows below those that are filled."""
MOST_RESERVES = 3
MEETING = ("id", "date", "start", "end")
RESERVE = ("sector", "places", "until")


def rows_of(it: Series) -> tuple[list[Row], list[Row]]:
    """The rows as they are shown for a series that there is."""
    meetings = [
        {
            "id": str(each.id), "date": each.starts_at.astimezone(LONDON).date().isoformat(),
            "start": f"{each.starts_at.astimezone(LONDON):%H:%M}", "end": f"{each.ends_at.astimezone(LONDON):%H:%M}",
        }
        for each in it.meetings
    ]  # fmt: skip
    reserves = [
        {"sector": each.sector.value, "places": str(each.places), "until": each.release_on.isoformat()}
        for each in it.reserves
    ]
    return meetings, reserves


def padded(meetings: list[Row], reserves: list[Row]) -> tuple[list[Row], list[Row]]:
    empty, none = dict.fromkeys(MEETING, ""), dict.fromkeys(RESERVE, "")
    more = min(SPARE, MOST_MEETINGS - len(meetings))
    return [*meetings, *[empty] * more], [*reserves, *[none] * max(0, MOST_RESERVES - len(reserves))]


def typed(form: MultiDict[str, str]) -> tuple[list[Row], list[Row]]:
    """The rows that are not empty, as they were typed."""
    meetings = _rows(form, "meeting", MEETING, MOST_MEETINGS + SPARE)
    return [each for each in meetings if each["date"] or each["start"] or each["end"]], [
        each for each in _rows(form, "reserve", RESERVE, 10) if each["sector"] or each["places"] or each["until"]
    ]


def _rows(form: MultiDict[str, str], name: str, parts: tuple[str, ...], most: int) -> list[Row]:
    return [{part: form.get(f"{name}-{n}-{part}", "").strip() for part in parts} for n in range(1, most + 1)]


def meetings_of(rows: list[Row], form: FormState) -> list[When]:
    """The meetings; a row that cannot be is refused on the form."""
    found = []
    for number, row in enumerate(rows, start=1):
        try:
            day, first, last = date.fromisoformat(row["date"]), _time(row["start"]), _time(row["end"])
        except ValueError:
            form.refuse("meetings", _("Enter a date, a beginning and an end in row %(number)s", number=number))
            continue
        starts_at, ends_at = instant(day, first), instant(day, last)
        if starts_at is None or ends_at is None:
            form.refuse("meetings", _("The clocks go forward in that hour: row %(number)s", number=number))
            continue
        found.append(When(starts_at, ends_at, _id(row)))
    if not rows:
        form.refuse("meetings", _("Enter when it begins and ends, at least once"))
    return found


def _id(row: Mapping[str, str]) -> UUID | None:
    try:
        return UUID(row["id"]) if row["id"] else None
    except ValueError:
        return None


def _time(text: str) -> time:
    return time.fromisoformat(text.replace(".", ":"))


def reserves_of(rows: list[Row], form: FormState) -> list[Kept]:
    found = []
    for row in rows:
        known = row["sector"] in {each.value for each in Sector}
        try:
            places, until = int(row["places"]), date.fromisoformat(row["until"])
        except ValueError:
            places, until = 0, None
        if not known or not 0 < places <= 1000 or until is None:
            form.refuse(
                "reserves", _("For reserved places choose a sector, how many, and the day on which they are released")
            )
            continue
        found.append(Kept(row["sector"], places, until))
    return found
