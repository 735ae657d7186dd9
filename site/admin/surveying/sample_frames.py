"""Sampling frames of a survey: a file, what it would become with every bad cell named, and a draw from it."""

import io

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs
from admin.surveying.sample_forms import DrawForm, EraseForm, FrameForm, SureForm
from admin.surveying.sample_words import WISHES, fault_words, file_problem
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.errors import InvalidFileError, InvalidValuesError, NotAllowedError
from minsheng.exporting import csv_guard
from minsheng.records.places import Division
from minsheng.surveying import sample_frame_reading, sample_frames, samples
from minsheng.surveying.sample_frame_reading import FramePlan
from minsheng.surveying.sample_frames import SampleFrame
from minsheng.surveying.samples import Sample, StratumKey
from minsheng.surveying.surveys import Channel, Wave
from pages.language import gettext as _
from pages.limits import limiter
from pages.services import services

blueprint = Blueprint("sample_frames", __name__, url_prefix="/surveys/<slug>/samples/frames")
UNREADABLE = 422


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.RUN_SURVEY)
@limiter.limit("30 per hour", methods=["POST"])
def new(slug: str) -> ResponseReturnValue:
    """Read a file; keep it as a preview where every cell fits, else name the cells that do not."""
    wave = wave_at(slug)
    form = FrameForm(wave)
    plan: FramePlan | None = None
    if form.validate_on_submit():
        chosen = form.file.data
        channel = Channel(form.channel.data)
        if not (chosen and chosen.filename):
            form.file.errors = [_("请选名册文件")]
        else:
            try:
                rows = sample_frame_reading.read(chosen.stream.read(sample_frame_reading.MAX_BYTES + 1))
                plan = sample_frame_reading.plan(db.session(), wave, channel, rows, services().secret)
            except InvalidFileError as error:
                form.file.errors = [file_problem(error.reason)]
        if plan is not None and plan.is_sound:
            return _keep(wave, channel, str(form.title.data), plan)
    page = render_template(
        "admin/samples/frame_new.html",
        wave=wave,
        form=form,
        plan=plan,
        fault_words=fault_words,
        most=sample_frame_reading.MOST_ENTRIES,
    )
    return (page, UNREADABLE) if form.is_submitted() else page


def _keep(wave: Wave, channel: Channel, title: str, plan: FramePlan) -> ResponseReturnValue:
    known = services()
    frame = sample_frame_reading.keep(
        db.session(),
        wave,
        channel,
        title,
        plan,
        seal=known.contacts.seal,
        secret=known.secret,
        by=current_staff(),
        at=known.clock(),
    )
    db.session.commit()
    return redirect(url_for(".show", slug=wave.slug, frame_id=frame.id))


@blueprint.get("/template.csv")
@needs(Permission.RUN_SURVEY)
def template(slug: str) -> ResponseReturnValue:
    """Send an empty table to fill in."""
    wave_at(slug)
    rows = [["电话", "地址", "地方", "层", "村居", "受益项目"]]
    content = "\N{ZERO WIDTH NO-BREAK SPACE}" + "".join(csv_guard.lines(rows))
    return send_file(
        io.BytesIO(content.encode()), "text/csv", as_attachment=True, download_name=_("抽样名册模板") + ".csv"
    )


@blueprint.get("/<int:frame_id>")
@needs(Permission.RUN_SURVEY)
def show(slug: str, frame_id: int) -> ResponseReturnValue:
    """Show what a frame holds, counted, and the form to draw from it."""
    frame = _frame(slug, frame_id)
    return _page(frame, DrawForm(formdata=None), EraseForm(formdata=None))


@blueprint.post("/<int:frame_id>/confirm")
@needs(Permission.RUN_SURVEY)
def confirm(slug: str, frame_id: int) -> ResponseReturnValue:
    """Make a preview a frame that can be drawn from."""
    frame = _frame(slug, frame_id)
    if SureForm().validate_on_submit():
        sample_frames.confirm(db.session(), frame, current_staff(), services().clock())
        db.session.commit()
        flash(_("名册已确认，可以抽样。"), "good")
    return redirect(url_for(".show", slug=slug, frame_id=frame_id))


@blueprint.post("/<int:frame_id>/discard")
@needs(Permission.RUN_SURVEY)
def discard(slug: str, frame_id: int) -> ResponseReturnValue:
    """Forget a preview."""
    frame = _frame(slug, frame_id)
    if not SureForm().validate_on_submit():
        return redirect(url_for(".show", slug=slug, frame_id=frame_id))
    sample_frames.discard(db.session(), frame)
    db.session.commit()
    flash(_("已放弃，名册没有留下。"), "good")
    return redirect(url_for("admin.samples.index", slug=slug))


@blueprint.post("/<int:frame_id>/erase")
@needs(Permission.RUN_SURVEY)
def erase(slug: str, frame_id: int) -> ResponseReturnValue:
    """Erase the contact data of a frame now."""
    frame = _frame(slug, frame_id)
    form = EraseForm()
    if not form.validate_on_submit():
        return _page(frame, DrawForm(formdata=None), form), UNREADABLE
    sample_frames.erase(db.session(), frame, current_staff().post, services().clock())
    db.session.commit()
    flash(_("名册里的电话和地址已删除。"), "good")
    return redirect(url_for(".show", slug=slug, frame_id=frame_id))


@blueprint.post("/<int:frame_id>/draw")
@needs(Permission.RUN_SURVEY)
def draw(slug: str, frame_id: int) -> ResponseReturnValue:
    """Draw a sample; wishes that do not fit are told beside their stratum."""
    frame = _frame(slug, frame_id)
    form = DrawForm()
    problems: dict[str, str] = {}
    if form.validate_on_submit():
        order = form.order(request.form, {name: key for name, key, *_rest in _strata(frame)})
        try:
            sample = samples.draw(db.session(), frame, order, current_staff(), services().clock())
            db.session.commit()
            flash(_("已抽样。种子和抽样结果都记入日志。"), "good")
            return redirect(url_for("admin.samples.show", slug=slug, number=sample.number))
        except InvalidValuesError as error:
            db.session.rollback()
            problems = {name: str(WISHES[reason]) for name, reason in error.problems.items()}
            frame = _frame(slug, frame_id)
    return _page(frame, form, EraseForm(formdata=None), problems), UNREADABLE


def wave_at(slug: str) -> Wave:
    """Return a survey of one's places, or answer 404; raise ``NotAllowedError`` for another's."""
    wave = db.session.scalar(sa.select(Wave).where(Wave.slug == slug))
    if wave is None:
        abort(404)
    if not current_staff().may_on(Permission.RUN_SURVEY, wave.division, None):
        raise NotAllowedError
    return wave


def _frame(slug: str, frame_id: int) -> SampleFrame:
    wave = wave_at(slug)
    frame = db.session.get(SampleFrame, frame_id)
    if frame is None or frame.wave_id != wave.id:
        abort(404)
    return frame


def _strata(frame: SampleFrame) -> list[tuple[str, StratumKey, Division, str, int, int]]:
    """Return field name, key, place, name, size and number of units of every stratum, by place."""
    found: dict[StratumKey, tuple[int, set[str]]] = {}
    for (division_id, stratum, psu), count in sample_frames.sizes(db.session(), frame).items():
        size, units = found.get((division_id, stratum), (0, set()))
        found[division_id, stratum] = (size + count, units | ({psu} if psu else set()))
    places = {
        one.id: one for one in db.session.scalars(sa.select(Division).where(Division.id.in_({key[0] for key in found})))
    }
    rows = [
        (samples.field_name(places[key[0]].code, key[1]), key, places[key[0]], key[1], size, len(units))
        for key, (size, units) in found.items()
    ]
    return sorted(rows, key=lambda row: (row[2].code, row[3]))


def _page(
    frame: SampleFrame, draw_form: DrawForm, erase_form: EraseForm, problems: dict[str, str] | None = None
) -> str:
    sample = db.session.scalar(sa.select(Sample).where(Sample.frame_id == frame.id))
    return render_template(
        "admin/samples/frame.html",
        frame=frame,
        wave=frame.wave,
        strata=_strata(frame),
        sample=sample,
        draw_form=draw_form,
        erase_form=erase_form,
        act_form=SureForm(formdata=None),
        problems=problems or {},
        typed=request.form,
        has_closed=frame.wave.has_closed(services().today()),
    )
