"""Why supervision can be refused."""

from lms.core.errors import Conflict, Forbidden
from lms.core.language import N_


class NotLicensed(Conflict):
    """The supervisor holds no live licence for the programme."""

    slug, title = "not-licensed", N_("This person has no live supervisor licence for the programme")
    way_out = N_("An organiser or lead supervisor can issue a licence after the supervisor training.")


class OwnSupervisor(Conflict):
    """Nobody supervises themselves."""

    slug, title = "own-supervisor", N_("Nobody can be their own supervisor")


class SupervisorFull(Conflict):
    """The supervisor already has as many learners as the licence allows."""

    slug, title = "supervisor-full", N_("This supervisor already has as many learners as they can take")
    way_out = N_("Choose another supervisor, or end a supervision that is over.")


class AlreadySupervised(Conflict):
    """The supervisor has this learner already."""

    slug, title = "already-supervised", N_("This supervisor already has this learner")


class AlreadyEnded(Conflict):
    """It ended before."""

    slug, title = "already-ended", N_("This has already ended")


class NotTheSupervisor(Forbidden):
    """Only the learner's own supervisor in the programme can attest."""

    slug, title = "not-the-supervisor", N_("Only the learner's own supervisor in this programme can attest")


class SupervisorLeft(Conflict):
    """The supervisor has left every body that they were in."""

    slug, title = "supervisor-left", N_("This person no longer works in any organisation here")
    way_out = N_("Choose another supervisor.")


class HasSupervisor(Conflict):
    """The learner has a supervisor in the programme already."""

    slug, title = "has-supervisor", N_("The learner already has a supervisor in this programme")
    way_out = N_("Whoever finds supervisors there can change who it is.")


class AlreadyInvited(Conflict):
    """The same invitation is still open."""

    slug, title = "already-invited", N_("This invitation is open already")
    way_out = N_("It waits for an answer. The one who made it can withdraw it.")


class AlreadyAnswered(Conflict):
    """Answered, withdrawn or lapsed before."""

    slug, title = "already-answered", N_("This invitation is no longer open")


class NobodyLeftToHandOver(Conflict):
    """The supervisor has no learners there."""

    slug, title = "nobody-to-hand-over", N_("This supervisor has no learners here to hand over")


class SessionAnswered(Conflict):
    """The learner has answered, or the session was withdrawn."""

    slug, title = "session-answered", N_("This session no longer waits for your word")
