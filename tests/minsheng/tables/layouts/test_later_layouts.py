"""A third lot of layouts, again written down before they were tried."""

from tests.minsheng.tables.layouts.making import ANY, Item, check, entries, fen, sheet, tables


def test_a_notice_of_the_education_office() -> None:
    made = sheet(
        """
附件3：
全县义务教育阶段民生实事推进情况一览表
填报单位：县教育局　　　　填报日期：2026年7月3日
序号|学校名称|建设内容|建设规模（㎡）|投资估算（万元）|资金到位（万元）|工程进展|预计完工时间
1|城关一小|教学楼|3,260|980|600|三层主体|2026年8月25日
2|石桥中学|食堂|1200|360.5|360.5|竣工验收|已完工
3|柳河小学|运动场|6500|210|0|未开工|9月底
合计|3所||10960|1550.5|960.5||
"""
    )
    check(
        entries(made),
        [
            Item("城关一小", money={"planned": fen("980"), "arrived": fen("600")}, finish="2026-08-25",
                 words={"work": "三层主体"}),
            Item("石桥中学", money={"planned": fen("360.5"), "arrived": fen("360.5")},
                 trouble=frozenset({"unreadable_day"})),
            Item("柳河小学", money={"planned": fen("210"), "arrived": 0}, finish="2026-09-30"),
        ],
    )  # fmt: skip


def test_allowances_paid_out_in_people_and_money() -> None:
    made = sheet(
        """
2026年5月惠民补贴发放统计表
补贴项目|发放标准|应发||实发||
||人数|金额（元）|人数|金额（元）|发放率
高龄津贴|每人每月50元|9500|475000|9500|475000|100%
残疾人两项补贴|每人每月80元|3200|256000|3100|248000|96.88%
""",
        ["A2:A3", "B2:B3", "C2:D2", "E2:G2"],
    )
    check(
        entries(made),
        [
            Item("高龄津贴", unit="人", target="9500", done="9500", rate="100",
                 money={"planned": 475000_00, "disbursed": 475000_00}),
            Item("残疾人两项补贴", unit="人", target="3200", done="3100", rate="96.88",
                 money={"planned": 256000_00, "disbursed": 248000_00}),
        ],
    )  # fmt: skip


def test_progress_marked_with_signs() -> None:
    made = sheet("""
重点任务清单（2026年）
序号|重点任务|牵头单位|完成时限|已完成|正推进|未启动
1|编制方案|县发改局|2026年3月|√||
2|启动建设|县住建局|2026年9月||√|
3|竣工验收|县住建局|2026年12月|||√
""")
    check(
        entries(made),
        [
            Item("编制方案", finish="2026-03-31"),
            Item("启动建设", finish="2026-09-30"),
            Item("竣工验收", finish="2026-12-31"),
        ],
    )


def test_a_weekly_sheet_with_this_weeks_and_all_works() -> None:
    made = sheet("""
农村公路建设周报（2026年第22周，截至5月31日）
标段|建设里程（km）|本周完成路面（km）|累计完成路面（km）|完成比例|本周投入机械（台）|备注
石桥至柳河段|12.6|0.8|7.2|57.14%|8|
城关至东湖段|8|0|8|100%|0|完工
""")
    check(
        entries(made),
        [
            Item("石桥至柳河段", unit="公里", target="12.6", done="7.2", rate="57.14"),
            Item("城关至东湖段", unit="公里", target="8", done="8", rate="100"),
        ],
    )
    assert tables(made)[0].month == "2026-05"


def test_indicators_with_a_base_and_a_mark() -> None:
    made = sheet("""
县民生工程绩效指标表
一级指标|二级指标|三级指标|年度指标值|全年实际值|分值|得分|偏差原因
产出指标|数量指标|改造户厕数量|≥1200户|1250户|10|10|
||培训人次|≥3000人次|2890人次|10|9.6|疫情
|质量指标|验收合格率|100%|100%|10|10|
效益指标|社会效益|群众满意度|≥90%|96.5%|20|20|
""")
    check(
        entries(made),
        [
            Item(name="改造户厕数量", unit="户", target="1200", done="1250"),
            Item(name="培训人次", unit="人次", target="3000", done="2890"),
            Item(name="验收合格率", unit="%", target="100", done="100"),
            Item(name="群众满意度", unit="%", target="90", done="96.5"),
        ],
    )


def test_two_rows_for_each_project_plan_and_actual() -> None:
    made = sheet(
        """
2026年民生实事按月进度
项目|类别|一季度|二季度|三季度|四季度|全年
农村公路（公里）|计划|10|20|20|10|60
|实际|12|19.5|||31.5
户厕（户）|计划|300|300|300|300|1200
|实际|310|290|||600
""",
        ["A3:A4", "A5:A6"],
    )
    found = [entry for entry in entries(made) if entry.has_figures or entry.problems]
    # A row for the plan and one for what was done cannot be told apart by columns: nothing may be taken for a result
    # that is a plan, so every figure that is read at all must be doubted.
    assert all(entry.done is None or entry.problems for entry in found)


def test_notes_inside_cells_and_footnote_marks() -> None:
    made = sheet("""
项目名称|目标任务（个）|完成数（个）|完成率
社区食堂①|20|12②|60%
托育机构|8|8*|100%
""")
    check(
        entries(made),
        [
            Item(target="20", done="12", rate="60", trouble=ANY),
            Item("托育机构", target="8", rate="100", trouble=ANY),
        ],
    )


def test_money_with_the_unit_before_the_figure() -> None:
    made = sheet("""
项目名称|合同金额|已支付
路灯|¥1,200,000.00|人民币叁拾万元整
公厕|￥80万|RMB 200,000
""")
    check(
        entries(made),
        [
            Item("路灯", money={"planned": fen("120"), "disbursed": fen("30")}),
            Item("公厕", money={"planned": fen("80"), "disbursed": fen("20")}),
        ],
    )


def test_a_register_in_traditional_characters() -> None:
    made = sheet("""
民生工程進度管制表（截至115年6月底）
編號|工程名稱|主辦單位|年度預算（萬元）|累計支用（萬元）|工程進度|落後原因
1|人行道改善|工務局|1,200|650.5|54%|無
2|活動中心|民政局|800|80|10%|用地取得
""")
    check(
        entries(made),
        [
            Item("人行道改善", progress="54", money={"planned": fen("1200"), "spent": fen("650.5")},
                 words={"agency": "工務局", "difficulties": ""}),
            Item("活動中心", progress="10", money={"planned": fen("800"), "spent": fen("80")},
                 words={"difficulties": "用地取得"}),
        ],
    )  # fmt: skip
    assert tables(made)[0].month == "2026-06"


def test_a_total_of_shares_is_no_item_and_blank_rows_do_not_end_the_table() -> None:
    made = sheet("""
乡镇|任务|完成|完成率
城关镇|10|5|50%
||
石桥镇|20|20|100%
||
平均|||75%
合计|30|25|83.33%
""")
    check(
        entries(made),
        [
            Item(place="城关镇", target="10", done="5", rate="50"),
            Item(place="石桥镇", target="20", done="20", rate="100"),
        ],
    )
