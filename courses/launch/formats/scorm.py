"""SCORM 1.2 and 2004 (2nd to 4th edition): imsmanifest.xml in a zip. Pure.

The namespaces decide which of the two it is, for schemaversion is free text. A unit counts as done when it is completed or
passed; the author may choose otherwise later. A manifest in a sub-folder is refused, not looked for: which of several
folders is the course is not ours to guess, and zipping the folder's content is easy.
"""

from contextlib import suppress
from types import ModuleType

from courses.launch.formats import addresses, manifest, scorm_12, scorm_2004
from courses.launch.formats.archive import Archive
from courses.launch.formats.findings import Findings
from courses.launch.formats.manifest import DESCRIPTION, Item, Manifest
from courses.launch.formats.structure import Block, Content, Format, MoveOn, Unfit, Unit
from courses.launch.formats.xml import Element, parse
from lms.core.language import N_

ROOT_12 = "http://www.imsproject.org/xsd/imscp_rootv1p1p2"
ROOT_2004 = "http://www.imsglobal.org/xsd/imscp_v1p1"
VERSIONS: dict[Format, ModuleType] = {Format.SCORM_12: scorm_12, Format.SCORM_2004: scorm_2004}
"""Each has `details(item, manifest, found)`, a mastery score and what only it knows, and `check(manifest, found)`."""

NOT_A_MANIFEST = N_("The first element is <%(found)s>. It must be <manifest> of the IMS content packaging namespace.")
NOT_SCORM = N_("This is a content package, but not SCORM. Export it as SCORM 1.2 or SCORM 2004.")
NO_NAMESPACE = N_("The manifest names no namespace. It was read as SCORM 1.2.")
NO_TYPE = N_("The resource “%(found)s” does not say whether it reports (scormtype). It is treated as one that does.")
ASSET = N_("“%(found)s” cannot report. It counts as done when it has been opened.")


def read(archive: Archive) -> Content:
    """Raises Unfit with every fault."""
    data = archive.read(DESCRIPTION, archive.limits.description)
    root = parse(data, archive.limits, DESCRIPTION)
    found = Findings()
    version = version_of(root, found)
    found.settle()
    packed = manifest.read(root, archive.names(), found)
    children = tuple(node for item in packed.items for node in _nodes(item, version, packed, found))
    VERSIONS[version].check(packed, found)
    warnings = found.settle()
    tree = Block(packed.identifier, {"und": packed.title}, children)
    return Content(version, tree, _languages(root, archive), warnings, data)


def _languages(root: Element, archive: Archive) -> tuple[str, ...]:
    """Of the manifest's metadata, or of the file that they lie in (adlcp:location); that file may be anything."""
    metadata = root.first("metadata")
    if metadata is None:
        return ()
    spoken = dict.fromkeys(manifest.languages_in(metadata))
    for location in (each for each in metadata.children if each.name == "location"):
        target = addresses.target_of(location.text.strip())
        if target is not None and target.name in archive:
            with suppress(Unfit):
                data = archive.read(target.name, archive.limits.description)
                spoken.update(dict.fromkeys(manifest.languages_in(parse(data, archive.limits, target.name))))
    return tuple(spoken)


def version_of(root: Element, found: Findings) -> Format:
    """By the namespaces in use; the manifest's own comes first, for some tools mix the attributes' up."""
    if root.name != "manifest":
        found.refuse("scorm-not-a-manifest", NOT_A_MANIFEST, DESCRIPTION, found=root.name)
        return Format.SCORM_12
    used = {each.namespace for each in root.below()} | {
        key[1:].rpartition("}")[0] for each in root.below() for key in each.attributes if key.startswith("{")
    }
    of_12, of_2004 = f"{manifest.ADLCP}rootv1p2" in used, any(each.startswith(f"{manifest.ADLCP}v1p3") for each in used)
    if root.namespace == ROOT_12:
        return Format.SCORM_12
    if root.namespace == ROOT_2004 and (of_12 or of_2004):
        return Format.SCORM_2004 if of_2004 else Format.SCORM_12
    if not root.namespace:
        found.warn("scorm-no-namespace", NO_NAMESPACE, DESCRIPTION)
        return Format.SCORM_12
    found.refuse("scorm-not-scorm", NOT_SCORM, DESCRIPTION)
    return Format.SCORM_12


def _nodes(item: Item, version: Format, packed: Manifest, found: Findings) -> list[Block | Unit]:
    """An item that can be begun, and its items under its title; 1.2 lets one item be both."""
    own: list[Block | Unit] = [_unit(item, version, packed, found)] if item.resource is not None else []
    inner = [node for each in item.items for node in _nodes(each, version, packed, found)]
    if not item.items:
        return own
    identifier = f"{item.identifier}:items" if own else item.identifier
    return [Block(identifier, {"und": item.title}, tuple(own + inner))] if own or inner else []


def _unit(item: Item, version: Format, packed: Manifest, found: Findings) -> Unit:
    assert item.resource is not None
    kind = item.resource.own("scormtype").lower()
    if not kind:
        found.warn("scorm-no-type", NO_TYPE, DESCRIPTION, found=item.resource.identifier)
    score, more = VERSIONS[version].details(item, packed, found)
    more = {"scorm_type": kind or "sco", "resource": item.resource.identifier, **more}
    if not item.visible:
        more["hidden"] = True
    move_on = MoveOn.COMPLETED_OR_PASSED
    if kind == "asset":
        found.warn("scorm-asset", ASSET, DESCRIPTION, found=item.title)
        move_on, more["completion"] = MoveOn.COMPLETED, {"rule": "opened"}
    return Unit(item.identifier, {"und": item.title}, item.url, move_on=move_on, mastery_score=score, more=more)
