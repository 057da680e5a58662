"""Why a portfolio refuses. Each says the fact, and what is open meanwhile."""

from lms.core.errors import Conflict, Forbidden, Invalid
from lms.core.language import N_


class PortfolioWaits(Conflict):
    """The whole portfolio waits for its sign-off."""

    slug, title = "portfolio-waits", N_("This portfolio is waiting to be signed off")
    way_out = N_("The learner can take it back and change it.")


class PortfolioFrozen(Conflict):
    """The portfolio is signed off, and signed evidence is not changed."""

    slug, title = "portfolio-frozen", N_("This portfolio is signed off, so it cannot be changed")
    way_out = N_("The learner can open a new version. What was signed stays readable.")


class PortfolioNotSubmitted(Conflict):
    """The learner has not submitted the whole, or took it back."""

    slug, title = "portfolio-not-submitted", N_("This portfolio has not been submitted for sign-off")


class PortfolioNotSignedOff(Conflict):
    """Only what is signed off can be opened again."""

    slug, title = "portfolio-not-signed-off", N_("This portfolio is not signed off, so it is still open")


class ItemWaits(Conflict):
    """The item is with the supervisor."""

    slug, title = "item-waits", N_("This evidence is with the supervisor")
    way_out = N_("Take it back first. Then it is a draft again.")


class ItemNotSubmitted(Conflict):
    """There is nothing to take back."""

    slug, title = "item-not-submitted", N_("This evidence is not waiting for a decision")


class ItemAccepted(Conflict):
    """It is accepted as it is."""

    slug, title = "item-accepted", N_("This evidence is accepted already")
    way_out = N_("To show something else, change it first. Then it is a draft again.")


class AlreadyDecided(Conflict):
    """Somebody was quicker, or the learner took it back."""

    slug, title = "already-decided", N_("This evidence is no longer waiting for a decision")
    way_out = N_("Your decision was not recorded. Look at what it says now.")


class NotAllAccepted(Conflict):
    """Some evidence is not accepted."""

    slug, title = "not-all-accepted", N_("Every item must be accepted first")


class IndividualSupervisionMissing(Conflict):
    """The template asks for at least one item that was supervised individually."""

    slug, title = "individual-supervision-missing", N_("At least one item must have been supervised individually")
    way_out = N_("Return one item, look at it with the learner alone, and accept it again.")


class EvidenceMissing(Invalid):
    """The item lacks what its kind asks for."""

    slug, title = "evidence-missing", N_("Something is missing")


class IdentifiersPossible(Invalid):
    """The text looks as if it names or numbers somebody."""

    slug, title = "identifiers-possible", N_("Check that nobody can be recognised")


class FileRefused(Invalid):
    """Not a kind of file that we take, or not what its name says."""

    slug, title = "file-refused", N_("This file cannot be used")


class SignerIsLearner(Forbidden):
    """Two people are needed."""

    slug, title = "signer-is-learner", N_("Nobody decides about their own evidence")


class NotTheSupervisor(Forbidden):
    """Somebody else supervises this learner in this programme."""

    slug, title = "not-the-supervisor", N_("Only the learner’s supervisor in this programme can do this")


class LicenceNotLive(Forbidden):
    """The supervisor has no licence for the programme that is in force today."""

    slug, title = "licence-not-live", N_("You need a supervisor licence for this programme that is in force today")
    way_out = N_("You can still read. The lead supervisor renews licences, or finds the learner another supervisor.")


class EnrolmentNotOpen(Conflict):
    """The learner has left the course, or is paused on it."""

    slug, title = "enrolment-not-open", N_("The enrolment is not open")


class SignatureWithdrawn(Conflict):
    """The signature was withdrawn before."""

    slug, title = "signature-withdrawn", N_("This signature was withdrawn before")


class AlreadyModerated(Conflict):
    """Somebody else was quicker."""

    slug, title = "already-moderated", N_("This signature has been moderated already")


class SignerModerates(Forbidden):
    """Two people are needed."""

    slug, title = "signer-moderates", N_("Nobody moderates their own signature")


class OneByOne(Conflict):
    """The template wants each item looked at by itself."""

    slug, title = "one-by-one", N_("What this portfolio asks for is decided item by item")
