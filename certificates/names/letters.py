"""What is written about requests for another name, each in the language of whoever reads it."""

from flask import current_app

from certificates.models import NameChange, NameChangeState
from lms.accounts.models import Person
from lms.accounts.queries import lineages_of, nearest_holders, primary_email
from lms.core import mail
from lms.core.language import Bilingual
from lms.core.permissions import Permission

ASKED = (
    Bilingual(
        "Somebody asks for another name on their certificates", "Mae rhywun yn gofyn am enw arall ar eu tystysgrifau"
    ),
    Bilingual(
        "Hello %(name)s\n\n%(old)s asks for certificates in the name %(new)s. Decide here:\n%(link)s\n",
        "Helo %(name)s\n\nMae %(old)s yn gofyn am dystysgrifau yn yr enw %(new)s. Penderfynwch yma:\n%(link)s\n",
    ),
)
ANSWER = {
    NameChangeState.APPROVED: (
        Bilingual("Your certificates carry your new name", "Mae eich tystysgrifau'n dwyn eich enw newydd"),
        Bilingual(
            "Hello %(name)s\n\nYour certificates have been issued again in the name %(new)s. The old ones now say that they "
            "have been replaced. Sign in and open My record to download the new ones.\n",
            "Helo %(name)s\n\nMae eich tystysgrifau wedi'u cyhoeddi eto yn yr enw %(new)s. Mae'r hen rai bellach yn dweud eu "
            "bod wedi'u disodli. Mewngofnodwch ac agorwch Fy nghofnod i lawrlwytho'r rhai newydd.\n",
        ),
    ),
    NameChangeState.DECLINED: (
        Bilingual("About the name on your certificates", "Ynghylch yr enw ar eich tystysgrifau"),
        Bilingual(
            "Hello %(name)s\n\nYour certificates have not been issued in the name %(new)s.\n\n%(note)s\n\nYou can ask again in "
            "My record.\n",
            "Helo %(name)s\n\nNid yw eich tystysgrifau wedi'u cyhoeddi yn yr enw %(new)s.\n\n%(note)s\n\nGallwch ofyn eto yn Fy "
            "nghofnod.\n",
        ),
    ),
}


def asked(it: NameChange) -> None:
    """To those nearest to where the person is who may decide; the reason is for the page alone."""
    subject, body = ASKED
    for officer in nearest_holders(Permission.AWARD_RENAME, lineages_of(it.learner_id), but=it.learner_id):
        if to := next((each.address for each in officer.emails), None):
            language = officer.language
            link = f"{current_app.config['PUBLIC_URL']}/{language}/manage/awards/names/{it.id}"
            words = {"name": officer.display_name, "old": it.old_name, "new": it.new_name, "link": link}
            mail.send(to, subject.in_(language), body.in_(language) % words, language)


def answered(it: NameChange, learner: Person, note: str) -> None:
    """To whoever asked."""
    if to := primary_email(learner.id):
        subject, body = ANSWER[it.state]
        words = {"name": learner.display_name, "new": it.new_name, "note": note}
        mail.send(to, subject.in_(learner.language), body.in_(learner.language) % words, learner.language)
