"""Why an enrolment can be refused. Each says the missing fact, who can supply it, and what is open meanwhile."""

from collections.abc import Mapping

from courses.catalogue.rules.conditions import Words
from lms.core.errors import Conflict, Invalid
from lms.core.language import N_


class EnrolmentRefused(Conflict):
    """The rules do not let this person in, or not yet.

    `who`: a msgid, who can supply what is missing. `reasons`: everything that stands in the way, this refusal first.
    `alternatives`: codes of courses that are open to the person now. `params` may hold Bilingual texts and dates.
    """

    slug, title = "enrolment-refused", N_("You cannot enrol on this course at the moment")

    def __init__(self, detail: str = "", *, who: str = "", params: Mapping[str, object] | None = None) -> None:
        super().__init__(detail, params=params)
        self.who = who
        self.reasons: tuple[EnrolmentRefused, ...] = (self,)
        self.alternatives: tuple[str, ...] = ()


class NotForYourWork(EnrolmentRefused):
    """The course is for people who do other work, or do it elsewhere."""

    slug, title = "not-for-your-work", N_("This course is for people in other work")


class NotForYourSector(EnrolmentRefused):
    """The course is not offered to the learner's sector."""

    slug, title = "not-for-your-sector", N_("This course is not offered to your sector")


class PrerequisiteMissing(EnrolmentRefused):
    """Something has to be completed first, with its portfolio signed off where it has one."""

    slug, title = "prerequisite-missing", N_("Something has to be completed first")


class SupervisionNotAttested(EnrolmentRefused):
    """No supervisor with a live licence attests that the learner works under supervision."""

    slug, title = "supervision-not-attested", N_("Your supervision has not been confirmed")


class NotDeclared(EnrolmentRefused):
    """A fact that only the learner can confirm was not confirmed."""

    slug, title = "not-declared", N_("Something has to be confirmed first")

    def __init__(self, asked: Words, *, who: str) -> None:
        super().__init__(asked.text, who=who)
        self.asked = asked


class ModuleFull(EnrolmentRefused):
    """Every place is taken."""

    slug, title = "module-full", N_("Every place is taken")


class AlreadyEnrolled(Conflict):
    """The learner is on this course already. `more` names the enrolment."""

    slug, title = "already-enrolled", N_("You are already enrolled on this course")


class EnrolmentClosed(Conflict):
    """The enrolment is over, or has not begun, so this cannot be recorded on it."""

    slug, title = "enrolment-closed", N_("This enrolment is not open")


class LanguageNotOffered(Invalid):
    """The course is not offered in that language."""

    slug, title = "language-not-offered", N_("The course is not offered in that language")
