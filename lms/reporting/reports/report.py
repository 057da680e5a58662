"""What every report says about itself."""

from dataclasses import dataclass

from lms.core.language import Bilingual
from lms.reporting.rules.measures import Definition


@dataclass(frozen=True)
class Report:
    """`version` grows when the same question would get another answer. `endpoint`: its page."""

    id: str
    version: int
    slug: str
    title: Bilingual
    words: Bilingual
    definitions: tuple[Definition, ...]
    endpoint: str
