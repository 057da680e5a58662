"""Where statements may be sent, and how a filter's actors are read."""

from ipaddress import ip_address

import pytest

from lms.xapi.forwarding.rules import actors, addresses
from lms.xapi.forwarding.rules.addresses import Barred
from lms.xapi.forwarding.rules.testing import Finding, findings
from lms.xapi.rules import keys

INSIDE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104
    "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:0a00:0001::",
    "ff02::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_the_inside_is_not_public_in_whatever_wrapping(address: str) -> None:
    assert not addresses.is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f::1", "64:ff9b::5db8:d70e"])
def test_the_outside_is(address: str) -> None:
    assert addresses.is_public(ip_address(address))


@pytest.mark.parametrize(
    "text",
    ["ftp://a.example/x", "file:///etc/passwd", "https://", "https://u:p@a.example/xapi", "https://a.example/x?y=1",
     "https://a.example/#x", "a.example/xapi", "https://a.example:99999/", "https://a.example/a b", "gopher://a",
     "javascript:alert(1)", "https://[::1", f"https://{'a' * 70}.example"],
)  # fmt: skip
def test_what_is_no_address_of_a_store(text: str) -> None:
    with pytest.raises(ValueError):
        addresses.endpoint(text)


def test_an_address_is_kept_as_the_network_writes_it() -> None:
    assert addresses.endpoint(" https://store.example/xapi/ ") == "https://store.example/xapi"
    assert addresses.endpoint("https://store.example/xapi/statements/") == "https://store.example/xapi"
    assert addresses.endpoint("https://tŷ.example:8443/cofnod/dŵr") == "https://xn--t-foa.example:8443/cofnod/d%C5%B5r"


@pytest.mark.parametrize("text", ["http://93.184.215.14/x", "https://10.0.0.1/x", "https://[::1]:8000/x"])
def test_some_can_be_refused_at_sight(text: str) -> None:
    addresses.check_endpoint(text, private=True)
    with pytest.raises(Barred):
        addresses.check_endpoint(text, private=False)


@pytest.mark.parametrize(
    ("line", "agent"),
    [
        ("mailto:someone@example.org", {"mbox": "mailto:someone@example.org"}),
        ("a" * 40, {"mbox_sha1sum": "a" * 40}),
        ("https://people.example/id/5", {"openid": "https://people.example/id/5"}),
        (
            " https://people.example  two words ",
            {"account": {"homePage": "https://people.example", "name": "two words"}},
        ),
    ],
)
def test_an_actors_line_is_found_as_the_store_finds_the_actor(line: str, agent: dict[str, object]) -> None:
    assert actors.identifier(line) == keys.identifier(agent)


@pytest.mark.parametrize("line", ["someone", "someone@example.org", "not a page", ""])
def test_other_lines_are_none(line: str) -> None:
    with pytest.raises(ValueError):
        actors.identifier(line)


@pytest.mark.parametrize(
    ("about", "versions", "write", "found"),
    [
        (None, [], None, [Finding.UNREACHED]),
        (200, ["1.0.3"], 200, [Finding.SPEAKS, Finding.LETS_IN]),
        (200, ["1.0.1"], 400, [Finding.SPEAKS, Finding.LETS_IN]),
        (200, ["2.0.0"], 401, [Finding.OTHER_VERSION, Finding.WRONG_KEY]),
        (404, [], 403, [Finding.NO_STORE, Finding.MAY_NOT_WRITE]),
        (200, ["1.0"], None, [Finding.SPEAKS, Finding.STRANGE]),
        (200, ["1.0"], 500, [Finding.SPEAKS, Finding.STRANGE]),
    ],
)
def test_what_a_test_found(about: int | None, versions: list[str], write: int | None, found: list[Finding]) -> None:
    assert findings(about, versions, write, "1.0.3") == found
