"""The run-time data that a SCO begins with: who, in which mode, and where they were. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from courses.launch.formats.structure import Format
from courses.launch.scorm.rules import timespan

RESUMES = "resume"


@dataclass(frozen=True)
class Beginning:
    """`before`: the data as last committed; empty at the first time. `closed`: the last commit was the session's last."""

    version: Format
    learner: str
    name: str
    mode: str
    credit: bool
    seconds: int
    before: Mapping[str, Any]
    closed: bool
    passing: Decimal | None
    more: Mapping[str, Any]
    language: str


def entry(before: Mapping[str, Any], *, closed: bool, leaves: str) -> str:
    """ab-initio at the first time; resume after a suspend, or where the end was never heard; else empty (RTE §4.2.8)."""
    if not before:
        return "ab-initio"
    return RESUMES if leaves == "suspend" or not closed else ""


def data(it: Beginning) -> dict[str, Any]:
    return _of_12(it) if it.version is Format.SCORM_12 else _of_2004(it)


def _of_12(it: Beginning) -> dict[str, Any]:
    cmi = {key: value for key, value in it.before.items() if key not in ("core", "student_data")}
    core = dict(it.before.get("core") or {})
    leaves = str(core.pop("exit", "") or "")
    for name in ("session_time", "_children"):
        core.pop(name, None)
    core |= {
        "student_id": it.learner, "student_name": it.name, "credit": "credit" if it.credit else "no-credit",
        "lesson_mode": it.mode, "entry": entry(it.before, closed=it.closed, leaves=leaves),
        "total_time": timespan(it.version, it.seconds),
    }  # fmt: skip
    student = {
        "mastery_score": None if it.passing is None else _plain(it.passing * 100),
        "max_time_allowed": it.more.get("max_time_allowed"), "time_limit_action": it.more.get("time_limit_action"),
    }  # fmt: skip
    cmi |= {"core": core, "student_data": {key: value for key, value in student.items() if value is not None}}
    if it.more.get("data_from_lms"):
        cmi["launch_data"] = it.more["data_from_lms"]
    if not it.before:
        cmi["student_preference"] = {"language": it.language}
    return _without_counts(cmi)


def _of_2004(it: Beginning) -> dict[str, Any]:
    cmi = dict(it.before)
    leaves = str(cmi.pop("exit", "") or "")
    for name in ("session_time", "_version"):
        cmi.pop(name, None)
    cmi |= {
        "learner_id": it.learner, "learner_name": it.name, "credit": "credit" if it.credit else "no-credit",
        "mode": it.mode, "entry": entry(it.before, closed=it.closed, leaves=leaves),
        "total_time": timespan(it.version, it.seconds),
    }  # fmt: skip
    passing = it.more.get("scaled_passing_score") or (None if it.passing is None else _plain(it.passing))
    limits = {
        "scaled_passing_score": passing, "completion_threshold": it.more.get("completion_threshold"),
        "max_time_allowed": it.more.get("max_time_allowed"), "time_limit_action": it.more.get("time_limit_action"),
        "launch_data": it.more.get("data_from_lms"),
    }  # fmt: skip
    cmi |= {key: value for key, value in limits.items() if value is not None}
    if not it.before:
        cmi["learner_preference"] = {"language": it.language}
        if ids := it.more.get("objectives"):
            cmi["objectives"] = {str(index): {"id": each} for index, each in enumerate(ids)}
    return _without_counts(cmi)


def _without_counts(given: Mapping[str, Any]) -> dict[str, Any]:
    """Without what the run-time makes itself, and takes ill to be told."""
    return {
        key: _without_counts(value) if isinstance(value, Mapping) else value
        for key, value in given.items() if key not in ("_count", "_children")
    }  # fmt: skip


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")
