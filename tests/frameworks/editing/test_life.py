"""From a copy of the published version to the next one in force; what is refused on the way; and races."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from frameworks import queries as frameworks
from frameworks.editing import errors, queries, services
from frameworks.editing.models import Part
from frameworks.models import FrameworkVersion, MappingKind, Statement, StatementMapping, Status
from frameworks.rules.carrying import Outcome, carry
from lms.core.db import db, transaction
from lms.core.errors import Forbidden, NotFound, Refusal, StaleEdit
from lms.core.language import Bilingual
from lms.core.permissions import Role
from tests.factories.accounts import make_organisation, make_person
from tests.factories.frameworks import (
    acting,
    draft_of,
    editing,
    in_review,
    make_editor,
    published,
    signed,
    with_reviewer,
)


def put(actor, version, row: Statement, **given: Any) -> Statement:
    values = {
        "code": row.code, "wording": row.wording, "kind": row.kind,
        "level": next(each.code for each in version.levels if each.id == row.level_id),
        "domain": next((each.code for each in version.domains if each.id == row.domain_id), None),
    }  # fmt: skip
    with transaction():
        return services.put(actor, version.id, "statements", values | given, part_id=row.id, edition=row.edition)


def test_a_new_version_begins_as_a_copy_and_knows_where_it_came_from(app: Flask) -> None:
    before = frameworks.whole_version("CAMHS")
    version = draft_of()
    assert (version.number, version.status, version.based_on_id) == (2, Status.DRAFT, before.id)
    assert [(each.code, each.identifier, each.came_from_id) for each in version.statements] == [
        (each.code, each.identifier, each.id) for each in before.statements
    ]
    assert len(version.requirements) == len(before.requirements)
    assert frameworks.whole_version("CAMHS").number == 1, "what is in force stays so"


def test_one_version_at_a_time_is_in_the_making(app: Flask) -> None:
    editor = make_editor()
    draft_of(editor=editor)
    with pytest.raises(errors.InTheMaking), transaction():
        services.revise(editing(editor), "CAMHS")


def test_publishing_waits_for_a_signature_on_exactly_this_content(app: Flask) -> None:
    editor = make_editor()
    version = draft_of(editor=editor)
    reviewer = in_review(version, editor)
    with pytest.raises(errors.NotReady, match="has not signed"), transaction():
        services.publish(editing(editor), version.id)
    signed(version, reviewer)
    with transaction():
        services.return_to_draft(editing(editor), version.id, "One more word")
    put(editing(editor), version, queries.whole(version.id).statements[0], wording=Bilingual("Other.", "Arall."))
    with transaction():
        services.submit(editing(editor), version.id)
    with pytest.raises(errors.NotReady, match="has not signed"), transaction():
        services.publish(editing(editor), version.id)
    signed(version, reviewer)
    with transaction():
        services.publish(editing(editor), version.id)
    assert frameworks.whole_version("CAMHS").number == 2
    assert frameworks.whole_version("CAMHS", 1).status is Status.RETIRED


def test_a_signature_is_for_what_was_read(app: Flask) -> None:
    editor = make_editor()
    version = draft_of(editor=editor)
    reviewer = in_review(version, editor)
    with pytest.raises(errors.ContentChanged), transaction():
        services.sign(acting(reviewer), version.id, "0" * 64, True, "Read.")


def test_a_reviewer_who_does_not_agree_holds_it_up(app: Flask) -> None:
    editor = make_editor()
    version = draft_of(editor=editor)
    signed(version, in_review(version, editor), agreed=False)
    with pytest.raises(errors.NotReady, match="not agreed"), transaction():
        services.publish(editing(editor), version.id)


def test_nobody_publishes_on_their_own_word_alone(app: Flask) -> None:
    editor = make_editor()
    version = draft_of(editor=editor)
    with_reviewer(version, editor, editor)
    with transaction():
        services.submit(editing(editor), version.id)
    signed(version, editor)
    with pytest.raises(errors.NotReady, match="Somebody who did not"), transaction():
        services.publish(editing(editor), version.id)


def test_without_a_reviewer_nothing_is_published(app: Flask) -> None:
    editor = make_editor()
    version = draft_of(editor=editor)
    with transaction():
        services.submit(editing(editor), version.id)
    with pytest.raises(errors.NotReady, match="No reviewer"), transaction():
        services.publish(editing(editor), version.id)


def test_a_missing_language_is_named(app: Flask) -> None:
    editor = make_editor()
    version = draft_of(editor=editor)
    put(editing(editor), version, version.statements[0], wording=Bilingual("Only English.", ""))
    signed(version, in_review(version, editor))
    with pytest.raises(errors.NotReady) as refused, transaction():
        services.publish(editing(editor), version.id)
    assert refused.value.more["lacking"] == [f"statement:{version.statements[0].code}:wording:cy"]


def test_what_is_in_review_or_published_cannot_be_changed_even_by_sql(app: Flask) -> None:
    editor = make_editor()
    version = draft_of(editor=editor)
    reviewer = in_review(version, editor)
    with pytest.raises(errors.StandsStill):
        put(editing(editor), version, version.statements[0])
    change = text("UPDATE framework_statement SET wording_en = 'x' WHERE version_id = :id")
    with pytest.raises(DBAPIError, match="never changed"), transaction():
        db.session.execute(change, {"id": version.id})
    signed(version, reviewer)
    with transaction():
        services.publish(editing(editor), version.id)
    for statement in (
        "UPDATE framework_statement SET wording_en = 'x' WHERE version_id = :id",
        "DELETE FROM framework_statement_mapping WHERE version_id = :id",
        "UPDATE framework_version SET title_en = 'x' WHERE id = :id",
        "UPDATE framework_sign_off SET agreed = false WHERE version_id = :id",
    ):
        with pytest.raises(DBAPIError, match=r"never changed|append"), transaction():
            db.session.execute(text(statement), {"id": version.id})


def test_two_editors_lose_nothing(app: Flask) -> None:
    editor, other = make_editor(), make_editor()
    version = draft_of(editor=editor)
    first, second = version.statements[:2]
    seen = first.edition
    put(editing(editor), version, first, wording=Bilingual("Mine.", "Fy un i."))
    put(editing(other), version, second, wording=Bilingual("Another.", "Un arall."))  # beside it: no conflict
    with pytest.raises(StaleEdit), transaction():
        services.put(
            editing(other), version.id, "statements", {"wording": Bilingual("Theirs.", "Eu hun nhw.")},
            part_id=first.id, edition=seen,
        )  # fmt: skip
    assert [each.wording.en for each in queries.whole(version.id).statements[:2]] == ["Mine.", "Another."]


def test_collaborators_do_what_they_were_asked_to(app: Flask) -> None:
    editor, commenter, writer, stranger = make_editor(), make_person(), make_person(), make_person()
    version = draft_of(editor=editor)
    with_reviewer(version, editor, commenter, Part.COMMENT)
    with_reviewer(version, editor, writer, Part.EDIT)
    put(acting(writer), version, version.statements[0], wording=Bilingual("Written.", "Ysgrifennwyd."))
    with pytest.raises(Forbidden):
        put(acting(commenter), version, version.statements[1])
    with transaction():
        thread = services.comment(acting(commenter), version.id, "Why?", statement_id=version.statements[0].id)
        services.comment(acting(writer), version.id, "Because.", thread_id=thread.id)
        services.resolve(acting(writer), version.id, thread.id)
    with pytest.raises(NotFound):
        services.comment(acting(stranger), version.id, "Hello")
    with transaction():
        services.consult(editing(editor), version.id)
        services.comment(acting(stranger), version.id, "Hello")
        services.reopen(acting(commenter), version.id, thread.id)
    found = queries.threads(version.id)
    assert [(each.first.body, [one.body for one in each.answers]) for each in found] == [
        ("Why?", ["Because."]), ("Hello", []),
    ]  # fmt: skip
    with pytest.raises(Forbidden):
        services.resolve(acting(stranger), version.id, thread.id)


def test_an_editor_elsewhere_reaches_nothing_here(app: Flask) -> None:
    version = draft_of()
    board = make_organisation()
    person = make_person()
    elsewhere = acting(person)
    elsewhere = type(elsewhere)(person=person.id, roles=frozenset({(Role.FRAMEWORK_EDITOR, board.id)}))
    with pytest.raises(NotFound):
        services.consult(elsewhere, version.id)
    with pytest.raises(Forbidden):
        services.revise(elsewhere, "PIMH")
    with transaction():
        made = services.begin(
            elsewhere, "LOCAL", board.id, title=Bilingual("Local", "Lleol"), short_title=Bilingual("L", "Ll"),
            owner=Bilingual("Board", "Bwrdd"),
        )  # fmt: skip
    assert queries.access(elsewhere, made).manage


def test_what_ratings_carry_is_decided_visible_and_fixed(app: Flask) -> None:
    editor = make_editor()
    version = draft_of(editor=editor)
    old = frameworks.whole_version("CAMHS").statements
    first, second, third, fourth, *_rest = version.statements
    put(editing(editor), version, first, wording=Bilingual("Reworded.", "Wedi'i aileirio."))
    put(editing(editor), version, second, wording=Bilingual("Reworded too.", "Hefyd."))
    with transaction():
        actor = editing(editor)
        services.decide_mapping(actor, version.id, old[1].id, [(second.id, MappingKind.EQUIVALENT)])
        services.decide_mapping(
            actor, version.id, old[3].id, [(fourth.id, MappingKind.SAME), (first.id, MappingKind.NEEDS_RERATING)]
        )
        services.remove(actor, version.id, "statements", third.id, third.edition)
    made = published(version, editor)
    links = frameworks.links_into(made.id)
    outcome = {each.code: [one.outcome for one in carry(str(each.id), links)] for each in old}
    assert outcome[old[0].code] == [Outcome.NEEDS_RERATING]
    assert outcome[old[1].code] == [Outcome.EQUIVALENT]
    assert outcome[old[2].code] == [Outcome.NO_SUCCESSOR]
    assert sorted(outcome[old[3].code]) == [Outcome.CARRIED, Outcome.NEEDS_RERATING]
    assert all(outcome[each.code] == [Outcome.CARRIED] for each in old[4:])
    known = {each.code: each.identifier for each in made.statements}
    assert known[old[0].code] != old[0].identifier, "what is rated again is another statement to the world"
    assert known[old[1].code] == old[1].identifier
    assert known[old[4].code] == old[4].identifier
    count = select(StatementMapping).where(StatementMapping.version_id == made.id)
    assert len(list(db.session.scalars(count))) == len(old) + 1


def raced(app: Flask, *doing: Any) -> list[Any]:
    """What each comes to, all at once, in transactions of their own."""

    def run(do: Any) -> Any:
        with app.app_context():
            try:
                with transaction():
                    do()
                return "done"
            except Refusal as refusal:
                return type(refusal)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(doing)) as threads:
        return list(threads.map(run, doing))


def test_of_two_publishers_one_comes_second(app: Flask) -> None:
    editor, other = make_editor(), make_editor()
    version = draft_of(editor=editor)
    signed(version, in_review(version, editor))
    db.session.remove()
    came_to = raced(app, *(lambda who=who: services.publish(editing(who), version.id) for who in (editor, other)))
    assert sorted(map(str, came_to)) == sorted(["done", str(errors.NotPossible)])
    found = db.session.scalars(select(FrameworkVersion).where(FrameworkVersion.status == Status.PUBLISHED)).all()
    assert len([each for each in found if each.framework_id == version.framework_id]) == 1


def test_an_edit_never_slips_past_a_review(app: Flask) -> None:
    """Whichever comes first: what is signed and published is what the digest was of."""
    editor, writer = make_editor(), make_editor()
    version = draft_of(editor=editor)
    row = version.statements[0]
    reviewer = make_person()
    with_reviewer(version, editor, reviewer)
    values = {"wording": Bilingual("Late.", "Hwyr.")}
    db.session.remove()
    came_to = raced(
        app,
        lambda: services.submit(editing(editor), version.id),
        lambda: services.put(
            editing(writer), version.id, "statements", values, part_id=row.id, edition=row.edition
        ),
    )  # fmt: skip
    assert came_to[0] == "done"
    now = queries.whole(version.id)
    wording = now.statements[0].wording.en
    assert (came_to[1] == "done") == (wording == "Late.")
    assert came_to[1] in ("done", errors.StandsStill)


def test_two_who_begin_at_once_make_one_draft(app: Flask) -> None:
    people = [make_editor(), make_editor()]
    db.session.remove()
    came_to = raced(app, *(lambda who=who: services.revise(editing(who), "SUPV") for who in people))
    assert sorted(map(str, came_to)) == sorted(["done", str(errors.InTheMaking)])
