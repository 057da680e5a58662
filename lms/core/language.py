"""Two languages, always both (house law 7)."""

from dataclasses import dataclass
from typing import Literal

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


def N_(msgid: str) -> str:
    """Mark a string for translation; it is translated at the edge, in the reader's language."""
    return msgid
