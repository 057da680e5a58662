"""Paging by key: a cursor names the last row seen, so that pages neither skip nor repeat when rows are added."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from marshmallow import Schema, fields, validate
from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from lms.core.db import db
from lms.core.errors import Invalid
from lms.core.language import N_

T = TypeVar("T")
LARGEST = 100


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows, and the cursor of those that follow (None: these were the last)."""

    items: list[T]
    next: str | None


class PageQuery(Schema):
    """What a list takes."""

    cursor = fields.String(
        load_default=None, validate=validate.Length(max=500), metadata={"description": "From `next`"}
    )
    size = fields.Integer(load_default=25, validate=validate.Range(1, LARGEST))


def page_schema(item: type[Schema]) -> type[Schema]:
    """`{"items": […], "next": …}` of that item."""
    name = item.__name__.removesuffix("Out")
    shape = {
        "items": fields.List(fields.Nested(item), required=True),
        "next": fields.String(required=True, allow_none=True),
    }
    return Schema.from_dict(shape, name=f"{name}Page")  # type: ignore[arg-type]


def page_of(
    found: Select[T],
    cursor: str | None,
    size: int,
    *,
    key: Sequence[InstrumentedAttribute[Any]],
    descending: bool = False,
) -> Page[T]:
    """One page of `found`, in the order of `key`, whose last column is unique. Raises Invalid on a foreign cursor."""
    order = [column.desc() if descending else column for column in key]
    if cursor:
        last = _decoded(cursor, key)
        found = found.where(tuple_(*key) < last if descending else tuple_(*key) > last)
    rows = list(db.session.scalars(found.order_by(*order).limit(size + 1)).unique())
    more = len(rows) > size
    rows = rows[:size]
    return Page(rows, _encoded([getattr(rows[-1], column.key) for column in key]) if more else None)


def _encoded(values: list[Any]) -> str:
    plain = [value.isoformat() if isinstance(value, (datetime, date)) else str(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def _decoded(cursor: str, key: Sequence[InstrumentedAttribute[Any]]) -> tuple[Any, ...]:
    try:
        plain = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        kinds = [column.type.python_type for column in key]
        return tuple(_typed(text, kind) for text, kind in zip(plain, kinds, strict=True))
    except (ValueError, TypeError, binascii.Error) as fault:
        raise Invalid(N_("This is not a cursor of this list. Start from its first page.")) from fault


def _typed(text: str, kind: type) -> Any:
    if kind in (datetime, date):
        return kind.fromisoformat(text)
    return UUID(text) if kind is UUID else kind(text)
