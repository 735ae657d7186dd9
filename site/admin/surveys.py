"""Surveys: how many answers came, closing early, and the answers as a table once no more can come."""

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField

from admin.access import current_staff, needs
from minsheng import duties, publishing, scheme_fit, surveys, wave_results
from minsheng.database import db
from minsheng.errors import NotAllowedError, WrongStateError
from minsheng.staff import Permission
from minsheng.surveys import DRAWN_CHANNELS, Channel, Wave
from pages.forms import Form, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.services import services

blueprint = Blueprint("surveys", __name__, url_prefix="/surveys")
UNREADABLE = 422
MOST_AT_ONCE = 20_000
"""Answers whose results are computed while one waits; those of larger surveys come with the next tick."""


class CloseForm(Form):
    """Closing before the last day cannot be undone, so it is confirmed."""

    sure = BooleanField(_l("现在截止，以后不能再收答卷"), validators=[required(_l("请勾选，确认现在就截止"))])


class PublishForm(Form):
    """Opening a survey to residents."""


@blueprint.get("/")
@needs(Permission.RUN_SURVEY, Permission.EXPORT_ANSWERS)
def index() -> ResponseReturnValue:
    """List the surveys of one's places with their counts; before closing nothing else is known."""
    waves = duties.waves_of(db.session(), current_staff())
    return render_template(
        "admin/surveys/index.html",
        waves=[(wave, sum(surveys.channel_counts(db.session(), wave).values())) for wave in waves],
        today=services().today(),
    )


@blueprint.get("/<slug>")
@needs(Permission.RUN_SURVEY, Permission.EXPORT_ANSWERS)
def show(slug: str) -> ResponseReturnValue:
    """Show a survey's counts per channel and what may be done with it."""
    return _page(_wave(slug), CloseForm(formdata=None))


@blueprint.post("/<slug>/publish")
@needs(Permission.RUN_SURVEY)
def publish(slug: str) -> ResponseReturnValue:
    """Let residents see the survey. Raises ``WrongStateError`` when they already do."""
    wave = _wave(slug, Permission.RUN_SURVEY)
    if wave.is_published:
        raise WrongStateError("publish", "published")
    wave.is_published = True
    publishing.record_wave(db.session(), wave, "wave_published", current_staff().post, services().clock())
    db.session.commit()
    flash(_("问卷已发布，到开始那天起居民可以填写。"), "good")
    return redirect(url_for(".show", slug=slug))


@blueprint.post("/<slug>/close")
@needs(Permission.RUN_SURVEY)
def close(slug: str) -> ResponseReturnValue:
    """Close before the last day, which takes the seal off."""
    wave = _wave(slug, Permission.RUN_SURVEY)
    form = CloseForm()
    if not form.validate_on_submit():
        return _page(wave, form), UNREADABLE
    at = services().clock()
    wave.close(at)
    publishing.record_wave(db.session(), wave, "wave_closed", current_staff().post, at)
    is_large = sum(surveys.channel_counts(db.session(), wave).values()) > MOST_AT_ONCE
    if not is_large:
        wave_results.settle(db.session(), wave, current_staff().post, at)
    db.session.commit()
    flash(_("调查已截止，结果几分钟后公开。") if is_large else _("调查已截止，结果已公开。"), "good")
    return redirect(url_for(".show", slug=slug))


def _wave(slug: str, *permissions: Permission) -> Wave:
    """Return a survey of one's places, or answer 404; raise ``NotAllowedError`` for another's."""
    wave = db.session.scalar(sa.select(Wave).where(Wave.slug == slug))
    if wave is None:
        abort(404)
    member = current_staff()
    needed = permissions or (Permission.RUN_SURVEY, Permission.EXPORT_ANSWERS)
    if not any(member.may_on(one, wave.division, None) for one in needed):
        raise NotAllowedError
    return wave


def _page(wave: Wave, form: CloseForm) -> str:
    today, member = services().today(), current_staff()
    counts = surveys.channel_counts(db.session(), wave)
    scheme = wave_results.scheme_of(wave)
    return render_template(
        "admin/surveys/show.html",
        wave=wave,
        counts=[(channel, counts.get(channel, 0), channel in DRAWN_CHANNELS) for channel in Channel],
        total=sum(counts.values()),
        today=today,
        is_open=wave.is_open(today),
        has_closed=wave.has_closed(today),
        may_run=member.may_on(Permission.RUN_SURVEY, wave.division, None),
        may_export=member.may_on(Permission.EXPORT_ANSWERS, wave.division, None),
        scheme=scheme,
        misfits=[] if wave.is_published else scheme_fit.misfits(scheme, wave.version),
        may_assess=member.may_on(Permission.ASSESS, wave.division, None),
        close_form=form,
        publish_form=PublishForm(formdata=None),
    )
