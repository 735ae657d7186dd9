"""The summons list of a quarter as residents read and print it."""

from flask import Blueprint, abort, render_template
from sqlalchemy.orm import selectinload

from minsheng.database import db
from minsheng.oversight.bulletins import Period
from minsheng.oversight.summonses import SummonsEntry, SummonsList
from public.oversight.bulletins import own_programme, period_name

blueprint = Blueprint("summonses", __name__, url_prefix="/programmes")


@blueprint.get("/<slug>/summonses/<quarter>")
def show(slug: str, quarter: str) -> str:
    """Show the newest list of a quarter; of a withdrawn one its reason."""
    programme = own_programme(slug)
    loaded = selectinload(SummonsList.entries)
    summons = db.session.scalar(
        SummonsList.known_to_residents()
        .where(SummonsList.programme_id == programme.id, SummonsList.period == quarter)
        .options(loaded.selectinload(SummonsEntry.project), loaded.selectinload(SummonsEntry.agency))
        .order_by(SummonsList.number.desc())
        .limit(1)
    )
    if summons is None:
        abort(404)
    return render_template(
        "public/summonses/show.html",
        programme=programme,
        summons=summons,
        name=period_name(Period.parse(summons.period)),
        end=Period.parse(summons.period).end,
        shows_invented=programme.division is not None and programme.division.is_invented,
    )
