"""Who takes part in a version: those who comment, edit, review, and whose signature it needs."""

from uuid import UUID

from frameworks.editing import letters, queries
from frameworks.editing.errors import NotPossible, PersonNotFound
from frameworks.editing.models import Part, Participant
from frameworks.editing.services.opening import open_to
from frameworks.models import IN_THE_MAKING
from lms.accounts import queries as accounts
from lms.core import audit, clock
from lms.core.db import db, get_or_refuse, record
from lms.core.errors import NotFound
from lms.core.language import N_
from lms.core.permissions import Actor


def ask(actor: Actor, version_id: UUID, email: str, part: Part) -> Participant:
    """Ask the person with that address to take part; whoever takes part already is asked for the new part instead.

    They are told by mail. Raises PersonNotFound, NotPossible once the version is published.
    """
    version = open_to(actor, version_id, "manage")
    if version.status not in IN_THE_MAKING:
        raise NotPossible()
    person = accounts.person_at(email)
    if person is None:
        raise PersonNotFound(fields={"email": N_("Nobody here has this e-mail address")})
    for each in queries.participants(version.id):
        if each.person_id == person.id:
            each.ended_at = clock.now()
    db.session.flush()  # one part at a time
    asked = record(
        Participant(version_id=version.id, person_id=person.id, part=part, asked_by=actor.person, asked_at=clock.now())
    )
    audit.record(actor, "framework.asked", about=person.id, thing=version, part=part.value)
    if person.id != actor.person:
        letters.asked(version, person.id, part, actor.name)
    return asked


def end_part(actor: Actor, version_id: UUID, participant_id: UUID) -> None:
    """Somebody takes part no longer. What they said and signed stays. Raises NotPossible, NotFound."""
    version = open_to(actor, version_id, "manage")
    if version.status not in IN_THE_MAKING:
        raise NotPossible()
    found = get_or_refuse(Participant, participant_id)
    if found.version_id != version.id or found.ended_at is not None:
        raise NotFound()
    found.ended_at = clock.now()
    audit.record(actor, "framework.left", about=found.person_id, thing=version, part=found.part.value)
