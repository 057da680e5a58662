"""Who needs which level, and where a value comes from."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frameworks import rules
from frameworks.rules import Needed, Place

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault

REQUIREMENTS = [
    Needed({"role": "midwife"}, "skilled", 2),
    Needed({"setting_in": ["specialist_perinatal"]}, "specialist", 4),
    Needed({"enhanced_role": True, "setting_in": ["maternity"]}, "enhanced", 3),
    Needed({"sector_in": ["nhs", "social_care"]}, "informed", 1),
    Needed({"clinical": True, "sector_in": ["nhs"], "setting_in": ["camhs"]}, "clinical", 2),
]


@pytest.mark.parametrize(
    ("place", "level"),
    [
        ({"role": "midwife", "setting": "maternity", "sector": "nhs"}, "skilled"),
        ({"role": "midwife", "setting": "specialist_perinatal", "sector": "nhs"}, "specialist"),
        ({"role": "midwife", "setting": "maternity", "sector": "nhs", "enhanced": True}, "enhanced"),
        ({"role": "admin", "setting": None, "sector": "social_care"}, "informed"),
        ({"role": "nurse", "setting": "camhs", "sector": "nhs", "clinical": True}, "clinical"),
        ({"role": "nurse", "setting": "camhs", "sector": "nhs"}, "informed"),
        ({"role": None, "setting": None, "sector": "public"}, None),
    ],
)
def test_the_highest_requirement_that_fits_wins(place, level) -> None:
    found = rules.required_level(REQUIREMENTS, **place)
    assert (found.level if found else None) == level


def test_a_setting_raises_and_never_lowers() -> None:
    lower = [*REQUIREMENTS, Needed({"setting_in": ["maternity"]}, "informed", 1)]
    found = rules.required_level(lower, "midwife", "maternity", "nhs")
    assert found
    assert found.level == "skilled"


def test_an_unknown_condition_is_a_fault_not_a_silent_yes() -> None:
    with pytest.raises(ValueError, match="grade"):
        rules.required_level([Needed({"grade": 7}, "informed", 1)], "midwife", None, "nhs")


def test_levels_are_cumulative() -> None:
    assert set(rules.at_or_below({"informed": 1, "skilled": 2, "enhanced": 3}, "skilled")) == {"informed", "skilled"}


def test_sources_are_named_once_for_readers() -> None:
    found = rules.sources("seed:000:L1111; seed:000:L1115; web:legislation.gov.uk wsi/2008/2436 regs 3; ours")
    assert found == [
        ("Review of the Strategic Mental Health Workforce Plan for Wales", ""),
        ("", "legislation.gov.uk wsi/2008/2436 regs 3"),
        ("Our own placeholder", ""),
    ]
    assert rules.sources("seed:000:L1245-1247 (curriculum in build)")[0][1] == "(curriculum in build)"
    assert rules.sources(None) == []


RANKS = {"informed": 1, "skilled": 2, "enhanced": 3, "specialist": 4}
CONDITIONS = st.fixed_dictionaries(
    {},
    optional={
        "role": st.sampled_from(["midwife", "gp"]),
        "setting_in": st.lists(st.sampled_from(["maternity", "camhs"]), min_size=1, max_size=2),
        "sector_in": st.lists(st.sampled_from(["nhs", "third_sector"]), min_size=1, max_size=2),
        "clinical": st.booleans(),
    },
)
NEEDS = st.lists(
    st.builds(
        lambda condition, level, domain: Needed(condition, level, RANKS[level], domain=domain),
        CONDITIONS, st.sampled_from(list(RANKS)), st.sampled_from([None, "D1", "D2"]),
    ),
    max_size=10,
)  # fmt: skip
PLACES = st.lists(
    st.builds(
        Place, st.sampled_from(["midwife", "gp", None]), st.sampled_from(["maternity", "camhs", None]),
        st.sampled_from(["nhs", "third_sector"]), st.booleans(),
    ),
    max_size=4,
)  # fmt: skip


@unhurried
@given(needs=NEEDS, places=PLACES, more=PLACES, others=NEEDS)
def test_many_roles_and_settings_only_ever_raise_what_is_needed(needs, places, more, others) -> None:
    domains = ("D1", "D2", "D3")
    found = rules.required_levels(needs, places, domains)
    for domain in domains:
        fitting = [
            each.rank
            for each in needs
            if each.domain in (None, domain) and any(rules.applies(each.condition, place) for place in places)
        ]
        assert (found[domain].rank if domain in found else None) == max(fitting, default=None)
    raised = rules.required_levels([*needs, *others], [*places, *more], domains)
    assert all(raised[domain].rank >= need.rank for domain, need in found.items())


@unhurried
@given(needs=NEEDS, place=PLACES.filter(bool))
def test_one_place_and_no_domains_is_as_before(needs, place) -> None:
    one = place[0]
    whole = rules.required_level(needs, one.role, one.setting, one.sector, one.clinical, one.enhanced)
    found = rules.required_levels([each for each in needs if each.domain is None], [one], ["D1"])
    assert (whole.rank if whole else None) == (found["D1"].rank if "D1" in found else None)
