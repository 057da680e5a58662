"""Two languages, always both (house law 7)."""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Text
from sqlalchemy.orm import MappedColumn, composite, mapped_column
from sqlalchemy.orm.descriptor_props import Composite

Language = Literal["en", "cy"]
LANGUAGES: tuple[Language, ...] = ("en", "cy")


@dataclass(frozen=True)
class Bilingual:
    """A text in English and in Welsh. An empty string means: not written yet."""

    en: str
    cy: str

    def in_(self, language: str) -> str:
        """The text in that language, or in the other one where it is not written yet."""
        chosen, other = (self.cy, self.en) if language == "cy" else (self.en, self.cy)
        return chosen or other

    @property
    def complete(self) -> bool:
        return bool(self.en.strip() and self.cy.strip())


def bilingual(name: str) -> Composite[Bilingual]:
    """Two text columns, `<name>_en` and `<name>_cy`, read and written as one Bilingual."""
    return composite(Bilingual, _column(f"{name}_en"), _column(f"{name}_cy"))


def _column(name: str) -> MappedColumn[Any]:
    return mapped_column(name, Text, nullable=False)


def N_(msgid: str) -> str:
    """Mark a string for translation; it is translated at the edge, in the reader's language."""
    return msgid
