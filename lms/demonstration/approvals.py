"""Approvals for functions under statute: a council's AMHPs, an Approved Clinician, and an assessor."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update

from certificates.approvals import jobs
from certificates.approvals.models import Approval
from certificates.approvals.rules import Basis, Check, SuspensionReason, anniversary, last_day
from certificates.approvals.services import changing, granting, proving
from certificates.approvals.services.granting import Asked
from lms.accounts.models import Membership
from lms.accounts.queries import primary_email
from lms.core import clock
from lms.core.db import db
from lms.core.permissions import Actor
from lms.demonstration.acting import acting, at

COUNCIL, NEIGHBOUR, TEAM = "W06000006", "W06000002", "BCU-AP"
BEGAN = (40, 220, 410, 700, 1010, 1400, 1660, 1745, 1785, 1900)
"""Days ago, on which the council's AMHPs were approved: some end soon, the last has ended."""
CONDITIONS = "18 awr o hyfforddiant y flwyddyn / 18 hours of training a year"


def tell(cast: dict[str, UUID], members: Sequence[dict[str, Any]], today: date) -> None:
    """After the histories. `members`: the crowd's memberships."""
    workers = [each["person_id"] for each in members if each["job_role_code"] == "social_worker"][: len(BEGAN) + 3]
    amhps = [_amhp(person, today - timedelta(days=ago)) for person, ago in zip(workers, BEGAN, strict=False)]
    for n, it in enumerate(amhps):
        _prove(it, today, leaves_out=n == 3)
    mine = _amhp(cast["supervisor"], today - timedelta(days=500), profession="psychologist")
    db.session.execute(
        update(Membership).where(Membership.person_id == cast["supervisor"]).values(line_manager_id=cast["board"])
    )
    with at(today - timedelta(days=9)):
        given = today - timedelta(days=20)
        proving.give(acting(cast["supervisor"]), mine.id, "practice", given, "Chwe asesiad / Six assessments", 540)
    moved, paused, assessor = workers[len(BEGAN) :]
    _amhp(moved, today - timedelta(days=600))
    _amhp(moved, today - timedelta(days=12), body=NEIGHBOUR)
    held = _amhp(paused, today - timedelta(days=300))
    with at(today - timedelta(days=6)):
        changing.suspend(
            Actor.system(),
            held.id,
            clock.today(),
            SuspensionReason.REGISTRATION,
            "Registration suspended on the same day.",
        )
    _clinician(cast["doctor"], today - timedelta(days=1790))
    _assessor(assessor, today)
    with at(today):
        jobs.alert()
        jobs.remind()


def _approved(person: UUID, code: str, body: str, starts_on: date, **given: Any) -> Approval:
    asked: dict[str, Any] = {
        "decided_on": starts_on, "starts_on": starts_on, "ends_on": last_day(starts_on, 5), "basis": Basis.COURSE,
        "course_title": "Prifysgol Abertawe / Swansea University", "course_on": anniversary(starts_on, -1),
    } | given  # fmt: skip
    with at(starts_on):
        return granting.approve(Actor.system(), body, code, primary_email(person) or "", Asked(**asked))


def _amhp(person: UUID, starts_on: date, body: str = COUNCIL, profession: str = "social_worker") -> Approval:
    return _approved(person, "AMHP", body, starts_on, profession=profession, conditions=CONDITIONS)


def _prove(it: Approval, today: date, *, leaves_out: bool) -> None:
    """Evidence for each year that is over, but perhaps not for the first one."""
    year = 2 if leaves_out else 1
    while (day := anniversary(it.starts_on, year) - timedelta(days=30)) < today and it.ends_on and day < it.ends_on:
        with at(day):
            proving.give(Actor.system(), it.id, "competence", day, "Asesiad a arsylwyd / Observed assessment", 120)
        year += 1


def _clinician(person: UUID, starts_on: date) -> None:
    _approved(
        person, "AC", TEAM, starts_on, profession="psychiatrist", course_title="Cwrs sefydlu CC / AC induction",
    )  # fmt: skip


def _assessor(person: UUID, today: date) -> None:
    it = _approved(
        person, "BIA", COUNCIL, today - timedelta(days=150), profession="social_worker", ends_on=None,
        checks=(Check.SKILLS, Check.INSURANCE, Check.DBS),
    )  # fmt: skip
    for ago in (90, 20):
        with at(today - timedelta(days=ago)):
            changing.choose(Actor.system(), it.id, clock.today(), set(Check))
