"""What administrators are told when certificates are not as they were issued, in their own language."""

from flask import current_app

from certificates.integrity.models import LedgerCheck
from certificates.integrity.wording import told
from lms.accounts.models import Person
from lms.core import mail
from lms.core.language import Bilingual

NAMED = 20
SUBJECT = Bilingual("Certificates are not as they were issued", "Nid yw tystysgrifau fel y'u cyhoeddwyd")
BODY = Bilingual(
    "Hello %(name)s\n\nThe nightly check has found what does not match in the records of certificates: %(found)s in all. Either "
    "something was changed in the database past the system, or the database is damaged.\n\n%(faults)s\n\nWhoever checks a "
    "certificate that is named here reads that its record does not match, and not to rely on it. Do not mend anything by hand: "
    "keep a copy of the database as it is now, find out who had access, and restore from a backup.\n\n%(link)s\n",
    "Helo %(name)s\n\nMae'r gwiriad nosweithiol wedi canfod pethau nad ydynt yn cyfateb yng nghofnodion y tystysgrifau: "
    "%(found)s i gyd. Naill ai newidiwyd rhywbeth yn y gronfa ddata heibio i'r system, neu mae'r gronfa ddata wedi'i "
    "difrodi.\n\n%(faults)s\n\nBydd pwy bynnag sy'n gwirio tystysgrif a enwir yma yn darllen nad yw ei chofnod yn cyfateb, ac i "
    "beidio â dibynnu arni. Peidiwch â thrwsio dim â llaw: cadwch gopi o'r gronfa ddata fel y mae nawr, darganfyddwch pwy oedd "
    "â mynediad, ac adferwch o gopi wrth gefn.\n\n%(link)s\n",
)


def faults(person: Person, it: LedgerCheck) -> None:
    to = next((each.address for each in person.emails), None)
    if to is None:
        return
    language = person.language
    words = {
        "name": person.display_name, "found": it.found,
        "faults": "\n".join(f"- {told(each).in_(language)}" for each in it.faults[:NAMED]),
        "link": f"{current_app.config['PUBLIC_URL']}/{language}/manage/awards/ledger",
    }  # fmt: skip
    mail.send(to, SUBJECT.in_(language), BODY.in_(language) % words, language)
