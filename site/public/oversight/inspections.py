"""Inspections as residents read them: how was drawn, what was looked at, what was found."""

from flask import Blueprint, abort, render_template
from sqlalchemy.orm import selectinload

from minsheng.database import db
from minsheng.editorial.signatures import SignatureState
from minsheng.oversight import inspection_acts
from minsheng.oversight.inspection_sheets import KINDS, items_of
from minsheng.oversight.inspections import InspectionCheck, InspectionPlan

blueprint = Blueprint("inspections", __name__, url_prefix="/inspections")


@blueprint.get("/")
def index() -> str:
    """List the published rounds, newest first; withdrawn ones as stubs."""
    query = InspectionPlan.known_to_residents().options(selectinload(InspectionPlan.checks))
    plans = db.session.scalars(query.order_by(InspectionPlan.year.desc(), InspectionPlan.id.desc())).all()
    return render_template(
        "public/inspections/index.html",
        plans=plans,
        shows_invented=any(plan.division.is_invented for plan in plans),
    )


@blueprint.get("/<int:plan_id>")
def show(plan_id: int) -> str:
    """Show one round with every check sheet; of a withdrawn one its reason."""
    loaded = selectinload(InspectionPlan.checks).selectinload(InspectionCheck.project)
    query = InspectionPlan.known_to_residents().where(InspectionPlan.id == plan_id).options(loaded)
    plan = db.session.scalar(query)
    if plan is None:
        abort(404)
    checks = plan.checks if plan.state is SignatureState.PUBLISHED else []
    return render_template(
        "public/inspections/show.html",
        plan=plan,
        checks=checks,
        kinds=KINDS,
        results=inspection_acts.results(checks),
        items=dict.fromkeys(item for check in checks for item in items_of(check.category)),
        shows_invented=plan.division.is_invented,
    )
