"""What is wrong with a table of cases, cell by cell, in words that say what to do."""

from collections.abc import Mapping
from types import MappingProxyType

from minsheng.casework.case_import import HEADINGS, KINDS, Column, Fault
from minsheng.casework.case_tables import MOST_COLUMNS, MOST_ROWS
from pages.language import gettext as _
from pages.language import lazy_gettext as _l

COLUMN_WORDS: Mapping[Column, str] = MappingProxyType(
    {
        Column.CHANNEL: _l("来源渠道：电话、来信、来访、领导留言板、12345、其他平台"),
        Column.NUMBER: _l("原编号：后三种渠道必须填"),
        Column.RECEIVED_ON: _l("收到日期：例如 2026-05-08，不能晚于今天"),
        Column.KIND: _l("类别：建议、咨询、投诉、感谢"),
        Column.WORDS: _l("内容：当事人的原话"),
        Column.PLACE: _l("地方：名称或区划代码，可以空着"),
        Column.PROJECT: _l("项目：网站上的项目名称或网址，可以空着"),
        Column.CONTACT: _l("联系方式：可以空着"),
        Column.MAY_PUBLISH: _l("同意公开：是、否"),
        Column.MAY_CALL: _l("可以回电：是、否"),
    }
)


def fault_words(fault: Fault) -> str:
    """Return what is wrong with a cell, with its name in the file and the heading of its column."""
    place = _("%(cell)s（%(heading)s）", cell=fault.cell, heading=HEADINGS[fault.column])
    return _("%(place)s：%(problem)s", place=place, problem=_problem(fault))


def _problem(fault: Fault) -> str:
    if fault.reason == "unknown_word":
        return {
            Column.CHANNEL: _("只能填电话、来信、来访、领导留言板、12345 或其他平台"),
            Column.KIND: _("只能填%(words)s", words=_("、").join(KINDS)),
        }.get(fault.column, _("只能填“是”或“否”"))
    return {
        "missing": _("没有填"),
        "too_long": _("太长了"),
        "no_day": _("不是日期，请写成 2026-05-08 的样子"),
        "ahead": _("晚于今天"),
        "too_old": _("早于一年前"),
        "known": _("这个编号已经录入过"),
        "twice": _("和第 %(row)s 行的编号一样", row=fault.row),
        "unknown_place": _("没有找到这个地方，或者不归您受理"),
        "unknown_project": _("没有找到这个项目，请照网站上的名称写"),
        "several": _("有好几个同名的，请改填代码或网址"),
        "not_yours": _("这个地方的来件不归您受理"),
    }[fault.reason]


def file_problem(reason: str) -> str:
    """Return what is wrong with a whole file."""
    return {
        "too_large": _("文件太大，请分成几个，每个不超过 5 MB"),
        "too_many_rows": _("超过 %(most)s 行，请分成几个文件", most=MOST_ROWS),
        "too_many_columns": _("超过 %(most)s 列，请用模板", most=MOST_COLUMNS),
        "long_cell": _("有一格超过 4000 字，请缩短"),
        "empty": _("文件里什么也没有"),
        "no_headings": _("第一行要有列名：来源渠道、收到日期、类别、内容，缺了其中的。请用模板"),
        "two_alike": _("有两列的列名一样"),
        "macros": _("文件里有宏，请另存为不带宏的 xlsx"),
        "encrypted": _("文件加了密码，请去掉密码"),
        "old_or_encrypted": _("这是旧格式或加了密码的文件，请另存为 xlsx"),
        "bomb": _("这个文件解开后大得不正常，没有读它"),
        "disguised": _("这个文件里藏着别的内容，没有读它"),
    }.get(reason, _("读不了这个文件；请用模板填好，存为 xlsx 或 CSV"))
