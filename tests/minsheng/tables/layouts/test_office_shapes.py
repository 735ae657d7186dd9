"""Forms, English headings, sections of towns, units in rows of their own, and headings that no list holds."""

import pytest

from minsheng.tables.meanings import Meaning, guess
from tests.minsheng.tables.layouts.making import Item, check, entries, fen, sheet, tables


def test_a_form_with_its_labels_in_two_columns() -> None:
    made = sheet(
        """
例河县2026年民生实事项目进度表
项目名称|县二小扩建|责任单位|县教育局
总投资（万元）|3200|年度计划投资（万元）|1800
累计完成投资（万元）|905.5|形象进度|主体二层
开工时间|2026年3月|计划竣工时间|2026年12月
存在问题|征地未完成||
""",
        ["A1:D1", "B6:D6"],
    )
    money = {"total": fen("3200"), "planned": fen("1800"), "completed": fen("905.5")}
    words = {"agency": "县教育局", "work": "主体二层", "difficulties": "征地未完成"}
    check(entries(made), [Item("县二小扩建", money=money, start="2026-03-01", finish="2026-12-31", words=words)])
    (table,) = tables(made)
    column = next(one.index for one in table.columns if one.meaning is Meaning.COMPLETED)
    assert table.grid.in_file(table.entries[0].row, column) == (3, 1)


def test_several_forms_below_each_other() -> None:
    card = "项目名称：|{}|主管部门：|教育局\n总投资：|{}|累计完成投资：|300万元\n形象进度：|25%|存在问题：|无\n"
    made = sheet("项目进度卡\n" + card.format("甲校扩建", "1200万元") + card.format("乙校扩建", "0.08亿元"))
    check(
        entries(made),
        [
            Item("甲校扩建", progress="25", money={"total": fen("1200"), "completed": fen("300")}),
            Item("乙校扩建", progress="25", money={"total": fen("800"), "completed": fen("300")}),
        ],
    )


def test_a_table_whose_headings_are_partly_unknown_is_no_form() -> None:
    made = sheet("实事名称|甲某|联系电话|乙某|存在问题|计划投资（亿元）\n实事|a|1|b|无|1.5\n实事二|a|1|b|无|2")
    assert [entry.title for entry in entries(made)] == ["实事", "实事二"]


def test_english_headings() -> None:
    made = sheet("""
Livelihood Projects Progress
No.|Project name|Annual target|Unit|Completed to date|Completion rate|Total investment (10,000 yuan)|Responsible agency
1|Rural road upgrade|60|km|31.5|52.5%|4800|Transport Bureau
|Total|60||31.5||4800|
""")
    item = Item("Rural road upgrade", unit="公里", target="60", done="31.5", rate="52.5", money={"total": fen("4800")})
    check(entries(made), [item])


def test_towns_over_their_projects_are_their_places() -> None:
    made = sheet("""
项目名称|计划投资（万元）|完成投资（万元）|形象进度
石桥镇|||
赵庄供水|120|60|管道铺设
河东乡|||
王庄供水|95.5|10|开工
""")
    check(
        [entry for entry in entries(made) if entry.has_figures],
        [
            Item("赵庄供水", place="石桥镇", money={"planned": fen("120"), "completed": fen("60")}),
            Item("王庄供水", place="河东乡", money={"planned": fen("95.5"), "completed": fen("10")}),
        ],
    )


def test_columns_of_towns_on_their_side() -> None:
    made = sheet("项目名称|石桥镇|河东乡|合计\n改厕任务（户）|100|200|300\n改厕完成（户）|80|70|150")
    check(
        entries(made),
        [
            Item(place="石桥镇", name="改厕", unit="户", target="100", done="80"),
            Item(place="河东乡", name="改厕", unit="户", target="200", done="70"),
        ],
    )


@pytest.mark.parametrize("units", ["|户|户|万元", "单位|户|户|万元", "|（单位：户）|（单位：户）|（万元）"])
def test_units_in_a_row_of_their_own(units: str) -> None:
    made = sheet(f"项目名称|目标|完成|完成投资\n{units}\n甲|120|60|35.5")
    check(entries(made), [Item("甲", unit="户", target="120", done="60", money={"completed": fen("35.5")})])


def test_the_finer_of_two_names_under_one_heading() -> None:
    made = sheet(
        "序号|项目名称||目标（个）|完成（个）\n1|教育|建幼儿园|3|1\n2||建小学|2|2\n3|卫生|卫生室|10|4",
        ["B1:C1", "B2:B3"],
    )
    check(
        entries(made),
        [
            Item("建幼儿园", target="3", done="1"),
            Item("建小学", target="2", done="2"),
            Item("卫生室", target="10", done="4"),
        ],
    )


def test_the_day_of_filling_in_is_not_the_month() -> None:
    made = sheet("2026年民生实事进展\n填报日期：2026年7月5日\n项目|目标（个）|截至6月底完成（个）\n甲|12|8")
    assert tables(made)[0].month == "2026-06"


_HEADINGS = {
    "agency": "项目法人 责任(牵头)单位 项目法人单位",
    "place": "所属乡镇 项目所在乡镇 村",
    "start": "动工时间 实际开工时间 拟开工日期",
    "finish": "预计竣工日期 实际竣工时间 项目投用时间",
    "next_step": "下步工作安排 下阶段工作计划 下月计划完成",
    "stage": "开工（是/否） 是否竣工",
    "leader": "挂联领导 项目负责人",
    "ignored": "资金构成 项目编码 尚需投资 欠拨资金 应拨未拨（万元） 未支付金额 其中：中央资金（万元） 排位",
    "total": "投资规模 投资总规模 总投资概算 计划总投资",
    "planned": "年度投资计划 本年计划投资 年内计划完成投资 预算数（万元）",
    "completed": "累计完成投资 1-6月完成投资 截至目前完成投资",
    "arrived": "到位资金 资金到位 累计到位资金",
    "disbursed": "拨付资金 已支付资金 支付金额",
    "spent": "累计支出 资金支出 预算执行数",
    "money_rate": "支付进度 支出进度 投资进度 资金到位率 预算执行率",
}


@pytest.mark.parametrize(
    ("heading", "meaning"), [(word, meaning) for meaning, words in _HEADINGS.items() for word in words.split()]
)
def test_headings_of_offices(heading: str, meaning: str) -> None:
    guessed = guess([heading])
    assert guessed is not None
    assert (guessed.meaning, guessed.is_certain or guessed.meaning is Meaning.IGNORED) == (Meaning(meaning), True)


def test_towns_under_a_heading_that_may_mean_offices_and_targets_named_like_one() -> None:
    made = sheet("单位|养老服务站（处）||危房改造（户）|\n|目标|完成|目标|完成\n石桥镇|12|5|8|8\n东城街道|7|7|3|1")
    check(
        entries(made),
        [
            Item(place="石桥镇", name="养老服务站", unit="处", target="12", done="5"),
            Item(place="石桥镇", name="危房改造", unit="户", target="8", done="8"),
            Item(place="东城街道", name="养老服务站", unit="处", target="7", done="7"),
            Item(place="东城街道", name="危房改造", unit="户", target="3", done="1"),
        ],
    )


def test_indicators_that_are_shares_beside_others_that_are_counts() -> None:
    made = sheet(
        "指标|年度指标值|实际完成值|完成率\n改造户数|≥1200户|1200户|100%\n新建泵站|≥8座|6座|75%\n验收合格率|100%|98%|98%"
    )
    check(
        entries(made)[:2],
        [
            Item("改造户数", unit="户", target="1200", done="1200", rate="100"),
            Item("新建泵站", unit="座", target="8", done="6", rate="75"),
        ],
    )
