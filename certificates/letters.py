"""What a holder is told when an award is worth something else than before, in their own language."""

from flask import current_app

from certificates import queries, wording
from certificates.models import Award
from certificates.rules import AwardEventKind, RevocationReason
from lms.accounts.models import Person
from lms.accounts.queries import primary_email
from lms.core import mail
from lms.core.db import get_or_refuse
from lms.core.language import Bilingual

TOLD_OTHERWISE = (RevocationReason.SIGN_OFF_WITHDRAWN, RevocationReason.NAME_CHANGED)
"""Where the house did it by itself: whoever withdraws a signature, or decides about a name, writes to the holder, and says
what becomes of certificates."""
SUBJECTS = {
    AwardEventKind.SUSPENDED: Bilingual(
        "Your certificate %(number)s is suspended", "Mae eich tystysgrif %(number)s wedi'i hatal"
    ),
    AwardEventKind.LIFTED: Bilingual(
        "Your certificate %(number)s counts again", "Mae eich tystysgrif %(number)s yn cyfrif eto"
    ),
    AwardEventKind.REVOKED: Bilingual(
        "Your certificate %(number)s has been revoked", "Mae eich tystysgrif %(number)s wedi'i dirymu"
    ),
    AwardEventKind.SUPERSEDED: Bilingual(
        "Your certificate %(number)s has been replaced", "Mae eich tystysgrif %(number)s wedi'i disodli"
    ),
}
OPENING = Bilingual(
    "Hello %(name)s\n\nThis is about your certificate for “%(course)s”, number %(number)s.\n\n",
    "Helo %(name)s\n\nMae hyn ynghylch eich tystysgrif am “%(course)s”, rhif %(number)s.\n\n",
)
BODIES = {
    AwardEventKind.SUSPENDED: Bilingual(
        "It is suspended while something about it is looked into. Whoever checks it reads so, and cannot rely on it today. You "
        "need not do anything; we write again when this ends.\n\nReason: %(reason)s.\n",
        "Mae wedi'i hatal tra edrychir i mewn i rywbeth yn ei chylch. Bydd pwy bynnag sy'n ei gwirio yn darllen hynny, ac ni "
        "allant ddibynnu arni heddiw. Nid oes angen i chi wneud dim; byddwn yn ysgrifennu eto pan ddaw hyn i ben.\n\n"
        "Rheswm: %(reason)s.\n",
    ),
    AwardEventKind.LIFTED: Bilingual(
        "The suspension has ended. Whoever checks it now reads again what it is worth, and you can download it.\n",
        "Mae'r ataliad wedi dod i ben. Bydd pwy bynnag sy'n ei gwirio bellach yn darllen eto beth yw ei gwerth, a gallwch ei "
        "lawrlwytho.\n",
    ),
    AwardEventKind.REVOKED: Bilingual(
        "It has been revoked, for good. Whoever checks it reads so, and copies of the file should not be used any more. What you "
        "learnt stays in your record.\n\nReason: %(reason)s.\n",
        "Mae wedi'i dirymu, a hynny'n derfynol. Bydd pwy bynnag sy'n ei gwirio yn darllen hynny, ac ni ddylid defnyddio copïau "
        "o'r ffeil mwyach. Mae'r hyn a ddysgoch yn aros yn eich cofnod.\n\nRheswm: %(reason)s.\n",
    ),
    AwardEventKind.SUPERSEDED: Bilingual(
        "A new certificate, number %(new)s, stands in for it. The old one now says that it has been replaced: please use the new "
        "one from now on, and send it to whoever has the old one.\n\nReason: %(reason)s.\n",
        "Mae tystysgrif newydd, rhif %(new)s, yn cymryd ei lle. Mae'r hen un bellach yn dweud ei bod wedi'i disodli: defnyddiwch "
        "yr un newydd o hyn allan, ac anfonwch hi at bwy bynnag sydd â'r hen un.\n\nRheswm: %(reason)s.\n",
    ),
}
CLOSING = Bilingual(
    "\nSee it in My record:\n%(record)s\n\nIf you think that this is wrong, speak to your learning organiser.\n",
    "\nGweler hi yn Fy nghofnod:\n%(record)s\n\nOs ydych yn credu bod hyn yn anghywir, siaradwch â'ch trefnydd dysgu.\n",
)


def changed(award: Award) -> None:
    """The newest that happened to it, unless somebody else has told it. `note` of the event stays inside."""
    happened = next((each for each in reversed(award.events) if each.kind in SUBJECTS), None)
    to = primary_email(award.learner_id)
    if happened is None or to is None or (happened.by is None and happened.reason in TOLD_OTHERWISE):
        return
    person = get_or_refuse(Person, award.learner_id)
    language = person.language
    shown = award.number
    if happened.kind is AwardEventKind.SUPERSEDED:
        shown = next(each.number for each in queries.what_came_after(award.id) if each.replaces_id == award.id)
    words = {
        "name": person.display_name, "course": award.snapshot[language]["course"], "number": award.number, "new": shown,
        "reason": wording.REASONS[happened.reason].in_(language) if happened.reason else "",
        "record": f"{current_app.config['PUBLIC_URL']}/{language}/record/{shown}",
    }  # fmt: skip
    text = "".join(each.in_(language) for each in (OPENING, BODIES[happened.kind], CLOSING))
    mail.send(to, SUBJECTS[happened.kind].in_(language) % words, text % words, language)
