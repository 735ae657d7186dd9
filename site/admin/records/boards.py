"""Notice boards: giving a project a numbered one, and noting that one was taken down."""

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import selectinload
from wtforms import StringField

from admin.access import current_staff, needs, require
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.records import boards
from minsheng.records.boards import Board
from minsheng.records.projects import Project, project_by_slug
from minsheng.records.publication import Origin
from pages.forms import Form, length, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.services import services

blueprint = Blueprint("boards", __name__, url_prefix="/boards")
UNREADABLE = 422


class BoardForm(Form):
    """Where the board is put up."""

    place = StringField(_l("立在哪里"), validators=[required(_l("请写明牌子立在哪里")), length(most=120)])


@blueprint.get("/")
@needs(Permission.EDIT_PROJECT)
def index() -> ResponseReturnValue:
    """List the projects of one's own part with the boards that hang for each."""
    member = current_staff()
    query = Project.visible_to_residents().where(Project.origin == Origin.OWN)
    projects = [
        project
        for project in db.session.scalars(
            query.options(selectinload(Project.division), selectinload(Project.agency)).order_by(
                Project.year.desc(), Project.id
            )
        )
        if member.may_on(Permission.EDIT_PROJECT, project.division, project.agency)
    ]
    hanging: dict[int, list[Board]] = {}
    for board in db.session.scalars(sa.select(Board).where(Board.retired_on.is_(None)).order_by(Board.number)):
        hanging.setdefault(board.project_id, []).append(board)
    return render_template("admin/boards/index.html", projects=projects, hanging=hanging)


@blueprint.route("/<slug>", methods=["GET", "POST"])
@needs(Permission.EDIT_PROJECT)
def show(slug: str) -> ResponseReturnValue:
    """Show every board a project ever had, and give it another."""
    project = _project(slug)
    form = BoardForm()
    if form.validate_on_submit():
        at = services().clock()
        board = boards.issue(
            db.session(), project, form.place.data or "", secret=services().secret, actor=current_staff().post, at=at
        )
        db.session.commit()
        flash(_("%(number)s 号公示牌可以打印了。", number=board.number), "good")
        return redirect(url_for(".show", slug=project.slug))
    page = render_template(
        "admin/boards/show.html", project=project, boards=boards.of_project(db.session(), project), form=form
    )
    return (page, UNREADABLE) if form.is_submitted() else page


@blueprint.post("/<slug>/<int(max=999999999):number>/retire")
@needs(Permission.EDIT_PROJECT)
def retire(slug: str, number: int) -> ResponseReturnValue:
    """Note that a board was taken down; whoever scans it from now on is told."""
    project = _project(slug)
    board = db.session.scalar(sa.select(Board).where(Board.number == number, Board.project_id == project.id))
    if board is None:
        abort(404)
    boards.retire(db.session(), board, actor=current_staff().post, at=services().clock())
    db.session.commit()
    flash(_("%(number)s 号公示牌已记为撤下。", number=number), "good")
    return redirect(url_for(".show", slug=project.slug))


def _project(slug: str) -> Project:
    """Return a published own project, or answer 404; raise ``NotAllowedError`` outside one's part."""
    project = project_by_slug(db.session(), slug)
    if project is None or not project.takes_suggestions:
        abort(404)
    require(Permission.EDIT_PROJECT, project.division, project.agency)
    return project
