"""Who is in the demonstration. Surnames are things of the hills and the garden: nobody is called that."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from lms.core.permissions import Role

DOMAIN = "demo.llwybr.example"
PASSWORD = "llwybr-demo-1"  # noqa: S105 - printed for everyone: these accounts are only made on purpose

FIRST_CY = (
    "Aled", "Angharad", "Anwen", "Bethan", "Bleddyn", "Carys", "Catrin", "Dafydd", "Eleri", "Elin", "Eluned",
    "Emyr", "Ffion", "Gareth", "Gethin", "Gwenllïan", "Gwilym", "Gwyneth", "Heledd", "Huw", "Idris", "Iestyn",
    "Ieuan", "Iwan", "Llinos", "Lowri", "Llŷr", "Mair", "Manon", "Meilyr", "Menna", "Nerys", "Non", "Osian",
    "Owain", "Rhiannon", "Rhodri", "Rhys", "Sioned", "Siân", "Steffan", "Tegid", "Tomos", "Tudur",
)  # fmt: skip
FIRST_EN = (
    "Alice", "Amir", "Andrew", "Anita", "Beatrice", "Callum", "Chidi", "Daniel", "Emma", "Fatima", "George",
    "Grace", "Hannah", "Imran", "Jack", "Jasmine", "Joan", "Karen", "Leo", "Lucy", "Marcus", "Maria", "Nadia",
    "Noah", "Oliver", "Patrick", "Priya", "Rachel", "Ravi", "Rebecca", "Samuel", "Sarah", "Tariq", "Thomas",
    "Victoria", "Wei", "Yusuf", "Zoe",
)  # fmt: skip
LAST_CY = (
    "Barcud", "Blaenllan", "Brithyll", "Celynnen", "Clogwyn", "Cneuen", "Crëyr", "Draenog", "Dryw", "Eithin",
    "Eos", "Gwennol", "Gwiwer", "Helygen", "Llwynog", "Llygad-y-dydd", "Mwyalchen", "Onnen", "Robin-goch",
    "Rhedyn", "Ysgawen", "Ysgyfarnog", "Ŷd",
)  # fmt: skip
LAST_EN = (
    "Acornfield", "Bramblewick", "Buttercross", "Cobblestone", "Dragonfly", "Fernbank", "Foxglove",
    "Gooseberry", "Hedgerow", "Hollyhock", "Kingfisher", "Ladybird", "Marigold", "Meadowsweet", "Nightjar",
    "Pebblebrook", "Quince", "Rainbarrel", "Skylark", "Thistledown", "Wheelbarrow", "Windfall",
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One named person who can be signed in as. `look`: what to look at, for the table of sign-ins."""

    key: str
    name: str
    kind: str
    look: str
    language: str = "en"
    organisation: str | None = None
    job_role: str | None = None
    setting: str | None = None
    sector: str | None = None
    paid: bool = True
    roles: tuple[tuple[Role, str], ...] = ()

    @property
    def address(self) -> str:
        return f"{self.key}@{DOMAIN}"


CAST = (
    Part(
        "volunteer",
        "Non Llygad-y-dydd",
        "Volunteer, unpaid",
        "Find training, enrol on ECAMHS-1; ECAMHS-4 is refused",
        "cy",
        "MIND",
        "volunteer",
        paid=False,
    ),
    Part(
        "nurse",
        "Catrin Gwennol",
        "CAMHS nurse, new",
        "Enrol on ECAMHS-1, learn, gather evidence",
        "cy",
        "BCU",
        "camhs_nurse",
        "camhs",
    ),
    Part(
        "nurse2",
        "Hannah Kingfisher",
        "CAMHS nurse, foundation complete",
        "Certificates on record; ECAMHS-4 opens once attested",
        "en",
        "BCU",
        "camhs_nurse",
        "camhs",
    ),
    Part(
        "supervisor",
        "Elin Mwyalchen",
        "CAMHS learning supervisor",
        "Supervision: evidence is waiting",
        "cy",
        "BCU",
        "psychologist",
        "camhs",
    ),
    Part(
        "supervisor2",
        "Marcus Skylark",
        "Second learning supervisor",
        "Supervision, other learners; a champion's sessions",
        "en",
        "CAV",
        "psychologist",
        "camhs",
    ),
    Part(
        "visitor",
        "Angharad Onnen",
        "Health visitor",
        "My plan: self-assessment, gaps, goals",
        "en",
        "BCU",
        "health_visitor",
        "health_visiting",
    ),
    Part(
        "teamlead",
        "Lowri Gwennol",
        "Team lead",
        "My team: who is where, as far as they share it",
        "cy",
        "BCU",
        "service_manager",
        "health_visiting",
        roles=((Role.TEAM_LEAD, "BCU"),),
    ),
    Part(
        "carer",
        "Joan Hollyhock",
        "Unpaid carer, in no organisation",
        "My record, without an employer",
        job_role="unpaid_carer",
        sector="unpaid_carers",
        paid=False,
    ),
    Part(
        "peer",
        "Owain Ysgawen",
        "Peer supporter, unpaid",
        "My learning, in progress",
        "cy",
        "PLATFFORM",
        "peer_support_worker",
        paid=False,
    ),
    Part(
        "organiser",
        "Rhiannon Clogwyn",
        "Organiser for Wales",
        "Uptake with names; people",
        "cy",
        "HEIW",
        "admin",
        roles=((Role.ORGANISER, "WALES"),),
    ),
    Part(
        "charity",
        "Beatrice Foxglove",
        "Training lead of a charity",
        "Training needs: enter a need, name people",
        "en",
        "PLATFFORM",
        "third_sector_worker",
        roles=((Role.TRAINING_LEAD, "PLATFFORM"),),
    ),
    Part(
        "author",
        "Emma Quince",
        "Course author",
        "Manage: write a course",
        "en",
        "HEIW",
        "admin",
        roles=((Role.AUTHOR, "WALES"), (Role.FRAMEWORK_EDITOR, "WALES")),
    ),
    Part(
        "publisher",
        "Dafydd Onnen",
        "Publisher",
        "Manage: review and publish",
        "cy",
        "HEIW",
        "admin",
        roles=((Role.PUBLISHER, "WALES"),),
    ),
    Part(
        "commissioner",
        "Grace Meadowsweet",
        "Commissioner for Wales",
        "Uptake for all of Wales, without names",
        "en",
        "WG",
        "admin",
        roles=((Role.COMMISSIONER, "WALES"),),
    ),
    Part(
        "board",
        "Ieuan Barcud",
        "Commissioner for Betsi Cadwaladr",
        "Uptake for one board",
        "cy",
        "BCU",
        "service_manager",
        roles=((Role.COMMISSIONER, "BCU"),),
    ),
    Part(
        "lead",
        "Siân Celynnen",
        "Lead supervisor",
        "Licences and who supervises whom",
        "cy",
        "HEIW",
        "psychologist",
        roles=((Role.LEAD_SUPERVISOR, "WALES"),),
    ),
    Part(
        "approver",
        "Meilyr Celynnen",
        "Approvals officer of a council and of the all-Wales team",
        "Manage: statutory approvals, what ends, evidence to decide",
        "cy",
        "W06000006",
        "admin",
        roles=((Role.APPROVER, "W06000006"), (Role.APPROVER, "BCU-AP")),
    ),
    Part(
        "doctor",
        "Priya Foxglove",
        "Psychiatrist, Approved Clinician",
        "My record: a statutory approval that ends soon",
        "en",
        "BCU",
        "psychiatrist",
    ),
    Part(
        "admin",
        "Andrew Cobblestone",
        "Administrator",
        "Admin: people, organisations, audit",
        "en",
        "DHCW",
        "admin",
        roles=((Role.ADMINISTRATOR, "WALES"),),
    ),
)


@dataclass(frozen=True)
class Post:
    """A kind of place that the crowd comes from. `size`: how many people; `places`: codes, or none."""

    size: int
    places: tuple[str | None, ...]
    job_roles: tuple[str | None, ...]
    settings: tuple[str | None, ...] = (None,)
    paid: bool = True
    sector: str | None = None


BOARDS = ("BCU", "BCU", "HDU", "SBU", "CAV", "CAV", "CTM", "ABU", "ABU", "PTH")
COUNCILS = ("W06000002", "W06000006", "W06000011", "W06000015", "W06000016", "W06000022", "W06000023")
CHARITIES = ("MIND", "MIND", "PLATFFORM", "HAFAL", "ALZ", "PAVO")

POSTS = (
    Post(90, BOARDS, ("rmn", "registered_nurse"), ("adult_mental_health", "mental_health_inpatient", "primary_care")),
    Post(
        60,
        BOARDS,
        ("midwife", "health_visitor", "perinatal_mh_nurse"),
        ("maternity", "health_visiting", "specialist_perinatal"),
    ),
    Post(40, BOARDS, ("camhs_nurse", "psychologist", "occupational_therapist"), ("camhs",)),
    Post(25, BOARDS, ("hcsw_mh", "nursery_nurse"), ("mental_health_inpatient", "parent_infant_service")),
    Post(75, COUNCILS, ("social_worker", "social_care_worker"), ("children_families_social_work", None)),
    Post(60, CHARITIES, ("third_sector_worker", "third_sector_family_worker"), ("third_sector_family", None)),
    Post(35, CHARITIES, ("volunteer", "peer_volunteer", "expert_by_experience"), paid=False, sector="lived_experience"),
    Post(20, CHARITIES, ("peer_support_worker",), paid=False, sector="lived_experience"),
    Post(28, (None,), ("unpaid_carer",), paid=False, sector="unpaid_carers"),
    Post(12, ("WAST",), ("paramedic",)),
    Post(3, (None,), ("police_officer",), sector="police_emergency"),
)


def names(random_: random.Random) -> Iterator[tuple[str, str]]:
    """(name, language), never the same name twice."""
    taken = {part.name for part in CAST}
    while True:
        welsh = random_.random() < 0.45
        first, last = (FIRST_CY, LAST_CY) if welsh else (FIRST_EN, LAST_EN)
        name = f"{random_.choice(first)} {random_.choice(last)}"
        if name not in taken:
            taken.add(name)
            yield name, "cy" if welsh and random_.random() < 0.7 else "en"
