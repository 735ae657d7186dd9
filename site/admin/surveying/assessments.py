"""The assessment sheet of a year: its points from a table with a preview, its recognition list, publishing it."""

import csv
import io

import sqlalchemy as sa
from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs, require
from admin.surveying.assessment_forms import AssessmentForm, PointsForm, PublishForm, SeatsForm
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.errors import InvalidFileError
from minsheng.exporting import csv_guard
from minsheng.opinion.schemes import Scheme
from minsheng.records.places import Division, DivisionLevel
from minsheng.surveying import assessment_points, assessment_schemes, assessment_tables, assessments
from minsheng.surveying.assessment_points import PointsTable
from minsheng.surveying.assessments import Assessment
from minsheng.surveying.surveys import Wave
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.services import services

blueprint = Blueprint("assessments", __name__, url_prefix="/assessments")
UNREADABLE = 422
FILE_PROBLEMS = {
    "too_long": _l("表太大"),
    "empty": _l("表里没有内容"),
    "no_code_column": _l("没有“code”（区划代码）这一列"),
    "not_csv": _l("不是 CSV 表"),
}
CELL_PROBLEMS = {
    "unknown_place": _l("这次考核里没有这个地方"),
    "unknown_part": _l("考核表里没有这一项"),
    "twice": _l("同一个地方的同一项写了两次"),
    "not_a_number": _l("不是数，最多四位小数"),
    "negative": _l("不能是负数"),
    "too_many_points": _l("超过这一项的满分"),
}


@blueprint.get("/")
@needs(Permission.ASSESS)
def index() -> ResponseReturnValue:
    """List the sheets of one's places."""
    rows = db.session.scalars(sa.select(Assessment).order_by(Assessment.year.desc(), Assessment.id.desc()))
    member = current_staff()
    own = [row for row in rows if member.may_on(Permission.ASSESS, row.division, None)]
    return render_template("admin/assessments/index.html", assessments=own)


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.ASSESS)
def new() -> ResponseReturnValue:
    """Begin a sheet."""
    member = current_staff()
    above = (DivisionLevel.PROVINCE, DivisionLevel.CITY, DivisionLevel.COUNTY)
    places = db.session.scalars(sa.select(Division).where(Division.level.in_(above)).order_by(Division.code))
    own = [place for place in places if place.children and member.may_on(Permission.ASSESS, place, None)]
    schemes = [scheme for scheme in assessment_schemes.all_schemes(db.session()) if scheme.sheet]
    waves = db.session.scalars(Wave.visible_to_residents().order_by(Wave.closes_on.desc()))
    form = AssessmentForm(own, schemes, [wave for wave in waves if wave.division in own])
    if form.validate_on_submit():
        row = _begin(form, schemes, {place.code: place for place in own})
        if row is not None:
            db.session.commit()
            flash(_("考核表已建立，接着录得分。"), "good")
            return redirect(url_for(".show", slug=row.slug))
    return render_template("admin/assessments/new.html", form=form), UNREADABLE if form.is_submitted() else 200


def _begin(form: AssessmentForm, schemes: list[Scheme], places: dict[str, Division]) -> Assessment | None:
    """Return a new sheet, or None after noting what does not go together."""
    division, scheme = places[form.division.data], next(s for s in schemes if s.content_hash == form.scheme.data)
    wave = db.session.scalar(sa.select(Wave).where(Wave.slug == form.wave.data)) if form.wave.data else None
    if wave is not None and wave.division_id != division.id:
        form.wave.errors = [_("这次调查不是在%(place)s做的", place=division.name)]
        return None
    slug = f"{division.code}-{form.year.data}"
    if db.session.scalar(sa.select(Assessment.id).where(Assessment.slug == slug)) is not None:
        form.year.errors = [_("这个地方这一年的考核表已经有了")]
        return None
    at, post = services().clock(), current_staff().post
    row = Assessment(
        slug=slug,
        title=str(form.title.data).strip(),
        year=form.year.data,
        division=division,
        scheme=assessment_schemes.locked(db.session(), scheme, at, post),
        wave=wave,
        seats={},
    )
    db.session.add(row)
    db.session.flush()
    return row


@blueprint.get("/<slug>")
@needs(Permission.ASSESS)
def show(slug: str) -> ResponseReturnValue:
    """Show a sheet as it will be public, and what it still lacks."""
    return _page(_assessment(slug))


@blueprint.get("/<slug>/template.csv")
@needs(Permission.ASSESS)
def template(slug: str) -> ResponseReturnValue:
    """Give the empty table to fill in."""
    row = _assessment(slug)
    rows = assessment_points.template(row.scheme.scheme.sheet, assessment_tables.places_assessed(row))
    response = Response("".join(csv_guard.lines(rows)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{row.slug}-template.csv"'
    return response


@blueprint.post("/<slug>/points")
@needs(Permission.ASSESS)
def points(slug: str) -> ResponseReturnValue:
    """Show what a table holds, naming each bad cell; keep it when the preview was seen and nothing is wrong."""
    row, form = _assessment(slug), PointsForm()
    is_valid = form.validate_on_submit()
    text = form.written()
    table: PointsTable | None = None
    if not form.file.errors:
        try:
            table = assessment_points.read_points(text, row.scheme.scheme.sheet, assessment_tables.places_assessed(row))
        except InvalidFileError as error:
            form.table.errors = [str(FILE_PROBLEMS[error.reason])]
    form.table.data = text
    if is_valid and table is not None and not table.problems and "keep" in request.form:
        assessments.put_points(
            db.session(), row, table.points, str(form.source.data), current_staff().post, services().clock()
        )
        db.session.commit()
        flash(_("已存入 %(count)s 个得分。", count=table.count), "good")
        return redirect(url_for(".show", slug=slug))
    is_fine = is_valid and table is not None and not table.problems
    return _page(row, points_form=form, table=table), 200 if is_fine else UNREADABLE


@blueprint.post("/<slug>/seats")
@needs(Permission.ASSESS)
def seats(slug: str) -> ResponseReturnValue:
    """Say how many recognitions each group has, before the sheet is public."""
    row, form = _assessment(slug), SeatsForm()
    groups = sorted({place.parent.code for place in assessment_tables.places_assessed(row) if place.parent})
    found = form.parsed(groups) if form.validate_on_submit() else None
    if found is None:
        return _page(row, seats_form=form), UNREADABLE
    assessments.put_seats(db.session(), row, found)
    db.session.commit()
    flash(_("名额已记下。"), "good")
    return redirect(url_for(".show", slug=slug))


@blueprint.post("/<slug>/publish")
@needs(Permission.ASSESS)
def publish(slug: str) -> ResponseReturnValue:
    """Make the sheet public. Raises ``WrongStateError`` where it is, or while its survey is open."""
    row = _assessment(slug)
    assessments.publish(db.session(), row, current_staff().post, services().clock())
    db.session.commit()
    flash(_("考核表已公布。"), "good")
    return redirect(url_for(".show", slug=slug))


def _assessment(slug: str) -> Assessment:
    """Return a sheet of one's places, or answer 404; raise ``NotAllowedError`` for another's."""
    row = db.session.scalar(sa.select(Assessment).where(Assessment.slug == slug))
    if row is None:
        abort(404)
    require(Permission.ASSESS, row.division, None)
    return row


def _page(
    row: Assessment,
    points_form: PointsForm | None = None,
    seats_form: SeatsForm | None = None,
    table: PointsTable | None = None,
) -> str:
    tables = assessment_tables.tables_of(db.session(), row)
    if points_form is None:
        points_form = PointsForm(formdata=None)
        points_form.table.data = _written(row)
        points_form.source.data = row.points_source
    if seats_form is None:
        seats_form = SeatsForm(formdata=None)
        seats_form.seats.data = "\n".join(f"{code}={count}" for code, count in sorted(row.seats.items()))
    return render_template(
        "admin/assessments/show.html",
        assessment=row,
        tables=tables,
        names={place.code: place.name for place in tables.places},
        groups=sorted({(place.parent.code, place.parent.name) for place in tables.places if place.parent}),
        points_form=points_form,
        seats_form=seats_form,
        publish_form=PublishForm(formdata=None),
        table=table,
        cell_problems=CELL_PROBLEMS,
    )


def _written(row: Assessment) -> str:
    """Return the points that are kept as the table they came in, empty where there are none."""
    if not row.points:
        return ""
    heading, *lines = assessment_points.template(row.scheme.scheme.sheet, assessment_tables.places_assessed(row))
    known = {(held.division.code, held.part): held.points for held in row.points}
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(heading)
    for line in lines:
        cells = [known.get((line[0], part)) for part in heading[2:]]
        writer.writerow([*line[:2], *("" if cell is None else format(cell.normalize(), "f") for cell in cells)])
    return buffer.getvalue()
