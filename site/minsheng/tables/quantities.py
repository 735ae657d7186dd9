"""What the cell of a figure says: an exact number, its unit, a percentage, a remark — or that it says none."""

import enum
import re
from dataclasses import dataclass
from decimal import Decimal

from minsheng.tables.grid import Cell, CellKind
from minsheng.tables.numerals import SIGNS, read_numeral
from minsheng.tables.units import NONE, Unit, is_unit, unit_of
from minsheng.tables.wording import in_one_line, plain, squeezed


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

    ``is_bound`` marks 不少于, 约 and the like; ``found`` are the figures of a sentence that holds several.
    """

    code: ReadingCode
    value: Decimal | None = None
    unit: Unit = NONE
    percent: str | None = None
    remark: str = ""
    is_bound: bool = False
    found: tuple[tuple[Decimal, Unit], ...] = ()


_BLANKS = re.compile(r"[-/\\.·…×*＊\s]*|n/?a|nil|无|暂无|空|没有|不涉及|未涉及|未填|未报", re.IGNORECASE)
_NO_TASK = re.compile(r"无(?:目标)?任务|无指标|无此项(?:任务)?|不承担|未?下达任务|未下达|未安排|待下达")
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_POWER = r"(?:万亿|千亿|百亿|十亿|亿|千万|百万|十万|万)?"
_BEFORE = r"(?P<before>(?:大约|约为|约|超过|超|逾|不少于|不低于|不超过|不高于|不小于|低于|高于|至少|达到|达|近|共计|共|累计|已完成|完成|≥|≤|>=|<=|>|<)*)"
_AFTER = r"(?P<after>以上|以下|以内|左右|余|多)?"
_SIMPLE = re.compile(
    rf"{_BEFORE}(?P<money>人民币|RMB|CNY|[¥￥])?(?P<sign>[-+]?)(?P<number>{_NUMBER})(?P<power>{_POWER})(?P<more>[余多]?)(?P<unit>[^\d(),;:]*?[23]?(?:/[^\d(),;:]+)?){_AFTER}"
    r"(?P<remark>[(\[,;:].*)?"
)
_COMPOUND = re.compile(rf"(?P<yi>{_NUMBER})亿(?P<wan>{_NUMBER})万(?P<unit>[^\d(),;:]*)")
_PERCENT = re.compile(rf"(?:百分之(?P<words>[{SIGNS}点\d.]+)|(?P<number>{_NUMBER})(?:%|个?百分点))")
_WORDED = re.compile(rf"(?P<numeral>[{SIGNS}]+(?:点[{SIGNS}]+)?)(?P<unit>[^\d]*)")
_RANGE = re.compile(rf"(?:^|[^\d.]){_NUMBER}\s*[-~至到]\s*{_NUMBER}(?![\d.]*岁)")
_IN_TEXT = re.compile(rf"(?P<number>{_NUMBER})(?P<power>{_POWER})(?P<more>[余多]?)(?P<rest>[^\d,。;:、)(]{{0,8}})")
_NO_QUANTITY_AFTER = re.compile(r"^(?:年(?!级)|月|日|号|时|季度|期(?!次)|岁|-|~|/\d|千伏|kV|层|米宽|元/人标准)")
_NO_QUANTITY_BEFORE = re.compile(r"(?:第|\d-|~|[A-Za-z]|“|编号|国道|省道|县道|G|S|X)$")
_BOUNDS = re.compile(
    r"大约|约|超|逾|不少于|不低于|不超过|不高于|不小于|低于|高于|至少|近|≥|≤|>|<|以上|以下|以内|左右|余|多"
)
MOST_DIGITS = 18


def read(cell: Cell) -> Reading:
    """Return what a cell of a figure says. Never guesses between several figures."""
    if cell.kind is CellKind.ERROR:
        return Reading(ReadingCode.ERROR, remark=cell.text)
    if cell.kind is CellKind.NUMBER:
        return _number(Decimal(cell.text))
    if cell.kind is CellKind.PERCENT:
        return Reading(ReadingCode.NUMBER, percent=cell.text)
    if cell.kind is CellKind.DAY:
        return Reading(ReadingCode.WORDS, remark=cell.shown)
    text = plain(cell.text)
    bare = squeezed(text)
    if _BLANKS.fullmatch(bare):
        return Reading(ReadingCode.BLANK)
    if _NO_TASK.fullmatch(bare):
        return Reading(ReadingCode.NO_TASK, remark=in_one_line(cell.text))
    return _simple(bare) or _worded(bare) or _sentence(bare, in_one_line(cell.text))


def _number(value: Decimal) -> Reading:
    if len(value.as_tuple().digits) > MOST_DIGITS:
        return Reading(ReadingCode.ERROR, remark=format(value, "f"))
    return Reading(ReadingCode.NUMBER, value)


def _decimal(text: str) -> Decimal | None:
    digits = text.replace(",", "")
    return Decimal(digits) if len(digits) <= MOST_DIGITS + 1 else None


def _simple(bare: str) -> Reading | None:
    """Read a figure that stands alone, with its unit, a bound, and a remark behind it in brackets or after a comma."""
    if found := _COMPOUND.fullmatch(bare):
        large, small = _decimal(found["yi"]), _decimal(found["wan"])
        if large is not None and small is not None and (not found["unit"] or is_unit(found["unit"])):
            return Reading(ReadingCode.NUMBER, large.scaleb(8) + small.scaleb(4), Unit(0, unit_of(found["unit"]).base))
    percent = re.fullmatch(rf"(?:{_BEFORE})(?P<number>-?{_NUMBER})%{_AFTER}(?P<remark>[^\d%].*)?", bare)
    if percent and not re.search(rf"{_NUMBER}%", percent["remark"] or ""):
        return Reading(
            ReadingCode.NUMBER,
            percent=percent["number"].replace(",", ""),
            remark=_bracketless(percent["remark"] or ""),
            is_bound=bool(_BOUNDS.search((percent["before"] or "") + (percent["after"] or ""))),
        )
    found = _SIMPLE.fullmatch(bare)
    if found is None or not (not found["unit"] or is_unit(found["unit"])):
        return None
    remark = found["remark"] or ""
    if re.search(r"\d", remark):
        return None
    value = _decimal(found["number"])
    if value is None:
        return Reading(ReadingCode.ERROR, remark=bare)
    unit = unit_of(found["power"] + (found["unit"] or ("元" if found["money"] else "")))
    is_bound = bool(_BOUNDS.search(found["before"] + (found["after"] or "") + found["more"]))
    signed = -value if found["sign"] == "-" else value
    return Reading(ReadingCode.NUMBER, signed, unit, remark=_bracketless(remark), is_bound=is_bound)


def _worded(bare: str) -> Reading | None:
    """Read a figure in Chinese numerals that stands alone: 一千二百万元, 壹佰户整."""
    text = re.sub(r"^(?:人民币)", "", bare)
    text = re.sub(r"整$", "", text)
    if found := re.fullmatch(rf"百分之([{SIGNS}点]+)", text):
        value = read_numeral(found[1])
        return None if value is None else Reading(ReadingCode.NUMBER, percent=format(value, "f"))
    found = _WORDED.fullmatch(text)
    if found is None or not (not found["unit"] or is_unit(found["unit"])):
        return None
    value = read_numeral(found["numeral"])
    return None if value is None else Reading(ReadingCode.NUMBER, value, unit_of(found["unit"]))


def _sentence(bare: str, shown: str) -> Reading:
    """Read a sentence: 完成838个，完成率155.19% says one figure and one share; more of either says too many."""
    percents = [_percent_digits(one) for one in _PERCENT.finditer(bare)]
    rest = _PERCENT.sub("%", bare)
    if _RANGE.search(rest):
        return Reading(ReadingCode.RANGE, remark=shown, found=tuple(_figures(rest)))
    figures = _figures(rest)
    percent = percents[0] if len(percents) == 1 else None
    if len(figures) == 1 and len(percents) <= 1:
        value, unit = figures[0]
        return Reading(
            ReadingCode.NUMBER, value, unit, percent, shown, is_bound=bool(_BOUNDS.search(rest)), found=tuple(figures)
        )
    if not figures and len(percents) == 1:
        return Reading(ReadingCode.NUMBER, percent=percent, remark=shown)
    if figures or percents:
        return Reading(ReadingCode.SEVERAL, percent=percent, remark=shown, found=tuple(figures))
    return Reading(ReadingCode.WORDS, remark=shown)


def _figures(text: str) -> list[tuple[Decimal, Unit]]:
    """Return the quantities of a sentence: no dates, ordinals, ages or numbers of roads."""
    figures = []
    for found in _IN_TEXT.finditer(text):
        before, rest = text[: found.start()], found["rest"]
        if _NO_QUANTITY_BEFORE.search(before) or (not found["power"] and _NO_QUANTITY_AFTER.match(rest)):
            continue
        unit = _unit_at_start(rest)
        if unit is None and not found["power"]:
            continue
        value = _decimal(found["number"])
        if value is not None:
            figures.append((value, unit_of(found["power"] + (unit or ""))))
    return figures


def _unit_at_start(text: str) -> str | None:
    """Return the longest known unit that a text begins with."""
    for end in range(min(len(text), 6), 0, -1):
        if is_unit(text[:end]) and unit_of(text[:end]).base:
            return text[:end]
    return None


def _percent_digits(found: re.Match[str]) -> str:
    if found["number"]:
        return found["number"].replace(",", "")
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
