"""Shapes of CPD records; pages and the API share their fields."""

from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from courses.cpd import registers
from courses.portfolios.schemas import LONGEST_LINK, MOST_LINKS, Lines
from lms.core.language import N_
from lms.core.web.fields import INVALID, REQUIRED, Code, Day, Text, one_of
from lms.core.web.paging import PageQuery, page_schema

LONGEST = 8_000
LONGEST_TITLE = 200
PERIODS = ("cycle", "year", "dates")
HOURS = N_("Enter the hours as a number, such as 1.5")
TITLE = N_("Write what you did")
WHEN = N_("Enter the date on which it was")


class Hours(fields.Field[int]):
    """Hours as people write them ("1.5", "1,5", "1:30"), in whole minutes."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        text = str(value).strip().replace(",", ".")
        hours, colon, rest = text.partition(":")
        try:
            minutes = Decimal(hours) * 60 + (Decimal(rest) if colon else 0)
        except InvalidOperation as fault:
            raise ValidationError(HOURS) from fault
        if not minutes.is_finite() or not 0 <= minutes <= 60 * 1000 or (colon and not rest.isdecimal()):
            raise ValidationError(HOURS)
        return round(minutes)


def _edition() -> fields.Integer:
    return fields.Integer(
        required=True, validate=validate.Range(1, error=INVALID),
        error_messages={"required": REQUIRED, "null": REQUIRED, "invalid": INVALID},
    )  # fmt: skip


class CpdEntryForm(Schema):
    """An entry from a form, beside its texts (`ENTRY_FORMS`). What is not among what was sent stays as it is."""

    title = Text(max=LONGEST_TITLE, load_default=None)
    happened_on = Day(load_default=None)
    hours = Hours(load_default=None)
    participatory_hours = Hours(load_default=None)
    method = Code(load_default=None)
    standards = fields.List(Text(max=80), load_default=list)
    links = Lines(load_default=list)


class CpdNewForm(CpdEntryForm):
    title = Text(max=LONGEST_TITLE, required=True, message=TITLE)
    happened_on = Day(required=True, message=WHEN)


class CpdDraftForm(CpdEntryForm):
    edition = _edition()


def with_texts(form: type[Schema]) -> type[Schema]:
    """The form with a field for each text that an entry can hold."""
    texts = {code: Text(max=LONGEST, lines=True, load_default="") for code in registers.fields()}
    made: type[Schema] = form.from_dict(texts, name=f"{form.__name__}Texts")  # type: ignore[arg-type]
    return made


class CpdFileForm(Schema):
    edition = _edition()
    file = fields.Raw(required=True, error_messages={"required": N_("Choose a file")})


class CpdAskedQuery(Schema):
    """Which part of a record: for one of one's registers, in one's cycle, in the last year, or between two days."""

    register = Code(load_default=None)
    period = Text(load_default=None, validate=one_of(PERIODS))
    from_ = Day(load_default=None, data_key="from")
    to = Day(load_default=None)


class CpdAskedForm(Schema):
    """The same from a form."""

    register = Code(load_default=None)
    period = Text(load_default=None, validate=one_of(PERIODS))
    starts = Day(load_default=None)
    ends = Day(load_default=None)


class CpdCopyForm(Schema):
    kind = Text(required=True, validate=one_of(("pdf", "csv", "json")))
    language = Text(required=True, validate=one_of(("en", "cy")))


class CpdExportQuery(CpdAskedQuery):
    kind = Text(load_default="json", validate=one_of(("csv", "json")))
    language = Text(load_default="en", validate=one_of(("en", "cy")))


class CpdCopyQuery(CpdAskedQuery):
    language = Text(load_default="en", validate=one_of(("en", "cy")))


class CpdListQuery(PageQuery):
    left_out = fields.Boolean(load_default=False, metadata={"description": "Those that are left out instead"})


class _EntryFields(Schema):
    minutes = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(0, 60_000, error=HOURS))
    participatory_minutes = fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(0, 60_000, error=HOURS)
    )
    method = Code(load_default=None, allow_none=True)
    texts = fields.Dict(
        keys=fields.String(validate=one_of(registers.fields())), values=Text(max=LONGEST, lines=True, min=0),
        load_default=dict, metadata={"description": "By field, such as reflection and impact"},
    )  # fmt: skip
    standards = fields.List(Text(max=80), load_default=list, metadata={"description": "<register>:<code>"})
    links = fields.List(
        fields.Url(schemes={"http", "https"}, validate=validate.Length(max=LONGEST_LINK)), load_default=list,
        validate=validate.Length(max=MOST_LINKS, error=INVALID),
    )  # fmt: skip


class CpdEntryIn(_EntryFields):
    """Something that was learnt elsewhere. `language` is that of its title."""

    title = Text(max=LONGEST_TITLE, required=True, message=TITLE)
    happened_on = Day(required=True, message=WHEN)
    language = Text(load_default="en", validate=one_of(("en", "cy")))


class CpdEntryChangeIn(_EntryFields):
    """What one says of an entry. Texts that are left out stay; a title and a day are one's own only where one wrote them."""

    edition = _edition()
    title = Text(max=LONGEST_TITLE, load_default=None, allow_none=True)
    happened_on = Day(load_default=None, allow_none=True)


class CpdLeftOutIn(Schema):
    left_out = fields.Boolean(required=True)


class CpdEntryOut(Schema):
    id = fields.UUID()
    origin = fields.String(allow_none=True, metadata={"description": "null: written down by the person"})
    title = fields.Dict(keys=fields.String(), values=fields.String())
    happened_on = fields.Date()
    minutes = fields.Integer(allow_none=True)
    participatory_minutes = fields.Integer(allow_none=True)
    told_minutes = fields.Integer(allow_none=True, metadata={"description": "What the house knows of it"})
    method = fields.String(allow_none=True)
    texts = fields.Dict(keys=fields.String(), values=fields.String())
    standards = fields.List(fields.String())
    links = fields.List(fields.String())
    file_name = fields.String(allow_none=True)
    edition = fields.Integer()
    left_out_at = fields.AwareDateTime(allow_none=True)
    withdrawn_at = fields.AwareDateTime(allow_none=True)


class CpdTargetOut(Schema):
    title = fields.Dict(keys=fields.String(), values=fields.String())
    asked_hours = fields.Integer()
    participatory = fields.Boolean()
    minutes = fields.Integer(metadata={"description": "What there is of it"})


class CpdSummaryOut(Schema):
    """`targets` empty: the register asks for no hours."""

    register = fields.String()
    rule = fields.String(metadata={"description": "The edition, such as `NMC 2016-04-01`"})
    illustrative = fields.Boolean()
    starts_on = fields.Date()
    ends_on = fields.Date()
    entries = fields.Integer()
    minutes = fields.Integer()
    participatory_minutes = fields.Integer()
    methods = fields.Integer(metadata={"description": "Different kinds of learning"})
    left_out = fields.Integer()
    withdrawn = fields.Integer()
    targets = fields.List(fields.Nested(CpdTargetOut))


class CpdCopyOut(Schema):
    id = fields.UUID()
    language = fields.String()
    asked_at = fields.AwareDateTime()
    ready = fields.Boolean()


CpdEntryPage = page_schema(CpdEntryOut)
