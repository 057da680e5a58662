"""Choices and names that several pages show, in the page's language."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import g, request
from flask_babel import gettext as _

from lms.accounts import queries
from lms.core.language import N_, Bilingual
from lms.core.permissions import Role
from lms.core.web.paging import Page

Options = list[tuple[str, str]]

ROLES = {
    Role.ADMINISTRATOR: N_("Administrator: people, roles and organisations"),
    Role.ORGANISER: N_("Organiser: enrolments, supervisors, certificates, uptake with names"),
    Role.AUTHOR: N_("Author: writes courses"),
    Role.PUBLISHER: N_("Publisher: reviews and publishes courses"),
    Role.FRAMEWORK_EDITOR: N_("Framework editor: writes frameworks and publishes what reviewers signed"),
    Role.COMMISSIONER: N_("Commissioner: uptake figures, without names"),
    Role.LEAD_SUPERVISOR: N_("Lead supervisor: licences and assigns supervisors"),
    Role.TRAINING_LEAD: N_("Training lead: answers needs rounds for a body and names people for its places"),
    Role.APPROVER: N_("Approvals officer: keeps the statutory approvals of one approving body, and of none below it"),
}


def role_name(role: Role) -> str:
    """The role in a word or two."""
    return _(ROLES[role]).partition(":")[0]


def role_options() -> Options:
    return [(role.value, _(label)) for role, label in ROLES.items()]


def sector_options() -> Options:
    return [(each.code, _tr(each.title)) for each in queries.sectors()]


def job_role_options() -> Options:
    return _sorted((each.code, _tr(each.title)) for each in queries.job_roles())


def setting_options() -> Options:
    return _sorted((each.code, _tr(each.title)) for each in queries.settings())


def register_options() -> Options:
    return [(each.code, each.name) for each in queries.registers()]


def organisation_options(*, groups: bool = False) -> Options:
    """Bodies by name; with `groups` the whole tree in its order, indented, so that a grant can be put at any height."""
    tree = queries.organisation_tree(g.lang)
    if groups:
        return [(str(each.organisation.id), "– " * each.depth + _tr(each.organisation.name)) for each in tree]
    return _sorted(
        (str(each.organisation.id), _tr(each.organisation.name))
        for each in tree
        if each.organisation.kind not in ("group", "country")
    )


def local_path(text: str | None) -> str | None:
    """A path of this site, or None: never another site, however it is written."""
    if not text or not text.startswith("/") or text.startswith(("//", "/\\")) or len(text) > 2000:
        return None
    if any(ord(character) < 33 or character == "\\" for character in text):
        return None
    parts = urlsplit(text)
    return None if parts.scheme or parts.netloc else text


def browser_name(agent: str | None) -> str:
    """A browser and its system in a few words."""
    agent = agent or ""
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or system or _("A browser that does not say what it is")


BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Windows", "Windows"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


def next_url(page: Page[Any]) -> str | None:
    """The address of the following page of this list, with the same search."""
    if page.next is None:
        return None
    query = {**request.args.to_dict(), "cursor": page.next}
    return f"{request.path}?{urlencode(query)}"


def _sorted(options: Any) -> Options:
    return sorted(options, key=lambda option: option[1].casefold())


def _tr(text: Bilingual) -> str:
    return text.in_(g.lang)
