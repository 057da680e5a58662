"""How a page is visited, and by whom."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lms.accounts.models import EmailAddress
from lms.core.db import db


@dataclass(frozen=True)
class Visit:
    """Who goes there (a person's id, or nobody), and to which address."""

    values: dict[str, Any]
    person: Any = None


def demo(name: str) -> Any:
    return db.session.scalars(
        select(EmailAddress.person_id).where(EmailAddress.address == f"{name}@demo.llwybr.example")
    ).one()


def one(statement: Any) -> Any:
    return db.session.scalars(statement.limit(1)).one()


def as_(name: str, **values: Any) -> Callable[[], Visit]:
    return lambda: Visit(values, demo(name))
