"""What the content host decides."""

import pytest

from courses.launch.content import rules
from courses.launch.content.rules import Part

PAGES = "https://learn.example"


@pytest.mark.parametrize("path", [
    "", "..", "a/../b", "a//b", "/etc/passwd", "a\\b", "a\x00b", "a/./b", ".complete", ".git/config", "a/..", "a/\x7f",
])  # fmt: skip
def test_no_name_leads_out_of_a_package(path: str) -> None:
    assert rules.safe_name(path) is None


@pytest.mark.parametrize("path", ["index.html", "a/b/c.js", "sub folder/ŵ.html", "a/.well/x", "a..b.js"])
def test_names_of_files_stand(path: str) -> None:
    assert rules.safe_name(path) == path


@pytest.mark.parametrize(("asked", "part"), [
    ("bytes=0-9", Part(0, 9)), ("bytes=90-", Part(90, 99)), ("bytes=-10", Part(90, 99)), ("bytes=-200", Part(0, 99)),
    ("bytes=10-200", Part(10, 99)), ("bytes=0-0", Part(0, 0)), ("items=0-9", None), ("bytes=9-0", None),
    ("bytes=0-1,5-6", None), ("bytes=-", None), ("bytes=x", None),
])  # fmt: skip
def test_one_range_is_answered_and_what_cannot_be_read_is_the_whole(asked: str, part: Part | None) -> None:
    assert rules.part_asked(asked, 100) == part


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=500-600", "bytes=-0"])
def test_a_range_behind_the_end_is_none(asked: str) -> None:
    with pytest.raises(rules.NotThere):
        rules.part_asked(asked, 100)


@pytest.mark.parametrize(("host", "origin", "is_it"), [
    ("content.example", "https://content.example", True), ("CONTENT.example:443", "https://content.example", True),
    ("content.example:8443", "https://content.example", False), ("learn.example", "https://content.example", False),
    ("p1f.content.example", "https://*.content.example", True), ("content.example", "https://*.content.example", False),
    ("a.b.content.example", "https://*.content.example", False), ("p1.content.example.evil", "https://*.content.example", False),
    ("localhost:8000", "http://localhost:8000", True), ("localhost", "", False), ("", "https://content.example", False),
])  # fmt: skip
def test_the_host_of_the_content_is_known(host: str, origin: str, is_it: bool) -> None:
    assert rules.is_host_of(host, origin) is is_it


def test_the_policy_lets_content_talk_to_nobody_but_us() -> None:
    said = dict(part.split(" ", 1) for part in rules.policy(PAGES, sandboxed=False, outside=()).split("; "))
    assert said["connect-src"] == f"'self' data: blob: {PAGES}"
    assert said["frame-ancestors"] == f"'self' {PAGES}"
    assert "sandbox" not in said
    assert "*" not in str(said)
    strict = rules.policy(PAGES, sandboxed=True, outside=("https://video.example",))
    assert strict.endswith("sandbox allow-scripts allow-forms allow-popups allow-modals")
    assert "allow-same-origin" not in strict
    assert strict.count("https://video.example") == 2
