"""A client of the JSON API that holds every answer against the OpenAPI document."""

import json
from functools import cache
from typing import Any

import requests
from openapi_core import Config, OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse

from tests.journeys.cast import PASSWORD, Cast


@cache
def document_of(server: str) -> OpenAPI:
    """The document, itself checked: once a server, for that takes seconds."""
    document = requests.get(f"{server}/api/v1/openapi.json", timeout=60).json()
    document["servers"] = [{"url": server}]
    problems = Config(extra_media_type_deserializers={"application/problem+json": json.loads})
    return OpenAPI.from_dict(document, config=problems)


class ApiClient:
    """Signed in as one person. Every answer must be valid against the document, refusals included."""

    def __init__(self, server: str, who: str | None) -> None:
        self.session, self.server = requests.Session(), server
        self.document, self.checked = document_of(server), 0
        if who:
            token = self.post("/tokens", {"address": Cast.address(who), "password": PASSWORD, "name": "journey"})
            self.session.headers["Authorization"] = f"Bearer {token['secret']}"

    def call(self, method: str, path: str, status: int, body: Any = None, **options: Any) -> Any:
        request = requests.Request(method, f"{self.server}/api/v1{path}", json=body, **options)
        answer = self.session.send(self.session.prepare_request(request))
        assert answer.status_code == status, (method, path, answer.status_code, answer.text[:2000])
        self.document.validate_response(RequestsOpenAPIRequest(request), RequestsOpenAPIResponse(answer))
        self.checked += 1
        kind = answer.headers.get("Content-Type", "")
        return answer.json() if "json" in kind else answer.content

    def get(self, path: str, status: int = 200, **options: Any) -> Any:
        return self.call("GET", path, status, **options)

    def post(self, path: str, body: Any = None, status: int = 201, **options: Any) -> Any:
        return self.call("POST", path, status, {} if body is None else body, **options)

    def put(self, path: str, body: Any, status: int = 200, **options: Any) -> Any:
        return self.call("PUT", path, status, body, **options)
