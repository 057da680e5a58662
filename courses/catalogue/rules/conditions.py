"""Whom a course is for, as data and in words. Each kind of condition is one row of KINDS."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from lms.core.language import N_, Bilingual

Names = Mapping[tuple[str, str], Bilingual]
"""What codes are called, by (kind, code); kinds are role, setting, sector, staff_group, level."""


class Takes(Enum):
    """What stands after a condition's name."""

    NOTHING = "nothing"
    CODE = "one code"
    CODES = "codes, with commas between them"
    NUMBER = "a whole number"
    LEVEL = "a framework and a level, such as PIMH enhanced"


@dataclass(frozen=True)
class Kind:
    """A condition that a course may set. `names` says which list its codes belong to."""

    text: str
    takes: Takes = Takes.NOTHING
    names: str = ""


KINDS: dict[str, Kind] = {
    "sector": Kind(N_("You belong to this sector"), Takes.CODE, "sector"),
    "setting": Kind(N_("You work in this kind of service"), Takes.CODE, "setting"),
    "setting_in": Kind(N_("You work in one of these kinds of service"), Takes.CODES, "setting"),
    "role": Kind(N_("This is your role"), Takes.CODE, "role"),
    "role_in": Kind(N_("Your role is one of these"), Takes.CODES, "role"),
    "staff_group": Kind(N_("You belong to this staff group"), Takes.CODE, "staff_group"),
    "clinical_role": Kind(N_("You have a clinical role")),
    "active_learning_supervisor": Kind(
        N_("A learning supervisor with a live licence for this programme supervises you")
    ),
    "supervision_available": Kind(N_("You can get supervision of your practice where you work")),
    "manager_support": Kind(N_("Your manager supports you to take part")),
    "manager_commitment": Kind(N_("Your manager commits to the time it takes, and takes part where asked")),
    "team_nomination": Kind(N_("Your team has been nominated to train together")),
    "application": Kind(N_("You apply for a place, and are chosen")),
    "works_with_people": Kind(N_("You work with people, paid or unpaid")),
    "works_with_families": Kind(N_("You work with families")),
    "mentee_of_programme": Kind(N_("You are a mentee of the mentoring programme")),
    "employer_post": Kind(N_("You are employed in a trainee post")),
    "years_in_practice_min": Kind(N_("You have been in practice for at least this many years"), Takes.NUMBER),
    "framework_level_min": Kind(N_("Your role needs this level or a higher one"), Takes.LEVEL, "level"),
    "register": Kind(N_("You are on this register, or accredited by this body"), Takes.CODE, "register"),
    "prior_training": Kind(N_("You have already trained in this"), Takes.CODE, "training"),
    "experience": Kind(N_("You have experience of this"), Takes.CODE, "experience"),
    "degree": Kind(N_("You have a degree in this"), Takes.CODE, "degree"),
    "statutory_function": Kind(N_("You are approved for this statutory role"), Takes.CODE, "function"),
    "statutory_function_any": Kind(N_("You are approved for one of these statutory roles"), Takes.CODES, "function"),
    "lived_experience": Kind(
        N_("You have lived experience. You decide whether to tell us, and it is never needed to enrol"), Takes.CODE
    ),
}

KNOWN: Names = {
    ("register", "NMC"): Bilingual("Nursing and Midwifery Council", "Cyngor Nyrsio a Bydwreigiaeth"),
    ("register", "GMC"): Bilingual("General Medical Council", "Cyngor Meddygol Cyffredinol"),
    ("register", "HCPC"): Bilingual("Health and Care Professions Council", "Cyngor y Proffesiynau Iechyd a Gofal"),
    ("register", "SCW"): Bilingual("Social Care Wales", "Gofal Cymdeithasol Cymru"),
    ("register", "BABCP"): Bilingual(
        "BABCP, for cognitive and behavioural psychotherapists",
        "BABCP, ar gyfer seicotherapyddion gwybyddol ac ymddygiadol",
    ),
    ("training", "ACT"): Bilingual("Acceptance and Commitment Therapy (ACT)", "Therapi Derbyn ac Ymrwymo (ACT)"),
    ("experience", "mental_disorder"): Bilingual(
        "the diagnosis or treatment of mental disorder", "gwneud diagnosis o anhwylder meddwl neu ei drin"
    ),
    ("degree", "psychology"): Bilingual("psychology", "seicoleg"),
    ("function", "AMHP"): Bilingual(
        "Approved Mental Health Professional", "Gweithiwr Proffesiynol Iechyd Meddwl Cymeradwy"
    ),
    ("function", "S12"): Bilingual("Section 12(2) approved doctor", "Meddyg a gymeradwywyd o dan adran 12(2)"),
    ("function", "AC"): Bilingual("Approved Clinician", "Clinigydd Cymeradwy"),
    ("function", "BIA"): Bilingual("Best Interests Assessor", "Asesydd Lles Pennaf"),
    ("role", "aspiring_manager"): Bilingual("Aspiring manager", "Darpar reolwr"),
}
"""Names that no table holds."""


@dataclass(frozen=True)
class Words:
    """A condition in words: a msgid, and the names or the number that follow it."""

    text: str
    names: tuple[Bilingual, ...] = ()
    number: int | None = None


def in_words(eligibility: Mapping[str, Any], names: Names) -> tuple[bool, list[Words]]:
    """(whether one of them is enough, the conditions in words). No conditions: open to everyone it is meant for.

    Several roles of which one is enough are said in one sentence.
    """
    any_of = "any" in eligibility
    conditions: list[tuple[str, Any]] = [
        pair for each in eligibility.get("any" if any_of else "all", []) for pair in each.items()
    ]
    if any_of and all(kind == "role" for kind, _ in conditions):
        return False, [_worded("role_in", [code for _, code in conditions], names)]
    return any_of, [_worded(kind, value, names) for kind, value in conditions]


def _worded(name: str, value: Any, names: Names) -> Words:
    kind = KINDS[name]
    if kind.takes is Takes.NUMBER:
        return Words(kind.text, number=int(value))
    if kind.takes is Takes.LEVEL:
        return Words(
            kind.text, tuple(_name(names, "level", f"{framework}:{level}") for framework, level in value.items())
        )
    if kind.takes is Takes.NOTHING or not kind.names:
        return Words(kind.text)
    codes = value if isinstance(value, (list, tuple)) else [value]
    return Words(kind.text, tuple(_name(names, kind.names, code) for code in codes))


def _name(names: Names, kind: str, code: str) -> Bilingual:
    plain = code.replace("_", " ")
    return names.get((kind, code)) or KNOWN.get((kind, code)) or Bilingual(plain, plain)


def faults(eligibility: Any) -> list[str]:
    """What in it we do not understand; empty: nothing. `{}`, or one of "all" and "any" with a list of conditions."""
    if eligibility == {}:
        return []
    if not isinstance(eligibility, dict) or len(eligibility) != 1 or not {"all", "any"} & eligibility.keys():
        return ["all, any"]
    listed = next(iter(eligibility.values()))
    if not isinstance(listed, list) or not 0 < len(listed) <= 20:
        return ["all, any"]
    return [
        str(each)[:80]
        for each in listed
        if not (isinstance(each, dict) and len(each) == 1 and _sound(*next(iter(each.items()))))
    ]


def _sound(name: Any, value: Any) -> bool:
    if name not in KINDS:
        return False
    takes = KINDS[name].takes
    if takes is Takes.NUMBER:
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 60
    if takes is Takes.CODES:
        return isinstance(value, list) and 0 < len(value) <= 20 and all(_is_code(code) for code in value)
    if takes is Takes.LEVEL:
        return (
            isinstance(value, dict)
            and len(value) == 1
            and all(_is_code(text) for pair in value.items() for text in pair)
        )
    return _is_code(value) if takes is Takes.CODE else value is True


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 60 and value.replace("_", "").replace("-", "").isalnum()


def as_lines(eligibility: Mapping[str, Any]) -> str:
    """The conditions as an author edits them: one on each line, `name` or `name: value`."""
    listed: Iterable[Mapping[str, Any]] = next(iter(eligibility.values()), [])
    return "\n".join(_line(name, value) for each in listed for name, value in each.items())


def _line(name: str, value: Any) -> str:
    if value is True:
        return name
    if isinstance(value, dict):
        return f"{name}: " + " ".join(f"{framework} {level}" for framework, level in value.items())
    return f"{name}: {', '.join(value) if isinstance(value, list) else value}"


def from_lines(text: str, *, any_of: bool = False) -> dict[str, Any]:
    """The reverse of `as_lines`. What it cannot read stays as text, so that `faults` names it."""
    listed = [_read(line) for line in map(str.strip, text.splitlines()) if line]
    return {"any" if any_of else "all": listed} if listed else {}


def _read(line: str) -> dict[str, Any]:
    name, _, rest = (part.strip() for part in line.partition(":"))
    takes = KINDS[name].takes if name in KINDS else Takes.CODE
    if takes is Takes.NOTHING:
        return {name: rest or True}
    if takes is Takes.CODES:
        return {name: [code.strip() for code in rest.split(",")]}
    if takes is Takes.NUMBER:
        return {name: int(rest) if rest.isascii() and rest.isdigit() else rest}
    if takes is Takes.LEVEL and len(parts := rest.split()) == 2:
        return {name: {parts[0]: parts[1]}}
    return {name: rest}
