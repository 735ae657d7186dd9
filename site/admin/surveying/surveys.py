"""Surveys: how many answers came, closing early, and the answers as a table once no more can come."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs
from admin.surveying.wave_plan_forms import CloseForm, ProlongForm, PublishForm
from admin.surveying.wave_plans import PROBLEMS, wave_at
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.desk import duties
from minsheng.errors import InvalidValuesError
from minsheng.surveying import board_bursts, scheme_fit, surveys, wave_plans, wave_results
from minsheng.surveying.surveys import DRAWN_CHANNELS, Channel, Wave
from pages.language import gettext as _
from pages.services import services

SEE = (Permission.RUN_SURVEY, Permission.EXPORT_ANSWERS)
"""Any of these opens a survey's own page."""
SIGN = (Permission.RUN_SURVEY, Permission.ASSESS)
"""Any of these publishes what another person planned."""
blueprint = Blueprint("surveys", __name__, url_prefix="/surveys")
UNREADABLE = 422


@blueprint.get("/")
@needs(*SEE)
def index() -> ResponseReturnValue:
    """List the surveys of one's places with their counts; before closing nothing else is known."""
    today, show = services().today(), request.args.get("show", "")
    waves = duties.waves_of(db.session(), current_staff())
    narrowed = {
        "open": [one for one in waves if one.is_open(today)],
        "closed": [one for one in waves if one.has_closed(today)],
    }
    listed = narrowed.get(show, waves)
    return render_template(
        "admin/surveys/index.html",
        waves=[(wave, sum(surveys.channel_counts(db.session(), wave).values())) for wave in listed],
        counts={name: len(found) for name, found in (("", waves), *narrowed.items())},
        show=show if show in narrowed else "",
        today=today,
        may_plan=current_staff().may(Permission.RUN_SURVEY),
    )


@blueprint.get("/<slug>")
@needs(*SEE)
def show(slug: str) -> ResponseReturnValue:
    """Show a survey's counts per channel, where its work is done, and what may be done with it."""
    return _page(wave_at(slug, *SEE))


@blueprint.post("/<slug>/publish")
@needs(*SIGN)
def publish(slug: str) -> ResponseReturnValue:
    """Let residents see the survey. Raises ``WrongStateError`` when they do, ``OwnWorkError`` for who planned it."""
    wave = wave_at(slug, *SIGN)
    known = services()
    wave_plans.publish(db.session(), wave, current_staff(), known.clock(), one_person_mode=known.one_person_mode)
    db.session.commit()
    flash(_("问卷已发布，到开始那天起居民可以填写。"), "good")
    return redirect(url_for(".show", slug=slug))


@blueprint.post("/<slug>/prolong")
@needs(Permission.RUN_SURVEY)
def prolong(slug: str) -> ResponseReturnValue:
    """Move the last day further away, with a public reason."""
    wave = wave_at(slug)
    form = ProlongForm()
    if form.validate_on_submit():
        reason = str(form.reason.data)
        try:
            wave_plans.prolong(db.session(), wave, form.closes_on.data, reason, current_staff(), services().clock())
        except InvalidValuesError as error:
            form.closes_on.errors = [str(PROBLEMS[one]) for one in error.problems.values()]
        else:
            db.session.commit()
            flash(_("已延长，原来的日期和原因都公开。"), "good")
            return redirect(url_for(".show", slug=slug))
    return _page(wave, prolong_form=form), UNREADABLE


@blueprint.post("/<slug>/close")
@needs(Permission.RUN_SURVEY)
def close(slug: str) -> ResponseReturnValue:
    """Close before the last day, with a public reason, which takes the seal off."""
    wave = wave_at(slug)
    form = CloseForm()
    if not form.validate_on_submit():
        return _page(wave, close_form=form), UNREADABLE
    at = services().clock()
    wave_plans.close_early(db.session(), wave, str(form.reason.data), current_staff(), at)
    is_large = sum(surveys.channel_counts(db.session(), wave).values()) > wave_results.MOST_AT_ONCE
    if not is_large:
        wave_results.settle(db.session(), wave, current_staff().post, at)
    db.session.commit()
    flash(_("调查已截止，结果几分钟后公开。") if is_large else _("调查已截止，结果已公开。"), "good")
    return redirect(url_for(".show", slug=slug))


def _page(wave: Wave, *, close_form: CloseForm | None = None, prolong_form: ProlongForm | None = None) -> str:
    today, member = services().today(), current_staff()
    counts = surveys.channel_counts(db.session(), wave)
    scheme = wave_results.scheme_of(wave)
    is_own = member.id in wave.writer_ids
    return render_template(
        "admin/surveys/show.html",
        wave=wave,
        counts=[
            (channel, counts.get(channel, 0), channel in DRAWN_CHANNELS)
            for channel in Channel
            if channel.value in wave.channels or counts.get(channel)
        ],
        total=sum(counts.values()),
        today=today,
        is_open=wave.is_open(today),
        has_closed=wave.has_closed(today),
        may_run=member.may_on(Permission.RUN_SURVEY, wave.division, None),
        may_sign=any(member.may_on(one, wave.division, None) for one in SIGN),
        may_export=member.may_on(Permission.EXPORT_ANSWERS, wave.division, None),
        scheme=scheme,
        misfits=[] if wave.is_published else scheme_fit.misfits(scheme, wave.version),
        may_assess=member.may_on(Permission.ASSESS, wave.division, None),
        blocked_as_own=is_own and not services().one_person_mode,
        bursts=board_bursts.bursts(db.session(), wave),
        close_form=close_form or CloseForm(formdata=None),
        prolong_form=prolong_form or ProlongForm(formdata=None),
        publish_form=PublishForm(formdata=None),
    )
