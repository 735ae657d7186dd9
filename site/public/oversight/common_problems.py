"""A problem that several projects have, as residents read it: what it is, its cause, how far each project has come."""

import sqlalchemy as sa
from flask import Blueprint, abort, render_template
from sqlalchemy.orm import selectinload

from minsheng.database import db
from minsheng.oversight import common_problems
from minsheng.oversight.problems import CommonProblem, Problem
from minsheng.records.projects import Project
from public import presenting

blueprint = Blueprint("common_problems", __name__, url_prefix="/problems")


@blueprint.get("/<int:number>")
def show(number: int) -> str:
    """Show a common problem of which at least one entry is public."""
    entries_of = selectinload(CommonProblem.problems)
    query = sa.select(CommonProblem).where(CommonProblem.id == number)
    common = db.session.scalar(
        query.options(
            entries_of.selectinload(Problem.project).selectinload(Project.division),
            entries_of.selectinload(Problem.agency),
        )
    )
    entries = common.public_problems if common is not None else []
    if common is None or not entries:
        abort(404)
    today = presenting.today()
    return render_template(
        "public/common_problems/show.html",
        common=common,
        entries=sorted(entries, key=lambda one: (one.closed_on is not None, one.deadline, one.id)),
        standing=common_problems.standing(common, today, is_public=True),
        today=today,
        shows_invented=any(one.project.division is not None and one.project.division.is_invented for one in entries),
    )
