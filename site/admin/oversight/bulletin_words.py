"""What a bulletin's fields say, and the text it begins with.

Both are content of the place and written in its own language, whatever language the editor reads the desk in.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction

from minsheng.installation.settings import OWN_LANGUAGE
from minsheng.oversight.bulletin_issues import BlockName
from minsheng.oversight.bulletins import Bulletin, Period
from minsheng.progress.sums import ProgrammeSums
from minsheng.records.rates import RateKind, rounded
from pages import formats
from pages.language import speaking

NAMED = 5
"""So many projects are named in a field that lists some."""


def figures_of(bulletin: Bulletin) -> dict[str, str]:
    """Return every field by name, with what it says; a figure that is not known is a dash."""
    with speaking(OWN_LANGUAGE):
        return {name: say(bulletin) for name, say in _FIELDS.items()}


def _percent(value: Fraction | None) -> str:
    return formats.percent(None if value is None else rounded(value))


def _rate(sums: ProgrammeSums, kind: RateKind) -> str:
    return _percent(next((one.percent for one in sums.rates if one.kind is kind), None))


def _gap(bulletin: Bulletin) -> str:
    progress, expected = bulletin.sums.progress.percent, bulletin.sums.expected
    if progress is None or expected is None:
        return formats.NOTHING
    points = rounded(progress - expected)
    word = "快" if points > 0 else "慢"
    return f"{word} {formats.number(abs(points))} 个百分点" if points else "持平"


def _moved(bulletin: Bulletin) -> str:
    now = bulletin.sums.progress.percent
    before = bulletin.earlier.progress.percent if bulletin.earlier else None
    if now is None or before is None:
        return formats.NOTHING
    points = rounded(now - before)
    word = "推进" if points > 0 else "回落"
    return f"{word} {formats.number(abs(points))} 个百分点" if points else "没有变化"


def _named(bulletin: Bulletin, *, is_late: bool) -> str:
    numbers = [one.id for one in (bulletin.sums.late if is_late else bulletin.sums.silent)]
    titles = {number: bulletin.standings[number] for number in numbers[:NAMED]}
    known = {project.id: project.title for project in bulletin.projects}
    listed = "、".join(known[number] for number in titles if number in known)
    return (f"{listed}等" if len(numbers) > NAMED else listed) or "无"


def _count(pick: Callable[[Bulletin], int]) -> Callable[[Bulletin], str]:
    return lambda bulletin: formats.number(pick(bulletin))


_FIELDS: Mapping[str, Callable[[Bulletin], str]] = {
    "项目数": _count(lambda one: one.sums.projects),
    "总进度": lambda one: _percent(one.sums.progress.percent),
    "时间进度": lambda one: _percent(one.sums.expected),
    "与时间进度相比": _gap,
    "与上期相比": _moved,
    "已完成项目数": _count(lambda one: one.sums.done),
    "应开工数": _count(lambda one: one.starts.due),
    "已开工数": _count(lambda one: one.starts.made),
    "计划资金": lambda one: formats.money(one.sums.planned.fen),
    "到位资金": lambda one: formats.money(one.sums.arrived.fen),
    "到位率": lambda one: _rate(one.sums, RateKind.ARRIVAL),
    "拨付资金": lambda one: formats.money(one.sums.disbursed.fen),
    "拨付率": lambda one: _rate(one.sums, RateKind.DISBURSEMENT),
    "支出资金": lambda one: formats.money(one.sums.spent.fen),
    "支出率": lambda one: _rate(one.sums, RateKind.SPENDING),
    "落后项目数": _count(lambda one: len(one.sums.late)),
    "落后项目": lambda one: _named(one, is_late=True),
    "缺月报项目数": _count(lambda one: len(one.sums.silent)),
    "缺月报项目": lambda one: _named(one, is_late=False),
    "新发现问题数": _count(lambda one: len(one.problems.found)),
    "销号问题数": _count(lambda one: len(one.problems.closed)),
    "未销号问题数": _count(lambda one: len(one.problems.open)),
    "超期问题数": _count(lambda one: len(one.problems.overdue)),
    "收到来件数": _count(lambda one: one.cases.received),
    "答复来件数": _count(lambda one: one.cases.answered),
    "逾期答复数": _count(lambda one: one.cases.answered_late),
    "逾期未答复数": _count(lambda one: one.cases.overdue),
}


def title_of(programme_title: str, period: Period) -> str:
    """Return the title an edition begins with."""
    if period.is_quarter:
        return f"{programme_title} {period.last[:4]}年第{period.quarter}季度点评"
    return f"{programme_title} {period.last[:4]}年{int(period.last[5:])}月通报"


def texts_of(bulletin: Bulletin) -> dict[BlockName, str]:
    """Return the text each block begins with; sentences about what is not there are left out."""
    sums, problems, cases = bulletin.sums, bulletin.problems, bulletin.cases
    overview = "本期【项目数】个项目，总进度【总进度】，与时间进度（【时间进度】）相比【与时间进度相比】"
    overview += "，与上期相比【与上期相比】。" if bulletin.earlier else "。"
    overview += "已完成【已完成项目数】个。"
    if bulletin.starts.due:
        overview += "应开工【应开工数】个，已开工【已开工数】个。"
    late = "落后的有【落后项目数】个：【落后项目】。" if sums.late else "没有项目落后。"
    late += "到期没有交月报的有【缺月报项目数】个：【缺月报项目】。" if sums.silent else "应交的月报都交了。"
    found = "新发现问题【新发现问题数】个，销号【销号问题数】个；未销号【未销号问题数】个，其中超期【超期问题数】个。"
    told = "收到居民来件【收到来件数】件，答复【答复来件数】件，其中逾期答复【逾期答复数】件；"
    told += "过了期限还没有答复的【逾期未答复数】件。"
    return {
        BlockName.OVERVIEW: overview,
        BlockName.MONEY: _money(sums),
        BlockName.LATE: late,
        BlockName.PROBLEMS: found if problems.found or problems.closed or problems.open else "",
        BlockName.CASES: told if cases.received or cases.answered or cases.overdue else "",
        BlockName.NEXT: "",
    }


def _money(sums: ProgrammeSums) -> str:
    said = []
    if sums.planned.fen is not None:
        said.append("计划资金【计划资金】")
    if sums.arrived.fen is not None:
        said.append("到位【到位资金】，到位率【到位率】（到位数÷计划数）")
    if sums.disbursed.fen is not None:
        said.append("拨付【拨付资金】，拨付率【拨付率】（拨付数÷到位数）")
    if sums.spent.fen is not None:
        said.append("支出【支出资金】，支出率【支出率】（支出数÷拨付数）")
    return f"{'；'.join(said)}。" if said else ""
