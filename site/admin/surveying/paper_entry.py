"""Entering sheets with the number pad: the serial, then a number for each question; Enter goes on."""

from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from admin.access import current_staff, needs
from admin.surveying.paper import wave_at
from admin.surveying.paper_forms import SerialForm, SheetForm
from admin.surveying.paper_words import FIELD_PROBLEMS, entry_refusal
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.errors import DomainError, InvalidAnswersError, NotOpenError, WrongStateError
from minsheng.surveying import paper_batches, paper_entry, paper_sheets, serials
from minsheng.surveying.paper_entry import EnteredTwiceError, NotDrawnError, OtherQuestionsError, SameClerkError
from minsheng.surveying.paper_sheets import PaperBatch
from minsheng.surveying.questionnaires import QuestionnaireVersion
from minsheng.surveying.surveys import Wave
from pages import questions
from pages.language import gettext as _
from pages.services import services

blueprint = Blueprint("paper_entry", __name__, url_prefix="/surveys/<slug>/paper")
UNREADABLE, REFUSED = 422, 409
REFUSALS = (
    NotOpenError,
    OtherQuestionsError,
    WrongStateError,
    EnteredTwiceError,
    NotDrawnError,
    SameClerkError,
)


@blueprint.route("/enter", methods=["GET", "POST"])
@needs(Permission.ENTER_PAPER)
def enter(slug: str) -> ResponseReturnValue:
    """Ask for the number on a sheet and lead to its questions."""
    wave = wave_at(slug, Permission.ENTER_PAPER)
    form = SerialForm()
    if form.validate_on_submit():
        number = serials.number_of(str(form.serial.data))
        batch = paper_sheets.batch_of(db.session(), wave, number) if number is not None else None
        if number is None:
            form.serial.errors = [_("编号不对：最后一位是校验位，请对着卷子再打一遍")]
        elif batch is None:
            form.serial.errors = [_("这次调查没有印过这个编号，请看是不是别的调查的卷子")]
        else:
            refusal = _refusal(batch, number)
            if refusal is None:
                return redirect(url_for(".sheet", slug=slug, serial=serials.serial_of(number)))
            form.serial.errors = [entry_refusal(refusal)]
    page = render_template("admin/paper/enter.html", wave=wave, form=form)
    return (page, UNREADABLE) if form.is_submitted() else page


@blueprint.route("/sheets/<serial>", methods=["GET", "POST"])
@needs(Permission.ENTER_PAPER)
def sheet(slug: str, serial: str) -> ResponseReturnValue:
    """Take what stands on one sheet. What was saved is shown to nobody, not even to whoever typed it."""
    wave = wave_at(slug, Permission.ENTER_PAPER)
    number = serials.number_of(serial)
    batch = paper_sheets.batch_of(db.session(), wave, number) if number is not None else None
    if number is None or batch is None:
        abort(404)
    form = SheetForm()
    typed = {question.key: request.form.get(f"q-{question.key}", "") for question in wave.version.questions}
    refusal = _refusal(batch, number)
    if refusal is not None:
        return _sheet_page(wave, batch, serial, form, typed, refusal=entry_refusal(refusal)), REFUSED
    if form.validate_on_submit():
        try:
            entry = paper_batches.enter(db.session(), batch, number, typed, current_staff(), services().clock())
            db.session.commit()
        except InvalidAnswersError as error:
            db.session.rollback()
            return _sheet_page(wave, batch, serial, form, typed, problems=error.problems), UNREADABLE
        except IntegrityError:
            # Somebody else saved the same sheet in the same moment.
            db.session.rollback()
            return redirect(url_for(".sheet", slug=slug, serial=serial))
        flash(
            _("%(serial)s 已保存（复录）。", serial=serials.shown(serial))
            if entry.turn == paper_entry.SECOND
            else _("%(serial)s 已保存。", serial=serials.shown(serial)),
            "good",
        )
        return redirect(url_for(".enter", slug=slug))
    page = _sheet_page(wave, batch, serial, form, typed)
    return (page, UNREADABLE) if form.is_submitted() else page


def _refusal(batch: PaperBatch, number: int) -> DomainError | None:
    """Return why whoever is signed in may not enter a sheet now, or None."""
    try:
        paper_entry.turn_of(db.session(), batch, number, current_staff(), services().clock())
    except REFUSALS as refusal:
        return refusal
    return None


def _sheet_page(
    wave: Wave,
    batch: PaperBatch,
    serial: str,
    form: SheetForm,
    typed: Mapping[str, str],
    *,
    problems: Mapping[str, str] | None = None,
    refusal: str = "",
) -> str:
    return render_template(
        "admin/paper/sheet.html",
        wave=wave,
        batch=batch,
        serial=serials.shown(serial),
        form=form,
        asked=questions.asked(wave.version),
        typed=typed,
        problems={key: str(FIELD_PROBLEMS[reason]) for key, reason in (problems or {}).items()},
        shown_for=_shown_for(wave.version),
        refusal=refusal,
    )


def _shown_for(version: QuestionnaireVersion) -> dict[str, list[int]]:
    """Return, for each question with a condition, the numbers of the options of the earlier one that lead to it."""
    options = {question.key: [option.key for option in question.options] for question in version.questions}
    found = {}
    for question in version.questions:
        wanted = question.show_if.get("options")
        known = options.get(str(question.show_if.get("question")), [])
        found[question.key] = (
            [place for place, key in enumerate(known, start=1) if key in wanted] if isinstance(wanted, list) else []
        )
    return found
