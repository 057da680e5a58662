"""A registration and where it stands, as the API tells it."""

from typing import Any

from courses.launch.packages.identity import course_activity, part_activity, unit_activity
from courses.launch.packages.models import NodeKind, Package, PackageNode
from courses.launch.sessions import queries
from courses.launch.sessions.models import Registration
from lms.xapi.identity import agent_of


def told(registration: Registration) -> dict[str, Any]:
    """What `RegistrationOut` shows. Four queries, and what the registration refers to."""
    now, package = queries.standing(registration), registration.package
    keys = {each.id: each.key for each in now.nodes}
    return {
        "id": registration.id, "learner": registration.learner_id, "actor": agent_of(registration.learner_id),
        "course": package.course.code, "package": package.id, "format": package.format,
        "language": registration.language, "enrolment": registration.enrolment_id, "begun_at": registration.begun_at,
        "progress": now.progress,
        "nodes": [
            {
                "key": each.key, "kind": each.kind, "parent": keys.get(each.parent_id) if each.parent_id else None,
                "publisher_id": each.publisher_id, "activity": _activity(package, each), "title": each.title,
                "move_on": each.move_on and (package.completion or each.move_on), "mastery_score": each.mastery_score,
                "launch_method": each.launch_method, "facts": sorted(now.facts.get(each.key, ())),
                "satisfied_at": now.satisfied.get(each.key),
                "progress": mine.progress if (mine := now.attained.get(each.key)) else 0,
                "scaled": mine.scaled if mine else None,
            }
            for each in now.nodes
        ],
    }  # fmt: skip


def _activity(package: Package, node: PackageNode) -> str:
    if node.kind is NodeKind.UNIT:
        return unit_activity(package, node)
    if node.kind is NodeKind.COURSE:
        return course_activity(package.course.code)
    return part_activity(package.course.code, node.key)
