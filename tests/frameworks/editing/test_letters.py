"""Whoever is asked to take part in a version is told by mail, in their language, and again when it waits for their word."""

from flask import Flask
from sqlalchemy import select

from frameworks.editing import services
from frameworks.editing.models import Part
from lms.accounts.models import EmailAddress
from lms.accounts.queries import primary_email
from lms.core.db import db, transaction
from lms.core.mail import MailMessage
from tests.factories.accounts import make_person
from tests.factories.frameworks import draft_of, editing, make_editor, with_reviewer


def letters() -> list[MailMessage]:
    return list(db.session.scalars(select(MailMessage).order_by(MailMessage.written_at, MailMessage.id)))


def test_a_reviewer_is_told_when_asked_and_when_it_waits_for_their_word(app: Flask) -> None:
    editor, english, welsh = make_editor(), make_person(language="en"), make_person(language="cy")
    draft = draft_of(editor=editor)
    for reviewer in (english, welsh):
        with_reviewer(draft, editor, reviewer)
    first, second = letters()
    assert (first.to, first.language) == (primary_email(english.id), "en")
    assert first.subject == f"{editor.display_name} asks you to review and sign a framework: {draft.title.en}"
    assert f"/en/manage/frameworks/CAMHS/{draft.number}" in first.body
    assert "cannot be published without your signature" in first.body
    assert "You get another letter when it can be signed" in first.body
    assert (second.to, second.language) == (primary_email(welsh.id), "cy")
    assert f"/cy/manage/frameworks/CAMHS/{draft.number}" in second.body
    assert draft.title.cy in second.subject
    assert "adolygu" in second.subject
    assert "another letter" not in second.body
    with transaction():
        services.submit(editing(editor), draft.id)
    ready = letters()[2:]
    assert {(each.to, each.language) for each in ready} == {(first.to, "en"), (second.to, "cy")}
    assert all("waits for your word" in each.subject for each in ready if each.language == "en")
    late = make_person()
    with_reviewer(draft, editor, late, Part.REVIEW)
    assert "It does not change any more" in letters()[-1].body


def test_each_part_is_asked_for_in_its_own_words_and_only_reviewers_are_called_to_sign(app: Flask) -> None:
    editor, person = make_editor(), make_person(language="en")
    draft = draft_of(editor=editor)
    for part in Part:
        with_reviewer(draft, editor, person, part)
    assert len({each.subject for each in letters()}) == len(Part)
    assert len({each.body for each in letters()}) == len(Part)
    with_reviewer(draft, editor, person, Part.COMMENT)
    before = len(letters())
    with transaction():
        services.submit(editing(editor), draft.id)
    assert len(letters()) == before, "nobody is asked for a word"


def test_no_letter_to_oneself_to_nowhere_or_of_what_did_not_happen(app: Flask) -> None:
    editor, person = make_editor(), make_person()
    draft = draft_of(editor=editor)
    with_reviewer(draft, editor, editor)
    assert letters() == []
    services.ask(editing(editor), draft.id, primary_email(person.id) or "", Part.SIGN)
    assert len(letters()) == 1
    db.session.rollback()
    assert letters() == []
    with_reviewer(draft, editor, person)
    with transaction():
        for address in db.session.scalars(select(EmailAddress).where(EmailAddress.person_id == person.id)):
            address.is_primary = False
        services.submit(editing(editor), draft.id)
    assert len(letters()) == 1, "whoever has no address finds it among the versions in the making"
