"""What launched content may do with documents of state and with its learner's preferences (cmi5 §10, §11). Pure."""

from typing import Any

from courses.launch.cmi5.rules import words
from lms.xapi.errors import Malformed, NotAllowed
from lms.xapi.rules import parsing, patterns

READS = ("GET", "HEAD")


def check_state(name: str | None, method: str) -> None:
    """Raises NotAllowed: what the LMS wrote at the launch is only read; deleting everything would delete it, too."""
    if method in READS or (name is not None and name != words.LAUNCH_DATA):
        return
    raise NotAllowed(f"Content may only read {words.LAUNCH_DATA}", "stateId", "cmi5 10.2.1.0-5")


def check_preferences(name: str | None, method: str, content_type: str, body: bytes) -> None:
    """Raises NotAllowed for what is no whole document of preferences, and for deleting them."""
    if method in READS:
        return
    if name != words.PREFERENCES:
        raise NotAllowed(f"Content keeps {words.PREFERENCES} only", "profileId", "cmi5 11.0.0.0-4")
    told = _object(content_type, body) if method in ("PUT", "POST") else None
    if told is None or not {"languagePreference", "audioPreference"} <= set(told):
        raise NotAllowed(
            "Preferences are a JSON object with languagePreference and audioPreference", rule="cmi5 11.0.0.0-5"
        )
    tags = told["languagePreference"]
    if not isinstance(tags, str) or not all(patterns.is_language(each) for each in tags.split(",")):
        raise NotAllowed("languagePreference is a list of RFC 5646 tags with commas", rule="cmi5 11.1.0.0-1")
    if told["audioPreference"] not in ("on", "off"):
        raise NotAllowed("audioPreference is on or off", rule="cmi5 11.2.0.0-1")


def preferences(language: str) -> dict[str, str]:
    """Of a learner who has told none: their language here first. §11.1 wants the whole list."""
    first, second = ("cy-GB", "en-GB") if language == "cy" else ("en-GB", "cy-GB")
    return {"languagePreference": f"{first},{second}", "audioPreference": "on"}


def _object(content_type: str, body: bytes) -> dict[str, Any] | None:
    if content_type.partition(";")[0].strip().lower() != "application/json":
        return None
    try:
        found = parsing.load(body)
    except Malformed:
        return None
    return found if isinstance(found, dict) else None
