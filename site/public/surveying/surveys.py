"""Surveys: the open ones, filling one in, and the counts of closed ones."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response as BaseResponse
from wtforms import HiddenField, SelectField

from minsheng.database import db
from minsheng.errors import InvalidAnswersError, NotOpenError
from minsheng.progress.glances import with_chain
from minsheng.records.boards import Board
from minsheng.records.places import division_by_code
from minsheng.records.projects import Project
from minsheng.surveying import board_alarms, invites, surveys
from minsheng.surveying.quality_rules import QualityRule, is_too_fast
from minsheng.surveying.questionnaires import Question, QuestionnaireVersion
from minsheng.surveying.surveys import Channel, Response, Wave
from pages import questions, tickets
from pages.forms import Form
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.limits import limiter
from pages.services import services
from public.records import boards

blueprint = Blueprint("surveys", __name__, url_prefix="/surveys")
blueprint.add_app_template_filter(questions.in_language)
blueprint.add_app_template_filter(questions.translated)
blueprint.add_app_template_filter(questions.asks)
PROBLEMS = {
    "required": _l("请回答这一题"),
    "unknown_option": _l("请从列出的选项里选"),
    "one_only": _l("这一题只能选一项"),
    "not_together": _l("选了“都没有”“说不清”这样的，就不能再选别的"),
    "not_a_number": _l("请填数字"),
    "too_long": _l("太长了，请写短一些"),
}


class SurveyForm(Form):
    """The parts of the form that are not questions."""

    ticket = HiddenField()
    board = HiddenField()
    place = SelectField(_l("您在哪个乡镇"))

    def __init__(self, wave: Wave, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        places = [(place.code, place.name) for place in wave.division.children]
        self.place.choices = [("", _("不想说")), *places]


@blueprint.get("/")
def index() -> str:
    """List open, coming and closed waves."""
    today = services().today()
    asked = selectinload(Wave.version).selectinload(QuestionnaireVersion.questions).selectinload(Question.options)
    query = Wave.visible_to_residents().options(with_chain(Wave.division), asked)
    waves = db.session.scalars(query.order_by(Wave.closes_on.desc())).all()
    return render_template(
        "public/surveys/index.html",
        open_waves=[(wave, len(questions.asked(wave.version))) for wave in waves if wave.is_open(today)],
        coming=[wave for wave in waves if wave.opens_on > today],
        closed=[wave for wave in waves if wave.has_closed(today)],
        today=today,
        shows_invented=any(wave.division.is_invented for wave in waves),
    )


@blueprint.route("/<slug>", methods=["GET", "POST"])
@limiter.limit("60 per hour; 10 per minute", methods=["POST"])
def fill(slug: str) -> str | BaseResponse | tuple[str, int]:
    """Show the questions and take the answers; a second sending of the same form changes nothing."""
    wave = _wave(slug)
    today = services().today()
    board = boards.arrived_at()
    if not wave.is_open(today) or _channel(wave, board) is None:
        if _was_stored(wave, request.form.get("ticket", "")):
            return redirect(url_for(".thanks", slug=wave.slug))
        return _page("public/surveys/not_open.html", wave, today=today), 409 if request.method == "POST" else 200
    form = SurveyForm(wave)
    form.board.data = board.code if board else ""
    answered = wave.id in session.get("answered", [])
    if answered and request.method == "GET" and "again" not in request.args:
        return _page("public/surveys/already.html", wave)
    secret, purpose = services().secret, f"wave:{wave.id}"
    ticket = tickets.read(secret, purpose, form.ticket.data or "")
    typed = {question.key: request.form.getlist(f"q-{question.key}") for question in wave.version.questions}
    problems: dict[str, str] = {}
    if form.validate_on_submit():
        if ticket is not None:
            try:
                return _respond(wave, form, typed, ticket, board)
            except InvalidAnswersError as error:
                problems = {key: str(PROBLEMS[reason]) for key, reason in error.problems.items()}
        else:
            form.form_errors.append(_("这张问卷打开得太久了，请再按一次“提交”；您的回答都还在。"))
    if ticket is None:
        form.ticket.data = tickets.issue(secret, purpose)
    page = _page(
        "public/surveys/fill.html",
        wave,
        form=form,
        blocks=questions.asked(wave.version),
        typed=typed,
        problems=problems,
        text_limits=surveys.TEXT_LIMITS,
        has_codes=invites.are_out(db.session(), wave),
    )
    return (page, 422) if form.is_submitted() else page


@blueprint.get("/<slug>/thanks")
def thanks(slug: str) -> str:
    """Thank the respondent and say when the results will be there."""
    return _page("public/surveys/thanks.html", _wave(slug))


def open_waves_of(project: Project) -> list[Wave]:
    """Return the open waves that ask about a project's place."""
    today = services().today()
    waves = db.session.scalars(Wave.visible_to_residents().order_by(Wave.closes_on))
    return [wave for wave in waves if wave.is_open(today) and wave.division.covers(project.division)]


def _page(template: str, wave: Wave, **names: object) -> str:
    """Render a page about one wave, labelled where the wave is part of the invented county."""
    return render_template(template, wave=wave, shows_invented=wave.division.is_invented, **names)


def _respond(
    wave: Wave, form: SurveyForm, typed: dict[str, list[str]], ticket: str, board: Board | None
) -> BaseResponse:
    """Store the answers in one commit, by way of the board that led here, and remember that this device answered."""
    place = division_by_code(db.session(), form.place.data) if form.place.data else None
    wave_id, slug = wave.id, wave.slug
    channel = _channel(wave, board)
    if channel is None:
        raise NotOpenError
    at, by_board = services().clock(), board if channel is Channel.QR else None
    is_new = not surveys.has_responded(db.session(), wave_id, ticket)
    try:
        surveys.respond(
            db.session(),
            wave,
            typed,
            ticket=ticket,
            channel=channel,
            at=at,
            division=place,
            board=by_board,
            flags=too_fast_flags(wave, f"wave:{wave_id}", form.ticket.data, typed),
        )
        if by_board is not None and is_new:
            board_alarms.note_arrival(db.session(), wave, by_board, at)
        db.session.commit()
    except IntegrityError:
        # The same form may arrive twice at the same moment.
        db.session.rollback()
        if not surveys.has_responded(db.session(), wave_id, ticket):
            raise
    session["answered"] = sorted({*session.get("answered", []), wave_id})[-20:]
    session.permanent = True
    return redirect(url_for(".thanks", slug=slug))


def _channel(wave: Wave, board: Board | None) -> Channel | None:
    """Return the channel that answers given here come by, or None where the wave takes none on the web."""
    wanted = (Channel.QR, Channel.WEB) if board else (Channel.WEB,)
    return next((channel for channel in wanted if channel.value in wave.channels), None)


def too_fast_flags(wave: Wave, purpose: str, signed: str | None, typed: dict[str, list[str]]) -> list[str]:
    """Return the registered rule that answering so fast breaks, or nothing. How long it took is not kept.

    ``purpose`` is that of the form's ``signed`` ticket, which was made when the questions were opened.
    """
    seconds = tickets.age(services().secret, purpose, signed or "")
    answered = sum(any(value.strip() for value in values) for values in typed.values())
    rule = QualityRule.TOO_FAST
    return [rule.value] if is_too_fast(wave, rule, seconds, answered) else []


def _was_stored(wave: Wave, signed: str) -> bool:
    """Whether this form's answers came in while the wave was open: a late retry is thanked, not turned away."""
    ticket = tickets.read(services().secret, f"wave:{wave.id}", signed)
    query = sa.select(Response.id).where(Response.wave_id == wave.id, Response.ticket == ticket)
    return ticket is not None and db.session.scalar(query) is not None


def _wave(slug: str) -> Wave:
    """Return a published wave, or answer 404."""
    asked = selectinload(Wave.version).selectinload(QuestionnaireVersion.questions).selectinload(Question.options)
    wave = db.session.scalar(Wave.visible_to_residents().options(asked).where(Wave.slug == slug))
    if wave is None:
        abort(404)
    return wave
