"""Notice boards for building sites: to print, as PDF, all of a place at once, and what scanning one leads to."""

from collections.abc import Sequence
from typing import cast
from urllib.parse import quote

import segno
import sqlalchemy as sa
from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from minsheng.database import db
from minsheng.progress import directory
from minsheng.progress.glances import for_page
from minsheng.records import boards
from minsheng.records.boards import Board
from minsheng.records.places import Division, division_by_code, division_ids_within
from minsheng.records.projects import Project
from minsheng.records.publication import Origin
from pages.language import gettext as _
from pages.language import plain_text_of
from pages.limits import limiter
from public import presenting
from public.records import board_pdf
from public.records.board_sheets import BoardSheet, sheet_of

blueprint = Blueprint("boards", __name__)
SIZES = ("A4", "A3")
SHEETS_IN_A_FILE = 20
"""A sheet took 60 to 170 ms on two busy cores: a file of this many stays within what people and proxies wait for."""
MOST_PARTS = 10_000
"""Beyond this a part's number is no number of ours, and too large for the database."""
FILES_ON_A_PAGE = 5
"""So many files of sheets, and the projects in them, stand on one page of a place's boards."""


@blueprint.get("/projects/<slug>/board")
def show(slug: str) -> str:
    """Show the board as a page to print, without anything of the site around it."""
    project = _own(slug)
    known = boards.in_use(db.session(), project)
    sheet = _sheet(project, _chosen(known))
    return render_template(
        "public/boards/board.html",
        sheet=sheet,
        project=project,
        standing=sheet.standing,
        known=known,
        size=paper_size(),
        sizes=SIZES,
        code_drawing=code_drawing(sheet.address),
    )


@blueprint.get("/projects/<slug>/board.pdf")
@limiter.limit("120 per hour; 20 per minute")
def pdf(slug: str) -> Response:
    """Give the board as a PDF that prints the same everywhere."""
    project = _own(slug)
    sheet = _sheet(project, _chosen(boards.in_use(db.session(), project)))
    return _pdf([sheet], sheet.title, f"board-{project.slug}")


@blueprint.get("/places/<code>/boards")
def of_place(code: str) -> str:
    """List the boards of a place and of everything in it, with files of them all to download."""
    place = _place(code)
    within = _within(place)
    total = db.session.scalar(_visible(within).with_only_columns(sa.func.count())) or 0
    parts = -(-total // SHEETS_IN_A_FILE)
    pages = max(-(-parts // FILES_ON_A_PAGE), 1)
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    projects = _slice(within, page, FILES_ON_A_PAGE * SHEETS_IN_A_FILE)
    return render_template(
        "public/boards/of_place.html",
        place=place,
        projects=projects,
        numbers=_numbers(projects),
        sizes=SIZES,
        parts=range((page - 1) * FILES_ON_A_PAGE + 1, min(page * FILES_ON_A_PAGE, parts) + 1),
        is_one_file=parts == 1,
        per_part=SHEETS_IN_A_FILE,
        total=total,
        page=page,
        pages=pages,
        shows_invented=place.is_invented,
    )


@blueprint.get("/places/<code>/boards.pdf")
@limiter.limit("30 per hour; 4 per minute")
def pdf_of_place(code: str) -> Response:
    """Give one part of the boards of a place as one PDF."""
    place = _place(code)
    return _pdf_of(_within(place), plain_text_of(place, "name"), f"boards-{place.code}")


@blueprint.get("/programmes/<slug>/boards.pdf")
@limiter.limit("30 per hour; 4 per minute")
def pdf_of_programme(slug: str) -> Response:
    """Give one part of the boards of an own programme as one PDF."""
    programme = directory.programme_by_slug(db.session(), slug)
    if programme is None or programme.is_compiled:
        abort(404)
    return _pdf_of(Project.programme_id == programme.id, plain_text_of(programme, "title"), f"boards-{programme.slug}")


@blueprint.get("/b/<code>")
@limiter.limit("300 per hour; 60 per minute")
def scanned(code: str) -> BaseResponse | tuple[str, int]:
    """Lead from a board's code to its project, which then knows the board; help where the code is not ours."""
    board = boards.by_code(db.session(), code[:20])
    if board is None:
        return render_template("public/boards/unknown.html", code=code[:20], shows_invented=False), 404
    if not board.project.takes_suggestions or not board.is_in_use:
        return render_template(
            "public/boards/retired.html",
            board=board,
            is_public=board.project.takes_suggestions,
            shows_invented=board.project.is_invented,
        ), 410
    return redirect(url_for("public.projects.show", slug=board.project.slug, board=board.code))


def arrived_at(project: Project | None = None) -> Board | None:
    """Return the board whose code stands in the present address or form, if it hangs and is of this project."""
    typed = request.values.get("board", "")
    board = boards.by_code(db.session(), typed[:20]) if typed else None
    if board is None or not board.is_in_use or (project is not None and board.project_id != project.id):
        return None
    return board


def code_drawing(text: str) -> Markup:
    """Return the QR code of a text as an SVG without a size of its own; our own text in, so its markup is safe."""
    return Markup(  # noqa: S704 - drawn by segno from modules; the text itself is not in it
        segno.make(text, error="q", boost_error=False, micro=False).svg_inline(
            border=2, omitsize=True, svgclass="code", lineclass=None, dark="#000", light="#fff"
        )
    )


def paper_size() -> board_pdf.PaperSize:
    """Return the size of paper that the address asks for, A4 by default."""
    asked = request.args.get("size", "").upper()
    return cast("board_pdf.PaperSize", asked if asked in SIZES else "A4")


def _own(slug: str) -> Project:
    """Return a visible project of this installation, or answer 404: nobody hangs a board for others' notices."""
    project = db.session.scalar(Project.visible_to_residents().where(Project.slug == slug).options(*for_page()))
    if project is None or project.is_compiled:
        abort(404)
    return project


def _chosen(known: Sequence[Board]) -> Board | None:
    """Return the board with the number in the address, else the first that hangs."""
    asked = request.args.get("number", "")
    return next((board for board in known if str(board.number) == asked), known[0] if known else None)


def _sheet(project: Project, board: Board | None) -> BoardSheet:
    return sheet_of(project, board, presenting.today(), presenting.due_day())


def _place(code: str) -> Division:
    place = division_by_code(db.session(), code)
    if place is None:
        abort(404)
    return place


def _within(place: Division) -> sa.ColumnElement[bool]:
    return Project.division_id.in_(division_ids_within(place.path))


def _visible(where: sa.ColumnElement[bool]) -> sa.Select[Project]:
    return Project.visible_to_residents().where(Project.origin == Origin.OWN, where)


def _slice(where: sa.ColumnElement[bool], number: int, size: int) -> list[Project]:
    """Return the projects of one page or file, newest year first."""
    query = _visible(where).options(*for_page()).order_by(Project.year.desc(), Project.id)
    return list(db.session.scalars(query.limit(size).offset((number - 1) * size)))


def _numbers(projects: Sequence[Project]) -> dict[int, list[Board]]:
    """Return the boards that hang, by project."""
    query = sa.select(Board).where(
        Board.project_id.in_([project.id for project in projects]), Board.retired_on.is_(None)
    )
    found: dict[int, list[Board]] = {}
    for board in db.session.scalars(query.order_by(Board.number)):
        found.setdefault(board.project_id, []).append(board)
    return found


def _pdf_of(where: sa.ColumnElement[bool], title: str, name: str) -> Response:
    """Give one sheet for every board of the asked part, one without a number for a project that has none."""
    part = min(max(request.args.get("part", 1, type=int), 1), MOST_PARTS)
    shown = _slice(where, part, SHEETS_IN_A_FILE)
    if not shown:
        abort(404)
    numbers = _numbers(shown)
    hanging: list[tuple[Project, Board | None]] = []
    for project in shown:
        hanging += [(project, board) for board in numbers.get(project.id, [])] or [(project, None)]
    sheets = [_sheet(project, board) for project, board in hanging]
    return _pdf(sheets, _("%(name)s 公示牌", name=title), f"{name}-{part}")


def _pdf(sheets: Sequence[BoardSheet], title: str, name: str) -> Response:
    size = paper_size()
    response = Response(board_pdf.boards_pdf(sheets, size, title), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(f'{name}-{size}.pdf')}"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
