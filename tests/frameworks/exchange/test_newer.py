"""A newer edition of a CASE document, brought into the framework that an earlier one has become."""

import json
from collections.abc import Callable
from copy import deepcopy
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from frameworks import queries as frameworks
from frameworks.editing import queries
from frameworks.editing import services as editing_services
from frameworks.editing.errors import StandsStill
from frameworks.exchange import renewing, services
from frameworks.exchange.errors import ChangedSince, HasFaults, NoPackage
from frameworks.exchange.newer import merged
from frameworks.exchange.rules import Action
from frameworks.models import FrameworkVersion, MappingKind, Status
from lms.core.db import db, transaction
from lms.core.errors import Forbidden, NotFound
from lms.core.language import Bilingual
from tests.factories.accounts import make_person, post_form
from tests.factories.frameworks import acting, draft_of, editing, in_review, make_editor, published, with_reviewer
from tests.frameworks.case.test_import import FOREIGN, brought_in, child, goes_out, item, known

NEWER: dict[str, Any] = deepcopy(FOREIGN) | {
    "CFDocument": FOREIGN["CFDocument"] | {"title": "Standards of elsewhere, second edition", "version": "2"},
    "CFItems": [
        item(11, "Count well", humanCodingScheme="A.2", CFItemType="Skill", extensions={"new": 1}),
        item(10, "Numbers", humanCodingScheme="A"),
        item(14, "Shapes", humanCodingScheme="B"),
        item(12, "Count further", humanCodingScheme="A.1"),
        item(15, "Draw a circle", humanCodingScheme="B.1"),
    ],
    "CFAssociations": [
        child(40, 10, 2, 1), child(41, 11, 1, 10), child(42, 12, 1, 14), child(43, 14, 1, 1), child(44, 15, 2, 14),
    ],
}  # fmt: skip


def with_welsh(version: FrameworkVersion) -> FrameworkVersion:
    """Every text in both languages, as editors would write them."""
    with transaction():
        whole = queries.whole(version.id)
        whole.title = Bilingual(whole.title.en, f"{whole.title.en} (cy)")
        whole.short_title = Bilingual(whole.short_title.en, f"{whole.short_title.en} (cy)")
        whole.owner = Bilingual(whole.owner.en, f"{whole.owner.en} (cy)")
        for domain in whole.domains:
            domain.title = Bilingual(domain.title.en, f"{domain.title.en} (cy)")
        for statement in whole.statements:
            statement.wording = Bilingual(statement.wording.en, f"{statement.wording.en} (cy)")
    db.session.expire_all()
    return queries.whole(version.id)


def in_force(editor: Any) -> FrameworkVersion:
    return published(with_welsh(brought_in(FOREIGN, editor)), editor)


def sent(editor: Any, package: Any, *, removes: bool = False, code: str = "ELSE") -> Any:
    with transaction():
        return renewing.send(editing(editor), code, "newer.json", json.dumps(package).encode(), removes)


def renewed(editor: Any, package: Any, *, removes: bool = False, code: str = "ELSE") -> FrameworkVersion:
    it = sent(editor, package, removes=removes, code=code)
    with transaction():
        made = renewing.bring_in(editing(editor), it.id)
    db.session.expire_all()
    return queries.whole(made.id)


def said(version: FrameworkVersion) -> dict[str, tuple[str, str]]:
    return {str(each.identifier): (each.code, each.wording.en) for each in version.statements}


def test_the_dry_run_shows_adds_edits_moves_and_removals_and_changes_nothing(app: Flask) -> None:
    editor = make_editor()
    before = in_force(editor)
    it = sent(editor, NEWER, removes=True)
    todo = renewing.plan(it)
    told = {(step.kind, step.code): {each.value for each in step.actions} for step in todo.steps}
    assert told == {
        ("document", "ELSE"): {"edit"},
        ("domain", "B"): {"add"}, ("domain", "A"): {"nothing"},
        ("statement", "A.1"): {"move"}, ("statement", "B.1"): {"add"}, ("statement", "A.2"): {"edit"},
        ("statement", "I4"): {"remove"},
    }  # fmt: skip
    assert (todo.known, todo.lost_words) == (3, 2), "the title, and one statement"
    edit = next(step for step in todo.steps if step.code == "A.2")
    assert edit.before is not None
    assert (edit.before["code"], edit.row["english"], edit.row["welsh"]) == ("I3", "Count well", "")
    assert db.session.scalars(
        select(FrameworkVersion).where(FrameworkVersion.framework_id == before.framework_id)
    ).all() == [before]


def test_it_becomes_the_next_version_with_the_identifiers_that_it_came_with(app: Flask) -> None:
    editor = make_editor()
    before = in_force(editor)
    old = said(before)
    version = renewed(editor, NEWER, removes=True)
    assert (version.number, version.status, version.based_on_id) == (2, Status.DRAFT, before.id)
    assert said(version) == {
        known(12): ("A.1", "Count further"), known(15): ("B.1", "Draw a circle"), known(11): ("A.2", "Count well"),
    }  # fmt: skip
    assert [each.code for each in version.domains] == ["B", "A"]
    domains = {each.id: each.code for each in version.domains}
    by_code = {each.code: each for each in version.statements}
    assert [domains[each.domain_id] for each in version.statements] == ["B", "B", "A"]
    assert by_code["A.1"].wording == Bilingual("Count further", "Count further (cy)"), "the same words keep their Welsh"
    assert by_code["A.2"].wording == Bilingual("Count well", ""), "other words have none yet"
    assert by_code["A.2"].came_from_id == next(
        each.id for each in before.statements if str(each.identifier) == known(11)
    )
    assert version.title == Bilingual("Standards of elsewhere, second edition", "")
    _digest, missing = queries.standing(version)
    assert {(each.code, each.language) for each in missing.lacks} >= {("A.2", "cy"), ("B.1", "cy")}
    db.session.expire_all()
    assert said(frameworks.whole_version("ELSE")) == old, "what is in force stays so"
    out = goes_out(version)
    assert {each["identifier"] for each in out["CFItems"]} == {each["identifier"] for each in NEWER["CFItems"]}
    assert next(each for each in out["CFItems"] if each["identifier"] == known(11)) == NEWER["CFItems"][0]
    pairs = {
        (each["originNodeURI"]["identifier"], each["destinationNodeURI"]["identifier"])
        for each in out["CFAssociations"]
    }
    assert {(known(12), known(14)), (known(11), known(10))} <= pairs
    with_reviewer(version, editor, make_person())
    with transaction():
        decide(editor, version, before)
        editing_services.submit(editing(editor), version.id)
    db.session.expire_all()
    after = {each.code: str(each.identifier) for each in queries.whole(version.id).statements}
    assert (after["A.1"], after["A.2"]) == (known(12), known(11)), "what was decided to count stays known as it was"


def decide(editor: Any, version: FrameworkVersion, before: FrameworkVersion) -> None:
    """The reworded statement is the same to those who rated it."""
    old = next(each for each in before.statements if str(each.identifier) == known(11))
    new = next(each for each in version.statements if str(each.identifier) == known(11))
    editing_services.decide_mapping(editing(editor), version.id, old.id, [(new.id, MappingKind.EQUIVALENT)])


def test_what_is_not_in_the_file_stays_unless_asked_otherwise(app: Flask) -> None:
    editor = make_editor()
    in_force(editor)
    version = renewed(editor, NEWER)
    assert "I4" in {each.code for each in version.statements}
    assert version.statements[-1].code == "I4", "behind what is in the file"


def test_the_same_edition_again_changes_nothing(app: Flask) -> None:
    editor = make_editor()
    in_force(editor)
    assert {action for step in renewing.plan(sent(editor, FOREIGN, removes=True)).steps for action in step.actions} == {
        Action.NOTHING
    }
    version = renewed(editor, NEWER, removes=True)
    again = renewing.plan(sent(editor, NEWER, removes=True))
    assert {action for step in again.steps for action in step.actions} == {Action.NOTHING}
    renewed(editor, FOREIGN, removes=True)
    assert said(queries.whole(version.id)).keys() == {known(11), known(12), known(13)}, (
        "and back again, in the same draft"
    )


def test_a_version_in_the_making_is_changed_and_one_in_review_is_not(app: Flask) -> None:
    editor = make_editor()
    first = with_welsh(brought_in(FOREIGN, editor))
    version = renewed(editor, NEWER)
    assert (version.id, version.number) == (first.id, 1)
    in_review(with_welsh(version), editor)
    with pytest.raises(StandsStill):
        sent(editor, FOREIGN)


def test_nothing_comes_in_that_is_stale_faulty_or_somebody_elses(app: Flask) -> None:
    editor, other = make_editor(), make_editor()
    in_force(editor)
    brought_in(FOREIGN | {"CFDocument": FOREIGN["CFDocument"] | {"identifier": known(90)},
                          "CFItems": [item(91, "Theirs")], "CFAssociations": []}, editor, "OTHER")  # fmt: skip
    theirs = sent(editor, NEWER | {"CFItems": [*NEWER["CFItems"], item(91, "Mine now")]})
    assert [each.why for each in renewing.package_faults(theirs)] == ["already_here"]
    with pytest.raises(HasFaults), transaction():
        renewing.bring_in(editing(editor), theirs.id)
    it = sent(editor, NEWER)
    for stranger in (editing(other), acting(make_person())):
        with pytest.raises(NotFound), transaction():
            renewing.bring_in(stranger, it.id)
    with pytest.raises(Forbidden):
        renewing.send(acting(make_person()), "ELSE", "x", b"{}", False)
    with pytest.raises(NotFound):
        renewing.send(editing(editor), "NOWHERE", "x", b"{}", False)
    with pytest.raises(NotFound), transaction():
        services.bring_in_package(editing(editor), it.id)
    draft_of("ELSE", editor)
    with pytest.raises(ChangedSince), transaction():
        renewing.bring_in(editing(editor), it.id)
    assert frameworks.whole_version("ELSE").number == 1


@pytest.mark.parametrize("text", ["Nothing\\u0000", "Half\\ud800"])
def test_what_the_database_cannot_hold_is_refused_when_it_is_sent(app: Flask, text: str) -> None:
    editor = make_editor()
    in_force(editor)
    body = json.dumps(NEWER).replace("Draw a circle", text).encode()
    with pytest.raises(NoPackage):
        renewing.send(editing(editor), "ELSE", "newer.json", body, False)


def test_a_domain_that_a_required_level_names_is_not_removed(app: Flask) -> None:
    editor = make_editor()
    draft = with_welsh(brought_in(FOREIGN, editor))
    actor = editing(editor)
    with transaction():
        title = Bilingual("One", "Un")
        editing_services.put(actor, draft.id, "levels", {"code": "one", "rank": 1, "title": title, "audience": title})
        editing_services.put(
            actor, draft.id, "requirements", {"condition": {"role": "health_visitor"}, "level": "one", "domain": "A"}
        )
    bare = NEWER | {"CFItems": [item(15, "Draw a circle")], "CFAssociations": []}
    it = sent(editor, bare, removes=True)
    assert [step.fault for step in renewing.plan(it).steps if step.fault] == ["needed_here"]
    with pytest.raises(HasFaults), transaction():
        renewing.bring_in(actor, it.id)
    stays = bare | {"CFItems": [item(15, "Draw a circle", humanCodingScheme="A.1")]}
    assert [step.fault for step in renewing.plan(sent(editor, stays)).steps if step.fault] == ["code_stays"]


def test_our_own_framework_edited_elsewhere_keeps_its_welsh_levels_and_required_levels(app: Flask) -> None:
    editor = make_editor()
    before = frameworks.whole_version("PIMH")
    package = goes_out(before)
    first, second = (each for each in package["CFItems"] if each["humanCodingScheme"] in
                     {before.statements[0].code, before.statements[1].code})  # fmt: skip
    first["humanCodingScheme"], second["humanCodingScheme"] = second["humanCodingScheme"], first["humanCodingScheme"]
    concepts = package["CFDefinitions"]["CFConcepts"]
    ranks = [each["hierarchyCode"] for each in concepts]
    for concept, rank in zip(concepts, reversed(ranks), strict=True):
        concept["hierarchyCode"] = rank
    version = renewed(editor, package, removes=True, code="PIMH")
    assert version.case is None
    assert [each.identifier for each in version.statements] == [each.identifier for each in before.statements]
    assert [each.wording for each in version.statements] == [each.wording for each in before.statements]
    assert (version.statements[0].code, version.statements[1].code) == (
        before.statements[1].code,
        before.statements[0].code,
    )
    assert [each.code for each in version.levels] == [each.code for each in reversed(before.levels)]
    assert {each.title for each in version.levels} == {each.title for each in before.levels}, "with their Welsh"
    assert len(version.requirements) == len(before.requirements)
    assert [each.course_codes for each in version.domains] == [each.course_codes for each in before.domains]


def test_a_domain_without_statements_stays_a_domain(app: Flask) -> None:
    editor = make_editor()
    draft = with_welsh(brought_in(FOREIGN, editor))
    actor = editing(editor)
    with transaction():
        title = Bilingual("Empty", "Gwag")
        editing_services.put(actor, draft.id, "domains", {"code": "E", "title": title, "course_codes": []})
    package = goes_out(queries.whole(draft.id))
    assert {action for step in renewing.plan(sent(editor, package, removes=True)).steps for action in step.actions} == {
        Action.NOTHING
    }
    assert [each.code for each in renewed(editor, package, removes=True).domains] == ["A", "E"]


def test_a_new_level_may_have_the_name_of_one_that_is_here(app: Flask) -> None:
    editor = make_editor()
    package = goes_out(frameworks.whole_version("PIMH"))
    first, *_rest = concepts = package["CFDefinitions"]["CFConcepts"]
    concepts.append(first | {"identifier": known(77), "uri": f"{first['uri']}x", "hierarchyCode": "9"})
    first["keywords"] = "renamed"
    link = next(each for each in package["CFAssociations"] if each["associationType"] == "hasSkillLevel")
    link["destinationNodeURI"] |= {"identifier": known(77)}
    version = renewed(editor, package, code="PIMH")
    codes = [each.code for each in version.levels]
    assert len(codes) == len(set(codes)) == len(concepts)
    assert str(version.levels[-1].identifier) == known(77)


@pytest.mark.parametrize(
    ("was", "now", "then"),
    [
        (Bilingual("a", "b"), Bilingual("a", ""), Bilingual("a", "b")),
        (Bilingual("a", "b"), Bilingual("c", ""), Bilingual("c", "")),
        (Bilingual("a", "b"), Bilingual("", "b"), Bilingual("a", "b")),
        (Bilingual("a", "b"), Bilingual("", "c"), Bilingual("", "c")),
        (Bilingual("a", "b"), Bilingual("c", "d"), Bilingual("c", "d")),
        (Bilingual("a", "b"), Bilingual("", ""), Bilingual("a", "b")),
    ],
)
def test_words_in_one_language_leave_the_other_only_while_they_say_the_same(
    was: Bilingual, now: Bilingual, then: Bilingual
) -> None:
    assert merged(was, now) == then


PARTS = st.lists(
    st.tuples(st.integers(10, 16), st.integers(0, 3), st.sampled_from(["", "A", "A.1", "A.2", "B", "I3", "I4"]),
              st.sampled_from([1, 10, 11, 14])),
    max_size=7, unique_by=lambda part: part[0],
)  # fmt: skip


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(parts=PARTS, removes=st.booleans())
def test_whatever_the_file_says_the_draft_says_afterwards_and_nothing_is_lost_unseen(
    app: Flask, parts: list[tuple[int, int, str, int]], removes: bool
) -> None:
    editor = make_editor()
    if db.session.scalars(select(FrameworkVersion.id).where(FrameworkVersion.source == "CASE")).first() is None:
        in_force(editor)
    package = deepcopy(FOREIGN)
    package["CFItems"] = [
        item(number, f"Says {words}", **({"humanCodingScheme": code} if code else {}))
        for number, words, code, _of in parts
    ]
    package["CFAssociations"] = [child(100 + n, number, n, of) for n, (number, _w, _c, of) in enumerate(parts)]
    it = sent(editor, package, removes=removes)
    before = queries.whole(it.version_id)
    there = {str(each.identifier) for each in (*before.statements, *before.domains)}
    todo = renewing.plan(it)
    seen = {pair.part.known_as for pair in todo.pairs if pair.part}
    if todo.faulty:
        with pytest.raises(HasFaults), transaction():
            renewing.bring_in(editing(editor), it.id)
        return
    with transaction():
        made = renewing.bring_in(editing(editor), it.id)
    db.session.expire_all()
    after = queries.whole(made.id)
    ids = [str(each.identifier) for each in (*after.statements, *after.domains)]
    files = {each["identifier"] for each in package["CFItems"]}
    assert files <= set(ids)
    assert set(ids) - files == (set() if removes else there - files)
    assert all(any(key in each for each in seen) for key in there - set(ids)), "what goes was shown"
    again = renewing.plan(sent(editor, package, removes=removes))
    assert {action for step in again.steps for action in step.actions} <= {Action.NOTHING}


@pytest.mark.parametrize("language", ["en", "cy"])
def test_pages_show_it_bring_it_in_and_refuse_in_words(
    app: Flask, signed_in: Callable[..., FlaskClient], language: str
) -> None:
    editor = make_editor()
    in_force(editor)
    browser, address = signed_in(editor), f"/{language}/manage/frameworks/ELSE/newer"
    assert address in browser.get(f"/{language}/manage/frameworks/import").text
    assert post_form(browser, address, {}).status_code == 422
    bad = post_form(browser, address, {"file": _file(b"not json")}, content_type="multipart/form-data")
    assert bad.status_code == 422
    shown = post_form(
        browser, address, {"file": _file(json.dumps(NEWER).encode()), "removes_missing": "yes"},
        content_type="multipart/form-data", follow_redirects=True,
    )  # fmt: skip
    assert shown.status_code == 200
    assert "Count well" in shown.text
    dry_run = shown.request.path
    assert signed_in(make_editor()).get(dry_run).status_code == 404
    assert browser.get(dry_run.replace("/ELSE/", "/CAMHS/")).status_code == 404
    done = post_form(browser, dry_run, {})
    assert (done.status_code, done.headers["Location"]) == (303, f"/{language}/manage/frameworks/ELSE/2")
    assert browser.get(dry_run).status_code == 404, "it is brought in once"
    assert browser.get(f"/{language}/manage/frameworks/ELSE/2").status_code == 200


def _file(body: bytes) -> Any:
    return (BytesIO(body), "newer.json")


def test_the_same_over_json(app: Flask, as_token: Callable[..., Any]) -> None:
    editor = make_editor()
    in_force(editor)
    api = as_token(editor)
    address = "/api/v1/frameworks/ELSE/editions"
    body = json.dumps(NEWER).encode()
    answer = api.post(f"{address}?remove_missing=true", data=body, content_type="application/octet-stream")
    assert (answer.status_code, answer.json["faulty"], answer.json["faults"]) == (201, False, [])
    assert {"add", "edit", "move", "remove"} <= {each for step in answer.json["items"] for each in step["actions"]}
    wrong = api.post(address, data=json.dumps({"CFDocument": {}}).encode(), content_type="application/octet-stream")
    assert wrong.json["faulty"] is True
    assert wrong.json["faults"]
    answer = api.post(address, data=body, content_type="application/octet-stream")
    done = api.post(f"/api/v1/framework-imports/{answer.json['id']}/application")
    assert (done.status_code, done.json["number"]) == (200, 2)
    stranger = as_token(make_person()).post(address, data=body, content_type="application/octet-stream")
    assert stranger.status_code == 403
