"""When supervision speaks."""

from courses.enrolments import services
from courses.supervision.events import AttestationEnded, AttestationMade


def pause(event: AttestationEnded) -> None:
    """What depends on the attestation waits."""
    services.pause_unattested(event.learner_id, event.programme_code)


def resume(event: AttestationMade) -> None:
    """What waited for an attestation goes on."""
    services.resume_attested(event.learner_id, event.programme_code)
