"""What authors decide about packages: which is on offer, and how it runs. The edge commits."""

from collections.abc import Collection, Sequence
from uuid import UUID

from courses.catalogue.models import Course
from courses.catalogue.services import require_editor
from courses.launch.formats.structure import MoveOn
from courses.launch.packages import queries
from courses.launch.packages.errors import LanguagesMissing, NotOffered
from courses.launch.packages.models import Package, PackageOffer
from lms.core import audit
from lms.core.db import get_or_refuse, record
from lms.core.errors import Invalid
from lms.core.language import LANGUAGES, N_
from lms.core.permissions import Actor


def offer(actor: Actor, package_id: UUID, languages: Collection[str], reason: str = "") -> Package:
    """From now on, who begins in these languages gets this package: a new one, or an earlier one again.

    Learners who have begun stay on theirs. Raises Forbidden, NotFound, LanguagesMissing, NotOffered when nothing changes.
    """
    require_editor(actor)
    package = get_or_refuse(Package, package_id)
    get_or_refuse(Course, package.course_id, lock=True)  # offers of a course are made one after the other
    chosen = [each for each in LANGUAGES if each in languages and each in package.languages]
    if not chosen:
        raise LanguagesMissing(fields={"languages": N_("Choose languages that the package is in")})
    now = queries.offered(package.course_id)
    changed = [each for each in chosen if each not in now or now[each].package_id != package.id]
    if not changed:
        raise NotOffered()
    for language in changed:
        _decide(actor, package.course_id, language, package.id, reason)
    audit.record(actor, "package.offered", thing=package, languages=changed, reason=reason)
    return package


def withdraw(actor: Actor, package_id: UUID, reason: str) -> Package:
    """Offer it no longer, in any language. Learners who have begun stay on it. Raises Forbidden, NotFound, NotOffered."""
    require_editor(actor)
    package = get_or_refuse(Package, package_id)
    get_or_refuse(Course, package.course_id, lock=True)
    offered = [each for each, made in queries.offered(package.course_id).items() if made.package_id == package.id]
    if not offered:
        raise NotOffered(N_("This package is not on offer"))
    for language in offered:
        _decide(actor, package.course_id, language, None, reason)
    audit.record(actor, "package.withdrawn", thing=package, languages=offered, reason=reason)
    return package


def arrange(
    actor: Actor, package_id: UUID, *, sandboxed: bool, outside: Sequence[str], completion: MoveOn | None
) -> Package:
    """How it runs, and when its units count; for launches from now on. Raises Forbidden, NotFound, Invalid."""
    require_editor(actor)
    package = get_or_refuse(Package, package_id, lock=True)
    hosts = [each.strip().lower() for each in outside if each.strip()]
    if any(not _is_host(each) for each in hosts):
        raise Invalid(fields={"outside": N_("Write each host on a line of its own, such as fonts.example.org")})
    package.sandboxed, package.outside, package.completion = sandboxed, sorted(set(hosts)), completion
    audit.record(
        actor, "package.arranged", thing=package, sandboxed=sandboxed, outside=package.outside,
        completion=completion.value if completion else None,
    )  # fmt: skip
    return package


def _decide(actor: Actor, course_id: UUID, language: str, package_id: UUID | None, reason: str) -> None:
    record(PackageOffer(course_id=course_id, language=language, package_id=package_id, by=actor.person, reason=reason))


def _is_host(text: str) -> bool:
    """A host name, as a Content-Security-Policy may hold it: letters, digits, dots and hyphens, and a star before them."""
    labels = text.removeprefix("*.").split(".")
    return len(text) <= 253 and len(labels) > 1 and all(_is_label(each) for each in labels)


def _is_label(text: str) -> bool:
    return text.isascii() and text.replace("-", "a").isalnum() and not text.startswith("-") and not text.endswith("-")
