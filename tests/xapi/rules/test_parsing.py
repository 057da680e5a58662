"""JSON is read strictly, and comes back as it was."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.xapi.errors import Excessive, Fault, Malformed
from lms.xapi.rules import parsing

PATIENTLY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # machines are shared


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"{} x", b"NaN", b"[Infinity]", b"1e400", b'"\\ud800"', b'"\x01"', b"\xff", b"\xef\xbb\xbf{}",
        b'{"a":1,"a":2}', b'{"a" :1,"a":2}', b'{"a":1,"b":{"c":1,\n"c" : 2}}', b'{"\\u0061":1,"a":2}',
        b'{"a\\"":1,"a\\"":2}', b'[{"a":"\\"a\\":","a":1}]',
    ],
)  # fmt: skip
def test_what_is_not_strict_json_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        parsing.load(body)


@pytest.mark.parametrize("body", [b"[" * 10_000 + b"]" * 10_000, b'{"a":' * 600 + b"1" + b"}" * 600, b" " * 10_000_001])
def test_too_deep_and_too_large_are_said_with_their_limit(body: bytes) -> None:
    with pytest.raises(Excessive, match=r"\d"):
        parsing.load(body)


NUMBERS = (
    b'{"a":1.10,"b":123456789012345678901234567890,"c":1e3,"d":-0,"e":0.30000000000000004,"f":3.141592653589793238462643,'
    b'"g":100,"h":-0.0,"i":1E-7}'
)


def test_numbers_keep_their_digits() -> None:
    value = parsing.parse(NUMBERS)
    assert parsing.dump(parsing.exactly(NUMBERS, value)) == NUMBERS


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@PATIENTLY
@given(VALUES, st.sampled_from([(",", ":"), (", ", ": "), (" , ", " :\n")]), st.booleans())
def test_every_value_is_read_whole_and_written_again_the_same(
    value: object, gaps: tuple[str, str], ascii: bool
) -> None:
    try:
        body = json.dumps(value, separators=gaps, ensure_ascii=ascii).encode()
    except UnicodeEncodeError:
        return
    try:
        read = parsing.parse(body)
    except Fault:
        assert "\\ud" in body.decode()  # lone surrogates
        return
    assert json.loads(parsing.dump(parsing.exactly(body, read))) == json.loads(body)
