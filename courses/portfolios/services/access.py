"""Which portfolio, and may this actor? Every use case and every page begins here."""

from collections.abc import Callable
from functools import cache
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.sql.base import ExecutableOption

from courses.portfolios.errors import FileNotChecked, LicenceNotLive, NotTheSupervisor, SignerIsLearner
from courses.portfolios.models import CheckState, EvidenceItem, EvidenceState, Portfolio, SignOff
from courses.portfolios.queries import check_of, overview, whole
from courses.supervision.models import SupervisorLicence
from courses.supervision.queries import has_charge, live_licence, supervisor_of
from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.files import StoredFile
from lms.core.permissions import Actor, Permission


def portfolio_by_id(actor: Actor, permission: Permission, portfolio_id: UUID, *, lock: bool = False) -> Portfolio:
    """The portfolio. With `lock` nobody else changes it or its items until the edge commits.

    Raises NotFound to whoever may not read it, Forbidden to whoever may read and no more.
    """
    found = _whole("id")
    if lock:
        found = found.with_for_update(of=Portfolio)
    return _readable(actor, permission, found, portfolio_id)


def portfolio_by_enrolment(actor: Actor, permission: Permission, enrolment_id: UUID) -> Portfolio:
    """As `portfolio_by_id`, by the enrolment that it belongs to."""
    return _readable(actor, permission, _whole("enrolment_id"), enrolment_id)


def overview_by_enrolment(actor: Actor, enrolment_id: UUID) -> Portfolio:
    """To be listed: states and decisions of its items, and nothing of what they say. Raises NotFound."""
    return _readable(actor, Permission.PORTFOLIO_READ, _whole("enrolment_id", overview), enrolment_id)


@cache
def _whole(key: str, loaded: Callable[[], tuple[ExecutableOption, ...]] = whole) -> Select[Portfolio]:
    """The statement for a portfolio by that column, built once: it has many parts."""
    return select(Portfolio).where(getattr(Portfolio, key) == bindparam("id")).options(*loaded())


def _readable(actor: Actor, permission: Permission, found: Select[Portfolio], id: UUID) -> Portfolio:
    portfolio = db.session.scalars(found, {"id": id}, execution_options={"populate_existing": True}).one_or_none()
    if portfolio is None:
        raise NotFound()
    actor.require_or_hide(Permission.PORTFOLIO_READ, about=portfolio.learner_id)
    mine = actor.is_system or actor.person == portfolio.learner_id
    if not (mine or _in_charge(actor, portfolio)):
        raise NotFound()
    actor.require(permission, about=portfolio.learner_id)
    return portfolio


def item_by_id(actor: Actor, permission: Permission, item_id: UUID, *, lock: bool = False) -> EvidenceItem:
    """The item with its portfolio; `lock` locks the portfolio, which stands for all of its items."""
    portfolio_id = _id(select(EvidenceItem.portfolio_id).where(EvidenceItem.id == item_id))
    portfolio = portfolio_by_id(actor, permission, portfolio_id, lock=lock)
    return next(item for item in portfolio.items if item.id == item_id)


def item_at(portfolio: Portfolio, position: int) -> EvidenceItem:
    """The portfolio's item at that position. Raises NotFound."""
    for item in portfolio.items:
        if item.template_item.position == position:
            return item
    raise NotFound()


def shows_evidence(actor: Actor, item: EvidenceItem) -> bool:
    """Is the item's content for this actor's eyes? A draft is the learner's alone until it is submitted."""
    mine = actor.is_system or item.portfolio.learner_id == actor.person
    return mine or item.state in (EvidenceState.SUBMITTED, EvidenceState.ACCEPTED)


def file_of(actor: Actor, portfolio: Portfolio, position: int) -> tuple[StoredFile, str]:
    """The file of an item and its name. Raises NotFound where there is none for this actor, or FileNotChecked."""
    item = item_at(portfolio, position)
    if item.file is None or item.file_name is None or not shows_evidence(actor, item):
        raise NotFound()
    return checked_file(item)


def checked_file(item: EvidenceItem) -> tuple[StoredFile, str]:
    """The item's file and its name, once it may be opened. Raises NotFound, FileNotChecked."""
    if item.file is None or item.file_name is None:
        raise NotFound()
    _is_checked(item.file)
    return item.file, item.file_name


def _is_checked(file: StoredFile) -> None:
    check = check_of(file.id)
    if check is not None and check.state is not CheckState.CLEAN:
        raise FileNotChecked()


def signed_file(signature: SignOff, position: int) -> tuple[StoredFile, str]:
    """The file of an item as it was signed, and its name. Raises NotFound, FileNotChecked."""
    for each in signature.content["items"]:
        if each["position"] == position and (kept := each["file"]):
            stored = select(StoredFile).where(StoredFile.sha256 == bytes.fromhex(kept["sha256"]))
            found = db.session.scalars(stored).one_or_none()
            if found is None:
                break
            _is_checked(found)
            return found, kept["name"]
    raise NotFound()


def signature_of(portfolio: Portfolio, version: int) -> SignOff:
    """The signature under that version. Raises NotFound."""
    for signature in portfolio.sign_offs:
        if signature.version == version:
            return signature
    raise NotFound()


def licence_to_decide(actor: Actor, portfolio: Portfolio) -> SupervisorLicence:
    """The licence under which the actor decides about this portfolio today.

    Raises SignerIsLearner, NotTheSupervisor or LicenceNotLive (domain dossier §4, rule 4).
    """
    if actor.person == portfolio.learner_id:
        raise SignerIsLearner()
    if actor.person is None or not _in_charge(actor, portfolio):
        raise NotTheSupervisor()
    licence = live_licence(actor.person, portfolio.programme_code, clock.today())
    if licence is None:
        raise LicenceNotLive()
    return licence


def supervisor_now(portfolio: Portfolio) -> Person | None:
    """Who supervises the learner in the portfolio's programme today."""
    supervision = supervisor_of(portfolio.learner_id, portfolio.programme_code, clock.today())
    return supervision.supervisor if supervision else None


def _in_charge(actor: Actor, portfolio: Portfolio) -> bool:
    """The learner's supervisor in the programme today, or whoever stands in."""
    return has_charge(actor.person, portfolio.learner_id, portfolio.programme_code, clock.today())


def _id(found: object) -> UUID:
    id: UUID | None = db.session.scalar(found)  # type: ignore[call-overload]
    if id is None:
        raise NotFound()
    return id
