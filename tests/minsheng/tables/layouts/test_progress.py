"""民生实事进展情况表: monthly and quarterly tables of progress in many layouts."""

from tests.minsheng.tables.layouts.making import ANY, Item, check, entries, fen, sheet, tables


def test_two_heading_rows_with_the_unit_in_the_name_of_each_project() -> None:
    made = sheet(
        """
例河县2026年民生实事项目进展情况表
（截至2026年5月31日）|||||||单位：万元|
序号|项目名称|责任单位|年度目标任务|完成情况||投资情况||备注
||||完成数量|完成率|年度计划|累计完成|
1|农村公路提升改造（公里）|县交通局|60|31.5|52.5%|4800|2650.5|
2|新建村级养老服务站（个）|县民政局|20|9|45%|600|210|
3|城区公厕新建（座）|县城管局|8|0|0%|320|0|手续办理中
""",
        ["A1:I1", "A3:A4", "B3:B4", "C3:C4", "D3:D4", "E3:F3", "G3:H3", "I3:I4"],
    )
    check(
        entries(made),
        [
            Item("农村公路提升改造", unit="公里", target="60", done="31.5", rate="52.5",
                 money={"planned": fen("4800"), "completed": fen("2650.5")}, words={"agency": "县交通局"}),
            Item("新建村级养老服务站", unit="个", target="20", done="9", rate="45",
                 money={"planned": fen("600"), "completed": fen("210")}),
            Item("城区公厕新建", unit="座", target="8", done="0", rate="0",
                 money={"planned": fen("320"), "completed": 0}),
        ],
    )  # fmt: skip
    assert tables(made)[0].month == "2026-05"


def test_targets_and_results_in_sentences() -> None:
    made = sheet("""
石桥镇2026年度民生实事项目推进情况（1—6月）
序号|实事项目|目标任务|完成情况|完成时限|责任领导|责任部门
1|饮水安全巩固提升|改造供水管网25公里（其中新建5公里）|完成管网改造１８公里，完成率７２％|2026年10月底前|王某|水务所
2|村内道路硬化|硬化12.6公里|已完成12.6公里，完成率100%|6月|李某|村建中心
3|文化广场|新建3处|完成一处，其余两处正在施工|12月底前|张某|文化站
4|危房改造|动态清零|持续推进|全年|赵某|村建中心
""")
    check(
        entries(made),
        [
            Item("饮水安全巩固提升", unit="公里", target="25", done="18", rate="72", finish="2026-10-31"),
            Item("村内道路硬化", unit="公里", target="12.6", done="12.6", rate="100", finish="2026-06-30"),
            Item("文化广场", target="3", finish="2026-12-31", trouble=ANY,
                 words={"work": "完成一处，其余两处正在施工"}),
            Item("危房改造", finish="2026-12-31", trouble=ANY, words={"work": "持续推进"}),
        ],
    )  # fmt: skip
    assert tables(made)[0].month == "2026-06"


def test_progress_in_every_way_of_writing_a_percentage() -> None:
    made = sheet("""
2026年重点民生实事推进表
序号|项目|进展|形象进度|存在问题|下步打算
1|人民医院门诊楼|主体封顶|约65%|资金缺口|加快内装
2|第三小学|基础施工|三成|无|继续施工
3|污水处理厂|设备安装|百分之八十五|—|调试
4|停车场|—|/|/|/
5|滨河公园|栈道完成|９０％（剩余绿化）||收尾
6|客运站|装修|70.5|无|收尾
""")
    check(
        entries(made),
        [
            Item("人民医院门诊楼", progress="65", words={"difficulties": "资金缺口"}, trouble=frozenset({"bound"})),
            Item("第三小学", progress="30", words={"difficulties": "", "work": "基础施工"}),
            Item("污水处理厂", progress="85", words={"next_step": "调试"}),
            Item("滨河公园", progress="90", words={"work": "栈道完成；剩余绿化"}),
            Item("客运站", progress="70.5"),
        ],
    )


def test_short_headings_and_numerals_of_every_kind() -> None:
    made = sheet("""
县民生实事完成情况统计表（2026年一季度）
序号|事项|单位|计划|实际|占比|状态
1|免费孕前优生检查|对|1200|412|34.3|正常
2|适龄女生HPV疫苗接种|人|3 500|2,100|60|正常
3|残疾儿童康复救助|名|一百二十|壹佰壹拾|91.7|正常
4|图书馆分馆|个|１２|６|５０|滞后
""")
    check(
        entries(made),
        [
            Item("免费孕前优生检查", unit="对", target="1200", done="412", rate="34.3"),
            Item("适龄女生HPV疫苗接种", unit="人", target="3500", done="2100", rate="60"),
            Item("残疾儿童康复救助", unit="名", target="120", done="110", rate="91.7"),
            Item("图书馆分馆", unit="个", target="12", done="6", rate="50", words={"stage": "滞后"}),
        ],
    )
    assert tables(made)[0].month == "2026-03"


def test_serial_and_project_merged_over_their_targets() -> None:
    made = sheet(
        """
序号|项目名称|指标|单位|目标值|完成值|完成比例
1|就业创业|城镇新增就业|人|2000|1530|76.5%
||失业人员再就业|人|500|420|84%
||公益性岗位|个|150|150|100%
2|教育提升|新增学位|个|1800|0|0%
||校舍维修|平方米|6500.5|3250.25|50%
""",
        ["A2:A4", "B2:B4", "A5:A6", "B5:B6"],
    )
    check(
        entries(made),
        [
            Item("就业创业", name="城镇新增就业", unit="人", target="2000", done="1530", rate="76.5"),
            Item("就业创业", name="失业人员再就业", unit="人", target="500", done="420", rate="84"),
            Item("就业创业", name="公益性岗位", unit="个", target="150", done="150", rate="100"),
            Item("教育提升", name="新增学位", unit="个", target="1800", done="0", rate="0"),
            Item("教育提升", name="校舍维修", unit="平方米", target="6500.5", done="3250.25", rate="50"),
        ],
    )


def test_quarterly_plans_are_no_targets_and_works_begun_are_not_works_done() -> None:
    made = sheet("""
2026年十件民生实事进度安排及进展
序号|项目名称|年度目标|一季度|二季度|三季度|四季度|目前进展|责任单位
1|公园改造|完成改造3处|前期手续|开工1处|主体完成2处|全部完工|已开工2处|县城管局
2|老旧小区改造|改造小区12个|招标|开工6个|完成8个|完成12个|已开工9个|县住建局
""")
    check(
        entries(made),
        [
            Item("公园改造", target="3", unit="处", words={"work": "已开工2处"}, trouble=ANY),
            Item("老旧小区改造", target="12", unit="个", words={"work": "已开工9个"}, trouble=ANY),
        ],
    )


def test_columns_of_months_beside_the_cumulative_one() -> None:
    made = sheet("""
2026年城镇新增就业月度进度表
乡镇|目标任务|1月|2月|3月|4月|5月|累计完成|完成率
城关镇|1000|80|60|90|100|70|400|40%
石桥镇|600|50|40|30|60|60|240|40%
""")
    check(
        entries(made),
        [
            Item(place="城关镇", target="1000", done="400", rate="40"),
            Item(place="石桥镇", target="600", done="240", rate="40"),
        ],
    )
    assert tables(made)[0].month == "2026-05"


def test_last_year_beside_this_year() -> None:
    made = sheet("""
民生指标对比表
指标名称|单位|2025年完成|2026年目标|2026年1-6月完成|同比增长|完成率
城乡居民医保参保|万人|41.2|41.5|40.9|-0.7%|98.6%
新增绿地|公顷|30|35|12.5|4.2%|35.7%
""")
    check(
        entries(made),
        [
            Item("城乡居民医保参保", unit="万人", target="41.5", done="40.9", rate="98.6"),
            Item("新增绿地", unit="公顷", target="35", done="12.5", rate="35.7"),
        ],
    )
    assert tables(made)[0].month == "2026-06"


def test_works_begun_and_works_finished_against_one_plan() -> None:
    made = sheet(
        """
2026年农村危房改造进度统计表
县区|计划改造（户）|开工||竣工|
||户数|开工率|户数|竣工率
东城县|100|80|80%|50|50%
西城县|240|240|100%|60|25%
合计|340|320|94.12%|110|32.35%
""",
        ["A2:A3", "B2:B3", "C2:D2", "E2:F2"],
    )
    check(
        entries(made),
        [
            Item(place="东城县", name="开工", unit="户", target="100", done="80", rate="80"),
            Item(place="东城县", name="竣工", unit="户", target="100", done="50", rate="50"),
            Item(place="西城县", name="开工", unit="户", target="240", done="240", rate="100"),
            Item(place="西城县", name="竣工", unit="户", target="240", done="60", rate="25"),
        ],
    )


def test_ranks_and_lights_are_no_figures() -> None:
    made = sheet("""
各县区民生实事进度排名（2026年8月）
名次|县区|年度任务|已完成|完成率|较上月名次变化|亮灯
1|甲县|200|180|90%|2|绿灯
2|乙县|300|150|50%|-1|黄灯
3|丙县|100|10|10%|-1|红灯
""")
    check(
        entries(made),
        [
            Item(place="甲县", target="200", done="180", rate="90"),
            Item(place="乙县", target="300", done="150", rate="50"),
            Item(place="丙县", target="100", done="10", rate="10"),
        ],
    )
    assert tables(made)[0].month == "2026-08"


def test_units_beside_the_figures_are_brought_to_one() -> None:
    made = sheet("""
项目名称|目标任务|累计完成|完成率
村道硬化|60公里|31500米|52.5%
技能培训|5.2万人次|31000人次|59.6%
污水管网|12千米|3.6km|30%
造林绿化|2000亩|1500亩|75%
供水工程|3万立方米|12000方|40%
""")
    check(
        entries(made),
        [
            Item("村道硬化", unit="公里", target="60", done="31.5", rate="52.5"),
            Item("技能培训", unit="人次", target="52000", done="31000", rate="59.6"),
            Item("污水管网", unit="公里", target="12", done="3.6", rate="30"),
            Item("造林绿化", unit="亩", target="2000", done="1500", rate="75"),
            Item("供水工程", unit="立方米", target="30000", done="12000", rate="40"),
        ],
    )


def test_targets_that_are_percentages() -> None:
    made = sheet("""
2026年民生指标监测表
指标|单位|目标|现状
空气质量优良天数比例|%|≥85|87.2
城镇登记失业率|%|4.5以内|3.8
农村自来水普及率|百分比|95%|93.6%
电子病历覆盖率||100%|96%
""")
    check(
        entries(made),
        [
            Item("空气质量优良天数比例", unit="%", target="85", done="87.2"),
            Item("城镇登记失业率", unit="%", target="4.5", done="3.8"),
            Item("农村自来水普及率", unit="%", target="95", done="93.6"),
            Item("电子病历覆盖率", unit="%", target="100", done="96"),
        ],
    )


def test_long_headings_that_name_everything() -> None:
    made = sheet("""
项目\\n名称|2026年计划新开工\\n改造小区数（个）|截至2026年5月底\\n累计开工改造小区数（个）|2026年计划\\n完成投资（亿元）|截至2026年5月底累计完成投资额（万元）|占年度计划投资比例（%）
老旧小区改造|36|24|1.5|6,820.35|45.47
棚户区改造|8|8|'0.8|8000|100
""")
    check(
        entries(made),
        [
            Item("老旧小区改造", unit="个", target="36", done="24",
                 money={"planned": fen("1.5", 8), "completed": fen("6820.35")}),
            Item("棚户区改造", unit="个", target="8", done="8",
                 money={"planned": fen("0.8", 8), "completed": fen("8000")}),
        ],
    )  # fmt: skip
    assert tables(made)[0].month == "2026-05"


def test_parts_numbered_under_their_project() -> None:
    made = sheet("""
序号|项目名称|目标任务|完成情况|责任单位
1|教育提升工程|||县教育局
1.1|新建小学|2所|1所|县教育局
1.2|改扩建幼儿园|5所|３所|县教育局
2|医疗服务工程|||县卫健局
2.1|标准化村卫生室|40个|完成40个，完成率100%|县卫健局
""")
    found = [entry for entry in entries(made) if entry.has_figures]
    check(
        found,
        [
            Item("新建小学", unit="所", target="2", done="1"),
            Item("改扩建幼儿园", unit="所", target="5", done="3"),
            Item("标准化村卫生室", unit="个", target="40", done="40", rate="100"),
        ],
    )


def test_a_share_without_its_percent_sign_is_told_by_the_figures_beside_it() -> None:
    made = sheet("""
项目名称|年度目标|累计完成|完成率
村卫生室|40|21|0.525
路灯|100|103|1.03
水厂|4|1|25
""")
    check(
        entries(made),
        [
            Item("村卫生室", target="40", done="21", rate="52.5"),
            Item("路灯", target="100", done="103", rate="103"),
            Item("水厂", target="4", done="1", rate="25"),
        ],
    )
