"""Who hears what: rooms speak upwards only through these. In one transaction, in this order."""

from typing import Any

from certificates import handlers as certificate_handlers
from certificates.approvals import handlers as approval_handlers
from certificates.attendance import handlers as attendance_handlers
from certificates.badges import handlers as badge_handlers
from certificates.events import AwardChanged, AwardIssued
from certificates.telling import handlers as telling_handlers
from courses.cpd import handlers as cpd_handlers
from courses.delivery import handlers as delivery_handlers
from courses.delivery.events import (
    Attended,
    Booked,
    Cancelled,
    DidNotAttend,
    LateCancelled,
    PlaceDeclined,
    PlaceOffered,
    RegisterCorrected,
    RegisterSettled,
    SeriesHeld,
)
from courses.enrolments import handlers as enrolment_handlers
from courses.enrolments.events import (
    CompletionWithdrawn,
    EnrolmentCompleted,
    EnrolmentWithdrawn,
    LearnerActive,
    LearnerEnrolled,
    LearnerWaitlisted,
    LearningCompleted,
    LearningWithdrawn,
)
from courses.evaluation import handlers as evaluation_handlers
from courses.launch import handlers as launch_handlers
from courses.launch.cmi5 import handlers as cmi5_handlers
from courses.launch.packages.events import PackageKept
from courses.launch.sessions.events import NodesSatisfied, SessionAbandoned, UnitWaived
from courses.mentoring import handlers as mentoring_handlers
from courses.mentoring.cascade.events import CascadeAttended, CascadeCancelled
from courses.mentoring.events import MeetingAgreed
from courses.needs.events import NomineeChanged
from courses.portfolios import handlers as portfolio_handlers
from courses.portfolios.events import (
    EvidenceMoved,
    FileInfected,
    PortfolioOpened,
    PortfolioSignedOff,
    PortfolioSubmitted,
    SignOffWithdrawn,
)
from courses.portfolios.moderation import handlers as moderation_handlers
from courses.supervision.events import (
    AttestationEnded,
    AttestationMade,
    LicenceIssued,
    LicenceWithdrawn,
    SessionAgreed,
    SessionWithdrawn,
)
from frameworks.assessment import handlers as assessment_handlers
from frameworks.editing.events import VersionPublished
from lms.reporting import handlers as reporting_handlers
from lms.xapi.events import DocumentAsked, StatementsArriving, StatementsAsked, StatementsRecorded

SUBSCRIPTIONS: tuple[tuple[type, Any], ...] = (
    (VersionPublished, assessment_handlers.ask_again),
    (PackageKept, cmi5_handlers.define),
    (StatementsArriving, cmi5_handlers.judge),
    (StatementsRecorded, cmi5_handlers.follow),
    (StatementsAsked, cmi5_handlers.read),
    (DocumentAsked, cmi5_handlers.asked),
    (UnitWaived, cmi5_handlers.waived),
    (NodesSatisfied, cmi5_handlers.satisfied),
    (SessionAbandoned, cmi5_handlers.abandoned),
    (StatementsRecorded, launch_handlers.follow),
    (AttestationEnded, enrolment_handlers.pause),
    (AttestationMade, enrolment_handlers.resume),
    (EnrolmentWithdrawn, delivery_handlers.give_up),
    (LearnerEnrolled, portfolio_handlers.open_for_enrolment),
    (EnrolmentCompleted, certificate_handlers.award_on_completion),
    (EnrolmentCompleted, mentoring_handlers.stand),
    (EnrolmentCompleted, evaluation_handlers.ask),
    (CompletionWithdrawn, evaluation_handlers.do_not_ask),
    (PortfolioSignedOff, moderation_handlers.draw_sample),
    (PortfolioSignedOff, certificate_handlers.award_on_sign_off),
    (SignOffWithdrawn, certificate_handlers.revoke_on_withdrawal),
    (AwardChanged, telling_handlers.tell),
    (AwardChanged, certificate_handlers.tell_holder),
    (AwardChanged, badge_handlers.list_anew),
    (AwardChanged, attendance_handlers.overtaken),
    (AwardChanged, approval_handlers.fell),
    (RegisterCorrected, attendance_handlers.look_again),
    (SeriesHeld, certificate_handlers.award_when_held),
    (LicenceIssued, certificate_handlers.award_on_licence),
    (LicenceWithdrawn, certificate_handlers.revoke_on_withdrawn_licence),
    (LearningCompleted, cpd_handlers.learnt),
    (EnrolmentWithdrawn, cpd_handlers.given_up),
    (LearningWithdrawn, cpd_handlers.given_up),
    (SessionAgreed, cpd_handlers.agreed),
    (SessionWithdrawn, cpd_handlers.recorded_in_error),
    (PortfolioSignedOff, cpd_handlers.signed_off),
    (SignOffWithdrawn, cpd_handlers.sign_off_withdrawn),
    (FileInfected, cpd_handlers.infected),
    (MeetingAgreed, cpd_handlers.met),
    (CascadeAttended, cpd_handlers.passed_on),
    (CascadeCancelled, cpd_handlers.not_passed_on),
    *(
        (spoken, reporting_handlers.enrolment)
        for spoken in (
            LearnerWaitlisted,
            LearnerEnrolled,
            LearnerActive,
            LearningCompleted,
            EnrolmentCompleted,
            EnrolmentWithdrawn,
            PortfolioOpened,
            PortfolioSubmitted,
            EvidenceMoved,
            PortfolioSignedOff,
            SignOffWithdrawn,
        )
    ),
    (AwardIssued, reporting_handlers.award),
    (AwardChanged, reporting_handlers.award),
    (LicenceIssued, reporting_handlers.licence),
    (LicenceWithdrawn, reporting_handlers.licence),
    *(
        (spoken, reporting_handlers.booking)
        for spoken in (Booked, Cancelled, LateCancelled, PlaceOffered, PlaceDeclined, Attended, DidNotAttend)
    ),
    (SeriesHeld, reporting_handlers.register),
    (RegisterSettled, reporting_handlers.register),
    (NomineeChanged, reporting_handlers.nominee),
)
