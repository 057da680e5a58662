"""XML that could do harm is refused before it does."""

import pytest

from courses.launch.formats.limits import Limits
from courses.launch.formats.structure import Unfit
from courses.launch.formats.xml import XML, parse
from tests.courses.launch.formats.reading import refusals
from tests.factories.packages import make_structure, make_unit

BOMB = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><x>&c;</x>'
)


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (BOMB, "xml-doctype"),
        (b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>', "xml-doctype"),
        (b'<!DOCTYPE x SYSTEM "http://example.org/x.dtd"><x/>', "xml-doctype"),
        (b'<!DOCTYPE x [<!ENTITY % a SYSTEM "http://example.org/">%a;]><x/>', "xml-doctype"),
        (b"<!DOCTYPE x><x/>", "xml-doctype"),
        (b"<x>&undefined;</x>", "xml-broken"),
        (b"<x>", "xml-broken"),
        (b"", "xml-broken"),
        (b"<x/><y/>", "xml-broken"),
        (b"<x>\x00</x>", "xml-broken"),
        (b"<a:x/>", "xml-broken"),
        (b'<x a="1" a="2"/>', "xml-broken"),
        (b'<?xml version="1.0" encoding="klingon"?><x/>', "xml-broken"),
        (b'<?xml version="1.0" encoding="rot13"?><x/>', "xml-broken"),
        (b'<?xml version="1.0" encoding="utf-7"?><x/>', "xml-broken"),
        (b"<x>\xff\xff</x>", "xml-broken"),
        (b"<x>" * 101 + b"</x>" * 101, "xml-too-deep"),
        (b"<x>" + b"<y/>" * 100_000 + b"</x>", "xml-too-many"),
        (b"<x>" + b" " * 10_000_000 + b"</x>", "xml-too-large"),
    ],
)
def test_what_could_do_harm_is_refused(data: bytes, rule: str) -> None:
    with pytest.raises(Unfit) as refused:
        parse(data, Limits(), "x.xml")
    assert [(each.rule, each.place) for each in refused.value.findings] == [(rule, "x.xml")]
    assert refused.value.findings[0].message % refused.value.findings[0].params


def test_a_doctype_in_a_course_is_refused() -> None:
    text = make_structure(make_unit(1, "https://example.org/"), head="<!DOCTYPE courseStructure>")
    assert refusals(text.encode()) == ["xml-doctype"]


def test_elements_know_their_line_and_namespace() -> None:
    root = parse(
        b'<x xmlns="urn:x" xmlns:y="urn:y"\n y:b=" 1 " xml:base="u/">a<y:z/>\n<z c="2">t</z>b</x>', Limits(), "x"
    )
    assert (root.namespace, root.name, root.text, root.line) == ("urn:x", "x", "a\nb", 1)
    assert (root.get("b", "urn:y"), root.get("base", XML), root.get("b")) == ("1", "u/", None)
    own = root.first("z")
    assert own is not None
    assert (own.line, own.text, own.get("c")) == (3, "t", "2")
    assert root.first("z", "urn:y") is root.children[0]
    assert [each.name for each in root.below()] == ["x", "z", "z"]
