"""The people of the journeys, and what they stand on. Everything else they do themselves."""

from dataclasses import dataclass

from lms.accounts import passwords
from lms.accounts.models import Person, Sector
from lms.core.permissions import Role
from tests.factories.accounts import grant, make_membership, make_person, organisation

PASSWORD = "Llwybr-taith-2026"


@dataclass(frozen=True)
class Cast:
    """`address(person)` is `<name>@taith.example`; everybody has PASSWORD."""

    volunteer: Person
    nurse: Person
    supervisor: Person
    organiser: Person
    commissioner: Person

    @staticmethod
    def address(who: str) -> str:
        return f"{who}@taith.example"


def gather() -> Cast:
    """A volunteer of a charity, a CAMHS nurse and her supervisor-to-be of a health board, and two of the nation's."""
    secret = passwords.hash_password(PASSWORD)

    def person(who: str, name: str) -> Person:
        return make_person(email=Cast.address(who), display_name=name, legal_name=name, password_hash=secret)

    volunteer, nurse = person("volunteer", "Eira Ffuglen"), person("nurse", "Siân Dychmyg")
    supervisor, organiser = person("supervisor", "Gwenllian Enghraifft"), person("organiser", "Idris Trefnydd")
    commissioner = person("commissioner", "Catrin Comisiwn")
    board, charity, wales = organisation("BCU"), organisation("PAVO"), organisation("WALES")
    make_membership(volunteer, charity, sector=Sector.THIRD_SECTOR, job_role_code="volunteer", paid=False)
    make_membership(nurse, board, job_role_code="camhs_nurse", setting_code="camhs")
    make_membership(supervisor, board, job_role_code="psychologist", setting_code="camhs")
    make_membership(organiser, wales, sector=Sector.NHS)
    grant(organiser, Role.ORGANISER, wales)
    grant(commissioner, Role.COMMISSIONER, wales)
    return Cast(volunteer, nurse, supervisor, organiser, commissioner)
