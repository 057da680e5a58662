"""What people are told by mail about a version that they are asked to take part in, in their own language."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from frameworks.editing.models import Part, Participant
from frameworks.models import FrameworkVersion, Status
from lms.accounts import letters
from lms.accounts.models import EmailAddress, Person
from lms.core.db import db
from lms.core.language import N_

SUBJECTS = {
    Part.COMMENT: N_("%(who)s asks what you think of a framework: %(framework)s"),
    Part.EDIT: N_("%(who)s asks you to help write a framework: %(framework)s"),
    Part.REVIEW: N_("%(who)s asks you to review a framework: %(framework)s"),
    Part.SIGN: N_("%(who)s asks you to review and sign a framework: %(framework)s"),
}
ASKED = {
    Part.COMMENT: N_("Version %(number)s of %(framework)s (%(code)s) is being written, and you are asked to comment on it. "
                     "Read it, and say what you think beside the domain or statement that it is about:\n%(link)s"),
    Part.EDIT: N_("Version %(number)s of %(framework)s (%(code)s) is being written, and you are asked to write in it. "
                  "Everybody who edits sees what the others change:\n%(link)s"),
    Part.REVIEW: N_("Version %(number)s of %(framework)s (%(code)s) is being written, and you are asked to review it. Read it, "
                    "and say beside each statement what should be otherwise:\n%(link)s"),
    Part.SIGN: N_("Version %(number)s of %(framework)s (%(code)s) is being written, and it cannot be published without your "
                  "signature. Read it, and say beside each statement what should be otherwise:\n%(link)s"),
}  # fmt: skip
LATER = N_("You cannot sign it yet, for it may still change. You get another letter when it can be signed.")
NOW = N_("It does not change any more, and waits for your word: that you agree, or why not.")
READY = N_("%(framework)s waits for your word")
STANDS = N_("Version %(number)s of %(framework)s (%(code)s) does not change any more. Read it, and say that you agree, or why "
            "not:\n%(link)s")  # fmt: skip
SIGNING = (Part.REVIEW, Part.SIGN)


def asked(version: FrameworkVersion, person: UUID, part: Part, who: str) -> None:
    """To whoever is asked to take part, once for each time they are asked."""
    more = () if part not in SIGNING else (NOW if version.status is Status.IN_REVIEW else LATER,)
    _send(version, [person], SUBJECTS[part], ASKED[part], *more, who=who)


def ready(version: FrameworkVersion, people: Sequence[Participant], besides: UUID | None) -> None:
    """To those whose word is asked for, when the version has gone to review; not to who sent it there."""
    _send(
        version,
        [each.person_id for each in people if each.part in SIGNING and each.person_id != besides],
        READY,
        STANDS,
    )


def _send(version: FrameworkVersion, people: Sequence[UUID], subject: str, *paragraphs: str, **more: str) -> None:
    """Somebody without an address finds the version among those in the making. One query."""
    rows = db.session.execute(
        select(EmailAddress.address, Person.language)
        .join(Person, Person.id == EmailAddress.person_id)
        .where(EmailAddress.is_primary, Person.id.in_(people))
        .order_by(EmailAddress.address)
    )
    code, number = version.framework.code, version.number
    for address, language in rows:
        letters.write(
            address, language, subject, *paragraphs, framework=version.title.in_(language), number=number, code=code,
            link=letters.link(language, f"/manage/frameworks/{code}/{number}"), **more,
        )  # fmt: skip
