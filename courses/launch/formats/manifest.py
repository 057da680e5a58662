"""imsmanifest.xml (IMS Content Packaging 1.1.2 to 1.1.4): organizations, items and resources, for both SCORMs. Pure.

What of it is SCORM's own is read in `scorm_12` and `scorm_2004`. Schemas in the package are often broken and are never
looked at; nor is a schemaLocation followed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from courses.launch.formats import addresses
from courses.launch.formats.findings import Findings, unfit
from courses.launch.formats.xml import XML, Element
from lms.core.language import N_

DESCRIPTION = "imsmanifest.xml"
ADLCP = "http://www.adlnet.org/xsd/adlcp_"
BASE = "http://package.invalid/"
"""A root to resolve against: nothing is ever fetched from it, and what leaves it has left the package."""

NO_ORGANIZATION = N_("The manifest has no organization, so there is nothing to start. Export the package as a course.")
NO_DEFAULT = N_("The default organization “%(found)s” does not exist, so the first one is taken.")
OTHERS = N_("The package has %(count)s organizations. Only the default one is read.")
NO_ITEMS = N_("The organization has no page that can be started. Export the package as a course.")
TWICE = N_("The identifier “%(found)s” appears twice (line %(line)s). Give each its own.")
NO_IDENTIFIER = N_("<%(parent)s> has no identifier (line %(line)s). Give it one.")
NO_RESOURCE = N_(
    "The item refers to the resource “%(found)s”, which does not exist (line %(line)s). Correct the reference."
)
SUB_MANIFEST = N_(
    "The item refers to a manifest within the manifest (line %(line)s), which we do not read. Make one of both."
)
NO_HREF = N_("The resource “%(found)s” has no href, so it cannot be started (line %(line)s). Name its first page.")
NOT_THERE = N_("“%(found)s” is not in the package (line %(line)s). Add the file, or correct the href.")
NOT_THERE_BUT = N_("“%(found)s” is not in the package, but “%(other)s” is (line %(line)s). Capital letters count.")
BAD_HREF = N_(
    "“%(found)s” is not an address within the package (line %(line)s). Use slashes, and stay in the package's folders."
)
ELSEWHERE = N_(
    "This unit is elsewhere (%(found)s, line %(line)s). Most browsers keep it from reporting what was achieved."
)
JOINED = N_("xml:base “%(found)s” has no slash at its end (line %(line)s). It was read as a folder.")
FILES_MISSING = N_(
    "Files that the manifest lists are not in the package, such as “%(found)s”. Missing in all: %(count)s."
)
NO_TITLE = N_("An item has no title (line %(line)s). Its identifier is shown.")
HIDDEN = N_("“%(found)s” is marked as hidden. It is shown here, because it counts.")


@dataclass(frozen=True)
class Resource:
    """`url` is a path of the package or an absolute address; "" when it cannot be begun."""

    identifier: str
    url: str
    element: Element

    def own(self, name: str) -> str:
        """An attribute of SCORM's, in whatever capitals: 1.2 says scormtype, 2004 scormType."""
        for key, value in self.element.attributes.items():
            if key.startswith(f"{{{ADLCP}") and key.rpartition("}")[2].lower() == name:
                return value.strip()
        return ""


@dataclass(frozen=True)
class Item:
    """`resource` None: a folder of items. `url` has the item's own parameters in it."""

    identifier: str
    title: str
    resource: Resource | None
    url: str
    visible: bool
    items: "tuple[Item, ...]"
    element: Element


@dataclass(frozen=True)
class Manifest:
    identifier: str
    title: str
    items: tuple[Item, ...]
    organization: Element
    root: Element
    shared: Mapping[str, Element]
    """2004: sequencing that items refer to, by its ID."""


def read(root: Element, names: Iterable[str], found: Findings) -> Manifest:
    """The default organization. What is wrong is put into `found`; Unfit is raised where there is nothing to read."""
    reader = _Reader(root, addresses.Names(names), found)
    organization = reader.organization()
    reader.check_identifiers(organization)
    items = tuple(reader.item(each) for each in organization.all("item"))
    reader.check_files()
    if not any(True for each in items for _ in units(each)):
        found.refuse("scorm-no-items", NO_ITEMS, DESCRIPTION)
    identifier = root.get("identifier") or organization.get("identifier") or ""
    if not identifier:
        found.refuse("scorm-no-identifier", NO_IDENTIFIER, DESCRIPTION, parent=root.name, line=root.line)
    return Manifest(identifier, _title(organization) or identifier, items, organization, root, _shared(root))


def units(item: Item) -> "list[Item]":
    """It and those below that can be begun."""
    own = [item] if item.resource is not None else []
    return own + [found for each in item.items for found in units(each)]


def joined(url: str, parameters: str) -> str:
    """The address with an item's parameters (SCORM 2004 4th ed., CAM §3.4.1.4); a query goes before the fragment."""
    parameters = parameters.lstrip("?&")
    if not parameters:
        return url
    bare, hash_sign, fragment = url.partition("#")
    if parameters.startswith("#"):
        return url if hash_sign else url + parameters
    more, more_hash, more_fragment = parameters.partition("#")
    bare += ("&" if "?" in bare else "?") + more
    return bare + (hash_sign + fragment if hash_sign else more_hash + more_fragment)


class _Reader:
    def __init__(self, root: Element, names: addresses.Names, found: Findings) -> None:
        self.root, self.names, self.found = root, names, found
        self.bases = [(root.get("base", XML) or "", root.line)]
        self.resources: dict[str, tuple[Element, list[tuple[str, int]]]] = {}
        for outer in root.all("resources"):
            base = (outer.get("base", XML) or "", outer.line)
            for each in outer.all("resource"):
                own = (each.get("base", XML) or "", each.line)
                self.resources.setdefault(each.get("identifier") or "", (each, [*self.bases, base, own]))
        self.read: dict[str, Resource] = {}
        self.manifests = {
            each.get("identifier") for each in root.below() if each.name == "manifest" and each is not root
        }

    def organization(self) -> Element:
        outer = self.root.first("organizations")
        all_of_them = outer.all("organization") if outer else []
        if outer is None or not all_of_them:
            raise unfit("scorm-no-organization", NO_ORGANIZATION, DESCRIPTION)
        default = outer.get("default")
        chosen = next((each for each in all_of_them if each.get("identifier") == default), None) if default else None
        if default and chosen is None:
            self.found.warn("scorm-no-default", NO_DEFAULT, DESCRIPTION, found=default)
        if len(all_of_them) > 1:
            self.found.warn("scorm-organizations", OTHERS, DESCRIPTION, count=len(all_of_them))
        return chosen or all_of_them[0]

    def check_identifiers(self, organization: Element) -> None:
        for name, elements in (
            ("item", [each for each in organization.below() if each.name == "item"]),
            ("resource", [each for outer in self.root.all("resources") for each in outer.all("resource")]),
        ):
            seen: set[str] = set()
            for each in elements:
                identifier = each.get("identifier") or ""
                if not identifier:
                    self._refuse("scorm-no-identifier", NO_IDENTIFIER, each, parent=name)
                elif identifier in seen:
                    self._refuse("scorm-identifier-twice", TWICE, each, found=identifier)
                seen.add(identifier)

    def item(self, element: Element) -> Item:
        identifier = element.get("identifier") or ""
        title = _title(element)
        if not title:
            self.found.warn("scorm-no-title", NO_TITLE, DESCRIPTION, line=element.line)
        visible = (element.get("isvisible") or "true").lower() not in ("false", "0")
        reference = element.get("identifierref")
        resource = self._resource(reference, element) if reference else None
        if resource is not None and not visible:
            self.found.warn("scorm-hidden", HIDDEN, DESCRIPTION, found=title or identifier)
        url = joined(resource.url, addresses.kept(element.get("parameters") or "")) if resource else ""
        items = tuple(self.item(each) for each in element.all("item"))
        return Item(identifier, title or identifier, resource, url, visible, items, element)

    def _resource(self, reference: str, item: Element) -> Resource | None:
        if reference not in self.resources:
            if reference in self.manifests:
                self._refuse("scorm-sub-manifest", SUB_MANIFEST, item)
            else:
                self._refuse("scorm-no-resource", NO_RESOURCE, item, found=reference)
            return None
        if reference not in self.read:  # items may share one, and its fault is told once
            element, bases = self.resources[reference]
            href = element.get("href") or ""
            if not href:
                self._refuse("scorm-no-href", NO_HREF, element, found=reference)
            url = self._launched(href, bases, element) if href else ""
            self.read[reference] = Resource(reference, url, element)
        return self.read[reference]

    def _launched(self, href: str, bases: list[tuple[str, int]], element: Element) -> str:
        url = _resolved(href, [base for base, _ in bases])
        if url is None:
            self._refuse("scorm-href", BAD_HREF, element, found=href)
            return ""
        if not url.startswith(BASE):
            scheme = addresses.scheme_of(url)
            if scheme not in ("http", "https") or not addresses.is_iri(url):
                self._refuse("scorm-href", BAD_HREF, element, found=href)
            else:
                self.found.warn("scorm-elsewhere", ELSEWHERE, DESCRIPTION, found=url, line=element.line)
            return url
        target = addresses.entry_for(url.removeprefix(BASE), self.names)
        if target is None or target.name not in self.names:
            cut = next((each for each in bases if each[0] and not each[0].endswith("/")), None)
            again = _resolved(href, [f"{base.rstrip('/')}/" if base else "" for base, _ in bases]) if cut else None
            other = (
                addresses.entry_for(again.removeprefix(BASE), self.names) if again and again.startswith(BASE) else None
            )
            if cut and other and other.name in self.names:
                self.found.warn("scorm-base", JOINED, DESCRIPTION, found=cut[0], line=cut[1])
                return other.url
            self._missing(target, href, element)
            return ""
        return target.url

    def _missing(self, target: addresses.Target | None, href: str, element: Element) -> None:
        if target is None:
            self._refuse("scorm-href", BAD_HREF, element, found=href)
        elif other := self.names.like(target.name):
            self._refuse("scorm-file-missing", NOT_THERE_BUT, element, found=target.name, other=other)
        else:
            self._refuse("scorm-file-missing", NOT_THERE, element, found=target.name)

    def check_files(self) -> None:
        """Files beside the first page: told once, for content often lists what it never asks for."""
        missing = []
        for element, bases in self.resources.values():
            for each in element.all("file"):
                href = each.get("href") or ""
                url = _resolved(href, [base for base, _ in bases]) if href else None
                if url and url.startswith(BASE):
                    target = addresses.entry_for(url.removeprefix(BASE), self.names)
                    if target is None or target.name not in self.names:
                        missing.append(href)
        if missing:
            self.found.warn("scorm-files-missing", FILES_MISSING, DESCRIPTION, count=len(missing), found=missing[0])

    def _refuse(self, rule: str, message: str, element: Element, **params: str) -> None:
        self.found.refuse(rule, message, DESCRIPTION, line=element.line, **params)


def _resolved(href: str, bases: list[str]) -> str | None:
    """Against all of xml:base, from the outside in (XML Base §4). None: out of the package, or no address."""
    try:
        url = BASE
        for each in (*bases, href):
            each = each.strip()
            if "\\" in each or each.startswith("/") or _climbs(each, url):
                return None
            url = urljoin(url, each) if each else url
    except ValueError:
        return None
    return url


def _climbs(reference: str, base: str) -> bool:
    """Whether its `..` lead above the package; urljoin stops there in silence."""
    if addresses.is_whole(reference) or not base.startswith(BASE):
        return False
    depth = base.removeprefix(BASE).partition("?")[0].partition("#")[0].count("/")
    for part in reference.partition("?")[0].partition("#")[0].split("/"):
        depth += -1 if part in ("..", "%2e%2e", "%2E%2E") else part not in ("", ".")
        if depth < 0:
            return True
    return False


def _title(element: Element) -> str:
    found = element.first("title")
    return " ".join(found.text.split()) if found else ""


def _shared(root: Element) -> dict[str, Element]:
    pools = [each for each in root.children if each.name == "sequencingCollection"]
    return {each.get("ID") or "": each for outer in reversed(pools) for each in reversed(outer.all("sequencing"))}


def languages_in(metadata: Element) -> tuple[str, ...]:
    """As a LOM says (general/language); `none` is its word for no language."""
    spoken: dict[str, None] = {}
    for general in (each for each in metadata.below() if each.name == "general"):
        for each in general.children:
            if each.name == "language" and (tag := each.text.strip()) and tag not in ("none", "x-none"):
                spoken.setdefault(tag)
    return tuple(each for each in spoken if addresses.is_language(each))
