"""The reference data: what the files say, once."""

from flask import Flask
from sqlalchemy import func, select

from lms.accounts.loading import load_reference
from lms.accounts.models import JobRole, Organisation, SectorName, ServiceSetting
from lms.core.audit import AuditEntry
from lms.core.db import db, transaction
from lms.core.permissions import Actor
from tests.factories.accounts import organisation


def test_the_tree_runs_from_wales_to_each_body(app: Flask) -> None:
    wales, boards, bcu = organisation("WALES"), organisation("NHS-BOARDS"), organisation("BCU")
    assert bcu.lineage == [wales.id, organisation("NHS-WALES").id, boards.id, bcu.id]
    assert (bcu.ods_code, bcu.gss_code, bcu.verified, bcu.illustrative) == ("7A1", "W11000023", "two_sources", False)
    assert wales.illustrative
    anglesey = organisation("W06000001")
    assert anglesey.footprint_id == bcu.id
    assert anglesey.lineage[0] == wales.id
    assert organisation("BCU-AP").parent_id == bcu.id
    assert db.session.scalar(select(func.count()).where(Organisation.parent_id.is_(None))) == 1


def test_every_name_is_in_both_languages(app: Flask) -> None:
    for kind in (SectorName, JobRole, ServiceSetting):
        assert all(each.title.complete for each in db.session.scalars(select(kind)))
    assert all(each.name.complete for each in db.session.scalars(select(Organisation)))


def test_clinical_follows_the_staff_group_and_is_marked_as_ours(app: Flask) -> None:
    roles = {each.code: each for each in db.session.scalars(select(JobRole))}
    assert len(roles) == 54
    assert roles["camhs_nurse"].clinical
    assert roles["camhs_nurse"].illustrative
    assert not roles["volunteer"].clinical
    assert roles["volunteer"].paid is False
    assert roles["peer_support_worker"].paid is True
    assert roles["volunteer"].registers == []


def test_loading_again_changes_nothing(app: Flask) -> None:
    before = db.session.scalar(select(func.count()).select_from(AuditEntry))
    with transaction():
        load_reference(Actor.system())
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == before
    with transaction():
        organisation("BCU").name = organisation("HDU").name
    with transaction():
        load_reference(Actor.system())
    assert organisation("BCU").name.en.startswith("Betsi")
