"""Home: what this place is, how the year stands, what moved, who is late, and the ways in."""

from flask import Blueprint, render_template, url_for

from minsheng import archive, headlines
from minsheng.database import db
from pages.language import plain_text_of
from public import presenting

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def index() -> str:
    """Show the year of this installation's own programmes; before there are any, what will be here."""
    today = presenting.today()
    return render_template(
        "public/home.html",
        today=today,
        year=headlines.year_at_a_glance(db.session(), today, presenting.due_day(), presenting.all_glances()),
        moved=headlines.moved_lately(db.session(), today, presenting.due_day()),
        voices=headlines.voices(db.session(), today),
        provinces=[
            (f"{plain_text_of(place, 'name')} {count}", url_for("public.places.show", code=place.code))
            for place, count in archive.provinces_with_records(db.session())
        ],
        my_places=[
            (plain_text_of(place, "name"), url_for("public.places.show", code=place.code))
            for place in headlines.own_places(db.session())
        ],
    )
