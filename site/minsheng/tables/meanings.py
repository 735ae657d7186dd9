"""What a column's heading means, told by the words it is made of.

A heading is covered, longest word first, with the words that offices use; the kinds of words decide its meaning, and
what no word covers (城镇新增就业 in 城镇新增就业完成率) is the name of the target that the column belongs to.
"""

import enum
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from minsheng.tables.units import NONE, Unit, split_heading, unit_of
from minsheng.tables.wording import squeezed


class Meaning(enum.StrEnum):
    """What the cells of a column are."""

    IGNORED = "ignored"
    KEY = "key"
    SERIAL = "serial"
    CATEGORY = "category"
    PLACE = "place"
    TITLE = "title"
    SUBTITLE = "subtitle"
    ITEM = "item"
    CONTENT = "content"
    UNIT = "unit"
    TARGET = "target"
    DONE = "done"
    RATE = "rate"
    PROGRESS = "progress"
    PLANNED = "planned"
    TOTAL = "total"
    COMPLETED = "completed"
    ARRIVED = "arrived"
    DISBURSED = "disbursed"
    SPENT = "spent"
    MONEY_RATE = "money_rate"
    AGENCY = "agency"
    SUPPORT = "support"
    LEADER = "leader"
    STAGE = "stage"
    WORK = "work"
    DIFFICULTIES = "difficulties"
    NEXT_STEP = "next_step"
    START = "start"
    FINISH = "finish"
    PERIOD = "period"
    LOCATION = "location"
    REMARK = "remark"


FIGURES = frozenset({Meaning.TARGET, Meaning.DONE, Meaning.RATE})
MONEY = frozenset(
    {Meaning.PLANNED, Meaning.TOTAL, Meaning.COMPLETED, Meaning.ARRIVED, Meaning.DISBURSED, Meaning.SPENT}
)
DAYS = frozenset({Meaning.START, Meaning.FINISH, Meaning.PERIOD})
NAMING = frozenset({Meaning.TITLE, Meaning.SUBTITLE, Meaning.ITEM, Meaning.CONTENT})

_NOUNS: dict[Meaning, str] = {
    Meaning.IGNORED: "资金来源 资金来源渠道 资金渠道 文号 批复文号 经度 纬度 统计代码 排名 名次 位次 得分 分值 权重 频次",
    Meaning.KEY: "系统编号 系统编号请勿改动 项目标识",
    Meaning.SERIAL: "序号 编号 项目编号 序列号 序列 序 行次 项次 号",
    Meaning.LEADER: "区领导 县领导 市领导 镇领导 分管领导 责任领导 挂钩领导 包保领导 包联领导 牵头领导 领导 责任人 负责人 联系人 包保人 "
    "联系电话 联系方式 电话 手机 填报人 第一责任人 具体责任人 分管负责人 经办人",
    Meaning.SUPPORT: "配合单位 协办单位 配合部门 协同单位 参与单位 协助单位 责任科室 施工单位 监理单位 设计单位 配合责任单位",
    Meaning.AGENCY: "责任单位 牵头单位 主管单位 责任部门 牵头部门 主管部门 实施单位 承办单位 承办部门 主办单位 负责单位 负责部门 建设单位 业主单位 "
    "项目业主 责任主体 实施主体 主管机关 主责单位 主责部门 牵头责任单位 牵头(责任)单位 项目单位 填报单位 实施部门 部门 建设主体 责任局办 业主",
    Meaning.CATEGORY: "类别 分类 类型 领域 行业 所属行业 所属领域 项目类别 项目类型 工程类别 性质 建设性质 级别 板块 项目级别 大类 实事类别",
    Meaning.LOCATION: "建设地点 地点 地址 位置 项目地点 实施地点 所在地 建设地址 项目地址 具体位置 坐落",
    Meaning.PLACE: "地区 县区 区县 县(市、区) 县(市,区) 县(市区) 县市区 市州 州市 地市 市(州) 区域 乡镇 镇街 乡镇(街道) 乡镇街道 镇乡 街道 镇(街道) "
    "镇(街) 行政区划 所属地区 属地 辖区 县域 市县 县(区) 区(县) 市(县) 市(县、区) 区(市、县) 区(市)县 各县区 片区 地方 县别 区划",
    Meaning.SUBTITLE: "子项目 子项目名称 子项 分项 具体项目 单项工程 子工程 分项名称 子项名称",
    Meaning.TITLE: "项目名称 工程名称 名称 项目 工程 民生实事 实事 实事项目 民生项目 民生工程 民生工程项目 民生实事项目 民生实事名称 事项 事项名称 实事内容 项目内容 "
    "工作任务 任务名称 重点工作 重点任务 计划名称 工程项目 行动名称 项目(工程)名称 实事项目名称 项目名 工作事项 实事名称 建设项目 任务事项 工作名称",
    Meaning.ITEM: "考核指标 指标 指标名称 考核内容 评价指标 具体指标 指标内容 考核事项 量化指标 绩效指标 指标项 考核项目",
    Meaning.CONTENT: "内容 主要内容 建设内容 建设规模 具体内容 任务内容 工作内容 建设规模及内容 建设内容及规模 建设规模和内容 实施内容 规模 "
    "主要建设内容 主要任务 具体任务 具体措施 项目概况 概况 工作措施 主要措施 项目简介 任务要求 工作要求",
    Meaning.UNIT: "计量单位 度量单位 数量单位 量纲 计算单位",
    Meaning.STAGE: "进度状态 状态 阶段 当前阶段 项目阶段 实施阶段 项目状态 所处阶段 是否开工 是否完成 是否完工 是否达到序时进度 目前阶段",
    Meaning.START: "开工时间 开工日期 开始时间 起始时间 启动时间 计划开工时间 计划开工日期 实际开工时间 开工年月 计划开工 拟开工时间 开工时限",
    Meaning.FINISH: "完工时间 完工日期 竣工时间 竣工日期 完成时间 完成时限 完成期限 完成日期 结束时间 计划完工时间 计划竣工时间 计划竣工日期 计划完成时间 预计完工时间 "
    "预计完成时间 时限 时限要求 办结时限 竣工年月 完工年月 截止时间 建成时间 计划竣工 投用时间 拟竣工时间 交付时间",
    Meaning.PERIOD: "起止年限 起止时间 起止年月 建设年限 建设周期 建设期限 建设工期 工期 实施期限 时间节点 建设起止年限 建设起止时间 实施时间 建设时间 实施年限 起止日期 建设期",
    Meaning.DIFFICULTIES: "问题 存在问题 困难 存在困难 滞后原因 未完成原因 原因 存在的问题 问题困难 困难问题 主要问题 制约因素 情况说明 问题及原因 存在困难和问题 存在问题及困难 "
    "存在的困难和问题 问题和困难 需协调事项 需协调解决的问题 未开工原因 存在困难问题 存在的主要问题 存在的问题和困难 存在问题及原因",
    Meaning.NEXT_STEP: "下步计划 下一步 下步 下月 下一步工作 下一步工作计划 下步工作计划 下步工作打算 下一步打算 下步打算 工作计划 下阶段计划 下一步计划 下一步安排 下步安排 "
    "工作安排 下月计划 下月工作计划 下阶段 下步措施 下步工作 下一步举措 下步举措 整改措施 下一步工作安排 次月计划",
    Meaning.REMARK: "备注 说明 附注 备注说明 其他说明 注",
}

_TAGS: dict[str, str] = {
    "planned": "计划 目标 任务 目标任务 年度目标 年度任务 任务数 目标数 计划数 计划完成 应完成 拟完成 预计完成 下达 指标值 目标值 工作目标 年初计划 任务量 应 拟 预期 "
    "预计 任务目标 工作目标任务 年度计划 全年任务 年度目标任务 全年目标 约束性 目标要求 要求 年计划 年任务 年目标 全年计划 计划任务 下达任务 建设任务 建设任务数",
    "done": "完成 已完成 累计完成 实际完成 完成数 完成量 任务完成 目标完成 完成任务 实绩 实际 累计 已 达到 落实 办结 兑现 实现 完成值 当前完成 已建成 已实施 完成目标 完成任务数 "
    "完成计划 计划执行 指标完成 实际值 现状 现状值 本年累计 本年完成 实施数 执行数 发放",
    "rate": "率 比率 比例 比重 占比 百分比 完成比 之比 完成率 完成比例 占 比 百分率 达成率 执行率 进度比例",
    "progress": "进展 进展情况 推进情况 工作进度 进度 进度情况 完成情况 落实情况 实施情况 情况 工作开展情况 开展情况 工作进展 工作进展情况 推进 建设进度 进展 当前进度 目前进展 "
    "目前进度 项目进展 项目进度 建设情况 工作情况 实施进度 实施进展 完成进度 建设进展 工作完成情况 项目进展情况 工作推进情况 月度进展情况 累计进度 成效",
    "physical": "形象进度 工程进度 工程形象进度 总体进度 施工进度 项目形象进度",
    "money": "投资 资金 经费 金额 投入 款 款项 费用 总投资 预算 概算 补助资金 专项资金 投资额 资金额 财政资金 项目资金 投资规模",
    "total": "总投资 概算 概算总投资 投资总额 项目总投资 计划总投资 估算总投资 总概算 总额 总投资额 投资概算 总预算 概算投资 估算投资 投资规模",
    "arrived": "到位 资金到位 到账 到位资金 已到位 到位额",
    "disbursed": "拨付 拨款 支付 拨付资金 已拨付 支付资金",
    "spent": "支出 使用 列支 支出资金 已支出 使用资金",
    "quantity": "数 量 额 额度 值 数量 总数 总量 数额 个数 数值 规模数",
    "filler": "年度 全年 本年 当年 今年 年 年初 本 当前 目前 截至 截止 至 到 月 月份 本月 当月 底 末 各 的 及 和 与 等 情况 其中 项目 工程 工作 市级 县级 区级 省级 市 县 区 省 级 "
    "具体 主要 总体 总 实施 建设 月度 季度 日 累积 表 进 (",
    "monthly": "本月 当月 本季度 本季 本周 上月 上期 上年 去年 上年度 上月累计 上月末 上年同期 同比 增长 增幅",
}
_TIMES = re.compile(
    r"(?:截[至止]到?)?(?:(?:19|20)?\d{2}年)?(?:\d{1,2}(?:-\d{1,2})?月(?:份|底|末|\d{1,2}日)?|第?[一二三四1-4]季度?)|(?:19|20)\d{2}年度?|上半年|下半年|1-\d{1,2}月"
)
_LEFT = re.compile(r"[()（）\[\]【】,，、:：;；.。/·\-_%]")
LONGEST_HEADING = 26


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading cell taken apart. ``rest`` is what no known word covers; ``is_dated`` that it names a month."""

    text: str
    bare: str
    unit: str
    noun: Meaning | None
    tags: frozenset[str]
    rest: str
    is_dated: bool

    @property
    def is_known(self) -> bool:
        """Whether known words make up most of it."""
        if self.noun is not None:
            return True
        return bool(self.tags - {"filler", "quantity"}) and len(self.rest) <= len(self.bare) / 2


@dataclass(frozen=True, slots=True)
class Guess:
    """A column's meaning, unit, and the target it belongs to; ``is_certain`` where the heading's words say it all."""

    meaning: Meaning
    unit: Unit = NONE
    group: str = ""
    is_certain: bool = True


@functools.cache
def _noun_table() -> dict[str, Meaning]:
    return {squeezed(word): meaning for meaning, words in _NOUNS.items() for word in words.split()}


@functools.cache
def _tag_table() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for tag, words in _TAGS.items():
        for word in words.split():
            table.setdefault(word, set()).add(tag)
    return {word: frozenset(tags) for word, tags in table.items()}


@functools.lru_cache(4096)
def take_apart(text: str) -> Heading:
    """Return a heading cell taken apart into its unit, its known words and the rest."""
    without_unit, unit = split_heading(text)
    timeless = _TIMES.sub("", without_unit)
    is_dated = timeless != without_unit
    bare = _LEFT.sub("", timeless)
    noun = _noun_of(timeless, bare)
    tags: set[str] = set()
    rest, position = "", 0
    table = _tag_table()
    longest = max(map(len, table))
    while position < len(bare):
        for size in range(min(longest, len(bare) - position), 0, -1):
            word = bare[position : position + size]
            if word in table:
                tags |= table[word]
                position += size
                break
        else:
            rest += bare[position]
            position += 1
    return Heading(text, bare, unit, noun, frozenset(tags), rest, is_dated)


def _noun_of(timeless: str, bare: str) -> Meaning | None:
    """Return the meaning of a heading that is a word of the list, with or without 项目, 主要 and the like before it."""
    table = _noun_table()
    for form in (timeless, bare, re.sub(r"\([^)]*\)$", "", timeless)):
        if form in table:
            return table[form]
    stripped = re.sub(
        r"^(?:项目|工程|主要|具体|本年度?|当年|年度|全年|市级|县级|区级|拟|计划|目前|当前|存在的?)+", "", bare
    )
    if stripped != bare and stripped in table and len(stripped) > 1:
        return table[stripped]
    parts = re.split(r"[/、及和与]", timeless)
    if len(parts) == 2 and all(part in table for part in parts):
        return table[parts[0]]
    return None


def is_heading(text: str) -> bool:
    """Whether a cell reads as the heading of a column, by its own words."""
    key = squeezed(text)
    if not key or len(key) > LONGEST_HEADING or re.fullmatch(r"[\d.,%\-]+", key):
        return False
    return take_apart(key).is_known or key == "单位"


def is_time(text: str) -> bool:
    """Whether a heading only names a month, a quarter or a year."""
    heading = take_apart(squeezed(text))
    return heading.is_dated and not heading.bare


def guess(path: Sequence[str]) -> Guess | None:
    """Return what a column means by its headings, the topmost first; None where no word is known."""
    heads = [take_apart(squeezed(text)) for text in path if text.strip()]
    if not heads:
        return None
    leaf, above = heads[-1], heads[:-1]
    unit = next((head.unit for head in reversed(heads) if head.unit), "")
    group = _group(leaf, above)
    if leaf.noun is not None and not (leaf.unit and leaf.noun in {Meaning.TITLE, Meaning.SERIAL}):
        return Guess(leaf.noun, unit_of(leaf.unit) if leaf.unit else NONE)
    meaning = _of_tags(leaf, above, unit_of(leaf.unit) if leaf.unit else NONE)
    if meaning is None:
        return None
    is_certain = leaf.is_known and len(leaf.rest) <= 4
    belongs = meaning in FIGURES or meaning is Meaning.WORK
    return Guess(meaning, unit_of(unit) if unit else NONE, group if belongs else "", is_certain)


def _group(leaf: Heading, above: Sequence[Heading]) -> str:
    """Return the name of the target a column belongs to: what its headings say beyond the known words."""
    own = _name(leaf)
    if own:
        return own
    for head in reversed(above):
        if not is_agency(head.text) and (name := _name(head)):
            return name
    return ""


def _name(head: Heading) -> str:
    """Return a heading as the name of a target: without the known words at its ends; nothing where they are all."""
    if head.noun is not None or len(head.rest) < 2:
        return ""
    without_unit, _unit = split_heading(head.text)
    name = _TIMES.sub("", without_unit).strip("()（）,，:： ")
    if not head.tags - {"filler", "quantity"}:
        return name
    return (
        _ENDS.sub("", _STARTS.sub("", name)).strip("()（）,，:： ") if len(head.rest) * 2 >= len(head.bare) - 6 else ""
    )


def _ends_of(tags: str) -> str:
    words = {word for tag in tags.split() for word in _TAGS[tag].split()}
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_STARTS = re.compile(rf"^(?:{_ends_of('planned done')}|年度|全年|本年|当年|今年|年初|本月|当月)+")
_ENDS = re.compile(rf"(?:{_ends_of('planned done rate progress')}|(?<![人户次件套个家])(?:数量|总数|数))+$")


def _of_tags(leaf: Heading, above: Sequence[Heading], unit: Unit) -> Meaning | None:
    tags = set(leaf.tags)
    if not tags - {"filler", "quantity", "total"}:
        for head in reversed(above):
            tags |= head.tags
    inherited = any("money" in head.tags for head in above) and (unit is NONE or unit.is_percent)
    is_money = bool(tags & {"money", "total"}) or unit.is_money or (inherited and not tags & {"planned"})
    if "monthly" in tags and not tags & {"progress"} and (is_money or "done" in tags):
        return Meaning.IGNORED
    if "rate" in tags or unit.is_percent:
        if "physical" in tags:
            return Meaning.PROGRESS
        return Meaning.MONEY_RATE if is_money or tags & {"arrived", "disbursed", "spent"} else Meaning.RATE
    if is_money or (tags & {"arrived", "disbursed", "spent"} and not tags & {"progress"}):
        return _of_money(tags)
    if "physical" in tags:
        return Meaning.WORK
    if "planned" in tags:
        if leaf.is_dated and "done" not in tags and re.search(r"工作计划|计划$|安排", leaf.bare):
            return Meaning.NEXT_STEP
        return Meaning.TARGET
    if "done" in tags and "progress" not in tags:
        return Meaning.DONE
    if "progress" in tags:
        return Meaning.WORK
    return Meaning.DONE if "quantity" in tags and leaf.rest else None


def _of_money(tags: set[str]) -> Meaning:
    for tag, meaning in (("arrived", Meaning.ARRIVED), ("disbursed", Meaning.DISBURSED), ("spent", Meaning.SPENT)):
        if tag in tags:
            return meaning
    if "planned" in tags and "total" not in tags:
        return Meaning.PLANNED
    if "done" in tags or "progress" in tags:
        return Meaning.COMPLETED
    return Meaning.TOTAL if "total" in tags else Meaning.PLANNED


_AGENCY = re.compile(
    r"[\u3400-\u9fff·]{1,22}(?:局|委|委员会|厅|部|办|办公室|中心|联|总工会|妇联|残联|团委|公司|集团|政府|街道|管委会|院|处|站|社|队|指挥部|协会|司|署|大队|支队|乡|镇|分局|工信委|党工委|组)(?:\(.{1,12}\))?"
)


def is_agency(text: str) -> bool:
    """Whether text reads as one or several agencies: 市人力资源社会保障局, 教育局、公建中心."""
    parts = [part for part in re.split(r"[、,，;；/\s和及]+", squeezed(text)) if part]
    return bool(parts) and all(len(part) <= 24 and _AGENCY.fullmatch(part) for part in parts)
