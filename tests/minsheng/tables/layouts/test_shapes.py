"""Tables turned, split, stacked and put side by side; what is hidden, repeated, summed up or written beneath."""

from tests.minsheng.tables.layouts.making import ANY, Item, check, entries, fen, sheet, tables


def test_targets_broken_down_to_townships() -> None:
    made = sheet("""
2026年民生实事目标任务分解表
乡镇|农村公路（公里）|户厕改造（户）|技能培训（人次）|养老床位（张）
全县|50|1200|3000|80
城关镇|10|200|1000|30
石桥镇|22.5|400|1200|—
柳河乡|17.5|600|800|50
""")
    check(
        entries(made),
        [
            Item(place="城关镇", name="农村公路", unit="公里", target="10"),
            Item(place="城关镇", name="户厕改造", unit="户", target="200"),
            Item(place="城关镇", name="技能培训", unit="人次", target="1000"),
            Item(place="城关镇", name="养老床位", unit="张", target="30"),
            Item(place="石桥镇", name="农村公路", unit="公里", target="22.5"),
            Item(place="石桥镇", name="户厕改造", unit="户", target="400"),
            Item(place="石桥镇", name="技能培训", unit="人次", target="1200"),
            Item(place="柳河乡", name="农村公路", unit="公里", target="17.5"),
            Item(place="柳河乡", name="户厕改造", unit="户", target="600"),
            Item(place="柳河乡", name="技能培训", unit="人次", target="800"),
            Item(place="柳河乡", name="养老床位", unit="张", target="50"),
        ],
    )
    assert [one for one in tables(made)[0].sums if not one.agrees] == []


def test_targets_broken_down_with_the_townships_across() -> None:
    made = sheet("""
2026年民生实事任务分解表
序号|指标|单位|全县|城关镇|石桥镇|柳河乡
1|农村公路|公里|50|10|22.5|17.5
2|户厕改造|户|1200|200|400|600
""")
    check(
        entries(made),
        [
            Item(place="城关镇", name="农村公路", unit="公里", target="10"),
            Item(place="石桥镇", name="农村公路", unit="公里", target="22.5"),
            Item(place="柳河乡", name="农村公路", unit="公里", target="17.5"),
            Item(place="城关镇", name="户厕改造", unit="户", target="200"),
            Item(place="石桥镇", name="户厕改造", unit="户", target="400"),
            Item(place="柳河乡", name="户厕改造", unit="户", target="600"),
        ],
    )


def test_task_and_result_of_each_township_across() -> None:
    made = sheet(
        """
各镇完成情况（2026年7月）
项目名称|单位|城关镇||石桥镇|
||任务|完成|任务|完成
农村公路|公里|10|8.5|22.5|20
户厕改造|户|200|200|400|0
""",
        ["A2:A3", "B2:B3", "C2:D2", "E2:F2"],
    )
    check(
        entries(made),
        [
            Item("农村公路", place="城关镇", unit="公里", target="10", done="8.5"),
            Item("农村公路", place="石桥镇", unit="公里", target="22.5", done="20"),
            Item("户厕改造", place="城关镇", unit="户", target="200", done="200"),
            Item("户厕改造", place="石桥镇", unit="户", target="400", done="0"),
        ],
    )


def test_a_turned_table_with_a_column_a_project() -> None:
    made = sheet("""
例河县民生实事项目情况卡（2026年5月）
项目名称|石桥村道路硬化|实验小学扩建|敬老院改造
责任单位|县交通局|县教育局|县民政局
目标任务|22.5|500|60
计量单位|公里|个|张
累计完成|12.25|300|0
完成率|54.44%|60%|0%
累计完成投资（万元）|1200|850.5|0
存在问题|征地|无|—
""")
    check(
        entries(made),
        [
            Item("石桥村道路硬化", unit="公里", target="22.5", done="12.25", rate="54.44",
                 money={"completed": fen("1200")}, words={"agency": "县交通局", "difficulties": "征地"}),
            Item("实验小学扩建", unit="个", target="500", done="300", rate="60",
                 money={"completed": fen("850.5")}, words={"agency": "县教育局", "difficulties": ""}),
            Item("敬老院改造", unit="张", target="60", done="0", rate="0", money={"completed": 0}),
        ],
    )  # fmt: skip
    assert tables(made)[0].month == "2026-05"


def test_two_tables_under_each_other() -> None:
    made = sheet("""
表一 投资情况（单位：万元）
项目名称|计划投资|完成投资
甲工程|100|50
乙工程|200|80
注：投资按统计口径填报。

表二 目标任务完成情况
项目名称|目标任务（人次）|完成数（人次）
丙培训|100|50
""")
    check(
        entries(made),
        [
            Item("甲工程", money={"planned": fen("100"), "completed": fen("50")}),
            Item("乙工程", money={"planned": fen("200"), "completed": fen("80")}),
            Item("丙培训", unit="人次", target="100", done="50"),
        ],
    )


def test_two_halves_side_by_side() -> None:
    made = sheet(
        """
石桥镇户厕改造进度（2026年6月）
序号|村名|任务数|完成数|序号|村名|任务数|完成数
1|东村|20|10|4|西村|30|30
2|南村|15|15|5|北村|12|0
3|中村|18|9||||
合计||53|34|合计||42|30
""",
        ["A1:H1"],
    )
    found = sorted(entries(made), key=lambda entry: entry.words.get("serial", ""))  # type: ignore[call-overload]  # keys are strings
    check(
        found,
        [
            Item(place="东村", target="20", done="10"),
            Item(place="南村", target="15", done="15"),
            Item(place="中村", target="18", done="9"),
            Item(place="西村", target="30", done="30"),
            Item(place="北村", target="12", done="0"),
        ],
    )
    assert [one for table in tables(made) for one in table.sums if not one.agrees] == []


def test_a_sheet_for_each_office_and_one_that_is_hidden() -> None:
    body = "项目名称|任务|完成\n{}|10|{}"
    found = entries(
        sheet("填表说明\n一、请各单位于每月5日前报送。\n二、数据为累计数。", name="说明"),
        sheet(body.format("小学扩建", 4), name="教育局"),
        sheet(body.format("卫生室", 10), name="卫健局"),
        sheet(body.format("旧数据", 1), name="底稿", is_hidden=True),
    )
    check(found, [Item("小学扩建", target="10", done="4"), Item("卫生室", target="10", done="10")])


def test_hidden_rows_and_columns_are_not_read() -> None:
    made = sheet(
        """
项目名称|目标任务|内部调整数|累计完成
路灯安装|100|7|60
井盖改造|80|5|40
停车位|50|1|20
""",
        hidden_rows=[2],
        hidden_columns=[2],
    )
    check(entries(made), [Item("路灯安装", target="100", done="60"), Item("停车位", target="50", done="20")])
    made = sheet("项目名称|目标任务|完成数\n路灯安装|100|60", hidden_columns=[2])
    check(entries(made), [Item("路灯安装", target="100")])


def test_headings_again_on_each_page_and_numbers_of_columns() -> None:
    made = sheet("""
序号|项目名称|目标任务|累计完成|完成率
甲|乙|1|2|3=2/1
1|路灯|100|60|60%
2|井盖|80|40|50%
序号|项目名称|目标任务|累计完成|完成率
3|公厕|8|2|25%
""")
    check(
        entries(made),
        [
            Item("路灯", target="100", done="60", rate="60"),
            Item("井盖", target="80", done="40", rate="50"),
            Item("公厕", target="8", done="2", rate="25"),
        ],
    )


def test_departments_merged_with_a_subtotal_each() -> None:
    made = sheet(
        """
责任单位|序号|项目名称|年度目标（个）|完成数（个）
县教育局|1|新建幼儿园|4|2
|2|营养改善食堂|10|10
|小计||14|12
县水利局|3|山塘整治|20|5
|4|提灌站|6|6
|小计||26|11
全县合计|||40|23
""",
        ["A2:A4", "B4:C4", "A5:A7", "B7:C7", "A8:C8"],
    )
    check(
        entries(made),
        [
            Item("新建幼儿园", unit="个", target="4", done="2", words={"agency": "县教育局"}),
            Item("营养改善食堂", unit="个", target="10", done="10", words={"agency": "县教育局"}),
            Item("山塘整治", unit="个", target="20", done="5", words={"agency": "县水利局"}),
            Item("提灌站", unit="个", target="6", done="6", words={"agency": "县水利局"}),
        ],
    )
    assert [one for one in tables(made)[0].sums if not one.agrees] == []


def test_subtotals_named_after_their_department_and_a_total_at_the_top() -> None:
    made = sheet("""
项目名称|计划投资（万元）|完成投资（万元）
全县总计|600|250
教育局小计|300|150
新建幼儿园|100|50
学校食堂|200|100
其中：水利局（2个）|300|100
山塘整治|180|60
提灌站|120|40
""")
    check(
        entries(made),
        [
            Item("新建幼儿园", money={"planned": fen("100"), "completed": fen("50")}),
            Item("学校食堂", money={"planned": fen("200"), "completed": fen("100")}),
            Item("山塘整治", money={"planned": fen("180"), "completed": fen("60")}),
            Item("提灌站", money={"planned": fen("120"), "completed": fen("40")}),
        ],
    )


def test_three_heading_rows_with_a_unit_in_the_lowest() -> None:
    made = sheet(
        """
各乡镇民生实事完成情况统计表（2026年1-9月）
序号|乡镇|基础设施||||
|||||||
||农村公路||农村改厕||
||任务（公里）|完成（公里）|任务（户）|完成（户）|完成率
1|城关镇|10|8|200|150|75%
2|石桥镇|22.5|20|400|400|100%
合计||32.5|28|600|550|91.67%
""".replace("|||||||\n", ""),
        ["A1:G1", "A2:A4", "B2:B4", "C2:G2", "C3:D3", "E3:G3"],
    )
    check(
        entries(made),
        [
            Item(place="城关镇", name="农村公路", unit="公里", target="10", done="8"),
            Item(place="城关镇", name="农村改厕", unit="户", target="200", done="150", rate="75"),
            Item(place="石桥镇", name="农村公路", unit="公里", target="22.5", done="20"),
            Item(place="石桥镇", name="农村改厕", unit="户", target="400", done="400", rate="100"),
        ],
    )
    assert tables(made)[0].month == "2026-09"


def test_lines_for_stamps_and_signatures_are_no_rows() -> None:
    made = sheet("""
民生实事项目月报表
填报单位（盖章）：例河县交通局|||填报时间：2026年6月5日|
项目名称|任务数|完成数|完成率|备注
国省道修复|35|20|57.14%|
农村公路养护|120|66|55%|
单位负责人：|审核人：||填表人：张某|联系电话：0554-2712345
说明：1.任务数为年初下达数。||||
2.完成数为1至5月累计。||||
""")
    check(
        entries(made),
        [
            Item("国省道修复", target="35", done="20", rate="57.14"),
            Item("农村公路养护", target="120", done="66", rate="55"),
        ],
    )


def test_an_empty_edge_around_the_table() -> None:
    made = sheet("""

||2026年民生实事进度
||
|序号|项目名称||目标任务|完成数|
||||||
|1|路灯||100|60|
||||||
|2|井盖||80|40|
""")
    check(entries(made), [Item("路灯", target="100", done="60"), Item("井盖", target="80", done="40")])


def test_the_same_name_in_another_place_is_carried_down_only_with_its_own() -> None:
    made = sheet(
        """
县区|项目名称|指标|目标|完成
甲县|安全饮水|管网（公里）|10|5
||水厂（座）|2|1
乙县|安全饮水|管网（公里）|20|20
||水厂（座）|3|0
""",
        ["A2:A3", "B2:B3", "A4:A5", "B4:B5"],
    )
    check(
        entries(made),
        [
            Item("安全饮水", place="甲县", name="管网", unit="公里", target="10", done="5"),
            Item("安全饮水", place="甲县", name="水厂", unit="座", target="2", done="1"),
            Item("安全饮水", place="乙县", name="管网", unit="公里", target="20", done="20"),
            Item("安全饮水", place="乙县", name="水厂", unit="座", target="3", done="0"),
        ],
    )


def test_a_list_of_duties_has_dates_in_every_form() -> None:
    made = sheet("""
2026年民生实事责任清单
序号|民生实事|具体任务|责任单位|责任人|完成时限
1|甲|完成主体|县教育局|张某|2026年3月底前
2|乙|完成招标|县教育局|张某|3月
3|丙|开工|县教育局|张某|12/31/2026
4|丁|开工|县教育局|张某|46387
5|戊|开工|县教育局|张某|'2026.3
6|己|开工|县教育局|张某|2026年上半年
7|庚|开工|县教育局|张某|长期坚持
8|辛|开工|县教育局|张某|第三季度
9|壬|开工|县教育局|张某|二〇二六年十月底
10|癸|开工|县教育局|张某|10月中旬
11|子|开工|县教育局|张某|2026-9-15 00:00:00
12|丑|开工|县教育局|张某|26年9月
13|寅|开工|县教育局|张某|2026年6月30日前完成
14|卯|开工|县教育局|张某|2026年内
15|辰|开工|县教育局|张某|=2026-07-01
16|巳|开工|县教育局|张某|20260831
17|午|开工|县教育局|张某|2026年 9 月 1 日
18|未|开工|县教育局|张某|力争11月底前投用
19|申|开工|县教育局|张某|03/04/2026
20|酉|开工|县教育局|张某|已完成
""")
    unreadable = frozenset({"unreadable_day"})
    days = [
        "2026-03-31", "2026-03-31", "2026-12-31", "2026-12-31", "2026-03-31", "2026-06-30", None, "2026-09-30",
        "2026-10-31", "2026-10-20", "2026-09-15", "2026-09-30", "2026-06-30", "2026-12-31", "2026-07-01", "2026-08-31",
        "2026-09-01", "2026-11-30", None, None,
    ]  # fmt: skip
    names = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉"
    check(
        entries(made),
        [
            Item(name, finish=day, trouble=frozenset() if day else unreadable)
            for name, day in zip(names, days, strict=True)
        ],
    )


def test_cells_that_say_no_figure_or_too_many() -> None:
    made = sheet("""
项目名称|目标（个）|累计完成（个）
全角|１，２３４．５|１２０
不间断空格|1\u00a0200|\u00a0600\u00a0
细空格|12\u2009000|6\u202f000
小写数字|一百二十三|九十
大写数字|壹佰贰拾|伍拾
约数|20左右|约15
下限|≥20|15以上
余数|20|10余个
万|1.2万|3,000.00
斜线|20|/
横线|20|——
写无|20|无
未开工|20|未开工
范围|20-25|5
错误|20|#N/A
多数|20|东片3个，西片4个
部分|20|12（含在建5个）
空白|20|
""")
    check(
        entries(made),
        [
            Item("全角", target="1234.5", done="120"),
            Item("不间断空格", target="1200", done="600"),
            Item("细空格", target="12000", done="6000"),
            Item("小写数字", target="123", done="90"),
            Item("大写数字", target="120", done="50"),
            Item("约数", target="20", done="15", trouble=frozenset({"bound"})),
            Item("下限", target="20", done="15", trouble=frozenset({"bound"})),
            Item("余数", target="20", done="10", trouble=frozenset({"bound"})),
            Item("万", target="12000", done="3000"),
            Item("斜线", target="20"),
            Item("横线", target="20"),
            Item("写无", target="20"),
            Item("未开工", target="20", trouble=ANY, words={"work": "未开工"}),
            Item("范围", done="5", trouble=frozenset({"range"})),
            Item("错误", target="20", trouble=frozenset({"formula_error"})),
            Item("多数", target="20", trouble=ANY),
            Item("部分", target="20", trouble=ANY),
            Item("空白", target="20"),
        ],
    )
