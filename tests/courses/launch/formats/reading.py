"""Reading packages in tests: what was found, by rule."""

import io
from typing import BinaryIO

from courses.launch.formats import Limits, read
from courses.launch.formats.structure import Content, Finding, Unfit


def content_of(file: BinaryIO | bytes, name: str = "course.zip", limits: Limits | None = None) -> Content:
    return read(io.BytesIO(file) if isinstance(file, bytes) else file, name, limits or Limits())[0]


def refusals(file: BinaryIO | bytes, name: str = "course.zip", limits: Limits | None = None) -> list[str]:
    """Rules of the faults; empty when it is let in. Every finding can be said."""
    try:
        content = content_of(file, name, limits)
    except Unfit as unfit:
        for each in (*unfit.findings, *unfit.warnings):
            assert said(each)
        return [each.rule for each in unfit.findings]
    assert all(said(each) for each in content.warnings)
    return []


def warnings(file: BinaryIO | bytes, name: str = "course.zip") -> list[str]:
    return [each.rule for each in content_of(file, name).warnings]


def said(finding: Finding) -> str:
    return finding.message % finding.params
