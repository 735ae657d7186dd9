"""Tables as offices keep them, written down in text, and what a person reads in them.

Every expectation in this folder was written from the printed table alone, before any importer had seen it.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from minsheng.tables.entries import Entry
from minsheng.tables.meanings import Meaning
from minsheng.tables.reading import Table, read_tables

ANY = frozenset({"any"})
"""Some doubt must be told; which one is left to the importer's words."""


@dataclass(frozen=True)
class Item:
    """What a person reads in one row for one target.

    Figures that are not given must not be read either. Words are compared where they are given; money is in fen.
    ``trouble`` are the doubts to be told, :data:`ANY` for one of any kind.
    """

    title: str | None = None
    place: str | None = None
    name: str | None = None
    unit: str | None = None
    target: str | None = None
    done: str | None = None
    rate: str | None = None
    progress: str | None = None
    money: Mapping[str, int] | None = None
    start: str | None = None
    finish: str | None = None
    words: Mapping[str, str] | None = None
    trouble: frozenset[str] = frozenset()

    def differs(self, entry: Entry) -> list[str]:
        """Return what an entry says otherwise, in words for the message of a failed test."""
        figures = {
            "target": (_decimal(self.target), entry.target),
            "done": (_decimal(self.done), entry.done),
            "rate": (_decimal(self.rate), _decimal(entry.rate)),
            "progress": (_decimal(self.progress), _decimal(entry.progress)),
            "money": (dict(self.money or {}), {one.value: fen for one, fen in entry.money.items()}),
            "start": (_day(self.start), entry.start),
            "finish": (_day(self.finish), entry.finish),
        }
        words = {
            "title": (self.title, entry.title),
            "place": (self.place, entry.place),
            "name": (self.name, entry.target_name),
            "unit": (self.unit, entry.unit),
        }
        compared: dict[str, tuple[object, object]] = {
            **figures,
            **{key: pair for key, pair in words.items() if pair[0] is not None},
            **{key: (text, entry.words.get(Meaning(key), "")) for key, text in (self.words or {}).items()},
        }
        found = [f"{key}: {read!r} for {said!r}" for key, (said, read) in compared.items() if said != read]
        troubles = {problem.trouble.value for problem in entry.problems}
        if self.trouble == ANY:
            return found if troubles else [*found, "no doubt is told"]
        return found if troubles == self.trouble else [*found, f"troubles: {troubles} for {set(self.trouble)}"]


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _day(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)


def fen(amount: str, power: int = 4) -> int:
    """Return an amount in ten to ``power`` yuan (万元 unless said otherwise) in fen."""
    return int(Decimal(amount).scaleb(power + 2))


def sheet(
    text: str,
    merged: Sequence[str] = (),
    *,
    name: str = "Sheet1",
    hidden_rows: Sequence[int] = (),
    hidden_columns: Sequence[int] = (),
    is_hidden: bool = False,
    as_text: bool = False,
) -> dict[str, Any]:
    """Return a sheet as the reader of files gives it: a line a row, ``|`` between cells, merges as A1:B2.

    Plain numbers are number cells unless ``as_text``; ``\\n`` is a line break inside a cell, ``'`` before a number
    keeps it text, ``=x`` is a day cell and ``#…`` an error of a formula. Rows and columns count from 0.
    """
    rows = [[_cell(cell, as_text=as_text) for cell in line.split("|")] for line in text.strip("\n").split("\n")]
    return {
        "name": name,
        "is_hidden": is_hidden,
        "rows": rows,
        "merged": [_range(one) for one in merged],
        "hidden_rows": list(hidden_rows),
        "hidden_columns": list(hidden_columns),
    }


def _cell(text: str, *, as_text: bool) -> str | list[str] | None:
    bare = text.strip(" ").replace("\\n", "\n")
    if not bare:
        return None
    if bare.startswith("'"):
        return bare[1:]
    if bare.startswith("="):
        return ["d", bare[1:]]
    if bare.startswith("#"):
        return ["e", bare]
    return ["n", bare] if re.fullmatch(r"-?\d+(\.\d+)?", bare) and not as_text else bare


def _range(text: str) -> list[int]:
    found = re.fullmatch(r"([A-Z])(\d+):([A-Z])(\d+)", text)
    assert found is not None, text
    left, top, right, bottom = found.groups()
    return [int(top) - 1, ord(left) - 65, int(bottom) - 1, ord(right) - 65]


def entries(*sheets: Mapping[str, Any]) -> list[Entry]:
    """Return what is read in sheets, all tables after each other."""
    return [entry for table in read_tables(sheets) for entry in table.entries]


def tables(*sheets: Mapping[str, Any]) -> list[Table]:
    """Return the tables of sheets."""
    return read_tables(sheets)


def check(found: Sequence[Entry], expected: Sequence[Item]) -> None:
    """Compare what was read with what a person reads; rows in which nothing at all is said do not count."""
    saying = [entry for entry in found if entry.has_figures or entry.problems or _has_words(entry)]
    seen = [f"{entry.row + 1}: {entry.title}|{entry.place}|{entry.target_name}" for entry in saying]
    told = [
        f"{shown}: {'; '.join(said)}"
        for shown, item, entry in zip(seen, expected, saying, strict=False)
        if (said := item.differs(entry))
    ]
    assert not told, "\n".join(["", *told])
    assert len(saying) == len(expected), seen


def _has_words(entry: Entry) -> bool:
    telling = {
        Meaning.WORK, Meaning.DIFFICULTIES, Meaning.NEXT_STEP, Meaning.CONTENT, Meaning.AGENCY, Meaning.STAGE,
        Meaning.REMARK, Meaning.LOCATION,
    }  # fmt: skip
    return any(entry.words.get(meaning) for meaning in telling)
