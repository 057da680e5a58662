"""What people do with their own ratings, and what supervisors answer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from frameworks.assessment import letters, queries, scale, upstairs, views
from frameworks.assessment.errors import NothingToAsk, NotWaiting, NotYourEvidence
from frameworks.assessment.models import AssessmentSharing, LapseSetting, Rating, RatingAnswer, RatingStanding
from frameworks.assessment.rules import RatingState, is_met
from frameworks.assessment.views import Assessment, Line
from lms.accounts import queries as accounts
from lms.accounts.models import Person
from lms.core import audit, clock
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import Forbidden, Invalid, NotFound, StaleEdit
from lms.core.language import N_
from lms.core.permissions import Actor, Permission

READ, EDIT, CONFIRM = Permission.ASSESSMENT_READ, Permission.ASSESSMENT_EDIT, Permission.ASSESSMENT_CONFIRM
LONGEST = 2000
MOST_EVIDENCE = 20


@dataclass(frozen=True)
class Say:
    """What somebody says about a statement. `value` None: nothing yet."""

    value: str | None
    comment: str = ""
    evidence: tuple[str, ...] = ()


def mine(actor: Actor, code: str) -> Assessment:
    """One's own standing in a framework. Raises NotFound."""
    return views.assessment(_me(actor, READ), code, clock.today())


As = Literal["self", "supervisor", "manager"]


def of_person(actor: Actor, person_id: UUID, code: str) -> tuple[Assessment, As]:
    """Somebody's ratings, for whom they are shared with; raises NotFound to everybody else, whatever there is.

    A manager sees ratings, and neither comments nor evidence.
    """
    it = views.assessment(person_id, code, clock.today())
    if actor.may(READ, about=person_id) and person_id == actor.person:
        return it, "self"
    if it.shared.to_supervisor and actor.may(READ, about=person_id):
        return it, "supervisor"
    if it.shared.to_manager and manages(actor, person_id):
        return it, "manager"
    raise NotFound()


def manages(actor: Actor, person_id: UUID) -> bool:
    """Does the actor lead this person's team, or are they named as line manager? Two queries at most."""
    if person_id == actor.person or not actor.might(Permission.TEAM_READ):
        return False
    if actor.reach(Permission.TEAM_READ).places and actor.may(Permission.TEAM_READ, at=accounts.lineages_of(person_id)):
        return True
    return any(each.line_manager_id == actor.person for each in accounts.membership_on(person_id, clock.today()))


def save(actor: Actor, code: str, domain: str, edition: int, said: Mapping[str, Say], *, half: bool = False) -> int:
    """Keep what somebody says about the statements (codes) of a domain. Returns the domain's edition from now on.

    Statements that are not given, or have no value, stay. What says the same again changes nothing. `half`: it is still
    being typed, so a comment without a value waits. Raises NotFound, StaleEdit, NotYourEvidence, Invalid by field.
    """
    person = _me(actor, EDIT)
    get_or_refuse(Person, person, lock=True)
    it = views.assessment(person, code, clock.today())
    it.domain(domain)
    if it.edition(domain) != edition:
        raise StaleEdit()
    lines = {line.statement.code: line for line in it.of_domain(domain)}
    _check(person, lines, said, half)
    bar = it.level_in(domain)
    lapses_on = _later(clock.today(), queries.lapse_months(it.outline.framework_id))
    changed = 0
    for statement, say in said.items():
        line = lines[statement]
        if say.value is None or _says_the_same(line, say):
            continue
        _rate(it, person, line, say, bar.code if bar else None, lapses_on)
        changed += 1
    if changed:
        audit.record(actor, "assessment.rated", about=person, framework=code, domain=domain, ratings=changed)
        db.session.flush()  # the edition below is read from the rows
    return views.assessment(person, code, clock.today()).edition(domain) if changed else edition


def _check(person: UUID, lines: Mapping[str, Line], said: Mapping[str, Say], half: bool) -> None:
    known = {each.code for each in scale.scale()}
    if said.keys() - lines.keys():
        raise Invalid(fields={"statements": N_("Choose statements of this domain")})
    faults: dict[str, str] = {}
    wanted: set[str] = set()
    for code, say in said.items():
        if say.value is not None and say.value not in known:
            faults[f"value-{code}"] = N_("Choose one of the answers")
        if say.value is None and (say.comment or say.evidence) and not half:
            faults[f"value-{code}"] = N_("Choose where you are, so that your comment has its place")
        if len(say.comment) > LONGEST:
            faults[f"comment-{code}"] = N_("This is too long")
        if len(say.evidence) > MOST_EVIDENCE:
            faults[f"evidence-{code}"] = N_("Choose fewer: twenty at most")
        row = lines[code].row
        wanted |= set(say.evidence) - set(row.rating.evidence if row else ())
    if wanted and wanted - {each.ref for each in upstairs.evidence_of(person, wanted, 0)}:
        raise NotYourEvidence(fields={"evidence": NotYourEvidence.title})
    if faults:
        raise Invalid(fields=faults)


def _says_the_same(line: Line, say: Say) -> bool:
    """Of what counts. What is to be rated again is said anew even with the same words."""
    row = line.row if line.held else None
    return row is not None and (row.value, row.rating.comment, sorted(row.rating.evidence)) == (
        say.value, say.comment, sorted(say.evidence),
    )  # fmt: skip


def _rate(it: Assessment, person: UUID, line: Line, say: Say, bar: str | None, lapses_on: date | None) -> None:
    now = clock.now()
    row = it.rows.get(str(line.statement.id))
    fresh = (
        row is not None and row.state in (RatingState.SELF_ASSESSED, RatingState.CONFIRMATION_ASKED)
        and clock.on_the_day(row.rating.made_at) == clock.today() and line.again is None and row.rating.bar == bar
    )  # fmt: skip
    value = say.value or ""
    if fresh and row is not None:
        rating = row.rating
        rating.value, rating.comment, rating.evidence = value, say.comment, list(say.evidence)
        rating.made_at, rating.lapses_on = now, lapses_on
    else:
        rating = record(
            Rating(
                person_id=person, framework_id=it.outline.framework_id, version_id=it.outline.version_id,
                statement_id=line.statement.id, value=value, comment=say.comment, evidence=list(say.evidence), bar=bar,
                made_at=now, lapses_on=lapses_on,
            )
        )  # fmt: skip
    if row is None:
        row = RatingStanding(
            person_id=person, statement_id=line.statement.id, framework_id=it.outline.framework_id, edition=0
        )
        db.session.add(row)
    keeps = fresh and row.state is RatingState.CONFIRMATION_ASKED
    row.state = RatingState.CONFIRMATION_ASKED if keeps else RatingState.SELF_ASSESSED
    row.asked_at = row.asked_at if keeps else None
    row.rating, row.rating_id, row.value, row.lapses_on = rating, rating.id, value, lapses_on
    row.met = is_met(scale.point(value).value, row.state)
    row.edition += 1


def share(actor: Actor, code: str, *, to_supervisor: bool, to_manager: bool) -> AssessmentSharing:
    """Say who may see one's ratings in a framework, from now on. What waits with a supervisor stops waiting with it."""
    person = _me(actor, EDIT)
    get_or_refuse(Person, person, lock=True)
    it = queries.outline(code)
    row = db.session.query(AssessmentSharing).filter_by(person_id=person, framework_id=it.framework_id).one_or_none()
    row = row or AssessmentSharing(person_id=person, framework_id=it.framework_id)
    row.to_supervisor, row.to_manager, row.changed_at = to_supervisor, to_manager, clock.now()
    db.session.add(row)
    if not to_supervisor:
        for each in queries.standings_of(person, it.framework_id).values():
            if each.state is RatingState.CONFIRMATION_ASKED:
                each.state, each.asked_at = RatingState.SELF_ASSESSED, None
                each.edition += 1
    audit.record(
        actor, "assessment.shared", about=person, framework=code, to_supervisor=to_supervisor, to_manager=to_manager
    )
    return record(row)


def ask(actor: Actor, code: str) -> int:
    """Ask one's supervisors to confirm what one said and nobody answered. Returns how many ratings. Raises NothingToAsk."""
    person = _me(actor, EDIT)
    get_or_refuse(Person, person, lock=True)
    it = views.assessment(person, code, clock.today())
    supervisors = upstairs.supervisors_of(person, clock.today())
    if not it.shared.to_supervisor or not supervisors:
        raise NothingToAsk(N_("You do not share these ratings with a supervisor."))
    rows = [
        line.row for line in it.lines
        if line.held is not None and line.row is not None and line.row.state is RatingState.SELF_ASSESSED
    ]  # fmt: skip
    if not rows:
        raise NothingToAsk()
    for row in rows:
        row.state, row.asked_at = RatingState.CONFIRMATION_ASKED, clock.now()
        row.edition += 1
    for supervisor, _name in supervisors:
        letters.asked(supervisor, actor.name, it.outline.title, len(rows))
    audit.record(actor, "assessment.confirmation-asked", about=person, framework=code, ratings=len(rows))
    return len(rows)


Pick = tuple[UUID, int]
"""A statement, and the edition of the rating that the supervisor saw."""


def answer(
    actor: Actor, person_id: UUID, code: str, picks: Collection[Pick], *, confirmed: bool, reason: str = "",
    lapses_on: date | None = None,
) -> int:  # fmt: skip
    """Confirm or return ratings of somebody whom one supervises and who shares them. Returns how many.

    To return them takes a reason. `lapses_on`: until when they count. Raises NotFound, Invalid, NotWaiting.
    """
    actor.require_or_hide(CONFIRM, about=person_id)
    get_or_refuse(Person, person_id, lock=True)
    it = views.assessment(person_id, code, clock.today())
    if not it.shared.to_supervisor or actor.person is None or actor.person == person_id:
        raise NotFound()
    if not picks:
        raise Invalid(fields={"picks": N_("Choose at least one rating")})
    if not confirmed and not reason.strip():
        raise Invalid(fields={"reason": N_("Say why, so that they know what to do next")})
    if lapses_on is not None and lapses_on <= clock.today():
        raise Invalid(fields={"lapses_on": N_("Enter a day that is still to come")})
    for statement, edition in picks:
        row = it.rows.get(str(statement))
        if row is None or row.state is not RatingState.CONFIRMATION_ASKED or row.edition != edition:
            raise NotWaiting()
        record(
            RatingAnswer(
                rating_id=row.rating_id, by_id=actor.person, confirmed=confirmed, reason=reason.strip(), at=clock.now()
            )
        )
        row.state = RatingState.CONFIRMED if confirmed else RatingState.RETURNED
        row.met = is_met(scale.point(row.value).value, row.state)
        row.lapses_on, row.asked_at = lapses_on or row.lapses_on, None
        row.edition += 1
    audit.record(
        actor, "assessment.answered", about=person_id, reason=reason or None, framework=code, confirmed=confirmed,
        ratings=len(picks),
    )  # fmt: skip
    done = len(picks)
    letters.answered(
        person_id,
        actor.name,
        it.outline.title,
        code,
        confirmed=done if confirmed else 0,
        returned=0 if confirmed else done,
    )
    return done


def set_lapse(actor: Actor, code: str, months: int | None) -> LapseSetting:
    """After how many months ratings that are made from now on lapse; None: never."""
    it = queries.outline(code)
    actor.require(Permission.FRAMEWORK_EDIT, at=accounts.lineage(it.organisation_id) if it.organisation_id else ())
    made = record(
        LapseSetting(framework_id=it.framework_id, months=months, set_by=actor.person, set_at=clock.now())
    )  # fmt: skip
    audit.record(actor, "assessment.lapse-set", thing=made, framework=code, months=months)
    return made


def supervised(actor: Actor) -> Sequence[queries.Waits]:
    """Learners who share with the actor, longest waiting first. One query."""
    if not actor.might(CONFIRM):
        raise Forbidden()
    return queries.waiting_with(actor.supervises)


def _me(actor: Actor, permission: Permission) -> UUID:
    if actor.person is None:
        raise Forbidden()
    actor.require(permission, about=actor.person)
    return actor.person


def _later(day: date, months: int | None) -> date | None:
    if months is None:
        return None
    number = day.year * 12 + day.month - 1 + months
    year, month = number // 12, number % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - date.resolution).day
    return date(year, month, min(day.day, last))
