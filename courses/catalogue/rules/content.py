"""What a version says, and whether enough of it is said."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from lms.core.language import N_, Bilingual

NOTHING = Bilingual("", "")


@dataclass(frozen=True)
class Content:
    """Everything of a version that is fixed once it is published. `minutes` of learning time; `seats` None: no limit.

    `levels` and `statements` are (framework, code). `illustrative_fields` names what is our own placeholder.
    """

    title: Bilingual
    summary: Bilingual
    format_code: str
    topic_code: str
    minutes: int
    capacity_rule: str
    certificate_kind: str
    note: Bilingual = NOTHING
    languages: tuple[str, ...] = ("en", "cy")
    sectors: tuple[str, ...] = ()
    funding: tuple[str, ...] = ()
    seats: int | None = None
    eligibility: dict[str, Any] = field(default_factory=dict)
    prerequisites: dict[str, Any] = field(default_factory=dict)
    validity_months: int | None = None
    portfolio_template_code: str | None = None
    plan_actions: tuple[int, ...] = ()
    source: str | None = None
    illustrative_fields: tuple[str, ...] = ()
    levels: tuple[tuple[str, str], ...] = ()
    statements: tuple[tuple[str, str], ...] = ()


PARTS = ("levels", "statements")
"""What of it lies in rows of its own."""


def digest(content: Content) -> str:
    """SHA-256 of the canonical content."""
    canonical = json.dumps(asdict(content), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def missing(content: Content) -> dict[str, str]:
    """What must still be written before anyone can rely on it: a field's name and a msgid. Empty: nothing.

    Both languages are equal: neither is published without the other (domain dossier §9).
    """
    wanted = {
        "title_en": (content.title.en.strip(), N_("Write the title in English")),
        "title_cy": (content.title.cy.strip(), N_("Write the title in Welsh")),
        "summary_en": (content.summary.en.strip(), N_("Write the summary in English")),
        "summary_cy": (content.summary.cy.strip(), N_("Write the summary in Welsh")),
        "note_en": (content.note.en.strip() or not content.note.cy.strip(), N_("Write the note in English too")),
        "note_cy": (content.note.cy.strip() or not content.note.en.strip(), N_("Write the note in Welsh too")),
        "minutes": (content.minutes > 0, N_("Say how long it takes")),
        "languages": (content.languages, N_("Choose the languages in which it can be taken")),
        "sectors": (content.sectors, N_("Choose the sectors it is for")),
        "validity_months": (
            content.validity_months or content.certificate_kind != "statutory",
            N_("Say for how many months statutory training is valid"),
        ),
        "seats": (content.seats or content.capacity_rule != "session", N_("Say how many places a session has")),
    }
    return {name: message for name, (there, message) in wanted.items() if not there}
