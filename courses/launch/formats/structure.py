"""What a package holds, whatever its format: a tree of blocks and units, and what was found wanting. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

Texts = Mapping[str, str]
"""Text by language tag (RFC 5646), `und` where the package does not say."""


class Format(StrEnum):
    CMI5 = "cmi5"
    SCORM_12 = "scorm_12"
    SCORM_2004 = "scorm_2004"
    XAPI = "xapi"
    H5P = "h5p"
    VIDEO = "video"
    DOCUMENT = "document"
    LINK = "link"


class MoveOn(StrEnum):
    """When a unit counts as done (cmi5 §10.2.4), by its own values. Other formats are read as one of these."""

    NOT_APPLICABLE = "NotApplicable"
    PASSED = "Passed"
    COMPLETED = "Completed"
    COMPLETED_AND_PASSED = "CompletedAndPassed"
    COMPLETED_OR_PASSED = "CompletedOrPassed"


class LaunchMethod(StrEnum):
    """cmi5 §10.2.2. A unit with OwnWindow is never shown in a frame."""

    ANY_WINDOW = "AnyWindow"
    OWN_WINDOW = "OwnWindow"


@dataclass(frozen=True)
class Unit:
    """What is launched by itself: an assignable unit, a SCO, a video.

    `publisher_id` is the package's own name for it. `url` is a path in the package, with its query and fragment, or an
    absolute address. `mastery_score` is scaled, 0 to 1. `more` is what only its format knows, as plain JSON (SCORM:
    `data_from_lms`, `completion_threshold`, `max_time_allowed`, `time_limit_action`…; H5P: `library`).
    """

    publisher_id: str
    title: Texts
    url: str
    description: Texts = field(default_factory=dict)
    move_on: MoveOn = MoveOn.NOT_APPLICABLE
    mastery_score: Decimal | None = None
    launch_method: LaunchMethod = LaunchMethod.ANY_WINDOW
    launch_parameters: str | None = None
    entitlement_key: str | None = None
    activity_type: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Block:
    """Units and blocks under a title, in their order. The whole package is one, too."""

    publisher_id: str
    title: Texts
    children: "tuple[Block | Unit, ...]"
    description: Texts = field(default_factory=dict)

    def units(self) -> Iterator[Unit]:
        """In order, from all depths."""
        for each in self.children:
            if isinstance(each, Unit):
                yield each
            else:
                yield from each.units()


@dataclass(frozen=True)
class Finding:
    """Something wrong, or worth knowing. `rule` is the specification's number (cmi5: an id of the requirements, such as
    `13.1.4.0-1`) or a name of ours such as `zip-absolute-name`. `message` is a msgid that takes `params`, and says what
    the author can do. `place`: the entry or the element it is about, as the package names it."""

    rule: str
    message: str
    place: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Content:
    """A package as read. `root.publisher_id` is the course's. `manifest` is its description as sent, for export.

    `languages`: tags that the package says it speaks. `warnings` let it in.
    """

    format: Format
    root: Block
    languages: tuple[str, ...] = ()
    warnings: tuple[Finding, ...] = ()
    manifest: bytes = b""


class Unfit(Exception):
    """This package is not let in; `findings` lists every fault, not only the first. `warnings` are told beside them."""

    def __init__(self, findings: tuple[Finding, ...], warnings: tuple[Finding, ...] = ()) -> None:
        super().__init__("; ".join(f"{each.rule}: {each.message % each.params}" for each in findings))
        self.findings, self.warnings = findings, warnings


def title_in(title: Texts, language: str) -> tuple[str, str | None]:
    """The title, and the language that it is in where that is not the one asked for (None also: it is not said)."""
    by_tag = {tag.lower().partition("-")[0]: text for tag, text in reversed(list(title.items())) if text}
    if language in by_tag:
        return by_tag[language], None
    for tag in ("und", "en", "cy", *by_tag):
        if tag in by_tag:
            return by_tag[tag], tag if tag != "und" else None
    return "", None
