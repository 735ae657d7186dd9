"""Erasing one's contact by the tracking code: asked for, confirmed with a press, gone at once."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from minsheng import codes
from minsheng.casework import retention, suggestions
from minsheng.casework.retention import Because
from minsheng.casework.suggestions import Suggestion
from minsheng.database import db
from pages.forms import Form
from pages.language import gettext as _
from pages.limits import limiter
from pages.services import services

blueprint = Blueprint("case_erasure", __name__, url_prefix="/suggestions/follow")


class EraseForm(Form):
    """A press of the button."""


@blueprint.get("/<code>/contact/erase")
@limiter.limit("60 per hour; 20 per minute")
def show(code: str) -> str:
    """Say what is erased and what stays, and ask."""
    return _page(_case(code), code, EraseForm(formdata=None))


@blueprint.post("/<code>/contact/erase")
@limiter.limit("20 per hour")
def erase(code: str) -> Response | str | tuple[str, int]:
    """Erase the contact now; a second press finds nothing left to erase."""
    case = _case(code)
    form = EraseForm()
    if not form.validate_on_submit():
        return _page(case, code, form), 422
    if case.contact_sealed is not None:
        retention.erase(db.session(), case, Because.REQUEST, "", services().clock())
        db.session.commit()
    flash(_("联系方式已经删除。以后请凭查询码查看进度。"), "good")
    return redirect(url_for("public.suggestions.followed", code=codes.normalise(code)))


def _case(code: str) -> Suggestion:
    """Return the case of a code in its standard form, or answer 404."""
    normal = codes.normalise(code)
    case = suggestions.by_code(db.session(), normal) if normal else None
    if case is None:
        abort(404)
    if request.method == "POST":
        db.session.refresh(case, with_for_update=True)
    return case


def _page(case: Suggestion, code: str, form: EraseForm) -> str:
    return render_template(
        "public/suggestions/erase_contact.html", case=case, code=codes.normalise(code), form=form, shows_invented=False
    )
