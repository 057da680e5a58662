"""Awards, made by the use case that makes them; and what can be certified, for designs."""

from datetime import UTC, date, datetime
from typing import Any

from certificates import services, snapshots
from certificates.models import Award
from courses.catalogue.models import CertificateKind
from courses.enrolments.models import Enrolment, EnrolmentState
from courses.portfolios.models import Portfolio, PortfolioState, PortfolioTemplate, SignOff, SupervisionRule
from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import transaction
from lms.core.ids import new_id
from lms.core.language import Bilingual
from lms.core.permissions import Actor
from tests.factories.accounts import kept, make_person
from tests.factories.catalogue import make_course, make_programme
from tests.factories.enrolments import make_enrolment

NAME = "Siân Ŵyn Llŷr-Gruffydd"


def make_completed(**given: Any) -> Enrolment:
    """A completed enrolment of somebody called `NAME`, with no award yet. `given`: columns of the course's version."""
    learner = given.pop("learner", None) or make_person(legal_name=given.pop("name", NAME))
    membership = given.pop("membership", None)
    return make_enrolment(learner, make_course(**given), membership, state=EnrolmentState.COMPLETED)


def make_award(enrolment: Enrolment | None = None, **given: Any) -> Award:
    enrolment = enrolment or make_completed(**given)
    with transaction():
        award = services.award_if_due(Actor.system(), enrolment.id)
    assert award is not None
    return award


def make_sign_off(enrolment: Enrolment, signatory: Person | None = None) -> SignOff:
    """A signed portfolio, put straight into the tables."""
    signatory = signatory or make_person(legal_name="Dr Mari Tŷ-Gwyn")
    make_programme("ECAMHS")
    template = kept(
        PortfolioTemplate(id=new_id(), code=f"PF-{new_id().hex[-6:]}", number=1, digest="x",
                          supervision=SupervisionRule.GROUP_OR_INDIVIDUAL)
    )  # fmt: skip
    portfolio = kept(
        Portfolio(id=new_id(), enrolment_id=enrolment.id, learner_id=enrolment.learner_id, programme_code="ECAMHS",
                  template_id=template.id, state=PortfolioState.SIGNED_OFF)
    )  # fmt: skip
    return kept(
        SignOff(portfolio_id=portfolio.id, version=1, signed_by=signatory.id, signed_at=clock.now(),
                signatory_name=signatory.legal_name, signatory_role="Learning supervisor",
                licence_number="ESL-2026-0042", statement="x", content_hash="x", content={})
    )  # fmt: skip


def make_snapshot(**given: Any) -> snapshots.Snapshot:
    """What an award would print."""
    achievement = snapshots.Achievement(
        **{
            "kind": CertificateKind.COMPLETION, "holder": NAME, "course_code": "ECAMHS-1", "course_version": 1,
            "course_title": Bilingual("Child, adolescent and family development",
                                      "Datblygiad plant, y glasoed a theuluoedd"),
            "minutes": 240, "completed_on": date(2026, 11, 20), "valid_until": None, "signed_off": None,
        }
        | given
    )  # fmt: skip
    return snapshots.take(
        achievement, number="LLW-2026-000123", address="https://llwybr.example.org/v/7KQ2M-9XFH4-TBW3P-Z1234",
        issued_at=datetime(2026, 11, 22, 21, 0, tzinfo=UTC), issued_on=date(2026, 11, 22),
    )  # fmt: skip
