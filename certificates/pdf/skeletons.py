"""A file of one shape as ReportLab writes it, taken apart once: what is the same on all, and what is spliced in."""

import hashlib
import re
import zlib
from typing import Any

from reportlab.pdfbase import pdfdoc

from certificates.pdf.fonts import faces
from certificates.pdf.metadata import PRODUCER, About, xmp
from certificates.pdf.recording import Recorder
from certificates.pdf.streams import Raw, RawStream, text_string
from certificates.pdf.tagging import Element, TaggedCanvas

MOST = 256
"""Shapes kept: a design, its editions, and how many lines and fonts it took."""

_kept: dict[tuple[object, ...], "Skeleton"] = {}


def written(drawn: Recorder, about: About) -> bytes:
    """The file. The same drawing gives the same bytes, in whichever process, whatever was drawn before it."""
    key = (about.language, drawn.shape)
    found = _kept.get(key)
    if found is None:
        if len(_kept) >= MOST:
            _kept.clear()
        found = _kept[key] = Skeleton(
            _Form(drawn, about).finish(), len(drawn.pages), len(drawn.links), len(drawn.figures)
        )
    return found.filled(drawn, about)


class _Form(TaggedCanvas):
    """The same structure, with marks where the words will be."""

    def __init__(self, drawn: Recorder, about: About) -> None:
        super().__init__(drawn.size, About("", "", "", about.language, about.at))
        for face, subset in drawn.subsets:
            faces()[face].getSubsetInternalName(subset, self._doc)
        nodes: list[Element] = []
        figures = 0
        for node in drawn.nodes:
            parent = self.document if node.parent < 0 else nodes[node.parent]
            mark = f"figure-{figures}" if node.alternative else ""
            figures += bool(mark)
            nodes.append(
                Element(node.tag, parent, language=node.language, alternative=mark, attributes=node.attributes)
            )
        if drawn.artwork:
            self.artwork = "Artwork"
            self._doc.Reference(drawn.artwork.fresh(), self.artwork)
        for step in drawn.steps:
            self._take(step, nodes)

    def _take(self, step: tuple[Any, ...], nodes: list[Element]) -> None:
        if step[0] == "mark":
            with self.marked(nodes[step[1]]):
                pass
        elif step[0] == "link":
            number = self.links
            self.link(nodes[step[1]], "", (0, 0, 0, 0), "")
            annotation = self._last_annotation
            annotation.dict["Rect"] = Raw(b"@rect%d@" % number)
            annotation.dict["Contents"] = Raw(b"@contents%d@" % number)
            annotation.dict["A"].dict["URI"] = Raw(b"@uri%d@" % number)
        elif step[0] == "seal":
            self._seal(step[1], step[2])
        else:
            self.next_page()

    def _addAnnotation(self, annotation: Any, *given: Any, **named: Any) -> Any:
        self._last_annotation = annotation
        return super()._addAnnotation(annotation, *given, **named)

    def _seal(self, name: str, description: str) -> None:
        element = Element("Form", self.document)
        element.page = self._doc.thisPageRef()
        widget = pdfdoc.PDFDictionary({
            "Type": pdfdoc.PDFName("Annot"), "Subtype": pdfdoc.PDFName("Widget"), "FT": pdfdoc.PDFName("Sig"),
            "T": pdfdoc.PDFString(name), "TU": Raw(text_string(description)), "F": 132,
            "Rect": pdfdoc.PDFArray([0, 0, 0, 0]), "StructParent": self.tree.claim(element),
        })  # fmt: skip
        self._addAnnotation(widget, "seal")
        field = self._doc.refAnnotation("seal")
        element.kids.append(field)
        self._doc.Catalog.AcroForm = pdfdoc.PDFDictionary({"Fields": pdfdoc.PDFArray([field]), "SigFlags": 3})

    def showPage(self) -> None:
        super().showPage()
        self._doc.Pages.pages[-1].Contents = RawStream(b"@page%d@" % (len(self._doc.Pages.pages) - 1), compress=False)


class Skeleton:
    """Objects that never change, one after the other, and those with marks, each cut at its marks."""

    def __init__(self, pdf: bytes, pages: int, links: int, figures: int) -> None:
        start = int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])
        table, trailer = pdf[start:].split(b"trailer", 1)
        places = [int(place) for place, kind in re.findall(rb"(\d{10}) \d{5} ([nf])", table) if kind == b"n"]
        ends = dict(zip(sorted(places), [*sorted(places)[1:], start], strict=True))
        self.root = re.search(rb"/Root (\d+ 0 R)", trailer)[1]  # type: ignore[index]
        self.info = int(re.search(rb"/Info (\d+) 0 R", trailer)[1])  # type: ignore[index]
        marks = {b"@page%d@" % n: ("page", n) for n in range(pages)}
        marks |= {b"@rect%d@" % n: ("link", n) for n in range(links)}
        marks |= {text_string(f"figure-{n}"): ("figure", n) for n in range(figures)}
        self.links: dict[int, tuple[int, list[bytes]]] = {}
        self.figures: dict[int, tuple[int, list[bytes]]] = {}
        self.contents: dict[int, int] = {}
        still, rows, position = [pdf[: min(places)]], [b""] * len(places), min(places)
        for number, place in enumerate(places, start=1):
            body = pdf[place : ends[place]]
            found = next((what for mark, what in marks.items() if mark in body), None)
            if number == self.info or b"<?xpacket" in body:
                if number != self.info:
                    self.metadata = number
            elif found and found[0] == "page":
                self.contents[found[1]] = number
            elif found and found[0] == "link":
                self.links[found[1]] = number, re.split(rb"@(?:rect|contents|uri)\d+@", body)
                self.link_order = re.findall(rb"@(rect|contents|uri)\d+@", body)
            elif found:
                self.figures[found[1]] = number, body.split(text_string(f"figure-{found[1]}"))
            else:
                rows[number - 1] = b"%010d 00000 n \n" % position
                still.append(body)
                position += len(body)
        self.still, self.rows, self.size = b"".join(still), rows, len(places) + 1

    def filled(self, drawn: Recorder, about: About) -> bytes:
        """The file of this drawing."""
        packet = xmp(about)
        streams = [zlib.compress("\n".join(page).encode("latin-1"), 6) for page in drawn.pages]
        digest = hashlib.sha256(packet + b"".join(streams)).hexdigest()[:32].encode()
        parts = [(self.info, _object(self.info, _info(about)))]
        parts.append((self.metadata, _object(self.metadata, _stream(packet, b"/Type /Metadata /Subtype /XML"))))
        parts += [
            (self.contents[n], _object(self.contents[n], _stream(each, b"/Filter /FlateDecode")))
            for n, each in enumerate(streams)
        ]
        for n, (address, area, description) in enumerate(drawn.links):
            values = {
                b"rect": ("[" + " ".join(f"{each:.2f}" for each in area) + "]").encode(),
                b"contents": text_string(description),
                b"uri": b"("
                + address.encode("ascii").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
                + b")",
            }
            number, cut = self.links[n]
            parts.append((number, _woven(cut, [values[name] for name in self.link_order])))
        for n, alternative in enumerate(drawn.figures):
            number, cut = self.figures[n]
            parts.append((number, _woven(cut, [text_string(alternative)])))
        rows, position, out = list(self.rows), len(self.still), [self.still]
        for number, body in parts:
            rows[number - 1] = b"%010d 00000 n \n" % position
            out.append(body)
            position += len(body)
        out.append(b"xref\n0 %d\n0000000000 65535 f \n%s" % (self.size, b"".join(rows)))
        out.append(
            b"trailer\n<</Size %d /Root %s /Info %d 0 R /ID [<%s><%s>]>>\nstartxref\n%d\n%%%%EOF\n"
            % (self.size, self.root, self.info, digest, digest, position)
        )
        return b"".join(out)


def _object(number: int, body: bytes) -> bytes:
    return b"%d 0 obj\n%s\nendobj\n" % (number, body)


def _stream(content: bytes, entries: bytes) -> bytes:
    return b"<</Length %d %s>>\nstream\n%s\nendstream" % (len(content), entries, content)


def _info(about: About) -> bytes:
    at = about.at.strftime("(D:%Y%m%d%H%M%S+00'00')").encode()
    values = {
        "Title": about.title,
        "Author": about.author,
        "Subject": about.subject,
        "Creator": "Llwybr",
        "Producer": PRODUCER,
    }
    texts = b" ".join(b"/%s %s" % (name.encode(), text_string(value)) for name, value in values.items())
    return b"<<%s /CreationDate %s /ModDate %s>>" % (texts, at, at)


def _woven(cut: list[bytes], values: list[bytes]) -> bytes:
    out = [cut[0]]
    for value, after in zip(values, cut[1:], strict=True):
        out += [value, after]
    return b"".join(out)
