"""What hangs below a project's address: its whole change log, and its months and ledger as tables to take away."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence

from flask import Blueprint, Response, abort, render_template, request, stream_with_context

from minsheng.database import db
from minsheng.editorial import changelog
from minsheng.editorial.reporting import whole_indicators
from minsheng.journal import JournalEntry, current_head
from minsheng.progress.glances import for_page
from minsheng.records import addresses
from minsheng.records.projects import Project
from public.editorial.changes import PAGE_SIZE, exported
from public.records import project_money
from public.sharing.opendata import safe_cell

blueprint = Blueprint("project_files", __name__, url_prefix="/projects")

MONTH_COLUMNS = (
    "month",
    "revision",
    "stage",
    "physical_progress_percent",
    "arrived_fen",
    "disbursed_fen",
    "spent_fen",
    "investment_completed_fen",
    "done",
    "difficulties",
    "next_step",
    "reported_by",
    "published_by",
    "published_at",
    "correction_reason",
)
LEDGER_COLUMNS = ("date", "account", "source", "movement", "amount_fen", "note")


@blueprint.get("/<slug>/changes")
def changes(slug: str) -> str:
    """List every public entry about one project, newest first."""
    project = _visible(slug)
    query = changelog.public_entries(about=addresses.all_slugs(db.session(), project))
    total = changelog.count(db.session(), query)
    pages = max(-(-total // PAGE_SIZE), 1)
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    return render_template(
        "public/projects/changes.html",
        project=project,
        entries=changelog.newest(db.session(), query, (page - 1) * PAGE_SIZE, PAGE_SIZE),
        page=page,
        pages=pages,
        total=total,
        head=current_head(db.session()),
        shows_invented=project.is_invented,
        shows_compiled=project.is_compiled,
    )


@blueprint.get("/<slug>/changes.jsonl")
def changes_jsonl(slug: str) -> Response:
    """Give every public entry about one project, oldest first, one JSON object a line, as the whole journal does."""
    project = _visible(slug)
    query = changelog.public_entries(about=addresses.all_slugs(db.session(), project))
    entries = db.session.scalars(query.order_by(JournalEntry.sequence)).all()
    response = Response(stream_with_context(_lines(entries)), mimetype="application/x-ndjson")
    response.headers["Content-Disposition"] = f'attachment; filename="{project.slug}-changes.jsonl"'
    return response


@blueprint.get("/<slug>/months.csv")
def months_csv(slug: str) -> Response:
    """Give the monthly reports in force as a table, a month a line, cumulative values and money in fen."""
    project = _visible(slug)
    targets = whole_indicators(project)
    rows: list[Sequence[object]] = [[*MONTH_COLUMNS, *(f"{each.name} ({each.unit})" for each in targets)]]
    for report in project.published_reports:
        values = [report.value_of(target) for target in targets]
        rows.append(
            [
                report.month,
                report.revision,
                report.stage.value if report.stage else None,
                report.physical_progress,
                report.funds_arrived_fen,
                report.funds_disbursed_fen,
                report.funds_spent_fen,
                report.investment_completed_fen,
                report.done,
                report.difficulties,
                report.next_step,
                report.author.post if report.author else None,
                report.publisher.post if report.publisher else None,
                report.published_at.isoformat() if report.published_at else None,
                report.correction_reason,
                *(value.value if value else None for value in values),
            ]
        )
    return _table(f"{project.slug}-months.csv", rows)


@blueprint.get("/<slug>/ledger.csv")
def ledger_csv(slug: str) -> Response:
    """Give every dated movement of money as a table, newest first; levies and deposits name their account."""
    project = _visible(slug)
    rows: list[Sequence[object]] = [LEDGER_COLUMNS]
    rows += [
        [
            movement.moved_on,
            line.kind.value,
            line.label or line.source.value,
            movement.kind.value,
            movement.amount_fen,
            movement.note,
        ]
        for line, movement in project_money.ledger(project.funding_lines)
    ]
    return _table(f"{project.slug}-ledger.csv", rows)


def _visible(slug: str) -> Project:
    """Return the project with this slug if residents may see it, or answer 404."""
    project = db.session.scalar(Project.visible_to_residents().where(Project.slug == slug).options(*for_page()))
    if project is None:
        abort(404)
    return project


def _lines(entries: Iterable[JournalEntry]) -> Iterator[str]:
    for entry in entries:
        yield json.dumps(exported(entry), ensure_ascii=False, sort_keys=True) + "\n"


def _table(name: str, rows: Iterable[Sequence[object]]) -> Response:
    """Return rows as CSV in UTF-8; the byte order mark tells spreadsheets so."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow([safe_cell(cell) for cell in row])
    response = Response("\N{ZERO WIDTH NO-BREAK SPACE}" + buffer.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
