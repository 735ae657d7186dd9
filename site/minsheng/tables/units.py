"""Units: 万元, 千人, 平方米 — a power of ten and what is counted, under one name each."""

import re
from dataclasses import dataclass
from decimal import Decimal

from minsheng.figures import COUNT_UNITS, PERCENT, YUAN
from minsheng.tables.wording import squeezed

_POWERS = {
    "": 0,
    "十": 1,
    "百": 2,
    "千": 3,
    "万": 4,
    "十万": 5,
    "百万": 6,
    "千万": 7,
    "亿": 8,
    "十亿": 9,
    "百亿": 10,
    "千亿": 11,
    "万亿": 12,
}
_ALIASES = {
    "人民币": YUAN,
    "元人民币": YUAN,
    "人民币元": YUAN,
    "块": YUAN,
    "块钱": YUAN,
    "元整": YUAN,
    "圆": YUAN,
    "圆整": YUAN,
    "¥": YUAN,
    "rmb": YUAN,
    "cny": YUAN,
    "yuan": YUAN,
    "km": "公里",
    "千米": "公里",
    "㎞": "公里",
    "m": "米",
    "m2": "平方米",
    "㎡": "平方米",
    "平米": "平方米",
    "平方": "平方米",
    "m3": "立方米",
    "立方": "立方米",
    "方": "立方米",
    "km2": "平方公里",
    "平方千米": "平方公里",
    "hm2": "公顷",
    "t": "吨",
    "kg": "千克",
    "公斤": "千克",
    "kw": "千瓦",
    "mw": "兆瓦",
    "百分比": PERCENT,
    "%": PERCENT,
    "百分点": PERCENT,
    "个百分点": PERCENT,
    "位": "人",
    "人·次": "人次",
}
_WHOLE = frozenset({"千米", "千瓦", "千克", "千伏", "千瓦时", "千卡", "百分比", "百分点", "十字"})
"""Words whose first sign is part of the unit, not a power of ten."""
_MEASURED_WORDS = (
    "公里 米 平方米 平方公里 立方米 亩 公顷 吨 千克 千瓦 兆瓦 千瓦时 千伏 升 毫米 厘米 里 华里 天 年 月 小时 "
    "分钟 岁 度 ℃ 分 级 "
)
MEASURED = frozenset(_MEASURED_WORDS.split())
_KNOWN_WORDS = (
    "元 % ‰ 人 名 人次 户 户次 万 亿 床 张 床位 个百分点 学位 学生 车位 泊位 桩 根 枚 把 本 册 幅 面 门 扇 孔 道 "
    "段 层 楼 栋楼 小区 社区 行政村 自然村 乡镇 街道 县 市 区 镇 乡 学校 医院 卫生院 卫生室 医疗机构 公厕 厕所 "
    "标段 批次 班次 课时 学时 期次 例次 家次 台次 辆次 车次 项次 起 宗 笔 单 类 种 款 元/月 元/年 元/人 元/月/人 "
    "元/人/月 元/年/人 元/人/年 元/人·月 元/人·年 元/平方米 支队 队 头 匹 羽 尾 颗 粒 箱 袋 瓶 桶 盒 包 卷 捆 节 通 "
    "对象 场地 点 处点 站点 网点 帧 兆 MW "
)
KNOWN = COUNT_UNITS | MEASURED | frozenset(_KNOWN_WORDS.split())
_LARGE = frozenset({"万", "亿", "十万", "百万", "千万"})
"""Powers that are part of no word: 百 and 千 are of some."""
_IN_HEADING = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]")
_UNIT_LINE = re.compile(r"(?:单位|金额)\s*[:：]\s*([^,，;；\s()（）]+(?:[、,，/][^,，;；\s()（）]+)*)")


@dataclass(frozen=True, slots=True)
class Unit:
    """``万元`` is ten to the fourth of 元; ``base`` is empty where only a power is printed."""

    power: int
    base: str

    @property
    def is_money(self) -> bool:
        """Whether it counts money."""
        return self.base == YUAN

    @property
    def is_percent(self) -> bool:
        """Whether it is a percentage."""
        return self.base == PERCENT

    @property
    def name(self) -> str:
        """The unit as it is written."""
        return next(word for word, power in _POWERS.items() if power == self.power) + self.base


NONE = Unit(0, "")


def unit_of(text: str) -> Unit:
    """Return a unit as printed; unknown words stay as they are."""
    bare = squeezed(text).strip("()[]:. ")
    low = bare.lower()
    if low in _ALIASES:
        return Unit(0, _ALIASES[low])
    if bare not in _WHOLE:
        for word in sorted(_POWERS, key=len, reverse=True):
            if word and bare.startswith(word):
                rest = bare[len(word) :]
                rest = _ALIASES.get(rest.lower(), rest)
                # 百户 is a hundred households; but 十字路口 and 千村 are words.
                if word in _LARGE or rest in KNOWN or not rest:
                    return Unit(_POWERS[word], rest)
    return Unit(0, bare)


def is_unit(text: str) -> bool:
    """Whether text is a unit that is known, alone or with a power of ten."""
    bare = squeezed(text).strip("()[] ")
    if not bare or len(bare) > 8:
        return False
    unit = unit_of(bare)
    return (unit.base in KNOWN) or (not unit.base and unit.power >= 3) or bare.lower() in _ALIASES


def unit_cell(text: str) -> str:
    """Return the unit that a cell holds and nothing else, 万元 or (单位：万元); empty for any other text."""
    bare = re.sub(r"^(?:计量)?单位[:为]?", "", squeezed(text).strip("()[] "))
    return bare if is_unit(bare) else ""


_SIZES = {
    "毫米": ("length", -3),
    "厘米": ("length", -2),
    "米": ("length", 0),
    "公里": ("length", 3),
    "平方米": ("area", 0),
    "公顷": ("area", 4),
    "平方公里": ("area", 6),
    "千克": ("mass", 0),
    "吨": ("mass", 3),
    "千瓦": ("power", 0),
    "兆瓦": ("power", 3),
}
"""Units whose sizes are powers of ten of each other: what they measure, and the power."""


def converted(value: Decimal, printed: Unit, wanted: Unit) -> Decimal | None:
    """Return a value in another unit of the same kind, exactly; None where they count different things."""
    power = printed.power - wanted.power
    if printed.base and wanted.base and printed.base != wanted.base:
        if printed.base not in _SIZES or wanted.base not in _SIZES:
            return None
        (kind, size), (wanted_kind, wanted_size) = _SIZES[printed.base], _SIZES[wanted.base]
        if kind != wanted_kind:
            return None
        power += size - wanted_size
    return value.scaleb(power)


def fen_of(value: Decimal, unit: Unit) -> int | None:
    """Return an amount in fen, or None where it is no whole number of fen or no money."""
    if not unit.is_money:
        return None
    fen = value.scaleb(unit.power + 2)
    return int(fen) if fen == fen.to_integral_value() else None


def split_heading(text: str) -> tuple[str, str]:
    """Return a heading without its unit, and the unit: 投资额（万元）, 完成额度(单位:亿元), 投资/万元, 比例%."""
    bare = squeezed(text)
    for found in reversed(list(_IN_HEADING.finditer(bare))):
        inner = re.sub(r"^(?:计量)?单位[:为]?", "", found[1])
        if is_unit(inner):
            return bare[: found.start()] + bare[found.end() :], inner
    if (tail := re.search(r"[/／,，、:：_-]([^/,，、:：_-]{1,6})$", bare)) and is_unit(tail[1]):
        return bare[: tail.start()], tail[1]
    if (tail := re.search(r"(?<=.)((?:百|千|百万|千万)?(?:万元|亿元)|千元|百万元|%)$", bare)) and tail.start() > 0:
        return bare[: tail.start()], tail[1]
    return bare, ""


def unit_line(text: str) -> tuple[str, ...]:
    """Return the units that a line gives for the whole table: 单位：万元、个, or a title with （万元） behind it."""
    bare = squeezed(text)
    found = _UNIT_LINE.search(bare)
    if found is None:
        behind = _IN_HEADING.search(bare, max(len(bare) - 6, 0))
        return (behind[1],) if behind and is_unit(behind[1]) and unit_of(behind[1]).is_money else ()
    units = tuple(one for one in re.split(r"[、,，]", found[1]) if is_unit(one))
    return units or tuple(one for one in re.split(r"[、,，/]", found[1]) if is_unit(one))
