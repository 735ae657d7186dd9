"""资金拨付台账: plans, arrivals and payments in every unit and way of writing money."""

from tests.minsheng.tables.layouts.making import Item, check, entries, fen, sheet, tables


def test_a_ledger_in_yuan_with_documents_and_balances() -> None:
    made = sheet("""
2026年民生工程资金拨付台账
编制单位：例河县财政局|||||||金额单位：元
序号|项目名称|资金文号|下达资金|到位资金|已拨付资金|拨付进度|结余
1|义务教育薄弱环节改善|例财教〔2026〕12号|3,500,000.00|3,500,000.00|1,250,000.50|35.71%|2,249,999.50
2|农村厕所革命|例财农〔2026〕8号|800000|600000|0|0|600000
3|基本公共卫生|例财社〔2026〕3号|￥1,234,567.89|￥1,234,567.89|￥1,234,567.89|100%|—
小计|||5534567.89|5334567.89|2484568.39||2849999.50
""")
    check(
        entries(made),
        [
            Item("义务教育薄弱环节改善", money={"planned": 350000000, "arrived": 350000000, "disbursed": 125000050}),
            Item("农村厕所革命", money={"planned": 80000000, "arrived": 60000000, "disbursed": 0}),
            Item("基本公共卫生", money={"planned": 123456789, "arrived": 123456789, "disbursed": 123456789}),
        ],
    )
    assert [one for one in tables(made)[0].sums if not one.agrees] == []


def test_sources_of_money_under_their_sum() -> None:
    made = sheet(
        """
例河县民生实事资金来源及支出情况表
单位：万元
序号|项目|计划资金|||||到位资金|支出资金|支出率
|||合计|中央|省级|市级|县级|||
1|高标准农田|1000|400|300|100|200|800|500|62.5%
2|农村供水|560.5|||60.5|500|560.5|560.5|100%
总计||1560.5|400|300|160.5|700|1360.5|1060.5|77.95%
""",
        ["A3:A4", "B3:B4", "C3:G3", "H3:H4", "I3:I4", "J3:J4"],
    )
    check(
        entries(made),
        [
            Item("高标准农田", money={"planned": fen("1000"), "arrived": fen("800"), "spent": fen("500")}),
            Item("农村供水", money={"planned": fen("560.5"), "arrived": fen("560.5"), "spent": fen("560.5")}),
        ],
    )


def test_every_amount_with_a_unit_of_its_own() -> None:
    made = sheet("""
项目名称|总投资|年度计划投资|已完成投资
中医院迁建|1.2亿元|3500万元|800000元
污水处理厂|约5000万|1200万|1200
二十里铺大桥|壹仟万元整|叁佰万元|1.5万元
""")
    check(
        entries(made),
        [
            Item("中医院迁建", money={"total": fen("12000"), "planned": fen("3500"), "completed": fen("80")}),
            Item("污水处理厂", money={"total": fen("5000"), "planned": fen("1200")},
                 trouble=frozenset({"bound", "no_unit"})),
            Item("二十里铺大桥", money={"total": fen("1000"), "planned": fen("300"), "completed": fen("1.5")}),
        ],
    )  # fmt: skip


def test_amounts_below_nothing_are_wrong_however_written() -> None:
    made = sheet("""
项目名称|累计支出（万元）
甲项目|-12.5
乙项目|(12.5)
丙项目|（1,012.50）
丁项目|△12.5
戊项目|12.5
""")
    negative = frozenset({"negative"})
    check(
        entries(made),
        [
            Item("甲项目", trouble=negative),
            Item("乙项目", trouble=negative),
            Item("丙项目", trouble=negative),
            Item("丁项目", trouble=negative),
            Item("戊项目", money={"spent": fen("12.5")}),
        ],
    )


def test_a_row_of_units_below_the_headings() -> None:
    made = sheet("""
2026年农村公路建设情况
项目|计划里程|完成里程|完成率|计划投资|完成投资
|公里|公里|%|万元|万元
石桥至柳河公路|12|7.5|62.5|3000|1800
环湖路|8.2|8.2|100|'1,250.8|1250.8
""")
    check(
        entries(made),
        [
            Item("石桥至柳河公路", unit="公里", target="12", done="7.5", rate="62.5",
                 money={"planned": fen("3000"), "completed": fen("1800")}),
            Item("环湖路", unit="公里", target="8.2", done="8.2", rate="100",
                 money={"planned": fen("1250.8"), "completed": fen("1250.8")}),
        ],
    )  # fmt: skip


def test_another_unit_in_each_heading() -> None:
    made = sheet("""
项目名称|总投资/亿元|年度计划（单位：万元）|累计完成投资[千元]|资金拨付:元|投资完成占比%
一中迁建|5.0512|18000|14400.5|'9,000,000.00|8
""")
    check(
        entries(made),
        [
            Item("一中迁建", money={"total": fen("5.0512", 8), "planned": fen("18000"),
                                  "completed": fen("14400.5", 3), "disbursed": fen("900")}),
        ],
    )  # fmt: skip


def test_a_cells_own_unit_is_nearer_than_the_headings() -> None:
    made = sheet("""
（单位：万元）
项目名称|计划投资|到位资金
社区食堂|1.2亿|800
口袋公园|350|35万元
""")
    check(
        entries(made),
        [
            Item("社区食堂", money={"planned": fen("12000"), "arrived": fen("800")}),
            Item("口袋公园", money={"planned": fen("350"), "arrived": fen("35")}),
        ],
    )


def test_the_months_own_amounts_are_not_the_cumulative_ones() -> None:
    made = sheet("""
2026年民生项目资金月报（4月）　　　　　单位：万元
项目名称|年初预算|本月到位|累计到位|本月拨付|累计拨付|本月支出|累计支出|上月累计支出|支出进度
养老服务中心|500|50|300|20|200|15|180|165|36%
社区卫生站|120|0|120|10|90|8|88.8|80.8|74%
""")
    check(
        entries(made),
        [
            Item("养老服务中心", money={"planned": fen("500"), "arrived": fen("300"), "disbursed": fen("200"),
                                      "spent": fen("180")}),
            Item("社区卫生站", money={"planned": fen("120"), "arrived": fen("120"), "disbursed": fen("90"),
                                    "spent": fen("88.8")}),
        ],
    )  # fmt: skip
    assert tables(made)[0].month == "2026-04"


def test_shares_of_money_are_not_shares_of_targets() -> None:
    made = sheet("""
项目名称|计划投资(万元)|到位资金(万元)|资金到位率|支出资金(万元)|资金支出率|目标任务(户)|完成户数|任务完成率
危房改造|300|270|90%|135|50%|60|45|75%
""")
    check(
        entries(made),
        [
            Item("危房改造", unit="户", target="60", done="45", rate="75",
                 money={"planned": fen("300"), "arrived": fen("270"), "spent": fen("135")}),
        ],
    )  # fmt: skip


def test_totals_above_sections_and_dates_of_every_form_in_a_list_of_projects() -> None:
    made = sheet("""
附件2
例河县民生实事项目资金及进度一览表（截至11月底）
|||||||单位：亿元
项目名称|责任单位|总投资|2026年计划投资|累计完成投资|投资完成率|开工时间|计划竣工时间
总计（5个）||12.5|4.2|3.15|75%||
一、教育类（2个）||5.5|2|1.6|80%||
1.一中迁建|县教育局|5|1.8|1.44|80%|2025.3|2027.8
2.城东幼儿园|县教育局|0.5|0.2|0.16|80%|2026.3|2026.12
二、卫生类（1个）||3|1|0.55|55%||
3.中医院|县卫健局|3|1|0.55|55%|2024年10月|2026年底
三、交通类（2个）||4|1.2|1|83.33%||
4.环城路|县交通局|3.5|1|0.9|90%|2026/2/15|2026/11/30
5.客运站|县交通局|0.5|0.2|0.1|50%|2026年2月|2026年12月31日
""")

    def money(total: str, planned: str, completed: str) -> dict[str, int]:
        return {"total": fen(total, 8), "planned": fen(planned, 8), "completed": fen(completed, 8)}

    check(
        entries(made),
        [
            Item("一中迁建", money=money("5", "1.8", "1.44"), start="2025-03-01", finish="2027-08-31",
                 words={"category": "教育类", "agency": "县教育局"}),
            Item("城东幼儿园", money=money("0.5", "0.2", "0.16"), start="2026-03-01", finish="2026-12-31"),
            Item("中医院", money=money("3", "1", "0.55"), start="2024-10-01", finish="2026-12-31",
                 words={"category": "卫生类"}),
            Item("环城路", money=money("3.5", "1", "0.9"), start="2026-02-15", finish="2026-11-30"),
            Item("客运站", money=money("0.5", "0.2", "0.1"), start="2026-02-01", finish="2026-12-31"),
        ],
    )  # fmt: skip
    (table,) = tables(made)
    assert [one for one in table.sums if not one.agrees] == []
    assert table.month == "2026-11"


def test_budget_execution_in_traditional_characters_and_years_of_the_republic() -> None:
    made = sheet("""
115年度重點民生工程執行進度表
計畫名稱|主辦機關|年度預算(千元)|累計執行數(千元)|執行率|預定完工日期
社區長照據點|衛生局|12,500|6,250|50%|115年12月
偏鄉自來水延管|水利處|8,000|8,000|100%|115年6月30日
""")
    check(
        entries(made),
        [
            Item("社區長照據點", money={"planned": fen("12500", 3), "spent": fen("6250", 3)}, finish="2026-12-31"),
            Item("偏鄉自來水延管", money={"planned": fen("8000", 3), "spent": fen("8000", 3)}, finish="2026-06-30"),
        ],
    )
