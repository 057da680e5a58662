"""Who they are: in every body there is, in roles that such bodies have. Of some, role or setting is not known."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import select

from courses.evaluation.queries import bodies as counted_under
from lms.accounts.models import JobRole, Organisation, ServiceSetting
from lms.core.db import db
from lms.demonstration.large.sheets import NULL, Days, Seeded, Sheets, array, truth

DOMAIN = "large.demo.llwybr.example"
SINCE = 2000
"""Days for which they have been members."""
WELSH = 5
"""Each fifth prefers Welsh."""
UNKNOWN_ROLE, UNKNOWN_SETTING = 0.08, 0.15
ON_THEIR_OWN, LIVED = 0.02, 0.3
"""Unpaid carers without a body; and how many of a charity are there for what they have lived through."""
POSTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "nhs": (
        (
            "registered_nurse", "rmn", "registered_nurse", "hcsw_mh", "midwife", "health_visitor", "camhs_nurse",
            "psychologist", "occupational_therapist", "gp", "psychiatrist", "pharmacist_mh", "team_manager",
        ),
        (
            "adult_mental_health", "mental_health_inpatient", "primary_care", "camhs", "maternity", "health_visiting",
            "older_adult_mental_health",
        ),
    ),
    "social_care": (
        ("social_worker", "social_care_worker", "mh_support_worker"), ("children_families_social_work", "adult_mental_health")
    ),
    "third_sector": (("third_sector_worker", "third_sector_family_worker", "counsellor"), ("third_sector_family",)),
    "lived_experience": (("peer_support_worker", "peer_volunteer", "expert_by_experience"), ("third_sector_family",)),
    "education": (("teacher", "youth_worker", "early_years_worker", "student"), ("education", "youth_work")),
    "independent": (("registered_nurse", "social_care_worker", "cbt_therapist"), ("mental_health_inpatient",)),
    "unpaid_carers": (("unpaid_carer",), ()),
}  # fmt: skip
OTHERS = (("police_officer", "housing_officer", "admin"), ("primary_care",))
UNPAID = ("lived_experience", "unpaid_carers")


class Learner(NamedTuple):
    """A person with what they are on their enrolments: as COPY reads it. `body`: under which evaluation counts them."""

    id: str
    language: str
    organisation: str
    lineage: str
    body: str
    sector: str
    job_role: str
    setting: str
    paid: str


class Body(NamedTuple):
    id: str
    lineage: str
    body: str
    sector: str


def bodies() -> list[Body]:
    """Every body that holds people, by code."""
    known = counted_under()
    return [
        Body(str(each.id), array(list(map(str, each.lineage))), known[each.id], each.sector.value)
        for each in db.session.scalars(select(Organisation).order_by(Organisation.code))
        if each.parent_id and each.kind not in ("group", "country") and each.id in known
    ]


def write(chance: Seeded, sheets: Sheets, days: Days, offered: Sequence[Body], persons: int) -> Iterator[Learner]:
    """One after the other, so that what they did can be written beside them."""
    roles = set(db.session.scalars(select(JobRole.code)))
    settings = set(db.session.scalars(select(ServiceSetting.code)))
    posts = {
        sector: ([each for each in some if each in roles], [each for each in places if each in settings])
        for sector, (some, places) in POSTS.items()
    }
    alone = Body(NULL, "{}", "", "unpaid_carers")
    for n in range(persons):
        body = alone if chance.random() < ON_THEIR_OWN else offered[chance.below(len(offered))]
        lived = body.sector == "third_sector" and chance.random() < LIVED
        sector = "lived_experience" if lived else body.sector
        some, places = posts.get(sector, OTHERS)
        learner = Learner(
            chance.new_id(), "en" if n % WELSH else "cy", body.id, body.lineage, body.body, sector,
            _one_of(chance, some, UNKNOWN_ROLE), _one_of(chance, places, UNKNOWN_SETTING),
            truth(sector not in UNPAID),
        )  # fmt: skip
        name = f"Person {n}"
        sheets.write("person", learner.id, name, name, learner.language, "t")
        sheets.write("email_address", chance.new_id(), learner.id, f"p{n}@{DOMAIN}", "t")
        sheets.write(
            "membership", chance.new_id(), learner.id, learner.organisation, sector, learner.job_role, learner.setting,
            learner.paid, days[SINCE],
        )  # fmt: skip
        yield learner


def _one_of(chance: Seeded, codes: Sequence[str], unknown: float) -> str:
    return NULL if not codes or chance.random() < unknown else codes[chance.below(len(codes))]
