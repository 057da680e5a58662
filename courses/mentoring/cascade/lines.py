"""The lines of a form that say who was there: how many people of which kind, and names, one a line."""

from collections.abc import Mapping

from flask_babel import gettext as _
from marshmallow import ValidationError, validate

from courses.mentoring.cascade.models import CascadeAccount
from courses.mentoring.cascade.rules import MOST_PEOPLE, Named, RoleGroup
from lms.accounts.models import Sector
from lms.core.web.forms import FormState

LINES = 8
SHOWN = 2
"""Lines that are there at once; the rest open below."""
_ADDRESS = validate.Email()


def start(account: CascadeAccount | None, sector: str | None = None) -> dict[str, str]:
    """The lines before anything is sent: as they were, or one line of the champion's own sector."""
    if account is None:
        return {"sector-1": sector or Sector.NHS.value}
    return {
        name: value
        for n, each in enumerate(account.groups[:LINES], start=1)
        for name, value in (
            (f"sector-{n}", each.sector.value), (f"role-{n}", each.role_group.value), (f"people-{n}", str(each.people))
        )
    }  # fmt: skip


def read_groups(form: FormState, given: Mapping[str, str]) -> dict[tuple[Sector, RoleGroup], int]:
    """People by kind. A line without a number is empty; two lines of one kind are added up. Faults go onto the form."""
    found: dict[tuple[Sector, RoleGroup], int] = {}
    for n in range(1, LINES + 1):
        sector, role, people = (given.get(f"{name}-{n}", "").strip() for name in ("sector", "role", "people"))
        form.values |= {f"sector-{n}": sector, f"role-{n}": role, f"people-{n}": people}
        if not people:
            continue
        if not people.isdecimal() or not 1 <= int(people[:6]) <= MOST_PEOPLE:
            form.refuse(f"people-{n}", _("Enter how many people, from 1 to 500"))
        elif sector not in list(Sector):
            form.refuse(f"sector-{n}", _("Choose a sector"))
        elif role not in list(RoleGroup):
            form.refuse(f"role-{n}", _("Choose what they do"))
        else:
            key = (Sector(sector), RoleGroup(role))
            found[key] = found.get(key, 0) + int(people)
    if not found and not any(name.startswith(("people-", "sector-", "role-")) for name in form.errors):
        form.refuse("people-1", _("Say how many people were there, in one line at least"))
    return found


def read_named(form: FormState, text: str) -> list[Named]:
    """Attendees of a text with one a line. Faults go onto the form."""
    found = []
    for line in filter(None, (each.strip() for each in text.split("\n"))):
        name, _comma, address = line.rpartition(",")
        address = address.strip().lower()
        try:
            _ADDRESS(address)
        except ValidationError:
            form.refuse("named", _("This is not an e-mail address: %(address)s", address=address[:80]))
            return []
        found.append(Named(name.strip()[:120], address))
    return found
