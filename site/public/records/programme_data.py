"""One programme to take away: its sums and what stands behind them, as JSON and as CSV."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, abort, jsonify

from minsheng.database import db
from minsheng.oversight import ledger
from minsheng.progress import directory
from minsheng.progress.sums import ProgrammeSums, Total, sums_by_source
from minsheng.records import rates
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.scope import Scope
from public import presenting
from public.sharing.opendata import safe_cell

blueprint = Blueprint("programme_data", __name__, url_prefix="/programmes")
COLUMNS = ("figure", "value", "unit", "counted", "of", "denominator", "as_of")
TOTALS = ("planned", "arrived", "disbursed", "spent")


@blueprint.get("/<slug>/data.json")
def data_json(slug: str) -> Response:
    """Give everything public about one programme as JSON; money in fen, percentages as text.

    A compiled programme has only what its notice printed: ``sums`` is null.
    """
    programme = _visible(slug)
    today = presenting.today()
    sums = directory.sums_of_programme(db.session(), programme, today, presenting.due_day())
    slugs = db.session.scalars(
        Project.visible_to_residents()
        .where(Project.programme_id == programme.id)
        .with_only_columns(Project.slug)
        .order_by(Project.id)
    ).all()
    response = jsonify(
        programme=programme.snapshot(),
        as_of=today.isoformat(),
        sums=None if sums is None else _sums(sums),
        sources=[
            {
                "source": each.source.value,
                "planned_fen": each.planned,
                "arrived_fen": each.arrived,
                "disbursed_fen": each.disbursed,
                "spent_fen": each.spent,
            }
            for each in sums_by_source(db.session(), programme)
        ],
        ledgers=None if sums is None else _ledgers(programme),
        projects=slugs,
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{programme.slug}.json"'
    return response


@blueprint.get("/<slug>/data.csv")
def data_csv(slug: str) -> Response:
    """Give the sums of one own programme as CSV, a figure a line, each with over how many of how many it was made."""
    programme = _visible(slug)
    sums = directory.sums_of_programme(db.session(), programme, presenting.today(), presenting.due_day())
    if sums is None:
        abort(404)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for row in _rows(sums):
        writer.writerow([safe_cell(cell) for cell in row])
    response = Response("\N{ZERO WIDTH NO-BREAK SPACE}" + buffer.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{programme.slug}.csv"'
    return response


def _visible(slug: str) -> Programme:
    programme = directory.programme_by_slug(db.session(), slug)
    if programme is None:
        abort(404)
    return programme


def _sums(sums: ProgrammeSums) -> dict[str, Any]:
    progress = sums.progress
    return {
        "projects": sums.projects,
        "progress_percent": _percent(progress.percent),
        "progress_weighting": progress.weighting.value,
        "progress_counted": progress.counted,
        "progress_of": progress.of,
        "statuses": dict(sums.statuses),
        "late": len(sums.late),
        "silent": len(sums.silent),
        **{name: {"fen": total.fen, "counted": total.counted, "of": total.of} for name, total in _totals(sums)},
        "rates": [
            {
                "rate": rate.kind.value,
                "percent": _percent(rate.percent),
                "numerator_fen": rate.numerator_fen,
                "denominator_fen": rate.denominator_fen,
                "denominator": rate.denominator.value,
            }
            for rate in sums.rates
        ],
        "figures_as_of": sums.as_of.isoformat() if sums.as_of else None,
    }


def _totals(sums: ProgrammeSums) -> Iterator[tuple[str, Total]]:
    for name in TOTALS:
        yield name, getattr(sums, name)


def _ledgers(programme: Programme) -> dict[str, Any]:
    scope, today = Scope(programme=programme), presenting.today()
    problems, looked = ledger.problems(db.session(), scope, today), ledger.look_backs(db.session(), scope, today)
    return {
        "problems": {"overdue": len(problems.overdue), "open": len(problems.open), "closed": len(problems.closed)},
        "look_backs": {result.value: count for result, count in looked.counts.items()},
    }


def _rows(sums: ProgrammeSums) -> Iterator[list[object]]:
    as_of, progress = sums.as_of, sums.progress
    yield ["projects", sums.projects, "projects", None, None, None, as_of]
    weighting = progress.weighting.value
    yield ["progress", _percent(progress.percent), "percent", progress.counted, progress.of, weighting, as_of]
    for status, count in sums.statuses.items():
        yield [f"status {status}", count, "projects", None, sums.projects, None, as_of]
    yield ["late", len(sums.late), "projects", None, sums.projects, None, as_of]
    yield ["silent", len(sums.silent), "projects", None, sums.projects, None, as_of]
    for name, total in _totals(sums):
        yield [name, total.fen, "fen", total.counted, total.of, None, as_of]
    for rate in sums.rates:
        yield [f"{rate.kind.value} rate", _percent(rate.percent), "percent", None, None, rate.denominator.value, as_of]


def _percent(value: Any) -> str | None:
    """Return an exact percentage as a decimal with two places."""
    return None if value is None else str(rates.rounded(value, 2))
