"""A new version as a difference that people can read."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frameworks.rules.content import Content, DomainSaid, LevelSaid, RequirementSaid, StatementSaid, digest, lacking
from frameworks.rules.differing import ChangeKind, changes, difference, words
from lms.core.language import Bilingual

BOTH = Bilingual("Says", "Dweud")


unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault


def said(key: str, came_from: str | None = None, **given) -> StatementSaid:
    return StatementSaid(
        **{"key": key, "code": key, "wording": BOTH, "level": "skilled", "came_from": came_from} | given
    )


def copied(*keys: str) -> list[StatementSaid]:
    return [said(f"{key}2", key) for key in keys]


OLD = [said(key) for key in "abcd"]


def test_a_copy_has_no_changes() -> None:
    assert changes(OLD, copied(*"abcd")) == []


def test_each_kind_of_change_is_named() -> None:
    new = copied(*"abc")
    new[0] = replace(new[0], wording=Bilingual("Says more", "Dweud mwy"))
    new[1] = replace(new[1], level="enhanced")
    new[2] = replace(new[2], domain="D2")
    new.append(said("e"))
    found = {(change.old or change.new).key: change.kinds for change in changes(OLD, new)}
    assert found == {
        "a": {ChangeKind.REWORDED}, "b": {ChangeKind.LEVEL_CHANGED}, "c": {ChangeKind.MOVED}, "e": {ChangeKind.ADDED},
        "d": {ChangeKind.REMOVED},
    }  # fmt: skip


def test_only_what_was_moved_is_said_to_have_moved() -> None:
    found = changes(OLD, copied(*"dabc"))
    assert [(change.new.came_from, change.kinds) for change in found] == [("d", {ChangeKind.MOVED})]


@unhurried
@given(old=st.text("ab c.", max_size=40), new=st.text("ab c.", max_size=40))
def test_words_put_together_give_both_texts(old: str, new: str) -> None:
    found = words(old, new)
    assert "".join(word.text for word in found if word.change != "added") == old
    assert "".join(word.text for word in found if word.change != "removed") == new


@unhurried
@given(order=st.permutations("abcdef"))
def test_moved_are_as_few_as_explain_the_order(order) -> None:
    old = [said(key) for key in "abcdef"]
    moved = {change.new.came_from for change in changes(old, copied(*order))}
    staying = [key for key in order if key not in moved]
    assert staying == sorted(staying)


def content(**given) -> Content:
    return Content(**{
        "title": BOTH, "short_title": BOTH, "owner": BOTH, "note": Bilingual("", ""),
        "levels": [LevelSaid("skilled", 1, BOTH, BOTH)], "domains": [DomainSaid("D1", BOTH)], "statements": OLD,
        "requirements": [RequirementSaid({"role": "midwife"}, "skilled")],
    } | given)  # fmt: skip


def test_levels_domains_requirements_and_titles_are_compared_too() -> None:
    new = content(
        title=Bilingual("Says it", "Dweud"), domains=[DomainSaid("D2", BOTH)],
        requirements=[RequirementSaid({"role": "midwife"}, "enhanced"), RequirementSaid({"role": "gp"}, "skilled", "D2")],
        statements=copied(*"abcd"),
    )  # fmt: skip
    found = difference(content(), new)
    assert [name for name, _old, _new in found.texts] == ["title"]
    assert [(each.old and each.old.code, each.new and each.new.code) for each in found.domains] == [
        (None, "D2"),
        ("D1", None),
    ]
    assert [(each.old and each.old.level, each.new.level) for each in found.requirements] == [
        ("skilled", "enhanced"), (None, "skilled"),
    ]  # fmt: skip
    assert not found.empty
    assert difference(content(), content(statements=copied(*"abcd"))).empty


def test_a_digest_is_of_every_word_order_and_carry() -> None:
    first = content()
    assert digest(first) == digest(content())
    for other in (
        content(statements=[*reversed(OLD)]),
        content(note=Bilingual("a", "b")),
        content(requirements=[]),
        content(mapping=[("a", "b", "same")]),
    ):
        assert digest(other) != digest(first)


def test_what_lacks_a_language_is_listed_by_name() -> None:
    found = lacking(
        content(
            note=Bilingual("Only English", " "), statements=[said("a", wording=Bilingual("x", ""))],
            levels=[LevelSaid("skilled", 1, Bilingual("", "x"), BOTH)],
        )
    )  # fmt: skip
    assert [(each.part, each.code, each.what, each.language) for each in found] == [
        ("version", "", "note", "cy"), ("level", "skilled", "title", "en"), ("statement", "a", "wording", "cy"),
    ]  # fmt: skip
    assert lacking(content()) == []
