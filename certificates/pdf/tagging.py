"""A ReportLab canvas that also writes the structure tree (ISO 32000-1 §14.7), which ReportLab does not."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen import canvas

from certificates.pdf.fonts import TEXT, face_for, faces, width
from certificates.pdf.metadata import PRODUCER, About, xmp
from certificates.pdf.streams import Raw, RawStream, text_string

PROFILE = Path(__file__).parents[1] / "data" / "srgb.icc"

Rectangle = tuple[float, float, float, float]


class Element(pdfdoc.PDFObject):  # type: ignore[misc]
    """A structure element. Kids are elements, numbers of marked content on `page`, or annotations."""

    __RefOnly__ = 1

    def __init__(
        self, tag: str, parent: Any, *, language: str = "", alternative: str = "", attributes: str = ""
    ) -> None:
        self.tag, self.parent, self.language = tag, parent, language
        self.alternative, self.attributes = alternative, attributes
        self.kids: list[Any] = []
        self.page: Any = None
        if parent is not None:
            parent.kids.append(self)

    def format(self, document: Any) -> bytes:
        parts = [b"<</Type /StructElem /S /%s /P %s" % (self.tag.encode(), _reference(document, self.parent))]
        if self.language:
            parts.append(b" /Lang (%s)" % self.language.encode())
        if self.alternative:
            parts.append(b" /Alt " + text_string(self.alternative))
        if self.attributes:
            parts.append(b" /A " + self.attributes.encode())
        if self.page is not None:
            parts.append(b" /Pg " + self.page.format(document))
        return b"".join(parts) + b" /K [" + b" ".join(self._kid(document, kid) for kid in self.kids) + b"]>>"

    def _kid(self, document: Any, kid: Any) -> bytes:
        if isinstance(kid, Element):
            return _reference(document, kid)
        if isinstance(kid, int):
            return b"%d" % kid
        return b"<</Type /OBJR /Obj %s /Pg %s>>" % (kid.format(document), self.page.format(document))


class StructureTree(pdfdoc.PDFObject):  # type: ignore[misc]
    """The root. `owners` maps a page's key to the elements of its marked content, an annotation's to its element."""

    __RefOnly__ = 1

    def __init__(self) -> None:
        self.kids: list[Element] = []
        self.owners: list[list[Element] | Element] = []

    def claim(self, owner: list[Element] | Element) -> int:
        self.owners.append(owner)
        return len(self.owners) - 1

    def format(self, document: Any) -> bytes:
        listed = b" ".join(
            b"%d [%s]" % (key, b" ".join(_reference(document, each) for each in owner))
            if isinstance(owner, list)
            else b"%d %s" % (key, _reference(document, owner))
            for key, owner in enumerate(self.owners)
        )
        kids = b" ".join(_reference(document, kid) for kid in self.kids)
        return b"<</Type /StructTreeRoot /K [%s] /ParentTree <</Nums [%s]>> /ParentTreeNextKey %d>>" % (
            kids, listed, len(self.owners),
        )  # fmt: skip


def _reference(document: Any, thing: Any) -> bytes:
    return document.Reference(thing).format(document)  # type: ignore[no-any-return]


@cache
def _profile() -> RawStream:
    return RawStream(PROFILE.read_bytes(), "/N 3")


class TaggedCanvas(canvas.Canvas):  # type: ignore[misc]
    """Draw inside `element(…)`, or inside `artifact()` what carries no meaning. Ends with `finish()`."""

    def __init__(self, size: tuple[float, float], about: About) -> None:
        faces()
        self.out = io.BytesIO()
        super().__init__(
            self.out, pagesize=size, pageCompression=1, invariant=1, lang=about.language, pdfVersion=(1, 7),
            initialFontName=TEXT,
        )  # fmt: skip
        self.size = size
        self.tree = StructureTree()
        self.document = Element("Document", None, language=about.language)
        self.document.parent = self.tree
        self.tree.kids.append(self.document)
        self.artwork: str | None = None
        self.links = 0
        self._describe(about)
        self._begin_page()

    @contextmanager
    def element(self, tag: str, parent: Element | None = None, **given: str) -> Iterator[Element]:
        """Mark what is drawn inside as the content of a new element."""
        made = Element(tag, parent or self.document, **given)
        with self.marked(made):
            yield made

    @contextmanager
    def marked(self, element: Element) -> Iterator[None]:
        number = len(self.owners)
        self.owners.append(element)
        element.kids.append(number)
        element.page = self._doc.thisPageRef()
        self._code.append(f"/{element.tag} <</MCID {number}>> BDC")
        yield
        self._code.append("EMC")

    def group(self, tag: str, parent: Element | None = None, **given: str) -> Element:
        """An element that holds other elements and draws nothing itself."""
        return Element(tag, parent or self.document, **given)

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """Mark what is drawn inside as decoration."""
        self._code.append("/Artifact BMC")
        yield
        self._code.append("EMC")

    def text(self, x: float, y: float, text: str, face: str, size: float, colour: str, *, spacing: float = 0) -> float:
        """Draw a line from (x, y), and return where it ends. A face that lacks a glyph gives way to the wider one."""
        self.setFillColor(_colour(colour))
        self.setFont(face_for(text, face), size)
        self.drawString(x, y, text, charSpace=spacing)
        return x + width(text, face, size) + spacing * len(text)

    def link(self, element: Element, address: str, area: Rectangle, description: str) -> None:
        """Make `area` of this page open `address`."""
        name = f"link{self.links}"
        self.links += 1
        annotation = pdfdoc.PDFDictionary({
            "Type": pdfdoc.PDFName("Annot"), "Subtype": pdfdoc.PDFName("Link"), "Rect": pdfdoc.PDFArray(area),
            "Border": pdfdoc.PDFArray([0, 0, 0]), "F": 4, "Contents": Raw(text_string(description)),
            "A": pdfdoc.PDFDictionary({
                "Type": pdfdoc.PDFName("Action"), "S": pdfdoc.PDFName("URI"), "URI": pdfdoc.PDFString(address),
            }),
            "StructParent": self.tree.claim(element),
        })  # fmt: skip
        self._addAnnotation(annotation, name)
        element.kids.append(self._doc.refAnnotation(name))
        element.page = self._doc.thisPageRef()

    def place_artwork(self, operators: RawStream) -> None:
        """Draw a prepared picture (`form`) under everything else on this page."""
        if self.artwork is None:
            self.artwork = "Artwork"
            self._doc.Reference(operators.fresh(), self.artwork)
        with self.artifact():
            self._code.append("/Artwork Do")

    def next_page(self) -> None:
        self.showPage()
        self._begin_page()

    def finish(self) -> bytes:
        """The file."""
        self.showPage()
        self.save()
        return self.out.getvalue()

    def _begin_page(self) -> None:
        self.owners: list[Element] = []
        self.page_key = self.tree.claim(self.owners)

    def showPage(self) -> None:
        super().showPage()
        page = self._doc.Pages.pages[-1]
        page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
        page.StructParents, page.Tabs = self.page_key, pdfdoc.PDFName("S")
        if self.artwork:
            page.XObjects = pdfdoc.PDFDictionary({self.artwork: pdfdoc.PDFObjectReference(self.artwork)})
        page.Contents = RawStream(page.stream.encode("latin-1"))

    def _describe(self, about: About) -> None:
        info, at = self._doc.info, about.at
        info.title, info.author, info.subject, info.keywords = about.title, about.author, about.subject, ""
        info.creator, info.producer = "Llwybr", PRODUCER
        self._doc._timeStamp.__dict__.update(YMDhms=at.timetuple()[:6], dhh=0, dmm=0)
        catalog = self._doc.Catalog
        catalog.__NoDefault__ = [*catalog.__NoDefault__, "OutputIntents"]
        catalog.StructTreeRoot = self.tree
        catalog.MarkInfo = pdfdoc.PDFDictionary({"Marked": Raw(b"true")})
        catalog.ViewerPreferences = pdfdoc.PDFDictionary({"DisplayDocTitle": Raw(b"true")})
        catalog.Metadata = RawStream(xmp(about), "/Type /Metadata /Subtype /XML", compress=False)
        intent = {
            "Type": pdfdoc.PDFName("OutputIntent"), "S": pdfdoc.PDFName("GTS_PDFA1"),
            "OutputConditionIdentifier": pdfdoc.PDFString("sRGB IEC61966-2.1"),
            "Info": pdfdoc.PDFString("sRGB IEC61966-2.1"),
            "DestOutputProfile": self._doc.Reference(_profile().fresh(), "profile"),
        }  # fmt: skip
        catalog.OutputIntents = pdfdoc.PDFArray([pdfdoc.PDFDictionary(intent)])


def form(operators: str, size: tuple[float, float]) -> RawStream:
    """Drawing operators as a picture that documents can share."""
    box = f"[0 0 {size[0]:.2f} {size[1]:.2f}]"
    entries = f"/Type /XObject /Subtype /Form /FormType 1 /BBox {box} /Resources <</ProcSet [/PDF]>>"
    return RawStream(operators.encode("latin-1"), entries)


@cache
def _colour(code: str) -> Any:
    return HexColor(code)
