"""Shapes of reports, for pages and the API alike."""

from typing import Any

from marshmallow import Schema, fields, post_load

from lms.accounts.models import Sector
from lms.core.language import N_
from lms.core.web.fields import Code, one_of
from lms.reporting.models import BaselineUse
from lms.reporting.queries import Dimension
from lms.reporting.reach.counting import Grouping
from lms.reporting.rules.explored import Explored
from lms.reporting.rules.measures import Measure

MONTH = N_("Choose a month")
UNKNOWN: dict[str, str | list[Any] | dict[Any, Any]] = {"unknown": N_("Choose one of the answers")}


YEAR_MONTH = {"format": "year-month", "pattern": r"^\d{4}-\d{2}$"}


class ReportQuery(Schema):
    """What reports in tables are asked. Everything may be left out; which of it counts, each report says."""

    organisation = Code(load_default=None, metadata={"description": "An organisation's code: it and all below it"})
    programme = Code(load_default=None, metadata={"description": "A programme's code"})
    level = fields.String(load_default=None, metadata={"description": "A level of a framework, as PIMH/enhanced"})
    first = fields.Date(
        format="%Y-%m", data_key="from", load_default=None, error_messages={"invalid": MONTH},
        metadata={"description": "First month, as 2026-04; without it, twelve months", **YEAR_MONTH},
    )  # fmt: skip
    last = fields.Date(
        format="%Y-%m", data_key="to", load_default=None, error_messages={"invalid": MONTH},
        metadata={"description": "Last month, as 2027-03; without it, the month of `as_at`", **YEAR_MONTH},
    )  # fmt: skip
    as_at = fields.Date(
        format="iso", load_default=None, error_messages={"invalid": N_("Choose a date")},
        metadata={"description": "The moment seen: today, or the last day of a month"},
    )  # fmt: skip


class UptakeQuery(ReportQuery):
    """What the uptake report is asked. Everything may be left out."""

    sector = fields.String(load_default=None, validate=one_of(Sector), metadata={"description": "A sector's code"})
    course = Code(load_default=None, metadata={"description": "A course's code"})
    group = fields.Enum(Dimension, by_value=fields.String, load_default=Dimension.SECTOR, error_messages=UNKNOWN)
    columns = fields.Enum(Dimension, by_value=fields.String, load_default=None, error_messages=UNKNOWN)
    measure = fields.Enum(Measure, by_value=fields.String, load_default=Measure.COMPLETED, error_messages=UNKNOWN)


class ExploreQuery(UptakeQuery):
    """What exploring is asked: the same, of any measure that can be explored."""

    counted = fields.Enum(
        Explored, by_value=fields.String, data_key="measure", load_default=Explored.ENROLLED, error_messages=UNKNOWN
    )

    class Meta:
        exclude = ("measure",)


class FrameworkGapsQuery(Schema):
    """What gaps beside a framework are asked. Everything may be left out."""

    framework = Code(load_default=None, metadata={"description": "A framework's code; without it, the first"})
    organisation = Code(load_default=None, metadata={"description": "An organisation's code: it and all below it"})
    group = fields.Enum(Grouping, by_value=fields.String, load_default=Grouping.SECTOR, error_messages=UNKNOWN)


class PeopleQuery(UptakeQuery):
    """The same, and where one is in the list."""

    cursor = fields.String(load_default=None)

    @post_load
    def _apart(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        cursor = data.pop("cursor")
        return {"asked": data, "cursor": cursor}


def shape_of(report: str) -> type[Schema]:
    """What the report of that slug is asked."""
    shapes = {"uptake": UptakeQuery, "explore": ExploreQuery, "framework-gaps": FrameworkGapsQuery}
    return shapes.get(report, ReportQuery)


class TextOut(Schema):
    en = fields.String(required=True)
    cy = fields.String(required=True)


class DefinitionOut(Schema):
    id = fields.String(required=True)
    version = fields.Integer(required=True)
    title = fields.Nested(TextOut, required=True)
    words = fields.Nested(TextOut, required=True)
    unit = fields.String(required=True)


class ReportOut(Schema):
    """A report that can be asked for, and what its figures mean."""

    id = fields.String(required=True)
    version = fields.Integer(required=True)
    slug = fields.String(required=True)
    title = fields.Nested(TextOut, required=True)
    words = fields.Nested(TextOut, required=True)
    definitions = fields.List(fields.Nested(DefinitionOut), required=True)


class ReportsOut(Schema):
    items = fields.List(fields.Nested(ReportOut), required=True)
    next = fields.String(required=True, allow_none=True)


class PeriodOut(Schema):
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    as_at = fields.Date(required=True)


class FiltersOut(Schema):
    sector = fields.String(required=True, allow_none=True)
    organisation = fields.String(required=True, allow_none=True)
    programme = fields.String(required=True, allow_none=True)
    course = fields.String(required=True, allow_none=True)
    level = fields.String(required=True, allow_none=True)


class DisclosureOut(Schema):
    """`applied` false: this reader may see names, so nothing is hidden."""

    id = fields.String(required=True)
    version = fields.Integer(required=True)
    words = fields.Nested(TextOut, required=True)
    applied = fields.Boolean(required=True)


PEOPLE = {"description": "People; null: hidden, see `disclosure`"}


class FigureOut(Schema):
    measure = fields.Enum(Measure, by_value=fields.String, required=True)
    people = fields.Integer(required=True, allow_none=True, metadata=PEOPLE)
    change = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Against the period before; null: not to be told"}
    )


class GroupOut(Schema):
    code = fields.String(required=True)
    name = fields.Nested(TextOut, required=True)
    accessed = fields.Integer(required=True, allow_none=True, metadata=PEOPLE)
    enrolled = fields.Integer(required=True, allow_none=True, metadata=PEOPLE)
    active = fields.Integer(required=True, allow_none=True, metadata=PEOPLE)
    learned = fields.Integer(required=True, allow_none=True, metadata=PEOPLE)
    completed = fields.Integer(required=True, allow_none=True, metadata=PEOPLE)
    certified = fields.Integer(required=True, allow_none=True, metadata=PEOPLE)


class LabelOut(Schema):
    code = fields.String(required=True)
    name = fields.Nested(TextOut, required=True)


class GridOut(Schema):
    """One measure by two dimensions, with margins: null is hidden."""

    measure = fields.Enum(Measure, by_value=fields.String, required=True)
    rows = fields.List(fields.Nested(LabelOut), required=True)
    columns = fields.List(fields.Nested(LabelOut), required=True)
    cells = fields.List(fields.List(fields.Integer(allow_none=True)), required=True)
    row_totals = fields.List(fields.Integer(allow_none=True), required=True)
    column_totals = fields.List(fields.Integer(allow_none=True), required=True)
    total = fields.Integer(required=True, allow_none=True)


class UptakeOut(Schema):
    """Training uptake. `withheld` true: fewer than ten people match, so nothing is told."""

    report = fields.Nested(ReportOut, required=True)
    period = fields.Nested(PeriodOut, required=True)
    filters = fields.Nested(FiltersOut, required=True)
    group = fields.Enum(Dimension, by_value=fields.String, required=True)
    disclosure = fields.Nested(DisclosureOut, required=True)
    withheld = fields.Boolean(required=True)
    figures = fields.List(fields.Nested(FigureOut), required=True)
    groups = fields.List(fields.Nested(GroupOut), required=True)
    grid = fields.Nested(GridOut, required=True, allow_none=True)


class BaselineOut(Schema):
    """A published figure. It is never mixed with live counts, and conflicting figures are never averaged."""

    code = fields.String(required=True)
    value = fields.Float(required=True, allow_none=True)
    value_to = fields.Float(required=True, allow_none=True)
    unit = fields.Nested(TextOut, required=True)
    note = fields.Nested(TextOut, required=True)
    use = fields.Enum(BaselineUse, by_value=fields.String, required=True)
    as_of = fields.String(required=True, allow_none=True)
    applies_to = fields.List(fields.String(), required=True)
    conflicts_with = fields.List(fields.String(), required=True)
    document = fields.Nested(TextOut, required=True)
    document_dated = fields.String(required=True, allow_none=True)
    source = fields.String(required=True, allow_none=True)


class BaselinesOut(Schema):
    items = fields.List(fields.Nested(BaselineOut), required=True)
    next = fields.String(required=True, allow_none=True)


class ReportColumnOut(Schema):
    key = fields.String(required=True)
    title = fields.Nested(TextOut, required=True)
    unit = fields.String(required=True, metadata={"description": "people, percent, points, pence, ratio, number, text"})


class ReportRowOut(Schema):
    """`values` in the order of the columns: a number; null where it is hidden; words where there is none."""

    code = fields.String(required=True)
    name = fields.Nested(TextOut, required=True)
    values = fields.List(fields.Raw(allow_none=True), required=True)


class ReportSheetOut(Schema):
    key = fields.String(required=True)
    title = fields.Nested(TextOut, required=True)
    heading = fields.Nested(TextOut, required=True)
    columns = fields.List(fields.Nested(ReportColumnOut), required=True)
    rows = fields.List(fields.Nested(ReportRowOut), required=True)
    total = fields.Nested(ReportRowOut, required=True, allow_none=True)
    note = fields.Nested(TextOut, required=True, allow_none=True)


class AnswerOut(Schema):
    """A report in tables. `withheld` true: fewer than ten people match, so nothing is told."""

    report = fields.Nested(ReportOut, required=True)
    period = fields.Nested(PeriodOut, required=True)
    organisation = fields.String(required=True, allow_none=True)
    programme = fields.String(required=True, allow_none=True)
    level = fields.String(required=True, allow_none=True)
    disclosure = fields.Nested(DisclosureOut, required=True)
    made_at = fields.AwareDateTime(required=True)
    known_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "Everything until then is counted"}
    )
    withheld = fields.Boolean(required=True)
    finding = fields.Nested(TextOut, required=True)
    sheets = fields.List(fields.Nested(ReportSheetOut), required=True)


class ExploreOut(AnswerOut):
    """One measure laid out in one way or two. `sector`, `course`: what it is narrowed to besides."""

    measure = fields.Enum(Explored, by_value=fields.String, required=True)
    group = fields.Enum(Dimension, by_value=fields.String, required=True)
    columns = fields.Enum(Dimension, by_value=fields.String, required=True, allow_none=True)
    sector = fields.String(required=True, allow_none=True)
    course = fields.String(required=True, allow_none=True)


class DashboardQuery(Schema):
    organisation = Code(load_default=None, metadata={"description": "An organisation's code: it and all below it"})
    programme = Code(load_default=None, metadata={"description": "A programme's code: of its courses only"})
    term = fields.String(
        load_default=None, metadata={"description": "A quarter or year that is over; the newest quarter"}
    )


class DashboardFigureOut(Schema):
    """A number; null where it is hidden; words where there is none."""

    key = fields.String(required=True)
    definition = fields.Nested(DefinitionOut, required=True)
    now = fields.Raw(required=True, allow_none=True)
    before = fields.Raw(required=True, allow_none=True, metadata={"description": "Of the period before"})
    year_before = fields.Raw(
        required=True, allow_none=True, metadata={"description": "Of the same period a year before"}
    )


class DashboardMonthOut(Schema):
    month = fields.String(required=True, metadata=YEAR_MONTH)
    completed = fields.Integer(required=True, allow_none=True, metadata=PEOPLE)


class DashboardBodyOut(Schema):
    code = fields.String(required=True)
    name = fields.Nested(TextOut, required=True)
    completed = fields.Integer(required=True, allow_none=True, metadata=PEOPLE)
    unmet = fields.Integer(required=True, allow_none=True, metadata=PEOPLE)
    certified = fields.Integer(required=True, allow_none=True, metadata=PEOPLE)


class DashboardOut(Schema):
    """What a commissioner opens on. `withheld` true: fewer than ten people match, so nothing is told."""

    organisation = fields.String(required=True, allow_none=True)
    programme = fields.String(required=True, allow_none=True)
    term = fields.String(required=True)
    terms = fields.List(fields.String(), required=True, metadata={"description": "What else can be asked for"})
    period = fields.Nested(PeriodOut, required=True)
    disclosure = fields.Nested(DisclosureOut, required=True)
    withheld = fields.Boolean(required=True)
    figures = fields.List(fields.Nested(DashboardFigureOut), required=True)
    trend = fields.List(fields.Nested(DashboardMonthOut), required=True)
    bodies = fields.List(fields.Nested(DashboardBodyOut), required=True)


class HeadcountsIn(Schema):
    rows = fields.String(
        required=True,
        metadata={"description": "CSV: organisation,sector,staff_group,setting,date,people,source,method,confidence"},
    )
    dry_run = fields.Boolean(load_default=True)


class SpendingIn(Schema):
    rows = fields.String(
        required=True, metadata={"description": "CSV: organisation,course,date,pounds,places,reference"}
    )
    dry_run = fields.Boolean(load_default=True)


class HeadcountRowOut(Schema):
    row = fields.Integer(required=True)
    fault = fields.String(required=True, allow_none=True)
    given = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class HeadcountsOut(Schema):
    recorded = fields.Integer(required=True)
    items = fields.List(fields.Nested(HeadcountRowOut), required=True)
