"""The form in which a body says what it needs: the same for its own people and for whoever holds a link."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from courses.needs import queries, upstairs, views
from courses.needs.models import Round
from courses.needs.rules import lines
from courses.needs.rules.lines import Line
from courses.needs.schemas.given import HeadcountForm
from courses.needs.services import answering
from courses.needs.services.answering import People
from courses.needs.views import AskedLine
from lms.accounts.models import Organisation
from lms.core import clock
from lms.core.web import forms
from lms.core.web.forms import FormState

PARTS = ("heads", "reason", "evidence")


def begin(it: Round, body: Organisation) -> tuple[FormState, dict[str, Any]]:
    """The form with what was entered before; or with what self-assessment tells, where nothing was and something is known."""
    shown = about(it, body)
    asked: Sequence[AskedLine] = shown["asked"]
    before, gaps = answering.entered(it.id, body.id), shown["gaps"]
    known = queries.headcounts_of(it.id, [body.id]).get(body.id)
    values: dict[str, Any] = {"people": known.people, "source": known.source} if known else {}
    for line in asked:
        was = before.get(line.key)
        if was is not None:
            values |= {f"{part}-{line.number}": getattr(was, part) for part in PARTS}
        elif not shown["edition"] and not line.level and gaps.get(line.code):
            values[f"heads-{line.number}"] = gaps[line.code]
    return forms.start(HeadcountForm, values), shown


def about(it: Round, body: Organisation) -> dict[str, Any]:
    """What the form needs beside its values. `gaps`: by course code; None where they are hidden."""
    asked = views.asked(queries.courses_of(it.id))
    last = queries.answer_of(it.id, body.id)
    found = upstairs.gaps([body.id], {each.course.course_id for each in asked}, clock.today())
    codes = {each.course.course_id: each.code for each in asked}
    return {
        "round": it, "body": body, "asked": asked, "edition": last.edition if last else 0, "longest": lines.LONGEST,
        "gaps": {codes[course]: number for (_body, course), number in found.items()},
        "prefilled": bool(found) and last is None,
    }  # fmt: skip


def read(form: MultiDict[str, str], asked: Sequence[AskedLine]) -> tuple[FormState, list[Line], People | None]:
    """What was typed: the form as typed with its faults, the lines, and the headcount if there is one."""
    state = forms.read(HeadcountForm, form)
    found = [_line(form, line, state) for line in asked]
    levels = {line.code: line.course.levels for line in asked}
    for line, given in zip(asked, found, strict=True):
        for fault in lines.faults(given, levels)[:1]:
            state.refuse(_field(given, line), f"{_(fault)} ({line.code})")
    people = state.data.get("people")
    if people and not state.data.get("source"):
        state.refuse("source", _("Write where the headcount comes from, such as payroll in March"))
    return state, found, People(people, state.data["source"]) if people and state.ok else None


def _line(form: MultiDict[str, str], line: AskedLine, state: FormState) -> Line:
    typed = {part: form.get(f"{part}-{line.number}", "").replace("\r\n", "\n").strip() for part in PARTS}
    state.values |= {f"{part}-{line.number}": text for part, text in typed.items()}
    heads = typed["heads"].replace(",", "")
    number = int(heads) if heads.isdecimal() and len(heads) < 9 else None if not heads else -1
    return Line(line.code, line.level, number, typed["reason"], typed["evidence"])


def _field(given: Line, line: AskedLine) -> str:
    part = "reason" if given.heads and 0 < given.heads <= lines.MOST_HEADS else "heads"
    return f"{part}-{line.number}"


def faults_by_field(fields: Mapping[str, str]) -> dict[str, str]:
    """Refusals name lines by their place in what was sent; the form names its fields by the line's number."""
    return {
        f"heads-{int(name.removeprefix('lines.')) + 1}": text
        for name, text in fields.items()
        if name.startswith("lines.")
    }
