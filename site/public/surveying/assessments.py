"""Assessment sheets of past years: points by programme, with public opinion listed and ranked beside them."""

import io

import sqlalchemy as sa
from flask import Blueprint, Response, abort, render_template, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import undefer

from minsheng.database import db
from minsheng.exporting.assessments import assessment_package
from minsheng.opinion.recompute_assessment import points_table
from minsheng.surveying.assessment_tables import AssessmentTables, tables_of
from minsheng.surveying.assessments import Assessment
from minsheng.surveying.wave_results import WaveResult
from pages import words_of_results
from pages.language import text_of
from public.surveying import result_rows

blueprint = Blueprint("assessments", __name__, url_prefix="/assessments")


@blueprint.get("/")
def index() -> str:
    """List the published sheets, newest first."""
    rows = db.session.scalars(
        Assessment.visible_to_residents().order_by(Assessment.year.desc(), Assessment.id.desc())
    ).all()
    return render_template(
        "public/assessments/index.html",
        assessments=rows,
        shows_invented=any(row.division.is_invented for row in rows),
    )


@blueprint.get("/<slug>")
def show(slug: str) -> str:
    """Show a sheet: totals and ranks, opinion and its ranks beside them, and the recognition list."""
    assessment = _assessment(slug)
    tables = tables_of(db.session(), assessment)
    names = {place.code: text_of(place, "name") for place in tables.places}
    return render_template(
        "public/assessments/show.html",
        assessment=assessment,
        scheme=assessment.scheme.scheme,
        tables=tables,
        names=names,
        groups={place.parent.code: text_of(place.parent, "name") for place in tables.places if place.parent},
        rows=_rows(tables),
        opinion=result_rows.rank_rows(list(tables.opinion.values()), names, {}),
        words=words_of_results,
        shows_invented=assessment.division.is_invented,
    )


@blueprint.get("/<slug>/points.csv")
def points(slug: str) -> Response:
    """Give every point by place and part."""
    tables = tables_of(db.session(), _assessment(slug))
    response = Response(points_table({row.division: row.points for row in tables.sheet}), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}-points.csv"'
    return response


@blueprint.get("/<slug>/package.zip")
def package(slug: str) -> ResponseReturnValue:
    """Give the assessment as a package that recomputes itself, with the survey's own package inside."""
    assessment = _assessment(slug)
    tables = tables_of(db.session(), assessment)
    survey = b""
    if tables.result is not None:
        wanted = sa.select(WaveResult).where(WaveResult.id == tables.result.id).options(undefer(WaveResult.package))
        held = db.session.scalar(wanted.execution_options(populate_existing=True))
        survey = held.package if held else b""
    content = assessment_package(assessment, tables, survey)
    return send_file(
        io.BytesIO(content), "application/zip", as_attachment=True, download_name=f"{assessment.slug}-assessment.zip"
    )


def _assessment(slug: str) -> Assessment:
    """Return a published sheet, or answer 404."""
    row = db.session.scalar(Assessment.visible_to_residents().where(Assessment.slug == slug))
    if row is None:
        abort(404)
    return row


def _rows(tables: AssessmentTables) -> list[tuple[str, float | None, int | None, int]]:
    """Return code, total, rank and number of missing parts of each place, best first."""
    rows = [(row.division, row.total, row.rank, len(row.missing)) for row in tables.sheet]
    return sorted(rows, key=lambda row: (row[2] is None, row[2] or 0, row[0]))
