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


class OptionalMissing(Conflict):
    """Too few of the optional items are accepted."""

    slug, title = "optional-missing", N_("%(needed)s of the optional items must be accepted, and %(accepted)s are")


class IndividualItemMissing(Conflict):
    """An item that may not be supervised in a group was accepted without the word that it was supervised alone."""

    slug = "individual-item-missing"
    title = N_("Some items must be supervised individually, and were not")
    way_out = N_("Return those items, look at them with the learner alone, and accept them again.")


class SupervisedAlone(Invalid):
    """The template says that this item is not supervised in a group, and nobody said that it was looked at alone."""

    slug, title = "supervised-alone", N_("This item must be supervised individually")
    way_out = N_("Look at it with the learner alone, confirm that, and accept it then.")


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


class TemplateCodeTaken(Conflict):
    """Another portfolio template has that code."""

    slug, title = "template-code-taken", N_("Another portfolio template has this code")


class TemplatePublished(Conflict):
    """Portfolios are open under it."""

    slug, title = "template-published", N_("This version is published, so it is not changed")
    way_out = N_("Begin a new version. Portfolios in progress keep theirs.")


class TemplateIncomplete(Invalid):
    """Something is missing before it can be published."""

    slug, title = "template-incomplete", N_("Something is missing before this can be published")


class ObservationClosed(Conflict):
    """The link was used, withdrawn or has run out."""

    slug, title = "observation-closed", N_("This link can no longer be used")
    way_out = N_("Ask the person who sent it to you for a new one.")


class ObservationAsked(Conflict):
    """Somebody has been asked, and has not answered."""

    slug, title = "observation-asked", N_("You have asked somebody already, and they can still answer")
    way_out = N_("Withdraw that first if you want to ask again.")


class FileNotChecked(Conflict):
    """The virus scanner has not said that it is clean."""

    slug, title = "file-not-checked", N_("This file is still being checked for viruses")
    way_out = N_("Try again in a minute.")


class NothingToRedact(Conflict):
    """It is empty, or redacted already."""

    slug, title = "nothing-to-redact", N_("There is nothing in this evidence that could be redacted")
