"""What is wrong with a table of answers, cell by cell: where, what it says, and what may stand there."""

from typing import NamedTuple

from minsheng.opinion.dispositions import Disposition
from minsheng.surveying.answer_rows import CHANNELS, Fault
from minsheng.surveying.answer_tables import HEADINGS, MOST_ROWS, Column
from minsheng.surveying.questionnaires import Question
from minsheng.surveying.surveys import Wave
from pages.language import gettext as _
from pages.questions import in_language
from pages.words import word


class FaultWords(NamedTuple):
    """A bad cell in words; ``allowed`` is empty where the reason says it all."""

    cell: str
    heading: str
    said: str
    problem: str
    allowed: str


def fault_words(fault: Fault, wave: Wave) -> FaultWords:
    """Return what is wrong with a cell."""
    problems = {
        "missing": _("没有填"),
        "too_long": _("太长了"),
        "broken_formula": _("公式出错，请改成数值"),
        "unknown_channel": _("没有这个渠道；网上和扫码的答卷不能导入"),
        "not_a_weight": _("要填大于 0 的数，最多四位小数"),
        "unknown_place": _("这次调查的范围里没有这个地方"),
        "several": _("有好几个同名的地方，请填区划代码"),
        "only_drawn": _("只有抽样的渠道才填，请清空"),
        "a_persons": _("像是电话或证件号，请换成流水号"),
        "twice": _("和第 %(row)s 行的编号、渠道、批次一样", row=fault.row or 0),
        "known_otherwise": _("这个编号已经导入过，答案却不一样；不会改动已有的答卷"),
        "unknown_option": _("没有这个选项"),
        "one_only": _("这题只能选一项"),
        "not_a_number": _("要填数字，最多四位小数"),
        "nothing_answered": _("这一行一题也没有答；没有答成的，要在“访问结果”里写明"),
        "from_code": _("由答题码或卷子编号带出，请清空"),
        "code_mistyped": _("这个码有一处不对：应是 12 位字母和数字"),
        "code_unknown": _("没有这个码"),
        "code_other_wave": _("这个码是另一次调查的"),
        "code_used": _("这个码已经用过了"),
        "code_twice": _("和第 %(row)s 行的答题码一样", row=fault.row or 0),
        "other_channel": _("这个码是另一个渠道发的"),
        "entered": _("这份卷子已经录过"),
        "checking": _("这一批已经录完，在核对或已计入，不能再导入"),
        "other_questions": _("这份卷子印的是另一版题目"),
        "unknown_disposition": _("没有这个结果"),
        "answered_beside": _("答了题，结果就只能是答完或答了一部分"),
        "with_batch": _("本系统印的卷子，没有答成的在整批录完时填"),
        "code_of_call": _("电话里给的答题码，只能导入答完的"),
        "counted_here": _("这个渠道的结果由本系统的拨打、印卷或信件来数，请清空"),
        "stated": _("这个地方的结果已经由承办单位另行报来，请清空"),
        "no_place": _("请在“地方”里写明是比较的哪个地方"),
    }
    return FaultWords(fault.cell, _heading(fault), fault.said, problems[fault.reason], _allowed(fault, wave))


def _heading(fault: Fault) -> str:
    if isinstance(fault.column, Question):
        return f"[{fault.column.key}] {in_language(fault.column)}"
    return HEADINGS[fault.column] if fault.column is not None else ""


def _allowed(fault: Fault, wave: Wave) -> str:
    """Return what may stand in a cell, where that can be listed: channels, or the options with their numbers."""
    if fault.column is Column.CHANNEL:
        return _("；").join(word(one) for one in dict.fromkeys(CHANNELS.values()) if one.value in wave.channels)
    if fault.column is Column.DISPOSITION and fault.reason == "unknown_disposition":
        return _("；").join(word(one) for one in Disposition)
    if isinstance(fault.column, Question):
        options = enumerate(fault.column.options, start=1)
        return _("；").join(f"{place} {in_language(option)}" for place, option in options)
    return ""


def file_problem(reason: str) -> str:
    """Return what is wrong with a whole file."""
    return {
        "too_large": _("文件太大，请分成几个，每个不超过 10 MB"),
        "too_many_rows": _("超过 %(most)s 行，请分成几个文件", most=MOST_ROWS),
        "too_many_cells": _("行或列太多，请分成几个文件"),
        "empty": _("文件里什么也没有"),
        "no_headings": _("第一行要有列名，至少有“编号”和“渠道”。请用模板"),
        "no_questions": _("没有一列是这份问卷的题目。请用这次调查的模板"),
        "two_alike": _("有两列的列名一样"),
        "web_page": _("这是网页，不是表格；请在表格软件里打开，另存为 xlsx"),
        "macros": _("文件里有宏，请另存为不带宏的 xlsx"),
        "encrypted": _("文件加了密码，请去掉密码"),
        "old_or_encrypted": _("这是旧格式或加了密码的文件，请另存为 xlsx"),
        "bomb": _("这个文件解开后大得不正常，没有读它"),
        "disguised": _("这个文件里藏着别的内容，没有读它"),
    }.get(reason, _("读不了这个文件；请用模板填好，存为 xlsx 或 CSV"))
