"""What a data check found, in a sentence: the figures themselves, never a verdict on people.

Each sentence says what was stated and what does not fit, so that the publisher can put it right or explain it.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType

from flask import Flask

from minsheng.progress.findings import CheckCode, Finding
from pages import formats
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.language import plain_record_text
from pages.words import WORDS, word


def _figure(facts: Mapping[str, str], name: str) -> str:
    """Return an amount in the reader's form where it is one, else the figure as it was printed."""
    printed_amount = facts.get(f"{name}_fen")
    return formats.money(int(printed_amount)) if printed_amount else plain_record_text(facts.get(name, ""))


_BY_END: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("_fen", lambda text: formats.money_exact(int(text))),
    ("_percent", lambda text: formats.percent(Decimal(text), 2)),
    ("_on", lambda text: formats.date(dt.date.fromisoformat(text))),
    ("month", formats.month),
    ("_count", lambda text: formats.number(int(text))),
    ("stage", lambda text: word(text, "stage")),
    ("fund", lambda text: word(text, "movement_kind")),
)


def _shown(facts: Mapping[str, str]) -> dict[str, str]:
    """Return every fact as a reader sees it; the end of a name gives its form, see ``Finding``."""
    shown = {}
    for name, text in facts.items():
        written = next((written for end, written in _BY_END if name.endswith(end)), plain_record_text)
        shown[name] = written(text) if text else formats.NOTHING
    shown |= {name: _dated(facts[name]) for name in ("first", "then", "what") if name in facts}
    shown |= {name: _figure(facts, name) for name in ("part", "whole", "sum") if name in facts}
    return shown


def _dated(text: str) -> str:
    """Return the word for something that has a date: a milestone, the start, the finish."""
    words = {"start": _("开工"), "finish": _("完工")}
    return words.get(text) or str(WORDS["milestone_kind"].get(text) or plain_record_text(text))


def _value_with_unit(facts: Mapping[str, str], name: str) -> str:
    return formats.quantity(Decimal(facts[name]), facts.get("unit", "")) if facts.get(name) else formats.NOTHING


_SENTENCES: Mapping[CheckCode, str] = MappingProxyType(
    {
        CheckCode.SPENT_OVER_DISBURSED: _l("支出 %(spent_fen)s，大于拨付 %(disbursed_fen)s。"),
        CheckCode.DISBURSED_OVER_ARRIVED: _l("拨付 %(disbursed_fen)s，大于到位 %(arrived_fen)s。"),
        CheckCode.FUNDS_WENT_DOWN: _l(
            "累计%(fund)s资金从%(earlier_month)s的 %(earlier_fen)s 降到%(later_month)s的 %(later_fen)s。"
        ),
        CheckCode.FUNDING_PARTS_NOT_WHOLE: _l("%(parts_count)s 项资金来源合计 %(sum)s，与计划总额 %(whole)s 不符。"),
        CheckCode.DONE_WITH_LITTLE_SPENT: _l(
            "进度已到 %(progress_percent)s，支出 %(spent_fen)s 只占计划 %(planned_fen)s 的 %(spent_percent)s。"
        ),
        CheckCode.PROGRESS_WENT_DOWN: _l(
            "进度从%(earlier_month)s的 %(earlier_percent)s 降到%(later_month)s的 %(later_percent)s。"
        ),
        CheckCode.VALUE_WENT_DOWN: _l(
            "“%(name)s”是累计数，却从%(earlier_month)s的 %(earlier)s 降到%(later_month)s的 %(later)s。"
        ),
        CheckCode.FINISHED_BELOW_TARGET: _l("阶段已是“%(stage)s”，进度只有 %(progress_percent)s。"),
        CheckCode.PROGRESS_BEFORE_START: _l("阶段还是“%(stage)s”，却已有进度 %(progress_percent)s。"),
        CheckCode.COMPLETED_WITH_OPEN_PROBLEM: _l("阶段已是“%(stage)s”，还有 %(problems_count)s 个问题没有销号。"),
        CheckCode.REPORTED_TWICE: _l(
            "“%(name)s”与“%(other_name)s”像是同一批：%(held_on)s，%(people_count)s 人，%(amount_fen)s。"
        ),
        CheckCode.TARGET_LOWERED: _l("公示过的目标“%(name)s”从 %(earlier)s 改为 %(later)s，要求降低了。"),
        CheckCode.FUNDS_LOWERED: _l("公示过的计划资金从 %(earlier_fen)s 减为 %(later_fen)s。"),
        CheckCode.STANDARD_CHANGED: _l("公示过的质量标准从“%(earlier)s”改为“%(later)s”。"),
        CheckCode.FINISH_MOVED: _l("公示过的完工日期从 %(earlier_on)s 改为 %(later_on)s。"),
        CheckCode.PARTS_NOT_WHOLE: _l("各部分（%(parts_count)s 项）合计 %(sum)s，与总数 %(whole)s 不符。"),
        CheckCode.PERCENTAGE_IMPOSSIBLE: _l(
            "写的是 %(stated)s，但 %(part)s 占 %(whole)s 应为 %(computed_percent)s；按所列位数，"
            "只可能在 %(lowest_percent)s 至 %(highest_percent)s 之间。"
        ),
        CheckCode.COUNT_SHARE_IMPOSSIBLE: _l(
            "没有哪个整数的 %(stated)s 正好是 %(part)s；按这个比例，总数约为 %(implied)s。"
        ),
        CheckCode.IMPLIED_WHOLE_CHANGED: _l(
            "先前 %(earlier)s 为 %(earlier_percent)s，后来 %(later)s 为 %(later_percent)s，两次推出的总数不一样。"
        ),
        CheckCode.STATED_DIFFERENTLY: _l("同一件事有两种说法：%(one_place)s为 %(one)s，%(other_place)s为 %(other)s。"),
        CheckCode.TOTALS_DIFFER: _l("多数项目（%(items_count)s 项）的合计是 %(usual_count)s，这几项不同：%(odd)s。"),
        CheckCode.ALL_DONE_WITH_UNFINISHED_ITEMS: _l(
            "称 %(total_count)s 项全部完成，其中 %(unfinished_count)s 项所列阶段尚未完成：%(unfinished)s。"
        ),
        CheckCode.NOT_A_NUMBER: _l("应填数字的地方写的是“%(text)s”。"),
        CheckCode.UNIT_DOUBTFUL: _l("“%(text)s”的单位可能写重了。"),
        CheckCode.DATES_OUT_OF_ORDER: _l("%(then)s（%(then_on)s）早于%(first)s（%(first_on)s）。"),
        CheckCode.DATE_IN_FUTURE: _l("月报截至 %(period_end_on)s，所写%(what)s日期 %(happened_on)s 还没有到。"),
        CheckCode.REPORT_OLDER_THAN_LAST: _l("这份是%(month)s的月报，之前已公示到%(other_month)s。"),
        CheckCode.PHOTO_OUTSIDE_PERIOD: _l(
            "照片摄于 %(taken_on)s，不在本期（%(period_start_on)s至%(period_end_on)s）之内。"
        ),
        CheckCode.LATE_PUBLICATION: _l(
            "截至 %(period_end_on)s 的内容到 %(published_on)s 才公布，"
            "过了 %(days_count)s 天（应在 %(limit_count)s 天内）。"
        ),
    }
)


def check_message(finding: Finding) -> str:
    """Return a finding as one sentence in the reader's language."""
    facts = _shown(finding.facts)
    if finding.code in {CheckCode.VALUE_WENT_DOWN, CheckCode.TARGET_LOWERED}:
        facts |= {name: _value_with_unit(finding.facts, name) for name in ("earlier", "later")}
    return str(_SENTENCES[finding.code]) % facts


def register(app: Flask) -> None:
    """Make ``check_message`` a filter."""
    app.jinja_env.filters["check_message"] = check_message
