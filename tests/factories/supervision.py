"""Licences, who supervises whom, and attestations."""

from datetime import timedelta
from itertools import count
from typing import Any

from courses.supervision.models import Attestation, Supervision, SupervisorLicence
from lms.accounts.models import Person
from lms.core import clock
from tests.factories.accounts import kept
from tests.factories.catalogue import make_programme

_numbers = count(1)


def make_licence(person: Person, programme_code: str = "ECAMHS", **given: Any) -> SupervisorLicence:
    make_programme(programme_code)
    today = clock.today()
    return kept(
        SupervisorLicence(
            **{
                "person_id": person.id, "programme_code": programme_code, "number": f"SL-T{next(_numbers):05}",
                "starts_on": today - timedelta(days=30), "ends_on": today + timedelta(days=700), "capacity": 4,
            }
            | given
        )
    )  # fmt: skip


def make_supervision(learner: Person, supervisor: Person, programme_code: str = "ECAMHS", **given: Any) -> Supervision:
    make_programme(programme_code)
    return kept(
        Supervision(
            **{
                "learner_id": learner.id, "supervisor_id": supervisor.id, "programme_code": programme_code,
                "starts_on": clock.today() - timedelta(days=20),
            }
            | given
        )
    )  # fmt: skip


def make_attestation(learner: Person, supervisor: Person, programme_code: str = "ECAMHS", **given: Any) -> Attestation:
    make_programme(programme_code)
    return kept(
        Attestation(
            **{
                "learner_id": learner.id, "supervisor_id": supervisor.id, "programme_code": programme_code,
                "licence_number": "SL-T00000", "clinical_role": True, "in_setting": True, "under_supervision": True,
                "team": "CAMHS", "starts_on": clock.today() - timedelta(days=10),
                "ends_on": clock.today() + timedelta(days=300), "made_at": clock.now(),
            }
            | given
        )
    )  # fmt: skip
