"""How destinations are spoken of on pages."""

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from lms.core.language import N_
from lms.xapi.forwarding.models import Destination, LetterState
from lms.xapi.forwarding.queries import MOST_COUNTED, Lag
from lms.xapi.forwarding.rules.standing import Standing
from lms.xapi.forwarding.rules.testing import Finding, findings

STANDINGS = {
    Standing.UP_TO_DATE: (N_("Up to date"), "green"),
    Standing.BEHIND: (N_("Sending"), "blue"),
    Standing.HELD: (N_("Waiting to try again"), "yellow"),
    Standing.TURNED_AWAY: (N_("Needs attention"), "red"),
    Standing.PAUSED: (N_("Paused"), "grey"),
    Standing.ENDED: (N_("Ended"), "grey"),
}
EXPLAINED = {
    Standing.UP_TO_DATE: N_("Everything that this destination takes has been sent."),
    Standing.BEHIND: N_("Statements are on their way. They leave within a minute of being stored."),
    Standing.HELD: N_("The other store does not answer as it should, so everything for it waits. It is tried again by itself."),
    Standing.TURNED_AWAY: N_("The other store turns us away, so everything for it waits. Check its address, key and secret."),
    Standing.PAUSED: N_("Nothing is sent until somebody resumes it. Nothing is lost meanwhile."),
    Standing.ENDED: N_("Nothing is sent there any more."),
}  # fmt: skip
LETTERS = {
    LetterState.WAITING: (N_("Waiting for a person"), "orange"),
    LetterState.QUEUED: (N_("Being sent again"), "blue"),
    LetterState.SENT: (N_("Delivered"), "green"),
    LetterState.SET_ASIDE: (N_("Set aside"), "grey"),
}
FINDINGS = {
    Finding.UNREACHED: N_("It could not be reached."),
    Finding.NO_STORE: N_("Something answers there, but not as a record store does."),
    Finding.SPEAKS: N_("It answers, and speaks the version of xAPI that is set here."),
    Finding.OTHER_VERSION: N_("It answers, but does not speak the version of xAPI that is set here."),
    Finding.LETS_IN: N_("It takes statements from us."),
    Finding.WRONG_KEY: N_("It does not know this key and secret."),
    Finding.MAY_NOT_WRITE: N_("It knows the key, but does not let it send statements."),
    Finding.STRANGE: N_("It did not say whether it would take statements from us."),
}
GOOD = frozenset({Finding.SPEAKS, Finding.LETS_IN})


def age(seconds: int) -> str:
    """A length of time, roughly, in its largest unit."""
    if seconds < 60:
        return str(ngettext("%(num)d second", "%(num)d seconds", seconds))
    if seconds < 3600:
        return str(ngettext("%(num)d minute", "%(num)d minutes", seconds // 60))
    if seconds < 86_400:
        return str(ngettext("%(num)d hour", "%(num)d hours", seconds // 3600))
    return str(ngettext("%(num)d day", "%(num)d days", seconds // 86_400))


def behind(lag: Lag) -> str:
    """How far it lags, in statements and in time."""
    if not lag.waiting:
        return _("Nothing waits")
    if lag.waiting > MOST_COUNTED:
        count = _("More than %(count)s statements", count=format_decimal(MOST_COUNTED))
    else:
        count = str(ngettext("%(num)d statement", "%(num)d statements", lag.waiting))
    return _("%(count)s, the oldest from %(age)s ago", count=count, age=age(lag.seconds))


def tested(destination: Destination) -> list[tuple[str, bool]] | None:
    """(sentence, is it good) of the last test; None: there was none, or it is still under way."""
    outcome = destination.test
    if outcome is None:
        return None
    found = findings(outcome["about"], outcome["versions"], outcome["write"], destination.version)
    return [(_(FINDINGS[each]), each in GOOD) for each in found]
