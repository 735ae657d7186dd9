"""One batch of paper: its scans, the end of the first entry, both entries side by side, and its answers."""

import hashlib
from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs
from admin.surveying.paper import batch_at, may_run, parts_of, wave_at
from admin.surveying.paper_forms import ActForm, FinishForm, ScanForm
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.errors import InvalidAnswersError, InvalidValuesError
from minsheng.surveying import paper_batches, paper_differences, paper_entry, serials
from minsheng.surveying.paper_differences import PaperDifference, Verdict
from minsheng.surveying.paper_entry import FIRST, SECOND
from minsheng.surveying.paper_sheets import BatchState, PaperBatch
from minsheng.surveying.questionnaires import Question
from pages import questions
from pages.language import gettext as _
from pages.services import services

blueprint = Blueprint("paper_batches", __name__, url_prefix="/surveys/<slug>/paper/batches/<name>")
UNREADABLE = 422
PIECE = 1_000_000


@blueprint.get("/")
@needs(Permission.RUN_SURVEY, Permission.ENTER_PAPER)
def show(slug: str, name: str) -> ResponseReturnValue:
    """Show how far a batch is and what comes next."""
    return _page(batch_at(wave_at(slug), name))


@blueprint.post("/scans")
@needs(Permission.RUN_SURVEY, Permission.ENTER_PAPER)
def add_scan(slug: str, name: str) -> ResponseReturnValue:
    """Keep the hash of a scan; the file itself is let go."""
    batch = batch_at(wave_at(slug), name)
    form = ScanForm()
    chosen = form.file.data
    if not form.validate_on_submit() or not (chosen and chosen.filename):
        form.file.errors = [_("请选扫描件")]
        return _page(batch, scan_form=form), UNREADABLE
    digest, size = hashlib.sha256(), 0
    while piece := chosen.stream.read(PIECE):
        digest.update(piece)
        size += len(piece)
    if not size:
        form.file.errors = [_("这个文件是空的")]
        return _page(batch, scan_form=form), UNREADABLE
    paper_batches.add_scan(
        db.session(), batch, digest.hexdigest(), chosen.filename, size, current_staff(), services().clock()
    )
    db.session.commit()
    flash(_("已记下扫描件的指纹。扫描件请自己存好：以后拿出来一比，就知道有没有换过。"), "good")
    return redirect(url_for(".show", slug=slug, name=name))


@blueprint.post("/finish")
@needs(Permission.RUN_SURVEY)
def finish(slug: str, name: str) -> ResponseReturnValue:
    """End the first entry and draw the sheets to be entered again."""
    batch = batch_at(wave_at(slug, Permission.RUN_SURVEY), name)
    form = FinishForm()
    if not form.validate_on_submit():
        return _page(batch, finish_form=form), UNREADABLE
    try:
        paper_batches.finish_first(db.session(), batch, form.lost(), current_staff(), services().clock())
        db.session.commit()
    except InvalidValuesError:
        db.session.rollback()
        missing = batch.sheet_count - paper_batches.standing(db.session(), batch).entered
        form.form_errors.append(_("还有 %(missing)s 份没有录，下面各项加起来要等于 %(missing)s", missing=missing))
        return _page(batch, finish_form=form), UNREADABLE
    flash(_("已抽出 %(count)s 份，请另一个人再录一遍。", count=len(batch.drawn)), "good")
    return redirect(url_for(".show", slug=slug, name=name))


@blueprint.get("/reconcile")
@needs(Permission.RUN_SURVEY, Permission.ENTER_PAPER)
def reconcile(slug: str, name: str) -> ResponseReturnValue:
    """Show the two entries side by side where they differ, and nowhere else."""
    return _reconcile_page(batch_at(wave_at(slug), name))


@blueprint.post("/reconcile/<int:difference_id>")
@needs(Permission.RUN_SURVEY, Permission.ENTER_PAPER)
def settle(slug: str, name: str, difference_id: int) -> ResponseReturnValue:
    """Say what stands on the sheet in one place."""
    batch = batch_at(wave_at(slug), name)
    difference = db.session.get(PaperDifference, difference_id)
    if difference is None or difference.batch_id != batch.id:
        abort(404)
    form = ActForm()
    if not form.validate_on_submit():
        return _reconcile_page(batch), UNREADABLE
    try:
        values = _said(batch, difference)
        clerks = [one.clerk_id for one in paper_entry.entries_of(db.session(), batch, difference.number)]
        paper_differences.settle(db.session(), difference, values, clerks, current_staff())
        db.session.commit()
    except InvalidAnswersError:
        db.session.rollback()
        return _reconcile_page(batch, wrong=difference_id), UNREADABLE
    if not difference.is_settled:
        flash(_("已记下您的看法。您录过这一份，要另一位录入的人也这样认定，才算数。"), "good")
    return redirect(url_for(".reconcile", slug=slug, name=name))


@blueprint.post("/count")
@needs(Permission.RUN_SURVEY)
def count(slug: str, name: str) -> ResponseReturnValue:
    """Turn a reconciled batch into answers."""
    batch = batch_at(wave_at(slug, Permission.RUN_SURVEY), name)
    if not ActForm().validate_on_submit():
        return _page(batch), UNREADABLE
    counted = paper_batches.count(db.session(), batch, current_staff(), services().clock())
    db.session.commit()
    flash(_("已计入 %(count)s 份答卷。哪个编号答了什么，从此不再保存。", count=counted), "good")
    return redirect(url_for(".show", slug=slug, name=name))


@blueprint.post("/anew")
@needs(Permission.RUN_SURVEY)
def anew(slug: str, name: str) -> ResponseReturnValue:
    """Have a batch with too many errors entered from the start."""
    batch = batch_at(wave_at(slug, Permission.RUN_SURVEY), name)
    if not ActForm().validate_on_submit():
        return _page(batch), UNREADABLE
    paper_batches.begin_anew(db.session(), batch, current_staff(), services().clock())
    db.session.commit()
    flash(_("这一批的录入已清空，请从头再录。"), "good")
    return redirect(url_for(".show", slug=slug, name=name))


def _said(batch: PaperBatch, difference: PaperDifference) -> list[str]:
    """Return what was chosen for a difference: an entry, or what was typed. Raises ``InvalidAnswersError``."""
    chosen = request.form.get("verdict", "")
    if chosen in {Verdict.FIRST, Verdict.SECOND}:
        return [str(one) for one in (difference.first if chosen == Verdict.FIRST else difference.second)]
    question = _question(batch, difference)
    return paper_entry.read_field(question, request.form.get("typed", ""))


def _question(batch: PaperBatch, difference: PaperDifference) -> Question:
    return next(one for one in batch.run.wave.version.questions if one.key == difference.question_key)


def _page(batch: PaperBatch, *, finish_form: FinishForm | None = None, scan_form: ScanForm | None = None) -> str:
    known = paper_batches.standing(db.session(), batch)
    own = {
        one.number for one in paper_batches.entries_of(db.session(), batch, FIRST) if one.clerk_id == current_staff().id
    }
    return render_template(
        "admin/paper/batch.html",
        wave=batch.run.wave,
        batch=batch,
        known=known,
        missing=batch.sheet_count - known.entered,
        waiting=[(serials.shown(serials.serial_of(one)), one in own) for one in known.waiting],
        parts=parts_of(batch),
        first_serial=serials.shown(serials.serial_of(batch.numbers[0])),
        last_serial=serials.shown(serials.serial_of(batch.numbers[-1])),
        may_run=may_run(batch.run.wave),
        is_open=batch.run.wave.is_open(services().today()),
        finish_form=finish_form or FinishForm(formdata=None),
        scan_form=scan_form or ScanForm(formdata=None),
        act_form=ActForm(formdata=None),
        BatchState=BatchState,
    )


def _reconcile_page(batch: PaperBatch, wrong: int | None = None) -> str:
    numbers = {
        question.key: (block.number, question)
        for block in questions.asked(batch.run.wave.version)
        for question in block.questions
    }
    known = paper_batches.standing(db.session(), batch)
    me = current_staff().id
    rows = []
    for one in known.differences:
        place, question = numbers[one.question_key]
        clerks = {entry.turn: entry.clerk for entry in paper_entry.entries_of(db.session(), batch, one.number)}
        rows.append(
            {
                "difference": one,
                "serial": serials.shown(serials.serial_of(one.number)),
                "number": place,
                "question": question,
                "first": _shown(question, one.first),
                "second": _shown(question, one.second),
                "settled": _shown(question, one.settled),
                "clerks": (clerks[FIRST], clerks[SECOND]),
                "waits_for_other": one.by_id == me and not one.is_settled,
            }
        )
    return render_template(
        "admin/paper/reconcile.html",
        wave=batch.run.wave,
        batch=batch,
        known=known,
        rows=rows,
        form=ActForm(formdata=None),
        wrong=wrong,
        is_checking=batch.state is BatchState.CHECKING,
    )


def _shown(question: Question, values: Sequence[str]) -> str:
    """Return an entry in words: the numbers of the options with their texts."""
    if not values:
        return _("空着")
    if not question.options:
        return str(values[0])
    chosen = [
        f"{place} {questions.in_language(option)}"
        for place, option in enumerate(question.options, start=1)
        if option.key in values
    ]
    return _("、").join(chosen)
