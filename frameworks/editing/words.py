"""What states, parts and changes are called on pages."""

from frameworks.editing.models import Part
from frameworks.models import Confidence, CrosswalkKind, MappingKind, StatementKind, Status
from frameworks.rules.carrying import Outcome
from frameworks.rules.differing import ChangeKind
from lms.core.language import N_

STATUSES = {
    Status.DRAFT: N_("Draft"),
    Status.CONSULTATION: N_("In consultation"),
    Status.IN_REVIEW: N_("In review"),
    Status.PUBLISHED: N_("Published"),
    Status.RETIRED: N_("Retired"),
}
PARTS = {
    Part.COMMENT: N_("comments"),
    Part.EDIT: N_("edits"),
    Part.REVIEW: N_("reviews"),
    Part.SIGN: N_("has to sign before it is published"),
}
CHANGES = {
    ChangeKind.ADDED: N_("Added"),
    ChangeKind.REWORDED: N_("Reworded"),
    ChangeKind.MOVED: N_("Moved"),
    ChangeKind.LEVEL_CHANGED: N_("Level changed"),
    ChangeKind.KIND_CHANGED: N_("Kind changed"),
    ChangeKind.REMOVED: N_("Removed"),
}
MAPPINGS = {
    MappingKind.SAME: N_("The same: ratings count as they are"),
    MappingKind.EQUIVALENT: N_("Equivalent: ratings count, and say that the words have changed"),
    MappingKind.NEEDS_RERATING: N_("To be rated again: people are asked"),
    MappingKind.NO_SUCCESSOR: N_("No successor: ratings stay in people's history"),
}
OUTCOMES = {
    Outcome.CARRIED: N_("Ratings count as they are"),
    Outcome.EQUIVALENT: N_("Ratings count, with new words"),
    Outcome.NEEDS_RERATING: N_("To be rated again"),
    Outcome.NO_SUCCESSOR: N_("No successor"),
}
CROSSWALKS = {
    CrosswalkKind.SAME: N_("is the same as"),
    CrosswalkKind.PART_OF: N_("is part of"),
    CrosswalkKind.RELATED: N_("is related to"),
    CrosswalkKind.COMES_BEFORE: N_("comes before"),
}
CONFIDENCES = {
    Confidence.HIGH: N_("High confidence"),
    Confidence.MEDIUM: N_("Medium confidence"),
    Confidence.LOW: N_("Low confidence"),
}
STATEMENT_KINDS = {
    StatementKind.KNOWLEDGE: N_("Knowledge"),
    StatementKind.SKILL: N_("Skill"),
    StatementKind.BEHAVIOUR: N_("Behaviour"),
}
LANGUAGES = {"en": N_("no English"), "cy": N_("no Welsh")}
LACKING = {
    "title": N_("Title"),
    "short_title": N_("Short title"),
    "owner": N_("Owner"),
    "note": N_("Note"),
    "audience": N_("Who it is for"),
    "wording": N_("Wording"),
}
TOUCHED = {
    "courses": N_("Courses on offer that cover a changed statement"),
    "plans": N_("Development plans with a changed statement"),
    "ratings": N_("Confirmed ratings of changed statements"),
}
HISTORY = {
    "framework.drafted": N_("Draft begun"),
    "framework.imported": N_("Brought in from a file"),
    "framework.asked": N_("Somebody was asked to take part"),
    "framework.left": N_("Somebody takes part no longer"),
    "framework.consulted": N_("Consultation opened"),
    "framework.submitted": N_("Sent to review"),
    "framework.returned": N_("Returned to draft"),
    "framework.signed": N_("A reviewer gave their word"),
    "framework.published": N_("Published"),
    "framework.retired": N_("Retired"),
}
STEPS = {
    "consult": N_("Open for consultation"),
    "submit": N_("Send to review"),
    "return": N_("Return to draft"),
    "publish": N_("Publish"),
    "retire": N_("Retire"),
}
STEP_TEXTS = {
    "consult": N_("Everyone who is signed in can read it and comment on it. You can still change it."),
    "submit": N_(
        "It stands still while its reviewers read it, and what old ratings carry is fixed. Each reviewer signs exactly this"
        " content; if you take it back to change it, they are asked again."
    ),
    "return": N_("It can be changed again. Signatures that were given stay with the content they are for."),
    "publish": N_(
        "Everyone reads it from now on, in both languages, and it can never be changed. The version in force now is retired"
        " and stays readable for records that were made against it."
    ),
    "retire": N_("The framework is no longer in force, and nothing takes its place. This cannot be undone."),
}
STEPS_DONE = {
    "consult": N_("The consultation is open."),
    "submit": N_("It has been sent to its reviewers."),
    "return": N_("It is a draft again."),
    "publish": N_("It is published."),
    "retire": N_("It is retired."),
}
