"""Plans, gaps and teams over JSON."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, g

from courses.plans import errors, exporting, queries, schemas, services, team, views
from courses.plans.models import ActionKind, Goal, Outcome, PlanAction
from courses.plans.services import Words
from courses.portfolios.downloads import download
from frameworks.assessment.queries import outlines
from lms.core import clock
from lms.core.errors import Forbidden, NotFound, StaleEdit
from lms.core.permissions import Actor, Permission
from lms.core.web.api import Api

api = Api("plans", __name__, description="Development plans: gaps, suggested learning, goals, and a team's standing")

READ, EDIT, AGREE = Permission.PLAN_READ, Permission.PLAN_EDIT, Permission.PLAN_AGREE
GOAL = "/plan/goals/<uuid:goal_id>"


@api.operation("GET", "/plan/gaps/<code>", needs=READ, returns=(200, schemas.PlanGapsOut))
def gaps(actor: Actor, code: str) -> dict[str, Any]:
    """What one's work asks for and is not met, and courses that cover it, each with its reason."""
    found = views.gaps(actor, code, g.lang)
    return {
        "framework": code, "version": found.it.outline.number,
        "gaps": [
            {
                "statement": line.statement.code, "domain": line.statement.domain, "level": line.statement.level,
                "wording": line.statement.wording, "value": line.row.value if line.row else None,
            }
            for line in found.it.gaps
        ],
        "suggestions": [
            {
                "course": each.course.course.code, "title": each.course.title, "why": each.words,
                "covers": each.why.covers, "open": each.why.is_open,
            }
            for each in found.suggestions
        ],
    }  # fmt: skip


@api.operation("GET", "/plan/goals", needs=READ, returns=(200, schemas.PlanGoalsOut))
def goals(actor: Actor) -> dict[str, Any]:
    """One's own goals by their day, at most sixty."""
    return {"items": services.mine(actor)}


@api.operation("POST", "/plan/goals", needs=EDIT, body=schemas.PlanGoalIn, returns=(201, schemas.PlanGoalOut))
def add(actor: Actor, **given: Any) -> Goal:
    """A new goal, a draft that nobody else sees."""
    return services.add(actor, Words(**given))


@api.operation("GET", GOAL, needs=READ, returns=(200, schemas.PlanGoalOut))
def goal(actor: Actor, goal_id: UUID) -> Goal:
    """One goal."""
    return services.goal(actor, goal_id)


@api.operation(
    "PUT", GOAL, needs=EDIT, body=schemas.PlanGoalChangeIn, returns=(200, schemas.PlanGoalOut),
    raises=(StaleEdit, errors.NotNow),
)  # fmt: skip
def change(actor: Actor, goal_id: UUID, edition: int, **given: Any) -> Goal:
    """Change what a goal says; one that was agreed has to be agreed again. `edition` is the one that was seen."""
    return services.save(actor, goal_id, edition, Words(**given))


@api.operation("DELETE", GOAL, needs=EDIT, returns=(204, None))
def drop(actor: Actor, goal_id: UUID) -> None:
    """It is not pursued any more."""
    services.drop(actor, goal_id)


@api.operation(
    "POST", f"{GOAL}/actions", needs=EDIT, body=schemas.PlanActionIn, returns=(201, schemas.PlanActionOut),
    raises=(StaleEdit, errors.NotNow, errors.NoSuchLearning),
)  # fmt: skip
def act(
    actor: Actor, goal_id: UUID, edition: int, kind: ActionKind, course: str | None, series: UUID | None, words: str,
    by_when: date | None,
) -> PlanAction:  # fmt: skip
    """Something to do: a course on offer, a date of one, or an activity of one's own."""
    return services.add_action(
        actor, goal_id, edition, kind, course=course, series=series, words=words, by_when=by_when
    )


@api.operation(
    "PUT", f"{GOAL}/actions/<uuid:action_id>/done", needs=EDIT, body=schemas.PlanDoneIn,
    returns=(200, schemas.PlanActionOut),
)  # fmt: skip
def done(actor: Actor, goal_id: UUID, action_id: UUID, done: bool) -> PlanAction:
    """Tick an action, or untick it."""
    return services.set_done(actor, goal_id, action_id, done=done)


@api.operation(
    "DELETE", f"{GOAL}/actions/<uuid:action_id>", needs=EDIT, query=schemas.PlanEditionQuery, returns=(204, None),
    raises=(StaleEdit, errors.NotNow),
)  # fmt: skip
def remove(actor: Actor, goal_id: UUID, action_id: UUID, edition: int) -> None:
    """Take an action out of a goal."""
    services.remove_action(actor, goal_id, action_id, edition)


@api.operation("GET", "/plan/partners", needs=READ, returns=(200, schemas.PlanPartnersOut))
def partners(actor: Actor) -> dict[str, Any]:
    """With whom one's plan can be agreed today."""
    if actor.person is None:
        raise Forbidden()
    return {"items": queries.partners_of(actor.person, clock.today())}


@api.operation(
    "POST", "/plan/share", needs=EDIT, body=schemas.PlanShareIn, returns=(200, schemas.PlanCountOut),
    raises=(errors.NotNow, errors.NotTheirPlan),
)  # fmt: skip
def share(actor: Actor, partner: UUID) -> dict[str, int]:
    """Share every draft with one of them, and ask them to agree."""
    return {"goals": services.share(actor, partner)}


@api.operation("POST", f"{GOAL}/take-back", needs=EDIT, returns=(200, schemas.PlanGoalOut), raises=(errors.NotNow,))
def take_back(actor: Actor, goal_id: UUID) -> Goal:
    """A draft again, that nobody else sees."""
    return services.take_back(actor, goal_id)


@api.operation(
    "POST", f"{GOAL}/review", needs=EDIT, body=schemas.PlanReviewIn, returns=(200, schemas.PlanGoalOut),
    raises=(errors.NotNow,),
)  # fmt: skip
def review(actor: Actor, goal_id: UUID, outcome: str, comment: str) -> Goal:
    """How an agreed goal went."""
    return services.review(actor, goal_id, Outcome(outcome), comment)


@api.operation("GET", "/people/<uuid:person_id>/plan", needs=AGREE, returns=(200, schemas.PlanGoalsOut))
def theirs(actor: Actor, person_id: UUID) -> dict[str, Any]:
    """Goals that somebody shares with whoever asks."""
    return {"items": services.shared_with_me(actor, person_id)}


@api.operation(
    "POST", "/people/<uuid:person_id>/plan/answers", needs=AGREE, body=schemas.PlanAnswerIn,
    returns=(200, schemas.PlanCountOut), raises=(StaleEdit, errors.NotNow),
)  # fmt: skip
def answer(
    actor: Actor, person_id: UUID, goals: list[dict[str, Any]], agreed: bool, comment: str
) -> dict[str, int]:  # fmt: skip
    """Agree goals that somebody shares, or return them with a comment."""
    picks = [(each["goal_id"], each["edition"]) for each in goals]
    return {"goals": services.answer(actor, person_id, picks, agreed=agreed, comment=comment)}


@api.operation("POST", "/plan/copies", needs=READ, body=schemas.PlanLanguageIn, returns=(201, schemas.PlanCopyOut))
def ask(actor: Actor, language: str) -> dict[str, Any]:
    """Ask for the plan as a tagged PDF."""
    return _copy(exporting.ask(actor, language))


@api.operation("GET", "/plan/copies/<uuid:copy_id>", needs=READ, returns=(200, schemas.PlanCopyOut))
def copy(actor: Actor, copy_id: UUID) -> dict[str, Any]:
    """Whether it is ready."""
    return _copy(exporting.copy_of(actor, copy_id))


@api.operation(
    "GET", "/plan/copies/<uuid:copy_id>/file", needs=READ, returns=(200, None), media_type="application/pdf"
)  # fmt: skip
def copy_file(actor: Actor, copy_id: UUID) -> Response:
    """The PDF itself."""
    found = exporting.copy_of(actor, copy_id)
    if found.file is None:
        raise NotFound()
    return download(found.file, "development-plan.pdf")


def _copy(found: Any) -> dict[str, Any]:
    return {
        "id": found.id, "language": found.language, "asked_at": found.asked_at, "ready": found.ended_at is not None,
    }  # fmt: skip


@api.operation("GET", "/plan/days.ics", needs=READ, returns=(200, None), media_type="text/calendar")
def calendar(actor: Actor) -> Response:
    """The days of the plan as iCalendar."""
    return Response(exporting.calendar_of(actor, actor.language, "Llwybr"), content_type="text/calendar")


@api.operation(
    "GET", "/team", needs=Permission.TEAM_READ, query=schemas.TeamQuery, returns=(200, schemas.TeamOut)
)  # fmt: skip
def matrix(actor: Actor, framework: str | None, cursor: str | None) -> dict[str, Any]:
    """People and domains of a framework, for those who may see names; twenty-five people at a time."""
    code = framework or next((each for each, it in outlines().items() if it.statements), "")
    found = team.team(actor, code, cursor)
    return {"framework": code, "items": found.members, "next": found.next}
