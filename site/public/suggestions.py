"""Suggestions: read the published ones, send one without an account, follow it by its code, judge the reply."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField

from minsheng import casework, codes, publishing, suggestions
from minsheng.boards import Board
from minsheng.cases import CaseState, Rating, SuggestionKind
from minsheng.database import db
from minsheng.places import Division, division_by_code
from minsheng.programmes import Programme
from minsheng.projects import Project
from minsheng.publication import Origin, Publication
from minsheng.suggestions import Letter, Suggestion
from pages import tickets
from pages.forms import Form, length, required
from pages.language import lazy_gettext as _l
from pages.limits import limiter
from pages.services import services
from pages.words import word
from public import boards

blueprint = Blueprint("suggestions", __name__, url_prefix="/suggestions")
PAGE_SIZE = 20
PURPOSE = "suggestion"
OPEN_STATES = (CaseState.RECEIVED, CaseState.ACCEPTED, CaseState.HANDED_OVER, CaseState.DISPUTED)


class SuggestionForm(Form):
    """What a sender fills in; only the words are required."""

    ticket = HiddenField()
    project = HiddenField()
    board = HiddenField()
    kind = RadioField(_l("您想说的是"), validators=[required(_l("请选一项"))])
    place = SelectField(_l("说的是哪个地方"))
    words = TextAreaField(_l("您想说的话"), validators=[required(_l("请写下您想说的话")), length(least=5, most=2000)])
    contact = StringField(_l("联系方式"), validators=[length(most=100)])
    consent_to_publish = BooleanField(_l("同意把内容（隐去个人信息后）公开在网站上"))
    homepage = StringField(_l("个人主页"))

    def __init__(self, places: list[Division], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = [(kind.value, word(kind)) for kind in SuggestionKind]
        self.place.choices = [("", str(_l("不限 / 说不准"))), *((place.code, place.name) for place in places)]
        self.place.validators = []


class CodeForm(Form):
    """The tracking code, typed by hand."""

    code = StringField(_l("查询码"), validators=[required(_l("请填写查询码"))])


class RatingForm(Form):
    """The sender's judgement of a reply."""

    rating = RadioField(_l("您对答复满意吗"), validators=[required(_l("请选一项"))])
    words = TextAreaField(_l("补充说明"), validators=[length(most=1000)])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rating.choices = [(rating.value, word(rating)) for rating in Rating]


class DisputeForm(Form):
    """Why the reply does not settle the matter."""

    dispute = TextAreaField(
        _l("哪里没有解决"), validators=[required(_l("请写明哪里没有解决")), length(least=5, most=1000)]
    )


@blueprint.get("/")
def index() -> str:
    """List the published cases, newest first, with the open arithmetic of all cases."""
    page = max(request.args.get("page", 1, type=int), 1)
    chosen = {name: request.args.get(name, "") for name in ("kind", "state", "project")}
    query = Suggestion.visible_to_residents().options(
        selectinload(Suggestion.agency), selectinload(Suggestion.project), selectinload(Suggestion.division)
    )
    if chosen["kind"] in set(SuggestionKind):
        query = query.where(Suggestion.kind == SuggestionKind(chosen["kind"]))
    if chosen["project"]:
        query = query.join(Suggestion.project).where(Project.slug == chosen["project"])
    if chosen["state"] == "open":
        query = query.where(Suggestion.state.in_(OPEN_STATES))
    elif chosen["state"] == "answered":
        query = query.where(Suggestion.state.not_in(OPEN_STATES))
    total = db.session.scalar(sa.select(sa.func.count()).select_from(query.order_by(None).subquery())) or 0
    pages = max(-(-total // PAGE_SIZE), 1)
    page = min(page, pages)
    cases = db.session.scalars(
        query.order_by(Suggestion.received_at.desc()).offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE)
    ).all()
    today = services().today()
    return render_template(
        "public/suggestions/index.html",
        cases=cases,
        total=total,
        page=page,
        pages=pages,
        chosen=chosen,
        kinds=list(SuggestionKind),
        counts=casework.count(db.session(), today),
        by_agency=casework.counts_by_agency(db.session(), today),
        today=today,
        shows_invented=any(case.division and case.division.is_invented for case in cases),
    )


@blueprint.get("/<int(max=2147483647):case_id>")
def show(case_id: int) -> str:
    """Show one published case with its clock and steps."""
    case = db.session.scalar(Suggestion.visible_to_residents().where(Suggestion.id == case_id))
    if case is None:
        abort(404)
    return render_template(
        "public/suggestions/case.html", case=case, today=services().today(), shows_invented=_is_invented(case)
    )


@blueprint.route("/new", methods=["GET", "POST"])
@limiter.limit("20 per hour; 6 per minute", methods=["POST"])
def new() -> str | BaseResponse | tuple[str, int]:
    """Take a suggestion; a second sending of the same form leads to the same receipt."""
    places = _places()
    form = SuggestionForm(places)
    project = _project(form.project.data if form.is_submitted() else request.args.get("project", ""))
    board = boards.arrived_at(project) if project or not form.project.data else None
    project = project or (board.project if board else None)
    form.project.data = project.slug if project else ""
    form.board.data = board.code if board else ""
    secret = services().secret
    ticket = tickets.read(secret, PURPOSE, form.ticket.data or "")
    if form.is_submitted() and form.validate() and _is_human(form):
        if ticket is not None and not _was_for_other_words(form, ticket):
            return _submit_once(form, project, board, ticket)
        ticket = None
        form.form_errors.append(str(_l("这张表单放得太久了，请再按一次“提交”；您填写的内容都还在。")))
    if ticket is None:
        form.ticket.data = tickets.issue(secret, PURPOSE)
    if not form.is_submitted():
        form.place.data = request.args.get("place", "")
    page = render_template(
        "public/suggestions/new.html",
        form=form,
        project=project,
        board=board,
        shows_invented=any(place.is_invented for place in places),
    )
    return (page, 422) if form.is_submitted() else page


@blueprint.route("/follow", methods=["GET", "POST"])
@limiter.limit("30 per hour; 10 per minute", methods=["POST"])
def follow() -> str | BaseResponse | tuple[str, int]:
    """Ask for the tracking code and lead to the case."""
    form = CodeForm()
    if not form.validate_on_submit():
        page = render_template("public/suggestions/follow.html", form=form)
        return (page, 422) if form.is_submitted() else page
    code = codes.normalise(form.code.data or "")
    if code is None or suggestions.by_code(db.session(), code) is None:
        form.code.errors = [str(_l("没有找到这个查询码。请对照回执再看一遍：不分大小写，没有 0、1、I、O、Z。"))]
        return render_template("public/suggestions/follow.html", form=form), 422
    return redirect(url_for(".followed", code=code))


@blueprint.get("/follow/<code>")
@limiter.limit("60 per hour; 20 per minute")
def followed(code: str) -> str:
    """Show the sender their case: where it stands, what was answered, and how to judge the answer."""
    case = _followed_case(code)
    return _followed_page(case, code, RatingForm(), DisputeForm())


@blueprint.post("/follow/<code>/rate")
@limiter.limit("60 per hour")
def rate(code: str) -> BaseResponse | tuple[str, int]:
    """Take the sender's judgement of the reply."""
    case = _followed_case(code)
    form = RatingForm()
    if not form.validate_on_submit():
        return _followed_page(case, code, form, DisputeForm(formdata=None)), 422
    at = services().clock()
    case.rate(Rating(form.rating.data), form.words.data or "", at)
    publishing.record_suggestion(db.session(), case, "suggestion_rated", "", at)
    db.session.commit()
    return redirect(url_for(".followed", code=code))


@blueprint.post("/follow/<code>/dispute")
@limiter.limit("60 per hour")
def dispute(code: str) -> BaseResponse | tuple[str, int]:
    """Take the sender's one objection, which reopens the case with the supervising office."""
    case = _followed_case(code)
    form = DisputeForm()
    if not form.validate_on_submit():
        return _followed_page(case, code, RatingForm(formdata=None), form), 422
    at = services().clock()
    case.dispute(form.dispute.data or "", at, services().case_clock)
    publishing.record_suggestion(db.session(), case, "suggestion_disputed", "", at)
    db.session.commit()
    return redirect(url_for(".followed", code=code))


def _submit_once(form: SuggestionForm, project: Project | None, board: Board | None, ticket: str) -> BaseResponse:
    """Lead to the receipt of the case, whoever stored it: the same form may arrive twice at the same moment."""
    code = codes.tracking_code(services().secret, PURPOSE, ticket)
    try:
        _submit(form, project, board, ticket, code)
    except IntegrityError:
        db.session.rollback()
        if suggestions.by_code(db.session(), code) is None:
            raise
    return redirect(url_for(".followed", code=code, sent=1))


def _submit(form: SuggestionForm, project: Project | None, board: Board | None, ticket: str, code: str) -> None:
    """Store the case in one commit."""
    known = services()
    contact = (form.contact.data or "").strip()
    at = known.clock()
    is_new = suggestions.by_code(db.session(), code) is None
    case = suggestions.submit(
        db.session(),
        Letter(
            kind=SuggestionKind(form.kind.data),
            words=form.words.data or "",
            consent_to_publish=bool(form.consent_to_publish.data),
            project=project,
            board=board,
            division=division_by_code(db.session(), form.place.data) if form.place.data else None,
        ),
        ticket=ticket,
        code=code,
        at=at,
        clock=known.case_clock,
        seal=(lambda record: known.contacts.seal(contact, record)) if contact else None,
    )
    if is_new:
        publishing.record_suggestion(db.session(), case, "suggestion_received", "", at)
    db.session.commit()


def _was_for_other_words(form: SuggestionForm, ticket: str) -> bool:
    """Whether the ticket has made a case of other words: somebody went back, wrote anew and sent again.

    To take that for the same letter would lose it, and show whoever wrote it another's receipt.
    """
    made = suggestions.by_code(db.session(), codes.tracking_code(services().secret, PURPOSE, ticket))
    return made is not None and made.words != (form.words.data or "").strip()


def _followed_case(code: str) -> Suggestion:
    """Return the case of a code in its standard form, or answer 404."""
    normal = codes.normalise(code)
    case = suggestions.by_code(db.session(), normal) if normal else None
    if case is None:
        abort(404)
    if request.method == "POST":
        db.session.refresh(case, with_for_update=True)
    return case


def _followed_page(case: Suggestion, code: str, rating_form: RatingForm, dispute_form: DisputeForm) -> str:
    return render_template(
        "public/suggestions/followed.html",
        case=case,
        code=code,
        is_receipt="sent" in request.args,
        rating_form=rating_form,
        dispute_form=dispute_form,
        today=services().today(),
        shows_invented=_is_invented(case),
    )


def _is_invented(case: Suggestion) -> bool:
    """Whether the case belongs to the invented sample county."""
    return case.division is not None and case.division.is_invented


def _is_human(form: SuggestionForm) -> bool:
    """Whether the trap field was left empty; a person whose browser filled it in is told so."""
    if not form.homepage.data:
        return True
    form.homepage.errors = [str(_l("这一栏请留空"))]
    return False


def _project(slug: str | None) -> Project | None:
    """Return the project a suggestion may be about, or None."""
    if not slug:
        return None
    project = db.session.scalar(Project.visible_to_residents().where(Project.slug == slug))
    return project if project is not None and project.takes_suggestions else None


def _places() -> list[Division]:
    """Return the places of this installation's own programmes and their townships."""
    own = (
        sa.select(Programme.division_id)
        .where(Programme.origin == Origin.OWN, Programme.publication == Publication.PUBLISHED)
        .distinct()
    )
    query = sa.select(Division).where(sa.or_(Division.id.in_(own), Division.parent_id.in_(own)))
    return list(db.session.scalars(query.order_by(Division.code)))
