"""The rules, one line a case: who is let in, what is asked, and what every refusal says."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
import yaml

from courses.catalogue.rules.conditions import KINDS
from courses.enrolments import rules
from courses.enrolments.errors import (
    EnrolmentRefused,
    ModuleFull,
    NotDeclared,
    NotForYourSector,
    NotForYourWork,
    PrerequisiteMissing,
    SupervisionNotAttested,
)
from courses.enrolments.rules.conditions import CHECKED
from courses.enrolments.rules.facts import Application, Offer, Place, listed, the_same
from courses.supervision.rules import Supervised
from lms.core.language import Bilingual
from tests.conftest import ROOT

DAY = date(2026, 3, 2)
NURSE = Place(
    membership_id=uuid4(), sector="nhs", setting="camhs", role="camhs_nurse", staff_group="nursing", clinical=True
)
VOLUNTEER = Place(membership_id=uuid4(), sector="third_sector", role="volunteer", staff_group="volunteer", paid=False)
NOBODY_KNOWN = Place()
CLINICAL = {
    "all": [{"sector": "nhs"}, {"setting": "camhs"}, {"clinical_role": True}, {"active_learning_supervisor": True}]
}
ATTESTED = Supervised("Siân", True, date(2026, 9, 1), None)
RANKS = {("PIMH", "informed"): 1, ("PIMH", "enhanced"): 3}


def application(place: Place = NURSE, **given: Any) -> Application:
    of_offer = {name: given.pop(name) for name in list(given) if name in Offer.__dataclass_fields__}
    offer = Offer(**{"code": "C-1", "title": Bilingual("Course", "Cwrs")} | of_offer)
    return Application(**{"offer": offer, "place": place, "on": DAY, "ranks": RANKS} | given)


CASES: list[tuple[str, Application, list[type[EnrolmentRefused]]]] = [
    ("no conditions", application(VOLUNTEER), []),
    ("a person nothing is known of, open to everyone", application(NOBODY_KNOWN, sectors=("public", "nhs")), []),
    (
        "a person nothing is known of, not offered to the public",
        application(NOBODY_KNOWN, sectors=("nhs",)),
        [NotForYourSector],
    ),
    ("sector not served", application(VOLUNTEER, sectors=("nhs",)), [NotForYourSector]),
    (
        "sector asked for and not served is said once",
        application(VOLUNTEER, sectors=("nhs",), eligibility={"all": [{"sector": "nhs"}]}),
        [NotForYourSector],
    ),
    ("setting among several", application(eligibility={"all": [{"setting_in": ["adult_mental_health", "camhs"]}]}), []),
    (
        "setting not among several",
        application(VOLUNTEER, eligibility={"all": [{"setting_in": ["camhs"]}]}),
        [NotForYourWork],
    ),
    ("clinical role", application(eligibility={"all": [{"clinical_role": True}]}), []),
    ("no clinical role", application(VOLUNTEER, eligibility={"all": [{"clinical_role": True}]}), [NotForYourWork]),
    ("staff group", application(eligibility={"all": [{"staff_group": "hcsw"}]}), [NotForYourWork]),
    (
        "one of several roles",
        application(eligibility={"any": [{"role": "social_worker"}, {"role": "camhs_nurse"}]}),
        [],
    ),
    (
        "none of several roles is one refusal",
        application(eligibility={"any": [{"role": "social_worker"}, {"role": "rmn"}]}),
        [NotForYourWork],
    ),
    (
        "a role that no list holds is asked",
        application(eligibility={"all": [{"role_in": ["team_manager", "aspiring_manager"]}]}),
        [NotDeclared],
    ),
    (
        "the role itself needs no asking",
        application(
            Place(sector="nhs", role="team_manager"),
            eligibility={"all": [{"role_in": ["team_manager", "aspiring_manager"]}]},
        ),
        [],
    ),
    ("register", application(registers=frozenset({"BABCP"}), eligibility={"all": [{"register": "BABCP"}]}), []),
    ("not on the register", application(eligibility={"all": [{"register": "GMC"}]}), [NotForYourWork]),
    (
        "statutory role by job",
        application(Place(sector="social_care", role="amhp"), eligibility={"all": [{"statutory_function": "AMHP"}]}),
        [],
    ),
    (
        "statutory role is asked where no job says it",
        application(eligibility={"all": [{"statutory_function_any": ["S12", "AC"]}]}),
        [NotDeclared],
    ),
    (
        "statutory role confirmed",
        application(
            declared=frozenset({"statutory_function_any:S12,AC"}),
            eligibility={"all": [{"statutory_function_any": ["S12", "AC"]}]},
        ),
        [],
    ),
    (
        "statutory role that an approval vouches for",
        application(
            vouched=frozenset({"statutory_function:AC"}),
            eligibility={"all": [{"statutory_function_any": ["S12", "AC"]}]},
        ),
        [],
    ),
    (
        "an approval for something else vouches for nothing",
        application(
            vouched=frozenset({"statutory_function:BIA"}), eligibility={"all": [{"statutory_function": "AMHP"}]}
        ),
        [NotDeclared],
    ),
    (
        "a mentee whom the mentoring knows",
        application(vouched=frozenset({"mentee_of_programme"}), eligibility={"all": [{"mentee_of_programme": True}]}),
        [],
    ),
    (
        "level of the work",
        application(
            Place(sector="nhs", levels={"PIMH": 3}),
            eligibility={"all": [{"framework_level_min": {"PIMH": "enhanced"}}]},
        ),
        [],
    ),
    (
        "level too low",
        application(
            Place(sector="nhs", levels={"PIMH": 1}),
            eligibility={"all": [{"framework_level_min": {"PIMH": "enhanced"}}]},
        ),
        [NotForYourWork],
    ),
    ("level unknown", application(eligibility={"all": [{"framework_level_min": {"NONE": "x"}}]}), [NotForYourWork]),
    ("manager's support is asked", application(eligibility={"all": [{"manager_support": True}]}), [NotDeclared]),
    (
        "two facts asked, one confirmed",
        application(
            declared=frozenset({"manager_support"}),
            eligibility={"all": [{"manager_support": True}, {"years_in_practice_min": 2}]},
        ),
        [NotDeclared],
    ),
    (
        "two facts confirmed",
        application(
            declared=frozenset({"manager_support", "years_in_practice_min:2"}),
            eligibility={"all": [{"manager_support": True}, {"years_in_practice_min": 2}]},
        ),
        [],
    ),
    (
        "lived experience need not be told",
        application(eligibility={"all": [{"lived_experience": "self_declared_optional"}]}),
        [],
    ),
    (
        "a kind nobody knows is asked, never passed",
        application(eligibility={"all": [{"left_handed": True}]}),
        [NotDeclared],
    ),
    ("prerequisite", application(completed=frozenset({"A"}), prerequisites={"completed": ["A"]}), []),
    (
        "prerequisite missing",
        application(completed=frozenset({"A"}), prerequisites={"completed": ["A", "B"]}),
        [PrerequisiteMissing],
    ),
    ("the four parts and the attestation", application(eligibility=CLINICAL, supervised=ATTESTED), []),
    ("no supervisor", application(eligibility=CLINICAL), [SupervisionNotAttested]),
    (
        "supervisor without licence",
        application(eligibility=CLINICAL, supervised=Supervised("Siân", False, None, None)),
        [SupervisionNotAttested],
    ),
    (
        "not yet attested",
        application(eligibility=CLINICAL, supervised=Supervised("Siân", True, None, None)),
        [SupervisionNotAttested],
    ),
    (
        "attestation over",
        application(eligibility=CLINICAL, supervised=Supervised("Siân", True, None, DAY)),
        [SupervisionNotAttested],
    ),
    (
        "a volunteer hears the whole first, then each part",
        application(
            VOLUNTEER,
            eligibility=CLINICAL,
            sectors=("nhs",),
            prerequisites={"completed": ["A"], "portfolio_signed_off": True},
        ),
        [NotForYourWork, NotForYourSector, NotForYourWork, NotForYourWork, PrerequisiteMissing, SupervisionNotAttested],
    ),
    ("no seat", application(seats_left=0), [ModuleFull]),
    ("one seat", application(seats_left=1), []),
]


@pytest.mark.parametrize(("it", "refused"), [pytest.param(it, refused, id=name) for name, it, refused in CASES])
def test_rules(it: Application, refused: list[type[EnrolmentRefused]]) -> None:
    found = rules.unmet(it)
    assert [type(each) for each in found] == refused
    for each in found:
        assert each.detail
        assert each.detail % {name: str(value) for name, value in each.params.items()}
        if type(each) not in (ModuleFull,) and each is not found[0]:
            assert each.who, "each fact has somebody who can supply it"


def test_every_condition_in_the_catalogue_is_known_and_is_checked_or_asked() -> None:
    catalogue = yaml.safe_load((ROOT / "courses/catalogue/data/catalogue.yaml").read_text(encoding="utf-8"))
    kinds = set()
    for course in catalogue["courses"]:
        if course["eligibility"] == "open":
            continue
        for condition in next(iter(course["eligibility"].values())):
            (kind, _value), = condition.items()  # fmt: skip
            kinds.add(kind)
            silent = rules.unmet(application(NOBODY_KNOWN, eligibility={"all": [condition]}))
            asked = rules.asked(application(NOBODY_KNOWN, eligibility={"all": [condition]}))
            assert silent or asked, f"{course['code']}: {condition} passes in silence"
    assert kinds <= set(KINDS)
    assert set(CHECKED) <= set(KINDS)


def test_best_place_is_the_one_that_meets_most() -> None:
    eligibility = {"all": [{"sector": "nhs"}, {"clinical_role": True}]}
    both = [application(VOLUNTEER, eligibility=eligibility), application(NURSE, eligibility=eligibility)]
    assert rules.best(both).place is NURSE


@pytest.mark.parametrize(
    ("needs_portfolio", "learnt", "signed", "complete"),
    [
        (False, True, False, True),
        (True, True, False, False),
        (True, False, True, False),
        (True, True, True, True),
        (False, False, False, False),
    ],
)
def test_complete_when_content_and_portfolio_are_done(
    needs_portfolio: bool, learnt: bool, signed: bool, complete: bool
) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert rules.is_complete(rules.Done(needs_portfolio, at if learnt else None, at if signed else None)) is complete


def test_lists_in_both_languages() -> None:
    both = listed([the_same("MHL-01"), the_same("ECAMHS-2")])
    assert (both.en, both.cy) == ("MHL-01 and ECAMHS-2", "MHL-01 ac ECAMHS-2")
    assert listed([Bilingual("one", "un"), Bilingual("two", "dau")]).cy == "un a dau"
