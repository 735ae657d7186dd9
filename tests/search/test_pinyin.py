import pytest
from hypothesis import given
from hypothesis import strategies as st

from search import analysis, pinyin
from search.engine import Query, SearchEngine
from tests.search.conftest import MakeDocument, mark


@pytest.mark.parametrize(
    ("letters", "first"),
    [
        ("cuncuntong", ("cun", "cun", "tong")),
        ("dibao", ("di", "bao")),
        ("xian", ("xian",)),
        ("nvxing", ("nv", "xing")),
        ("jvmin", ("ju", "min")),
        ("zhongguo", ("zhong", "guo")),
    ],
)
def test_letters_are_cut_into_syllables(letters: str, first: tuple[str, ...]) -> None:
    assert next(pinyin.splits(letters)) == first


def test_all_ways_of_cutting_are_tried() -> None:
    assert set(pinyin.splits("xian")) == {("xian",), ("xi", "an")}


@pytest.mark.parametrize("letters", ["cct", "road", "", "5g", "v"])
def test_what_is_no_pinyin_is_not_cut(letters: str) -> None:
    assert list(pinyin.splits(letters)) == []


def test_the_last_syllable_may_be_unfinished_while_typing() -> None:
    assert list(pinyin.splits("cunt")) == []
    assert ("cun", "t") in set(pinyin.splits("cunt", is_open=True))


@given(st.text("aeiongxz", max_size=60))
def test_cutting_stops_after_a_few_ways_and_loses_no_letter(letters: str) -> None:
    found = list(pinyin.splits(letters))
    assert len(found) <= pinyin.MAX_READINGS
    assert not found or len(letters) <= pinyin.MAX_LETTERS
    assert {len("".join(syllables)) for syllables in found} <= {len(letters)}


def test_the_table_knows_common_characters_with_both_readings() -> None:
    assert pinyin.readings("村") == ("cun",)
    assert set(pinyin.readings("重")) == {"zhong", "chong"}
    known = sum(bool(pinyin.readings(character)) for character in map(chr, range(0x4E00, 0xA000)))
    assert known == 6_763 - 1  # 嗯 has no vowel


@pytest.mark.parametrize("typed", ["cuncuntong", "CunCun", "cct", "nongcungonglu", "ncgl", "nong cun gonglu"])
def test_titles_are_found_by_pinyin_and_initials(engine: SearchEngine, document: MakeDocument, typed: str) -> None:
    engine.apply([document("农村公路村村通工程"), document("城乡供水")], [], mark(1))
    results = engine.search(Query(typed))
    assert [hit.document.title for hit in results.hits] == ["农村公路村村通工程"]
    marked = "".join(passage.text for passage in results.hits[0].title if passage.is_match)
    assert marked
    assert marked in "农村公路村村通"


def test_places_agencies_and_traditional_titles_are_read_too(engine: SearchEngine, document: MakeDocument) -> None:
    engine.apply(
        [document("供水", place_name="重庆市万州区", agency_name="县水利局"), document("農村電網")], [], mark(1)
    )
    for typed, title in [("wanzhou", "供水"), ("chongqing", "供水"), ("slj", "供水"), ("nongcun", "農村電網")]:
        assert [hit.document.title for hit in engine.search(Query(typed)).hits] == [title]


def test_a_latin_word_that_exists_is_not_taken_for_pinyin(engine: SearchEngine, document: MakeDocument) -> None:
    engine.apply([document("Dibao payments"), document("低保")], [], mark(1))
    assert engine.search(Query("dibao")).total == 1


def test_homophones_match_by_sound_only() -> None:
    pattern = pinyin.homophone_pattern("低宝")
    assert pattern.fullmatch("低保")
    assert not pattern.fullmatch("底薪")
    assert pinyin.homophone_tokens("低宝") == [{"di'bao"}]
    assert analysis.fold("低") == "低"
