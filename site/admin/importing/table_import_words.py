"""What is the matter with an uploaded table, its columns and its lines, in words a clerk can act on."""

from collections.abc import Mapping
from types import MappingProxyType

from minsheng.tables.columns import Column
from minsheng.tables.entries import Problem, Trouble
from minsheng.tables.meanings import Meaning
from minsheng.tables.reading import Table
from minsheng.tables.table_lines import Doubt, Line, Verdict
from pages.formats import TEN_THOUSAND
from pages.language import gettext as _
from pages.language import lazy_gettext as _l

MEANINGS: Mapping[Meaning, str] = MappingProxyType(
    {
        Meaning.IGNORED: _l("不导入"),
        Meaning.KEY: _l("系统编号"),
        Meaning.SERIAL: _l("序号"),
        Meaning.CATEGORY: _l("类别"),
        Meaning.PLACE: _l("地方"),
        Meaning.TITLE: _l("项目名称"),
        Meaning.SUBTITLE: _l("子项目"),
        Meaning.ITEM: _l("指标名称"),
        Meaning.CONTENT: _l("建设内容"),
        Meaning.UNIT: _l("计量单位"),
        Meaning.TARGET: _l("目标数"),
        Meaning.DONE: _l("累计完成数"),
        Meaning.RATE: _l("完成率（%）"),
        Meaning.PROGRESS: _l("形象进度（%）"),
        Meaning.PLANNED: _l("年度计划投资"),
        Meaning.TOTAL: _l("总投资"),
        Meaning.COMPLETED: _l("累计完成投资"),
        Meaning.ARRIVED: _l("累计到位资金"),
        Meaning.DISBURSED: _l("累计拨付资金"),
        Meaning.SPENT: _l("累计支出资金"),
        Meaning.MONEY_RATE: _l("资金比例（%），不导入"),
        Meaning.AGENCY: _l("责任单位，只作核对"),
        Meaning.SUPPORT: _l("配合单位，不导入"),
        Meaning.LEADER: _l("人名电话，不导入"),
        Meaning.STAGE: _l("状态，只作核对"),
        Meaning.WORK: _l("进展（文字）"),
        Meaning.DIFFICULTIES: _l("困难"),
        Meaning.NEXT_STEP: _l("下一步"),
        Meaning.START: _l("开工日期"),
        Meaning.FINISH: _l("完工日期"),
        Meaning.PERIOD: _l("起止时间"),
        Meaning.LOCATION: _l("地点，只作核对"),
        Meaning.REMARK: _l("备注，不导入"),
    }
)

VERDICTS: Mapping[Verdict, tuple[str, str, str]] = MappingProxyType(
    {
        Verdict.GOOD: (_l("可以导入"), "good", "on_schedule"),
        Verdict.DOUBTFUL: (_l("请核对"), "behind", "behind"),
        Verdict.WRONG: (_l("要改正"), "late", "overdue"),
        Verdict.LEFT_OUT: (_l("不导入"), "quiet", "cancelled"),
    }
)
"""Verdict → word, tone and shape of its badge."""


def file_words(reason: str) -> str:
    """Return why a file cannot be read, and what to do."""
    messages = {
        "empty": _("文件是空的，请换一份"),
        "too_large": _("文件超过 10 MB，请拆成几份"),
        "unknown_type": _("只收 Excel 表（xlsx、xls）和 CSV 文件"),
        "web_page": _("这是网页格式的表，请用 Excel 或 WPS 打开后另存为 xlsx"),
        "encrypted": _("文件加了密码，请去掉密码再传"),
        "macros": _("文件里有宏，请另存为不带宏的 xlsx"),
        "disguised": _("文件里夹带了别的内容，请重新导出一份"),
        "bomb": _("文件展开后太大，不能收"),
        "too_many_cells": _(
            "表太大：一份最多 5000 行、120 列，请拆成几份；看着没有这么大的，请删掉下面和右边的空行、空列"
        ),
        "too_many_lines": _("表里要核对的行数超过一万，请拆成几份"),
        "unreadable": _("读这份表太费时间或者内存，请删掉多余的内容再传"),
        "no_table": _("没有找到表头：请确认第一行写着“项目名称”“完成数”一类的列名"),
        "broken": _("文件打不开，可能已经损坏；请重新导出一份"),
    }
    return messages.get(reason, messages["broken"])


def column_name(number: int) -> str:
    """Return a column as spreadsheets name it: 0 is A, 26 is AA."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def _troubles() -> Mapping[Trouble, str]:
    return {
        Trouble.NOT_A_FIGURE: _("写的是文字，不是数字，数字没有导入"),
        Trouble.SEVERAL_FIGURES: _("一格里有好几个数字，不知道该用哪个，数字没有导入"),
        Trouble.RANGE: _("写的是一个范围，数字没有导入"),
        Trouble.FORMULA_ERROR: _("公式出错或者没有算出结果，请填上数字"),
        Trouble.NEGATIVE: _("数字小于零"),
        Trouble.TOO_PRECISE: _("小数超过四位，请改成四位以内"),
        Trouble.NO_UNIT: _("金额没有写单位，请在上面的列里选元、万元或亿元"),
        Trouble.UNIT_DIFFERS: _("单位和别处不一样，请核对"),
        Trouble.NOT_WHOLE_FEN: _("金额不到一分，或者大得不合理"),
        Trouble.FROM_SENTENCE: _("数字是从一句话里读出来的，请核对"),
        Trouble.BOUND: _("写的是“不少于”“约”一类的数"),
        Trouble.RATE_DIFFERS: _("表上的完成率和完成数、目标数对不上"),
        Trouble.SHARE_OR_PERCENT: _("小于 1 的完成率按比例换成了百分数，请核对"),
        Trouble.UNREADABLE_DAY: _("日期认不出来，没有导入"),
        Trouble.NO_NAME: _("这一行没有名称"),
    }


def row_words(table: Table, row: int) -> str:
    """Return a line's place in the file; in a table that was turned it is a column."""
    across, down = table.grid.in_file(row, 0)
    if table.grid.turned_from is not None:
        return _("%(column)s 列", column=column_name(down))
    return _("第 %(row)s 行", row=across + 1)


def column_words(table: Table, column: int) -> str:
    """Return a column's place in the file; in a table that was turned it is a row, in a form the cell of the label."""
    if table.grid.turned_from is not None:
        return _("第 %(row)s 行", row=column + table.grid.turned_from + 1)
    if table.grid.places:
        across, down = table.grid.in_file(table.region.heading.start, column)
        return f"{column_name(down)}{across + 1}"
    return _("%(column)s 列", column=column_name(column))


def cell_reasons(line: Line) -> dict[int, list[str]]:
    """Return what is the matter with each cell of a line, by column."""
    found: dict[int, list[str]] = {}
    for problem in line.entry.problems:
        if problem.column is not None:
            found.setdefault(problem.column, []).append(_troubles()[problem.trouble])
    return found


def problem_words(line: Line, problem: Problem) -> str:
    """Return what is the matter with a cell, with its column and what stands there."""
    table = line.table
    words = _troubles()[problem.trouble]
    if problem.column is None:
        return f"{words}（{problem.detail}%）" if problem.trouble is Trouble.RATE_DIFFERS else words
    place = column_words(table, problem.column)
    text = table.grid.at(line.entry.row, problem.column).shown or problem.detail
    return _("%(place)s“%(text)s”：%(words)s", place=place, text=text[:40], words=words)


def _funds_go_down(detail: str) -> str:
    """Return which fund is less than it was published, and how much that was: ``spent 800.5`` in 万元."""
    name, _space, amount = detail.partition(" ")
    return _("%(fund)s比上次公示的 %(amount)s 万元还少", fund=MEANINGS[Meaning(name)], amount=amount)


def doubt_words(doubt: Doubt, detail: str) -> str:
    """Return what is the matter with a line beside its cells."""
    if doubt is Doubt.FUNDS_GO_DOWN:
        return _funds_go_down(detail)
    words = {
        Doubt.SIMILAR: _("名称不完全一样，按相近的项目对上了，请核对"),
        Doubt.SEVERAL: _("有几个项目都像，请选一个"),
        Doubt.NEW_PROJECT: _("清单里没有这个项目，会新建一份草稿；公示以后才能报月报"),
        Doubt.MAY_NOT_ADD: _("清单里没有这个项目，请选一个项目，或者选“不导入”；新建项目要由有编辑权限的同事来做"),
        Doubt.NO_TARGET: _("项目里没有这个指标，完成数没有导入；请选指标"),
        Doubt.NOTHING_SAID: _("没有要写进月报的内容"),
        Doubt.MONTH_NOT_OPEN: _("这个项目 %(month)s 不报月报", month=detail),
        Doubt.HANDED_IN: _("这个月的月报已经提交，等审核；要改请先请审核人退回"),
        Doubt.PUBLISHED: _("这个月的月报已经公示；要改请到月报里点“更正”"),
        Doubt.REPLACES_DRAFT: _("这个月已有草稿（%(post)s），表里有的数字会写进去", post=detail),
        Doubt.GOES_DOWN: _("比上次公示的累计数 %(value)s 还少", value=detail),
        Doubt.TARGET_DIFFERS: _("目标数和系统里的 %(value)s 不一样，目标数没有改", value=detail),
        Doubt.PLAN_DIFFERS: _("计划投资和系统里的不一样，计划投资没有改"),
        Doubt.TWICE: _("同一个指标在表里出现了两次"),
        Doubt.CHOSEN_OUT: _("已选不导入"),
        Doubt.COLUMN_UNSURE: _("“%(column)s”这一列是什么还没有把握，请在“每一列是什么”里选定", column=detail[:40]),
    }
    return words[doubt]


def reasons(line: Line) -> list[str]:
    """Return everything there is to say about a line."""
    unsure = [detail[:40] for doubt, detail in line.doubts if doubt is Doubt.COLUMN_UNSURE]
    are_several = len(unsure) > 1
    told = [
        doubt_words(doubt, detail)
        for doubt, detail in line.doubts
        if doubt is not Doubt.COLUMN_UNSURE or not are_several
    ]
    if are_several:
        columns = "”“".join(unsure)
        told.append(_("“%(columns)s”这几列是什么还没有把握，请在“每一列是什么”里选定", columns=columns))
    return told + [problem_words(line, problem) for problem in line.entry.problems]


def figures_of(line: Line) -> list[tuple[str, str]]:
    """Return label and figure of what a line would write, exactly as it would be written."""
    entry = line.entry
    said: list[tuple[str, str]] = []
    for meaning, value in ((Meaning.TARGET, entry.target), (Meaning.DONE, entry.done)):
        if value is not None:
            said.append((str(MEANINGS[meaning]), f"{value:f}{entry.unit}"))
    for meaning, printed in ((Meaning.RATE, entry.rate), (Meaning.PROGRESS, entry.progress)):
        if printed is not None:
            said.append((str(MEANINGS[meaning]), f"{printed}%"))
    for meaning, fen in entry.money.items():
        whole, rest = divmod(fen, TEN_THOUSAND)
        exact = f"{whole:,}" + (f".{rest:06d}".rstrip("0") if rest else "")
        said.append((str(MEANINGS[meaning]), _("%(amount)s 万元", amount=exact)))
    for name, day in ((Meaning.START, entry.start), (Meaning.FINISH, entry.finish)):
        if day is not None:
            said.append((str(MEANINGS[name]), day.isoformat()))
    return said


def column_label(table: Table, column: Column) -> str:
    """Return a column's place and heading."""
    return f"{column_words(table, column.index)} · {column.heading or _('没有列名')}"
