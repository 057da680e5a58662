"""Where every page is visited: with which address, and as whom. A page that is new gets its line in VISITS."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from certificates.models import Award
from courses.catalogue.models import Course, CourseStatus, CourseVersion
from courses.enrolments.models import Enrolment, EnrolmentState
from courses.portfolios import exporting
from courses.portfolios.models import (
    EvidenceItem,
    EvidenceKind,
    EvidenceState,
    ExportKind,
    Portfolio,
    PortfolioState,
    Share,
    SignOff,
    TemplateItem,
)
from courses.portfolios.moderation.models import ModerationSample
from courses.portfolios.services import evidence, observing, templates
from courses.supervision import services as supervision
from courses.supervision.models import Attestation, StandIn, StandInKind, Supervision, SupervisorLicence
from courses.supervision.queries import supervised_people
from courses.supervision.sessions import services as sessions
from courses.supervision.sessions.models import SessionKind
from lms.accounts.models import Membership, ProfessionalRegistration, RoleGrant
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.ids import new_id
from lms.core.mail import MailMessage
from lms.core.permissions import Actor
from tests.factories.accounts import make_person
from tests.journeys import (
    approval_visits,
    certificate_visits,
    content_visits,
    cpd_visits,
    date_visits,
    evaluation_visits,
    framework_visits,
    mentoring_visits,
    needs_visits,
    plan_visits,
    report_visits,
    store_visits,
)
from tests.journeys.player_visits import on_package
from tests.journeys.visiting import Visit, as_, demo, one


def portfolio(state: PortfolioState) -> Portfolio:
    return one(select(Portfolio).where(Portfolio.state == state).order_by(Portfolio.id))


def item(*states: EvidenceState) -> EvidenceItem:
    """An item of an open portfolio whose learner has a supervisor."""
    return one(
        select(EvidenceItem).join(Portfolio).join(Supervision, Supervision.learner_id == Portfolio.learner_id)
        .where(EvidenceItem.state.in_(states), Portfolio.state == PortfolioState.IN_PROGRESS,
               Supervision.ends_on.is_(None), Supervision.programme_code == Portfolio.programme_code)
        .order_by(EvidenceItem.id)
    )  # fmt: skip


def of_item(found: EvidenceItem) -> Visit:
    return Visit(
        {"enrolment_id": found.portfolio.enrolment_id, "position": found.template_item.position},
        found.portfolio.learner_id,
    )


def of_portfolio(state: PortfolioState) -> Visit:
    found = portfolio(state)
    return Visit({"enrolment_id": found.enrolment_id}, found.learner_id)


def of_enrolment() -> Visit:
    found = one(select(Enrolment).where(Enrolment.state == EnrolmentState.IN_PROGRESS).order_by(Enrolment.id))
    return Visit({"enrolment_id": found.id}, found.learner_id)


def supervised(found: EvidenceItem | Portfolio) -> Any:
    learner = found.portfolio if isinstance(found, EvidenceItem) else found
    return one(
        select(Supervision.supervisor_id).where(
            Supervision.learner_id == learner.learner_id, Supervision.programme_code == learner.programme_code,
            Supervision.ends_on.is_(None),
        )
    )  # fmt: skip


def signed() -> Visit:
    found = one(select(SignOff).join(Portfolio).order_by(SignOff.id))
    return Visit({"enrolment_id": found.portfolio.enrolment_id, "version": found.version}, found.portfolio.learner_id)


def award() -> Award:
    return one(select(Award).order_by(Award.id))


def waiting_whole() -> Visit:
    found = one(
        select(Portfolio).join(Supervision, Supervision.learner_id == Portfolio.learner_id)
        .where(Portfolio.state == PortfolioState.SUBMITTED, Supervision.ends_on.is_(None),
               Supervision.programme_code == Portfolio.programme_code)
    )  # fmt: skip
    return Visit({"portfolio_id": found.id}, supervised(found))


def a_supervision() -> Visit:
    found = one(
        select(Supervision).join(SupervisorLicence, SupervisorLicence.person_id == Supervision.supervisor_id)
        .where(Supervision.ends_on.is_(None), Supervision.programme_code == "ECAMHS",
               SupervisorLicence.programme_code == "ECAMHS", SupervisorLicence.ends_on > clock.today())
    )  # fmt: skip
    return Visit({"supervision_id": found.id}, found.supervisor_id)


def an_attestation() -> Visit:
    found = one(select(Attestation).where(Attestation.ended_on.is_(None), Attestation.ends_on > clock.today()))
    return Visit({"attestation_id": found.id}, found.supervisor_id)


def an_invitation() -> Visit:
    """The volunteer has asked the second supervisor, and the first offers."""
    learner = make_person(display_name="Gwen Newydd")
    with transaction():
        supervision.invite(acting(learner.id), learner.id, demo("supervisor"), "ECAMHS")
        supervision.invite(acting(demo("supervisor2")), learner.id, demo("supervisor2"), "ECAMHS")
    return Visit({}, learner.id)


def a_cover() -> Visit:
    with transaction():
        for kind in StandInKind:
            known = one_or_none(select(StandIn.id).where(StandIn.kind == kind, StandIn.ended_on.is_(None)))
            if known is None:
                supervision.stand_in(
                    acting(demo("supervisor")), demo("supervisor"), demo("supervisor2"), "ECAMHS", kind,
                    ends_on=clock.today() + timedelta(days=14),
                )  # fmt: skip
    return Visit({}, demo("supervisor"))


def a_session(*, session: bool = True) -> Visit:
    """A group session of the supervisor's learners, one of whom has agreed; as its supervisor sees it."""
    supervisor = demo("supervisor")
    learners = sorted(supervised_people(supervisor))[:8]
    with transaction():
        made = sessions.log(
            acting(supervisor), learners, SessionKind.CLINICAL, held_on=clock.today(), minutes=90, topics="Formulation",
            programme_code="ECAMHS", tasks=["PF-ECAMHS-1/1"], standards=["S1", "S4"],
        )  # fmt: skip
        sessions.answer(acting(learners[0]), made.id, wrong=None)
        sessions.answer(acting(learners[1]), made.id, wrong="I was away")
    return Visit({"session_id": made.id} if session else {}, supervisor)


def a_sample(*, sample: bool = True) -> Visit:
    """A signature that was drawn, as the lead supervisor sees it."""
    lead = demo("lead")
    with transaction():
        signature = one(select(SignOff).join(Portfolio).where(SignOff.signed_by != lead).order_by(SignOff.id))
        made = one_or_none(select(ModerationSample).where(ModerationSample.sign_off_id == signature.id))
        if made is None:
            made = ModerationSample(id=new_id(), sign_off_id=signature.id, percent=10, drawn_at=clock.now())
            db.session.add(made)
    return Visit({"sample_id": made.id} if sample else {}, lead)


def one_or_none(statement: Any) -> Any:
    return db.session.scalars(statement.limit(1)).one_or_none()


def acting(person: Any) -> Actor:
    return Actor(person=person, name="Demo", supervises=supervised_people(person))


def draft(status: CourseStatus = CourseStatus.DRAFT) -> dict[str, Any]:
    found = one(
        select(CourseVersion).join(Course, Course.id == CourseVersion.course_id).where(CourseVersion.status == status)
    )
    return {"code": found.course.code, "number": found.number}


def membership() -> Visit:
    found = one(select(Membership).where(Membership.person_id == demo("nurse"), Membership.ends_on.is_(None)))
    return Visit({"membership_id": found.id}, found.person_id)


def observed_item() -> Visit:
    """Observed practice that the learner can still write, and has written enough of for an observer to read."""
    found = one(
        select(EvidenceItem).join(Portfolio).join(TemplateItem, TemplateItem.id == EvidenceItem.template_item_id)
        .where(TemplateItem.kind == EvidenceKind.OBSERVED_PRACTICE, Portfolio.state == PortfolioState.IN_PROGRESS,
               EvidenceItem.state.in_((EvidenceState.DRAFT, EvidenceState.RETURNED)))
        .order_by(EvidenceItem.id)
    )  # fmt: skip
    with transaction():
        evidence.save_draft(
            Actor.system(), found.id, found.edition, body="I asked what they wanted to talk about, and waited.",
            observer="Mair, team lead", observed_on=clock.today(),
        )  # fmt: skip
    return of_item(found)


def an_observer() -> Visit:
    """Whoever holds a mailed link."""
    visit = observed_item()
    found = one(
        select(EvidenceItem).join(Portfolio).join(TemplateItem, TemplateItem.id == EvidenceItem.template_item_id)
        .where(Portfolio.enrolment_id == visit.values["enrolment_id"], TemplateItem.position == visit.values["position"])
    )  # fmt: skip
    with transaction():
        for asked in found.observations:
            asked.withdrawn_at = asked.withdrawn_at or clock.now()
        observing.ask(
            Actor.system(), found.id, found.edition, name="Mair Arsylwr", email="mair@elsewhere.example", language="cy"
        )
    letters = select(MailMessage.body).where(MailMessage.to == "mair@elsewhere.example").order_by(MailMessage.id.desc())
    return Visit({"secret": re.search(r"/observe/(\S+)", one(letters)).group(1)})  # type: ignore[union-attr]


def a_share() -> Visit:
    found, reader = item(EvidenceState.SUBMITTED), demo("organiser")
    made = db.session.scalars(select(Share).where(Share.item_id == found.id, Share.ended_at.is_(None))).first()
    if made is None:
        made = Share(item_id=found.id, reader_id=reader, shared_at=clock.now())
        with transaction():
            db.session.add(made)
    return Visit({"share_id": made.id}, reader)


def an_export() -> Visit:
    found = portfolio(PortfolioState.SIGNED_OFF)
    with transaction():
        made = exporting.ask(Actor.system(), found.id, ExportKind.ZIP, "cy")
    exporting.make(export_id=str(made.id))
    return Visit({"enrolment_id": found.enrolment_id}, found.learner_id)


def template_draft() -> Visit:
    with transaction():
        templates.revise(Actor.system(), "PF-ECAMHS-4")
    return Visit({"code": "PF-ECAMHS-4"}, demo("author"))


def open_to_all(**values: Any) -> Callable[[], Visit]:
    return lambda: Visit(values)


VISITS: dict[str, Callable[[], Visit]] = (
    content_visits.VISITS
    | mentoring_visits.VISITS
    | framework_visits.VISITS
    | store_visits.VISITS
    | approval_visits.VISITS
    | cpd_visits.VISITS
    | plan_visits.VISITS
    | date_visits.VISITS
    | evaluation_visits.VISITS
    | certificate_visits.VISITS
    | needs_visits.VISITS
    | {
        "home.home": as_("nurse2"),
        "learning.learning": as_("nurse2"),
        "manage.manage": as_("organiser"),
        "help.help": open_to_all(),
        "help.accessibility": open_to_all(),
        "help.privacy": open_to_all(),
        "developers.developers": open_to_all(),
        "outbox.outbox": open_to_all(),
        "sign_in.sign_in": open_to_all(),
        "sign_in.join": open_to_all(),
        "sign_in.forgotten_password": open_to_all(),
        "sign_in.mail_sent": open_to_all(what="join"),
        "profile.profile": as_("nurse"),
        "profile.details": as_("nurse"),
        "profile.emails": as_("nurse"),
        "profile.password": as_("nurse"),
        "profile.registrations": as_("nurse"),
        "profile.renewal": lambda: Visit(
            {"registration_id": one(select(ProfessionalRegistration.id).filter_by(person_id=demo("nurse")))},
            demo("nurse"),
        ),
        "profile.sign_ins": as_("nurse"),
        "profile.tokens": as_("nurse"),
        "profile.add_membership": as_("nurse"),
        "profile.end_membership": membership,
        "admin.people": as_("admin"),
        "admin.person": lambda: Visit({"person_id": demo("nurse")}, demo("admin")),
        "admin.organisations": as_("admin"),
        "admin.add_organisation": as_("admin"),
        "admin.audit": as_("admin"),
        "admin.end_grant": lambda: Visit(
            {"grant_id": one(select(RoleGrant.id).where(RoleGrant.person_id == demo("author")))}, demo("admin")
        ),
        "frameworks.frameworks": open_to_all(),
        "frameworks.framework": open_to_all(code="PIMH"),
        "frameworks.framework_version": open_to_all(code="CAMHS", version=1),
        "catalogue.search": as_("nurse"),
        "catalogue.course": as_("volunteer", code="ECAMHS-4"),
        "course_authors.manage": as_("author"),
        "course_authors.create": as_("author"),
        "course_authors.edit": lambda: Visit(draft(), demo("author")),
        "course_authors.version": lambda: Visit(draft(), demo("author")),
        "course_authors.step": lambda: Visit(draft() | {"step": "review"}, demo("author")),
        "enrolments.enrol": as_("volunteer", code="PT-BSF1"),
        "enrolments.enrolment": of_enrolment,
        "enrolments.withdraw": of_enrolment,
        "enrolments.manage": as_("organiser"),
        "launch.launch": on_package,
        "player.play": lambda: on_package("player.play"),
        "player.returned": on_package,
        "portfolios.portfolio": lambda: of_portfolio(PortfolioState.IN_PROGRESS),
        "portfolios.item": lambda: of_item(item(EvidenceState.RETURNED)),
        "portfolios.upload": lambda: of_item(item(EvidenceState.RETURNED)),
        "portfolios.submit_item": lambda: of_item(item(EvidenceState.RETURNED)),
        "portfolios.reuse": lambda: of_item(item(EvidenceState.RETURNED)),
        "portfolios.also": lambda: of_item(item(EvidenceState.RETURNED)),
        "portfolios.statements": lambda: of_item(item(EvidenceState.RETURNED)),
        "portfolios.share": lambda: of_item(item(EvidenceState.SUBMITTED)),
        "portfolios.redact": lambda: of_item(item(EvidenceState.SUBMITTED)),
        "portfolios.ask_observer": observed_item,
        "portfolios.export": an_export,
        "observers.observe": an_observer,
        "observers.thanks": open_to_all(what="signed"),
        "shared.listed": lambda: Visit({}, a_share().person),
        "shared.item": a_share,
        "portfolio_templates.listed": as_("author"),
        "portfolio_templates.new": as_("author"),
        "portfolio_templates.template": as_("author", code="PF-ECAMHS-4"),
        "portfolio_templates.draft": template_draft,
        "portfolio_templates.new_item": template_draft,
        "portfolio_templates.item": lambda: Visit(template_draft().values | {"position": 1}, demo("author")),
        "portfolio_templates.publish": lambda: Visit(template_draft().values, demo("publisher")),
        "portfolios.submit": lambda: of_portfolio(PortfolioState.IN_PROGRESS),
        "portfolios.reopen": lambda: of_portfolio(PortfolioState.SIGNED_OFF),
        "portfolios.signed": signed,
        "supervision_queue.queue": as_("supervisor"),
        "supervision_queue.item": lambda: Visit(
            {"item_id": item(EvidenceState.SUBMITTED).id}, supervised(item(EvidenceState.SUBMITTED))
        ),
        "supervision_queue.several": as_("supervisor"),
        "supervision_queue.portfolio": waiting_whole,
        "supervision.learners": as_("supervisor"),
        "supervision.attest": a_supervision,
        "supervision.end": a_supervision,
        "supervision.end_attestation": an_attestation,
        "supervision.manage": as_("organiser"),
        "supervision.licences": as_("organiser"),
        "supervision.withdraw_licence": lambda: Visit(
            {"licence_id": one(select(SupervisorLicence.id).where(SupervisorLicence.withdrawn_on.is_(None)))},
            demo("organiser"),
        ),
        "supervision.invitations": an_invitation,
        "supervision.cover": a_cover,
        "supervision.handover": lambda: Visit(
            {"supervisor_id": demo("supervisor"), "programme": "ECAMHS"}, demo("lead")
        ),
        "supervision.rules": as_("lead"),
        "supervision.attestations": as_("lead"),
        "supervision_sessions.sessions": lambda: a_session(session=False),
        "supervision_sessions.new": as_("supervisor"),
        "supervision_sessions.session": a_session,
        "moderation.samples": lambda: a_sample(sample=False),
        "moderation.sample": a_sample,
        "moderation.withdraw": lambda: Visit(
            {"sign_off_id": one(select(SignOff.id).order_by(SignOff.id))},
            one(select(SignOff.signed_by).order_by(SignOff.id)),
        ),
        "demand.demand": as_("lead"),
        "awards.awards": as_("organiser"),
        "awards.revocation": lambda: Visit({"number": award().number}, demo("organiser")),
        "record.record": lambda: Visit({}, award().learner_id),
        "record.award": lambda: Visit({"number": award().number}, award().learner_id),
        "record.name": lambda: Visit({"number": award().number}, award().learner_id),
        "verify.form": open_to_all(),
        "verify.check": lambda: Visit({"code": award().code}),
        "uptake.uptake": as_("commissioner"),
        "uptake.baselines": as_("commissioner"),
        "uptake.people": as_("organiser"),
        "reports_pages.index": as_("commissioner"),
        "reports_pages.report": lambda: Visit({"slug": "coverage"}, demo("commissioner")),
        "reports_pages.headcounts": as_("commissioner"),
        "spending.spent": as_("commissioner"),
        **report_visits.VISITS,
    }
)
