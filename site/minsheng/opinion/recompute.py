"""Recompute the score tables of a package with nothing but Python 3.11 or later:

    python recompute.py [FOLDER]

FOLDER is the unpacked package (without it: where this file is). Every file is checked against the manifest's
SHA-256; the restricted edition is weighted and summed anew from its answers, the public one starts from its cells;
then ``scores_division.csv`` and ``scores_programme.csv`` are computed and compared byte for byte. The arithmetic is
in the folder ``minsheng/opinion`` beside this file, the same code that computed the published tables.
"""

import hashlib
import json
import sys
from pathlib import Path

from minsheng.opinion.cellbook import build
from minsheng.opinion.errors import OpinionError, PackageError
from minsheng.opinion.panels import Sample
from minsheng.opinion.responses import read_responses
from minsheng.opinion.scheme_reading import read_scheme
from minsheng.opinion.scores import CellBook, division_scores, programme_scores
from minsheng.opinion.tables import (
    CODEBOOK_COLUMNS,
    MARGIN_COLUMNS,
    STRATA_COLUMNS,
    book_from_tables,
    cells_table,
    division_table,
    programme_table,
    read_handling,
    read_table,
    remarks_table,
)

MANIFEST = "manifest.json"
SCORES = ("scores_division.csv", "scores_programme.csv")


def read_package(folder: Path) -> dict[str, str]:
    """Return the text of every table, after checking each file against the manifest. Raises ``PackageError``."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        listed = {name: entry["sha256"] for name, entry in manifest["files"].items()}
        found: dict[str, str] = {}
        for name, expected in sorted(listed.items()):
            content = (folder / name).read_bytes()
            if hashlib.sha256(content).hexdigest() != expected:
                raise PackageError(f"{name} is not what the manifest says")
            if name.endswith((".csv", ".toml")):
                found[name] = content.decode("utf-8")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PackageError(str(error)) from error
    return found


def sample_from(files: dict[str, str]) -> Sample:
    """Return the restricted edition's answers with everything that their scores depend on."""
    programmes = {
        row["programme"]: row["question"]
        for row in read_table(files["codebook.csv"], CODEBOOK_COLUMNS)
        if row["programme"]
    }
    margins: dict[str, dict[str, dict[str, float]]] = {}
    for row in read_table(files["margins.csv"], MARGIN_COLUMNS):
        margins.setdefault(row["division"], {}).setdefault(row["variable"], {})[row["value"]] = float(row["count"])
    strata = {
        (row["division"], row["stratum"]): float(row["units"])
        for row in read_table(files["strata.csv"], STRATA_COLUMNS)
    }
    return Sample(
        read_scheme(files["scheme.toml"]),
        read_responses(files["responses.csv"], programmes),
        margins,
        read_handling(files["suggestions_summary.csv"]),
        strata,
    )


def recomputed(files: dict[str, str]) -> dict[str, str]:
    """Return the tables computed anew, by file name: the scores, and in the restricted edition the cells too."""
    scheme, handling = read_scheme(files["scheme.toml"]), read_handling(files["suggestions_summary.csv"])
    tables: dict[str, str] = {}
    book: CellBook
    if "responses.csv" in files:
        book = build(sample_from(files))
        tables |= {"cells.csv": cells_table(book), "remarks.csv": remarks_table(book)}
    else:
        book = book_from_tables(files["cells.csv"], files["remarks.csv"])
    scores = division_table(division_scores(scheme, book, handling)), programme_table(programme_scores(scheme, book))
    return tables | dict(zip(SCORES, scores, strict=True))


def main(arguments: list[str]) -> int:
    """Recompute, compare and say so; return 0 if every byte agrees, 1 if not, 2 if the package cannot be read."""
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    try:
        files = read_package(folder)
        tables = recomputed(files)
    except (OpinionError, KeyError, ValueError) as error:
        sys.stderr.write(f"cannot recompute: {error}\n")
        return 2
    differing = [name for name, text in sorted(tables.items()) if files.get(name) != text]
    for name in sorted(tables):
        sys.stdout.write(f"{name}: {'differs' if name in differing else 'same, byte for byte'}\n")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
