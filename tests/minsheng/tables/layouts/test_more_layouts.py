"""Further layouts, written down after the rules were made for the others: they show how the rules carry."""

import pytest

from tests.minsheng.tables.layouts.making import ANY, Item, check, entries, fen, sheet, tables


def test_results_in_words_alone() -> None:
    made = sheet("""
2025年度民生实事办理结果公示
序号|实事项目|办理情况|办理结果|承办单位
1|新建社区食堂5家|5家社区食堂均已开业|已办结|县民政局
2|改造积水点|3处完成，1处施工中|正在办理|县住建局
""")
    check(
        entries(made),
        [
            Item("新建社区食堂5家", words={"work": "5家社区食堂均已开业", "stage": "已办结", "agency": "县民政局"}),
            Item("改造积水点", words={"stage": "正在办理", "agency": "县住建局"}),
        ],
    )


def test_what_is_due_by_the_calendar_is_no_progress() -> None:
    made = sheet("""
2026年1-5月民生指标完成情况
指标|单位|年度目标值|1-5月完成值|完成率|序时进度|与序时进度差距
城镇新增就业|人|6000|3000|50%|41.7%|8.3%
医保参保|万人|41.5|12.45|30%|41.7%|-11.7%
""")
    check(
        entries(made),
        [
            Item(name="城镇新增就业", unit="人", target="6000", done="3000", rate="50"),
            Item(name="医保参保", unit="万人", target="41.5", done="12.45", rate="30"),
        ],
    )
    assert tables(made)[0].month == "2026-05"


def test_a_list_of_works_in_money_whose_headings_leave_the_money_out() -> None:
    made = sheet("""
例河县2026年民生工程投资进度表
单位：万元
序号|项目名称|总投资|至2025年底累计完成|2026年计划|1-5月完成|占年计划
1|中医院迁建|12000|3500|4000|1800|45%
2|第二水厂|8600.5|0|2000|900.25|45.01%
合计||20600.5|3500|6000|2700.25|45%
""")
    check(
        entries(made),
        [
            Item("中医院迁建", money={"total": fen("12000"), "planned": fen("4000"), "completed": fen("1800")}),
            Item("第二水厂", money={"total": fen("8600.5"), "planned": fen("2000"), "completed": fen("900.25")}),
        ],
    )


def test_due_paid_and_unpaid_under_one_heading() -> None:
    made = sheet(
        """
补助资金发放情况（截至2026年9月底）
序号|项目|资金拨付情况（万元）|||
||应拨付|已拨付|未拨付|拨付率
1|高龄津贴|360|270|90|75%
2|困难残疾人补贴|128.5|128.5|0|100%
""",
        ["A2:A3", "B2:B3", "C2:F2"],
    )
    check(
        entries(made),
        [
            Item("高龄津贴", money={"planned": fen("360"), "disbursed": fen("270")}),
            Item("困难残疾人补贴", money={"planned": fen("128.5"), "disbursed": fen("128.5")}),
        ],
    )


def test_people_served_are_not_what_was_promised() -> None:
    made = sheet("""
项目名称|目标任务（公里）|完成（公里）|受益人口（人）|惠及村数
农村公路|60|31.5|21000|12
安全护栏|120|120|45000|30
""")
    check(
        entries(made),
        [
            Item("农村公路", unit="公里", target="60", done="31.5"),
            Item("安全护栏", unit="公里", target="120", done="120"),
        ],
    )


def test_planned_days_beside_actual_ones() -> None:
    made = sheet("""
项目名称|计划开工时间|实际开工时间|计划完工时间|实际完工时间|完成投资（万元）
公园改造|2026.3|2026.4|2026.10||120
公厕新建|2026年2月|2026年2月|2026年6月|2026年5月|80
""")
    check(
        entries(made),
        [
            Item("公园改造", start="2026-03-01", finish="2026-10-31", money={"completed": fen("120")}),
            Item("公厕新建", start="2026-02-01", finish="2026-06-30", money={"completed": fen("80")}),
        ],
    )


def test_number_and_unit_of_a_target_in_columns_of_their_own() -> None:
    made = sheet(
        """
2026年为民办实事项目完成情况表
项目|目标任务||完成情况||备注
|数量|单位|数量|比例（%）|
农村厕所改造|1200|户|600|50|
村级文化室|15|个|15|100|提前
""",
        ["A2:A3", "B2:C2", "D2:E2", "F2:F3"],
    )
    check(
        entries(made),
        [
            Item("农村厕所改造", unit="户", target="1200", done="600", rate="50"),
            Item("村级文化室", unit="个", target="15", done="15", rate="100"),
        ],
    )


def test_the_full_register_of_works() -> None:
    made = sheet("""
2026年重点民生工程项目表（6月）
||||||||||||单位：万元
序号|项目类别|项目名称|建设内容及规模|建设地点|建设年限|总投资|截至上年底完成投资|本年计划投资|本月完成投资|本年累计完成投资|形象进度|是否开工
1|教育|一中迁建|建筑面积8.6万平方米|城东新区|2024-2026|52000|21000|18000|1500|9600|主体施工|是
2|卫生|中医院|500张床位|城南|2025-2027|38000|2000|9000|0|3100|基础完成|是
3|水利|河道治理|12.6公里|石桥镇|2026|3600||3600|300|300|招标|否
""")
    check(
        entries(made),
        [
            Item("一中迁建", start="2024-01-01", finish="2026-12-31",
                 money={"total": fen("52000"), "planned": fen("18000"), "completed": fen("9600")},
                 words={"category": "教育", "work": "主体施工", "content": "建筑面积8.6万平方米", "stage": "是"}),
            Item("中医院", start="2025-01-01", finish="2027-12-31",
                 money={"total": fen("38000"), "planned": fen("9000"), "completed": fen("3100")}),
            Item("河道治理", start="2026-01-01", finish="2026-12-31",
                 money={"total": fen("3600"), "planned": fen("3600"), "completed": fen("300")}),
        ],
    )  # fmt: skip
    assert tables(made)[0].month == "2026-06"


def test_letters_and_formulas_in_the_headings() -> None:
    made = sheet("""
序号|项目名称|计划数（A）|完成数（B）|完成率（C=B/A）
1|路灯|100|60|60%
2|井盖|80|40|50%
""")
    check(
        entries(made),
        [Item("路灯", target="100", done="60", rate="60"), Item("井盖", target="80", done="40", rate="50")],
    )


def test_headings_in_two_languages() -> None:
    made = sheet("""
项目名称 Project|目标 Target|完成 Completed|完成率 Rate|责任单位 Agency
Rural roads 农村公路|60|30|50%|县交通局
""")
    check(
        entries(made), [Item("Rural roads 农村公路", target="60", done="30", rate="50", words={"agency": "县交通局"})]
    )


def test_parts_of_a_result_in_brackets_behind_it() -> None:
    made = sheet("""
项目名称|目标任务|完成情况|完成率
两癌筛查|1200人|412人（其中女职工200人）|34.3%
职业培训|3000人次|1500人次（含线上300人次）|50%
""")
    doubt = frozenset({"from_sentence"})
    check(
        entries(made),
        [
            Item("两癌筛查", unit="人", target="1200", done="412", rate="34.3", trouble=doubt),
            Item("职业培训", unit="人次", target="3000", done="1500", rate="50", trouble=doubt),
        ],
    )


def test_the_last_of_several_months_in_words() -> None:
    made = sheet("""
2026年民生实事逐月进展
序号|项目名称|1月进展|2月进展|3月进展|责任单位
1|公园改造|方案设计|招标|开工|县城管局
2|公厕新建|选址|设计|施工|县城管局
""")
    check(
        entries(made),
        [Item("公园改造", words={"work": "开工"}), Item("公厕新建", words={"work": "施工"})],
    )
    assert tables(made)[0].month == "2026-03"


def test_several_tasks_in_the_lines_of_one_cell() -> None:
    made = sheet("""
序号|项目名称|目标任务|进展情况|责任单位
1|交通出行|1.新建公路20公里；\\n2.改造桥梁3座。|1.完成路基12公里；\\n2.3座桥梁全部开工。|县交通局
2|文化惠民|送戏下乡120场|已演出80场，完成66.7%|县文旅局
""")
    check(
        entries(made),
        [
            Item("交通出行", words={"agency": "县交通局"}, trouble=ANY),
            Item("文化惠民", target="120", unit="场", done="80", rate="66.7"),
        ],
    )


def test_a_long_preface_above_the_headings() -> None:
    made = sheet("""
例河县人民政府办公室
关于2026年上半年民生实事进展的通报
各乡镇人民政府，县直各单位：
现将上半年进展情况通报如下。
一、总体情况
全县10件民生实事进展顺利。
二、存在问题
个别项目进度偏慢。
三、具体情况见下表
项目名称|目标任务|累计完成|完成率
路灯|100|60|60%
""")
    check(entries(made), [Item("路灯", target="100", done="60", rate="60")])


def test_a_table_of_two_columns() -> None:
    made = sheet("""
项目|完成率
农村公路|52.5%
公厕|100%
社区食堂|0
""")
    check(
        entries(made), [Item("农村公路", progress="52.5"), Item("公厕", progress="100"), Item("社区食堂", progress="0")]
    )


def test_several_units_in_the_unit_line_leave_counts_without_one() -> None:
    made = sheet("""
单位：公里、个、万元
项目名称|目标任务|完成数|完成投资
公路|60|30|1200
公厕|8|2|65.5
""")
    check(
        entries(made),
        [
            Item("公路", unit="", target="60", done="30", money={"completed": fen("1200")}),
            Item("公厕", unit="", target="8", done="2", money={"completed": fen("65.5")}),
        ],
    )


@pytest.mark.parametrize(
    ("printed", "value", "unit"),
    [
        ("3.5千亩", "3500", "亩"),
        ("2百户", "200", "户"),
        ("1.2万平米", "12000", "平方米"),
        ("5千米", "5", "公里"),
        ("１０㎡", "10", "平方米"),
        ("三十六所", "36", "所"),
        ("2.5KM", "2.5", "公里"),
        ("800 M", "800", "米"),
        ("120人·次", "120", "人次"),
        ("1,200余人次", "1200", "人次"),
        ("两千五百户", "2500", "户"),
        ("不少于 30 个", "30", "个"),
    ],
)
def test_quantities_with_units_of_many_kinds(printed: str, value: str, unit: str) -> None:
    made = sheet(f"项目名称|年度目标|责任单位\n示范|{printed}|县水利局\n又一|{printed}|县水利局")
    for entry in entries(made):
        assert (str(entry.target), entry.unit) in {(value, unit), (f"{float(value) / 10000:g}", f"万{unit}")}


def test_done_and_due_in_one_cell() -> None:
    made = sheet("""
项目名称|完成数/任务数|完成率
路灯|31/60|51.67%
井盖|40/40|100%
""")
    check(
        entries(made),
        [Item("路灯", target="60", done="31", rate="51.67"), Item("井盖", target="40", done="40", rate="100")],
    )


def test_each_indicator_with_task_result_share_and_rank() -> None:
    made = sheet(
        """
2026年8月各乡镇民生实事完成情况
乡镇|农村公路（公里）||||技能培训（人次）|||
|任务数|完成数|完成率|排名|任务数|完成数|完成率|排名
城关镇|10|5|50%|2|1000|900|90%|1
石桥镇|20|20|100%|1|500|100|20%|2
全县|30|25|83.3%||1500|1000|66.7%|
""",
        ["A2:A3", "B2:E2", "F2:I2"],
    )
    check(
        entries(made),
        [
            Item(place="城关镇", name="农村公路", unit="公里", target="10", done="5", rate="50"),
            Item(place="城关镇", name="技能培训", unit="人次", target="1000", done="900", rate="90"),
            Item(place="石桥镇", name="农村公路", unit="公里", target="20", done="20", rate="100"),
            Item(place="石桥镇", name="技能培训", unit="人次", target="500", done="100", rate="20"),
        ],
    )


def test_what_was_arranged_and_what_arrived_from_each_level() -> None:
    made = sheet(
        """
2026年1-6月民生资金到位情况表（万元）
项目名称|计划安排|||实际到位|||到位率
|合计|上级补助|县级配套|合计|上级补助|县级配套|
学生营养餐|900|600|300|700|600|100|77.8%
村卫生室|120|80|40|80|80|0|66.7%
""",
        ["A2:A3", "B2:D2", "E2:G2", "H2:H3"],
    )
    check(
        entries(made),
        [
            Item("学生营养餐", money={"planned": fen("900"), "arrived": fen("700")}),
            Item("村卫生室", money={"planned": fen("120"), "arrived": fen("80")}),
        ],
    )


def test_cases_handled_month_by_month_of_last_and_this_year() -> None:
    made = sheet("""
便民服务事项统计（2026年4月）
服务事项|2025年全年|2026年目标|2026年4月当月|2026年1-4月累计|累计完成率
跨省通办（件）|8200|9000|780|3150|35%
上门办证（次）|1200|1500|130|600|40%
""")
    check(
        entries(made),
        [
            Item("跨省通办", unit="件", target="9000", done="3150", rate="35"),
            Item("上门办证", unit="次", target="1500", done="600", rate="40"),
        ],
    )


def test_totals_of_districts_among_their_rows() -> None:
    made = sheet("""
序号|县区|任务数|完成数
|市区小计|30|20
1|东城区|10|10
2|西城区|20|10
|县域小计|50|25
3|甲县|20|5
4|乙县|30|20
|全市总计|80|45
""")
    check(
        entries(made),
        [
            Item(place="东城区", target="10", done="10"),
            Item(place="西城区", target="20", done="10"),
            Item(place="甲县", target="20", done="5"),
            Item(place="乙县", target="30", done="20"),
        ],
    )
    assert [one for one in tables(made)[0].sums if not one.agrees] == []
