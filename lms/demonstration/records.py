"""CPD records as they are kept: a nurse, a supervisor, a carer on no register; what came by itself and what was written."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from courses.cpd.queries import entries_of
from courses.cpd.services import automatic, own
from courses.cpd.sources import COURSE
from lms.accounts import services as accounts
from lms.core.db import db
from lms.core.permissions import Actor
from lms.demonstration.acting import acting, at


@dataclass(frozen=True)
class Written:
    """Something that somebody learnt elsewhere, so many days ago."""

    days: int
    title: str
    minutes: int | None
    method: str
    texts: dict[str, str]
    standards: tuple[str, ...] = ()


REGISTERS = (("nurse", "NMC", 500), ("nurse2", "NMC", 240), ("supervisor", "HCPC", 300), ("supervisor2", "HCPC", 60))
"""Who is on which, and in how many days it is renewed."""

LEARNT = {
    "nurse2": (
        Written(
            20, "Study day: sleep and young people", 360, "conference",
            {"reflection": "I had taken tiredness for low mood more than once. I now ask about sleep first.",
             "impact": "Our first appointment has two questions about sleep in it."},
            ("NMC:practise", "NMC:preserve"),
        ),
        Written(48, "Read the new guideline on self-harm", 75, "reading", {"topic": "What to offer, and what not to ask."}),
        Written(90, "Case discussion with the ward", 60, "discussion", {}, ("NMC:prioritise",)),
        Written(300, "Talk for new starters", 45, "teaching", {"reflection": "I explain less and ask more."}),
    ),
    "supervisor": (
        Written(
            33, "Gweithdy: goruchwylio mewn grŵp", 180, "conference",
            {"reflection": "Rwy'n gadael mwy o dawelwch nag o'r blaen.",
             "benefit": "Mae dysgwyr yn dod â'u cwestiynau eu hunain."},
        ),
    ),
    "carer": (Written(12, "Carers’ evening: looking after oneself", 90, "discussion", {}),),
}  # fmt: skip
THOUGHT = {
    "en": "I knew most of the words and few of the reasons. I explain the reasons now, and families ask more.",
    "cy": "Gwyddwn y rhan fwyaf o'r geiriau ac ychydig o'r rhesymau. Rwy'n esbonio'r rhesymau bellach.",
}


def tell(cast: dict[str, UUID], today: date) -> None:
    """Registrations, entries, and a reflection on the first course of each; the crowd's histories enter their records."""
    automatic.gather(Actor.system())
    with at(today):
        for key, register, days in REGISTERS:
            accounts.register_with(acting(cast[key]), register, renews_on=today + timedelta(days=days))
        for key, learnt in LEARNT.items():
            for each in learnt:
                _write(cast[key], each, today)
            _reflect(cast[key])


def _write(person: UUID, it: Written, today: date) -> None:
    writer = acting(person)
    own.add(
        writer, title=it.title, happened_on=today - timedelta(days=it.days), language=writer.language, minutes=it.minutes,
        method=it.method, texts=it.texts, standards=it.standards,
    )  # fmt: skip


def _reflect(person: UUID) -> None:
    writer = acting(person)
    for entry in db.session.scalars(entries_of(person).filter_by(origin=COURSE).limit(1)):
        own.save(
            writer, entry.id, entry.edition, minutes=entry.minutes, participatory_minutes=entry.participatory_minutes,
            method=entry.method, texts={"reflection": THOUGHT[writer.language]},
        )  # fmt: skip
