"""Home: what this place is, how the year stands, what moved, who is late, and the ways in."""

import datetime as dt
from collections.abc import Sequence
from itertools import zip_longest

from flask import Blueprint, render_template, url_for

from minsheng.database import db
from minsheng.progress import headlines
from minsheng.progress.overview import last_owed_month
from minsheng.progress.standing import Standing
from minsheng.records import archive
from minsheng.records.projects import Project
from pages.display import is_plain
from pages.language import text_of
from public import my_place, presenting

blueprint = Blueprint("home", __name__)
SHOWN_IN_FULL = 1
SHOWN_IN_SHORT = 5
WATCHED = 3
"""How many lists of the year stand with their distribution, how many more as one line, and how many laggards."""


@blueprint.get("/")
def index() -> str:
    """Show the year of this installation's own programmes; before there are any, what will be here."""
    today = presenting.today()
    year = headlines.year_at_a_glance(db.session(), today, presenting.due_day(), presenting.all_glances())
    return render_template(
        "public/home_plain.html" if is_plain() else "public/home.html",
        today=today,
        year=year,
        full=year[:SHOWN_IN_FULL],
        short=year[SHOWN_IN_FULL : SHOWN_IN_FULL + SHOWN_IN_SHORT],
        watched=_watched(year),
        moved=headlines.moved_lately(db.session(), today, presenting.due_day()),
        voices=headlines.voices(db.session(), today),
        provinces=[
            (text_of(place, "name") + f" {count}", url_for("public.places.show", code=place.code))
            for place, count in archive.provinces_with_records(db.session())
        ],
        own_places=headlines.own_places(db.session()),
        mine=my_place.told(),
        bulletin_of=_last_closed_month(today),
    )


def _watched(year: Sequence[headlines.ProgrammeOfYear]) -> list[tuple[Project, Standing]]:
    """Return the first laggards of each list in turn, so that none of several lists is left out of sight."""
    rows = [[(project, entry.standings[project.id]) for project in entry.watched] for entry in year]
    in_turn = [pair for each in zip_longest(*rows) for pair in each if pair is not None]
    return in_turn[:WATCHED]


def _last_closed_month(today: dt.date) -> str:
    """Return the newest month (``YYYY-MM``) whose reports were all due, and so whose bulletin is made."""
    year, month = divmod(last_owed_month(today, presenting.due_day()), 12)
    return f"{year}-{month + 1:02d}"
