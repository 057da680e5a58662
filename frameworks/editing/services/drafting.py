"""Begin a framework or its next version, and say what a draft is called."""

from uuid import UUID

from sqlalchemy import select

from frameworks import queries as frameworks
from frameworks.editing import queries
from frameworks.editing.errors import FrameworkCodeTaken, InTheMaking
from frameworks.editing.services.opening import edited, open_to, require_edition
from frameworks.models import (
    IN_THE_MAKING,
    Domain,
    Framework,
    FrameworkVersion,
    Level,
    Requirement,
    Statement,
    Status,
)
from lms.accounts.models import Organisation
from lms.core import audit
from lms.core.db import db, get_or_refuse, record
from lms.core.language import N_, Bilingual
from lms.core.permissions import Actor, Permission


def begin(
    actor: Actor, code: str, organisation_id: UUID, *, title: Bilingual, short_title: Bilingual, owner: Bilingual
) -> FrameworkVersion:
    """A new framework, kept at that organisation, with an empty draft. Raises FrameworkCodeTaken."""
    actor.require(Permission.FRAMEWORK_EDIT, at=get_or_refuse(Organisation, organisation_id).lineage)
    if db.session.scalars(select(Framework.id).where(Framework.code == code)).first():
        raise FrameworkCodeTaken(fields={"code": N_("Another framework has this code already")})
    framework = record(Framework(code=code, organisation_id=organisation_id))
    version = record(
        FrameworkVersion(
            framework=framework, number=1, status=Status.DRAFT, title=title, short_title=short_title, owner=owner,
            note=Bilingual("", ""), digest="", author_id=actor.person,
        )
    )  # fmt: skip
    audit.record(actor, "framework.drafted", thing=version, code=code, number=1)
    return version


def revise(actor: Actor, code: str) -> FrameworkVersion:
    """The next version of a framework in force, as a draft that says the same. Raises InTheMaking, NotFound."""
    published = frameworks.whole_version(code)
    actor.require(Permission.FRAMEWORK_EDIT, at=queries.lineage_of(published.framework))
    framework = get_or_refuse(Framework, published.framework_id, lock=True)
    numbers = db.session.execute(
        select(FrameworkVersion.number, FrameworkVersion.status).where(FrameworkVersion.framework_id == framework.id)
    ).all()
    if any(status in IN_THE_MAKING for _number, status in numbers):
        raise InTheMaking()
    version = record(_copied(published, max(number for number, _status in numbers) + 1, actor.person))
    _copy_parts(published, version)
    audit.record(actor, "framework.drafted", thing=version, code=code, number=version.number)
    return version


def edit_texts(
    actor: Actor, version_id: UUID, edition: int, *, title: Bilingual, short_title: Bilingual, owner: Bilingual,
    note: Bilingual,
) -> FrameworkVersion:  # fmt: skip
    """What the version is called, whose it is, and what is to be said about it. Raises StandsStill, StaleEdit."""
    version = open_to(actor, version_id, "edit")
    require_edition(version, edition)
    version.title, version.short_title, version.owner, version.note = title, short_title, owner, note
    edited(actor, version, "texts")
    return version


def _copied(was: FrameworkVersion, number: int, author: UUID | None) -> FrameworkVersion:
    return FrameworkVersion(
        framework_id=was.framework_id, framework=was.framework, number=number, status=Status.DRAFT, title=was.title,
        short_title=was.short_title, owner=was.owner, note=was.note, adapted_from=was.adapted_from, digest="",
        source=was.source, illustrative=was.illustrative, author_id=author, based_on_id=was.id, case=was.case,
    )  # fmt: skip


def _copy_parts(was: FrameworkVersion, version: FrameworkVersion) -> None:
    levels = {
        each.id: Level(version_id=version.id, code=each.code, rank=each.rank, title=each.title, audience=each.audience,
                       identifier=each.identifier, source=each.source, illustrative=each.illustrative)
        for each in was.levels
    }  # fmt: skip
    domains = {
        each.id: Domain(version_id=version.id, code=each.code, position=each.position, title=each.title,
                        course_codes=list(each.course_codes), identifier=each.identifier, source=each.source,
                        illustrative=each.illustrative, case=each.case)
        for each in was.domains
    }  # fmt: skip
    db.session.add_all([*levels.values(), *domains.values()])
    db.session.flush()  # statements and requirements name their ids
    for each in was.statements:
        db.session.add(
            Statement(version_id=version.id, code=each.code, position=each.position, wording=each.wording,
                      domain_id=domains[each.domain_id].id if each.domain_id else None,
                      level_id=levels[each.level_id].id if each.level_id else None, kind=each.kind,
                      identifier=each.identifier, came_from_id=each.id, source=each.source,
                      illustrative=each.illustrative, case=each.case)
        )  # fmt: skip
    for need in was.requirements:
        db.session.add(
            Requirement(version_id=version.id, position=need.position, condition=dict(need.condition),
                        level_id=levels[need.level_id].id,
                        domain_id=domains[need.domain_id].id if need.domain_id else None, source=need.source,
                        illustrative=need.illustrative)
        )  # fmt: skip
    db.session.flush()  # the copy is whole before anybody reads it
