"""What is asked, read from `data/forms.yaml`: pure look-ups."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from lms.core.language import Bilingual

DATA = Path(__file__).parent / "data" / "forms.yaml"
SCALE = ("1", "2", "3", "4", "5")


class Which(StrEnum):
    """Which of the two questionnaires: just after the course, or three months later."""

    AFTER = "after"
    LATER = "later"


class Kind(StrEnum):
    AGREEMENT = "agreement"
    CONFIDENCE = "confidence"
    CHOICE = "choice"
    CHOICES = "choices"
    TEXT = "text"


@dataclass(frozen=True)
class Choice:
    code: str
    title: Bilingual


@dataclass(frozen=True)
class Question:
    """`choices`: the answers that can be given, for scales from 1 to 5; empty for words of one's own."""

    code: str
    kind: Kind
    title: Bilingual
    hint: Bilingual | None
    choices: tuple[Choice, ...]

    @property
    def is_scale(self) -> bool:
        return self.kind in (Kind.AGREEMENT, Kind.CONFIDENCE)


@dataclass(frozen=True)
class Form:
    """One edition of a questionnaire."""

    which: Which
    edition: int
    title: Bilingual
    intro: Bilingual
    questions: tuple[Question, ...]

    def of_kind(self, *kinds: Kind) -> tuple[Question, ...]:
        return tuple(each for each in self.questions if each.kind in kinds)


@cache
def editions() -> Mapping[Which, tuple[Form, ...]]:
    """Every edition of both, the oldest first."""
    given = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    scales = {name: _choices(rows, "value") for name, rows in given["scales"].items()}
    return {
        Which(row["code"]): tuple(_form(Which(row["code"]), each, scales) for each in row["editions"])
        for row in given["forms"]
    }


def newest(which: Which) -> Form:
    """The edition that is asked now."""
    return editions()[which][-1]


@cache
def questions() -> Mapping[tuple[Which, str], Question]:
    """Every question ever asked, as its newest edition words it."""
    return {(form.which, it.code): it for forms in editions().values() for form in forms for it in form.questions}


def _form(which: Which, row: dict[str, Any], scales: Mapping[str, tuple[Choice, ...]]) -> Form:
    asked = tuple(
        Question(
            it["code"], Kind(it["kind"]), Bilingual(**it["title"]), Bilingual(**it["hint"]) if "hint" in it else None,
            scales.get(it["kind"], ()) or _choices(it.get("choices", ()), "code"),
        )
        for it in row["questions"]
    )  # fmt: skip
    return Form(which, row["edition"], Bilingual(**row["title"]), Bilingual(**row["intro"]), asked)


def _choices(rows: Any, name: str) -> tuple[Choice, ...]:
    return tuple(Choice(str(each[name]), Bilingual(**each["title"])) for each in rows)
