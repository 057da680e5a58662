"""The facts for which certificates refuse."""

from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.language import N_


class AwardNotActive(Conflict):
    """The certificate was revoked or replaced."""

    slug, title = "award-not-active", N_("This certificate is no longer in force")
    way_out = N_("Its public page says what happened to it. If you think this is wrong, ask your learning organiser.")


class AlreadySuspended(Conflict):
    """It is suspended already."""

    slug, title = "already-suspended", N_("This certificate is suspended already")


class NotSuspended(Conflict):
    """There is no suspension to end."""

    slug, title = "not-suspended", N_("This certificate is not suspended")


class AlreadyReplaced(Conflict):
    """It was replaced or revoked before, so nothing can stand in for it."""

    slug, title = "already-replaced", N_("This certificate has already been replaced or revoked")


class NameNotPrintable(Invalid):
    """The name has letters that no face of ours can draw."""

    slug, title = "name-not-printable", N_("This name has letters that our certificates cannot print")
    way_out = N_("Write it in Latin, Greek or Cyrillic letters.")


class WordsNotPrintable(Invalid):
    """The course's title has letters that no face of ours can draw."""

    slug, title = "words-not-printable", N_("The course's title has letters that our certificates cannot print")
    way_out = N_("Write it in Latin, Greek or Cyrillic letters.")


class AlreadyRevoked(Conflict):
    """The certificate was revoked before."""

    slug, title = "already-revoked", N_("This certificate has already been revoked")


class NoSuchCertificate(NotFound):
    """No certificate has this code, or this number with this name and date. It does not say which part was wrong."""

    slug, title = "no-such-certificate", N_("We have no such certificate")
    way_out = N_("Check every letter and figure against the certificate, or ask its holder to send you its link.")
