"""Recompute the tables of an assessment's package with nothing but Python 3.11 or later:

    python recompute.py [FOLDER]

Every file is checked against the manifest; the survey's package in the folder ``survey`` recomputes its own scores;
then ``sheet.csv`` (totals and ranks from ``points.csv``), ``opinion.csv`` (from the survey's scores) and
``recognition.csv`` are computed and compared byte for byte.
"""

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from minsheng.opinion import recompute
from minsheng.opinion.errors import OpinionError, PackageError
from minsheng.opinion.panels import COMPOSITE, Handling
from minsheng.opinion.scheme_reading import read_scheme
from minsheng.opinion.scores import ALL, Score, division_scores
from minsheng.opinion.sheet import Recognition, SheetRow, recognition, sheet_rows
from minsheng.opinion.tables import Fixed, book_from_tables, read_handling, read_table, write_table

POINT_COLUMNS = ("division", "part", "points")
SEAT_COLUMNS = ("division", "group", "seats")
SHEET_COLUMNS = ("division", "total", "rank", "missing")
OPINION_COLUMNS = ("division", "score", "se", "low", "high", "rank", "rank_best", "rank_worst", "ranked_of", "reason")
RECOGNITION_COLUMNS = ("group", "division", "rank", "rank_best", "rank_worst", "is_listed", "is_certain")
SURVEY = "survey"


def points_table(points: Mapping[str, Mapping[str, float]]) -> str:
    """Return the points by place and part; a place without any has one line without a part."""
    rows: list[list[object]] = []
    for division, held in sorted(points.items()):
        rows += [[division, part, float(value)] for part, value in held.items()] or [[division, "", None]]
    return write_table(POINT_COLUMNS, rows)


def seats_table(groups: Mapping[str, str], seats: Mapping[str, int]) -> str:
    """Return each place's group and how many recognitions the group has."""
    return write_table(SEAT_COLUMNS, [[place, group, seats.get(group, 0)] for place, group in sorted(groups.items())])


def sheet_table(rows: Sequence[SheetRow]) -> str:
    """Return totals and ranks; a place that lacks points has neither and names what is missing."""
    return write_table(
        SHEET_COLUMNS,
        [
            [row.division, None if row.total is None else Fixed(row.total, 4), row.rank, " ".join(row.missing)]
            for row in rows
        ],
    )


def opinion_table(scores: Sequence[Score]) -> str:
    """Return the opinion scores as they are listed beside the sheet."""
    rows: list[list[object]] = []
    for score in sorted(scores, key=lambda score: score.division):
        found, span = score.estimate, score.interval
        figures = (None,) * 4 if found is None else (found.value, found.se, found.low, found.high)
        shown = [None if figure is None else Fixed(figure, 6) for figure in figures]
        ranks = (None,) * 3 if span is None else (span.best, span.worst, span.of)
        rows.append([score.division, *shown, score.rank, *ranks, score.reason])
    return write_table(OPINION_COLUMNS, rows)


def recognition_table(rows: Sequence[Recognition]) -> str:
    """Return the recognition list."""
    held: list[list[object]] = []
    for row in rows:
        span = row.interval
        ranks = (None, None) if span is None else (span.best, span.worst)
        held.append([row.group, row.division, row.rank, *ranks, int(row.is_listed), int(row.is_certain)])
    return write_table(RECOGNITION_COLUMNS, held)


def recomputed(folder: Path) -> dict[str, str]:
    """Return the tables computed anew. Raises ``OpinionError`` for a package that is not whole."""
    texts = {name: (folder / name).read_text(encoding="utf-8") for name in ("scheme.toml", "points.csv", "seats.csv")}
    scheme = read_scheme(texts["scheme.toml"])
    points: dict[str, dict[str, float]] = {}
    for row in read_table(texts["points.csv"], POINT_COLUMNS):
        held = points.setdefault(row["division"], {})
        if row["part"]:
            held[row["part"]] = float(row["points"])
    scores = _survey_scores(folder / SURVEY) if (folder / SURVEY).exists() else []
    known = {row.division: row.estimate for row in scores if row.estimate is not None}
    rows = read_table(texts["seats.csv"], SEAT_COLUMNS)
    groups = {row["division"]: row["group"] for row in rows}
    seats = {row["group"]: int(row["seats"]) for row in rows if int(row["seats"])}
    listed = recognition(known, groups, seats, scheme.rank) if seats else []
    return {
        "sheet.csv": sheet_table(sheet_rows(scheme.sheet, points, scheme.rank.decimals)),
        "opinion.csv": opinion_table(scores),
        "recognition.csv": recognition_table(listed),
    }


def _survey_scores(folder: Path) -> list[Score]:
    files = recompute.read_package(folder)
    book = book_from_tables(files["cells.csv"], files["remarks.csv"])
    handling: Mapping[str, Handling] = read_handling(files["suggestions_summary.csv"])
    rows = division_scores(read_scheme(files["scheme.toml"]), book, handling)
    return [row for row in rows if (row.view, row.item) == (ALL, COMPOSITE)]


def main(arguments: list[str]) -> int:
    """Recompute, compare and say so; return 0 if every byte agrees, 1 if not, 2 if the package cannot be read."""
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    try:
        listed: dict[str, str] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
        for name, expected in sorted(listed.items()):
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != expected:
                raise PackageError(f"{name} is not what the manifest says")
        survey = recompute.main([str(folder / SURVEY)]) if (folder / SURVEY).exists() else 0
        tables = recomputed(folder)
        held = {name: (folder / name).read_bytes().decode("utf-8") for name in tables}
    except (OSError, OpinionError, KeyError, ValueError) as error:
        sys.stderr.write(f"cannot recompute: {error}\n")
        return 2
    for name, text in sorted(tables.items()):
        sys.stdout.write(f"{name}: {'same, byte for byte' if held[name] == text else 'differs'}\n")
    return 1 if survey or held != tables else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
