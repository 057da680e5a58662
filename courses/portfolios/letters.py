"""What people are told by mail, in their own language. A letter says where to look; it never quotes evidence."""

from datetime import date

from flask import current_app
from flask_babel import force_locale, gettext

from courses.portfolios.models import (
    Decision,
    EvidenceItem,
    Observation,
    ObserverAnswer,
    Outcome,
    Portfolio,
    SignOff,
)
from lms.accounts.models import Person
from lms.core import mail
from lms.core.language import N_, Bilingual
from lms.core.web.site import day


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


def file_infected(item: EvidenceItem, name: str) -> None:
    _send(
        item.portfolio.learner,
        N_("A file of yours was removed"),
        N_("The virus scanner found something in %(name)s, so the file was removed from your portfolio for %(course)s. "
           "What you wrote is still there.\n\nCheck the device from which you sent it, and add another file here:\n"
           "%(link)s"),
        f"/portfolio/{item.portfolio.enrolment_id}/{item.template_item.position}",
        name=name, course=_course(item.portfolio),
    )  # fmt: skip


def observer_asked(asked: Observation, secret: str) -> None:
    """To whoever observed, in the language that the learner chose; the link in it is in no other place."""
    portfolio = asked.item.portfolio
    link = f"{current_app.config['PUBLIC_URL']}/{asked.language}/observe/{secret}"
    told = {"learner": portfolio.learner.display_name, "name": asked.asked_name, "link": link}
    with force_locale("cy" if asked.language == "cy" else "en_GB"):
        told |= {"course": _course(portfolio).in_(asked.language), "until": day(asked.expires_at)}
        subject = gettext("%(learner)s asks you to sign what you observed", **told)
        body = gettext(
            "Dear %(name)s,\n\n%(learner)s is working on a portfolio for %(course)s and says that you observed them at "
            "work. Read what they wrote, and sign it or say why not. You need no account:\n%(link)s\n\n"
            "The link is for you alone. It works once, until %(until)s. If you did not observe %(learner)s, say so "
            "there, or delete this mail.",
            **told,
        )
        mail.send(asked.email or "", subject, body, asked.language)


def observer_answered(asked: Observation) -> None:
    portfolio = asked.item.portfolio
    signed = asked.answer is ObserverAnswer.SIGNED
    subject = N_("Your observed practice was signed") if signed else N_("Your observed practice was not signed")
    body = (
        N_("%(observer)s has signed what you wrote in your portfolio for %(course)s.\n\nGo on here:\n%(link)s")
        if signed
        else N_("%(observer)s did not sign what you wrote in your portfolio for %(course)s, and says why.\n\n"
                "Read it here:\n%(link)s")
    )  # fmt: skip
    _send(
        portfolio.learner, subject, body,
        f"/portfolio/{portfolio.enrolment_id}/{asked.item.template_item.position}",
        observer=asked.signed_name or asked.asked_name, course=_course(portfolio),
    )  # fmt: skip


def redacted(item: EvidenceItem) -> None:
    portfolio = item.portfolio
    _send(
        portfolio.learner,
        N_("Your evidence was redacted"),
        N_("Somebody could be recognised in “%(item)s” in your portfolio for %(course)s, so what it said was removed, "
           "and its file as well. That it was there stays on record.\n\nSee what to do next:\n%(link)s"),
        f"/portfolio/{portfolio.enrolment_id}/{item.template_item.position}",
        item=item.template_item.title, course=_course(portfolio),
    )  # fmt: skip


def evidence_will_go(portfolio: Portfolio, when: date) -> None:
    _send(
        portfolio.learner,
        N_("Take a copy of your portfolio"),
        N_("The purpose for which your portfolio for %(course)s was kept has ended. What you wrote and brought for it goes "
           "on %(when)s; that it was signed off stays.\n\nTake a copy before then:\n%(link)s"),
        f"/portfolio/{portfolio.enrolment_id}/export", course=_course(portfolio), when=when,
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


def _send(to: Person, subject: str, body: str, path: str, **told: str | Bilingual | date) -> None:
    """To the person's first address; somebody without one reads it on their home page."""
    address = next((each.address for each in to.emails), None)
    if address is None:
        return
    link = f"{current_app.config['PUBLIC_URL']}/{to.language}{path}"
    with force_locale("cy" if to.language == "cy" else "en_GB"):
        words = {name: _in_words(text, to.language) for name, text in told.items()}
        mail.send(address, gettext(subject, **words), gettext(body, link=link, **words), to.language)


def _in_words(told: str | Bilingual | date, language: str) -> str:
    if isinstance(told, date):
        return day(told)
    return told.in_(language) if isinstance(told, Bilingual) else told
