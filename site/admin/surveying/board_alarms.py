"""Alarms of notice boards by whose code too many answers came: what somebody found who looked into one."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField

from admin.access import current_staff, needs
from admin.surveying.wave_plans import wave_at
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.surveying import board_alarms
from minsheng.surveying.board_alarms import LONGEST_FOUND, BoardAlarm
from pages.forms import Form, length, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.services import services

blueprint = Blueprint("board_alarms", __name__, url_prefix="/surveys")
UNREADABLE = 422
SEE = (Permission.RUN_SURVEY, Permission.EXPORT_ANSWERS)


class FoundForm(Form):
    """What somebody found."""

    found = TextAreaField(_l("看到了什么"), [required(_l("请写明看到了什么")), length(2, LONGEST_FOUND)])


@blueprint.get("/<slug>/alarms")
@needs(*SEE)
def index(slug: str) -> ResponseReturnValue:
    """List a survey's alarms, those that nobody looked into with a form."""
    return _page(slug)


@blueprint.post("/<slug>/alarms/<int:alarm_id>")
@needs(Permission.RUN_SURVEY)
def look_into(slug: str, alarm_id: int) -> ResponseReturnValue:
    """Keep what somebody found. Raises ``WrongStateError`` where somebody did already."""
    wave = wave_at(slug)
    alarm = db.session.get(BoardAlarm, alarm_id)
    if alarm is None or alarm.wave_id != wave.id:
        abort(404)
    form = FoundForm()
    if not form.validate_on_submit():
        return _page(slug, form=form, asked=alarm.id), UNREADABLE
    board_alarms.look_into(db.session(), alarm, str(form.found.data), current_staff(), services().clock())
    db.session.commit()
    flash(_("已记下。"), "good")
    return redirect(url_for(".index", slug=slug))


def _page(slug: str, **given: Any) -> str:
    wave = wave_at(slug, *SEE)
    found = board_alarms.alarms_of(db.session(), [wave])
    names = {"form": FoundForm(formdata=None), "asked": 0, **given}
    return render_template(
        "admin/board_alarms/index.html",
        wave=wave,
        waiting=[one for one in found if one.seen_at is None],
        seen=[one for one in found if one.seen_at is not None],
        kept_days=board_alarms.KEPT.days,
        may_run=current_staff().may_on(Permission.RUN_SURVEY, wave.division, None),
        **names,
    )
