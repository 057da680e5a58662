"""When a register is put right; and when a certificate was dealt with otherwise."""

from certificates.attendance import services
from certificates.events import AwardChanged
from courses.delivery.events import RegisterCorrected
from lms.core.permissions import Actor


def look_again(event: RegisterCorrected) -> None:
    services.look_again(Actor.system(), event.enrolment_id, event.reason)


def overtaken(event: AwardChanged) -> None:
    services.overtaken(Actor.system(), event.award_id)
