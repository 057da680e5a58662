"""Reference data: sectors, staff groups, registers, settings, job roles and the tree of organisations.

Loading again changes nothing; a changed file changes what it says, and rows are never removed.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert

from lms.accounts.models import JobRole, Organisation, Register, Sector, SectorName, ServiceSetting, StaffGroup
from lms.core import audit
from lms.core.db import Reference, db
from lms.core.ids import new_id
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Permission

DATA = Path(__file__).parent / "data"

LISTS = (
    # list in the file, kind, sector, group above, where the list itself says how far it was checked
    ("national_bodies", "", "", "NHS-NATIONAL", None),
    ("health_boards", "local_health_board", "nhs", "NHS-BOARDS", "two_sources"),
    ("nhs_trusts", "nhs_trust", "nhs", "NHS-TRUSTS", None),
    ("local_authorities", "local_authority", "social_care", "LOCAL-AUTHORITIES", "two_sources"),
    ("third_sector", "third_sector_body", "third_sector", "THIRD-SECTOR", "unverified"),
    ("providers", "training_provider", "independent", "PROVIDERS", "unverified"),
)
NO_REGISTER = "NONE"
"""The file's word for "on no register": here simply no register."""


def load_reference(actor: Actor) -> None:
    """Load everything that `data/*.yaml` says."""
    actor.require(Permission.ORGANISATION_EDIT)
    roles, settings, bodies = _read("roles"), _read("settings"), _read("organisations")
    changed = _upsert(SectorName, [
        _titled(row) | {"position": position, "illustrative": True} for position, row in enumerate(bodies["sectors"])
    ])  # fmt: skip
    changed += _upsert(StaffGroup, [_titled(row) for row in roles["staff_groups"]])
    changed += _upsert(Register, [
        _sourced(row) | {"name": row["name"]} for row in roles["registers"] if row["code"] != NO_REGISTER
    ])  # fmt: skip
    changed += _upsert(ServiceSetting, [_titled(row) | {"illustrative": True} for row in settings["settings"]])
    changed += _upsert(JobRole, list(_job_roles(roles)))
    changed += _load_organisations(bodies)
    if changed:
        audit.record(actor, "reference.loaded", rows=changed)


def _read(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    return loaded


def _sourced(row: dict[str, Any]) -> dict[str, Any]:
    return {"code": row["code"], "source": row.get("src"), "illustrative": bool(row.get("illustrative"))}


def _titled(row: dict[str, Any]) -> dict[str, Any]:
    return _sourced(row) | {"title_en": row["title"]["en"], "title_cy": row["title"]["cy"]}


def _job_roles(roles: dict[str, Any]) -> Iterator[dict[str, Any]]:
    clinical = {group["code"] for group in roles["staff_groups"] if group.get("clinical")}
    for row in roles["roles"]:
        yield _titled(row) | {
            "staff_group": row["group"],
            "registers": [code for code in row["register"] if code != NO_REGISTER],
            "clinical": row.get("clinical", row["group"] in clinical),
            "paid": row.get("paid"),
            "illustrative": True,  # the clinical mark is ours in every row
        }


def _upsert(kind: type[Reference], rows: list[dict[str, Any]]) -> int:
    """Insert or update by code; returns how many rows really changed."""
    table = kind.__table__
    statement = insert(table).values(rows)
    new = {name: statement.excluded[name] for name in rows[0] if name != "code"}
    differs = [table.c[name].is_distinct_from(value) for name, value in new.items()]
    statement = statement.on_conflict_do_update(index_elements=["code"], set_=new, where=or_(*differs))
    return len(db.session.execute(statement.returning(table.c.code)).all())


def _load_organisations(bodies: dict[str, Any]) -> int:
    """The tree, parents before children. A body that is there keeps its id; returns how many rows changed."""
    known = {each.code: each for each in db.session.scalars(select(Organisation))}
    changed = 0
    for row in _organisations(bodies):
        parent, footprint = known.get(row.pop("parent")), known.get(row.pop("footprint"))
        body = known.get(row["code"]) or Organisation(id=new_id(), code=row["code"])
        given = row | {
            "parent_id": parent.id if parent else None,
            "lineage": [*(parent.lineage if parent else []), body.id],
            "footprint_id": footprint.id if footprint else None,
        }
        fresh = body.code not in known
        if fresh or any(getattr(body, name) != value for name, value in given.items()):
            for name, value in given.items():
                setattr(body, name, value)
            changed += 1
        if fresh:
            db.session.add(body)
            db.session.flush()  # its children refer to it
            known[body.code] = body
    return changed


def _organisations(bodies: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every body of the file, in one shape; a parent or footprint comes before those that name it."""
    for row in bodies["groups"]:
        yield _body(row, row["type"], row["sector"], row["parent"], None)
    for name, kind, sector, parent, verified in LISTS:
        for row in bodies[name]:
            yield _body(row, row.get("type", kind), row.get("sector", sector), row.get("parent", parent), verified)


def _body(row: dict[str, Any], kind: str, sector: str, parent: str | None, verified: str | None) -> dict[str, Any]:
    return {
        "code": row.get("code") or row["gss"],
        "name": Bilingual(row["name"]["en"], row["name"]["cy"]),
        "kind": kind,
        "sector": Sector(sector),
        "parent": parent,
        "footprint": row.get("lhb"),
        "ods_code": row.get("ods"),
        "gss_code": row.get("gss"),
        "verified": row.get("verified", verified),
        "source": row.get("src"),
        "illustrative": bool(row.get("illustrative")),
    }
