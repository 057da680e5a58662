"""Forms: the same marshmallow schema that the API uses, and everything that was typed, shown again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from marshmallow import EXCLUDE, Schema, ValidationError, fields
from werkzeug.datastructures import MultiDict

from lms.core.web import kept


@dataclass
class FormState:
    """A form as the page shows it: `values` as typed, `errors` translated, `data` loaded when `ok`."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    restored: bool = False

    @property
    def ok(self) -> bool:
        return not self.errors

    def refuse(self, name: str, message: str) -> "FormState":
        """Add a translated message about one field, from a rule that the schema cannot know."""
        self.errors[name] = message
        return self

    @classmethod
    def empty(cls, values: Mapping[str, Any] | None = None) -> "FormState":
        return cls(values=dict(values or {}))


def start(schema: type[Schema], values: Mapping[str, Any] | None = None) -> FormState:
    """The form before anything is sent: the given values, or what was typed before an interruption."""
    shown = _as_typed(schema(), values or {})
    if (before := kept.take()) is not None:
        return FormState(values=shown | before, restored=True)
    return FormState(values=shown)


def read(schema: type[Schema], form: MultiDict[str, str], files: Mapping[str, Any] | None = None) -> FormState:
    """Load a posted form. Blank fields count as missing; dates come as three boxes `<name>-day`, -month, -year."""
    shape = schema(unknown=EXCLUDE)
    raw, typed = _raw(shape, form)
    for name, given in (files or {}).items():
        if name in shape.fields and given.filename:
            raw[name] = given
    try:
        return FormState(values=typed, data=dict(shape.load(raw)))
    except ValidationError as fault:
        return FormState(values=typed, errors=messages(shape, fault))


def messages(shape: Schema, fault: ValidationError) -> dict[str, str]:
    """The first message of each field, translated, in the order of the schema."""
    found: dict[str, str] = {}
    order = [*shape.fields, *fault.normalized_messages()]
    for name in order:
        if name in found or name not in fault.normalized_messages():
            continue
        found[name] = _(first_of(fault.normalized_messages()[name]))
    return found


def first_of(message: Any) -> str:
    """The first sentence in marshmallow's nested messages."""
    while not isinstance(message, str):
        message = next(iter(message.values())) if isinstance(message, dict) else message[0]
    return message


def _raw(shape: Schema, form: MultiDict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    raw: dict[str, Any] = {}
    typed: dict[str, Any] = {}
    for name, kind in shape.fields.items():
        if isinstance(kind, fields.List):
            raw[name] = typed[name] = form.getlist(name)
        elif type(kind) is fields.Date or isinstance(kind, fields.Date):
            parts = {part: form.get(f"{name}-{part}", "").strip() for part in ("day", "month", "year")}
            typed |= {f"{name}-{part}": text for part, text in parts.items()}
            if any(parts.values()):
                raw[name] = "-".join((parts["year"].zfill(4), parts["month"].zfill(2), parts["day"].zfill(2)))
        elif name in form:
            typed[name] = form[name]
            if form[name].strip() or isinstance(kind, fields.Boolean):
                raw[name] = form[name]
    return raw, typed


def _as_typed(shape: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, date) and isinstance(shape.fields.get(name), fields.Date):
            shown |= {f"{name}-day": str(value.day), f"{name}-month": str(value.month), f"{name}-year": str(value.year)}
        elif value is not None:
            shown[name] = [str(each) for each in value] if isinstance(value, (list, tuple, set)) else str(value)
    return shown
