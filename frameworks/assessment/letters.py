"""What people are told by mail about self-assessment, in their own language."""

from uuid import UUID

from flask import current_app
from flask_babel import force_locale, gettext
from sqlalchemy import select

from frameworks.assessment.queries import Outline
from lms.accounts import letters
from lms.accounts.models import Person
from lms.accounts.queries import primary_email
from lms.core import mail
from lms.core.db import db
from lms.core.language import N_, Bilingual


def asked(supervisor: UUID, learner: str, framework: Bilingual, ratings: int) -> None:
    """To a supervisor: once, however many ratings wait."""
    _send(
        supervisor, N_("%(who)s asks you to look at a self-assessment"),
        N_("%(who)s has rated their practice (%(framework)s) and asks you to confirm it: ratings that wait, %(count)s. You "
           "can confirm or return several at once:\n%(link)s"),
        "/supervision/assessments", who=learner, framework=framework, count=str(ratings),
    )  # fmt: skip


def answered(learner: UUID, supervisor: str, framework: Bilingual, code: str, *, confirmed: int, returned: int) -> None:
    """To the learner: once for all that was answered together."""
    _send(
        learner, N_("%(who)s has looked at your self-assessment"),
        N_("%(framework)s. Confirmed: %(confirmed)s. Returned, with the reason: %(returned)s. What was said is beside each "
           "rating:\n%(link)s"),
        f"/assessment/{code}", who=supervisor, framework=framework, confirmed=str(confirmed), returned=str(returned),
    )  # fmt: skip


CHANGED = (
    N_("%(framework)s has changed: some of it is asked again"),
    N_("Version %(number)s of %(framework)s is in force. Of what you said about yourself, only statements whose words changed "
       "are asked again: %(changed)s. Everything else counts as it was."),
)  # fmt: skip
LAPSED = (
    N_("%(framework)s: some ratings are to be said anew"),
    N_("Ratings count for a time only (%(framework)s), and for some of yours that time is over: %(lapsed)s. Say again where you "
       "are; everything else counts as it was."),
)  # fmt: skip
THERE = N_("Your self-assessment:\n%(link)s")
WHAT = N_("What changed:\n%(changes)s")


def asked_again(person: UUID, it: Outline, *, changed: int, lapsed: int) -> None:
    """To somebody who rated what changed or lapsed: once for all of a framework."""
    address = primary_email(person)
    language = db.session.scalar(select(Person.language).where(Person.id == person)) or "en"
    if address is None:
        return
    paragraphs = [each[1] for each, number in ((CHANGED, changed), (LAPSED, lapsed)) if number]
    letters.write(
        address, language, CHANGED[0] if changed else LAPSED[0], *paragraphs, THERE, *((WHAT,) if changed else ()),
        framework=it.title.in_(language), number=it.number, changed=changed, lapsed=lapsed,
        link=letters.link(language, f"/assessment/{it.code}"),
        changes=letters.link(language, f"/frameworks/{it.code}/{it.number}/changes"),
    )  # fmt: skip


def _send(to: UUID, subject: str, body: str, path: str, **told: str | Bilingual) -> None:
    address = primary_email(to)
    language = db.session.scalar(select(Person.language).where(Person.id == to)) or "en"
    if address is None:
        return
    words = {name: text.in_(language) if isinstance(text, Bilingual) else text for name, text in told.items()}
    link = f"{current_app.config['PUBLIC_URL']}/{language}{path}"
    with force_locale("cy" if language == "cy" else "en_GB"):
        mail.send(address, gettext(subject, **words), gettext(body, link=link, **words), language)
