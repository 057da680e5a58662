"""Nonsense of every kind against every operation of the API: it may be refused, it may never break the server."""

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings

from lms.core.permissions import Role
from tests.factories.accounts import TokenClient, grant, make_person, organisation

schemathesis.serializer.alias("application/x-ndjson", "text/plain")

EACH = 8
"""Requests for one operation."""


def test_no_operation_answers_with_a_server_error(app: Flask) -> None:
    person = make_person()
    for role in Role:
        grant(person, role, organisation("WALES"))
    token = TokenClient(app, person).secret
    document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    broken: list[str] = []
    count = 0
    for found in document.get_all_operations():
        operation = found.ok()
        count += 1

        @settings(
            max_examples=EACH, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def attack(case: schemathesis.Case) -> None:
            answer = case.call(headers={"Authorization": f"Bearer {token}"})
            if answer.status_code >= 500:
                broken.append(f"{case.method} {case.path} {case.as_curl_command()[:400]}")

        attack()
    assert count > 60
    assert broken == []
