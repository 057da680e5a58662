"""What content is told when it is launched: its address (cmi5 §8.1) and LMS.LaunchData (§10.2). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import UUID

from courses.launch.cmi5.rules import words

Json = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """The values of one launch, as its session keeps them; for rules judge by what was sent. `move_on` and `mode` by
    cmi5's own names. `mastery_score` is a number, for JSON."""

    publisher_id: str
    session: UUID
    mode: str
    move_on: str
    mastery_score: float | None = None
    launch_parameters: str | None = None
    return_url: str | None = None
    entitlement_key: str | None = None

    @property
    def context(self) -> Json:
        """The contextTemplate (§10.2.1): neither registration nor category, which content adds itself."""
        return {
            "contextActivities": {"grouping": [{"id": self.publisher_id}]},
            "extensions": {words.SESSION: str(self.session)},
        }


def launch_data(it: Sent) -> Json:
    """LMS.LaunchData. What the package does not say is left out, moveOn never."""
    optional = {
        "masteryScore": it.mastery_score, "launchParameters": it.launch_parameters, "returnURL": it.return_url,
        "entitlementKey": {"courseStructure": it.entitlement_key} if it.entitlement_key else None,
    }  # fmt: skip
    said = {name: value for name, value in optional.items() if value is not None}
    return {"contextTemplate": it.context, "launchMode": it.mode, "moveOn": it.move_on} | said


def absolute(url: str, folder: str) -> str:
    """The address of a unit: an absolute one as it is, another within the package's folder. Only its path may need quoting."""
    if urlsplit(url).scheme:
        return url
    parts = urlsplit(url.lstrip("/"))
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~")
    return folder + urlunsplit(("", "", path, parts.query, parts.fragment))


def with_parameters(url: str, parameters: Mapping[str, str]) -> str:
    """The address with parameters after its own query, every value percent-encoded, before its fragment (§8.1)."""
    parts = urlsplit(url)
    added = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
    return urlunsplit(parts._replace(query=f"{parts.query}&{added}" if parts.query else added))
