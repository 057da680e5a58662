"""What people are told by mail about evaluation, in their own language."""

from flask import current_app
from flask_babel import force_locale, gettext

from courses.evaluation import queries
from courses.evaluation.forms import Which
from courses.evaluation.models import EvaluationInvitation
from lms.core import mail
from lms.core.language import N_
from lms.core.web.site import day

PROMISE = N_(
    "Your name is not kept with your answer: it is added to counts, and cannot be looked up again. If you would rather not be "
    "asked, say so on the same page."
)
INVITED = {
    Which.AFTER: (
        N_("How was %(course)s?"),
        N_("You have completed %(course)s. Would you tell us how it was? It takes about a minute, until %(until)s:\n%(link)s"
           "\n\n%(promise)s"),
    ),
    Which.LATER: (
        N_("Three months after %(course)s"),
        N_("Three months ago you completed %(course)s. Have you been able to use it? It takes about a minute, until "
           "%(until)s:\n%(link)s\n\n%(promise)s"),
    ),
}  # fmt: skip
REMINDER = (
    N_("A minute for %(course)s?"),
    N_("We asked you about %(course)s and have not heard from you. That is fine; this is the only reminder. If you have a "
       "minute, you can answer until %(until)s:\n%(link)s\n\n%(promise)s"),
)  # fmt: skip


def invite(it: EvaluationInvitation) -> None:
    _send(it, *INVITED[it.form])


def remind(it: EvaluationInvitation) -> None:
    _send(it, *REMINDER)


def _send(it: EvaluationInvitation, subject: str, body: str) -> None:
    """To the person's first address; somebody without one finds it on their pages."""
    person, title = queries.learner_of(it)
    address = next((each.address for each in person.emails), None)
    if address is None:
        return
    link = f"{current_app.config['PUBLIC_URL']}/{person.language}/evaluation/{it.id}"
    with force_locale("cy" if person.language == "cy" else "en_GB"):
        words = {"course": title.in_(person.language), "until": day(it.closes_on), "promise": gettext(PROMISE)}
        mail.send(address, gettext(subject, **words), gettext(body, link=link, **words), person.language)
