"""A session as its reader may see it: whoever held it sees everybody, whoever took part sees themselves."""

from typing import Any

from courses.supervision.sessions.models import SupervisionSession
from lms.core.permissions import Actor


def session(actor: Actor, shown: SupervisionSession) -> dict[str, Any]:
    mine = shown.supervisor_id == actor.person
    return {
        "id": shown.id, "supervisor": shown.supervisor, "programme": shown.programme_code, "kind": shown.kind.value,
        "held_on": shown.held_on, "minutes": shown.minutes, "topics": shown.topics, "tasks": shown.tasks,
        "standards": shown.standards, "group_size": len(shown.learners), "withdrawn_at": shown.withdrawn_at,
        "learners": [each for each in shown.learners if mine or each.learner_id == actor.person],
    }  # fmt: skip
