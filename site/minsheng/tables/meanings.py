"""What a column's heading means, told by the words it is made of.

A heading is covered, longest word first, with the words that offices use (``words.toml``); the kinds of words decide
its meaning, and what no word covers (城镇新增就业 in 城镇新增就业完成率) is the name of the target of the column.
"""

import enum
import functools
import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from minsheng.tables.bodies import is_office
from minsheng.tables.english import in_chinese
from minsheng.tables.units import NONE, Unit, split_heading, unit_of
from minsheng.tables.wording import squeezed

WORDS = Path(__file__).with_name("words.toml")


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
NUMBERS = FIGURES | MONEY | {Meaning.MONEY_RATE, Meaning.PROGRESS}
NAMING = frozenset({Meaning.TITLE, Meaning.SUBTITLE, Meaning.ITEM, Meaning.CONTENT})
FLOWS = frozenset({"arrived", "disbursed", "spent"})
"""Tags of money that moves, as against money planned and work done."""
_MEANINGLESS = frozenset({"filler", "quantity"})

_TIMES = re.compile(
    r"(?:截[至止]到?)?(?:(?:19|20)?\d{2}年)?(?:\d{1,2}(?:-\d{1,2})?月(?:份|底|末|\d{1,2}日)?|第?[一二三四1-4]季度?)"
    r"|(?:19|20)\d{2}年度?|上半年|下半年|1-\d{1,2}月"
)
_ORDER = re.compile(r"[(（](?:[A-Za-z]|[①-⑳]|(?:[A-Za-z]|\d{1,2})=[^()（）]*)[)）]$")
"""Letters and formulas that number the columns: 完成率（C=B/A）."""
_TRANSLATION = re.compile(r"(?<=[\u3400-\u9fff)）])[\s/]+[A-Za-z][A-Za-z .\'&-]*$")
_DUE = re.compile(r"(?:应|拟|预计|计划|预算)(?:到位|拨付|拨|支付|支出|使用)")
_AMONG = re.compile(r"其中|[(（]其中")
_COUNT = re.compile(r"(人次|人|户|套|座|处|件|村)数$")
_LEFT = re.compile(r"[()（）\[\]【】,，、:：;；.。/·\-_%]")
_BEFORE_NOUN = re.compile(
    r"^(?:所属|所在|项目所在|项目|工程|主要|具体|本年度?|当年|年度|全年|市级|县级|区级|拟|计划|预定|要求|目前|当前|存在的?)+"
)
_YES_OR_NO = re.compile(r"^是否|[(（]是[/、或]?否[)）]$")
_DAY = "(?:时间|日期|时限|期限|年月|时间节点)$"
_FORMS = (
    (re.compile(rf"(?:开工|动工|启动|开始|起始|进场).*{_DAY}"), Meaning.START),
    (re.compile(rf"(?:竣工|完工|完成|建成|投用|交付|办结|结束|截止|验收).*{_DAY}"), Meaning.FINISH),
    (re.compile(r"^(?:下一?步|下一?阶段|次月).*(?:计划|安排|打算|工作|举措|措施|目标)$"), Meaning.NEXT_STEP),
    (re.compile(r"序号$"), Meaning.SERIAL),
    (re.compile(r"(?:编码|代码)$"), Meaning.IGNORED),
    (re.compile(r"^(?:下一?个?[月季]|次月|明年|下一?年)"), Meaning.NEXT_STEP),
    (re.compile(r"(?:领导|责任人|负责人|联系人|经办人)$"), Meaning.LEADER),
)
"""How headings are made that no list can hold: 预计竣工日期, 下阶段工作安排, 挂联县领导."""
LONGEST_HEADING = 26


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading cell taken apart. ``rest`` is what no known word covers; ``is_dated`` that it names a time."""

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
        return bool(self.tags - _MEANINGLESS) and len(self.rest) <= len(self.bare) / 2

    @property
    def is_time(self) -> bool:
        """Whether it names a time and nothing else."""
        return self.is_dated and not self.bare


@dataclass(frozen=True, slots=True)
class Guess:
    """A column's meaning, unit, and the target it belongs to; ``is_certain`` where the heading's words say it all.

    ``is_of_money`` says that a share in the column is a share of money.
    """

    meaning: Meaning
    unit: Unit = NONE
    group: str = ""
    is_certain: bool = True
    is_of_money: bool = False


@functools.cache
def _words() -> tuple[dict[str, Meaning], dict[str, frozenset[str]]]:
    """Return the nouns and, for each part of a heading, its tags."""
    lists = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    nouns = {squeezed(word): Meaning(meaning) for meaning, words in lists["nouns"].items() for word in words}
    tags: dict[str, set[str]] = {}
    for tag, words in lists["tags"].items():
        for word in words:
            tags.setdefault(word, set()).add(tag)
    return nouns, {word: frozenset(kinds) for word, kinds in tags.items()}


def _words_of(*tags: str) -> str:
    """Return the words with one of these tags as alternatives of a pattern, the longest first."""
    words = {word for word, kinds in _words()[1].items() if kinds & set(tags)}
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def key_of(text: str) -> str:
    """Return a heading for comparing: in Chinese, without a translation, letters and formulas behind it."""
    return _ORDER.sub("", squeezed(in_chinese(_TRANSLATION.sub("", text.strip()))))


@functools.lru_cache(4096)
def take_apart(text: str) -> Heading:
    """Return a heading cell taken apart into its unit, its known words and the rest."""
    without_unit, unit = split_heading(text)
    timeless = _TIMES.sub("", without_unit)
    bare = _LEFT.sub("", timeless)
    tags, rest = _covered(bare)
    return Heading(text, bare, unit, _noun_of(timeless, bare), tags, rest, timeless != without_unit)


def _covered(bare: str) -> tuple[frozenset[str], str]:
    """Return the tags of the words that cover a heading, the longest first, and the signs that none covers."""
    table = _words()[1]
    longest = max(map(len, table))
    tags: frozenset[str] = frozenset()
    rest, position = "", 0
    while position < len(bare):
        sizes = range(min(longest, len(bare) - position), 0, -1)
        size = next((size for size in sizes if bare[position : position + size] in table), 0)
        if size:
            tags |= table[bare[position : position + size]]
        else:
            rest += bare[position]
        position += size or 1
    return tags, rest


def _noun_of(timeless: str, bare: str) -> Meaning | None:
    """Return the meaning of a heading that is a word of the list, with or without 项目, 主要 and the like before it."""
    table = _words()[0]
    if _YES_OR_NO.search(timeless):
        return Meaning.STAGE
    for form in (timeless, bare, re.sub(r"\([^)]*\)", "", timeless)):
        if form in table:
            return table[form]
    stripped = _BEFORE_NOUN.sub("", bare)
    if stripped != bare and len(stripped) > 1 and stripped in table:
        return table[stripped]
    for pattern, meaning in _FORMS:
        if pattern.search(bare):
            return meaning
    parts = re.split(r"[/、及和与]", timeless)
    if len(parts) == 2 and all(part in table for part in parts):
        return table[parts[0]]
    return Meaning.TITLE if bare.endswith("名称") else None


def is_heading(text: str) -> bool:
    """Whether a cell reads as the heading of a column, by its own words."""
    key = key_of(text)
    if not key or len(key) > LONGEST_HEADING or re.fullmatch(r"[\d.,%\-]+", key):
        return False
    return take_apart(key).is_known or key == "单位"


def is_time(text: str) -> bool:
    """Whether a heading only names a month, a quarter or a year."""
    return take_apart(key_of(text)).is_time


def guess(path: Sequence[str]) -> Guess | None:
    """Return what a column means by its headings, the topmost first; None where no word is known."""
    heads = [take_apart(key_of(text)) for text in path if text.strip()]
    if not heads or heads[-1].text == "单位":
        return None
    leaf, above = heads[-1], heads[:-1]
    if leaf.noun is not None and not (leaf.unit and leaf.noun in {Meaning.TITLE, Meaning.SERIAL}):
        return Guess(leaf.noun, unit_of(leaf.unit) if leaf.unit else NONE)
    signs = _signs_of(leaf, above)
    meaning = next((meaning for applies, meaning in _RULES if applies(signs)), None)
    if meaning is None:
        return None
    unit = next((head.unit for head in reversed(heads) if head.unit), "") or _counted_in(leaf)
    # 小计 under 完成投资 is as certain as that.
    is_of_above = not leaf.rest and any(head.is_known for head in above)
    belongs = meaning in FIGURES or meaning is Meaning.WORK
    return Guess(
        meaning,
        unit_of(unit) if unit else NONE,
        _group(leaf, above) if belongs else "",
        is_certain=(leaf.is_known or is_of_above) and len(leaf.rest) <= 4 and not signs.is_bare_money,
        is_of_money=signs.is_of_money,
    )


def _counted_in(leaf: Heading) -> str:
    """Return the unit that a heading of a count is made of: 户 of 户数."""
    found = _COUNT.search(leaf.bare)
    return found[1] if found else ""


def _group(leaf: Heading, above: Sequence[Heading]) -> str:
    """Return the name of the target a column belongs to: what its headings say beyond the known words."""
    own = _name(leaf)
    if own:
        return own
    return next((name for head in reversed(above) if not is_office(head.text) and (name := _name(head))), "")


def _name(head: Heading) -> str:
    """Return a heading as the name of a target: without the known words at its ends; nothing where they are all."""
    if head.noun is not None or len(head.rest) < 2:
        return ""
    without_unit, _unit = split_heading(head.text)
    name = _TIMES.sub("", without_unit).strip("()（）,，:： ")
    if not head.tags - _MEANINGLESS:
        return name
    if len(head.rest) * 2 < len(head.bare) - 6:
        return ""
    starts, ends = _ends()
    return ends.sub("", starts.sub("", name)).strip("()（）,，:： ")


@functools.cache
def _ends() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what is taken off the name of a target at its start and at its end."""
    starts = re.compile(rf"^(?:{_words_of('planned', 'done')}|年度|全年|本年|当年|今年|年初|本月|当月)+")
    ends = _words_of("planned", "done", "rate", "progress")
    return starts, re.compile(rf"(?:{ends}|(?<![人户次件套个家])(?:数量|总数|数))+$")


@dataclass(frozen=True, slots=True)
class _Signs:
    """What the words of a column's headings say together."""

    leaf: Heading
    tags: frozenset[str]
    unit: Unit
    is_money: bool
    is_part: bool = False
    """Whether 其中 stands before it or over it."""

    @property
    def is_of_money(self) -> bool:
        """Whether a share under the heading is a share of money."""
        return self.is_money or bool(self.tags & (FLOWS | {"executed"}))

    @property
    def is_bare_money(self) -> bool:
        """Whether nothing tells what the money does: 资金, 投资额, 补助资金 may be planned, there, or paid."""
        told = self.tags - _MEANINGLESS - {"money", "physical", "cumulative"}
        return self.is_money and not told and not _DUE.search(self.leaf.bare)

    def has(self, *tags: str) -> bool:
        """Whether one of the tags is among them."""
        return bool(self.tags & set(tags))


def _signs_of(leaf: Heading, above: Sequence[Heading]) -> _Signs:
    tags = leaf.tags
    if not tags - _MEANINGLESS - {"total", "money"}:
        tags = tags.union(*(head.tags for head in above))
        # 总投资 under 投资情况 is no progress; 投资额 under 投资完成情况 is.
        tags -= {"progress"} if "total" in leaf.tags else frozenset()
    unit = unit_of(leaf.unit) if leaf.unit else NONE
    inherited = any("money" in head.tags and head.is_known for head in above) and (unit == NONE or unit.is_percent)
    is_money = bool(tags & {"money", "total"}) or unit.is_money or inherited
    return _Signs(leaf, tags, unit, is_money, _is_among(leaf, above))


def _is_among(leaf: Heading, above: Sequence[Heading]) -> bool:
    """Whether a heading stands behind 其中 or under a heading of parts: 中央 under 资金来源."""
    return any(_AMONG.match(head.text) for head in (leaf, *above)) or any(
        head.noun is Meaning.IGNORED for head in above
    )


def _is_of_one_month(signs: _Signs) -> bool:
    """Whether a figure is of one month alone: 本月完成, but not 本月累计完成 nor 本月进展情况."""
    counted = signs.is_of_money or signs.has("done", "planned")
    return signs.has("period") and counted and not signs.has("cumulative", "progress")


def _is_part(signs: _Signs) -> bool:
    """Whether a figure is only a part of the one before it: 其中：财政资金, but not 其中：已支付."""
    says_more = signs.leaf.tags & {"planned", "done", "rate", "paid", "executed", *FLOWS}
    return signs.is_part and not says_more


def _is_share(signs: _Signs) -> bool:
    return signs.has("rate") or signs.unit.is_percent


def _moves(signs: _Signs) -> bool:
    """Whether money is what is counted; 人员到位情况 counts none."""
    return signs.is_money or (signs.has(*FLOWS) and not signs.has("progress"))


_Rule = tuple[Callable[[_Signs], bool], Meaning]
_RULES: tuple[_Rule, ...] = (
    (lambda signs: signs.has("compare", "before", "balance"), Meaning.IGNORED),
    (_is_part, Meaning.IGNORED),
    (lambda signs: signs.has("served") and not signs.has("planned", "done"), Meaning.IGNORED),
    (_is_of_one_month, Meaning.IGNORED),
    (lambda signs: signs.leaf.is_time and not signs.tags - _MEANINGLESS, Meaning.IGNORED),
    (lambda signs: _is_share(signs) and signs.has("physical"), Meaning.PROGRESS),
    (lambda signs: _is_share(signs) and signs.is_of_money, Meaning.MONEY_RATE),
    (_is_share, Meaning.RATE),
    (lambda signs: _moves(signs) and bool(_DUE.search(signs.leaf.bare)), Meaning.PLANNED),
    (lambda signs: _moves(signs) and signs.has("arrived"), Meaning.ARRIVED),
    (lambda signs: _moves(signs) and signs.has("disbursed"), Meaning.DISBURSED),
    (lambda signs: _moves(signs) and signs.has("spent", "executed"), Meaning.SPENT),
    (lambda signs: signs.is_money and signs.has("paid") and not signs.has("planned"), Meaning.DISBURSED),
    (lambda signs: signs.is_money and signs.has("planned") and not signs.has("total"), Meaning.PLANNED),
    (lambda signs: signs.is_money and signs.has("done", "progress"), Meaning.COMPLETED),
    (lambda signs: signs.is_money and signs.has("total"), Meaning.TOTAL),
    (lambda signs: signs.is_money, Meaning.PLANNED),
    (lambda signs: signs.has("physical"), Meaning.WORK),
    (
        lambda signs: (
            signs.has("planned")
            and not signs.has("done")
            and signs.leaf.is_dated
            and bool(re.search(r"工作计划|计划$|安排", signs.leaf.bare))
        ),
        Meaning.NEXT_STEP,
    ),
    (lambda signs: signs.has("planned") and signs.has("done") and "/" in signs.leaf.text, Meaning.DONE),
    (lambda signs: signs.has("planned"), Meaning.TARGET),
    (lambda signs: signs.has("done") and not signs.has("progress"), Meaning.DONE),
    (lambda signs: signs.has("progress"), Meaning.WORK),
    (lambda signs: signs.has("quantity") and bool(signs.leaf.rest), Meaning.DONE),
)
"""What the words of a heading mean: of the first rule that applies."""
