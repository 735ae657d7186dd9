"""What the cell of a figure says: an exact number, its unit, a percentage, a remark — or that it says none."""

import enum
import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from minsheng.tables.grid import Cell, CellKind
from minsheng.tables.numerals import SIGNS, read_numeral
from minsheng.tables.units import NONE, Unit, is_unit, unit_of
from minsheng.tables.wording import in_one_line, one_width, plain, squeezed


class ReadingCode(enum.StrEnum):
    """How a cell of a figure was read."""

    NUMBER = "number"
    BLANK = "blank"
    NO_TASK = "no_task"
    WORDS = "words"
    RANGE = "range"
    SEVERAL = "several"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Reading:
    """One cell. ``value`` is in ``unit`` as printed; ``percent`` is a printed percentage, its digits as they stand.

    ``is_bound`` marks 不少于, 约 and the like; ``found`` are the figures of a sentence, ``whole`` is the 60 of 31/60.
    """

    code: ReadingCode
    value: Decimal | None = None
    unit: Unit = NONE
    percent: str | None = None
    remark: str = ""
    is_bound: bool = False
    found: tuple[tuple[Decimal, Unit], ...] = ()
    whole: Decimal | None = None

    @property
    def says_nothing(self) -> bool:
        """Whether nothing is said: a blank, a dash, 无, or that there is no task."""
        return self.code in {ReadingCode.BLANK, ReadingCode.NO_TASK}

    @property
    def is_of_work_begun(self) -> bool:
        """Whether a sentence tells of work begun and of none finished: 已开工2处 is no result."""
        return bool(self.found and _BEGUN.search(self.remark) and not _FINISHED.search(self.remark))


_BLANKS = re.compile(r"[-/\\.·…×*＊\s]*|n/?a|nil|无|暂无|空|没有|不涉及|未涉及|未填|未报", re.IGNORECASE)
_NO_TASK = re.compile(r"无(?:目标)?任务|无指标|无此项(?:任务)?|不承担|未?下达任务|未下达|未安排|待下达")
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_POWER = r"(?:万亿|千亿|百亿|十亿|亿|千万|百万|十万|万)?"
_BOUND_WORDS = "大约 约为 约 超过 超 逾 不少于 不低于 不超过 不高于 不小于 低于 高于 至少 近 ≥ ≤ >= <= > <"
_LEADING_WORDS = f"{_BOUND_WORDS} 达到 达 共计 共 累计 已完成 完成"
_BEFORE = rf"(?P<before>(?:{'|'.join(map(re.escape, _LEADING_WORDS.split()))})*)"
_AFTER = r"(?P<after>以上|以下|以内|左右|余|多)?"
_BOUNDS = re.compile(rf"{'|'.join(map(re.escape, _BOUND_WORDS.split()))}|以上|以下|以内|左右|余|多")
_SIMPLE = re.compile(
    rf"{_BEFORE}(?P<money>人民币|RMB|CNY|[¥￥])?(?P<sign>[-+]?)(?P<number>{_NUMBER})(?P<power>{_POWER})(?P<more>[余多]?)"
    rf"(?P<unit>[^\d(),;:]*?[23]?(?:/[^\d(),;:]+)?){_AFTER}(?P<remark>[(\[,;:].*)?"
)
_COMPOUND = re.compile(rf"(?P<yi>{_NUMBER})亿(?P<wan>{_NUMBER})万(?P<unit>[^\d(),;:]*)")
_BELOW_NOTHING = re.compile(rf"(?:\((?P<bracketed>{_NUMBER})\)|[△▲](?P<marked>{_NUMBER}))(?P<unit>[^\d(),;:]*)")
"""As bookkeepers write what is below nothing."""
_FRACTION = re.compile(rf"(?P<part>{_NUMBER})/(?P<whole>{_NUMBER})(?P<unit>[^\d(),;:/]*)")
_PERCENT = re.compile(rf"(?:百分之(?P<words>[{SIGNS}点\d.]+)|(?P<number>{_NUMBER})(?:%|个?百分点))")
_PERCENT_ALONE = re.compile(rf"{_BEFORE}(?P<number>-?{_NUMBER})%{_AFTER}(?P<remark>[^\d%].*)?")
_TENTHS = re.compile(r"(?:完成|约)?([一二三四五六七八九])成([一二三四五六七八九半]?)")
_WORDED = re.compile(rf"(?P<numeral>[{SIGNS}]+(?:点[{SIGNS}]+)?)(?P<unit>[^\d]*)")
_RANGE = re.compile(rf"(?:^|[^\d.]){_NUMBER}\s*[-~至到]\s*{_NUMBER}(?![\d.]*岁)")
_IN_TEXT = re.compile(rf"(?P<number>{_NUMBER})(?P<power>{_POWER})(?P<more>[余多]?)(?P<rest>[^\d,。;:、)(]{{0,8}})")
_NO_QUANTITY_AFTER = re.compile(r"^(?:年(?!级)|月|日|号|时|季度|期(?!次)|岁|-|~|/\d|千伏|kV|层|米宽|元/人标准)")
_NO_QUANTITY_BEFORE = re.compile(r"(?:第|\d-|~|[A-Za-z]|“|编号|国道|省道|县道|G|S|X)$")
_PART = re.compile(r"[(\[](?:其中|含|包括|包含|内含)(?P<what>[^()\[\]]*)[)\]]?")
"""A part of the figure before it, in brackets."""
_BEGUN = re.compile(r"开工|动工|启动|在建|招标|正在|施工中|立项|选址|签约|进场|开建")
_FINISHED = re.compile(r"完成|建成|竣工|完工|投用|办结|发放|达到|安装|建立")
_NOT_YET = re.compile(r"在建|未|尚|正在|进行|待|拟|计划|开工|启动")
_DIGITS_ONLY = re.compile(r"[-+]?[¥￥]?[\d.,]*\d[\d.,]*[.,]?(?:%|[万亿]?元?)?")
_WELL_FORMED = re.compile(rf"[-+]?[¥￥]?{_NUMBER}(?:%|[万亿]?元?)?")
_APART = re.compile(r"(?<=[\d%])\s+(?=\d)")
_GROUPED_BY_SPACES = re.compile(r"^[^\d\n]*\d{1,3}(?: \d{3})+(?:\.\d+)?(?:\D|$)")
MOST_DIGITS = 18
LONGEST_SENTENCE = 300
"""Of a longer text nobody can say which of its figures is meant."""
MOST_PERCENT_DECIMALS = 4


@functools.lru_cache(20_000)
def read(cell: Cell) -> Reading:
    """Return what a cell of a figure says. Never guesses between several figures."""
    if cell.kind is CellKind.TEXT:
        return _text(cell)
    return _TYPED[cell.kind](cell)


def _text(cell: Cell) -> Reading:
    if len(cell.text) > LONGEST_SENTENCE:
        return Reading(ReadingCode.WORDS, remark=in_one_line(cell.text))
    bare, shown = squeezed(plain(cell.text)), in_one_line(cell.text)
    if _BLANKS.fullmatch(bare):
        return Reading(ReadingCode.BLANK)
    if _are_side_by_side(cell.text):
        return Reading(ReadingCode.SEVERAL, remark=shown)
    if _DIGITS_ONLY.fullmatch(bare) and not _WELL_FORMED.fullmatch(bare):
        return Reading(ReadingCode.WORDS, remark=shown)
    if _NO_TASK.fullmatch(bare):
        return Reading(ReadingCode.NO_TASK, remark=shown)
    return next((reading for way in _WAYS if (reading := way(bare)) is not None), None) or _sentence(bare, shown)


def _are_side_by_side(text: str) -> bool:
    """Whether figures stand beside or under each other: 12 30 is no 1230, but 1 234 567 is one figure."""
    line = one_width(text).strip()
    return bool(_APART.search(line)) and not _GROUPED_BY_SPACES.search(line)


def _number(cell: Cell) -> Reading:
    value = Decimal(cell.text)
    if len(value.as_tuple().digits) > MOST_DIGITS:
        return Reading(ReadingCode.ERROR, remark=cell.text)
    return Reading(ReadingCode.NUMBER, value)


_TYPED: Mapping[CellKind, Callable[[Cell], Reading]] = {
    CellKind.BLANK: lambda _cell: Reading(ReadingCode.BLANK),
    CellKind.ERROR: lambda cell: Reading(ReadingCode.ERROR, remark=cell.text),
    CellKind.NUMBER: _number,
    CellKind.PERCENT: lambda cell: Reading(ReadingCode.NUMBER, percent=_printed_percent(cell.text)),
    CellKind.DAY: lambda cell: Reading(ReadingCode.WORDS, remark=cell.shown),
}


def _printed_percent(text: str) -> str:
    """Return a percentage with the decimals that anyone prints: a formula's one seventh has no end."""
    found = format(round(Decimal(text), MOST_PERCENT_DECIMALS), "f")
    return found.rstrip("0").rstrip(".") if len(text.partition(".")[2]) > MOST_PERCENT_DECIMALS else text


def _decimal(text: str) -> Decimal | None:
    digits = text.replace(",", "")
    return Decimal(digits) if len(digits) <= MOST_DIGITS + 1 else None


def _is_unit_or_none(text: str | None) -> bool:
    return not text or is_unit(text)


def _compound(bare: str) -> Reading | None:
    """Read 1亿2000万元."""
    found = _COMPOUND.fullmatch(bare)
    if found is None or not _is_unit_or_none(found["unit"]):
        return None
    large, small = _decimal(found["yi"]), _decimal(found["wan"])
    if large is None or small is None:
        return None
    return Reading(ReadingCode.NUMBER, large.scaleb(8) + small.scaleb(4), Unit(0, unit_of(found["unit"]).base))


def _part_of_whole(bare: str) -> Reading | None:
    """Read 31/60: so many of so many."""
    found = _FRACTION.fullmatch(bare)
    part, whole = (_decimal(found["part"]), _decimal(found["whole"])) if found else (None, None)
    if found is None or part is None or whole is None or not _is_unit_or_none(found["unit"]):
        return None
    return Reading(ReadingCode.NUMBER, part, unit_of(found["unit"] or ""), whole=whole)


def _below_nothing(bare: str) -> Reading | None:
    found = _BELOW_NOTHING.fullmatch(bare)
    if found is None or not _is_unit_or_none(found["unit"]):
        return None
    value = _decimal(found["bracketed"] or found["marked"])
    return None if value is None else Reading(ReadingCode.NUMBER, -value, unit_of(found["unit"] or ""))


def _percentage(bare: str) -> Reading | None:
    """Read a percentage that stands alone, with a bound and a remark behind it."""
    if found := _TENTHS.fullmatch(bare):
        tenths = read_numeral(found[1]) or Decimal(0)
        rest = Decimal(5) if found[2] == "半" else read_numeral(found[2]) or Decimal(0)
        return Reading(ReadingCode.NUMBER, percent=format(tenths * 10 + rest, "f"), is_bound="约" in bare)
    found = _PERCENT_ALONE.fullmatch(bare)
    if found is None or re.search(rf"{_NUMBER}%", found["remark"] or ""):
        return None
    return Reading(
        ReadingCode.NUMBER,
        percent=_printed_percent(found["number"].replace(",", "")),
        remark=_bracketless(found["remark"] or ""),
        is_bound=bool(_BOUNDS.search((found["before"] or "") + (found["after"] or ""))),
    )


def _simple(bare: str) -> Reading | None:
    """Read a figure that stands alone, with its unit, a bound, and a remark behind it in brackets or after a comma."""
    found = _SIMPLE.fullmatch(bare)
    if found is None or not _is_unit_or_none(found["unit"]) or re.search(r"\d", found["remark"] or ""):
        return None
    value = _decimal(found["number"])
    if value is None:
        return Reading(ReadingCode.ERROR, remark=bare)
    unit = unit_of(found["power"] + (found["unit"] or ("元" if found["money"] else "")))
    is_bound = bool(_BOUNDS.search(found["before"] + (found["after"] or "") + found["more"]))
    signed = -value if found["sign"] == "-" else value
    return Reading(ReadingCode.NUMBER, signed, unit, remark=_bracketless(found["remark"] or ""), is_bound=is_bound)


def _worded(bare: str) -> Reading | None:
    """Read a figure in Chinese numerals that stands alone: 一千二百万元, 壹佰户整."""
    text = re.sub(r"整$", "", re.sub(r"^人民币", "", bare))
    if found := re.fullmatch(rf"百分之([{SIGNS}点]+)", text):
        value = read_numeral(found[1])
        return None if value is None else Reading(ReadingCode.NUMBER, percent=format(value, "f"))
    found = _WORDED.fullmatch(text)
    if found is None or not _is_unit_or_none(found["unit"]):
        return None
    value = read_numeral(found["numeral"])
    return None if value is None else Reading(ReadingCode.NUMBER, value, unit_of(found["unit"]))


_WAYS = (_compound, _part_of_whole, _below_nothing, _percentage, _simple, _worded)
"""How a figure that stands alone may be written."""


def _sentence(bare: str, shown: str) -> Reading:
    """Read a sentence: 完成838个，完成率155.19% says one figure and one share; more of either says too many."""
    percents = [_percent_digits(one) for one in _PERCENT.finditer(bare)]
    rest = _without_part(_PERCENT.sub("%", bare))
    figures = tuple(_figures(rest))
    percent = percents[0] if len(percents) == 1 else None
    said = Reading(ReadingCode.WORDS, percent=percent, remark=shown, found=figures)
    if _RANGE.search(rest):
        return replace(said, code=ReadingCode.RANGE, percent=None)
    if len(figures) > 1 or len(percents) > 1:
        return replace(said, code=ReadingCode.SEVERAL)
    if figures:
        value, unit = figures[0]
        return replace(said, code=ReadingCode.NUMBER, value=value, unit=unit, is_bound=bool(_BOUNDS.search(rest)))
    return replace(said, code=ReadingCode.NUMBER) if percents else said


def _without_part(text: str) -> str:
    """Return a sentence without a part in brackets that is finished as the whole is: 25公里（其中新建5公里）."""
    return _PART.sub(lambda found: found.group() if _NOT_YET.search(found["what"]) else "", text)


def _figures(text: str) -> list[tuple[Decimal, Unit]]:
    """Return the quantities of a sentence: no dates, ordinals, ages or numbers of roads."""
    figures = []
    for found in _IN_TEXT.finditer(text):
        before, rest = text[: found.start()], found["rest"]
        if _NO_QUANTITY_BEFORE.search(before) or (not found["power"] and _NO_QUANTITY_AFTER.match(rest)):
            continue
        unit = _unit_at_start(rest)
        stands_first = not rest and re.fullmatch(_BEFORE, before)
        if unit is None and not found["power"] and not stands_first:
            continue
        value = _decimal(found["number"])
        if value is not None:
            figures.append((value, unit_of(found["power"] + (unit or ""))))
    return figures


def _unit_at_start(text: str) -> str | None:
    """Return the longest known unit that a text begins with."""
    starts = (text[:end] for end in range(min(len(text), 6), 0, -1))
    return next((start for start in starts if is_unit(start) and unit_of(start).base), None)


def _percent_digits(found: re.Match[str]) -> str:
    if found["number"]:
        return _printed_percent(found["number"].replace(",", ""))
    words = found["words"]
    value = read_numeral(words) if not re.search(r"\d", words) else None
    return words if value is None else format(value, "f")


def _bracketless(remark: str) -> str:
    """Return a remark without the brackets or the comma that part it from its figure, also an unclosed one."""
    bare = remark.strip(",;: ")
    if bare.startswith(("(", "[")):
        bare = bare[1:]
        closing = bare.rfind(")") if ")" in bare else bare.rfind("]")
        if closing == len(bare) - 1 and closing >= 0:
            bare = bare[:-1]
    return bare.strip()
