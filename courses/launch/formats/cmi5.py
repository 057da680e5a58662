"""cmi5 (Quartz): cmi5.xml alone, or in a zip with what it launches. Pure.

`rule` of a finding is the id of the requirement in ADL's list, so that an author can look it up.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from courses.launch.formats import addresses, cmi5_shape
from courses.launch.formats.addresses import Names
from courses.launch.formats.archive import Archive
from courses.launch.formats.findings import Findings
from courses.launch.formats.structure import Block, Content, Format, LaunchMethod, MoveOn, Texts, Unit
from courses.launch.formats.xml import Element, parse
from lms.core.language import N_

DESCRIPTION = "cmi5.xml"
RESERVED = frozenset({"endpoint", "fetch", "actor", "registration", "activityId"})
"""Names that the launch adds (cmi5 §8.1)."""
OF_BROWSERS = frozenset({"http", "https"})

IRI = N_(
    "“%(found)s” is not a whole identifier (line %(line)s). Write one with its scheme, such as https://example.org/course/1."
)
TWICE = N_("The id “%(found)s” appears twice (line %(line)s). Give each its own.")
URL = N_("“%(found)s” is not an address (line %(line)s). Percent-encode spaces and what is not ASCII.")
RESERVED_NAME = N_(
    "The address has the parameter “%(found)s”, which the launch itself adds (line %(line)s). Rename it."
)
NOT_WHOLE = N_(
    "“%(found)s” is a file of a package, and there is no package (line %(line)s). Upload a zip, or write the whole address."
)
NOT_THERE = N_("“%(found)s” is not in the package (line %(line)s). Add the file, or write the whole address.")
NOT_THERE_BUT = N_("“%(found)s” is not in the package, but “%(other)s” is (line %(line)s). Capital letters count.")
HARMFUL = N_("An address must not begin with %(found)s: (line %(line)s). Use https, or a file of the package.")
APPLICATION = N_(
    "Some units open only where a program for %(found)s: is installed (%(count)s, the first in line %(line)s)."
)
NOT_SECURE = N_(
    "Some units are at http addresses, which browsers may refuse to show (%(count)s, the first in line %(line)s). Use https."
)
DANGLING = N_("No objective has the id “%(found)s” (line %(line)s). The reference is ignored.")
ALL_DONE = N_("Every unit counts as done without being opened, because moveOn is NotApplicable or missing. Set moveOn.")
PRECISE = N_("masteryScore has more than four decimals (line %(line)s). It is kept as it is.")
NO_SCHEMA = N_("Elements of the namespace “%(found)s” come without a schema, and are ignored.")


def read(archive: Archive) -> Content:
    """From a zip. Raises Unfit with every fault."""
    data = archive.read(DESCRIPTION, archive.limits.description)
    return read_structure(parse(data, archive.limits, DESCRIPTION), data, archive)


def read_structure(root: Element, data: bytes, archive: Archive | None = None) -> Content:
    """The course structure; without a package, every address must be whole. Raises Unfit with every fault."""
    found = Findings()
    cmi5_shape.check(root, found, DESCRIPTION)
    if root.namespace == cmi5_shape.NAMESPACE:  # what can be judged is judged, whatever the shape
        _Rules(found, Names(archive.names()) if archive else None).check(root)
    if not found.faults:
        _schemas(root, archive, found)
    warnings = found.settle()
    languages: dict[str, None] = {}
    course = root.all("course")[0]
    tree = Block(
        course.get("id") or "", _texts(course, "title", languages), _children(root, languages),
        _texts(course, "description", languages),
    )  # fmt: skip
    return Content(Format.CMI5, tree, tuple(each for each in languages if each != "und"), warnings, data)


class _Rules:
    """What the schema cannot say. `names` None: no package came with the description."""

    def __init__(self, found: Findings, names: Names | None) -> None:
        self.found, self.names = found, names
        self.schemes: dict[str, list[int]] = {}
        """Lines of addresses that are not https, by their scheme."""

    def check(self, root: Element) -> None:
        seen: dict[str, set[str]] = {"au": set(), "block": set(), "objective": set()}
        objectives = {
            each.get("id") for outer in root.all("objectives") for each in outer.all("objective")
        }  # fmt: skip
        rules = {"au": "13.1.4.0-1", "block": "13.1.2.0-1", "objective": "13.1.3.0-1"}
        done: list[bool] = []
        for each in (each for each in root.below() if each.namespace == cmi5_shape.NAMESPACE):
            if (identifier := each.get("id")) is not None and each.name in ("course", *seen):
                if not addresses.is_iri(identifier):
                    self._refuse("3.0.0.0-1", IRI, each, identifier)
                if each.name in seen and identifier in seen[each.name]:
                    self._refuse(rules[each.name], TWICE, each, identifier)
                if each.name in seen:
                    seen[each.name].add(identifier)
            if (
                each.name == "objective"
                and (reference := each.get("idref")) is not None
                and reference not in objectives
            ):
                self.found.warn("13.1.3.0-1", DANGLING, DESCRIPTION, found=reference, line=each.line)
            if each.name == "au":
                done.append(each.get("moveOn") in (None, MoveOn.NOT_APPLICABLE))
                self._unit(each)
        for scheme, lines in self.schemes.items():
            rule, message = ("url-http", NOT_SECURE) if scheme == "http" else ("url-application", APPLICATION)
            self.found.warn(rule, message, DESCRIPTION, found=scheme, count=len(lines), line=lines[0])
        if done and all(done):
            self.found.warn("9.6.1.1-3", ALL_DONE, DESCRIPTION)

    def _unit(self, unit: Element) -> None:
        score = unit.get("masteryScore") or ""
        if len(score.partition(".")[2].rstrip("0")) > 4:
            self.found.warn("13.1.4.0", PRECISE, DESCRIPTION, line=unit.line)
        for each in unit.all("url")[:1]:
            if url := each.text.strip():
                self._address(url, each)

    def _address(self, url: str, element: Element) -> None:
        if not addresses.is_url(url):
            self._refuse("13.1.4.0-2", URL, element, url)
        for name in sorted(addresses.parameters_of(url) & RESERVED):
            self._refuse("8.1.0.0-6", RESERVED_NAME, element, name)
        scheme = addresses.scheme_of(url)
        if scheme in addresses.HARMFUL_SCHEMES:
            self._refuse("13.1.4.0-2", HARMFUL, element, scheme)
        elif scheme == "http":
            self.schemes.setdefault(scheme, []).append(element.line)
        elif scheme and scheme not in OF_BROWSERS:
            if not url[len(scheme) :].startswith("://"):
                self._refuse("13.1.4.0-2", URL, element, url)
            self.schemes.setdefault(scheme, []).append(element.line)
        elif not scheme and self.names is None:
            self._refuse("14.2.0.0-1", NOT_WHOLE, element, url)
        elif not scheme and self.names is not None and addresses.is_url(url):
            self._file(url, element, self.names)

    def _file(self, url: str, element: Element, names: Names) -> None:
        target = addresses.target_of(url)
        if target is not None and target.name in names:
            return
        other = names.like(target.name) if target else None
        if target and other:
            self.found.refuse(
                "14.1.0.0-4", NOT_THERE_BUT, DESCRIPTION, found=target.name, other=other, line=element.line
            )
        else:
            self._refuse("14.1.0.0-4", NOT_THERE, element, url)

    def _refuse(self, rule: str, message: str, element: Element, what: str) -> None:
        self.found.refuse(rule, message, DESCRIPTION, found=what, line=element.line)


def _schemas(root: Element, archive: Archive | None, found: Findings) -> None:
    """Vendors' elements need a schema (§13.1.5): named by schemaLocation, or lying in the package."""
    named = set((root.get("schemaLocation", cmi5_shape.SCHEMA_INSTANCE) or "").split()[::2])
    if archive and any(name.lower().endswith(".xsd") for name in archive.names()):
        return
    strange = dict.fromkeys(each.namespace for each in root.below() if each.namespace != cmi5_shape.NAMESPACE)
    for namespace in strange:
        if namespace not in named:
            found.warn("13.1.5.0-1", NO_SCHEMA, DESCRIPTION, found=namespace)


def _children(parent: Element, languages: dict[str, None]) -> tuple[Block | Unit, ...]:
    return tuple(
        _unit(each, languages) if each.name == "au" else _block(each, languages)
        for each in parent.children
        if each.namespace == cmi5_shape.NAMESPACE and each.name in ("au", "block")
    )


def _block(element: Element, languages: dict[str, None]) -> Block:
    return Block(
        element.get("id") or "", _texts(element, "title", languages), _children(element, languages),
        _texts(element, "description", languages),
    )  # fmt: skip


def _unit(element: Element, languages: dict[str, None]) -> Unit:
    url = element.all("url")[0].text.strip()
    if not addresses.is_whole(url) and (target := addresses.target_of(url)):
        url = target.url
    score = element.get("masteryScore")
    key = element.first("entitlementKey")
    return Unit(
        publisher_id=element.get("id") or "",
        title=_texts(element, "title", languages),
        url=url,
        description=_texts(element, "description", languages),
        move_on=MoveOn(element.get("moveOn") or MoveOn.NOT_APPLICABLE),
        mastery_score=None if score is None else Decimal(score),
        launch_method=LaunchMethod(element.get("launchMethod") or LaunchMethod.ANY_WINDOW),
        launch_parameters=_text_of(element.first("launchParameters")),
        entitlement_key=_text_of(key),
        activity_type=element.get("activityType"),
        more=_more(element, key),
    )


def _more(element: Element, key: Element | None) -> Mapping[str, Any]:
    """The key's alternate, which the schema lets stand as an attribute or an element, and the unit's objectives."""
    more: dict[str, Any] = {}
    if key is not None:
        inner = next((each.text.strip() for each in key.children if each.name == "alternate"), None)
        if alternate := key.get("alternate") or inner:
            more["entitlement_alternate"] = alternate
    references = [each.get("idref") for outer in element.all("objectives") for each in outer.all("objective")]
    if references:
        more["objectives"] = [each for each in references if each]
    return more


def _text_of(element: Element | None) -> str | None:
    return None if element is None else element.text.strip()


def _texts(element: Element, name: str, languages: dict[str, None]) -> Texts:
    """By tag; the first of a language counts. A tag that RFC 5646 does not know is read as none."""
    texts: dict[str, str] = {}
    for each in element.all(name)[0].all("langstring"):
        tag = each.get("lang") or "und"
        tag = tag if addresses.is_language(tag) else "und"
        texts.setdefault(tag, each.text.strip())
        languages.setdefault(tag)
    return texts
