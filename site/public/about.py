"""About: how every figure is made, what the archive is, people's data, and accessibility."""

from flask import Blueprint, render_template

from minsheng.progress.schedule import thresholds_in_force
from pages.services import services
from public import presenting

blueprint = Blueprint("about", __name__, url_prefix="/about")


@blueprint.get("/figures")
def figures() -> str:
    """Say in plain words how every status, rate, silence and sum is made."""
    return render_template(
        "public/about/figures.html",
        thresholds=thresholds_in_force(),
        due_day=presenting.due_day(),
        clock=services().case_clock,
    )


@blueprint.get("/archive")
def archive() -> str:
    """Say what compiled records and the invented county are, and what they are not."""
    return render_template("public/about/archive.html")


@blueprint.get("/privacy")
def privacy() -> str:
    """Say what is kept of people, for how long, and what never is."""
    return render_template("public/about/privacy.html", one_person_mode=services().one_person_mode)


@blueprint.get("/accessibility")
def accessibility() -> str:
    """State how accessible the site means to be and whom to tell where it is not."""
    return render_template("public/about/accessibility.html")
