"""Headcounts: rows from a form or a spreadsheet, every one judged before anything is written."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select

from lms.accounts.models import Organisation, Sector
from lms.core import audit, clock
from lms.core.db import db
from lms.core.errors import Invalid
from lms.core.language import N_
from lms.core.permissions import Actor, Permission
from lms.reporting import groups
from lms.reporting.models import Confidence, Headcount, Method

COLUMNS = ("organisation", "sector", "staff_group", "setting", "date", "people", "source", "method", "confidence")
MOST_ROWS, MOST_PEOPLE = 2000, 1_000_000


@dataclass(frozen=True)
class Outcome:
    """What would become of a row: `fault` empty, it would be recorded. `given`: its cells as they came."""

    number: int
    given: Mapping[str, str]
    fault: str
    headcount: Headcount | None


def judge(actor: Actor, text: str) -> list[Outcome]:
    """Read rows with a header, separated by commas or tabs, and say of each what would become of it. Writes nothing.

    Raises Forbidden; Invalid where there is no table in it.
    """
    if not actor.might(Permission.HEADCOUNT_RECORD):
        actor.require(Permission.HEADCOUNT_RECORD)
    text = text.lstrip("\ufeff").strip("\r\n")
    first = text.splitlines()[0] if text else ""
    reader = csv.DictReader(io.StringIO(text), delimiter="\t" if "\t" in first else ",")
    names = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    if missing := [name for name in ("organisation", "date", "people", "source") if name not in names]:
        raise Invalid(
            N_("These columns are missing: %(columns)s"), params={"columns": ", ".join(missing)},
            fields={"rows": N_("The first line must name the columns")},
        )  # fmt: skip
    reader.fieldnames = names
    outcomes: list[Outcome] = []
    seen: set[tuple[object, ...]] = set()
    bodies = {body.code: body for body in groups.organisations()}
    for number, row in enumerate(reader, 2):
        if len(outcomes) == MOST_ROWS:
            raise Invalid(fields={"rows": N_("There are more than 2,000 rows. Split them.")})
        given = {name: (row.get(name) or "").strip() for name in COLUMNS}
        made, fault = _read(actor, given, bodies)
        if made is not None:
            key = (made.organisation_id, made.sector, made.staff_group, made.setting_code, made.on_day)
            made, fault = (
                (None, N_("The same place, group and date is in an earlier row")) if key in seen else (made, "")
            )
            seen.add(key)
        outcomes.append(Outcome(number, given, fault, made))
    return outcomes


def keep(actor: Actor, text: str) -> list[Outcome]:
    """Record every row, or none. Raises Invalid when a row has a fault, and what `judge` raises."""
    outcomes = judge(actor, text)
    if not outcomes or any(each.fault for each in outcomes):
        raise Invalid(fields={"rows": N_("Mend the rows with a fault first. Nothing was recorded.")})
    db.session.add_all([each.headcount for each in outcomes])
    audit.record(actor, "headcounts.recorded", rows=len(outcomes))
    return outcomes


def recorded(actor: Actor) -> Select[Headcount, Organisation]:
    """What has been recorded for the bodies in reach, newest first. Raises Forbidden."""
    reach = actor.reach(Permission.HEADCOUNT_RECORD)
    if not reach.everything and not reach.places:
        actor.require(Permission.HEADCOUNT_RECORD)
    found = select(Headcount, Organisation).join(Organisation, Organisation.id == Headcount.organisation_id)
    if not reach.everything:
        found = found.where(Organisation.lineage.overlap(list(reach.places)))
    return found.order_by(Headcount.on_day.desc(), Headcount.recorded_at.desc(), Headcount.id)


def _read(actor: Actor, given: Mapping[str, str], bodies: Mapping[str, groups.Body]) -> tuple[Headcount | None, str]:
    body = bodies.get(given["organisation"])
    if body is None or not actor.may(Permission.HEADCOUNT_RECORD, at=body.lineage):
        return None, N_("There is no such organisation in your care")
    known: dict[str, set[str]] = {
        "sector": {sector.value for sector in Sector},
        "staff_group": set(groups.people_by("role")),
        "setting": set(groups.people_by("setting")),
    }
    chosen = {name: given[name] for name in known if given[name]}
    if any(value not in known[name] or value == "none" for name, value in chosen.items()):
        return None, N_("The sector, staff group or setting is not known")
    if len(chosen) > 1:
        return None, N_("Give a sector, a staff group or a setting, not several")
    try:
        day = date.fromisoformat(given["date"])
        people = int(given["people"].replace(",", ""))
    except ValueError:
        return None, N_("The date must be like 2027-03-31, and the people a whole number")
    if day > clock.today() or not 0 <= people <= MOST_PEOPLE:
        return None, N_("The date lies ahead, or the number cannot be right")
    if not given["source"]:
        return None, N_("Say where the number comes from")
    try:
        method, confidence = Method(given["method"] or "other"), Confidence(given["confidence"] or "low")
    except ValueError:
        return None, N_("The method is esr, census, estimate or other; the confidence high, medium or low")
    return Headcount(
        organisation_id=body.id, sector=Sector(chosen["sector"]) if "sector" in chosen else None,
        staff_group=chosen.get("staff_group"), setting_code=chosen.get("setting"), on_day=day, people=people,
        source=given["source"], method=method, confidence=confidence, recorded_by=actor.person,
    ), ""  # fmt: skip
