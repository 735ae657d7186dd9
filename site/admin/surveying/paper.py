"""Paper questionnaires of a survey: what is printed, how far each batch is, and the sheets as PDF."""

from collections.abc import Mapping

import sqlalchemy as sa
from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs
from admin.surveying.paper_forms import RunForm
from admin.surveying.paper_pdf import Sheets, sheets_pdf
from minsheng.accounts.staff import Permission
from minsheng.clock import local_date
from minsheng.database import db
from minsheng.errors import NotAllowedError
from minsheng.records.places import Division
from minsheng.surveying import paper_batches, paper_differences, paper_sheets, samples
from minsheng.surveying.paper_sheets import BatchState, PaperBatch, PaperRun, PlannedRun
from minsheng.surveying.samples import Sample
from minsheng.surveying.surveys import Channel, Wave
from pages import formats
from pages.language import gettext as _
from pages.language import plain_text_of, speaking
from pages.limits import limiter
from pages.questions import in_language
from pages.services import services

blueprint = Blueprint("paper", __name__, url_prefix="/surveys/<slug>/paper")
UNREADABLE = 422
SHEETS_IN_A_FILE = 100
"""A page took 12 ms on two busy cores: a file of this many sheets is there within a few seconds."""


@blueprint.get("/")
@needs(Permission.RUN_SURVEY, Permission.ENTER_PAPER)
def index(slug: str) -> ResponseReturnValue:
    """Show what was printed of a survey and how far each batch is."""
    wave = wave_at(slug)
    runs = paper_sheets.runs_of(db.session(), wave)
    return render_template(
        "admin/paper/index.html",
        wave=wave,
        runs=runs,
        standings=paper_batches.standings(db.session(), [one for run in runs for one in run.batches]),
        clerks=paper_differences.rates_of_clerks(db.session(), wave),
        is_open=wave.is_open(services().today()),
        has_closed=wave.has_closed(services().today()),
        may_run=may_run(wave),
        on_paper=any(one.value in wave.channels for one in paper_sheets.PAPER_CHANNELS),
        BatchState=BatchState,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.RUN_SURVEY)
def new(slug: str) -> ResponseReturnValue:
    """Give out serials for a printing."""
    wave = wave_at(slug, Permission.RUN_SURVEY)
    drawn = {one.number: one for one in samples.samples_of(db.session(), wave) if one.channel is Channel.PAPER_SAMPLE}
    form = RunForm(wave.channels, _places_of(wave), {number: _sample_name(one) for number, one in drawn.items()})
    if form.is_submitted() and "more" in request.form:
        form.more_rows()
        return _run_page(wave, form)
    if form.validate_on_submit() and (planned := _planned(form, drawn)) is not None:
        paper_sheets.make_run(db.session(), wave, planned, current_staff(), services().clock())
        db.session.commit()
        return redirect(url_for(".index", slug=slug))
    page = _run_page(wave, form)
    return (page, UNREADABLE) if form.is_submitted() else page


@blueprint.get("/batches/<name>/sheets.pdf")
@needs(Permission.RUN_SURVEY)
@limiter.limit("120 per hour; 10 per minute")
def sheets(slug: str, name: str) -> ResponseReturnValue:
    """Give one part of a batch's sheets to the printer."""
    batch = batch_at(wave_at(slug, Permission.RUN_SURVEY), name)
    part = request.args.get("part", 1, type=int)
    parts = parts_of(batch)
    if part not in parts:
        abort(404)
    start = (part - 1) * SHEETS_IN_A_FILE
    wave = batch.run.wave
    with speaking(batch.run.language):
        content = sheets_pdf(
            Sheets(wave.version, in_language(wave), batch.name, _where(batch)),
            batch.numbers[start : start + SHEETS_IN_A_FILE],
        )
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{slug}-{name}-{part}.pdf"'
    return answer


def parts_of(batch: PaperBatch) -> range:
    """Return the numbers of the files that a batch is printed from."""
    return range(1, -(-batch.sheet_count // SHEETS_IN_A_FILE) + 1)


def wave_at(slug: str, *permissions: Permission) -> Wave:
    """Return a survey of one's places, or answer 404; raise ``NotAllowedError`` for another's."""
    wave = db.session.scalar(sa.select(Wave).where(Wave.slug == slug))
    if wave is None:
        abort(404)
    needed = permissions or (Permission.RUN_SURVEY, Permission.ENTER_PAPER)
    if not any(current_staff().may_on(one, wave.division, None) for one in needed):
        raise NotAllowedError
    return wave


def batch_at(wave: Wave, name: str) -> PaperBatch:
    """Return a batch of a survey by its name, or answer 404."""
    query = sa.select(PaperBatch).join(PaperBatch.run).where(PaperRun.wave_id == wave.id, PaperBatch.name == name)
    batch = db.session.scalar(query)
    if batch is None:
        abort(404)
    return batch


def may_run(wave: Wave) -> bool:
    """Whether whoever is signed in runs this survey."""
    return current_staff().may_on(Permission.RUN_SURVEY, wave.division, None)


def _where(batch: PaperBatch) -> str:
    place = plain_text_of(batch.division, "name")
    return f"{place} {batch.psu}".strip()


def _places_of(wave: Wave) -> list[Division]:
    """Return the survey's place and those within."""
    query = sa.select(Division).where(Division.path.startswith(wave.division.path))
    return list(db.session.scalars(query.order_by(Division.path)))


def _sample_name(sample: Sample) -> str:
    return _(
        "按第 %(number)s 次抽样（%(date)s抽）", number=sample.number, date=formats.date(local_date(sample.drawn_at))
    )


def _planned(form: RunForm, drawn: Mapping[int, Sample]) -> PlannedRun | None:
    """Return what is to be printed: as a drawn sample says, or as typed."""
    if form.sample_number is None or form.channel.data != Channel.PAPER_SAMPLE:
        return form.planned()
    return form.planned_from(paper_sheets.planned_from(db.session(), drawn[form.sample_number]))


def _run_page(wave: Wave, form: RunForm) -> str:
    return render_template("admin/paper/new.html", wave=wave, form=form)
