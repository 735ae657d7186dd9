"""Commands for what others hand over: packages to recompute, and answers of other systems to score."""

import functools
import hashlib
import io
import json
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import click

from minsheng.importing.answer_files import questions_of, read_answers, read_margins, read_suggestions
from minsheng.importing.plain_tables import UnreadableTableError
from minsheng.opinion.cellbook import build
from minsheng.opinion.errors import OpinionError, PackageError, SchemeError, WeightingError
from minsheng.opinion.package import margins_of
from minsheng.opinion.panels import COMPOSITE, Handling, Sample, weighting_problems
from minsheng.opinion.ranks import printed
from minsheng.opinion.recompute import MANIFEST, read_package, recomputed
from minsheng.opinion.scheme_reading import read_scheme, shipped
from minsheng.opinion.schemes import ItemMethod, Scheme, shipped_names
from minsheng.opinion.scores import ALL, CellBook, division_scores, programme_scores
from minsheng.opinion.tables import division_table, programme_table
from minsheng.records.document_types import DAMAGED_ARCHIVE

T = TypeVar("T")
MOST_UNPACKED = 500_000_000
"""Bytes of a package when unpacked; a real one of 200,000 answers takes a tenth."""


def register(group: click.Group) -> None:
    """Add the commands to the group of surveys."""
    group.add_command(recompute_command)
    group.add_command(score_command)


@click.command("recompute")
@click.argument("package", type=click.Path(exists=True, path_type=Path))
def recompute_command(package: Path) -> None:
    """Recompute the score tables of PACKAGE, a ZIP or the folder it was unpacked to, and compare.

    The program inside the package is not run: this one's own arithmetic is used, and its manifest checked. Exits
    with 1 where a byte differs, with 2 where the package cannot be read.
    """
    try:
        files = _from_zip(package) if package.is_file() else read_package(package)
        tables = recomputed(files)
    except (*DAMAGED_ARCHIVE, OpinionError, KeyError, OSError, ValueError) as error:
        click.echo(f"cannot recompute 无法重算: {error}", err=True)
        sys.exit(2)
    for name, text in sorted(tables.items()):
        click.echo(f"{name}: {'same, byte for byte 逐字节相同' if files.get(name) == text else 'differs 不同'}")
    if any(files.get(name) != text for name, text in tables.items()):
        sys.exit(1)


@click.command("score")
@click.argument("answers", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--scheme", default="default", show_default=True, help="A shipped scheme's name, or a TOML file.")
@click.option("--margins", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Population counts.")
@click.option("--suggestions", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Handling counts.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="A folder for the score tables.")
def score_command(answers: Path, scheme: str, margins: Path | None, suggestions: Path | None, out: Path | None) -> None:
    """Score ANSWERS, a CSV of one answer a line, by a scheme, without touching the database.

    Columns: division; optionally channel, base_weight, stratum, psu, flagged, uuid; then one per question, with
    option keys. Others are not read. Population counts have the columns division, variable, value, count;
    suggestions division, received, replied, on_time, rated, satisfied. Exits with 2 for files that cannot be taken,
    naming lines and columns, and where no place's answers can be weighted.
    """
    try:
        chosen = _scheme(scheme)
        handling = _read(read_suggestions, suggestions) if suggestions else dict[str, Handling]()
        counts = margins_of(_read(read_margins, margins)) if margins else {}
        read = functools.partial(read_answers, questions=questions_of(chosen))
        sample = Sample(chosen, _read(read, answers), counts, handling)
        book = build(sample)
    except (OpinionError, ValueError) as error:
        click.echo(f"✗ {getattr(error, 'code', 'invalid')}: {error}", err=True)
        sys.exit(2)
    refused = weighting_problems(sample)
    _tell(sample, book, refused)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        places = division_table(division_scores(chosen, book, handling))
        (out / "scores_division.csv").write_bytes(places.encode())
        (out / "scores_programme.csv").write_bytes(programme_table(programme_scores(chosen, book)).encode())
    if refused.keys() >= set(sample.answers.division):
        sys.exit(2)


def _read(read: Callable[[bytes], T], path: Path) -> T:
    """Read a file, or name the lines for which it cannot be taken and exit."""
    try:
        return read(path.read_bytes())
    except UnreadableTableError as error:
        for one in error.problems:
            click.echo(f"✗ {path.name} line {one.line} 行 {one.column}: {one.problem}", err=True)
        sys.exit(2)


def _tell(sample: Sample, book: CellBook, refused: Mapping[str, WeightingError]) -> None:
    """Print the composite of every place, best first, with its rank interval or the reason why there is none."""
    scheme = sample.scheme
    scores = division_scores(scheme, book, sample.handling)
    rows = [row for row in scores if (row.view, row.item) == (ALL, COMPOSITE)]
    click.echo(f"{scheme.title} ({scheme.id} {scheme.version}, SHA-256 {scheme.content_hash})")
    for row in sorted(rows, key=lambda row: (row.rank is None, row.rank or 0, row.division)):
        found, span = row.estimate, row.interval
        if found is None:
            why = f" ({refused[row.division]})" if row.division in refused else ""
            click.echo(f"  —  {row.division}  {row.reason}{why}")
            continue
        margin = "" if found.margin is None else f" ±{printed(found.margin, 2)}"
        between = "" if span is None else f"  {span.best}–{span.worst} of {span.of}"
        click.echo(f"{row.rank:>3}  {row.division}  {printed(found.value, 2)}{margin}  n = {found.n}{between}")
    for item in scheme.survey_items:
        options = sample.answers.column(item.question).options
        others = [option for option in options if option not in item.positive and option not in item.nonsubstantive]
        if item.method is ItemMethod.SHARE and others:
            click.echo(f"{item.key}: counted as no 计为否 — {', '.join(others)}")


def _scheme(name: str) -> Scheme:
    """Return a shipped scheme, or one from a file. Raises ``SchemeError``."""
    if name in shipped_names():
        return shipped(name)
    try:
        return read_scheme(Path(name).read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SchemeError("file", f"{name} is not UTF-8") from error
    except OSError as error:
        known = ", ".join(shipped_names())
        raise SchemeError("file", f"{name} is no file and none of {known}") from error


def _from_zip(path: Path) -> dict[str, str]:
    """Return the tables of a ZIP after checking its files against its manifest; nothing is unpacked to disk."""
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
            raise PackageError(f"holds more than {MOST_UNPACKED} bytes")
        try:
            listed = json.loads(archive.read(MANIFEST))["files"]
            expected = {name: entry["sha256"] for name, entry in listed.items()}
        except (KeyError, TypeError, AttributeError) as error:
            raise PackageError("has no manifest") from error
        found: dict[str, str] = {}
        for name, digest in sorted(expected.items()):
            content = archive.read(name)
            if hashlib.sha256(content).hexdigest() != digest:
                raise PackageError(f"{name} is not what the manifest says")
            if name.endswith((".csv", ".toml")):
                found[name] = content.decode("utf-8")
    return found
