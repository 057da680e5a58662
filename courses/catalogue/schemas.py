"""Shapes of courses. Pages and the API share the fields of `_CourseFields`: one validation truth."""

from functools import cache
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from courses.catalogue.models import CapacityRule, CertificateKind, CourseStatus
from lms.accounts.models import Sector
from lms.core.language import LANGUAGES, N_, Bilingual
from lms.core.web.fields import BilingualField, Code, Instant, Text, one_of
from lms.core.web.paging import PageQuery

NUMBER: dict[str, Any] = {
    "invalid": N_("Write a whole number"),
    "null": N_("Write a whole number"),
    "required": N_("Write a whole number"),
}
RANGE = N_("This number is too small or too large")


def _number(low: int, high: int, **options: Any) -> fields.Integer:
    return fields.Integer(
        strict=False, error_messages=NUMBER, validate=validate.Range(low, high, error=RANGE), **options
    )


@cache
def _draft_text(longest: int) -> type[Schema]:
    """One shape per length, so that the API's description names it once."""
    text: dict[str, Any] = {name: Text(max=longest, lines=True, load_default="") for name in LANGUAGES}
    return Schema.from_dict(text, name=f"DraftText{longest}")


class DraftText(fields.Nested):
    """`{"en": …, "cy": …}`, of which a draft may leave either out."""

    def __init__(self, *, max: int, **options: Any):
        super().__init__(_draft_text(max), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, partial: Any = None, **kwargs: Any) -> Bilingual:
        loaded = super()._deserialize(value, attr, data, partial, **kwargs)
        return Bilingual(loaded["en"], loaded["cy"])


class _CourseFields(Schema):
    format = Code(attribute="format_code")
    topic = Code(attribute="topic_code")
    minutes = _number(0, 200_000, metadata={"description": "Learning time"})
    languages = fields.List(fields.String(validate=one_of(LANGUAGES)), validate=validate.Length(max=2))
    sectors = fields.List(
        fields.String(validate=one_of([each.value for each in Sector])), validate=validate.Length(max=20)
    )
    funding = fields.List(Code(), validate=validate.Length(max=20))
    capacity_rule = fields.String(validate=one_of([each.value for each in CapacityRule]))
    seats = _number(1, 100_000, allow_none=True)
    certificate_kind = fields.String(validate=one_of([each.value for each in CertificateKind]))
    validity_months = _number(1, 600, allow_none=True)


class LevelRef(Schema):
    framework = Code(required=True, attribute="framework_code")
    level = Code(required=True, attribute="level_code")


class StatementRef(Schema):
    framework = Code(required=True, attribute="framework_code")
    statement = Code(required=True, attribute="statement_code")


class PrerequisitesRef(Schema):
    """Both may be absent: nothing is needed first."""

    completed = fields.List(Code(), validate=validate.Length(max=20))
    portfolio_signed_off = fields.Boolean()


class CoursePatch(_CourseFields):
    """What to change of a draft. What is not sent stays as it is."""

    title = DraftText(max=200)
    summary = DraftText(max=2000)
    note = DraftText(max=2000)
    levels = fields.List(fields.Nested(LevelRef), validate=validate.Length(max=50))
    statements = fields.List(fields.Nested(StatementRef), validate=validate.Length(max=500))
    eligibility = fields.Dict(
        metadata={"description": 'One of "all" and "any" with a list of conditions; {} for everyone'}
    )
    prerequisites = fields.Nested(PrerequisitesRef)
    portfolio_template = Code(allow_none=True, attribute="portfolio_template_code")

    @post_load
    def as_content(self, data: dict[str, Any], **_more: Any) -> dict[str, Any]:
        for name, code in (("levels", "level_code"), ("statements", "statement_code")):
            if name in data:
                data[name] = tuple((each["framework_code"], each[code]) for each in data[name])
        return data


class CourseIn(CoursePatch):
    """A new course. Its first version is a draft."""

    code = Code(required=True)
    programme = Code(load_default=None, allow_none=True)
    format = Code(required=True, attribute="format_code")
    topic = Code(required=True, attribute="topic_code")
    title = DraftText(max=200, required=True)


class ReasonIn(Schema):
    reason = Text(max=1000, required=True, lines=True, message=N_("Say why"))


class CourseForm(_CourseFields):
    """The same as the page has it: both languages side by side, conditions on lines."""

    format = Code(required=True, attribute="format_code", message=N_("Choose a format"))
    topic = Code(required=True, attribute="topic_code", message=N_("Choose a topic"))
    capacity_rule = fields.String(
        required=True, validate=one_of([each.value for each in CapacityRule]),
        error_messages={"required": N_("Choose how places are given")},
    )  # fmt: skip
    certificate_kind = fields.String(
        required=True, validate=one_of([each.value for each in CertificateKind]),
        error_messages={"required": N_("Choose what completing brings")},
    )  # fmt: skip
    title_en = Text(max=200)
    title_cy = Text(max=200)
    summary_en = Text(max=2000, lines=True)
    summary_cy = Text(max=2000, lines=True)
    note_en = Text(max=2000, lines=True)
    note_cy = Text(max=2000, lines=True)
    levels = fields.List(Text(max=130), validate=validate.Length(max=50))
    conditions = Text(max=4000, lines=True)
    any_of = fields.String(validate=one_of(("all", "any")))
    completed = Text(max=600)
    portfolio_signed_off = fields.String()
    edition = _number(0, 1_000_000)


class NewCourseForm(CourseForm):
    code = Code(required=True, message=N_("Write a code, such as ECAMHS-6"))
    programme = Code(load_default=None, allow_none=True)


class SearchQuery(PageQuery):
    """The same words and facets as the page. Several values of one facet: any will do."""

    q = fields.String(
        load_default="", validate=validate.Length(max=200), metadata={"description": "Words, in either language"}
    )
    level = fields.List(fields.String(), load_default=list, metadata={"description": "Such as PIMH:skilled"})
    sector = fields.List(fields.String(), load_default=list)
    topic = fields.List(fields.String(), load_default=list)
    format = fields.List(fields.String(), load_default=list)
    language = fields.List(fields.String(), load_default=list)
    open = fields.List(fields.String(), load_default=list, metadata={"description": '"me": only what is open to me'})
    sort = fields.String(load_default="relevance", validate=one_of(("relevance", "title")))


class CourseSummaryOut(Schema):
    """A course in a list."""

    code = fields.String(required=True, attribute="course.code")
    version = fields.Integer(required=True, attribute="number")
    title = BilingualField(required=True)
    summary = BilingualField(required=True)
    format = fields.String(required=True, attribute="format_code")
    topic = fields.String(required=True, attribute="topic_code")
    minutes = fields.Integer(required=True)
    languages = fields.List(fields.String(), required=True)
    sectors = fields.List(fields.String(), required=True)
    levels = fields.List(fields.Nested(LevelRef), required=True)


class CourseVersionOut(CourseSummaryOut):
    """A version of a course with everything in it. `illustrative_fields` are our own placeholders."""

    status = fields.Enum(CourseStatus, by_value=True, required=True)
    edition = fields.Integer(required=True)
    programme = fields.String(attribute="course.programme_code", allow_none=True)
    note = BilingualField(required=True)
    funding = fields.List(fields.String(), required=True)
    capacity_rule = fields.Enum(CapacityRule, by_value=True, required=True)
    seats = fields.Integer(allow_none=True)
    eligibility = fields.Dict(required=True)
    prerequisites = fields.Dict(required=True)
    certificate_kind = fields.Enum(CertificateKind, by_value=True, required=True)
    validity_months = fields.Integer(allow_none=True)
    portfolio_template = fields.String(attribute="portfolio_template_code", allow_none=True)
    plan_actions = fields.List(fields.Integer(), required=True)
    statements = fields.List(fields.Nested(StatementRef), required=True)
    source = fields.String(allow_none=True)
    illustrative_fields = fields.List(fields.String(), required=True)
    published_at = Instant(allow_none=True)


class CoursesOut(Schema):
    items = fields.List(fields.Nested(CourseSummaryOut), required=True)
    next = fields.String(required=True, allow_none=True)
    total = fields.Integer(required=True, metadata={"description": "How many courses the whole search finds"})
