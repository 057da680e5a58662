"""The catalogue's pure decisions: alphabets, mutations, facets, conditions in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.catalogue import loading
from courses.catalogue.rules import conditions, content, search, sorting
from courses.catalogue.rules.search import Offer
from lms.core.ids import new_id
from lms.core.language import Bilingual


def test_a_welsh_list_follows_the_welsh_alphabet() -> None:
    words = [
        "Theatr",
        "Tŷ",
        "Chwarae",
        "Cwrs",
        "Dydd",
        "Ddoe",
        "Rhiant",
        "Risg",
        "Ysgol",
        "Llais",
        "Lwc",
        "Phobl",
        "Plant",
        "Ffiseg",
        "Fory",
        "Ngwaith",
        "Gwaith",
        "Hyder",
        "Âpsaf",
        "Adran 12",
        "Adran 2",
    ]
    assert sorted(words, key=sorting.welsh_key) == [
        "Adran 12",
        "Adran 2",
        "Âpsaf",
        "Cwrs",
        "Chwarae",
        "Dydd",
        "Ddoe",
        "Fory",
        "Ffiseg",
        "Gwaith",
        "Ngwaith",
        "Hyder",
        "Lwc",
        "Llais",
        "Plant",
        "Phobl",
        "Risg",
        "Rhiant",
        "Tŷ",
        "Theatr",
        "Ysgol",
    ]


def test_an_english_list_does_not() -> None:
    assert sorted(["Lwc", "Llais", "Éclair", "Dance"], key=sorting.english_key) == ["Dance", "Éclair", "Llais", "Lwc"]


@given(st.text())
def test_every_text_has_a_place_in_both_alphabets(text: str) -> None:
    assert sorting.welsh_key(text) == sorting.welsh_key(text)
    assert sorting.english_key(text) <= sorting.english_key(text)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("goruchwylio", "oruchwylio"),
        ("oruchwylydd", "goruchwylydd"),
        ("babanod", "fabanod"),
        ("fabanod", "babanod"),
        ("plant", "phlant"),
        ("teulu", "theulu"),
        ("cwrs", "chwrs"),
        ("diogelu", "ddiogelu"),
        ("meddwl", "feddwl"),
        ("rhiant", "riant"),
        ("llesiant", "lesiant"),
        ("theuluoedd", "deuluoedd"),
        ("gwaith", "ngwaith"),
    ],
)
def test_a_mutated_word_finds_the_others(typed: str, written: str) -> None:
    assert written in search.mutations(typed)


def test_short_words_and_letters_that_only_look_mutated_stay() -> None:
    assert search.mutations("tŷ") == {"tŷ"}
    assert "hwarae" not in search.mutations("chwarae")


@given(st.text(max_size=300))
def test_whatever_is_typed_gives_a_query_of_quoted_words(text: str) -> None:
    found = search.words(text)
    assert len(found) <= search.MOST_WORDS
    for query in (search.tsquery(found), search.welsh_tsquery(found), search.tsquery(found, only="A")):
        assert "''" not in query
        assert query.count("'") % 2 == 0
    prefix = search.code_prefix(text)
    assert prefix is None or not set(prefix) & set("%_\\'")


offers = st.builds(
    Offer,
    version_id=st.builds(new_id),
    code=st.text(min_size=1, max_size=5),
    title=st.just(Bilingual("a", "b")),
    format=st.sampled_from("xyz"),
    topic=st.sampled_from("pqr"),
    sectors=st.lists(st.sampled_from("abc"), unique=True).map(tuple),
    languages=st.lists(st.sampled_from(["en", "cy"]), unique=True).map(tuple),
    levels=st.lists(st.sampled_from(["F:1", "F:2"]), unique=True).map(tuple),
    position=st.integers(0, 9),
    open_to_me=st.booleans(),
)
choices = st.fixed_dictionaries(
    {},
    optional={
        "format": st.frozensets(st.sampled_from("xyz")),
        "topic": st.frozensets(st.sampled_from("pqr")),
        "sector": st.frozensets(st.sampled_from("abc")),
        "level": st.frozensets(st.sampled_from(["F:1", "F:2"])),
        "language": st.frozensets(st.sampled_from(["en", "cy"])),
        "open": st.frozensets(st.just("me")),
    },
)


@given(st.lists(offers, max_size=12), choices)
def test_a_facets_count_is_what_choosing_it_alone_would_give(
    listed: list[Offer], chosen: dict[str, frozenset[str]]
) -> None:
    found, counts = search.refine(listed, chosen)
    for facet in search.FACETS:
        for value in {value for offer in listed for value in offer.values(facet)}:
            alone, _ = search.refine(listed, chosen | {facet: frozenset({value})})
            assert counts[facet][value] == len(alone), (facet, value)
    assert [offer for offer in listed if offer in found] == found


def test_every_condition_in_the_catalogue_is_in_words() -> None:
    seen = set()
    for given_course in loading._read("catalogue")["courses"]:
        if (eligibility := given_course["eligibility"]) != "open":
            assert conditions.faults(eligibility) == []
            _any_of, words = conditions.in_words(eligibility, {})
            assert all(each.text and "_" not in each.text for each in words)
            assert conditions.from_lines(conditions.as_lines(eligibility), any_of="any" in eligibility) == eligibility
            seen |= {name for each in next(iter(eligibility.values())) for name in each}
    assert seen == conditions.KINDS.keys()


def test_several_roles_of_which_one_is_enough_are_one_sentence() -> None:
    names = {("role", "rmn"): Bilingual("Mental health nurse", "Nyrs iechyd meddwl")}
    any_of, words = conditions.in_words({"any": [{"role": "rmn"}, {"role": "amhp"}]}, names)
    assert not any_of
    assert [name.en for name in words[0].names] == ["Mental health nurse", "amhp"]


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        {"all": []},
        {"all": [{"grade": 7}]},
        {"some": [{"manager_support": True}]},
        {"all": [{"manager_support": 1}]},
        {"all": [{"years_in_practice_min": "two"}]},
        {"all": [{"setting_in": []}]},
        {"all": [{"register": "'; --"}]},
        "open",
        {"all": [{"framework_level_min": "enhanced"}]},
        {"all": [{"a": 1, "b": 2}]},
        {"all": [{"role": "x"}], "any": []},
    ],
)
def test_a_condition_that_we_do_not_understand_is_named(wrong: object) -> None:
    assert conditions.faults(wrong)


def test_nothing_is_complete_in_one_language() -> None:
    draft = content.Content(
        title=Bilingual("Title", ""),
        summary=Bilingual("", "Crynodeb"),
        note=Bilingual("Only English", ""),
        format_code="elearning",
        topic_code="camhs",
        minutes=0,
        capacity_rule="session",
        certificate_kind="none",
        languages=(),
        sectors=(),
    )
    assert set(content.missing(draft)) == {
        "title_cy",
        "summary_en",
        "note_cy",
        "minutes",
        "languages",
        "sectors",
        "seats",
    }
