"""What the parts of a project's record and their columns are called, and what to write in them."""

from pages.language import lazy_gettext as _l

PART_WORDS: dict[str, str] = {
    "project": _l("项目基本内容"),
    "responsibility": _l("责任人"),
    "indicator": _l("目标任务"),
    "target_assignment": _l("上级下达的任务"),
    "funding_line": _l("资金来源"),
    "fund_movement": _l("资金流水"),
    "milestone": _l("节点"),
    "contract": _l("合同"),
    "contract_payment": _l("合同付款"),
    "contract_change": _l("合同变更"),
    "safeguard": _l("六制落实"),
    "review": _l("考核验收"),
    "eligibility_step": _l("资格认定"),
    "payment_batch": _l("发放和培训批次"),
    "after_care": _l("管护"),
    "problem": _l("问题"),
    "look_back": _l("回头看"),
    "monitor": _l("群众监督员"),
    "monitor_report": _l("监督员报告"),
}

MISSING_WORDS: dict[str, str] = {
    "indicators": _l("目标任务"),
    "responsibilities": _l("第一责任人"),
    "planned_start": _l("计划开工日期"),
    "planned_finish": _l("计划完工日期"),
    "quality_standard": _l("质量标准"),
}
"""What a project must state before it is public, by the names the domain gives."""

PART_HINTS: dict[str, str] = {
    "responsibility": _l("写职务；写不写姓名由公示单位定。"),
    "indicator": _l("一项一条，能数得出来：名称、单位、数值。"),
    "target_assignment": _l("省里、市里给了多少任务，写在哪份文件里；还没有下达的，数值和日期留空。"),
    "funding_line": _l("每个来源一条。集资款和质量保证金单独成条，不算进项目资金。"),
    "fund_movement": _l("一笔一条；记错了，用负数冲回。"),
    "milestone": _l("原定日期第一次公示后不再改变；推迟要写原因。"),
    "safeguard": _l("写日期、单位或文件；不适用的，写明公开的理由。"),
    "review": _l("年终验收不达质量标准，不算验收通过。"),
    "eligibility_step": _l("只写人数和户数，不写名单。"),
    "payment_batch": _l("每一批一条，只写人数、标准和总额，不写名单。"),
    "problem": _l("写清楚问题、责任单位和整改期限。整改证据和销号在“问题清单”里办。"),
    "monitor": _l("只写编号，不写姓名。"),
    "monitor_report": _l("照监督员的原话写，公示时注明是监督员写的。"),
}

COLUMN_WORDS: dict[str, str] = {
    "actual_finish": _l("实际完工日期"),
    "actual_on": _l("实际日期"),
    "actual_start": _l("实际开工日期"),
    "agency_id": _l("责任单位"),
    "amount_fen": _l("金额"),
    "appointed_on": _l("聘任日期"),
    "assigned_by": _l("谁定的"),
    "assigned_on": _l("下达日期"),
    "badge": _l("监督员编号"),
    "budget_source": _l("经费从哪来"),
    "category": _l("领域"),
    "changed_on": _l("变更日期"),
    "dated": _l("日期"),
    "deadline": _l("整改期限"),
    "deposit_line_id": _l("质量保证金账目"),
    "deposit_release_on": _l("保证金应退日期"),
    "description": _l("问题是什么"),
    "direction": _l("多好还是少好"),
    "division_id": _l("地方"),
    "document_id": _l("公开文件"),
    "done_on": _l("完成日期"),
    "ended_on": _l("解聘日期"),
    "finding": _l("结论"),
    "found_on": _l("发现日期"),
    "held_on": _l("考核日期"),
    "households": _l("户数"),
    "inspection_every_months": _l("几个月检查一次"),
    "keeper": _l("管护单位或岗位"),
    "kind": _l("类型"),
    "label": _l("名称"),
    "latitude": _l("纬度"),
    "location": _l("具体位置"),
    "longitude": _l("经度"),
    "looked_on": _l("检查日期"),
    "measure": _l("计量方式"),
    "meets_standard": _l("达到质量标准"),
    "moved_on": _l("日期"),
    "name": _l("名称"),
    "not_applicable_because": _l("不适用的理由（公开）"),
    "note": _l("说明"),
    "paid_on": _l("日期"),
    "part_name": _l("分解到哪里（名称）"),
    "party": _l("单位"),
    "people": _l("人数"),
    "period": _l("考核周期"),
    "phone": _l("电话"),
    "photo_before_id": _l("整改前的照片"),
    "planned_fen": _l("计划金额"),
    "planned_finish": _l("计划完工日期"),
    "planned_investment_fen": _l("当年计划投资"),
    "planned_on": _l("计划日期"),
    "planned_start": _l("计划开工日期"),
    "points": _l("满分"),
    "post": _l("职务"),
    "posted_where": _l("在哪里公示"),
    "quality_standard": _l("质量标准"),
    "reason": _l("变更原因"),
    "result": _l("检查结果"),
    "reviewer": _l("考核单位（不在名单里的写这里）"),
    "role": _l("责任"),
    "score": _l("得分"),
    "signed_on": _l("签订日期"),
    "since": _l("从哪天开始管护"),
    "source": _l("来源"),
    "source_title": _l("文件名称"),
    "standard": _l("标准"),
    "subject": _l("合同内容"),
    "summary": _l("一句话说明"),
    "target": _l("目标值"),
    "text": _l("报告内容"),
    "title": _l("项目名称"),
    "total_investment_fen": _l("总投资"),
    "unit": _l("计量单位"),
    "upkeep_budget_fen": _l("管护经费"),
    "visited_on": _l("到现场的日期"),
    "weight": _l("权重（%）"),
    "whole_id": _l("属于哪一项总任务"),
    "year": _l("年度"),
    "yearly_budget_fen": _l("每年管护经费"),
}

OWN_COLUMN_WORDS: dict[tuple[str, str], str] = {
    ("responsibility", "name"): _l("姓名"),
    ("funding_line", "label"): _l("资金名称（按文件印的写）"),
    ("payment_batch", "label"): _l("批次名称"),
    ("indicator", "weight"): _l("在项目进度里的权重"),
    ("safeguard", "party"): _l("单位（法人、监理、中标单位等）"),
    ("contract", "party"): _l("对方单位"),
    ("problem", "source"): _l("怎么发现的"),
    ("problem", "kind"): _l("共性还是个性"),
    ("problem", "post"): _l("责任人职务"),
}
"""Where a column is called otherwise in one part."""

COLUMN_HINTS: dict[str, str] = {
    "amount_fen": _l("例如 350万元；不写单位按元算。变更减少、冲回用负数。"),
    "period": _l("例如 2026-Q2（第二季度）、2026-H1（上半年）、2026（全年）"),
    "part_name": _l("例如 青禾镇；只在分解任务时填"),
    "photo_before_id": _l("从已公示月报的照片里选"),
    "latitude": _l("例如 30.2741，和经度一起填"),
}


def column_word(part: str, column: str) -> str:
    """Return what a column is called in a part."""
    return OWN_COLUMN_WORDS.get((part, column)) or COLUMN_WORDS[column]


RULE_WORDS: dict[str, tuple[str, str]] = {
    "repeated": ("", _l("这一条已经有了，不能重复；要改请改原来那一条。")),
    "in_use": ("", _l("别的记录还要用到它，先改那些记录。")),
    "ck_project_dates_in_order": ("planned_finish", _l("计划完工日期不能早于计划开工日期")),
    "ck_project_coordinates_together": ("longitude", _l("经度和纬度要一起填，或者都不填")),
    "ck_project_published_states_four_settled": ("", _l("公示的项目要写明开工、完工日期和质量标准，不能清空。")),
    "ck_project_planned_investment_not_negative": ("planned_investment_fen", _l("不能是负数")),
    "ck_project_total_investment_not_negative": ("total_investment_fen", _l("不能是负数")),
    "ck_indicator_weight_not_negative": ("weight", _l("不能是负数")),
    "ck_target_assignment_assigned_has_day": ("assigned_on", _l("数值和下达日期要一起填；还没有下达的都留空")),
    "ck_target_assignment_target_not_negative": ("target", _l("不能是负数")),
    "ck_funding_line_planned_not_negative": ("planned_fen", _l("不能是负数")),
    "ck_fund_movement_amount_not_zero": ("amount_fen", _l("不能是零")),
    "ck_milestone_weight_not_negative": ("weight", _l("不能是负数")),
    "ck_contract_amount_not_negative": ("amount_fen", _l("不能是负数")),
    "ck_contract_payment_amount_not_zero": ("amount_fen", _l("不能是零")),
    "ck_safeguard_kept_or_says_why_not": (
        "not_applicable_because",
        _l("日期、单位、文件至少填一样；不适用的，只写理由，前面几项留空"),
    ),
    "ck_review_score_fits": ("score", _l("得分和满分要一起填，得分在零和满分之间")),
    "ck_eligibility_step_people_not_negative": ("people", _l("不能是负数")),
    "ck_eligibility_step_households_not_negative": ("households", _l("不能是负数")),
    "ck_payment_batch_people_not_negative": ("people", _l("不能是负数")),
    "ck_payment_batch_amount_not_negative": ("amount_fen", _l("不能是负数")),
    "ck_after_care_budget_not_negative": ("yearly_budget_fen", _l("不能是负数")),
    "ck_after_care_inspection_interval_plausible": ("inspection_every_months", _l("请填 1 到 60 个月")),
    "ck_problem_closed_after_found": ("found_on", _l("发现日期不能晚于销号日期")),
    "ck_problem_state_says_closed": ("", _l("销号在“问题清单”里办。")),
    "ck_problem_closing_says_cure": ("", _l("申请销号在“问题清单”里办。")),
    "ck_problem_closed_only_with_evidence": ("", _l("销号在“问题清单”里办。")),
    "ck_problem_several_have_it": ("kind", _l("这一条属于好几个项目的共性问题，不能改成个性问题")),
    "ck_problem_deadline_after_found": ("deadline", _l("整改期限不能早于发现日期")),
    "ck_look_back_upkeep_not_negative": ("upkeep_budget_fen", _l("不能是负数")),
    "ck_monitor_report_withdrawal_has_reason": ("text", _l("请写明撤下的理由")),
    "ck_monitor_ended_after_appointed": ("ended_on", _l("解聘日期不能早于聘任日期")),
}
"""What to say, and beside which column, where a rule of the database refuses a record."""

UNIQUE_COLUMNS: dict[str, str] = {
    "milestone": "kind",
    "safeguard": "kind",
    "review": "period",
    "payment_batch": "label",
    "monitor": "badge",
}
"""The column that tells a record of a part from the others."""


def rule_word(part: str, rule: str) -> tuple[str, str]:
    """Return the column, or nothing, and the words for a rule of the database that refused a record."""
    column, words = RULE_WORDS.get(rule, ("", _l("数据库不接受这样的内容：前后日期、金额可能对不上。")))
    return (UNIQUE_COLUMNS.get(part, "") if rule == "repeated" else column), words
