"""Open data: the list of projects as CSV, and what else can be taken away."""

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from flask import Blueprint, Response, render_template, stream_with_context

from minsheng.database import db
from minsheng.exporting import csv_guard
from minsheng.progress.glances import for_cards
from minsheng.progress.listing import ordered_ids
from minsheng.progress.standing import standing
from minsheng.records import rates
from minsheng.records.places import Division
from minsheng.records.projects import Project
from minsheng.records.publication import Origin, Publication
from pages.installation import site_settings
from public import presenting
from public.records.projects import filters_from_address, sort_from_address

blueprint = Blueprint("opendata", __name__, url_prefix="/data")

COLUMNS = (
    "id",
    "title",
    "origin",
    "invented",
    "programme",
    "year",
    "place_code",
    "place",
    "agency",
    "category",
    "kind",
    "stage",
    "planned_start",
    "first_planned_finish",
    "planned_finish",
    "planned_investment_yuan",
    "arrived_yuan",
    "disbursed_yuan",
    "spent_yuan",
    "progress_percent",
    "expected_percent",
    "gap_points",
    "status",
    "figures_as_of",
    "months_without_report",
    "source_title",
    "report_period",
)
BATCH = 200


@blueprint.get("/")
def index() -> str:
    """Say what can be downloaded, what its columns mean and what must not be done with it."""
    own, compiled = (_count(origin) for origin in Origin)
    return render_template(
        "public/opendata.html",
        columns=COLUMNS,
        own=own,
        compiled=compiled,
        today=presenting.today(),
        settings=site_settings(),
        shows_invented=db.session.scalar(sa.select(Division.id).where(Division.is_invented).limit(1)) is not None,
    )


def _count(origin: Origin) -> int:
    query = sa.select(sa.func.count(Project.id)).where(Project.publication == Publication.PUBLISHED)
    return db.session.scalar(query.where(Project.origin == origin)) or 0


@blueprint.get("/projects.csv")
def projects_csv() -> Response:
    """Give the list of projects, with the filters and order of the address, as CSV in UTF-8 with a byte mark."""
    known = presenting.all_glances()
    ids = ordered_ids(db.session(), filters_from_address(), sort_from_address(), known)
    response = Response(stream_with_context(_lines(ids)), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="projects.csv"'
    return response


@blueprint.get("/projects.json")
def projects_json() -> Response:
    """Give the same list as JSON: an array of objects with the columns of the CSV; amounts and percentages as text."""
    known = presenting.all_glances()
    ids = ordered_ids(db.session(), filters_from_address(), sort_from_address(), known)
    response = Response(stream_with_context(_objects(ids)), mimetype="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="projects.json"'
    return response


def _objects(ids: list[int]) -> Iterator[str]:
    """Yield the array in parts, one object a line."""
    before = "[\n"
    for row in _rows(ids):
        yield before + json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False, default=str)
        before = ",\n"
    yield "\n]\n" if ids else "[]\n"


def _lines(ids: list[int]) -> Iterator[str]:
    """Yield the file in parts; the byte order mark tells spreadsheets that it is UTF-8."""
    yield "\N{ZERO WIDTH NO-BREAK SPACE}" + _line(COLUMNS)
    for row in _rows(ids):
        yield _line(row)


def _rows(ids: list[int]) -> Iterator[list[object]]:
    """Yield the row of each project, loaded some hundreds at a time."""
    today, due_day = presenting.today(), presenting.due_day()
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        query = sa.select(Project).where(Project.id.in_(batch)).options(*for_cards())
        loaded = {project.id: project for project in db.session.scalars(query)}
        for number in batch:
            yield _row(loaded[number], today, due_day)


def _row(project: Project, today: dt.date, due_day: int) -> list[object]:
    known = standing(project, today, due_day)
    assessed = known.schedule
    funds = known.funds
    return [
        project.slug,
        project.title,
        project.origin.value,
        "yes" if project.is_invented else "no",
        project.programme.title,
        project.year,
        project.division.code if project.division else None,
        project.division.full_name if project.division else None,
        project.agency.name if project.agency else project.lead_unit_printed or None,
        project.category.value,
        project.kind.value if project.kind else None,
        project.stage.value if project.stage else None,
        project.planned_start,
        project.first_planned_finish,
        project.planned_finish,
        *(_yuan(fen) for fen in (project.planned_investment_fen, funds.arrived, funds.disbursed, funds.spent)),
        *(
            None if value is None else rates.rounded(value, 2)
            for value in (
                known.progress,
                assessed.expected if assessed else None,
                assessed.gap if assessed else None,
            )
        ),
        known.status.value if known.status else None,
        known.as_of if known.report else None,
        known.months_silent if assessed else None,
        project.source_title,
        project.report_period,
    ]


def _yuan(fen: int | None) -> str | None:
    """Return an amount in yuan, to the fen where there is one."""
    if fen is None:
        return None
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}" + (f".{rest:02d}" if rest else "")


def safe_cell(value: object) -> object:
    """Return a value that no spreadsheet runs as a formula; numbers stay numbers, nothing is an empty cell."""
    if isinstance(value, str):
        return csv_guard.guard(value)
    return "" if value is None else value


def _line(cells: Iterable[object]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow([safe_cell(cell) for cell in cells])
    return buffer.getvalue()
