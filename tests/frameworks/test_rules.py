"""Who needs which level, and where a value comes from."""

import pytest

from frameworks import rules
from frameworks.rules import Needed

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
