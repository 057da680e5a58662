"""What a return says, put together from the facts as known at its instant; and again, to see that it is the same."""

from uuid import UUID

from sqlalchemy import select

from lms.core import clock
from lms.core.db import db, in_one_statement, record
from lms.core.errors import NotFound
from lms.core.permissions import Actor, Role
from lms.reporting import groups
from lms.reporting.groups import Body
from lms.reporting.returns import content as contents
from lms.reporting.returns import queries, rules
from lms.reporting.returns.content import Content
from lms.reporting.returns.knowing import as_known
from lms.reporting.returns.models import Return, ReturnContent
from lms.reporting.services import Asked


def put_together(it: Return, *, tell: bool = False, anew: bool = False) -> bytes:
    """The return's canonical bytes, from the facts as known at its instant, as somebody sees it who may see no names.

    Made again it is the same, whatever was recorded since. `tell`: write down how far it is, for who waits. `anew`: trust
    no tally that is kept.
    """
    body = next(each for each in groups.organisations() if each.id == it.organisation_id)
    previous = db.session.get(Return, it.previous_id) if it.previous_id else None
    publisher = Actor(name="Llwybr", roles=frozenset({(Role.COMMISSIONER, body.id)}))
    asked = Asked(
        organisation=None if body.parent_id is None else body.code, first=it.starts_on,
        last=it.ends_on.replace(day=1), as_at=it.ends_on,
    )  # fmt: skip
    told: Content = {
        "form": contents.FORM, "number": it.number, "edition": it.edition, "span": it.span.value,
        "starts_on": it.starts_on.isoformat(), "ends_on": it.ends_on.isoformat(),
        "known_at": it.known_at.astimezone(clock.LONDON).isoformat(timespec="microseconds"),
        "organisation": {"code": body.code, "name": vars(body.name)}, "disclosure": contents.disclosure(),
        "since": _since(it, body, previous), "reports": [],
    }  # fmt: skip
    slugs = list(it.reports)
    id, known_at = it.id, it.known_at
    with as_known(known_at, anew=anew):
        for done, slug in enumerate(slugs):
            if tell:
                _tell(id, done + 1)
            told["reports"].append(contents.of_answer(contents.answer_of(publisher, slug, asked)))
    return contents.canonical(told)


def _tell(return_id: UUID, done: int) -> None:
    """In a transaction by itself, so that it is seen while the making goes on."""
    in_one_statement(
        "UPDATE report_return_progress SET done = %(done)s WHERE return_id = %(id)s RETURNING done",
        {"done": done, "id": return_id},
    )


def _since(it: Return, body: Body, previous: Return | None) -> Content | None:
    if previous is None:
        return None
    place = None if body.parent_id is None else body.id
    return {
        "number": previous.number,
        "people": queries.causes(place, previous, it.ends_on, it.known_at),
    }


def keep(it: Return, told: bytes) -> ReturnContent:
    return record(
        ReturnContent(return_id=it.id, content=told, sha256=contents.sha256(told), made_at=clock.now())
    )  # fmt: skip


def verify(number: str, *, anew: bool = False) -> str:
    """Make it again and compare: "identical", "renamed" (the same figures under other names), or "different".

    `anew`: from the facts alone, which takes as long as counting everybody; else from the tallies, which are held against
    the facts every night.
    """
    it = db.session.scalars(select(Return).where(Return.number == number)).one_or_none()
    kept = queries.content_of(it.id) if it else None
    if it is None or kept is None:
        raise NotFound()
    old, sha = kept.content, kept.sha256
    again = put_together(it, anew=anew)
    if contents.sha256(old) == sha == contents.sha256(again):
        return "identical"
    return "renamed" if rules.same_figures(contents.read(old), contents.read(again)) else "different"
