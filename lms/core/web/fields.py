"""Fields that pages and the API share. Messages are msgids, translated at the edge."""

import unicodedata
from functools import cache
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from lms.core.language import N_, Bilingual

REQUIRED = N_("Fill this in")
INVALID = N_("This is not what we expected here")


class Text(fields.String):
    """Text of at most `max` characters, stripped, normalised to NFC, without control characters.

    `message` replaces the sentence for a missing value; name what to write, as in "Enter a title".
    """

    def __init__(self, *, max: int = 200, min: int = 1, message: str = REQUIRED, lines: bool = False, **options: Any):
        self.max, self.min, self.lines, self.message = max, min, lines, message
        options.setdefault("error_messages", {"required": message, "null": message, "invalid": INVALID})
        options["validate"] = [validate.Length(max=max), *_listed(options.get("validate"))]
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()
        allowed = "\n\t" if self.lines else ""
        if any(unicodedata.category(character) in ("Cc", "Cs") and character not in allowed for character in text):
            raise ValidationError(N_("Remove the characters that cannot be shown"))
        if len(text) > self.max:
            raise ValidationError(N_("This is too long"))
        if len(text) < self.min and self.required:
            raise ValidationError(self.message if not text else N_("This is too short"))
        return text


class WholeNumber(fields.Integer):
    """A number of things, from 1 to `most`."""

    def __init__(self, *, most: int, **options: Any):
        said = N_("Enter a whole number that is not too large, such as 100")
        options.setdefault(
            "error_messages", {"invalid": said, "too_large": said, "required": REQUIRED, "null": REQUIRED}
        )
        super().__init__(validate=validate.Range(min=1, max=most, error=said), **options)


class Code(Text):
    """A short code: letters, figures, hyphens, dots and underscores."""

    def __init__(self, **options: Any):
        options["validate"] = [validate.Regexp(r"^[A-Za-z0-9][A-Za-z0-9._-]*$", error=INVALID)]
        super().__init__(max=60, **options)


@cache
def _both(longest: int) -> type[Schema]:
    """One shape per length, so that the API's description names it once."""
    text: dict[str, fields.Field[Any]] = {name: Text(max=longest, required=True, lines=True) for name in ("en", "cy")}
    return Schema.from_dict(text, name=f"Bilingual{longest}")


class BilingualField(fields.Nested):
    """`{"en": …, "cy": …}`, both needed."""

    def __init__(self, *, max: int = 400, **options: Any):
        super().__init__(_both(max), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, *args: Any, **kwargs: Any) -> Bilingual:
        loaded = super()._deserialize(value, attr, data, *args, **kwargs)
        return Bilingual(loaded["en"], loaded["cy"])


class Instant(fields.AwareDateTime):
    """RFC 3339, always with an offset."""

    def __init__(self, **options: Any):
        options.setdefault("error_messages", {"invalid": N_("Write a date and time with its offset, RFC 3339")})
        super().__init__(format="iso", **options)


class Day(fields.Date):
    """An ISO date; in a form three boxes."""

    def __init__(self, *, message: str = N_("Enter a date"), **options: Any):
        options.setdefault(
            "error_messages",
            {"required": message, "null": message, "invalid": N_("Enter a real date, such as 27 3 2026")},
        )
        super().__init__(format="iso", **options)


def one_of(choices: Any, message: str = N_("Choose one of the answers")) -> validate.OneOf:
    """Only what the page offered."""
    return validate.OneOf(list(choices), error=message)


def _listed(given: Any) -> list[Any]:
    return [] if given is None else list(given) if isinstance(given, (list, tuple)) else [given]
