"""What people are told by mail, in their own language. A letter says where to look; it never quotes evidence."""

from flask import current_app
from flask_babel import force_locale, gettext

from courses.portfolios.models import Decision, EvidenceItem, Outcome, Portfolio, SignOff
from lms.accounts.models import Person
from lms.core import mail
from lms.core.language import N_, Bilingual


def item_submitted(supervisor: Person, item: EvidenceItem) -> None:
    _send(
        supervisor,
        N_("%(learner)s has sent you evidence"),
        N_("%(learner)s has sent you evidence for %(course)s.\n\nRead it and decide here:\n%(link)s\n\n"
           "You are told once, however many items wait; your queue shows them all."),
        f"/supervision/items/{item.id}", learner=item.portfolio.learner.display_name, course=_course(item.portfolio),
    )  # fmt: skip


def portfolio_submitted(supervisor: Person, portfolio: Portfolio) -> None:
    _send(
        supervisor,
        N_("%(learner)s asks for a portfolio to be signed off"),
        N_("Every item in %(learner)s’s portfolio for %(course)s is accepted, and the whole waits for your sign-off:\n"
           "%(link)s"),
        f"/supervision/portfolios/{portfolio.id}", learner=portfolio.learner.display_name, course=_course(portfolio),
    )  # fmt: skip


def decided(decision: Decision, supervisor: str) -> None:
    portfolio, asked = decision.item.portfolio, decision.item.template_item
    accepted = decision.outcome is Outcome.ACCEPTED
    subject = N_("Your evidence was accepted") if accepted else N_("Your evidence was returned, with comments")
    body = (
        N_("%(supervisor)s has accepted “%(item)s” in your portfolio for %(course)s.\n\nSee how far you are:\n%(link)s")
        if accepted
        else N_("%(supervisor)s has returned “%(item)s” in your portfolio for %(course)s, with comments.\n\n"
                "Read them and go on here:\n%(link)s")
    )  # fmt: skip
    _send(
        portfolio.learner, subject, body, f"/portfolio/{portfolio.enrolment_id}/{asked.position}",
        supervisor=supervisor, item=asked.title, course=_course(portfolio),
    )  # fmt: skip


def signed_off(signature: SignOff) -> None:
    portfolio = signature.portfolio
    _send(
        portfolio.learner,
        N_("Your portfolio is signed off"),
        N_("%(supervisor)s has signed off your portfolio for %(course)s.\n\nSee what was signed:\n%(link)s"),
        f"/portfolio/{portfolio.enrolment_id}/signed/{signature.version}",
        supervisor=signature.signatory_name, course=_course(portfolio),
    )  # fmt: skip


def sign_off_withdrawn(to: Person, signature: SignOff, reason: str) -> None:
    portfolio = signature.portfolio
    _send(
        to,
        N_("A signature was withdrawn"),
        N_("%(supervisor)s’s signature under the portfolio for %(course)s no longer stands, and the portfolio is open "
           "again. A certificate that rested on it is revoked. The reason:\n\n%(reason)s\n\n%(link)s"),
        f"/portfolio/{portfolio.enrolment_id}", supervisor=signature.signatory_name, reason=reason,
        course=_course(portfolio),
    )  # fmt: skip


def _course(portfolio: Portfolio) -> Bilingual:
    return portfolio.enrolment.version.title


def _send(to: Person, subject: str, body: str, path: str, **told: str | Bilingual) -> None:
    """To the person's first address; somebody without one reads it on their home page."""
    address = next((each.address for each in to.emails), None)
    if address is None:
        return
    words = {name: text.in_(to.language) if isinstance(text, Bilingual) else text for name, text in told.items()}
    link = f"{current_app.config['PUBLIC_URL']}/{to.language}{path}"
    with force_locale("cy" if to.language == "cy" else "en_GB"):
        mail.send(address, gettext(subject, **words), gettext(body, link=link, **words), to.language)
