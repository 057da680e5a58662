"""Evaluation: what learners say of courses, and what became of it three months later.

Answers are counts from the start (`courses.evaluation`), and nobody is told small ones: who may see names elsewhere does not
know here whose answer it was, so they see what everybody sees. Bodies are those that answers are counted under; a part of
one is not told apart. Words have no place and no month, so they are told for all of Wales alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import text

from courses.evaluation import forms
from courses.evaluation.forms import SCALE, Kind, Which, newest
from courses.evaluation.models import ALL
from courses.evaluation.queries import bodies
from courses.evaluation.rules import APART, ENOUGH
from lms.core.db import db
from lms.core.language import Bilingual
from lms.core.permissions import Actor
from lms.reporting import asking, groups
from lms.reporting.queries import Filters
from lms.reporting.reports import evaluation_words as words
from lms.reporting.reports.report import Answer, Report, Row, Sheet, Value
from lms.reporting.rules import disclosure
from lms.reporting.services import Asked, View, view

MOST_TEXTS = 50
COUNTS = """
SELECT form, item, value, 'all', '', sum(n)::int FROM evaluation_sum
 WHERE place = :place AND course_id = ANY(:whole) AND sector = '' AND item = ANY(:items)
   AND month BETWEEN :starts_on AND :ends_on GROUP BY form, item, value
UNION ALL
SELECT form, item, value, 'sector', sector, sum(n)::int FROM evaluation_sum
 WHERE place = :place AND course_id = ANY(:whole) AND sector = ANY(:sectors) AND item = ANY(:apart)
   AND month BETWEEN :starts_on AND :ends_on GROUP BY form, item, value, sector
UNION ALL
SELECT form, item, value, 'course', CAST(course_id AS text), sum(n)::int FROM evaluation_sum
 WHERE place = :place AND course_id = ANY(:courses) AND sector = '' AND item = ANY(:apart)
   AND month BETWEEN :starts_on AND :ends_on GROUP BY form, item, value, course_id
UNION ALL
SELECT form, 'asked', '', 'all', '', sum(n)::int FROM evaluation_asked
 WHERE (CAST(:bodies AS text[]) IS NULL OR body = ANY(:bodies)) AND (course_id = ANY(:whole) OR :all = ANY(:whole))
   AND month BETWEEN :starts_on AND :ends_on GROUP BY form"""
"""From the sums, and who was asked since they were made. Periods are whole months up to a moment that nobody is asked after."""
TEXTS = """
SELECT course_id, form, question, language, text FROM evaluation_text WHERE id IN (
    SELECT told.id FROM (
        SELECT course_id, form FROM evaluation_sum
         WHERE item = 'answered' AND sector = '' AND place = :all AND course_id = ANY(:courses)
         GROUP BY course_id, form HAVING sum(n) >= :enough
    ) AS answered CROSS JOIN LATERAL (
        SELECT id FROM evaluation_text AS found
         WHERE found.course_id = answered.course_id AND found.form = answered.form AND state IN ('released', 'redacted')
         ORDER BY id LIMIT :most
    ) AS told ORDER BY told.id LIMIT :most
) ORDER BY id"""
"""The first of each course, and the first of those."""
Measure = tuple[str, str, tuple[str, ...]]
Shown = tuple[list[int | None], int | None]
AFTER, LATER = Which.AFTER.value, Which.LATER.value
ANSWERED, RECOMMEND, MORE, THEN, USED = range(5)
MEASURES: tuple[Measure, ...] = (
    (AFTER, "answered", ("",)),
    (AFTER, "recommend", ("4", "5")),
    (AFTER, "change", ("more",)),
    (LATER, "answered", ("",)),
    (LATER, "used", ("yes", "partly")),
)
WHOLES: dict[int, Measure] = {
    RECOMMEND: (AFTER, "recommend", SCALE),
    MORE: (AFTER, "change", ("more", "same", "less")),
    USED: (LATER, "used", ("yes", "partly", "not_yet", "no_chance")),
}
"""Of whom a share is given: of those who answered that question."""
ASKED = (*MEASURES, *WHOLES.values())


@dataclass(frozen=True)
class Counts:
    """Answers by (how divided, group) and (questionnaire, question, answer). Raw: it does not leave this file.

    `hidden`: what a wider table hides of all of these, so that it may not be told here either (rule 4).
    """

    by: Mapping[tuple[str, str], Mapping[tuple[str, str, str], int]]
    hidden: frozenset[Measure] = frozenset()

    def of(self, by: str, key: str, measure: Measure) -> int:
        form, item, values = measure
        return sum(self.by[by, key].get((form, item, value), 0) for value in values)

    def all(self, form: str, item: str, *values: str) -> int:
        return self.of("all", "", (form, item, values))

    def alone(self, form: str, item: str, *values: str) -> int | None:
        """The same as it may be shown."""
        return None if (form, item, values) in self.hidden else disclosure.alone(self.all(form, item, *values))


def run(actor: Actor, asked: Asked) -> Answer:
    """Count, hide what must be hidden, and give the rest. Raises what `services.view` raises."""
    seen = replace(view(actor, replace(asked, sector=None, level=None)), exact=False)
    return told(seen, asked)


def told(seen: View, asked: Asked) -> Answer:
    """The report for a view, whoever may have it."""
    made = asking.made(REPORT, seen, asked)
    given = _given(seen)
    if given["bodies"] == []:
        return Answer(finding=words.PART, sheets=(), withheld=True, **made)
    counts = replace(_counts(given), hidden=_hidden_among_courses(seen))
    answered, later = (counts.alone(form, "answered", "") for form in (AFTER, LATER))
    if answered is None:
        return Answer(finding=words.FEW, sheets=(), withheld=True, **made)
    sheets = [_satisfaction(counts), _response(counts), _confidence(counts, later), _change(counts)]
    sheets += [_used(counts), _barriers(counts)] if later is not None else []
    sheets += _by_groups(counts, seen)
    finding, about = _finding(sheets, answered)
    sheets.sort(key=lambda sheet: sheet.key != about)  # what the sentence is about stands under it
    if seen.filters.place is None and (found := _texts(given, seen)):
        sheets.append(found)
    return Answer(finding=finding, sheets=tuple(sheets), **made)


def _given(seen: View) -> dict[str, Any]:
    """What the statements name. `bodies` empty: the place is a part of one. `whole`: the courses that are added up."""
    filters: Filters = seen.filters
    below: list[str] | None = None
    if filters.place is not None:
        counted = set(bodies().values())
        below = [it.code for it in groups.organisations() if it.code in counted and filters.place.id in it.lineage]
    chosen: list[UUID] | None = [filters.course] if filters.course else None
    if filters.programme and not chosen:
        chosen = [id for id, (_code, programme, _title) in seen.courses.items() if programme == filters.programme]
    period = filters.period
    return {
        "starts_on": period.starts_on, "ends_on": min(period.ends_on, period.as_at), "bodies": below, "all": ALL,
        "place": filters.place.id if filters.place else ALL, "whole": [ALL] if chosen is None else chosen,
        "courses": list(seen.courses) if chosen is None else chosen, "sectors": list(seen.sectors),
        "items": sorted({question for _form, question in forms.questions()} | {"answered", "asked", "change"}),
        "apart": sorted(APART), "most": MOST_TEXTS, "enough": ENOUGH,
    }  # fmt: skip


def _counts(given: dict[str, Any]) -> Counts:
    found: dict[tuple[str, str], dict[tuple[str, str, str], int]] = defaultdict(lambda: defaultdict(int))
    for form, item, value, by, key, n in db.session.execute(text(COUNTS), given):
        found[by, key][form, item, value] += n
    return Counts(found)


def _response(counts: Counts) -> Sheet:
    """How many of those who were asked have answered."""
    rows = []
    for form in (AFTER, LATER):
        asked, answered = (counts.alone(form, item, "") for item in ("asked", "answered"))
        rows.append(Row(form, words.FORMS[form], (asked, answered, disclosure.percent(answered, asked))))
    return Sheet("response", *words.RESPONSE, words.RESPONSE_COLUMNS, rows, chart=2)


def _satisfaction(counts: Counts) -> Sheet:
    """By question: how many agree, and the mean."""
    rows = []
    for it in newest(Which.AFTER).of_kind(Kind.AGREEMENT):
        numbers = [counts.all(AFTER, it.code, value) for value in SCALE]
        agree, whole = counts.alone(AFTER, it.code, "4", "5"), counts.alone(AFTER, it.code, *SCALE)
        mean = None if whole is None else _mean(numbers)
        rows.append(Row(it.code, it.title, (agree, whole, disclosure.percent(agree, whole), mean)))
    return Sheet("satisfaction", *words.SATISFACTION, words.SATISFACTION_COLUMNS, rows, chart=2)


def _confidence(counts: Counts, later: int | None) -> Sheet:
    """The scale laid out: before the course (looking back), after it, and three months later."""
    asked = [("before", AFTER), ("after", AFTER)] + ([("now", LATER)] if later is not None else [])
    rows = []
    for item, form in asked:
        numbers = [counts.all(form, item, value) for value in SCALE]
        shown, whole = disclosure.suppress_list(numbers, sum(numbers))
        high = disclosure.alone(numbers[3] + numbers[4])
        rows.append(Row(item, words.MOMENTS[item], (*shown, whole, disclosure.percent(high, whole), _mean(numbers))))
    return Sheet("confidence", *words.CONFIDENCE, words.CONFIDENCE_COLUMNS, rows, chart=6, note=words.LOOKING_BACK)


def _change(counts: Counts) -> Sheet:
    codes = ("more", "same", "less")
    return _parts(counts, "change", AFTER, words.CHANGE, [(code, words.CHANGES[code]) for code in codes])


def _used(counts: Counts) -> Sheet:
    asked = forms.questions()[Which.LATER, "used"]
    return _parts(counts, "used", LATER, words.USED, [(each.code, each.title) for each in asked.choices])


def _parts(
    counts: Counts, item: str, form: str, titles: tuple[Bilingual, Bilingual], options: Sequence[tuple[str, Bilingual]]
) -> Sheet:
    """A question with one answer each: how many gave which."""
    numbers = [counts.all(form, item, code) for code, _title in options]
    shown, whole = disclosure.suppress_list(numbers, sum(numbers))
    if any((form, item) == it[:2] for it in counts.hidden):
        shown, whole = [None] * len(numbers), None
    rows = [
        Row(code, title, (number, disclosure.percent(number, whole)))
        for (code, title), number in zip(options, shown, strict=True)
    ]
    return Sheet(
        item,
        *titles,
        words.PARTS_COLUMNS,
        rows,
        total=Row("total", words.TOGETHER, (whole, disclosure.percent(whole, whole))),
        chart=1,
    )


def _barriers(counts: Counts) -> Sheet:
    """A question with several answers each: every count stands for itself."""
    asked = forms.questions()[Which.LATER, "barriers"]
    whole = counts.alone(LATER, "answered", "")
    rows = []
    for each in asked.choices:
        number = disclosure.alone(counts.all(LATER, "barriers", each.code))
        rows.append(Row(each.code, each.title, (number, disclosure.percent(number, whole))))
    return Sheet("barriers", *words.BARRIERS, words.PARTS_COLUMNS, rows, chart=0, note=words.SEVERAL)


def _by_groups(counts: Counts, seen: View) -> list[Sheet]:
    """By course and by sector. A total that one of the two has to hide, both hide."""
    named: dict[str, dict[str, tuple[str, Bilingual]]] = {
        "course": {str(id): (code, title) for id, (code, _programme, title) in seen.courses.items()},
        "sector": {code: (code, title) for code, title in seen.sectors.items()},
    }
    keys = {by: _told_apart(counts, by, known) for by, known in named.items()}
    shown = _shown_by(counts, keys)
    sheets = []
    for by, known in named.items():
        lists = {it: [*shown[by, it][0], shown[by, it][1]] for it in ASKED}
        values = [_values(lists, place) for place in range(len(keys[by]) + 1)]
        rows = [Row(*known[key], values[place]) for place, key in enumerate(keys[by])]
        rows.sort(key=lambda row: 1 if row.values[0] is None else -row.values[0])  # type: ignore[operator]
        total = Row("total", words.TOGETHER, values[-1])
        sheets.append(Sheet(by, *words.GROUPS[by], words.GROUP_COLUMNS, rows, total=total, chart=0))
    return sheets


def _told_apart(counts: Counts, by: str, known: Iterable[str]) -> list[str]:
    return [key for key in known if counts.of(by, key, MEASURES[ANSWERED]) or by == "sector"]


def _shown_by(counts: Counts, keys: Mapping[str, Sequence[str]]) -> dict[tuple[str, Measure], Shown]:
    shown = {(by, it): _listed(counts, by, keys[by], it) for by in keys for it in ASKED}
    for it in ASKED:
        if it in counts.hidden or any(shown[by, it][1] is None for by in keys):
            shown |= {(by, it): _listed(counts, by, keys[by], it, hide=True) for by in keys}
    return shown


def _hidden_among_courses(seen: View) -> frozenset[Measure]:
    """What the tables of all courses hide of the one that is looked at."""
    if seen.filters.course is None:
        return frozenset()
    counts = _counts(_given(replace(seen, filters=replace(seen.filters, course=None), courses=groups.courses())))
    keys = {
        "course": _told_apart(counts, "course", map(str, groups.courses())),
        "sector": _told_apart(counts, "sector", seen.sectors),
    }
    here = str(seen.filters.course)
    if here not in keys["course"]:
        return frozenset()
    shown = _shown_by(counts, keys)
    return frozenset(it for it in ASKED if shown["course", it][0][keys["course"].index(here)] is None)


def _values(lists: Mapping[Measure, Sequence[int | None]], place: int) -> tuple[Value, ...]:
    """One row: answers, and shares of those who answered the question."""
    found: list[Value] = []
    for number, it in enumerate(MEASURES):
        part = lists[it][place]
        found.append(disclosure.percent(part, lists[WHOLES[number]][place]) if number in WHOLES else part)
    return tuple(found)


def _listed(counts: Counts, by: str, keys: Sequence[str], measure: Measure, *, hide: bool = False) -> Shown:
    numbers = [counts.of(by, key, measure) for key in keys]
    if by == "course" and measure in counts.hidden:
        return [None] * len(numbers), None
    sensitive = [place for place, key in enumerate(keys) if key in disclosure.SENSITIVE]
    total = counts.of("all", "", measure)
    return disclosure.suppress_list(numbers, total, hide_total=hide, sensitive=sensitive)


def _texts(given: dict[str, Any], seen: View) -> Sheet | None:
    """Words that were released, of courses with enough answers, in no order. They do not follow the period: that would
    tell when they came."""
    rows = []
    for number, (course, form, question, language, written) in enumerate(
        db.session.execute(text(TEXTS), given), start=1
    ):
        known = seen.courses.get(course)
        asked = forms.questions().get((Which(form), question))
        if known is not None and asked is not None:
            rows.append(Row(f"{known[0]}-{number}", known[2], (asked.title, written, words.LANGUAGES[language])))
    return Sheet("texts", *words.TEXTS, words.TEXT_COLUMNS, rows, note=words.SHUFFLED) if rows else None


def _mean(numbers: Sequence[int]) -> float | None:
    """Of a scale from 1, as it may be shown."""
    return disclosure.mean(sum(value * n for value, n in enumerate(numbers, start=1)), sum(numbers))


def _finding(sheets: Sequence[Sheet], answered: int) -> tuple[Bilingual, str]:
    """What the shown figures say, and in which table: whether it was used, or else recommended, or else how many answered."""
    totals = next(sheet.total for sheet in sheets if sheet.key == "sector")
    assert totals is not None
    used, recommend = totals.values[USED], totals.values[RECOMMEND]
    if isinstance(used, int):
        return Bilingual(
            f"{used}% had used what they learned three months later",
            f"Roedd {used}% wedi defnyddio'r hyn a ddysgwyd dri mis yn ddiweddarach",
        ), "used"
    if isinstance(recommend, int):
        return Bilingual(
            f"{recommend}% would recommend the course", f"Byddai {recommend}% yn argymell y cwrs"
        ), "satisfaction"
    return Bilingual(f"About {answered} answers were given", f"Rhoddwyd tua {answered} o atebion"), "response"


REPORT = Report(
    id="EVALUATION-1",
    version=1,
    slug="evaluation",
    run=run,
    counts_others=True,
    filters=("organisation", "programme", "from", "to"),
    title=words.TITLE,
    words=words.WORDS,
    definitions=words.DEFINITIONS,
)
