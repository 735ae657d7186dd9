"""Reading a scheme from TOML: every mistake is refused with the key it is at and what should be there."""

import math
import tomllib
from collections.abc import Callable, Mapping
from typing import TypeVar

from minsheng.opinion.errors import SchemeError
from minsheng.opinion.panels import COMPOSITE
from minsheng.opinion.schemes import (
    ALL_ASKED,
    CHANNELS,
    DRAWN_CHANNELS,
    OPT_IN_CHANNELS,
    Channels,
    Composite,
    Filter,
    Inference,
    Item,
    ItemMethod,
    Publishing,
    Ranking,
    RankMethod,
    Scheme,
    SheetPart,
    SuggestionItem,
    SurveyItem,
    Treatment,
    content_hash,
    shipped_text,
)
from minsheng.opinion.weighting import JOINT, Method, WeightingRules

T = TypeVar("T")
_SUMS_TO = 1e-9


class Table:
    """One table of the file; remembers where it is and which keys were read, so that the rest can be refused."""

    def __init__(self, content: object, path: str) -> None:
        if not isinstance(content, dict):
            raise SchemeError(path, "must be a table")
        self._content: dict[str, object] = content
        self._path = path
        self._read: set[str] = set()

    def at(self, key: str) -> str:
        """Return the full dotted name of a key."""
        return f"{self._path}.{key}" if self._path else key

    def has(self, key: str) -> bool:
        """Whether the key is given."""
        return key in self._content

    def names(self) -> list[str]:
        """Return the keys of a table whose keys are names that the scheme chooses."""
        self._read.update(self._content)
        return list(self._content)

    def _value(self, key: str, default: object) -> object:
        self._read.add(key)
        if key not in self._content and default is None:
            raise SchemeError(self.at(key), "is missing")
        return self._content.get(key, default)

    def text(self, key: str, default: str | None = None) -> str:
        """Return a string that is not empty, unless that is the default."""
        value = self._value(key, default)
        if not isinstance(value, str) or (not value.strip() and value != default):
            raise SchemeError(self.at(key), "must be a text")
        return value

    def choice(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """Return one of the allowed words."""
        value = self._value(key, default)
        if not isinstance(value, str) or value not in allowed:
            raise SchemeError(self.at(key), f"must be one of {', '.join(allowed)}")
        return value

    def number(self, key: str, low: float, high: float, default: float | None = None) -> float:
        """Return a finite number from ``low`` to ``high``."""
        value = self._value(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise SchemeError(self.at(key), f"must be a number from {low:g} to {high:g}")
        return value

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """Return a whole number from ``low`` to ``high``."""
        value = self._value(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise SchemeError(self.at(key), f"must be a whole number from {low} to {high}")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """Return true or false."""
        value = self._value(key, default)
        if not isinstance(value, bool):
            raise SchemeError(self.at(key), "must be true or false")
        return value

    def words(self, key: str, default: tuple[str, ...] | None = None, *, some: bool = False) -> tuple[str, ...]:
        """Return a list of different words, at least one of them if ``some``."""
        value = self._value(key, None if default is None else list(default))
        if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
            raise SchemeError(self.at(key), "must be a list of words")
        if len(set(value)) < len(value):
            raise SchemeError(self.at(key), "names something twice")
        if some and not value:
            raise SchemeError(self.at(key), "must name at least one")
        return tuple(value)

    def pair(self, key: str, default: tuple[float, float]) -> tuple[float, float]:
        """Return two finite positive numbers."""
        value = self._value(key, list(default))
        if not isinstance(value, list) or len(value) != 2:
            raise SchemeError(self.at(key), "must be two numbers")
        low, high = (
            float(part) if isinstance(part, int | float) and 0 < part < math.inf else math.nan for part in value
        )
        if math.isnan(low) or math.isnan(high):
            raise SchemeError(self.at(key), "must be two positive numbers")
        return low, high

    def is_word(self, key: str, word: str) -> bool:
        """Whether the key is given as this word, where a table may stand instead."""
        if self._content.get(key) != word:
            return False
        self._read.add(key)
        return True

    def table(self, key: str, *, required: bool = False) -> "Table":
        """Return a table inside this one; one that may be left out is empty then."""
        return Table(self._value(key, None if required else {}), self.at(key))

    def tables(self, key: str) -> list["Table"]:
        """Return an array of tables."""
        value = self._value(key, [])
        if not isinstance(value, list):
            raise SchemeError(self.at(key), "must be an array of tables")
        return [Table(part, f"{self.at(key)}[{place}]") for place, part in enumerate(value)]

    def each(self, key: str, read: Callable[["Table", str], T]) -> dict[str, T]:
        """Read every key of a table whose keys the scheme chooses."""
        inner = self.table(key)
        for name in inner.names():
            if not name.strip():
                raise SchemeError(self.at(key), "has a key without a name")
        return {name: read(inner, name) for name in inner.names()}

    def finish(self) -> None:
        """Refuse the keys that nothing has read: most are misspelt."""
        for key in sorted(set(self._content) - self._read):
            raise SchemeError(self.at(key) or '""', "is not a key of a scheme")


def read_scheme(text: str) -> Scheme:
    """Return the scheme written in ``text``. Raises ``SchemeError`` naming the key and the problem."""
    try:
        content = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise SchemeError("file", f"is not TOML: {error}") from error
    except RecursionError as error:
        raise SchemeError("file", "is nested too deeply") from error
    root = Table(content, "")
    head = root.table("scheme", required=True)
    filters = root.each("filters", lambda table, key: _filter(table.table(key)))
    items = root.each("items", lambda table, key: _item(table.table(key), key))
    if not any(isinstance(item, SurveyItem) for item in items.values()):
        raise SchemeError("items", "must have at least one item from a question")
    filters = _with_aware(items, filters)
    programmes = root.table("programmes")
    scheme = Scheme(
        head.text("id"),
        head.text("version"),
        head.text("title", ""),
        head.text("description", ""),
        head.flag("locked", default=False),
        items,
        filters,
        _composite(root.table("composite"), items),
        programmes.choice("item", tuple(key for key, item in items.items() if isinstance(item, SurveyItem)))
        if programmes.has("item")
        else "",
        _channels(root.table("channels", required=True)),
        _weighting(root.table("weighting")),
        _inference(root.table("inference")),
        _ranking(root.table("rank")),
        _publishing(root.table("publish")),
        _sheet(root.table("sheet")),
        content_hash(text),
        text,
    )
    for table in (head, programmes, root):
        table.finish()
    return scheme


def shipped(name: str) -> Scheme:
    """Return a scheme that comes with the software. Raises ``KeyError`` for a name that is not shipped."""
    return read_scheme(shipped_text(name))


def _filter(table: Table) -> Filter:
    found = Filter(table.text("question"), table.words("options", some=True))
    table.finish()
    return found


def _item(table: Table, key: str) -> Item:
    if key == COMPOSITE:
        raise SchemeError(f"items.{key}", "is the name of the composite itself")
    source = table.choice("source", ("survey", "suggestions"), "survey")
    title = table.text("title", "")
    if source == "suggestions":
        table.finish()
        return SuggestionItem(key, title)
    method = ItemMethod(table.choice("method", tuple(ItemMethod)))
    points: dict[str, float] = {}
    positive: tuple[str, ...] = ()
    if method is ItemMethod.MEAN_OF_POINTS:
        points = table.each("points", lambda inner, option: inner.number(option, 0, 100))
        if len(points) < 2:
            raise SchemeError(table.at("points"), "must give points to at least two options")
    else:
        positive = table.words("positive", some=True)
    item = SurveyItem(
        key,
        title,
        table.text("question"),
        method,
        points,
        positive,
        table.each("nonsubstantive", _treatment),
        table.text("filter", ALL_ASKED),
    )
    for option in item.nonsubstantive:
        if option in points or option in positive:
            raise SchemeError(table.at(f"nonsubstantive.{option}"), "already counts among the other options")
    table.finish()
    return item


def _treatment(table: Table, option: str) -> Treatment | float:
    try:
        return Treatment(table.choice(option, tuple(Treatment)))
    except SchemeError:
        try:
            return table.number(option, 0, 100)
        except SchemeError as error:
            raise SchemeError(error.key, "must be exclude, in_denominator or points from 0 to 100") from error


def _with_aware(items: Mapping[str, Item], filters: Mapping[str, Filter]) -> dict[str, Filter]:
    """Check the items' filters. ``aware`` without a definition means a positive answer to the awareness item."""
    known = dict(filters)
    awareness = items.get("awareness")
    if isinstance(awareness, SurveyItem) and awareness.positive:
        known.setdefault("aware", Filter(awareness.question, awareness.positive))
    if ALL_ASKED in known:
        raise SchemeError(f"filters.{ALL_ASKED}", "is the word for no filter")
    first: dict[str, SurveyItem] = {}
    for key, item in items.items():
        if not isinstance(item, SurveyItem):
            continue
        if item.filter != ALL_ASKED and item.filter not in known:
            raise SchemeError(f"items.{key}.filter", f"names a filter that is not defined: {item.filter}")
        if first.setdefault(item.question, item).filter != item.filter:
            others = first[item.question].key
            problem = f"must be that of items.{others}, which has the same question: the difference would tell on few"
            raise SchemeError(f"items.{key}.filter", problem)
    return known


def _sums_to_one(key: str, parts: Mapping[str, float]) -> None:
    if abs(math.fsum(parts.values()) - 1) > _SUMS_TO:
        raise SchemeError(key, f"must sum to 1, not {math.fsum(parts.values()):g}")


def _composite(table: Table, items: Mapping[str, Item]) -> Composite:
    if not table.has("weights") and len(items) == 1:
        weights = dict.fromkeys(items, 1.0)
    else:
        weights = table.each("weights", lambda inner, key: inner.number(key, 0, 1))
        for key in weights:
            if key not in items:
                raise SchemeError(table.at(f"weights.{key}"), "is not an item")
        _sums_to_one(table.at("weights"), weights)
    found = Composite(weights, table.number("max_points", 1, 100_000, 100))
    if all(isinstance(items[key], SuggestionItem) for key, weight in weights.items() if weight > 0):
        raise SchemeError(table.at("weights"), "must give weight to an item from a question")
    table.finish()
    return found


def _channels(table: Table) -> Channels:
    headline, advisory = table.words("headline"), table.words("advisory", OPT_IN_CHANNELS)
    for key, words, allowed in (("headline", headline, DRAWN_CHANNELS), ("advisory", advisory, CHANNELS)):
        for word in words:
            if word not in allowed:
                raise SchemeError(table.at(key), f"{word} is not one of {', '.join(allowed)}")
    blend: dict[str, float] = {}
    if table.has("blend") and not table.is_word("blend", "none"):
        blend = table.each("blend", lambda inner, key: inner.number(key, 0, 1))
        for key in blend:
            if key not in CHANNELS:
                raise SchemeError(table.at(f"blend.{key}"), f"is not one of {', '.join(CHANNELS)}")
        _sums_to_one(table.at("blend"), blend)
    if not headline and not blend:
        raise SchemeError(table.at("headline"), "must name a drawn channel, or the scheme a blend")
    table.finish()
    return Channels(headline, advisory, blend)


def _weighting(table: Table) -> WeightingRules:
    method = Method(table.choice("method", tuple(Method), Method.NONE))
    variables = table.words("margins", ())
    if (method is Method.NONE) != (not variables):
        raise SchemeError(table.at("margins"), "must name the variables to weight by, and only then")
    trim = table.pair("trim", (0.3, 3.0))
    if not trim[0] < 1 < trim[1]:
        raise SchemeError(table.at("trim"), "must be a number under 1 and one over 1, multiples of the mean weight")
    usable = variables if method is Method.RAKE else (JOINT.join(variables),)
    neighbours = table.each("neighbours", _neighbours)
    for variable in neighbours:
        if variable not in usable:
            raise SchemeError(table.at(f"neighbours.{variable}"), f"is not one of {', '.join(usable)}")
    found = WeightingRules(
        method,
        variables,
        trim,
        table.whole("min_cell", 1, 1000, 5),
        table.whole("max_iter", 1, 100, 100),
        table.number("tol", 1e-12, 1e-6, 1e-10),
        neighbours,
    )
    table.finish()
    return found


def _neighbours(table: Table, variable: str) -> dict[str, str]:
    return table.each(variable, lambda inner, value: inner.text(value))


def _inference(table: Table) -> Inference:
    table.choice("ci", ("wilson_neff",), "wilson_neff")
    found = Inference(
        table.number("level", 0.5, 0.999, 0.95),
        table.choice("n_eff", ("variance", "kish"), "variance") == "kish",
        table.flag("fpc", default=False),
    )
    table.finish()
    return found


def _ranking(table: Table) -> Ranking:
    table.choice("ties", ("joint",), "joint")
    found = Ranking(
        table.number("alpha", 0.001, 0.5, 0.10),
        RankMethod(table.choice("method", tuple(RankMethod), RankMethod.INDEPENDENT)),
        table.whole("decimals", 0, 6, 2),
    )
    table.finish()
    return found


def _publishing(table: Table) -> Publishing:
    # Privacy is not a scheme's to lower.
    if not table.flag("complementary", default=True):
        raise SchemeError(table.at("complementary"), "must be true: differences would give suppressed figures back")
    found = Publishing(
        table.whole("k_anon", 10, 1000, 10),
        table.whole("min_n", 2, 100_000, 30),
        table.number("min_n_eff", 1, 100_000, 30),
        table.number("max_ci_width", 0.001, 1, 0.30),
        table.number("max_rel_ci_width", 0.001, 100, 1.30),
    )
    table.finish()
    return found


def _sheet(table: Table) -> tuple[SheetPart, ...]:
    if not table.has("parts"):
        table.finish()
        return ()
    parts = []
    for part in table.tables("parts"):
        points, count = part.number("points", 0, 1e6), part.whole("count", 1, 1000, 1)
        parts.append(SheetPart(part.text("key"), part.text("title"), points, count))
        part.finish()
    if len({part.key for part in parts}) < len(parts):
        raise SchemeError(table.at("parts"), "gives one key twice")
    total = table.number("total", 0, 1e9)
    given = math.fsum(part.points * part.count for part in parts)
    if abs(given - total) > _SUMS_TO:
        raise SchemeError(table.at("total"), f"is {total:g}, but the parts add up to {given:g}")
    table.finish()
    return tuple(parts)
