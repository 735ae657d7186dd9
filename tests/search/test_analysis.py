import opencc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search import analysis

TITLES = [
    "农村公路“村村通”工程",
    "城乡居民基本养老保险",
    "发展学前教育，新建幼儿园三所",
    "改造干净整洁的卫生院后面的台阶",
    "著名景点周边复绿，征收补偿，余款发还",
    "面粉、制造、批准、关系、里程、钟表、沖洗、裹包",
]


@given(st.text())
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(analysis.fold(text)) == len(text)


@given(st.text(max_size=200))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = analysis.fold(text)
    assert analysis.tokens(once) == analysis.tokens(text)


@pytest.mark.parametrize("variant", ["s2t", "s2tw", "s2hk"])
@pytest.mark.parametrize("title", TITLES)
def test_traditional_and_simplified_share_all_tokens(variant: str, title: str) -> None:
    traditional = opencc.OpenCC(variant).convert(title)
    assert analysis.tokens(traditional) == analysis.tokens(title)


def test_simplified_characters_are_left_as_the_dictionary_knows_them() -> None:
    assert analysis.fold("什么时候发低保") == "什么时候发低保"


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Ｇ３１８", "g318"),
        ("（一）", "(一)"),
        ("é", "e"),
        ("İ", "i"),
        ("①", "1"),
        ("\u3000", " "),
        ("\ud800", "\ud800"),
    ],
)
def test_width_case_and_accents_fold(typed: str, folded: str) -> None:
    assert analysis.fold(typed) == folded


def test_chinese_is_indexed_by_pairs_and_the_last_character_of_a_run() -> None:
    assert analysis.tokens("三门峡村") == {"三门", "门峡", "峡村", "村"}


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("22.5公里", {"22.5", "公里", "里"}),
        ("1,200万元", {"1200", "万元", "元"}),
        ("１２００.50", {"1200.5"}),
        ("12,34", {"12", "34"}),
        ("G318", {"g318", "318"}),
        ("2018-05", {"2018", "05"}),
        ("Roads and cities", {"roads", "road", "and", "cities", "citi"}),
        ("，。！", set()),
    ],
)
def test_numbers_units_and_words(text: str, tokens: set[str]) -> None:
    assert analysis.tokens(text) == tokens


def test_parts_cover_every_piece_of_a_number() -> None:
    assert analysis.part_tokens("22.5公里") == {"22", "2.", ".5", "5"}


@given(st.text())
@settings(max_examples=200)
def test_runs_lie_where_they_say(text: str) -> None:
    folded = analysis.fold(text)
    for run in analysis.runs(folded):
        assert folded[run.start : run.end] == run.text


def test_version_depends_on_the_folding_table(monkeypatch: pytest.MonkeyPatch) -> None:
    before = analysis.version()
    assert before == analysis.version()
    monkeypatch.setattr(analysis, "_FOLDING", {ord("A"): "b"})
    assert analysis.version() != before
