"""The items of a table: one for each target of each row, with exact figures and what is doubtful about them."""

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from minsheng.tables.meanings import Meaning
from minsheng.tables.wording import without_ordinal


class Trouble(enum.StrEnum):
    """What is the matter with a row. ``IS_WRONG`` says which keep it out until somebody decides."""

    NOT_A_FIGURE = "not_a_figure"
    SEVERAL_FIGURES = "several_figures"
    RANGE = "range"
    FORMULA_ERROR = "formula_error"
    NEGATIVE = "negative"
    TOO_PRECISE = "too_precise"
    NO_UNIT = "no_unit"
    UNIT_DIFFERS = "unit_differs"
    NOT_WHOLE_FEN = "not_whole_fen"
    FROM_SENTENCE = "from_sentence"
    BOUND = "bound"
    RATE_DIFFERS = "rate_differs"
    SHARE_OR_PERCENT = "share_or_percent"
    UNREADABLE_DAY = "unreadable_day"
    NO_NAME = "no_name"


IS_WRONG = frozenset(
    {
        Trouble.FORMULA_ERROR,
        Trouble.NEGATIVE,
        Trouble.TOO_PRECISE,
        Trouble.NO_UNIT,
        Trouble.NOT_WHOLE_FEN,
        Trouble.NO_NAME,
    }
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something the matter with a cell; ``column`` is None for the row, ``detail`` what stands there."""

    trouble: Trouble
    column: int | None = None
    detail: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether the row cannot be imported so."""
        return self.trouble in IS_WRONG


@dataclass(frozen=True)
class Entry:
    """One target of one row. ``row`` counts from 0; money in fen; ``rate`` and ``progress`` are printed percentages.

    ``words`` maps meanings of texts to what stands there; ``money_rate`` is the printed share of the planned money.
    ``group`` and ``place_across`` say which of several columns of the row the figures come from.
    """

    row: int
    group: str
    words: Mapping[Meaning, str]
    place_across: str = ""
    unit: str = ""
    target: Decimal | None = None
    done: Decimal | None = None
    rate: str | None = None
    progress: str | None = None
    money: Mapping[Meaning, int] = field(default_factory=dict)
    money_rate: str | None = None
    start: dt.date | None = None
    finish: dt.date | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def title(self) -> str:
        """The name of the item as a project would be called."""
        for meaning in (Meaning.SUBTITLE, Meaning.TITLE, Meaning.ITEM, Meaning.CONTENT):
            if self.words.get(meaning):
                return without_ordinal(self.words[meaning])
        return ""

    @property
    def target_name(self) -> str:
        """The name of the target as the table gives it; empty where the row has one figure without a name."""
        return self.group or without_ordinal(self.words.get(Meaning.ITEM, ""))

    @property
    def place(self) -> str:
        """The place as printed, empty where none is."""
        return self.words.get(Meaning.PLACE, "")

    @property
    def has_figures(self) -> bool:
        """Whether anything can be counted in it."""
        return any(one is not None for one in (self.target, self.done, self.rate, self.progress)) or bool(self.money)
