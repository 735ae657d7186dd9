"""The answers of a closed survey as an SPSS file (.sav) with Chinese labels; needs the optional extra ``spss``."""

import importlib.util
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from minsheng.exporting.answers import ABOUT, exported_questions, option_column, question_column
from minsheng.surveying.questionnaires import QuestionType
from minsheng.surveying.surveys import Wave

_CREATED = slice(92, 109)
_NEVER = b"01 Jan 8000:00:00"
"""Where the header says day and time of writing, and what stands there instead: the same answers, the same bytes."""
_LONGEST_NAME = 64
_LABELS = {
    "export_number": "导出编号",
    "wave": "调查",
    "questionnaire_version": "问卷版本",
    "channel": "渠道",
    "division_code": "区划代码",
    "week": "周",
}
CHOSEN_LABELS = {0.0: "没选", 1.0: "选了"}


def is_available() -> bool:
    """Whether the libraries of the extra are installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("pandas", "pyreadstat"))


def write_sav(wave: Wave, heading: Sequence[str], rows: Sequence[Sequence[str]], number: str) -> bytes:
    """Return the table of ``answers.answer_rows`` as a .sav file that carries the export's number in its title.

    Answers become numbers, the place of the option from 1, with the options' texts as labels. Raises
    ``ImportError`` without the extra.
    """
    # Only here: the extra is optional, and these two take a second to load.
    import pandas  # noqa: PLC0415
    import pyreadstat  # noqa: PLC0415

    labels = dict(_LABELS)
    values: dict[str, dict[float, str]] = {}
    codes: dict[str, dict[str, int]] = {}
    numbers: set[str] = set()
    for question in exported_questions(wave):
        if question.type is QuestionType.MULTIPLE:
            for option in question.options:
                column = option_column(question, option.key)
                labels[column], values[column] = f"{question.text} {option.text}", CHOSEN_LABELS
                codes[column] = {"0": 0, "1": 1}
            continue
        column = question_column(question)
        labels[column] = question.text
        if question.type is QuestionType.NUMBER:
            numbers.add(column)
        else:
            values[column] = {float(place): option.text for place, option in enumerate(question.options, start=1)}
            codes[column] = {option.key: place for place, option in enumerate(question.options, start=1)}
    names = _names(heading)
    table: dict[str, list[object]] = {names[column]: [] for column in heading}
    for row in rows:
        for place, (column, cell) in enumerate(zip(heading, row, strict=True)):
            is_design = place < len(ABOUT)
            table[names[column]].append(cell if is_design else _value(cell, codes.get(column), column in numbers))
    frame = pandas.DataFrame(table)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "responses.sav"
        pyreadstat.write_sav(
            frame,
            str(path),
            file_label=f"{wave.slug} {number}"[:60],
            column_labels=[labels[column] for column in heading],
            variable_value_labels={names[column]: held for column, held in values.items()},
        )
        content = bytearray(path.read_bytes())
    content[_CREATED] = _NEVER
    return bytes(content)


def _value(cell: str, codes: dict[str, int] | None, is_number: bool) -> float | None:
    """Return an answer as SPSS keeps it; None is its missing value."""
    if not cell:
        return None
    if codes is not None:
        return float(codes[cell])
    return float(cell) if is_number else None


def _names(heading: Sequence[str]) -> dict[str, str]:
    """Return names that SPSS takes, by column: letters, digits and underscores, a letter first, none twice."""
    taken: dict[str, str] = {}
    for column in heading:
        plain = re.sub(r"[^0-9A-Za-z_]", "_", column).strip("_")[: _LONGEST_NAME - 4] or "q"
        plain = plain if plain[0].isalpha() else f"q_{plain}"
        name, count = plain, 1
        while name.lower() in {other.lower() for other in taken.values()}:
            count += 1
            name = f"{plain}_{count}"
        taken[column] = name
    return taken
