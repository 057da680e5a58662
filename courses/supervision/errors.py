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
