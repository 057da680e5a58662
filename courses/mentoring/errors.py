"""Why mentoring can be refused."""

from lms.core.errors import Conflict
from lms.core.language import N_


class CodeTaken(Conflict):
    """Another programme has this code."""

    slug, title = "mentor-programme-code-taken", N_("Another programme has this code")


class ProgrammeClosed(Conflict):
    """The programme takes nobody new."""

    slug, title = "mentor-programme-closed", N_("This mentoring programme takes nobody new at the moment")
    way_out = N_("Mentoring that has begun goes on. Ask whoever runs the programme when it opens again.")


class NoStanding(Conflict):
    """The person is no mentor of the programme today."""

    slug, title = "no-mentor-standing", N_("This person is not a mentor of this programme today")
    way_out = N_("Completing the mentor course makes somebody a mentor; whoever runs the programme can do so too.")


class OwnMentor(Conflict):
    """Nobody is their own mentor."""

    slug, title = "own-mentor", N_("Nobody can be their own mentor")


class MentorFull(Conflict):
    """The mentor has as many mentees as they can take."""

    slug, title = "mentor-full", N_("This mentor already has as many mentees as they can take")
    way_out = N_("Others who could suit are on the page where you look for a mentor.")


class HasMentor(Conflict):
    """The mentee has a mentor in the programme."""

    slug, title = "has-mentor", N_("This person already has a mentor in this programme")


class NotListed(Conflict):
    """One of the two has not asked to be found here."""

    slug, title = "not-listed", N_("You can only ask people who have said that they want to be found here")
    way_out = N_("Say what you would like first; then others can find you, and you can ask them.")


class AlreadyAsked(Conflict):
    """One of the two has asked the other already."""

    slug, title = "already-asked", N_("One of you has asked the other already")
    way_out = N_("The question waits under Mentoring.")


class RequestAnswered(Conflict):
    """Answered, taken back or lapsed before."""

    slug, title = "request-answered", N_("This question no longer waits for an answer")


class MentoringEnded(Conflict):
    """The mentoring, or the standing, has ended."""

    slug, title = "mentoring-ended", N_("This has already ended")


class MeetingThere(Conflict):
    """One of the two has recorded a meeting on that day."""

    slug, title = "meeting-there", N_("A meeting on this day is recorded already")
    way_out = N_("Agree to it, or say that it did not happen.")


class MeetingAnswered(Conflict):
    """The other one has answered, or it was taken back."""

    slug, title = "meeting-answered", N_("This meeting no longer waits for an answer")


class AlreadyThanked(Conflict):
    """The mentee has given their word already; it carries no name, so it cannot be found again."""

    slug, title = (
        "already-thanked",
        N_("You have answered already. Your answer carries no name, so it cannot be changed"),
    )


class NothingToHandOver(Conflict):
    """The mentor has no mentees in the programme."""

    slug, title = "nothing-to-hand-over", N_("This mentor has no mentees here to hand over")
