"""How a certificate looks: designs as data (`data/designs.yaml`), and one drawing file for each way of drawing.

A drawing is `draw_page(paper, part, snapshot, words, look)`; a design calls it for each page. Pure, and reproducible to the
byte. A design that has been issued with is kept, and never changed: to change one, add another beside it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from certificates import wording
from certificates.designs import contour
from certificates.pdf.metadata import About
from certificates.pdf.recording import Node, Recorder
from certificates.pdf.skeletons import written
from certificates.snapshots import Printed, Snapshot
from courses.catalogue.models import CertificateKind
from lms.core.language import Bilingual

Draw = Callable[[Recorder, Node, Snapshot, Printed, contour.Look], None]

DRAWINGS: Mapping[str, tuple[Draw, tuple[float, float]]] = {
    "contour": (contour.draw_page, (contour.WIDTH, contour.HEIGHT)),
}
SEAL_FIELD = "Seal"
WELSH_AND_ENGLISH = ("cy", "en")


@dataclass(frozen=True)
class Design:
    """One design, as the data say it."""

    code: str
    title: Bilingual
    drawing: str
    look: contour.Look
    kinds: frozenset[str]

    def __call__(self, snapshot: Snapshot, edition: str, *, specimen: bool = False) -> bytes:
        """The certificate as a file: `en`, `cy`, or `both` (two pages, Welsh first). Same snapshot, same bytes."""
        languages = WELSH_AND_ENGLISH if edition == "both" else (edition,)
        first = snapshot.printed(languages[0])
        draw_page, size = DRAWINGS[self.drawing]
        paper = Recorder(size)
        for place, each in enumerate(languages):
            if place:
                paper.next_page()
            part = paper.group("Part", language=_tag(each))
            if specimen:
                contour.mark(paper, part, wording.SPECIMEN.in_(each), wording.SPECIMEN_NOTE.in_(each))
            draw_page(paper, part, snapshot, snapshot.printed(each), self.look)
        if not specimen:
            paper.seal_field(SEAL_FIELD, wording.SEAL.in_(languages[0]).format(issuer=first.issuer))
        name = f"{wording.SPECIMEN.in_(languages[0])} – {first.title}" if specimen else first.title
        about = About(
            title=f"{name} – {first.holder} – {first.course}", subject=snapshot.number, author=first.issuer,
            language=_tag(languages[0]), at=snapshot.issued_at,
        )  # fmt: skip
        return written(paper, about)


def _tag(language: str) -> str:
    return "cy" if language == "cy" else "en-GB"


def _read(given: Mapping[str, Any]) -> Design:
    return Design(
        given["code"], Bilingual(given["title"]["en"], given["title"]["cy"]), given["drawing"],
        contour.Look(**given["look"]), frozenset(given.get("for", ())),
    )  # fmt: skip


_DATA = yaml.safe_load((Path(__file__).parent / "data" / "designs.yaml").read_text(encoding="utf-8"))
DESIGNS: Mapping[str, Design] = {each["code"]: _read(each) for each in _DATA}
CURRENT = next(design.code for design in DESIGNS.values() if not design.kinds)


def design_for(kind: CertificateKind) -> str:
    """The code of the design that certificates of this kind are issued with now."""
    return next((design.code for design in DESIGNS.values() if kind.value in design.kinds), CURRENT)
