"""Tables of answers: which column holds what, whatever their order, and what the cells of a file say."""

import enum
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from minsheng.errors import InvalidFileError
from minsheng.journal import canonical
from minsheng.surveying.questionnaires import Question, QuestionnaireVersion
from minsheng.tables.grid import grids_of
from minsheng.tables.opening import read_sheets
from minsheng.tables.wording import squeezed

MOST_ROWS = 3_000
BROKEN = "#"
"""What an error of a formula begins with: ``#REF!``."""
_NAMED = re.compile(r"[\[［【]([a-z0-9_]{1,40})[\]］】]")

Rows = list[list[str]]
"""Cells by row and column as a person reads them; the first that says anything holds the headings."""


class Column(enum.StrEnum):
    """What a column holds that is no answer."""

    NUMBER = "number"
    CHANNEL = "channel"
    BATCH = "batch"
    PLACE = "place"
    STRATUM = "stratum"
    PSU = "psu"
    WEIGHT = "weight"
    CODE = "code"
    DISPOSITION = "disposition"


HEADINGS: Mapping[Column, str] = MappingProxyType(
    {
        Column.NUMBER: "编号",
        Column.CHANNEL: "渠道",
        Column.BATCH: "批次",
        Column.PLACE: "地方",
        Column.STRATUM: "层",
        Column.PSU: "抽样单位",
        Column.WEIGHT: "权数",
        Column.CODE: "答题码",
        Column.DISPOSITION: "访问结果",
    }
)
"""The headings of the template, in its order; a question's heading is its key in brackets and its text."""
ALSO: Mapping[str, Column] = MappingProxyType(
    {
        "卷号": Column.NUMBER,
        "问卷编号": Column.NUMBER,
        "调查方式": Column.CHANNEL,
        "地区": Column.PLACE,
        "区划代码": Column.PLACE,
        "分层": Column.STRATUM,
        "村": Column.PSU,
        "权重": Column.WEIGHT,
        "邀请码": Column.CODE,
        "接触结果": Column.DISPOSITION,
        "处置代码": Column.DISPOSITION,
    }
)
"""Other headings that offices use."""
NEEDED = (Column.NUMBER, Column.CHANNEL)


@dataclass(frozen=True)
class Columns:
    """Where each column stands. ``unread`` are headings nobody knows, ``lacking`` questions without a column."""

    design: Mapping[Column, int]
    questions: Mapping[str, int]
    unread: Sequence[str]
    lacking: Sequence[Question]


def heading_of(question: Question) -> str:
    """Return the heading of a question's column in the template."""
    return f"[{question.key}] {question.text}"


def read(data: bytes) -> Rows:
    """Return the cells of the first sheet that says anything, without empty rows at the end.

    Raises ``InvalidFileError`` as ``tables.opening.read_sheets``, and ``empty`` or ``too_many_rows``.
    """
    for grid in grids_of(read_sheets(data)):
        if grid.is_hidden:
            continue
        rows = [[cell.text if cell.is_blank or "\n" in cell.text else cell.shown for cell in row] for row in grid.rows]
        while rows and not any(rows[-1]):
            rows.pop()
        if len(rows) > MOST_ROWS + 1:
            raise InvalidFileError("too_many_rows")
        if rows:
            return rows
    raise InvalidFileError("empty")


def digest_of(rows: Sequence[Sequence[str]]) -> str:
    """Return the SHA-256 of cells, the same for the same table in whatever format or encoding it came."""
    trimmed = [list(row[: max((place for place, cell in enumerate(row, start=1) if cell), default=0)]) for row in rows]
    return hashlib.sha256(canonical(trimmed).encode()).hexdigest()


def head_of(rows: Rows) -> int:
    """Return the index of the row with the headings: the first that says anything."""
    return next((index for index, row in enumerate(rows) if any(row)), 0)


def columns_of(rows: Rows, version: QuestionnaireVersion) -> Columns:
    """Return what each column holds.

    Raises ``InvalidFileError``: ``no_headings`` where number or channel is missing, ``no_questions``, ``two_alike``.
    """
    design: dict[Column, int] = {}
    questions: dict[str, int] = {}
    unread = []
    known = {squeezed(heading): column for column, heading in HEADINGS.items()}
    known |= {squeezed(heading): column for heading, column in ALSO.items()}
    known |= {column.value: column for column in Column}
    for place, heading in enumerate(rows[head_of(rows)] if rows else ()):
        plain = squeezed(heading).strip("*").casefold()
        if not plain:
            continue
        column, question = known.get(plain), _question(heading, plain, version)
        if column in design or question in questions:
            raise InvalidFileError("two_alike")
        if column is not None:
            design[column] = place
        elif question:
            questions[question] = place
        else:
            unread.append(heading)
    if any(column not in design for column in NEEDED):
        raise InvalidFileError("no_headings")
    if not questions:
        raise InvalidFileError("no_questions")
    return Columns(design, questions, unread, [one for one in version.questions if one.key not in questions])


def _question(heading: str, plain: str, version: QuestionnaireVersion) -> str:
    """Return the key of the question that a heading names: by its key, its text in any language, or its place."""
    named = _NAMED.search(heading.casefold())
    keys = {question.key for question in version.questions}
    if named and named[1] in keys:
        return named[1]
    if plain in keys:
        return plain
    said = [
        question.key
        for question in version.questions
        if plain in {squeezed(text).casefold() for text in (question.text, *question.translations.values())}
    ]
    return said[0] if len(said) == 1 else ""
