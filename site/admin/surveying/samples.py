"""Drawn samples of a survey: what was drawn how, reserves to let in, and letters with one-time codes."""

import segno
from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from admin.access import current_staff, needs
from admin.surveying.sample_forms import ReserveForm, SureForm
from admin.surveying.sample_frames import wave_at
from admin.surveying.sample_words import WISHES
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.errors import InvalidValuesError
from minsheng.records.places import Division
from minsheng.surveying import call_progress, invites, sample_frames, sample_reserves, samples
from minsheng.surveying.sample_reserves import SamplePart
from minsheng.surveying.samples import Sample
from pages.language import gettext as _
from pages.limits import limiter
from pages.services import services

blueprint = Blueprint("samples", __name__, url_prefix="/surveys/<slug>/samples")
UNREADABLE = 422


@blueprint.get("/")
@needs(Permission.RUN_SURVEY)
def index(slug: str) -> ResponseReturnValue:
    """List the frames and samples of a survey."""
    wave = wave_at(slug)
    return render_template(
        "admin/samples/index.html",
        wave=wave,
        frames=[
            (frame, sum(sample_frames.sizes(db.session(), frame).values()))
            for frame in sample_frames.frames_of(db.session(), wave)
        ],
        samples=samples.samples_of(db.session(), wave),
        has_closed=wave.has_closed(services().today()),
    )


@blueprint.get("/<int:number>")
@needs(Permission.RUN_SURVEY)
def show(slug: str, number: int) -> ResponseReturnValue:
    """Show how a sample was drawn, from which seed, and with which weights."""
    return _page(_sample(slug, number))


@blueprint.post("/<int:number>/reserves/<int:row>")
@needs(Permission.RUN_SURVEY)
def release(slug: str, number: int, row: int) -> ResponseReturnValue:
    """Let reserves of one stratum in, in their order."""
    sample = _sample(slug, number)
    if row >= len(sample.allocation):
        abort(404)
    form = ReserveForm()
    if form.validate_on_submit():
        of = sample.allocation[row]
        part = SamplePart(str(of["place"]), str(of["stratum"]), str(of["psu"]))
        try:
            sample_reserves.release(
                db.session(), sample, part, form.count.data or 0, current_staff(), services().clock()
            )
            db.session.commit()
            flash(_("候补已放进来，这一层的权数按新的人数重算。"), "good")
            return redirect(url_for(".show", slug=slug, number=number))
        except InvalidValuesError as error:
            db.session.rollback()
            sample = _sample(slug, number)
            form.count.errors = [WISHES[error.problems["count"]]]
    return _page(sample, form, row), UNREADABLE


@blueprint.post("/<int:number>/letters")
@needs(Permission.RUN_SURVEY)
@limiter.limit("60 per hour")
def letters(slug: str, number: int) -> ResponseReturnValue:
    """Make one-time codes for those who have none, and show the letters to print, this once."""
    sample = _sample(slug, number)
    if not SureForm().validate_on_submit():
        return redirect(url_for(".show", slug=slug, number=number))
    known = services()
    made = invites.letters(
        db.session(),
        sample,
        actor=current_staff().post,
        box=known.contacts,
        secret=known.secret,
        at=known.clock(),
    )
    if not made:
        flash(_("没有要发答题码的人：都已经有了，或者已经答过。"), "info")
        return redirect(url_for(".show", slug=slug, number=number))
    page = render_template(
        "admin/samples/letters.html",
        sample=sample,
        wave=sample.wave,
        letters=made,
        address=code_address(slug),
        code_square=_square(code_address(slug)),
    )
    db.session.commit()
    answer = make_response(page)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def code_address(slug: str) -> str:
    """Return the address at which codes are used, as it is printed or read aloud."""
    path = url_for("public.invites.enter", slug=slug)
    return f"{services().public_address or request.host_url.rstrip('/')}{path}"


def _square(text: str) -> Markup:
    """Return an address as a QR code for print."""
    return Markup(  # noqa: S704 - drawn by segno from modules; the text itself is not in it
        segno.make(text, error="m", boost_error=False, micro=False).svg_inline(
            scale=3, border=2, lineclass=None, dark="#000", light="#fff"
        )
    )


def _sample(slug: str, number: int) -> Sample:
    sample = samples.sample_of(db.session(), wave_at(slug), number)
    if sample is None:
        abort(404)
    return sample


def _page(sample: Sample, form: ReserveForm | None = None, row: int | None = None) -> str:
    codes = {str(of["place"]) for of in sample.allocation}
    places = {one.code: one for one in db.session.query(Division).where(Division.code.in_(codes))}
    return render_template(
        "admin/samples/show.html",
        sample=sample,
        wave=sample.wave,
        places=places,
        progress=call_progress.by_place(db.session(), sample.wave, sample.channel),
        reserve_form=form or ReserveForm(formdata=None),
        wrong_row=row,
        act_form=SureForm(formdata=None),
        has_closed=sample.wave.has_closed(services().today()),
    )
