"""The package: a ZIP from which anybody recomputes the scores. Its form is the same for the same contents.

The public edition carries weighted sums per cell, the restricted one the answers by person as well.
"""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from minsheng.opinion.cellbook import build
from minsheng.opinion.channels import channel_counts
from minsheng.opinion.dispositions import Disposition, response_rates
from minsheng.opinion.errors import PackageError
from minsheng.opinion.panels import Sample
from minsheng.opinion.recompute import MANIFEST, SCORES
from minsheng.opinion.responses import response_rows
from minsheng.opinion.scores import CellBook, division_scores, programme_scores
from minsheng.opinion.tables import (
    CHANNEL_COLUMNS,
    CODEBOOK_COLUMNS,
    DISPOSITION_COLUMNS,
    EXCLUSION_COLUMNS,
    MARGIN_COLUMNS,
    STRATA_COLUMNS,
    Fixed,
    cells_table,
    division_table,
    handling_table,
    programme_table,
    remarks_table,
    write_table,
)
from minsheng.opinion.workbook import write_workbook

FORMAT = "minsheng-opinion-package/1"
RESTRICTED_ATTACHMENTS = ("responses.sav",)
_CODE = Path(__file__).resolve().parent
_MODULES = (
    "__init__",
    "cellbook",
    "cells",
    "coding",
    "composite",
    "dispositions",
    "distributions",
    "errors",
    "estimates",
    "panels",
    "ranks",
    "responses",
    "scheme_reading",
    "schemes",
    "scores",
    "suppression",
    "tables",
    "weighting",
)
# The first moment a ZIP can hold: nothing in the package tells when it was made.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_PLAIN_KEY = re.compile(r"[\w.+*-]{1,60}")


@dataclass(frozen=True)
class CodebookRow:
    """One option of one question; a question about a programme names it. ``option`` is empty for open questions."""

    question: str
    role: str
    programme: str
    text: str
    option: str
    option_text: str


@dataclass(frozen=True)
class MarginRow:
    """A population count and where it comes from."""

    division: str
    variable: str
    value: str
    count: float
    source: str


@dataclass(frozen=True)
class ExclusionRow:
    """How many answers a rule registered before opening took out; ``who`` is a post, never a person's name."""

    rule: str
    count: int
    who: str
    why: str


@dataclass(frozen=True)
class Contents:
    """What a wave's package is made of. ``sample.margins`` must be those of ``margins``.

    ``dispositions[division, channel]`` counts the people drawn; ``eligible_shares`` gives e where it is known rather
    than estimated. ``questionnaires`` maps a version number to its JSON text. ``attachments`` may hold the
    answers as ``responses.sav``, which takes more than the standard library.
    """

    wave: str
    year: int
    software_version: str
    sample: Sample
    codebook: Sequence[CodebookRow]
    margins: Sequence[MarginRow]
    questionnaires: Mapping[int, str] = field(default_factory=dict)
    dispositions: Mapping[tuple[str, str], Mapping[Disposition, int]] = field(default_factory=dict)
    eligible_shares: Mapping[tuple[str, str], float] = field(default_factory=dict)
    exclusions: Sequence[ExclusionRow] = ()
    attachments: Mapping[str, bytes] = field(default_factory=dict)


def margins_of(rows: Iterable[MarginRow]) -> dict[str, dict[str, dict[str, float]]]:
    """Return population counts by division, variable and category, as ``Sample`` takes them."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for row in rows:
        found.setdefault(row.division, {}).setdefault(row.variable, {})[row.value] = float(row.count)
    return found


def public_package(contents: Contents) -> bytes:
    """Return the public edition: no answers by person. Raises ``PackageError`` for contents that contradict."""
    return _zip(contents, _common_files(contents), "public", "")


def restricted_package(contents: Contents, export_number: str) -> bytes:
    """Return the restricted edition, which carries ``export_number`` in its manifest and in every row of answers.

    Raises ``PackageError`` for contents that contradict each other or that could name a person.
    """
    if not _PLAIN_KEY.fullmatch(export_number):
        raise PackageError("a restricted export needs its number")
    _refuse_free_text(contents)
    files = _common_files(contents)
    header, rows = response_rows(contents.sample.answers, export_number)
    files["responses.csv"] = write_table(header, rows).encode()
    files["responses.xlsx"] = write_workbook("responses", header, rows)
    strata = sorted(contents.sample.stratum_populations.items())
    files["strata.csv"] = write_table(STRATA_COLUMNS, [[*place, float(units)] for place, units in strata]).encode()
    for name, content in contents.attachments.items():
        if name not in RESTRICTED_ATTACHMENTS:
            raise PackageError(f"{name} is not one of {', '.join(RESTRICTED_ATTACHMENTS)}")
        files[name] = content
    return _zip(contents, files, "restricted", export_number)


def _refuse_free_text(contents: Contents) -> None:
    """Refuse answers that are not options of the codebook, and codes that are not plain words."""
    known: dict[str, set[str]] = {}
    for row in contents.codebook:
        known.setdefault(row.question, set()).add(row.option)
    answers = contents.sample.answers
    for key, column in answers.columns.items():
        if not set(column.options) <= known.get(key, set()):
            raise PackageError(f"{key} has answers that are not options of the codebook")
    for name, values in (
        ("division", answers.division),
        ("channel", answers.channel),
        ("stratum", answers.stratum or ()),
        ("psu", answers.psu or ()),
    ):
        for value in set(values):
            if value and not _PLAIN_KEY.fullmatch(value):
                raise PackageError(f"{name} holds more than a code")


def _common_files(contents: Contents) -> dict[str, bytes]:
    """Return the files of both editions by name."""
    sample = contents.sample
    if margins_of(contents.margins) != sample.margins:
        raise PackageError("the margins are not those of the scores")
    programmes = {row.programme: row.question for row in contents.codebook if row.programme}
    if programmes != dict(sample.answers.programmes):
        raise PackageError("the codebook's programmes are not those of the answers")
    book = build(sample)
    tables = {
        "scheme.toml": sample.scheme.text,
        "codebook.csv": write_table(CODEBOOK_COLUMNS, [list(vars(row).values()) for row in contents.codebook]),
        "margins.csv": write_table(MARGIN_COLUMNS, _margin_rows(contents.margins)),
        "cells.csv": cells_table(book),
        "remarks.csv": remarks_table(book),
        "channels.csv": _channels_table(sample, book),
        "dispositions.csv": _dispositions_table(contents),
        "exclusions.csv": write_table(EXCLUSION_COLUMNS, [list(vars(row).values()) for row in contents.exclusions]),
        "suggestions_summary.csv": handling_table(sample.handling),
        SCORES[0]: division_table(division_scores(sample.scheme, book, sample.handling)),
        SCORES[1]: programme_table(programme_scores(sample.scheme, book)),
    }
    tables |= {f"questionnaire_v{number}.json": text for number, text in contents.questionnaires.items()}
    return {name: text.encode() for name, text in tables.items()} | _code_files()


def _code_files() -> dict[str, bytes]:
    """Return the arithmetic itself, as it ran, and how to read the tables, so that the package needs nothing else."""
    files = {f"minsheng/opinion/{name}.py": (_CODE / f"{name}.py").read_bytes() for name in _MODULES}
    files |= {f"minsheng/{name}.py": (_CODE.parent / f"{name}.py").read_bytes() for name in ("__init__", "errors")}
    files["README.md"] = (_CODE / "package_readme.md").read_bytes()
    return files | {"recompute.py": (_CODE / "recompute.py").read_bytes()}


def _margin_rows(rows: Iterable[MarginRow]) -> list[list[object]]:
    in_order = sorted(rows, key=lambda row: (row.division, row.variable, row.value))
    return [[row.division, row.variable, row.value, float(row.count), row.source] for row in in_order]


def _channels_table(sample: Sample, book: CellBook) -> str:
    rows = []
    for row in channel_counts(sample, book):
        share = None if row.share is None else Fixed(row.share, 6)
        place = (row.division, row.channel, row.programme, row.question, row.option)
        rows.append([*place, row.count, row.base, share, row.reason])
    return write_table(CHANNEL_COLUMNS, rows)


def _dispositions_table(contents: Contents) -> str:
    rows: list[list[object]] = []
    for place, counts in sorted(contents.dispositions.items()):
        rates = response_rates(counts, contents.eligible_shares.get(place))
        figures = [
            None if rate is None else Fixed(rate, 6) for rate in (rates.rr1, rates.rr2, rates.rr3, rates.rr4, rates.e)
        ]
        rows.append([*place, *(counts.get(kind, 0) for kind in Disposition), *figures, int(rates.is_e_estimated)])
    return write_table(DISPOSITION_COLUMNS, rows)


def _zip(contents: Contents, files: Mapping[str, bytes], edition: str, export_number: str) -> bytes:
    scheme = contents.sample.scheme
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    manifest = {
        "format": FORMAT,
        "edition": edition,
        "export_number": export_number,
        "wave": contents.wave,
        "year": contents.year,
        "software": {"name": "minsheng", "version": contents.software_version, "python": ">=3.11"},
        "scheme": {"id": scheme.id, "version": scheme.version, "sha256": scheme.content_hash},
        "data_sha256": data_hash(hashes),
        "files": {name: {"sha256": hashes[name], "bytes": len(files[name])} for name in hashes},
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in sorted({**files, MANIFEST: text.encode()}.items()):
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            # Made on "Unix", readable by all, whatever system it is made on.
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, content)
    return held.getvalue()


def data_hash(hashes: Mapping[str, str]) -> str:
    """Return the SHA-256 over the tables' hashes as ``sha256sum`` lists them, without the code and its description."""
    lines = [f"{value}  {name}\n" for name, value in sorted(hashes.items()) if not name.endswith((".py", ".md"))]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
