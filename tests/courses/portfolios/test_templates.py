"""What portfolios ask for: written in both languages on a page, published as a new number, kept by those in progress."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from courses.portfolios import errors, hooks, queries, rules
from courses.portfolios.loading import load_reference
from courses.portfolios.models import EvidenceKind, PortfolioTemplate, SupervisionRule, TemplateItem
from courses.portfolios.services import decisions, evidence, templates, whole
from courses.portfolios.services.templates import Asked
from lms.accounts.models import Person
from lms.core.db import db, transaction
from lms.core.errors import Forbidden, StaleEdit
from lms.core.language import Bilingual
from lms.core.permissions import Actor, Role
from tests.factories.accounts import grant, make_organisation, make_person, post_form
from tests.factories.portfolios import a_pair, actor_of, decide, make_portfolio, submit, write

TITLE = Bilingual("A practice portfolio", "Portffolio ymarfer")
REFLECTION = Asked(EvidenceKind.REFLECTION, Bilingual("A reflection", "Myfyrdod"))
CHOICE = Asked(EvidenceKind.CASE_STUDY, Bilingual("A case study", "Astudiaeth achos"), optional=True)


def make_template(*asked: Asked, code: str = "PF-NEW", **given: Any) -> PortfolioTemplate:
    """A published template that asks for these."""
    house = Actor.system()
    with transaction():
        made = templates.begin(house, code, TITLE, given.pop("supervision", SupervisionRule.GROUP_OR_INDIVIDUAL))
        for each in asked or (REFLECTION,):
            templates.add_items(house, made.id, made.edition, each)
        made.optional_needed = given.pop("optional_needed", 0)
        return templates.publish(house, made.id, made.edition)


def editor(role: Role = Role.PUBLISHER) -> Person:
    person = make_person()
    grant(person, role, make_organisation())
    return person


@pytest.mark.parametrize("lang", ["en", "cy"])
def test_a_template_is_written_and_published_on_pages(app: Flask, signed_in: Any, lang: str) -> None:
    browser, at = signed_in(editor()), f"/{lang}/manage/portfolios"
    begun = {"code": "PF-NEW", "title_en": TITLE.en, "title_cy": TITLE.cy, "supervision": "group_or_individual"}
    assert post_form(browser, f"{at}/new", begun).headers["Location"].endswith("/PF-NEW/draft")
    item = {"kind": "reflection", "title_en": "A reflection", "title_cy": "Myfyrdod", "how_many": "3", "edition": "1"}
    assert post_form(browser, f"{at}/PF-NEW/draft/items/new", item).status_code == 303
    stale = post_form(browser, f"{at}/PF-NEW/draft/items/new", item)
    assert stale.status_code == 409, "another tab has added something meanwhile"
    page = browser.get(f"{at}/PF-NEW/draft").text
    assert ("A reflection (3 of 3)" if lang == "en" else "Myfyrdod (3 o 3)") in page
    hours = {"kind": "supervision_hours", "title_en": "Hours", "title_cy": "Oriau", "edition": "2"}
    assert post_form(browser, f"{at}/PF-NEW/draft/items/new", hours).status_code == 422, "hours want minutes"
    assert post_form(browser, f"{at}/PF-NEW/draft/items/new", hours | {"minutes": "360"}).status_code == 303
    assert (
        post_form(
            browser, f"{at}/PF-NEW/draft/items/4/move", {"edition": "3", "by": "-1"}, f"{at}/PF-NEW/draft"
        ).status_code
        == 303
    )
    assert (
        post_form(browser, f"{at}/PF-NEW/draft/items/1/remove", {"edition": "4"}, f"{at}/PF-NEW/draft").status_code
        == 303
    )
    assert queries.newest_template("PF-NEW") is None, "a draft opens no portfolio"
    assert post_form(browser, f"{at}/PF-NEW/draft/publish", {"edition": "5"}).status_code == 303
    made = queries.newest_template("PF-NEW")
    assert made is not None
    assert [(each.position, str(each.kind), each.minutes) for each in made.items] == [
        (1, "reflection", None), (2, "supervision_hours", 360), (3, "reflection", None),
    ]  # fmt: skip
    assert browser.get(f"{at}/PF-NEW").status_code == 200
    assert browser.get(f"{at}/PF-NEW/draft").status_code == 404


def test_who_may_write_and_who_may_publish(app: Flask, signed_in: Any) -> None:
    made = make_template()
    author, organiser = signed_in(editor(Role.AUTHOR)), signed_in(editor(Role.ORGANISER))
    learner, stranger = signed_in(make_person()), app.test_client()
    for page in ("", "/new", "/PF-NEW"):
        url = f"/en/manage/portfolios{page}"
        answers = [each.get(url).status_code for each in (author, organiser, learner, stranger)]
        assert answers == [200, 403, 403, 303], page
    assert (
        post_form(author, "/en/manage/portfolios/PF-NEW/revise", {}, "/en/manage/portfolios/PF-NEW").status_code == 303
    )
    draft = db.session.scalars(select(PortfolioTemplate).where(PortfolioTemplate.published_at.is_(None))).one()
    assert draft.number == made.number + 1
    publish = {"edition": str(draft.edition)}
    assert post_form(author, "/en/manage/portfolios/PF-NEW/draft/publish", publish).status_code == 403
    with pytest.raises(Forbidden), transaction():
        templates.begin(actor_of(make_person()), "PF-OTHER", TITLE, SupervisionRule.PROFESSIONAL)


def test_portfolios_in_progress_keep_their_version(app: Flask) -> None:
    first = make_template()
    before = make_portfolio(template="PF-NEW")
    with transaction():
        draft = templates.revise(Actor.system(), "PF-NEW")
        assert templates.revise(Actor.system(), "PF-NEW").id == draft.id, "one draft, whoever asks"
        templates.add_items(Actor.system(), draft.id, draft.edition, CHOICE)
        second = templates.publish(Actor.system(), draft.id, draft.edition)
    after = make_portfolio(template="PF-NEW")
    assert (before.template_id, after.template_id) == (first.id, second.id)
    assert (len(before.items), len(after.items)) == (1, 2)


def test_what_is_published_is_not_changed(app: Flask) -> None:
    made = make_template()
    with pytest.raises(errors.TemplatePublished), transaction():
        templates.add_items(Actor.system(), made.id, made.edition, CHOICE)
    for statement in (update(PortfolioTemplate).values(optional_needed=9), update(TemplateItem).values(optional=True)):
        with pytest.raises(IntegrityError, match="not changed"), transaction():
            db.session.execute(statement)


def test_what_is_missing_is_said_before_publishing(app: Flask) -> None:
    with transaction():
        draft = templates.begin(Actor.system(), "PF-NEW", TITLE, SupervisionRule.GROUP_OR_INDIVIDUAL)
    assert set(templates.missing(draft)) == {"items"}
    with transaction():
        templates.add_items(Actor.system(), draft.id, draft.edition, CHOICE)
    assert set(templates.missing(draft)) == {"optional"}
    with pytest.raises(errors.TemplateIncomplete), transaction():
        templates.publish(Actor.system(), draft.id, draft.edition)
    with pytest.raises(StaleEdit), transaction():
        templates.add_items(Actor.system(), draft.id, 1, CHOICE)
    with pytest.raises(errors.TemplateCodeTaken), transaction():
        templates.begin(Actor.system(), "PF-NEW", TITLE, SupervisionRule.PROFESSIONAL)


def test_a_file_that_was_loaded_does_not_come_back_over_an_edit(app: Flask) -> None:
    with transaction():
        draft = templates.revise(Actor.system(), "PF-PIMH")
        draft.title = TITLE
        templates.publish(Actor.system(), draft.id, draft.edition)
        load_reference(Actor.system())
    newest = queries.newest_template("PF-PIMH")
    assert newest is not None
    assert (newest.number, newest.title) == (2, TITLE)


def test_optional_items_count_as_far_as_they_are_wanted(app: Flask) -> None:
    make_template(REFLECTION, CHOICE, CHOICE, optional_needed=1)
    pair = a_pair("PF-NEW")
    learner = actor_of(pair.learner)

    def progress() -> tuple[int, int]:
        counted = queries.progress(pair.portfolio)
        return counted.accepted, counted.of

    assert progress() == (0, 2)
    decide(submit(pair.items[0]), pair.supervisor)
    with pytest.raises(errors.OptionalMissing), transaction():
        whole.submit(learner, pair.portfolio.id, declared=True)
    decide(submit(pair.items[2]), pair.supervisor)
    write(pair.items[1], "A draft that stays mine.")
    assert progress() == (2, 2)
    with transaction():
        assert whole.submit(learner, pair.portfolio.id, declared=True).state == "submitted"


def test_an_item_for_individual_supervision_alone_is_not_signed_from_a_group(app: Flask) -> None:
    alone = Asked(EvidenceKind.ACTIVITY, Bilingual("Alone", "Ar eich pen eich hun"), individual_only=True)
    make_template(alone)
    pair = a_pair("PF-NEW")
    item = submit(pair.items[0])
    with pytest.raises(errors.SupervisedAlone) as told:
        decide(item, pair.supervisor)
    assert list(told.value.fields) == ["individually_supervised"]
    before = rules.Evidence("activity", "accepted", individual_only=True)  # accepted before the rule held
    with pytest.raises(errors.IndividualItemMissing):
        rules.may_be_signed([before], "group_or_individual")
    accepted = decide(item, pair.supervisor, individually_supervised=True)
    rules.may_be_signed([evidence.as_evidence(accepted)], "group_or_individual")
    assert queries.several_for(pair.supervisor.id, 10) == []


def test_what_is_not_for_groups_is_so_item_by_item(app: Flask, signed_in: Any) -> None:
    titles = [Bilingual(each, each) for each in ("Alone", "Together")]
    make_template(
        Asked(EvidenceKind.ACTIVITY, titles[0], individual_only=True), Asked(EvidenceKind.ACTIVITY, titles[1])
    )
    pair = a_pair("PF-NEW")
    alone, together = [submit(each) for each in pair.items]
    assert queries.several_for(pair.supervisor.id, 10) == [together], "what is read together leaves the other out"
    with transaction():
        told = decisions.accept_several(
            actor_of(pair.supervisor), {each.id: each.edition for each in (alone, together)}
        )
    assert [type(told[alone.id]), told[together.id]] == [errors.OneByOne, None]
    assert [task.group for task in hooks.tasks_of([pair.learner.id])] == [False, True], "so with sessions of a group"
    url = f"/en/supervision/items/{alone.id}"
    answer = post_form(signed_in(pair.supervisor), url, {"edition": alone.edition, "outcome": "accepted"})
    assert answer.status_code == 422
    assert "Confirm that you looked at this individually: it is not for groups" in answer.text
    form = {"edition": alone.edition, "outcome": "accepted", "individually_supervised": "true"}
    assert post_form(signed_in(pair.supervisor), url, form).status_code == 303
