"""A column of a table: its headings, what it means, in which unit, of which target and place."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from minsheng.tables.meanings import Meaning
from minsheng.tables.wording import squeezed

TargetKey = tuple[str, str]
"""What the figures of a column are of: the name of the target and the place, each empty where the rows say it."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``unit`` is as printed or chosen, empty for none.

    ``group`` names the target of a figure and ``place`` where it is, in tables that have them across. ``is_certain`` is
    False where the meaning was told by the cells alone or the headings leave a doubt; ``is_of_money`` says that a share
    in it is one of money.
    """

    index: int
    headings: tuple[str, ...]
    meaning: Meaning
    unit: str = ""
    group: str = ""
    place: str = ""
    is_certain: bool = True
    is_of_money: bool = False

    @property
    def heading(self) -> str:
        """The headings as one text."""
        return " / ".join(self.headings)

    @property
    def key(self) -> TargetKey:
        """The target its figures are of."""
        return self.group, self.place

    @property
    def has_percent_sign(self) -> bool:
        """Whether its headings say that plain numbers in it are percentages."""
        return self.unit == "%" or "%" in squeezed(self.heading)


def fingerprint(columns: Sequence[Column]) -> str:
    """Return a digest of the headings that stays the same from month to month, as hexadecimal."""
    words = "\n".join(
        re.sub(r"[\d一二三四上下]+(?=年|月|季度|半年)|\d+", "#", squeezed(column.heading)) for column in columns
    )
    return hashlib.sha256(words.encode()).hexdigest()


def remapped(columns: Sequence[Column], wanted: Mapping[int, Mapping[str, str]]) -> tuple[Column, ...]:
    """Return the columns with what a person chose for some of them: ``meaning``, ``unit``, ``group``."""
    return tuple(_chosen(column, wanted.get(column.index, {})) for column in columns)


def _chosen(column: Column, choice: Mapping[str, str]) -> Column:
    if choice.get("meaning") not in {one.value for one in Meaning}:
        return column
    return replace(
        column,
        meaning=Meaning(choice["meaning"]),
        unit=choice.get("unit", column.unit),
        group=choice.get("group", column.group),
        is_certain=True,
    )
