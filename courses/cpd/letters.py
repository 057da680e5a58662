"""What people are told by mail about their CPD record, in their own language."""

from flask import current_app
from flask_babel import force_locale, gettext

from courses.cpd.models import CpdEntry
from lms.accounts.models import Person
from lms.core import mail
from lms.core.db import db
from lms.core.language import N_

SUBJECT = N_("A file of yours was removed")
BODY = N_(
    "The virus scanner found something in %(name)s, so the file was removed from your CPD record. What you wrote is still "
    "there.\n\nCheck the device from which you sent it, and add another file here:\n%(link)s"
)


def file_infected(entry: CpdEntry, name: str) -> None:
    person = db.session.get_one(Person, entry.person_id)
    address = next((each.address for each in person.emails), None)
    if address is None:
        return
    link = f"{current_app.config['PUBLIC_URL']}/{person.language}/record/cpd/{entry.id}"
    with force_locale("cy" if person.language == "cy" else "en_GB"):
        mail.send(address, gettext(SUBJECT), gettext(BODY, name=name, link=link), person.language)
