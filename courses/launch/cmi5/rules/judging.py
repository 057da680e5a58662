"""Which statements of launched content are refused (cmi5 §7.1, §9 and §10.2). Pure.

Each rule looks at one statement, at what its content was told at the launch, and at what was heard before. A refusal
cites the requirement's number in the public list. The order matters where one statement breaks several: the session comes first.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from courses.launch.cmi5.rules import words
from lms.xapi.errors import NotAllowed

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """What content was told at the launch. `actor` is an Agent with an account; `context` the contextTemplate."""

    actor: Json
    activity: str
    registration: UUID
    context: Json
    mode: str = "Normal"
    mastery_score: float | None = None


@dataclass(frozen=True)
class Heard:
    """What was heard of the session. `verbs`: of its cmi5 defined statements. `before`: those of "completed" and "passed"
    that any session of this registration has sent about this unit."""

    is_open: bool = True
    is_fetched: bool = True
    has_preferences: bool = True
    verbs: Set[str] = frozenset()
    before: Set[str] = frozenset()


@dataclass(frozen=True)
class Case:
    """A statement on its way in. `has_id`, `has_timestamp`: it says so itself."""

    said: Json
    told: Told
    heard: Heard
    has_id: bool = True
    has_timestamp: bool = True

    @property
    def verb(self) -> str:
        return str(self.said["verb"]["id"])

    @property
    def result(self) -> Json:
        found: Json = self.said.get("result") or {}
        return found

    @property
    def context(self) -> Json:
        found: Json = self.said.get("context") or {}
        return found

    @property
    def is_defined(self) -> bool:
        """It has the category, and so means what cmi5 says; without it, the same verb is only allowed (§7.1.3)."""
        return words.DEFINED in named(self.context, "category")

    def says(self, *verbs: str) -> bool:
        return self.is_defined and self.verb in verbs


def check(it: Case) -> Heard:
    """What was heard by then, this statement included. Raises NotAllowed with the first rule that it breaks."""
    for rule in RULES:
        rule(it)
    if not it.is_defined:
        return it.heard
    done = it.heard.before | ({it.verb} & {words.COMPLETED, words.PASSED})
    is_open = it.heard.is_open and it.verb != words.TERMINATED
    return replace(it.heard, verbs=it.heard.verbs | {it.verb}, before=done, is_open=is_open)


def session_is_open(it: Case) -> None:
    if not it.heard.is_open:
        raise _refused("9.3.0.0-5", "This session is over. Launch the content again", "/context/extensions")


def token_was_fetched(it: Case) -> None:
    if not it.heard.is_fetched:
        raise _refused("8.1.2.0-2", "The authorization token of this session has not been fetched", "Authorization")


def has_an_id(it: Case) -> None:
    if not it.has_id:
        raise _refused("9.1.0.0-1", "A statement has an id", "/id")


def has_a_timestamp(it: Case) -> None:
    if not it.has_timestamp:
        raise _refused("9.7.0.0-1", "A statement has a timestamp", "/timestamp")


def timestamp_is_utc(it: Case) -> None:
    text = str(it.said["timestamp"])
    if not text.endswith(("Z", "z", "+00:00", "+0000", "+00")):
        raise _refused("9.7.0.0-2", "A timestamp is in UTC: it ends in Z or +00:00", "/timestamp")


def voids_nothing(it: Case) -> None:
    if it.verb == words.VOIDED:
        raise _refused("6.3.0.0-1", "Content may not void statements", "/verb/id")


def actor_is_the_learner(it: Case) -> None:
    actor = it.said["actor"]
    if actor.get("objectType", "Agent") != "Agent" or actor.get("account") != it.told.actor["account"]:
        raise _refused("8.1.3.0-3", "The actor is the Agent of the launch, with its account", "/actor")


def registration_is_the_launchs(it: Case) -> None:
    if str(it.context.get("registration", "")).lower() != str(it.told.registration):
        raise _refused("9.6.1.0-1", "The registration is that of the launch", "/context/registration")


def session_is_named(it: Case) -> None:
    wanted = it.told.context["extensions"][words.SESSION]
    if _extensions(it.context).get(words.SESSION) != wanted:
        raise _refused("9.6.3.1-4", "The context names the session of the launch", "/context/extensions")


def context_is_built_on_the_template(it: Case) -> None:
    """The lists of the template are in those of the statement, and nothing of it is another."""
    for name, listed in it.told.context.get("contextActivities", {}).items():
        if not {each["id"] for each in listed} <= named(it.context, name):
            where = f"/context/contextActivities/{name}"
            raise _refused("10.2.1.0-6", f"The context has every {name} activity of the contextTemplate", where)
    said = _extensions(it.context)
    for name, value in it.told.context.get("extensions", {}).items():
        if said.get(name) != value:
            raise _refused("10.2.1.0-7", "What the contextTemplate says stays as it is", "/context/extensions")


def initialized_comes_first(it: Case) -> None:
    if words.INITIALIZED not in it.heard.verbs and not it.says(words.INITIALIZED):
        raise _refused("9.3.0.0-4", "The first statement of a session is Initialized", "/verb/id")


def preferences_come_before(it: Case) -> None:
    if it.says(words.INITIALIZED) and not it.heard.has_preferences:
        raise _refused("11.0.0.0-3", f"Content reads {words.PREFERENCES} before it is initialized", "/verb/id")


def move_on_is_marked(it: Case) -> None:
    """Its category stands with success or completion, and nowhere else."""
    counts = it.is_defined and ("success" in it.result or "completion" in it.result)
    groups = it.context.get("contextActivities", {})
    if counts and words.MOVE_ON not in named(it.context, "category"):
        raise _refused(
            "9.6.2.2-1",
            "What says success or completion has the category moveon",
            "/context/contextActivities/category",
        )
    if not counts and any(words.MOVE_ON in named(it.context, name) for name in groups):
        raise _refused(
            "9.6.2.2-2", "The category moveon stands only with success or completion", "/context/contextActivities"
        )


def verb_is_contents_own(it: Case) -> None:
    if it.is_defined and it.verb not in words.BY_CONTENT:
        raise _refused("9.3.0.0-1", "Content has no cmi5 defined statement of this verb", "/verb/id")


def object_is_the_unit(it: Case) -> None:
    thing = it.said["object"]
    if it.is_defined and (thing.get("objectType", "Activity") != "Activity" or thing.get("id") != it.told.activity):
        raise _refused("8.1.5.0-6", "The object is the activityId of the launch", "/object/id")


def mode_lets_it(it: Case) -> None:
    if it.told.mode != "Normal" and it.says(words.COMPLETED, words.PASSED, words.FAILED):
        number = "10.2.2.0-2" if it.told.mode == "Browse" else "10.2.2.0-3"
        raise _refused(number, f"In the mode {it.told.mode} nothing is completed, passed or failed", "/verb/id")


def verb_is_new(it: Case) -> None:
    if it.is_defined and it.verb in it.heard.verbs:
        raise _refused("9.3.0.0-2", "This session has sent this verb already", "/verb/id")


def passed_or_failed_once(it: Case) -> None:
    if it.says(words.PASSED, words.FAILED) and it.heard.verbs & {words.PASSED, words.FAILED}:
        raise _refused("9.3.0.0-3", "A session passes or fails, once", "/verb/id")


def done_once_in_a_registration(it: Case) -> None:
    for verb, number in ((words.COMPLETED, "9.3.0.0-6"), (words.PASSED, "9.3.0.0-7")):
        if it.says(verb) and verb in it.heard.before:
            raise _refused(number, "This registration has had it for this unit already", "/verb/id")
    if it.says(words.FAILED) and words.PASSED in it.heard.before:
        raise _refused("9.3.0.0-8", "What is passed is not failed afterwards", "/verb/id")


_LASTING = {
    words.TERMINATED: "9.5.4.1-1", words.COMPLETED: "9.5.4.1-2", words.PASSED: "9.5.4.1-3", words.FAILED: "9.5.4.1-4",
}  # fmt: skip


def duration_is_told(it: Case) -> None:
    if it.says(*_LASTING) and "duration" not in it.result:
        raise _refused(_LASTING[it.verb], "The result has a duration", "/result/duration")


def success_is_right(it: Case) -> None:
    if not it.is_defined:
        return
    wanted = {words.PASSED: True, words.FAILED: False}.get(it.verb)
    if wanted is None and "success" in it.result:
        raise _refused("9.5.2.0-3", "Only Passed and Failed say success", "/result/success")
    if wanted is not None and it.result.get("success") is not wanted:
        number = "9.5.2.0-1" if wanted else "9.5.2.0-2"
        raise _refused(number, f"This verb has success {str(wanted).lower()}", "/result/success")


def completion_is_right(it: Case) -> None:
    if it.says(words.COMPLETED):
        if it.result.get("completion") is not True:
            raise _refused("9.5.3.0-1", "Completed has completion true", "/result/completion")
    elif it.is_defined and "completion" in it.result:
        raise _refused("9.5.3.0-2", "Only Completed says completion", "/result/completion")


def score_belongs(it: Case) -> None:
    if not it.is_defined or "score" not in it.result:
        return
    if not it.says(words.PASSED, words.FAILED):
        raise _refused("9.5.1.0-2", "Only Passed and Failed have a score", "/result/score")
    score = it.result["score"]
    if "raw" in score and not {"min", "max"} <= set(score):
        raise _refused("9.5.1.0-3", "A raw score comes with min and max", "/result/score")


def score_fits_the_mastery(it: Case) -> None:
    mastery, score = it.told.mastery_score, it.result.get("score")
    if mastery is None or score is None or not it.says(words.PASSED, words.FAILED):
        return
    if (scaled := score.get("scaled")) is not None:
        if it.verb == words.PASSED and scaled < mastery:
            raise _refused("9.3.4.0-2", f"Passed asks for a score of {mastery}", "/result/score/scaled")
        if it.verb == words.FAILED and scaled >= mastery:
            raise _refused("9.3.5.0-2", f"A score of {mastery} is not failed", "/result/score/scaled")
    said = _extensions(it.context).get(words.MASTERY_SCORE)
    if isinstance(said, bool) or said != mastery:
        raise _refused("9.6.3.2-2", "A score comes with the masteryScore of the launch", "/context/extensions")


Rule = Callable[[Case], None]
RULES: Sequence[Rule] = (
    session_is_open, token_was_fetched, has_an_id, has_a_timestamp, timestamp_is_utc, voids_nothing,
    actor_is_the_learner, registration_is_the_launchs, session_is_named, context_is_built_on_the_template,
    initialized_comes_first, preferences_come_before, verb_is_contents_own, object_is_the_unit, mode_lets_it, verb_is_new,
    passed_or_failed_once, done_once_in_a_registration, duration_is_told, success_is_right, completion_is_right,
    score_belongs, score_fits_the_mastery, move_on_is_marked,
)  # fmt: skip


def named(context: Json, group: str) -> set[str]:
    """The ids in one list of context activities."""
    return {each["id"] for each in context.get("contextActivities", {}).get(group, ())}


def _extensions(context: Json) -> Json:
    found: Json = context.get("extensions", {})
    return found


def _refused(number: str, message: str, pointer: str) -> NotAllowed:
    return NotAllowed(message, pointer, f"cmi5 {number}")
