"""The scale on which people rate themselves, as `data/frameworks.yaml` has it."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from lms.core.language import Bilingual

DATA = Path(__file__).parents[1] / "data" / "frameworks.yaml"


@dataclass(frozen=True)
class Point:
    """`value` None: the statement does not apply to one's work."""

    code: str
    value: int | None
    title: Bilingual


@cache
def scale() -> tuple[Point, ...]:
    """Its points in order."""
    given = yaml.safe_load(DATA.read_text(encoding="utf-8"))["self_assessment_scale"]
    return tuple(Point(each["code"], each["value"], Bilingual(each["en"], each["cy"])) for each in given["values"])


@cache
def is_illustrative() -> bool:
    return bool(yaml.safe_load(DATA.read_text(encoding="utf-8"))["self_assessment_scale"]["illustrative"])


def point(code: str) -> Point:
    """Raises KeyError."""
    return {each.code: each for each in scale()}[code]
