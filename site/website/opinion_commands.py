"""Commands of surveys and their scores: a demonstration, and recomputing what others publish."""

import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import click
import flask_migrate
from sqlalchemy.orm import Session

from minsheng.database import db
from minsheng.exporting.assessments import assessment_package
from minsheng.opinion.package import restricted_package
from minsheng.opinion.panels import COMPOSITE
from minsheng.opinion.ranks import printed
from minsheng.opinion.scores import ALL, Score
from minsheng.progress import digests
from minsheng.surveying import wave_results
from minsheng.surveying.assessment_tables import tables_of
from minsheng.surveying.assessments import Assessment
from minsheng.surveying.surveys import Channel, Wave
from minsheng.surveying.wave_figures import Figures
from minsheng.surveying.wave_results import WaveResult
from website import opinion_files
from website.application import create_app
from website.config import Settings
from website.sample import opinion_city
from website.sample.opinion_answers import MADE_UP_INTERVIEWS, STUFFED_BALLOTS, TOLD
from website.sample.opinion_places import COUNTIES

LEAST_RANKED = 12
NUMBER = "DEMO-1"
"""The export number in the demonstration's restricted package: nobody's answers are real."""


@click.group()
def opinion() -> None:
    """Surveys and their scores."""


opinion_files.register(opinion)


@opinion.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Where the packages go.")
@click.pass_obj
def demo(settings: Settings, out: Path | None) -> None:
    """Build two years of surveys in an invented city of 16 counties, publish them, and recompute them.

    Writes both editions of both years' packages, runs each package's own recompute.py in an empty folder and
    compares. Exits with 1 where a byte differs, too few counties can be ranked or planted cheating is not found.
    """
    folder = out or settings.data / "opinion-demo"
    folder.mkdir(parents=True, exist_ok=True)
    with create_app(settings).app_context():
        flask_migrate.upgrade()
        if not digests.are_complete(db.session()):
            digests.rebuild(db.session())
        session = db.session()
        if opinion_city.is_loaded(session):
            click.echo("演示市已经在里面，直接核对。 The invented city is there already; checking it.")
        else:
            opinion_city.load(session, click.echo)
            session.commit()
        # Every year is told, also after one that does not agree.
        agreed = [_check_year(session, wave, folder) for wave in opinion_city.waves(session)]
        agreed += [_check_sheet(session, sheet, folder) for sheet in opinion_city.sheets(session)]
    pages = " ".join(f"/surveys/{opinion_city.slug_of(year)}/results" for year in opinion_city.YEARS)
    click.echo(f"Pages 网页: minsheng --data {settings.data} serve → {pages}")
    if not all(agreed):
        sys.exit(1)
    click.secho("全部一致 All agree.", bold=True)


def _check_year(session: Session, wave: Wave, folder: Path) -> bool:
    """Write and recompute a wave's packages; return whether all agrees and enough counties are ranked."""
    result = wave_results.latest(session, wave)
    if result is None or result.is_refused:
        click.echo(f"{wave.slug}: no result", err=True)
        return False
    contents = wave_results.published_contents(session, result, wave.closes_on.replace(year=wave.year + 1))
    editions = {"public": result.package, "restricted": restricted_package(contents, NUMBER)}
    agree = True
    for edition, content in editions.items():
        file = folder / f"{wave.slug}-{edition}.zip"
        file.write_bytes(content)
        agree = _recompute(file) and agree
    return _tell(wave, result) and agree


def _check_sheet(session: Session, sheet: Assessment, folder: Path) -> bool:
    """Write and recompute an assessment's package; return whether all agrees."""
    tables = tables_of(session, sheet)
    file = folder / f"{sheet.slug}.zip"
    file.write_bytes(assessment_package(sheet, tables, tables.result.package if tables.result else b""))
    agree = _recompute(file)
    names = {place.code: place.name for place in tables.places}
    for row in sorted(tables.sheet, key=lambda row: (row.rank or 0, row.division)):
        opinion = tables.opinion.get(row.division)
        beside = opinion.rank if opinion else None
        click.echo(f"  {row.rank:>3}  {names[row.division]}  {row.total or 0:.1f}  社情民意第 {beside}")
    sure = sum(row.is_listed and row.is_certain for row in tables.recognitions)
    click.echo(f"  {sum(row.is_listed for row in tables.recognitions)} recognised 上名单, {sure} of them certain 个稳")
    return agree


def _recompute(package: Path) -> bool:
    """Unpack a package into an empty folder and run its own program there, without anything that is installed."""
    with tempfile.TemporaryDirectory() as empty:
        with zipfile.ZipFile(io.BytesIO(package.read_bytes())) as archive:
            archive.extractall(empty)
        done = subprocess.run(
            [sys.executable, "-S", "-E", "-B", "recompute.py"], cwd=empty, capture_output=True, text=True, check=False
        )
    click.echo(f"{package.name} ({package.stat().st_size:,} bytes)")
    for line in (done.stdout + done.stderr).splitlines():
        click.echo(f"  {line}")
    return done.returncode == 0


def _tell(wave: Wave, result: WaveResult) -> bool:
    """Print the ranks; return whether enough counties are ranked and every programme is assessed over all."""
    figures = result.read()
    rows = [row for row in figures.scores if (row.view, row.item) == (ALL, COMPOSITE)]
    ranked = sorted((row for row in rows if row.interval is not None), key=lambda row: row.rank or 0)
    click.echo(f"{wave.title}: {len(ranked)} of {len(rows)} counties ranked 个县有名次")
    for row in ranked:
        click.echo(_line(wave, row))
    overall = [row for row in figures.programmes if row.view == ALL and not row.division]
    assessed = sum(row.estimate is not None for row in overall)
    is_found = _tell_cheating(wave, figures)
    click.echo(f"  {assessed} of {len(overall)} programmes assessed over all counties 项工程有全市得分")
    return len(ranked) >= LEAST_RANKED and assessed == len(overall) > 0 and is_found


def _tell_cheating(wave: Wave, figures: Figures) -> bool:
    """Print what was found of the planted cheating; return whether that is all of it, and nobody else's answers."""
    planted = {Channel.PHONE.value: MADE_UP_INTERVIEWS, Channel.QR.value: STUFFED_BALLOTS}
    for channel in sorted({*planted, *figures.flagged}):
        count, of = figures.flagged.get(channel, 0), planted.get(channel, 0)
        click.echo(
            f"  {count} answers by {channel} flagged as alike, {of} planted 份雷同答卷被标记，其中造假的应有 {of} 份"
        )
    shares = {row.division: row.estimate.value for row in figures.told if row.estimate is not None}
    told = max(shares, key=lambda code: shares[code], default="")
    names = {place.code: place.name for place in wave.division.children}
    words = (
        "of those who answered say they were told what to answer, most of all places 的人说事先有人教怎么答，各县最多"
    )
    click.echo(f"  {names.get(told, '—')}: {shares.get(told, 0):.0%} {words}")
    return figures.flagged == planted and names.get(told) == COUNTIES[TOLD][0]


def _line(wave: Wave, row: Score) -> str:
    names = {place.code: place.name for place in wave.division.children}
    value = row.estimate.value if row.estimate else 0.0
    margin = row.estimate.margin if row.estimate else None
    span = row.interval
    between = f"{span.best}–{span.worst}" if span else "—"
    score = f"{printed(value, 2)} ±{printed(margin or 0, 2)}"
    return f"  {row.rank:>3}  {names.get(row.division, row.division)}  {score}  {between}"
