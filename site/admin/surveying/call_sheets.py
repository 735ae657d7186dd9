"""Calls to a drawn sample: how far they are, the next number, the interview, and how it ended."""

import sqlalchemy as sa
from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from admin.access import current_staff, needs
from admin.surveying.samples import code_address
from admin.surveying.sheet_forms import AnswersForm, CheckForm, ResultForm, StepForm
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.errors import InvalidAnswersError, InvalidValuesError, NotAllowedError
from minsheng.surveying import call_checks, call_progress, call_sheets, samples, surveys
from minsheng.surveying.call_attempts import CallClaim
from minsheng.surveying.call_sheets import CallResult, NothingToCallError
from minsheng.surveying.questionnaires import Question, QuestionnaireVersion
from minsheng.surveying.samples import CheckState
from minsheng.surveying.surveys import Channel, Wave
from pages import questions, tickets
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.services import services

blueprint = Blueprint("call_sheets", __name__, url_prefix="/surveys")
UNREADABLE = 422
CALLS = "/<slug>/calls"
ANSWER_PROBLEMS = {
    "required": _l("请回答这一题"),
    "unknown_option": _l("请从列出的选项里选"),
    "one_only": _l("这一题只能选一项"),
    "not_together": _l("选了“都没有”“说不清”这样的，就不能再选别的"),
    "not_a_number": _l("请填数字"),
    "too_long": _l("太长了，请写短一些"),
}
RESULT_PROBLEMS = {
    "missing": _l("请填约定的日子"),
    "out_of_range": _l("请填今天起 30 天以内的日子"),
    "too_long": _l("字太多"),
    "personal": _l("备注里不要写姓名、电话、住址"),
}


@blueprint.get("/calls/")
@needs(Permission.MAKE_CALLS)
def index() -> ResponseReturnValue:
    """List the surveys whose drawn people one may call."""
    member, today = current_staff(), services().today()
    waves = db.session.scalars(sa.select(Wave).where(Wave.is_published).order_by(Wave.closes_on))
    return render_template(
        "admin/call_sheets/index.html",
        waves=[wave for wave in waves if wave.is_open(today) and call_sheets.may_call(member, wave)],
    )


@blueprint.get(CALLS)
@needs(Permission.MAKE_CALLS, Permission.RUN_SURVEY)
def show(slug: str) -> ResponseReturnValue:
    """Show how far the calls are: to whoever runs the survey all of them, to an interviewer their own."""
    wave = _wave(slug)
    member = current_staff()
    drawn = [one for one in samples.samples_of(db.session(), wave) if one.channel is Channel.PHONE]
    may_run = member.may_on(Permission.RUN_SURVEY, wave.division, None)
    interviewers = call_progress.by_interviewer(db.session(), drawn)
    at = services().clock()
    people = [one.member for one in interviewers]
    denied: dict[int, int] = {}
    for sample in drawn if may_run else ():
        for number, count in call_checks.denied(db.session(), sample, services().secret, people).items():
            denied[number] = denied.get(number, 0) + count
    return render_template(
        "admin/call_sheets/show.html",
        wave=wave,
        samples=drawn,
        may_run=may_run,
        may_call=call_sheets.may_call(member, wave),
        is_open=wave.is_open(services().today()),
        places=call_progress.by_place(db.session(), wave, Channel.PHONE) if may_run else [],
        interviewers=[one for one in interviewers if may_run or one.member.id == member.id],
        codes={one.id: call_sheets.interviewer_code(services().secret, wave, one) for one in people},
        checks=call_progress.check_counts(db.session(), drawn),
        denied=denied,
        claim=call_sheets.claim_of(db.session(), wave, member, at),
        step_form=StepForm(formdata=None),
    )


@blueprint.post(f"{CALLS}/next")
@needs(Permission.MAKE_CALLS)
def claim(slug: str) -> ResponseReturnValue:
    """Give the next number, or the next one to be checked."""
    wave = _wave(slug, Permission.MAKE_CALLS)
    if not StepForm().validate_on_submit():
        return redirect(url_for(".show", slug=slug))
    known = services()
    take = call_checks.claim_next_check if "check" in request.form else call_sheets.claim_next
    try:
        take(db.session(), wave, current_staff(), known.secret, known.clock())
        db.session.commit()
    except NothingToCallError:
        db.session.rollback()
        flash(_("现在没有要打的号码。约好的时间到了，会再给您。"), "info")
        return redirect(url_for(".show", slug=slug))
    return redirect(url_for(".sheet", slug=slug))


@blueprint.get(f"{CALLS}/next")
@needs(Permission.MAKE_CALLS)
def sheet(slug: str) -> ResponseReturnValue:
    """Show the number one has, what to say, the questions, and how the call may end."""
    wave = _wave(slug, Permission.MAKE_CALLS)
    held = _claim(wave)
    if held is None:
        return redirect(url_for(".show", slug=slug))
    return _sheet(wave, held)


@blueprint.post(f"{CALLS}/answers")
@needs(Permission.MAKE_CALLS)
def answers(slug: str) -> ResponseReturnValue:
    """Keep the answers of an interview; sending them twice changes nothing."""
    wave = _wave(slug, Permission.MAKE_CALLS)
    form = AnswersForm()
    known = services()
    ticket = tickets.read(known.secret, f"call:{wave.id}", form.ticket.data or "")
    if ticket is not None and surveys.has_responded(db.session(), wave.id, ticket):
        return redirect(url_for(".show", slug=slug))
    held = _claim(wave)
    if held is None:
        return _gone(slug)
    typed = {question.key: request.form.getlist(f"q-{question.key}") for question in wave.version.questions}
    problems: dict[str, str] = {}
    if form.validate_on_submit() and ticket is not None:
        try:
            call_sheets.save_answers(
                db.session(),
                held,
                typed,
                current_staff(),
                known.clock(),
                secret=known.secret,
                ticket=ticket,
                is_partial="partial" in request.form,
                seconds=form.took(),
            )
            call_progress.keep_dispositions(db.session(), wave, Channel.PHONE)
            db.session.commit()
        except InvalidAnswersError as error:
            db.session.rollback()
            problems = {key: str(ANSWER_PROBLEMS[reason]) for key, reason in error.problems.items()}
        except IntegrityError:
            # The same form may arrive twice at the same moment.
            db.session.rollback()
            if not surveys.has_responded(db.session(), wave.id, ticket):
                raise
            return redirect(url_for(".show", slug=slug))
        else:
            flash(_("答卷已存。"), "good")
            return redirect(url_for(".show", slug=slug))
    wave = _wave(slug, Permission.MAKE_CALLS)
    held = _claim(wave)
    if held is None:
        return _gone(slug)
    return _sheet(wave, held, typed=typed, problems=problems, answers_form=form), UNREADABLE


@blueprint.post(f"{CALLS}/result")
@needs(Permission.MAKE_CALLS)
def result(slug: str) -> ResponseReturnValue:
    """Note how a call ended that brought no answers."""
    wave = _wave(slug, Permission.MAKE_CALLS)
    held = _claim(wave)
    if held is None:
        return _gone(slug)
    form = ResultForm()
    if form.validate_on_submit():
        try:
            call_sheets.note_result(
                db.session(),
                held,
                CallResult(form.result.data),
                current_staff(),
                services().clock(),
                call_back=form.call_back(),
                note=str(form.note.data or ""),
            )
        except InvalidValuesError as error:
            for name, reason in error.problems.items():
                form[name].errors = [RESULT_PROBLEMS[reason]]
        else:
            call_progress.keep_dispositions(db.session(), wave, Channel.PHONE)
            db.session.commit()
            flash(_("已记下这次电话的结果。"), "good")
            return redirect(url_for(".show", slug=slug))
    return _sheet(wave, held, result_form=form), UNREADABLE


@blueprint.post(f"{CALLS}/code")
@needs(Permission.MAKE_CALLS)
def code(slug: str) -> ResponseReturnValue:
    """Make a one-time code to be read aloud, shown this once."""
    wave = _wave(slug, Permission.MAKE_CALLS)
    held = _claim(wave)
    if held is None or not StepForm().validate_on_submit():
        return _gone(slug)
    made = call_sheets.give_code(db.session(), held, current_staff(), services().secret)
    call_progress.keep_dispositions(db.session(), wave, Channel.PHONE)
    page = render_template(
        "admin/call_sheets/code.html",
        wave=wave,
        code=made,
        address=code_address(slug),
    )
    db.session.commit()
    answer = make_response(page)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post(f"{CALLS}/release")
@needs(Permission.MAKE_CALLS)
def release(slug: str) -> ResponseReturnValue:
    """Put the number back without having called it."""
    wave = _wave(slug, Permission.MAKE_CALLS)
    held = _claim(wave)
    if held is not None and StepForm().validate_on_submit():
        call_sheets.release(db.session(), held, current_staff())
        db.session.commit()
        flash(_("号码已放回。"), "good")
    return redirect(url_for(".show", slug=slug))


@blueprint.post(f"{CALLS}/checks")
@needs(Permission.RUN_SURVEY)
def checks(slug: str) -> ResponseReturnValue:
    """Draw a tenth of those who answered for a check call by somebody else."""
    wave = _wave(slug, Permission.RUN_SURVEY)
    if StepForm().validate_on_submit():
        at, more = services().clock(), 0
        for sample in samples.samples_of(db.session(), wave):
            if sample.channel is Channel.PHONE:
                more += call_checks.draw_checks(db.session(), sample, current_staff(), at)
        db.session.commit()
        if more:
            flash(_("又抽了 %(count)s 人复核，由别的访员打。", count=more), "good")
        else:
            flash(_("复核的人数已经够一成，不用再抽。"), "info")
    return redirect(url_for(".show", slug=slug))


@blueprint.post(f"{CALLS}/checked")
@needs(Permission.MAKE_CALLS)
def checked(slug: str) -> ResponseReturnValue:
    """Note what a check call found."""
    wave = _wave(slug, Permission.MAKE_CALLS)
    held = _claim(wave)
    if held is None:
        return _gone(slug)
    form = CheckForm()
    if not form.validate_on_submit():
        return _sheet(wave, held, check_form=form), UNREADABLE
    call_checks.note_check(db.session(), held, CheckState(form.found.data), current_staff())
    db.session.commit()
    flash(_("复核结果已记下。"), "good")
    return redirect(url_for(".show", slug=slug))


def _wave(slug: str, *permissions: Permission) -> Wave:
    """Return a survey that one may call for or run, or answer 404; raise ``NotAllowedError`` for another's."""
    asked = selectinload(Wave.version).selectinload(QuestionnaireVersion.questions).selectinload(Question.options)
    wave = db.session.scalar(sa.select(Wave).where(Wave.slug == slug).options(asked))
    if wave is None:
        abort(404)
    member = current_staff()
    needed = permissions or (Permission.MAKE_CALLS, Permission.RUN_SURVEY)
    runs = Permission.RUN_SURVEY in needed and member.may_on(Permission.RUN_SURVEY, wave.division, None)
    if not runs and not (Permission.MAKE_CALLS in needed and call_sheets.may_call(member, wave)):
        raise NotAllowedError
    return wave


def _claim(wave: Wave) -> CallClaim | None:
    return call_sheets.claim_of(db.session(), wave, current_staff(), services().clock())


def _gone(slug: str) -> ResponseReturnValue:
    flash(_("这个号码已经不在您手里：时间太久，放回去了。请取下一个。"), "warning")
    return redirect(url_for(".show", slug=slug))


def _sheet(wave: Wave, held: CallClaim, answers_form: AnswersForm | None = None, **given: object) -> str:
    known = services()
    form = answers_form or AnswersForm(formdata=None)
    # What was measured belongs to what was typed then; on a page with answers nothing is measured.
    form.seconds.data = ""
    purpose = f"call:{wave.id}"
    if tickets.read(known.secret, purpose, form.ticket.data or "") is None:
        form.ticket.data = tickets.issue(known.secret, purpose)
    names: dict[str, object] = {
        "typed": {question.key: [] for question in wave.version.questions},
        "problems": {},
        "result_form": ResultForm(formdata=None),
        "check_form": CheckForm(formdata=None),
        **given,
    }
    return render_template(
        "admin/call_sheets/sheet.html",
        wave=wave,
        claim=held,
        person=held.person,
        contact=call_sheets.contact_of(held, known.contacts),
        blocks=questions.asked(wave.version),
        text_limits=surveys.TEXT_LIMITS,
        answers_form=form,
        step_form=StepForm(formdata=None),
        **names,
    )
