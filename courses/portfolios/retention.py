"""How long evidence is kept for what, read from `data/retention.yaml`: pure look-ups."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

DATA = Path(__file__).parent / "data" / "retention.yaml"


@dataclass(frozen=True)
class Purpose:
    """`days` after its end what was kept for the purpose goes."""

    code: str
    days: int
    source: str | None
    illustrative: bool


@cache
def purposes() -> dict[str, Purpose]:
    given = yaml.safe_load(DATA.read_text(encoding="utf-8"))["purposes"]
    return {
        each["code"]: Purpose(each["code"], each["days"], each.get("source"), each["illustrative"]) for each in given
    }
