"""Refusals of the catalogue."""

from lms.core.errors import Conflict, Forbidden, Invalid
from lms.core.language import N_


class NotComplete(Invalid):
    """Something is still to be written before readers can rely on it."""

    slug, title = "course-not-complete", N_("Something is missing before this can go on")
    way_out = N_("The draft is kept. Write what is missing, in both languages, and try again.")


class NotADraft(Conflict):
    """Only a draft can be edited."""

    slug, title = "course-not-a-draft", N_("Only a draft can be changed")
    way_out = N_("If it is in review, return it to draft. If it is published, start a new version.")


class NotInReview(Conflict):
    """Only a version that is in review can be published or returned."""

    slug, title = "course-not-in-review", N_("This version is not in review")
    way_out = N_("Send the draft to review first.")


class NotPublished(Conflict):
    """Only a published version can be retired, or be the start of a new one."""

    slug, title = "course-not-published", N_("This version is not published")


class OwnWork(Forbidden):
    """Whoever wrote a version does not publish it."""

    slug, title = "course-own-work", N_("You worked on this version, so somebody else must publish it")
    way_out = N_("Ask a colleague who may publish courses. It stays in review until then.")


class DraftExists(Conflict):
    """A course has one version in the making at a time."""

    slug, title = "course-draft-exists", N_("A new version of this course is already being written")
    way_out = N_("Open the draft, and make your change there.")


class CodeTaken(Conflict):
    """Another course has this code."""

    slug, title = "course-code-taken", N_("Another course has this code already")
