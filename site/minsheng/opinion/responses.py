"""The restricted edition's answers by person: written without any order of arrival, and read back."""

import hashlib
from collections.abc import Mapping

from minsheng.opinion.coding import Answers, Column
from minsheng.opinion.errors import PackageError
from minsheng.opinion.tables import read_cells, unguarded, write_table

DESIGN_COLUMNS = ("export_number", "division", "channel", "stratum", "psu", "base_weight", "flagged")


def response_rows(answers: Answers, export_number: str) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """Return header and rows: design columns, then one column per question with option keys.

    The rows are in the order of their own hashes: neither the order of arrival nor that of the database can be
    read from it, and the same answers always give the same rows. Each row carries the export's number. Raises
    ``PackageError`` for a question that has the name of a design column.
    """
    size = len(answers)
    names = sorted(answers.columns)
    if set(names) & set(DESIGN_COLUMNS):
        raise PackageError("a question has the name of a design column")
    parts = (
        [export_number] * size,
        answers.division,
        answers.channel,
        answers.stratum if answers.stratum is not None else [""] * size,
        answers.psu if answers.psu is not None else [""] * size,
        [float(weight) for weight in answers.base_weight],
        list(answers.flagged) if answers.flagged else [0] * size,
        *(answers.columns[name].values() for name in names),
    )
    rows = sorted(zip(*parts, strict=True), key=lambda row: (hashlib.sha256(repr(row).encode()).digest(), row))
    return (*DESIGN_COLUMNS, *names), rows


def responses_table(answers: Answers, export_number: str) -> str:
    """Return ``responses.csv``, from which ``read_responses`` gives the same answers back."""
    return write_table(*response_rows(answers, export_number))


def read_responses(text: str, programmes: Mapping[str, str]) -> Answers:
    """Read ``responses.csv`` back, in its own order. Raises ``PackageError`` for what is not one."""
    rows = read_cells(text)
    header = tuple(rows[0]) if rows else ()
    if header[: len(DESIGN_COLUMNS)] != DESIGN_COLUMNS:
        raise PackageError(f"responses.csv does not start with {', '.join(DESIGN_COLUMNS)}")
    held = [list(column) for column in zip(*rows[1:], strict=True)] or [[] for _ in header]
    columns = {name: [unguarded(value) for value in column] for name, column in zip(header, held, strict=True)}
    return Answers(
        columns["division"],
        columns["channel"],
        {name: Column.of(columns[name]) for name in header[len(DESIGN_COLUMNS) :]},
        [float(weight) for weight in columns["base_weight"]],
        programmes,
        columns["stratum"] if any(columns["stratum"]) else None,
        columns["psu"] if any(columns["psu"]) else None,
        bytes(map(int, columns["flagged"])),
    )
