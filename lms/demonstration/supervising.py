"""A supervisor's room as it is lived in: sessions alone and in a group, agreed hours, cover, and what an observer signed."""

import io
import re
from datetime import date, timedelta
from uuid import UUID

from PIL import Image, ImageDraw, ImageFont
from sqlalchemy import select

from courses.portfolios.models import EvidenceItem, ObserverAnswer
from courses.portfolios.services import observing
from courses.supervision import services as supervision
from courses.supervision.models import StandInKind
from courses.supervision.queries import supervised_people
from courses.supervision.sessions import services as sessions
from courses.supervision.sessions.models import SessionKind
from lms.core.db import db
from lms.core.mail import MailMessage
from lms.core.permissions import Actor
from lms.demonstration.acting import PROGRAMME, acting, at

TOPICS = {
    "en": (
        "Listening to a young person before planning with the family", "Endings, and handing over well",
        "Looking after oneself after a hard week",
    ),
    "cy": (
        "Gwrando ar berson ifanc cyn cynllunio gyda'r teulu", "Diweddgloeon, a throsglwyddo'n dda",
        "Gofalu amdanoch eich hun ar ôl wythnos anodd",
    ),
}  # fmt: skip
GROUP_TOPIC = "Formulation together: what keeps a difficulty going / Fformiwleiddio gyda'n gilydd"
WRONG = {"en": "I had to leave after half an hour.", "cy": "Bu'n rhaid i mi adael ar ôl hanner awr."}
SAW = {
    "en": "I sat in on the session. She asked before she wrote, and the young person led.",
    "cy": "Roeddwn yn eistedd i mewn. Gofynnodd cyn ysgrifennu, a'r person ifanc oedd yn arwain.",
}
OBSERVER = {"en": ("Mair Enghraifft", "Team lead, CAMHS"), "cy": ("Mair Enghraifft", "Arweinydd tîm, CAMHS")}
STEPS = {
    "en": ("0-2  attachment, sleep", "2-5  play, language", "5-11  friends, school", "11-18  identity, risk"),
    "cy": ("0-2  ymlyniad, cwsg", "2-5  chwarae, iaith", "5-11  ffrindiau, ysgol", "11-18  hunaniaeth, risg"),
}


def furnish(cast: dict[str, UUID], today: date) -> None:
    """Everything that happens around the evidence, for both supervisors."""
    first, second = cast["supervisor"], cast["supervisor2"]
    learners = sorted(supervised_people(first))
    for n, learner in enumerate(learners[:4]):
        for back in (35, 7):
            _alone(first, learner, today - timedelta(days=back + n), n, agreed=(back, n) != (7, 0))
    _group(first, learners[:7], today - timedelta(days=12))
    with at(today):
        supervision.stand_in(acting(first), first, second, PROGRAMME, StandInKind.DEPUTY)
        supervision.stand_in(
            acting(first), first, second, PROGRAMME, StandInKind.COVER, starts_on=today + timedelta(days=12),
            ends_on=today + timedelta(days=19),
        )  # fmt: skip
        supervision.stand_in(
            acting(second), second, first, PROGRAMME, StandInKind.COVER, ends_on=today + timedelta(days=5)
        )
        supervision.set_policy(Actor.system(), PROGRAMME, None, escalate_after=14, sample_percent=30)


def _alone(supervisor: UUID, learner: UUID, day: date, n: int, *, agreed: bool) -> None:
    language = acting(learner).language
    with at(day):
        made = sessions.log(
            acting(supervisor), [learner], SessionKind.CLINICAL, held_on=day, minutes=50,
            topics=TOPICS[language][n % len(TOPICS[language])], programme_code=PROGRAMME, standards=["S1"],
        )  # fmt: skip
    if agreed:
        with at(day + timedelta(days=1)):
            sessions.answer(acting(learner), made.id, wrong=None)


def _group(supervisor: UUID, learners: list[UUID], day: date) -> None:
    """All but two have answered, and one of those says what is wrong."""
    with at(day):
        made = sessions.log(
            acting(supervisor), learners, SessionKind.CLINICAL, held_on=day, minutes=90, topics=GROUP_TOPIC,
            programme_code=PROGRAMME, tasks=["PF-ECAMHS-1/1"], standards=["S1", "S4"],
        )  # fmt: skip
    with at(day + timedelta(days=2)):
        for n, learner in enumerate(learners[:-1]):
            person = acting(learner)
            sessions.answer(person, made.id, wrong=WRONG[person.language] if n == 1 else None)


def observed(item: EvidenceItem, day: date) -> None:
    """The learner asks whoever observed them, who signs two hours later. The link is read where it was sent: in the mail."""
    learner = acting(item.portfolio.learner_id)
    name, role = OBSERVER[learner.language]
    with at(day):
        asked = observing.ask(
            learner, item.id, item.edition, name=name, email="observer@demo.llwybr.example", language=learner.language
        )
        db.session.flush()  # the letter is looked for in the database
        newest = select(MailMessage.body).where(MailMessage.to == asked.email).order_by(MailMessage.id.desc()).limit(1)
        found = re.search(r"/observe/(\S+)", db.session.scalars(newest).one())
        assert found is not None
        observing.answer(
            Actor(), found.group(1), given=ObserverAnswer.SIGNED, name=name, role=role, words=SAW[learner.language],
            saw_it=True,
        )  # fmt: skip


def timeline(language: str) -> bytes:
    """A photograph's worth of timeline, drawn."""
    picture = Image.new("RGB", (960, 540), "#f6f3ea")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(26)
    draw.line((80, 90, 80, 470), fill="#005a58", width=6)
    for n, step in enumerate(STEPS[language]):
        top = 90 + n * 120
        draw.ellipse((64, top - 16, 96, top + 16), fill="#005a58")
        draw.text((130, top - 16), step, fill="#1d2b2a", font=font)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
