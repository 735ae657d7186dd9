"""Answering with a one-time code: the code, then the questions, then thanks; the code never stands in an address."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response as BaseResponse
from wtforms import HiddenField, StringField

from minsheng.database import db
from minsheng.errors import InvalidAnswersError
from minsheng.surveying import call_progress, invites, surveys
from minsheng.surveying.invites import InvalidCodeError
from minsheng.surveying.questionnaires import Question, QuestionnaireVersion
from minsheng.surveying.surveys import Channel, Wave
from pages import questions, tickets
from pages.forms import Form, length, required
from pages.language import lazy_gettext as _l
from pages.limits import limiter
from pages.services import services
from public.surveying.surveys import PROBLEMS, too_fast_flags

blueprint = Blueprint("invites", __name__, url_prefix="/surveys")
UNREADABLE = 422
LONGEST_CODE = 40
CODE_PROBLEMS = {
    "mistyped": _l("这个码有一处不对：应是 12 位字母和数字，请对照信上的再看一遍"),
    "unknown": _l("没有这个码。请对照信上的再看一遍，或者打信上的电话问一问"),
    "other_wave": _l("这个码是另一次调查的，不能在这里用"),
    "used": _l("这个码已经用过了。一个码只能答一次；如果不是您用的，请打信上的电话告诉我们"),
}


class CodeForm(Form):
    """A code as it stands in the letter."""

    code = StringField(_l("答题码"), [required(_l("请填信上的答题码")), length(-1, LONGEST_CODE)])
    ticket = HiddenField()


@blueprint.route("/<slug>/code", methods=["GET", "POST"])
@limiter.limit("60 per hour; 10 per minute", methods=["POST"])
def enter(slug: str) -> str | BaseResponse | tuple[str, int]:
    """Ask for the code; show the questions to whoever has one; take the answers and use the code up."""
    wave = _wave(slug)
    today = services().today()
    form = CodeForm()
    secret, purpose = services().secret, f"invite:{wave.id}"
    ticket = tickets.read(secret, purpose, form.ticket.data or "")
    if ticket is not None and surveys.has_responded(db.session(), wave.id, ticket):
        return redirect(url_for("public.surveys.thanks", slug=slug))
    if not wave.is_open(today):
        page = render_template(
            "public/surveys/not_open.html", wave=wave, today=today, shows_invented=wave.division.is_invented
        )
        return page, 409 if request.method == "POST" else 200
    if not form.validate_on_submit() or not _admits(wave, form):
        page = _page("public/surveys/code.html", wave, form=form)
        return (page, UNREADABLE) if form.is_submitted() else page
    typed = {question.key: request.form.getlist(f"q-{question.key}") for question in wave.version.questions}
    problems: dict[str, str] = {}
    if ticket is not None:
        try:
            flags = too_fast_flags(wave, purpose, form.ticket.data, typed)
            return _answer(wave, str(form.code.data), typed, ticket, flags)
        except InvalidAnswersError as error:
            db.session.rollback()
            problems = {key: str(PROBLEMS[reason]) for key, reason in error.problems.items()}
            wave = _wave(slug)
    else:
        form.ticket.data = tickets.issue(secret, purpose)
    page = _page(
        "public/surveys/code_fill.html",
        wave,
        form=form,
        blocks=questions.asked(wave.version),
        typed=typed,
        problems=problems,
        text_limits=surveys.TEXT_LIMITS,
    )
    return (page, UNREADABLE) if problems else page


def _admits(wave: Wave, form: CodeForm) -> bool:
    """Whether the code admits to this wave; else the reason stands beside its field."""
    try:
        invites.find(db.session(), wave, str(form.code.data))
    except InvalidCodeError as error:
        form.code.errors = [CODE_PROBLEMS[error.reason]]
        return False
    return True


def _answer(
    wave: Wave, code: str, typed: dict[str, list[str]], ticket: str, flags: list[str]
) -> BaseResponse | tuple[str, int]:
    """Store the answers and use the code up in one commit; of two who send the same code, the second is told."""
    slug = wave.slug
    try:
        response = invites.answer(db.session(), wave, code, typed, ticket=ticket, at=services().clock(), flags=flags)
        if response.channel is Channel.PHONE:
            call_progress.keep_dispositions(db.session(), wave, Channel.PHONE)
        db.session.commit()
    except InvalidCodeError as error:
        db.session.rollback()
        form = CodeForm()
        form.code.errors = [CODE_PROBLEMS[error.reason]]
        return _page("public/surveys/code.html", _wave(slug), form=form), UNREADABLE
    except IntegrityError:
        # The same form may arrive twice at the same moment.
        db.session.rollback()
        if not surveys.has_responded(db.session(), _wave(slug).id, ticket):
            raise
    return redirect(url_for("public.surveys.thanks", slug=slug))


def _page(template: str, wave: Wave, **names: object) -> str:
    return render_template(template, wave=wave, shows_invented=wave.division.is_invented, **names)


def _wave(slug: str) -> Wave:
    """Return a published wave, or answer 404."""
    asked = selectinload(Wave.version).selectinload(QuestionnaireVersion.questions).selectinload(Question.options)
    wave = db.session.scalar(Wave.visible_to_residents().options(asked).where(Wave.slug == slug))
    if wave is None:
        abort(404)
    return wave
