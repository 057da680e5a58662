"""What a browser journey stands on, and whatever in it is not done through pages."""

import uuid
from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING

from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import func, select, update

from courses.enrolments import services as enrolments
from courses.enrolments.models import Enrolment
from courses.portfolios.models import Portfolio
from lms.accounts.models import Person, SignIn
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.language import Language
from lms.core.permissions import Actor
from tests.factories.accounts import make_membership, make_person, organisation
from tests.factories.portfolios import actor_of, sign
from tests.factories.reporting import told_to_reports
from tests.journeys.cast import Cast
from tests.journeys.visitor import Visitor
from tests.journeys.words import Words

if TYPE_CHECKING:
    from tests.journeys.conftest import Server


@dataclass(frozen=True)
class Variant:
    """In which language, and whether the browsers run JavaScript."""

    language: Language
    script: bool

    def __str__(self) -> str:
        return f"{self.language}-{'script' if self.script else 'no-script'}"


VARIANTS = [Variant("en", True), Variant("cy", False)]
"""Each language once and each way once: half the time of all four, and what hangs on both together was never found."""
CROWD = {"BCU": 6, "PAVO": 6}
"""People who learned before our story begins, by organisation: fewer than ten are not reported on, nor are four in one."""


@dataclass
class Story:
    server: "Server"
    app: Flask
    chromium: Browser
    cast: Cast
    variant: Variant
    visitors: list[Visitor] = field(default_factory=list)

    @cached_property
    def say(self) -> Words:
        return Words(self.app, self.variant.language)

    def visitor(self, who: str) -> Visitor:
        """A browser that this person has just opened."""
        made = Visitor(self.chromium, self.server.url, self.say, who, script=self.variant.script)
        self.visitors.append(made)
        return made

    def signed_in(self, who: str) -> Visitor:
        made = self.visitor(who)
        made.go("/sign-in")
        made.sign_in()
        return made

    def close(self) -> None:
        for each in self.visitors:
            each.leave()

    def end_sign_ins(self, person: Person) -> None:
        """What time does to a sign-in."""
        with transaction():
            db.session.execute(update(SignIn).where(SignIn.person_id == person.id).values(ended_at=clock.now()))

    def enrolments_of(self, person: Person) -> int:
        db.session.rollback()
        return db.session.scalar(select(func.count()).where(Enrolment.learner_id == person.id)) or 0

    def a_crowd_learned(self, code: str) -> None:
        """Others who have completed a course, and hold its certificate where it gives one."""
        for place, size in CROWD.items():
            for _each in range(size):
                learner = make_person()
                make_membership(learner, organisation(place))
                with transaction():
                    made = enrolments.enrol(actor_of(learner), learner.id, code, "en")
                    enrolments.complete(Actor.system(), made.id)
        told_to_reports()

    def signed_off(self, learner: Person, supervisor: Person, code: str) -> None:
        """What the journey has shown once in the browser, by the same services: from enrolling to the signature."""
        with transaction():
            made: uuid.UUID = enrolments.enrol(actor_of(learner), learner.id, code, self.variant.language).id
            enrolments.complete(Actor.system(), made)
        portfolio = db.session.scalars(select(Portfolio).where(Portfolio.enrolment_id == made)).one()
        sign(SimpleNamespace(learner=learner, supervisor=supervisor, portfolio=portfolio))
