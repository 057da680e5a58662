"""What portfolios ask for, written by those who edit courses. A draft grows; what is published stays as it is.

Portfolios in progress keep the version with which they were opened; those that open later take the newest.
"""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from uuid import UUID

import orjson
from sqlalchemy import func, select

from courses.portfolios.errors import TemplateCodeTaken, TemplateIncomplete, TemplatePublished
from courses.portfolios.models import EvidenceKind, PortfolioTemplate, SupervisionRule, TemplateItem
from courses.portfolios.template_queries import template_versions
from lms.core import audit, clock
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Invalid, NotFound, StaleEdit
from lms.core.language import N_, Bilingual
from lms.core.permissions import Actor, Permission

EDIT, PUBLISH = Permission.COURSE_EDIT, Permission.COURSE_PUBLISH
MOST_ITEMS = 200


NOTHING = Bilingual("", "")


@dataclass(frozen=True)
class Asked:
    """One thing that a template asks for, as its author writes it. `minutes` are of supervision."""

    kind: EvidenceKind
    title: Bilingual
    guidance: Bilingual = NOTHING
    optional: bool = False
    individual_only: bool = False
    observer_signs: bool = False
    minutes: int | None = None


def require_editor(actor: Actor, permission: Permission = EDIT) -> None:
    """Raises Forbidden unless the actor may edit courses somewhere: templates belong to no one body."""
    actor.require(permission, at=tuple(actor.reach(permission).places))


def versions_of(actor: Actor, code: str) -> list[PortfolioTemplate]:
    """Every version with its items, the newest first, for whoever edits courses. Raises Forbidden, NotFound."""
    require_editor(actor)
    versions = template_versions(code) if code.isprintable() else []  # an address may hold what no text column can
    if not versions:
        raise NotFound()
    return versions


def draft_of(actor: Actor, code: str) -> PortfolioTemplate:
    """The version that is being written. Raises Forbidden, NotFound."""
    for each in versions_of(actor, code):
        if each.published_at is None:
            return each
    raise NotFound()


def begin(actor: Actor, code: str, title: Bilingual, supervision: SupervisionRule) -> PortfolioTemplate:
    """A first draft. Raises TemplateCodeTaken."""
    require_editor(actor)
    if db.session.scalar(select(func.count()).where(PortfolioTemplate.code == code)):
        raise TemplateCodeTaken(fields={"code": N_("Another portfolio template has this code")})
    made = record(PortfolioTemplate(code=code, number=1, title=title, supervision=supervision, digest=""))
    audit.record(actor, "portfolio-template.begun", thing=made, code=code)
    return made


def revise(actor: Actor, code: str) -> PortfolioTemplate:
    """A draft that asks for what the newest version does; the draft that there is, if there is one. Raises NotFound."""
    versions = versions_of(actor, code)
    if draft := next((each for each in versions if each.published_at is None), None):
        return draft
    newest = versions[0]
    made = record(
        PortfolioTemplate(
            code=code, number=newest.number + 1, title=newest.title, supervision=newest.supervision, digest="",
            source=newest.source, illustrative=newest.illustrative, optional_needed=newest.optional_needed,
            items=[_item(each.position, asked_of(each)) for each in newest.items],
        )
    )  # fmt: skip
    audit.record(actor, "portfolio-template.begun", thing=made, code=code, number=made.number)
    return made


def asked_of(item: TemplateItem) -> Asked:
    """The item as its author wrote it."""
    return Asked(
        item.kind, item.title, item.guidance, item.optional, item.individual_only, item.observer_signs, item.minutes
    )


def edit(
    actor: Actor, template_id: UUID, edition: int, *, title: Bilingual, supervision: SupervisionRule,
    optional_needed: int,
) -> PortfolioTemplate:  # fmt: skip
    """Change what is said of the whole. Raises TemplatePublished, StaleEdit."""
    draft = _draft(actor, template_id, edition)
    draft.title, draft.supervision, draft.optional_needed = title, supervision, optional_needed
    return draft


def add_items(actor: Actor, template_id: UUID, edition: int, asked: Asked, how_many: int = 1) -> PortfolioTemplate:
    """Ask for so many pieces of a kind: each becomes an item of its own, counted in its title where there are several."""
    draft = _draft(actor, template_id, edition)
    _is_whole(asked)
    if len(draft.items) + how_many > MOST_ITEMS:
        raise Invalid(fields={"how_many": N_("A portfolio can ask for 200 things at most")})
    for number in range(1, how_many + 1):
        title = asked.title
        if how_many > 1:
            title = Bilingual(f"{title.en} ({number} of {how_many})", f"{title.cy} ({number} o {how_many})")
        draft.items.append(_item(len(draft.items) + 1, replace(asked, title=title)))
    db.session.flush()  # the page that follows counts them
    return draft


def change_item(actor: Actor, template_id: UUID, edition: int, position: int, asked: Asked) -> PortfolioTemplate:
    """Raises NotFound where there is no such item."""
    draft = _draft(actor, template_id, edition)
    _is_whole(asked)
    item = _at(draft, position)
    for name, value in _fields(asked).items():
        setattr(item, name, value)
    return draft


def move_item(actor: Actor, template_id: UUID, edition: int, position: int, by: int) -> PortfolioTemplate:
    """Earlier (`by` -1) or later (1); at an end it stays."""

    def move(items: list[TemplateItem]) -> list[TemplateItem]:
        place = position - 1
        there = min(max(place + (-1 if by < 0 else 1), 0), len(items) - 1)
        items[place], items[there] = items[there], items[place]
        return items

    return _rearranged(_draft(actor, template_id, edition), position, move)


def remove_item(actor: Actor, template_id: UUID, edition: int, position: int) -> PortfolioTemplate:
    draft = _draft(actor, template_id, edition)
    gone = _at(draft, position)

    def without(items: list[TemplateItem]) -> list[TemplateItem]:
        db.session.delete(gone)
        return [each for each in items if each is not gone]

    return _rearranged(draft, position, without)


def missing(draft: PortfolioTemplate) -> dict[str, str]:
    """What is missing before it can be published, by field."""
    found: dict[str, str] = {}
    if not draft.title.en or not draft.title.cy:
        found["title"] = N_("Write the title in both languages")
    if not draft.items:
        found["items"] = N_("Ask for at least one thing")
    if draft.optional_needed > sum(each.optional for each in draft.items):
        found["optional_needed"] = N_("There are fewer optional items than must be accepted")
    if draft.items and all(each.optional for each in draft.items) and not draft.optional_needed:
        found["optional"] = N_("Say how many of the optional items must be accepted")
    return found


def publish(actor: Actor, template_id: UUID, edition: int) -> PortfolioTemplate:
    """From now on portfolios are opened with it. Raises TemplateIncomplete, TemplatePublished, StaleEdit."""
    require_editor(actor, PUBLISH)
    draft = _draft(actor, template_id, edition)
    if lacks := missing(draft):
        raise TemplateIncomplete(fields=lacks)
    highest = select(func.max(PortfolioTemplate.number)).where(PortfolioTemplate.code == draft.code)
    newest = db.session.scalar(highest) or 0
    if newest > draft.number:  # another one was loaded while this was written
        draft.number = newest + 1
    content = {
        "title": asdict(draft.title), "supervision": draft.supervision, "optional_needed": draft.optional_needed,
        "items": [asdict(asked_of(each)) for each in draft.items],
    }  # fmt: skip
    draft.digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    draft.published_at = clock.now()
    audit.record(
        actor, "portfolio-template.published", thing=draft, code=draft.code, number=draft.number, digest=draft.digest
    )
    return draft


def discard(actor: Actor, template_id: UUID) -> None:
    """Throw a draft away. Raises TemplatePublished."""
    draft = _draft(actor, template_id, None)
    for each in draft.items:
        db.session.delete(each)
    db.session.flush()  # the items go before what they belong to
    db.session.delete(draft)
    audit.record(actor, "portfolio-template.discarded", thing=draft, code=draft.code, number=draft.number)


def _draft(actor: Actor, template_id: UUID, edition: int | None) -> PortfolioTemplate:
    """The draft, to be changed: its edition grows, and with it every address that the other tabs hold."""
    require_editor(actor)
    draft = get_or_refuse(PortfolioTemplate, template_id, lock=True)
    if draft.published_at is not None:
        raise TemplatePublished()
    if edition is not None and draft.edition != edition:
        raise StaleEdit()
    draft.edition += 1
    return draft


def _is_whole(asked: Asked) -> None:
    faults: dict[str, str] = {}
    if bool(asked.guidance.en) != bool(asked.guidance.cy):
        empty = "cy" if asked.guidance.en else "en"
        faults[f"guidance_{empty}"] = N_("Write the guidance in both languages, or in neither")
    if asked.kind is EvidenceKind.SUPERVISION_HOURS and not asked.minutes:
        faults["minutes"] = N_("Enter how many minutes of supervision are asked for")
    if asked.observer_signs and asked.kind is not EvidenceKind.OBSERVED_PRACTICE:
        faults["observer_signs"] = N_("Only observed practice is signed by an observer")
    if faults:
        raise Invalid(fields=faults)


def _item(position: int, asked: Asked) -> TemplateItem:
    return TemplateItem(position=position, **_fields(asked))


def _fields(asked: Asked) -> dict[str, object]:
    fields = {name: getattr(asked, name) for name in Asked.__dataclass_fields__}
    if asked.kind is not EvidenceKind.SUPERVISION_HOURS:
        fields["minutes"] = None
    return fields


def _at(draft: PortfolioTemplate, position: int) -> TemplateItem:
    for each in draft.items:
        if each.position == position:
            return each
    raise NotFound()


def _rearranged(
    draft: PortfolioTemplate, position: int, arrange: Callable[[list[TemplateItem]], list[TemplateItem]]
) -> PortfolioTemplate:
    _at(draft, position)
    items = arrange(list(draft.items))
    for place, each in enumerate(items, start=1):
        each.position = -place
    db.session.flush()  # out of each other's way: a position is unique
    for place, each in enumerate(items, start=1):
        each.position = place
    db.session.flush()
    db.session.expire(draft, ["items"])
    return draft
