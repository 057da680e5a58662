"""xAPI packages ("Tin Can"): tincan.xml in a zip. Pure.

Only the activities that can be launched are units. They are known by the ids of the package, for the content reports
with those and with no others.
"""

from typing import Any

from courses.launch.formats import addresses
from courses.launch.formats.archive import Archive
from courses.launch.formats.findings import Findings
from courses.launch.formats.structure import Block, Content, Format, MoveOn, Texts, Unit
from courses.launch.formats.xml import XML, Element, parse
from lms.core.language import N_

DESCRIPTION = "tincan.xml"
NAMESPACE = "http://projecttincan.com/tincan.xsd"
RESERVED = frozenset({"endpoint", "auth", "actor", "registration", "activity_id"})
"""Names that the launch adds."""

ROOT = N_("The first element is <%(found)s>. It must be <tincan> of the projecttincan.com namespace.")
NO_LAUNCH = N_("No activity has a <launch>, so there is nothing to start. Export the package again.")
ID = N_(
    "“%(found)s” is not a whole activity id (line %(line)s), so no report of it could be kept. Set one when you export."
)
TWICE = N_("The activity id “%(found)s” appears twice (line %(line)s). Give each activity its own.")
NO_NAME = N_("The activity has no name (line %(line)s). Its id is shown.")
RESERVED_NAME = N_(
    "The address has the parameter “%(found)s”, which the launch itself adds (line %(line)s). Rename it."
)
HREF = N_(
    "“%(found)s” is not an address that can be opened (line %(line)s). Write a file of the package, or an https address."
)
NOT_THERE = N_("“%(found)s” is not in the package (line %(line)s). Add the file, or correct the address.")
NOT_THERE_BUT = N_("“%(found)s” is not in the package, but “%(other)s” is (line %(line)s). Capital letters count.")


def read(archive: Archive) -> Content:
    """Raises Unfit with every fault."""
    data = archive.read(DESCRIPTION, archive.limits.description)
    root = parse(data, archive.limits, DESCRIPTION)
    found = Findings()
    if root.name != "tincan" or root.namespace not in (NAMESPACE, ""):
        found.refuse("xapi-not-tincan", ROOT, DESCRIPTION, found=root.name)
        found.settle()
    reader = _Reader(archive, found)
    activities = [each for outer in root.all("activities") for each in outer.all("activity")]
    units = reader.units(activities)
    if not units:
        found.refuse("xapi-no-launch", NO_LAUNCH, DESCRIPTION)
    warnings = found.settle()
    first = next(each for each in activities if each.all("launch"))
    name = first.get("id") or ""
    tree = Block(name, reader.texts(first, "name") or {"und": name}, units, reader.texts(first, "description"))
    return Content(Format.XAPI, tree, tuple(each for each in reader.languages if each != "und"), warnings, data)


class _Reader:
    def __init__(self, archive: Archive, found: Findings) -> None:
        self.names, self.found = addresses.Names(archive.names()), found
        self.languages: dict[str, None] = {}

    def units(self, activities: list[Element]) -> tuple[Unit, ...]:
        seen: set[str] = set()
        units = []
        for each in activities:
            identifier = each.get("id") or ""
            launches = each.all("launch")
            if not launches:
                continue  # a part that the content names by itself
            if not addresses.is_iri(identifier):
                self.found.refuse("xapi-activity-id", ID, DESCRIPTION, found=identifier, line=each.line)
            if identifier in seen:
                self.found.refuse("xapi-activity-twice", TWICE, DESCRIPTION, found=identifier, line=each.line)
            seen.add(identifier)
            units.append(self._unit(identifier, each, launches))
        return tuple(units)

    def _unit(self, identifier: str, activity: Element, launches: list[Element]) -> Unit:
        addresses_by_tag: dict[str, str] = {}
        for each in launches:
            addresses_by_tag.setdefault(self._tag(each), self._address(each))
        title = self.texts(activity, "name")
        if not title:
            self.found.warn("xapi-no-name", NO_NAME, DESCRIPTION, line=activity.line)
        more: dict[str, Any] = {"launches": addresses_by_tag} if len(addresses_by_tag) > 1 else {}
        return Unit(
            publisher_id=identifier,
            title=title or {"und": identifier},
            url=next(iter(addresses_by_tag.values())),
            description=self.texts(activity, "description"),
            move_on=MoveOn.COMPLETED_OR_PASSED,
            activity_type=activity.get("type") or None,
            more=more,
        )

    def _address(self, element: Element) -> str:
        url = element.text.strip()
        for name in sorted(addresses.parameters_of(url) & RESERVED):
            self._refuse("xapi-reserved-parameter", RESERVED_NAME, element, name)
        if addresses.is_whole(url) or url.startswith("//"):
            if addresses.scheme_of(url) not in ("http", "https") or not addresses.is_iri(url):
                self._refuse("xapi-launch", HREF, element, url)
            return url
        target = addresses.entry_for(url, self.names)
        if target is None:
            self._refuse("xapi-launch", HREF, element, url)
            return ""
        if target.name not in self.names:
            if other := self.names.like(target.name):
                params = {"found": target.name, "other": other}
                self.found.refuse("xapi-file-missing", NOT_THERE_BUT, DESCRIPTION, line=element.line, **params)
            else:
                self._refuse("xapi-file-missing", NOT_THERE, element, target.name)
        return target.url

    def texts(self, activity: Element, name: str) -> Texts:
        texts: dict[str, str] = {}
        for each in activity.all(name):
            if text := each.text.strip():
                texts.setdefault(self._tag(each), text)
        return texts

    def _tag(self, element: Element) -> str:
        tag = element.get("lang") or element.get("lang", XML) or "und"
        tag = tag if addresses.is_language(tag) else "und"
        self.languages.setdefault(tag)
        return tag

    def _refuse(self, rule: str, message: str, element: Element, what: str) -> None:
        self.found.refuse(rule, message, DESCRIPTION, found=what, line=element.line)
