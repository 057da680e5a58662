"""Signs that a text may name or number a real person. It warns before submitting; it decides nothing.

A pattern sees form, not meaning: it misses what is written otherwise, so the learner's own word is asked for as well
(domain dossier §4, rule 9).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "ionawr|chwefror|mawrth|ebrill|mai|mehefin|gorffennaf|awst|medi|hydref|tachwedd|rhagfyr|"
    "jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec"
)

_TEN_DIGITS = re.compile(r"(?<!\d)(\d{3})[ -]?(\d{3})[ -]?(\d{4})(?!\d)")
_DATES = re.compile(
    r"(?<!\d)(?:\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2}|"
    rf"\d{{1,2}}(?:st|nd|rd|th|af|il|ydd|fed|ain)?\s+(?:of\s+)?(?:{_MONTHS})\.?,?\s+\d{{4}})(?!\d)",
    re.IGNORECASE,
)
_TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sister|Nurse|Nyrs)\.?\s+(?:[A-Z]\.?\s+)?[A-ZÂÊÎÔÛŴŶ][\w'’-]+"
)

_POSTCODE = re.compile(r"\b(?:GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2})\b")
_PHONE = re.compile(r"(?<![\d/.-])(?:\+44 ?|0)\d(?:[ -]?\d){8,9}(?!\d)")
_ADDRESS = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")


@dataclass(frozen=True)
class Finding:
    """`kind`: nhs_number, date, name, postcode, phone or address (of e-mail).

    `excerpt` is as written; it is shown to its writer only.
    """

    kind: str
    excerpt: str


def findings(text: str) -> list[Finding]:
    """Everything in the text that looks like an NHS number, a date of birth, a titled name, or an address; each once."""
    return list(dict.fromkeys(_each(text)))


def _each(text: str) -> Iterator[Finding]:
    for match in _TEN_DIGITS.finditer(text):
        if is_nhs_number("".join(match.groups())):
            yield Finding("nhs_number", match.group())
    for match in _DATES.finditer(text):
        yield Finding("date", match.group())
    for match in _TITLED.finditer(text):
        yield Finding("name", " ".join(match.group().split()))
    for kind, pattern in (("postcode", _POSTCODE), ("phone", _PHONE), ("address", _ADDRESS)):
        for match in pattern.finditer(text):
            yield Finding(kind, match.group())


def is_nhs_number(digits: str) -> bool:
    """Ten digits whose last is the check digit, modulus 11 (NHS Data Dictionary, NHS NUMBER)."""
    if len(digits) != 10 or not digits.isdecimal():
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False))
    return (11 - total % 11) % 11 == int(digits[9])
