"""A client that we did not write, over a real connection: edx-tincan-py35."""

import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask import Flask
from tincan import Activity, Agent, AgentAccount, Context, RemoteLRS, Result, Score, StateDocument, Statement, Verb
from werkzeug.serving import make_server

from tests.factories.xapi import VERBS, Store


@pytest.fixture
def remote(app: Flask, store: Store) -> Iterator[RemoteLRS]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield RemoteLRS(
            version="1.0.1", endpoint=f"http://127.0.0.1:{server.server_port}/xapi/", username=store.key,
            password=store.secret,
        )  # fmt: skip
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_course_is_recorded_read_back_and_paged(remote: RemoteLRS) -> None:
    agent = Agent(account=AgentAccount(home_page="https://people.example", name="learner-1"))
    activity, registration = Activity(id="https://a.example/module"), str(uuid4())
    sent = []
    for verb in ("initialized", "progressed", "completed", "passed"):
        result = Result(success=True, score=Score(scaled=0.9)) if verb == "passed" else None
        context = Context(registration=registration)
        statement = Statement(actor=agent, verb=Verb(id=VERBS + verb), object=activity, context=context, result=result)
        answer = remote.save_statement(statement)
        assert answer.success, answer.data
        sent.append(str(answer.content.id))

    found = remote.query_statements({"registration": registration, "limit": 3})
    assert [str(each.id) for each in found.content.statements] == sent[:0:-1]
    rest = remote.more_statements(found.content)
    assert [str(each.id) for each in rest.content.statements] == sent[:1]
    assert remote.retrieve_statement(sent[3]).content.result.score.scaled == 0.9

    state = StateDocument(id="bookmark", activity=activity, agent=agent, content="page 3", content_type="text/plain")
    assert remote.save_state(state).success
    assert bytes(remote.retrieve_state(activity, agent, "bookmark").content.content) == b"page 3"
    assert remote.delete_state(state).success
