import pytest

from search import synonyms
from search.engine import Query
from search.query import parse
from search.synonyms import SynonymError
from search.whoosh_engine import WhooshEngine
from tests.search.conftest import MakeDocument, mark

LIST = synonyms.read(
    ["# remark", "", "村村通 = 农村公路 = 通村公路", "低保=最低生活保障", "road = 公路", "学校 > 小学 = 中学"]
)


@pytest.fixture
def widened(tmp_path_factory: pytest.TempPathFactory) -> WhooshEngine:
    folder = tmp_path_factory.mktemp("index")
    widened = WhooshEngine(folder, LIST)
    widened.rebuild([], mark(0))
    return widened


def test_every_member_of_a_set_finds_the_others(widened: WhooshEngine, document: MakeDocument) -> None:
    titles = ["村村通工程", "农村公路养护", "通村公路硬化", "城市道路"]
    widened.apply([document(title) for title in titles], [], mark(1))
    for member in ("村村通", "农村公路", "通村公路", "農村公路"):
        hits = widened.search(Query(member)).hits
        assert {hit.document.title for hit in hits} == set(titles[:3])
        assert all(any(passage.is_match for passage in hit.title) for hit in hits)


def test_a_broader_word_finds_the_narrower_ones_only(widened: WhooshEngine, document: MakeDocument) -> None:
    widened.apply([document("第一小学"), document("学校食堂")], [], mark(1))
    assert [hit.document.title for hit in widened.search(Query("学校")).hits] == ["学校食堂", "第一小学"]
    assert [hit.document.title for hit in widened.search(Query("小学")).hits] == ["第一小学"]


def test_a_member_is_known_inside_a_longer_query(widened: WhooshEngine, document: MakeDocument) -> None:
    widened.apply(
        [document("提高最低生活保障标准", place_name="示例县"), document("低保", place_name="别县")], [], mark(1)
    )
    assert [hit.document.title for hit in widened.search(Query("示例县低保标准")).hits] == ["提高最低生活保障标准"]


def test_english_words_have_synonyms_by_their_stem(widened: WhooshEngine, document: MakeDocument) -> None:
    widened.apply([document("公路养护"), document("公厕")], [], mark(1))
    assert widened.search(Query("Roads")).total == 1


@pytest.mark.parametrize("typed", ["cuncuntong", "cct", "Cuncuntong"])
def test_a_member_is_heard_in_pinyin_and_initials_even_where_only_its_synonyms_stand(
    widened: WhooshEngine, document: MakeDocument, typed: str
) -> None:
    widened.apply([document("农村公路养护"), document("城市道路")], [], mark(1))
    assert [hit.document.title for hit in widened.search(Query(typed)).hits] == ["农村公路养护"]


def test_a_phrase_is_taken_at_its_word(widened: WhooshEngine, document: MakeDocument) -> None:
    widened.apply([document("村村通工程"), document("农村公路养护")], [], mark(1))
    assert widened.search(Query("“村村通”")).total == 1


@pytest.mark.parametrize(
    "line", ["低保", "低保 = ", "低保 = 最低 生活", "= =", "5G基站 = 基站", "> 学校", "学校 >", "甲 > 乙 > 丙"]
)
def test_a_line_that_cannot_be_used_is_named(line: str) -> None:
    with pytest.raises(SynonymError, match="line 2"):
        synonyms.read(["# remark", line])


def test_the_list_that_comes_with_the_program_can_be_used() -> None:
    shipped = synonyms.load()
    assert "农村公路" in shipped.of("村村通")
    assert len(parse("村村通", shipped).groups[0].alternatives) == 3
