"""Headcounts: rows from a spreadsheet, or copied out of one, every one judged before anything is written."""

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import distinct_on

from courses.needs.upstairs import Known
from lms.accounts.models import Organisation, Sector
from lms.core import audit, clock
from lms.core.db import db
from lms.core.language import N_
from lms.core.permissions import Actor, Permission
from lms.reporting import groups
from lms.reporting.given_rows import Outcome, all_or_nothing, rows_of
from lms.reporting.models import Confidence, Headcount, Method

COLUMNS = ("organisation", "sector", "staff_group", "setting", "date", "people", "source", "method", "confidence")
HEADINGS = {
    "organisation": ("organisation", "sefydliad"), "sector": ("sector",),
    "staff_group": ("staff_group", "staff group", "grŵp staff"), "setting": ("setting", "lleoliad"),
    "date": ("date", "dyddiad"), "people": ("people", "pobl"), "source": ("source", "ffynhonnell"),
    "method": ("method", "dull"), "confidence": ("confidence", "hyder"),
}  # fmt: skip
MOST_PEOPLE = 1_000_000


def judge(actor: Actor, content: bytes) -> list[Outcome[Headcount]]:
    """Say of each row of CSV or XLSX what would become of it. Writes nothing.

    Raises Forbidden; SheetUnreadable, Invalid where there is no table in it.
    """
    if not actor.might(Permission.HEADCOUNT_RECORD):
        actor.require(Permission.HEADCOUNT_RECORD)
    outcomes: list[Outcome[Headcount]] = []
    seen: set[tuple[object, ...]] = set()
    bodies = {body.code: body for body in groups.organisations()}
    for number, cells in rows_of(content, HEADINGS, ("organisation", "date", "people", "source")):
        given = {name: cells.get(name, "") for name in COLUMNS}
        made, fault = _read(actor, given, bodies)
        if made is not None:
            key = (made.organisation_id, made.sector, made.staff_group, made.setting_code, made.on_day)
            made, fault = (
                (None, N_("The same place, group and date is in an earlier row")) if key in seen else (made, "")
            )
            seen.add(key)
        outcomes.append(Outcome(number, given, fault, made))
    return outcomes


def keep(actor: Actor, content: bytes) -> list[Outcome[Headcount]]:
    """Record every row, or none. Raises Invalid when a row has a fault, and what `judge` raises."""
    outcomes = judge(actor, content)
    made: list[Headcount] = all_or_nothing(outcomes)
    db.session.add_all(made)
    audit.record(actor, "headcounts.recorded", rows=len(outcomes))
    return outcomes


def known_of(organisations: Collection[UUID], day: date) -> Mapping[UUID, Known]:
    """The last headcount of each body as a whole, up to that day: what needs rounds ask (`courses.needs.upstairs`)."""
    found = (
        select(Headcount.organisation_id, Headcount.people, Headcount.source)
        .where(
            Headcount.organisation_id.in_(organisations), Headcount.on_day <= day, Headcount.sector.is_(None),
            Headcount.staff_group.is_(None), Headcount.setting_code.is_(None), Headcount.people > 0,
        )
        .ext(distinct_on(Headcount.organisation_id))
        .order_by(Headcount.organisation_id, Headcount.on_day.desc(), Headcount.recorded_at.desc(), Headcount.id.desc())
    )  # fmt: skip
    return {id: Known(people, source) for id, people, source in db.session.execute(found)}


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
