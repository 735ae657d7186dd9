"""Answers in columns, and how a scheme turns options into points.

A column holds one byte per respondent, so a whole question is coded or filtered in one pass of the interpreter's
own machinery, however many respondents there are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress
from operator import mul

from minsheng.opinion.errors import InvalidColumnError, MissingColumnError, UnknownOptionError
from minsheng.opinion.schemes import ALL_ASKED, Filter, ItemMethod, SurveyItem, Treatment

MOST_OPTIONS = 255


@dataclass(frozen=True)
class Column:
    """The answers to one question: ``codes[i]`` is 0 where person i gave none, else the option's place from 1."""

    options: tuple[str, ...]
    codes: bytes

    @classmethod
    def of(cls, values: Iterable[str]) -> "Column":
        """Return the column of these option keys, ``""`` for no answer. Raises ``InvalidColumnError``."""
        held = list(values)
        options = tuple(sorted(set(held) - {""}))
        if len(options) > MOST_OPTIONS:
            raise InvalidColumnError("options", "too_many")
        places = {option: place for place, option in enumerate(options, start=1)} | {"": 0}
        return cls(options, bytes(places[value] for value in held))

    def values(self) -> list[str]:
        """Return each person's option key, ``""`` for no answer."""
        keys = ("", *self.options)
        return [keys[code] for code in self.codes]

    def mask(self, options: Iterable[str]) -> bytes:
        """Return 1 for each person who chose one of ``options`` (``""``: gave no answer), else 0."""
        wanted = set(options)
        table = bytes(int(option in wanted) for option in ("", *self.options)).ljust(256, b"\0")
        return self.codes.translate(table)


@dataclass(frozen=True)
class Answers:
    """One wave's answers in columns, one entry per respondent in each.

    ``division`` and ``channel`` are codes; ``columns`` holds questions and weighting variables by key;
    ``programmes`` maps a programme's code to the question about it. ``base_weight`` is the design's weight,
    ``stratum`` and ``psu`` where the design has them; ``flagged`` is 1 for answers that a quality rule marks.
    """

    division: Sequence[str]
    channel: Sequence[str]
    columns: Mapping[str, Column]
    base_weight: Sequence[float]
    programmes: Mapping[str, str] = field(default_factory=dict)
    stratum: Sequence[str] | None = None
    psu: Sequence[str] | None = None
    flagged: bytes = b""

    def __post_init__(self) -> None:
        size = len(self.division)
        lengths = {"channel": len(self.channel), "base_weight": len(self.base_weight)}
        lengths |= {key: len(column.codes) for key, column in self.columns.items()}
        lengths |= {key: len(held) for key, held in (("stratum", self.stratum), ("psu", self.psu)) if held is not None}
        if self.flagged:
            lengths["flagged"] = len(self.flagged)
        for key, length in lengths.items():
            if length != size:
                raise InvalidColumnError(key, "wrong_length")
        for key, column in self.columns.items():
            if max(column.codes, default=0) > len(column.options):
                raise InvalidColumnError(key, "unknown_code")

    def __len__(self) -> int:
        return len(self.division)

    def column(self, key: str) -> Column:
        """Return a column. Raises ``MissingColumnError``."""
        if key not in self.columns:
            raise MissingColumnError(key)
        return self.columns[key]

    def select(self, keep: Sequence[int]) -> "Answers":
        """Return the answers of the people whose entry in ``keep`` is not 0."""
        return replace(
            self,
            division=list(compress(self.division, keep)),
            channel=list(compress(self.channel, keep)),
            columns={
                key: Column(column.options, bytes(compress(column.codes, keep))) for key, column in self.columns.items()
            },
            base_weight=list(compress(self.base_weight, keep)),
            stratum=None if self.stratum is None else list(compress(self.stratum, keep)),
            psu=None if self.psu is None else list(compress(self.psu, keep)),
            flagged=bytes(compress(self.flagged, keep)),
        )

    def of_channels(self, channels: Iterable[str]) -> "Answers":
        """Return the answers that came by these channels."""
        wanted = set(channels)
        return self.select([channel in wanted for channel in self.channel])

    def without_flagged(self) -> "Answers":
        """Return the answers that no quality rule marks."""
        return self.select([not flag for flag in self.flagged]) if self.flagged else self


@dataclass(frozen=True)
class Coded:
    """One item's answers: ``values[codes[i]]`` is person i's figure; code 0 is a person the item leaves out.

    The figure is in points for a mean of points and 0 or 1 for a share.
    """

    values: tuple[float, ...]
    codes: bytes

    def among(self, mask: bytes) -> "Coded":
        """Leave out everybody whose entry in ``mask`` is 0."""
        return Coded(self.values, bytes(map(mul, self.codes, mask)))


def code_item(item: SurveyItem, answers: Answers, filters: Mapping[str, Filter], question: str | None = None) -> Coded:
    """Code one item by its scheme, or another ``question`` (such as a programme's) by the same rules.

    "Don't know" and the like are left out, count as 0, or get points, as the scheme says; people outside the
    item's filter, and those who gave no answer, are left out. Raises ``MissingColumnError`` and
    ``UnknownOptionError``.
    """
    column = answers.column(question or item.question)
    used = set(column.codes)
    figures = {place: _figure(item, option) for place, option in enumerate(column.options, start=1) if place in used}
    values = (0.0, *sorted({figure for figure in figures.values() if figure is not None}))
    table = bytearray(256)
    for place, figure in figures.items():
        table[place] = 0 if figure is None else values.index(figure, 1)
    return Coded(values, asked(item, answers, filters, column.codes.translate(bytes(table))))


def asked(item: SurveyItem, answers: Answers, filters: Mapping[str, Filter], codes: bytes) -> bytes:
    """Return the codes of the people whom the item's filter asks, and 0 for the others.

    Raises ``MissingColumnError`` for a filter by a question that was not asked.
    """
    if item.filter == ALL_ASKED:
        return codes
    rule = filters[item.filter]
    return bytes(map(mul, codes, answers.column(rule.question).mask(rule.options)))


def _figure(item: SurveyItem, option: str) -> float | None:
    """Return an option's figure, or None where it is left out."""
    is_share = item.method is ItemMethod.SHARE
    treatment = item.nonsubstantive.get(option)
    if treatment is Treatment.EXCLUDE:
        return None
    if treatment is Treatment.IN_DENOMINATOR:
        return 0.0
    if treatment is not None:
        return treatment / 100 if is_share else float(treatment)
    if is_share:
        return float(option in item.positive)
    if option not in item.points:
        raise UnknownOptionError(item.key, option)
    return float(item.points[option])


def share_of(key: str, question: str, options: Iterable[str], people: str = ALL_ASKED) -> SurveyItem:
    """Return the item that measures how many who answered ``question`` chose one of ``options``.

    For the shares shown beside a score: "don't know", and people told beforehand what to answer. ``people`` is the
    filter of the score that it stands beside.
    """
    return SurveyItem(key, "", question, ItemMethod.SHARE, {}, tuple(options), {}, people)
