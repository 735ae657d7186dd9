import datetime as dt
import random

import opencc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minsheng.outbox import RecordKind
from search import analysis
from search.engine import MAX_REACH, PAGE_BREAK, Document, Facet, Key, Query, Results, SearchEngine, Sort
from search.whoosh_engine import WhooshEngine
from tests.search.conftest import MakeDocument, mark

TITLES = [
    "农村公路“村村通”22.5公里硬化工程",
    "示例县三门峡村至青石桥道路（G318连接线）",
    "城乡居民基本养老保险1,200万元补助",
    "2026年新改建公厕12座，厕所革命示范镇2个",
    "老旧小区改造：东风路3号院5G基站",
    "Rural roads and 2 schools",
]


def titles(results: Results) -> list[str]:
    return [hit.document.title for hit in results.hits]


def marked(results: Results) -> list[str]:
    return [passage.text for passage in results.hits[0].title if passage.is_match]


@pytest.fixture(scope="module")
def titled(tmp_path_factory: pytest.TempPathFactory) -> WhooshEngine:
    engine = WhooshEngine(tmp_path_factory.mktemp("index"))
    documents = [
        Document(RecordKind.PROJECT, number, str(number), title, text=f"第{number}号记录")
        for number, title in enumerate(TITLES, start=1)
    ]
    engine.rebuild(documents, mark(1))
    return engine


PIECES = sorted(
    {
        (title, start, end)
        for title in TITLES
        for start in range(len(title))
        for end in range(start + 2, len(title) + 1)
        if sum(character.isalnum() for character in title[start:end]) >= 2
    }
)


def cuts_a_word(title: str, start: int, end: int) -> bool:
    """Whether a Latin word or number of the title lies only partly in the piece."""
    return any(
        run.nature != "han" and (run.start < start < run.end or run.start < end < run.end)
        for run in analysis.runs(analysis.fold(title))
    )


@given(st.sampled_from(PIECES))
@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_piece_of_a_title_finds_it(titled: WhooshEngine, piece: tuple[str, int, int]) -> None:
    title, start, end = piece
    found = titles(titled.search(Query(title[start:end])))
    if cuts_a_word(title, start, end):
        assert found  # "2.5" of 22.5 finds something; whole words and numbers that read so come first
    else:
        assert title in found


@given(st.text(max_size=80))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_query_is_answered(titled: WhooshEngine, typed: str) -> None:
    results = titled.search(Query(typed, counted=tuple(Facet)))
    assert 0 <= len(results.hits) <= results.total <= len(TITLES)
    for hit in results.hits:
        assert "".join(passage.text for passage in hit.title) == hit.document.title


@pytest.mark.parametrize("variant", ["s2t", "s2tw", "s2hk"])
def test_traditional_finds_simplified_and_is_highlighted_in_the_original(titled: WhooshEngine, variant: str) -> None:
    results = titled.search(Query(opencc.OpenCC(variant).convert("农村公路 厕所革命")[:4]))
    assert titles(results) == [TITLES[0]]
    assert marked(results) == ["农村公路"]


def test_simplified_finds_traditional(engine: SearchEngine, document: MakeDocument) -> None:
    engine.apply([document("農村公路養護"), document("城鄉供水")], [], mark(1))
    results = engine.search(Query("农村公路"))
    assert titles(results) == ["農村公路養護"]
    assert marked(results) == ["農村公路"]


def test_full_width_finds_half_width(titled: WhooshEngine) -> None:
    assert titles(titled.search(Query("Ｇ３１８"))) == [TITLES[1]]
    assert titles(titled.search(Query("１，２００万元"))) == [TITLES[2]]
    assert titles(titled.search(Query("1200万元"))) == [TITLES[2]]


def test_english_words_match_by_their_stem(titled: WhooshEngine) -> None:
    results = titled.search(Query("road school"))
    assert titles(results) == [TITLES[5]]
    assert marked(results) == ["roads", "schools"]


def test_all_words_must_hold_and_may_stand_apart(engine: SearchEngine, document: MakeDocument) -> None:
    engine.apply([document("农村公路", text="供水到户"), document("农村电网"), document("城市供水")], [], mark(1))
    assert titles(engine.search(Query("农村供水"))) == ["农村公路"]


def test_where_no_record_has_all_words_those_with_most_are_shown_and_said_so(
    engine: SearchEngine, document: MakeDocument
) -> None:
    engine.apply([document("农村公路养护"), document("农村电网"), document("幼儿园")], [], mark(1))
    results = engine.search(Query("农村 公路 火箭"))
    assert titles(results) == ["农村公路养护"]
    assert results.is_partial
    assert not engine.search(Query("农村 公路")).is_partial


def test_an_exact_phrase_must_stand_in_one_piece(engine: SearchEngine, document: MakeDocument) -> None:
    apart = document("公路村与农村公", text="农村、村公、公路")
    engine.apply([document("农村公路养护"), apart], [], mark(1))
    assert engine.search(Query("农村公路")).total == 2
    results = engine.search(Query("「农村公路」"))
    assert titles(results) == ["农村公路养护"]
    assert not results.is_estimate


def test_a_phrase_looks_past_punctuation_and_width(engine: SearchEngine, document: MakeDocument) -> None:
    engine.apply([document("农村公路（ＳＯＳ）改造"), document("公路改造")], [], mark(1))
    assert titles(engine.search(Query('"公路 sos改造"'))) == ["农村公路（ＳＯＳ）改造"]


def test_exclusion_takes_records_out(engine: SearchEngine, document: MakeDocument) -> None:
    engine.apply([document("农村公路"), document("农村公厕"), document("城市公路")], [], mark(1))
    assert titles(engine.search(Query("农村 -公厕"))) == ["农村公路"]
    assert sorted(titles(engine.search(Query("-农村")))) == ["城市公路"]


def test_a_field_limits_where_a_word_is_looked_for(engine: SearchEngine, document: MakeDocument) -> None:
    engine.apply(
        [document("水库加固", agency_name="县水利局"), document("水利局大楼", agency_name="县住建局", text="水利局")],
        [],
        mark(1),
    )
    assert titles(engine.search(Query("责任单位:水利局"))) == ["水库加固"]
    assert titles(engine.search(Query("标题：水利局"))) == ["水利局大楼"]
    assert titles(engine.search(Query("地方:示例县 -标题:大楼"))) == ["水库加固"]


def test_title_matches_come_first_the_closest_of_them_ahead(engine: SearchEngine, document: MakeDocument) -> None:
    in_text = document("道路", text="公厕三座", date=dt.date(2026, 6, 1))
    longer = document("新改建城乡公厕若干座并配套管网", date=dt.date(2026, 6, 1))
    exact = document("公厕", date=dt.date(2020, 1, 1))
    engine.apply([in_text, longer, exact], [], mark(1))
    assert titles(engine.search(Query("公厕"))) == [exact.title, longer.title, in_text.title]


def test_a_project_comes_before_the_reports_that_repeat_its_title(engine: SearchEngine, document: MakeDocument) -> None:
    report = document("公厕 2026年5月月报", kind=RecordKind.REPORT, date=dt.date(2026, 5, 31))
    project = document("公厕", date=dt.date(2025, 1, 1))
    engine.apply([report, project], [], mark(1))
    assert titles(engine.search(Query("公厕"))) == [project.title, report.title]


def test_reports_that_only_repeat_a_title_come_after_what_says_the_words_in_its_text(
    engine: SearchEngine, document: MakeDocument
) -> None:
    reports = [document(f"甲村公路 2026年{month}月月报", kind=RecordKind.REPORT) for month in (1, 2)]
    engine.apply([*reports, document("乙村桥梁", text="接上公路"), document("甲村公路")], [], mark(1))
    assert titles(engine.search(Query("公路")))[:2] == ["甲村公路", "乙村桥梁"]
    assert engine.search(Query("公路")).total == 4


def test_records_of_this_installation_come_before_compiled_ones_that_answer_as_well(
    engine: SearchEngine, document: MakeDocument
) -> None:
    archive = document("农村公路", origin="compiled", date=dt.date(2026, 9, 1))
    own = document("环湖农村公路", origin="own", date=dt.date(2025, 1, 1))
    elsewhere = document("桥梁", text="农村公路", origin="own")
    place = document("农村公路镇", kind=RecordKind.DIVISION, date=None)
    engine.apply([archive, own, elsewhere, place], [], mark(1))
    assert titles(engine.search(Query("农村公路"))) == ["农村公路镇", "环湖农村公路", "农村公路", "桥梁"]


def test_newest_first_over_all_segments(engine: SearchEngine, document: MakeDocument) -> None:
    days = [dt.date(2026, 1, 1) + dt.timedelta(days) for days in range(40)]
    random.Random(7).shuffle(days)  # noqa: S311 - a fixed order, no secret
    for number, start in enumerate(range(0, 40, 8)):
        engine.apply([document(f"公路{day}", date=day) for day in days[start : start + 8]], [], mark(number))
    for query in (Query("公路", limit=40), Query(limit=40), Query("公路", sort=Sort.NEWEST, limit=40)):
        found = [hit.document.date for hit in engine.search(query).hits]
        assert found == sorted(days, reverse=True)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (Sort.MOST_MONEY, ["丙", "甲", "乙"]),
        (Sort.LEAST_MONEY, ["甲", "丙", "乙"]),
        (Sort.MOST_PROGRESS, ["甲", "丙", "乙"]),
        (Sort.LEAST_PROGRESS, ["丙", "甲", "乙"]),
        (Sort.OLDEST, ["甲", "丙", "乙"]),
    ],
)
def test_orders_by_number_put_records_without_one_last(
    engine: SearchEngine, document: MakeDocument, sort: Sort, expected: list[str]
) -> None:
    engine.apply([document("甲", money_fen=0, progress=103.57, date=dt.date(2020, 1, 1))], [], mark(1))
    engine.apply([document("乙", date=None), document("丙", money_fen=9_000_000_000_000, progress=99.5)], [], mark(2))
    assert titles(engine.search(Query(sort=sort))) == expected


def test_facets_count_what_each_value_would_leave(engine: SearchEngine, document: MakeDocument) -> None:
    engine.apply(
        [
            document("公路甲", category="transport", year=2025),
            document("公路乙", category="transport", year=2026),
            document("公路丙", category="water", year=2026),
            document("学校", category="education", year=2026),
        ],
        [],
        mark(1),
    )
    query = Query("公路", filters={Facet.YEAR: ("2026",)}, counted=(Facet.YEAR, Facet.CATEGORY))
    results = engine.search(query)
    assert results.total == 2
    # A facet's own filter is set aside: the reader sees what the other years hold.
    assert dict(results.facets[Facet.YEAR]) == {"2026": 2, "2025": 1}
    assert dict(results.facets[Facet.CATEGORY]) == {"transport": 1, "water": 1}
    both = engine.search(Query("公路", filters={Facet.YEAR: ("2026", "2025"), Facet.CATEGORY: ("transport",)}))
    assert both.total == 2


def test_places_count_one_level_below_and_filter_with_all_below(engine: SearchEngine, document: MakeDocument) -> None:
    engine.apply(
        [
            document("甲", place_path=("990000", "990100", "990101")),
            document("乙", place_path=("990000", "990100", "990102")),
            document("丙", place_path=("990000", "990200")),
            document("丁", place_path=("980000",)),
        ],
        [],
        mark(1),
    )
    top = engine.search(Query(counted=(Facet.PLACE,)))
    assert dict(top.facets[Facet.PLACE]) == {"990000": 3, "980000": 1}
    inside = engine.search(Query(filters={Facet.PLACE: ("990100",)}, counted=(Facet.PLACE,), place_parent="990100"))
    assert sorted(titles(inside)) == ["丙", "乙", "甲"][1:]
    assert dict(inside.facets[Facet.PLACE]) == {"990101": 1, "990102": 1}


def test_snippets_show_where_the_words_meet(engine: SearchEngine, document: MakeDocument) -> None:
    text = "开工。" * 60 + "公路" + "。续" * 100 + "养护公路八公里，护栏两公里。" + "完工。" * 60
    engine.apply([document("月报", text=text)], [], mark(1))
    (hit,) = engine.search(Query("公路 护栏")).hits
    assert [passage.text for passage in hit.snippet if passage.is_match] == ["公路", "护栏"]
    assert hit.snippet[0].text == hit.snippet[-1].text == "…"
    shown = "".join(passage.text for passage in hit.snippet[1:-1])
    assert shown in text
    assert len(shown) <= 110


def test_hidden_records_and_what_depends_on_them_are_absent(engine: SearchEngine, document: MakeDocument) -> None:
    project, other = document("公路甲"), document("公路乙")
    report = document("公路甲月报", kind=RecordKind.REPORT, parent=project.key)
    engine.apply([project, other, report], [], mark(1))
    results = engine.search(Query("公路", hidden=frozenset({project.key}), counted=(Facet.KIND,)))
    assert titles(results) == ["公路乙"]
    assert dict(results.facets[Facet.KIND]) == {"project": 1}


def test_documents_are_replaced_whole_and_removed(engine: SearchEngine, document: MakeDocument) -> None:
    first, second = document("公路", record_id=901), document("公厕", record_id=902)
    engine.apply([first, second], [], mark(5))
    engine.apply([document("学校", record_id=901)], [second.key, Key(RecordKind.REPORT, 903)], mark(6))
    assert engine.search(Query("公路")).total == 0
    assert engine.search(Query("公厕")).total == 0
    assert titles(engine.search(Query("学校"))) == ["学校"]
    assert engine.held() == {first.key}
    assert engine.mark() == mark(6)


def test_a_document_comes_back_as_it_was_put_in(engine: SearchEngine, document: MakeDocument) -> None:
    full = document(
        "公路",
        text="正文",
        keywords="词",
        agency="agency-1",
        agency_name="交通局",
        programme="p",
        programme_title="清单",
        category_words="交通",
        stage="under_way",
        status="behind",
        origin="own",
        month="2026-05",
        money_fen=1,
        progress=41.7,
        is_invented=True,
        parent=Key(RecordKind.PROJECT, 5),
    )
    bare = Document(RecordKind.AGENCY, 77, "a", "局")
    engine.apply([full, bare], [], mark(1))
    assert {hit.document for hit in engine.search(Query()).hits} == {full, bare}


def test_paging_goes_through_all_and_ends(engine: SearchEngine, document: MakeDocument) -> None:
    engine.apply([document(f"公路{number}") for number in range(45)], [], mark(1))
    seen = [
        title for offset in range(0, 60, 20) for title in titles(engine.search(Query("公路", offset=offset, limit=20)))
    ]
    assert len(seen) == len(set(seen)) == 45
    assert titles(engine.search(Query("公路", offset=10**9))) == []
    assert titles(engine.search(Query("公路", offset=-5, limit=-1))) == []
    assert len(titles(engine.search(Query("公路", limit=10**9)))) == 45
    assert MAX_REACH >= 1_000


def test_a_change_that_fails_leaves_the_index_as_it_was(engine: SearchEngine, document: MakeDocument) -> None:
    engine.apply([document("公路")], [], mark(4))
    broken = document("坏", date="no date")
    with pytest.raises(Exception, match=r"no date|toordinal"):
        engine.apply([document("公厕"), broken], [], mark(5))
    assert titles(engine.search(Query())) == ["公路"]
    engine.apply([document("公厕")], [], mark(5))
    assert engine.mark() == mark(5)


def test_few_and_many_results_are_sorted_alike(engine: SearchEngine, document: MakeDocument) -> None:
    chance = random.Random(11)  # noqa: S311 - a fixed sequence, no secret
    documents = [
        document(f"记录{number}{'少见' if number % 80 == 0 else ''}", money_fen=chance.choice([None, *range(9)]))
        for number in range(400)
    ]
    engine.apply(documents[:150], [], mark(1))
    engine.apply(documents[150:], [], mark(2))
    for text in ("", "少见"):
        for sort, sign in ((Sort.MOST_MONEY, -1), (Sort.LEAST_MONEY, 1)):
            found = [hit.document.money_fen for hit in engine.search(Query(text, sort=sort, limit=100)).hits]
            chosen = [item.money_fen for item in documents if text in item.title]
            ordered = sorted(chosen, key=lambda money: (money is None, sign * (money or 0)))
            assert found == ordered[:100]


def test_monstrous_words_and_texts_are_taken(engine: SearchEngine, document: MakeDocument) -> None:
    text = "x" * 5_000 + " " + "9" * 5_000 + " " + "".join(map(chr, range(0x4E00, 0x9FA5))) + "\x01\u200b\U0001f600"
    engine.apply([document("怪", text=text)], [], mark(1))
    assert engine.search(Query("x" * 150)).total == 1
    assert engine.search(Query("9" * 70)).total == 1
    assert engine.search(Query("😀")).total == 0


def test_pages_of_a_file_are_told(engine: SearchEngine, document: MakeDocument) -> None:
    pages = PAGE_BREAK.join(["总则与说明" * 20, "", "第三页写涵洞加固", "附则"])
    engine.apply([document("批复", kind=RecordKind.DOCUMENT, text=pages, has_pages=True)], [], mark(1))
    [hit] = engine.search(Query("涵洞加固")).hits
    assert hit.page == 3
    assert any(passage.is_match for passage in hit.snippet)
    assert engine.search(Query("批复")).hits[0].page == 0


def test_a_match_far_down_a_long_file_is_shown(engine: SearchEngine, document: MakeDocument) -> None:
    text = "无关的话。" * 20_000 + "涵洞加固"
    engine.apply([document("批复", text=text)], [], mark(1))
    [hit] = engine.search(Query("涵洞加固")).hits
    assert "".join(passage.text for passage in hit.snippet if passage.is_match) == "涵洞加固"


def test_a_file_of_monstrous_variety_stops_nobody(engine: SearchEngine, document: MakeDocument) -> None:
    chance = random.Random(3)  # noqa: S311 - the same text every time, no secret
    text = "".join(chr(chance.randrange(0x4E00, 0x9FA5)) for _ in range(200_000))
    engine.apply([document("怪异的文件", text=text), document("青石桥")], [], mark(1))
    assert engine.search(Query("怪异的文件")).total == 1
    assert engine.search(Query("青石桥")).total == 1
