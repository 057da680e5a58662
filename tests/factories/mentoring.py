"""Mentor programmes, who may mentor, who wants to be found, who has whom; and champions."""

from datetime import date, timedelta
from itertools import count
from typing import Any

from courses.catalogue.models import CertificateKind
from courses.mentoring.cascade import services as cascade
from courses.mentoring.cascade.models import CascadeSession
from courses.mentoring.cascade.rules import Length, Named, RoleGroup, SessionLanguage
from courses.mentoring.models import Listing, MentorProgramme, Mentorship, MentorStanding
from courses.mentoring.rules import How, Language, Preference, Side
from lms.accounts.models import Person, Sector
from lms.core import clock
from lms.core.db import transaction
from lms.core.ids import new_id
from lms.core.language import Bilingual
from tests.factories.accounts import kept, make_organisation, make_person
from tests.factories.certificates import make_award
from tests.factories.portfolios import actor_of

_numbers = count(1)


def make_mentor_programme(**given: Any) -> MentorProgramme:
    number = next(_numbers)
    words = Bilingual(f"Mentors {number}", f"Mentoriaid {number}")
    if "organisation_id" not in given:
        given["organisation_id"] = make_organisation().id
    return kept(
        MentorProgramme(
            **{
                "id": new_id(), "code": f"MENTORS-{number}", "title": words, "purpose": words, "mentor_course": None,
                "next_course": None, "capacity": 3, "months": 6, "meetings": 2, "feedback": False, "standing_months": 36,
                "is_open": True, "changed_at": clock.now(),
            }
            | given
        )
    )  # fmt: skip


def make_standing(person: Person, programme: MentorProgramme, **given: Any) -> MentorStanding:
    today = clock.today()
    return kept(
        MentorStanding(
            **{
                "person_id": person.id, "programme_id": programme.id, "by_course": False,
                "starts_on": today - timedelta(days=30), "ends_on": today + timedelta(days=300),
            }
            | given
        )
    )  # fmt: skip


def make_listing(person: Person, programme: MentorProgramme, side: Side, **given: Any) -> Listing:
    return kept(
        Listing(
            **{
                "person_id": person.id, "programme_id": programme.id, "side": side, "topics": ["career"],
                "language": Language.EITHER, "how": How.EITHER, "area": None, "profession": Preference.EITHER,
                "organisation": Preference.EITHER, "capacity": 3 if side is Side.MENTOR else None,
                "consented_at": clock.now(),
            }
            | given
        )
    )  # fmt: skip


def a_mentor(programme: MentorProgramme, **given: Any) -> Person:
    """Somebody who may mentor and wants to be found. `given`: columns of the listing."""
    person = make_person(**{name: given.pop(name) for name in ("display_name", "language") if name in given})
    make_standing(person, programme)
    make_listing(person, programme, Side.MENTOR, **given)
    return person


def a_mentee(programme: MentorProgramme, **given: Any) -> Person:
    person = make_person(**{name: given.pop(name) for name in ("display_name", "language") if name in given})
    make_listing(person, programme, Side.MENTEE, **given)
    return person


def make_mentorship(mentor: Person, mentee: Person, programme: MentorProgramme, **given: Any) -> Mentorship:
    return kept(
        Mentorship(
            **{
                "id": new_id(), "programme_id": programme.id, "mentor_id": mentor.id, "mentee_id": mentee.id,
                "starts_on": clock.today() - timedelta(days=60),
            }
            | given
        )
    )  # fmt: skip


def a_champion(person: Person | None = None, **given: Any) -> Person:
    """Somebody with a live champion's certificate."""
    person = person or make_person()
    make_award(learner=person, certificate_kind=CertificateKind.CHAMPION, **{"validity_months": 24} | given)
    return person


def told(people: dict[tuple[str, str], int] | None = None, **given: Any) -> cascade.Told:
    groups = people or {("nhs", "clinical"): 8, ("third_sector", "peer_or_volunteer"): 4}
    return cascade.Told(
        **{
            "held_on": clock.today(), "length": Length.HALF_DAY, "minutes": None, "place": "Bangor", "area": "BCU",
            "topic": "perinatal", "course": "PIMH-CASC", "language": SessionLanguage.BOTH,
            "groups": {(Sector(sector), RoleGroup(role)): number for (sector, role), number in groups.items()},
        }
        | given
    )  # fmt: skip


def make_cascade(champion: Person, named: tuple[Named, ...] = (), **given: Any) -> CascadeSession:
    with transaction():
        return cascade.record_session(actor_of(champion), told(**given), named)


def a_day(days_ago: int) -> date:
    return clock.today() - timedelta(days=days_ago)
