"""What people are told by mail about needs rounds, in their own language."""

from collections.abc import Iterable
from uuid import UUID

from flask import current_app
from flask_babel import force_locale, gettext
from sqlalchemy import select

from courses.catalogue.queries import titles_on_offer
from courses.needs import queries
from courses.needs.models import Allocation, AnswerLink, Nominee, PlaceShare, Round, RoundCourse
from lms.accounts.models import Organisation, Person
from lms.core import clock, mail
from lms.core.db import db
from lms.core.language import N_, Bilingual


def opened(it: Round) -> None:
    """To whoever answers for a body that is asked."""
    bodies = db.session.scalars(queries.invited(it).with_only_columns(Organisation.id)).all()
    body = N_("%(round)s asks what training your body needs. Say how many people need which course, and why, by %(day)s. You "
              "can type it, or fill in one spreadsheet.\n\n%(link)s\n\nPlaces are then shared out by a rule that is "
              "published:\n%(rule)s")  # fmt: skip
    for organisation, person in _who(bodies):
        _send(
            person.language, _address(person), N_("What training does your body need? %(round)s"), body,
            f"/needs/{it.id}/{organisation}", round=it.title, day=it.need_by.isoformat(), rule=_rule(it, person.language),
        )  # fmt: skip


def link(it: AnswerLink, of: Round, body: Organisation, secret: str) -> None:
    _send(
        it.language, it.email, N_("What training does %(body)s need?"),
        N_("%(round)s asks what training %(body)s needs. Say how many people need which course, and why, by %(day)s. You need "
           "no account: this link opens the form, and works once.\n\n%(link)s\n\nPlaces are then shared out by a rule that is "
           "published:\n%(rule)s"),
        f"/needs/answer/{secret}", round=of.title, body=body.name, day=of.need_by.isoformat(),
        rule=_rule(of, it.language),
    )  # fmt: skip


def offered(it: Round, made: Allocation) -> None:
    """To whoever answers for a body with something to say yes to."""
    found = db.session.scalars(
        select(PlaceShare.organisation_id)
        .distinct()
        .where(PlaceShare.allocation_id == made.id, PlaceShare.places > PlaceShare.kept)
    )
    body = N_("Your body is offered places in %(round)s. See how many, and how the rule came to them, and say by %(day)s how many "
              "you take:\n%(link)s\n\nThen name who goes, by %(names)s.")  # fmt: skip
    for organisation, person in _who(found.all()):
        _send(
            person.language, _address(person), N_("Places are offered to you: %(round)s"), body,
            f"/needs/{it.id}/{organisation}", round=it.title, day=made.accept_by.isoformat(),
            names=made.nominate_by.isoformat(),
        )  # fmt: skip


def remind(it: Round, bodies: Iterable[UUID], stage: str, day: str) -> None:
    """Before a last day, once, to those who still have something to say."""
    body = {
        "need": N_("Nothing has been entered for your body in %(round)s yet. It can be until %(day)s:\n%(link)s"),
        "accept": N_("Places are offered to your body in %(round)s. Say by %(day)s how many you take, or they go back:\n%(link)s"),
        "nominate": N_("Your body has places in %(round)s without a name on them. Name people by %(day)s, or the places go "
                       "back:\n%(link)s"),
    }[stage]  # fmt: skip
    for organisation, person in _who(list(bodies)):
        _send(
            person.language, _address(person), N_("Until %(day)s: %(round)s"), body, f"/needs/{it.id}/{organisation}",
            round=it.title, day=day,
        )  # fmt: skip


def placed(person: Person, body: Organisation, course: RoundCourse) -> None:
    _send(
        person.language, _address(person), N_("You have a place: %(course)s"),
        N_("%(body)s has named you for a place on %(course)s, and you are enrolled.\n\n%(link)s\n\nIf you cannot go, withdraw "
           "there, so that somebody else can have the place."),
        "/learning", body=body.name, course=_title(course),
    )  # fmt: skip


def invited(named: Nominee, body: Organisation, course: RoundCourse, secret: str, address: str | None) -> None:
    _send(
        named.language, address, N_("A place for you: %(course)s"),
        N_("Hello %(name)s\n\n%(body)s has named you for a place on %(course)s. Open this link, sign in or make an account, and "
           "take the place:\n%(link)s\n\nThe link works once."),
        f"/needs/place/{secret}", name=named.name, body=body.name, course=_title(course),
    )  # fmt: skip


def taken_off(person: Person, course: RoundCourse) -> None:
    _send(
        person.language, _address(person), N_("Your place on %(course)s was given to somebody else"),
        N_("Your body has taken your name off its place on %(course)s, so you are no longer enrolled. You can look for other "
           "training here:\n%(link)s"),
        "/training", course=_title(course),
    )  # fmt: skip


def _who(bodies: Iterable[UUID]) -> list[tuple[UUID, Person]]:
    found = queries.who_answers(list(bodies), clock.today())
    return [(body, person) for body, people in found.items() for person in people]


def _rule(it: Round, language: str) -> str:
    return f"{current_app.config['PUBLIC_URL']}/{language}/needs/{it.id}/rule"


def _title(course: RoundCourse) -> Bilingual:
    code = course.course.code
    return titles_on_offer([code]).get(code, Bilingual(code, code))


def _address(person: Person) -> str | None:
    return next((each.address for each in person.emails), None)


def _send(language: str, to: str | None, subject: str, body: str, path: str, /, **told: str | Bilingual) -> None:
    """Somebody without an address reads it on their pages."""
    if to is None:
        return
    words = {name: text.in_(language) if isinstance(text, Bilingual) else text for name, text in told.items()}
    there = f"{current_app.config['PUBLIC_URL']}/{language}{path}"
    with force_locale("cy" if language == "cy" else "en_GB"):
        mail.send(to, gettext(subject, **words), gettext(body, link=there, **words), language)
