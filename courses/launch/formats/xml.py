"""A description in XML, read so that it can do nothing but be read. Pure.

defusedxml refuses a DOCTYPE before anything in it is looked at, so there are no entities and nothing is fetched. Elements
and their depth are counted while they arrive. UTF-8, UTF-16 and what the declaration names are understood.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError  # the error's name only; nothing is parsed with it

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from courses.launch.formats.findings import unfit
from courses.launch.formats.limits import Limits, megabytes
from courses.launch.formats.structure import Unfit
from lms.core.language import N_

XML = "http://www.w3.org/XML/1998/namespace"

TOO_LARGE = N_("The description is larger than %(most)s MB. Divide the course into several packages.")
BROKEN = N_(
    "The description is not well-formed XML (line %(line)s). Export the package again with your authoring tool."
)
DOCTYPE = N_(
    "The description has a DOCTYPE or entities, which can cause harm. Take out everything from <!DOCTYPE to its >."
)
TOO_DEEP = N_("Elements are nested more than %(most)s deep (line %(line)s). Make the course's structure flatter.")
TOO_MANY = N_("The description has more than %(most)s elements. Divide the course into several packages.")


@dataclass(slots=True)
class Element:
    """`attributes` by their name, `{namespace}name` where they have one. `text` is its own text, children's left out."""

    namespace: str
    name: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: "list[Element]" = field(default_factory=list)

    def get(self, name: str, namespace: str = "") -> str | None:
        """The attribute without the white space around it; None where it is absent."""
        value = self.attributes.get(f"{{{namespace}}}{name}" if namespace else name)
        return None if value is None else value.strip()

    def all(self, name: str) -> "list[Element]":
        """Children of that name in this element's own namespace."""
        return self.of(self.namespace, name)

    def of(self, namespace: str, name: str) -> "list[Element]":
        return [each for each in self.children if each.name == name and each.namespace == namespace]

    def first(self, name: str, namespace: str | None = None) -> "Element | None":
        found = self.of(self.namespace if namespace is None else namespace, name)
        return found[0] if found else None

    def below(self) -> "Iterator[Element]":
        """Itself and all within, in the document's order."""
        waiting = [self]
        while waiting:
            each = waiting.pop()
            yield each
            waiting.extend(reversed(each.children))


def parse(data: bytes, limits: Limits, place: str) -> Element:
    """The root. Raises Unfit with the line, as far as one can be named."""
    if len(data) > limits.description:
        raise unfit("xml-too-large", TOO_LARGE, place, most=megabytes(limits.description))
    tree = _Tree(limits, place)
    parser = DefusedXMLParser(target=tree, forbid_dtd=True)
    tree.parser = parser.parser
    try:
        parser.feed(data)
        parser.close()
    except Unfit:
        raise
    except DefusedXmlException:
        raise unfit("xml-doctype", DOCTYPE, place) from None
    except ParseError as error:
        raise unfit("xml-broken", BROKEN, place, line=error.position[0]) from None
    except (LookupError, ValueError):  # an encoding that nobody knows, or that is not one of bytes
        raise unfit("xml-broken", BROKEN, place, line=1) from None
    assert tree.root is not None  # a document without an element is not well-formed
    return tree.root


class _Tree:
    """What the parser tells of, as elements. `parser` knows the line."""

    def __init__(self, limits: Limits, place: str) -> None:
        self._limits, self._place = limits, place
        self._open: list[tuple[Element, list[str]]] = []
        self.root: Element | None = None
        self._count = 0
        self.parser: object = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        line = int(getattr(self.parser, "CurrentLineNumber", 0))
        self._count += 1
        if self._count > self._limits.elements:
            raise unfit("xml-too-many", TOO_MANY, self._place, most=self._limits.elements)
        if len(self._open) >= self._limits.nesting:
            raise unfit("xml-too-deep", TOO_DEEP, self._place, most=self._limits.nesting, line=line)
        namespace, _, name = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
        element = Element(namespace, name, attributes, line)
        if self._open:
            self._open[-1][0].children.append(element)
        else:
            self.root = element
        self._open.append((element, []))

    def data(self, text: str) -> None:
        if self._open:
            self._open[-1][1].append(text)

    def end(self, _tag: str) -> None:
        element, texts = self._open.pop()
        element.text = "".join(texts)

    def close(self) -> None:
        """The parser asks for it at the end."""
