"""Calls: read what is asked for, send an idea without an account, see what became of it."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField, ValidationError

from minsheng import call_acts, call_outcomes, calls, codes
from minsheng.calls import Call, CallIdea, CallState, IdeaGroup
from minsheng.clock import local_date
from minsheng.database import db
from minsheng.errors import NotOpenError
from minsheng.exporting import csv_guard
from minsheng.places import Division, division_by_code, division_ids_within
from pages import tickets
from pages.forms import Form, length, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.language import text_of
from pages.limits import limiter
from pages.services import services

blueprint = Blueprint("calls", __name__, url_prefix="/calls")
PAGE_SIZE = 30
PURPOSE = "call"
MOST_PLACES = 60
COLUMNS = ("received_on", "source", "expert", "place", "title", "words", "group", "outcome", "reason", "project")


class IdeaForm(Form):
    """What a sender fills in; only the words are required."""

    ticket = HiddenField()
    words = TextAreaField(_l("您的建议"), validators=[required(_l("请写下您的建议")), length(least=5, most=2000)])
    place = SelectField(_l("建议办在哪里"))
    consent_to_publish = BooleanField(_l("同意把内容（隐去个人信息后）公开在网站上"))
    homepage = StringField(_l("个人主页"))

    def __init__(self, places: list[Division], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.place.choices = [("", _("不限 / 说不准")), *((one.code, text_of(one, "name")) for one in places)]

    def validate_homepage(self, field: StringField) -> None:
        """Refuse what a robot filled in; a person whose browser did it is told so."""
        if field.data:
            raise ValidationError(_("这一栏请留空"))


class CodeForm(Form):
    """The tracking code of an idea, typed by hand."""

    code = StringField(_l("查询码"), validators=[required(_l("请填写查询码"))])


@blueprint.get("/")
def index() -> str:
    """List the rounds: those that take ideas, those to come, those that are being answered, and the finished."""
    at = services().clock()
    found = db.session.scalars(
        Call.visible_to_residents().options(selectinload(Call.division)).order_by(Call.closes_at.desc())
    ).all()
    return render_template(
        "public/calls/index.html",
        open_calls=[call for call in found if call.takes_ideas(at)],
        to_come=[call for call in found if call.is_to_come(at)],
        being_answered=[call for call in found if call.state is CallState.PUBLISHED and at >= call.closes_at],
        closed=[call for call in found if call.state is CallState.CLOSED],
        counts={call.id: call_outcomes.counts_of(db.session(), call) for call in found},
        today=services().today(),
        shows_invented=any(call.division.is_invented for call in found),
    )


@blueprint.get("/<slug>")
def show(slug: str) -> str:
    """Show one round: what is asked, until when, the outcomes by group, and the published ideas."""
    call, at = _call(slug), services().clock()
    query = CallIdea.visible_to_residents().where(CallIdea.call_id == call.id)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    pages = max(-(-total // PAGE_SIZE), 1)
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    newest = query.options(selectinload(CallIdea.group), selectinload(CallIdea.division)).order_by(
        CallIdea.source, CallIdea.received_at.desc(), CallIdea.id.desc()
    )
    return render_template(
        "public/calls/show.html",
        call=call,
        counts=call_outcomes.counts_of(db.session(), call),
        groups=_groups(call),
        ideas=db.session.scalars(newest.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE)).all(),
        page=page,
        pages=pages,
        total=total,
        takes_ideas=call.takes_ideas(at),
        is_to_come=call.is_to_come(at),
        today=services().today(),
        shows_invented=call.division.is_invented,
    )


@blueprint.get("/<slug>/ideas.csv")
def table(slug: str) -> Response:
    """Give the published ideas with their groups and outcomes as CSV in UTF-8 with a byte mark."""
    call = _call(slug)
    query = CallIdea.visible_to_residents().where(CallIdea.call_id == call.id).order_by(CallIdea.id)
    ideas = db.session.scalars(
        query.options(selectinload(CallIdea.group).selectinload(IdeaGroup.project), selectinload(CallIdea.division))
    )
    response = Response(csv_guard.lines([COLUMNS, *(_cells(idea) for idea in ideas)]), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="ideas-{call.slug}.csv"'
    return response


@blueprint.route("/<slug>/new", methods=["GET", "POST"])
@limiter.limit("20 per hour; 6 per minute", methods=["POST"])
def new(slug: str) -> str | BaseResponse | tuple[str, int]:
    """Take an idea; a second sending of the same form leads to the same receipt."""
    call = _call(slug)
    places = _places(call)
    form = IdeaForm(places)
    secret, purpose = services().secret, f"{PURPOSE}:{call.id}"
    ticket = tickets.read(secret, purpose, form.ticket.data or "")
    if not call.takes_ideas(services().clock()) and not form.is_submitted():
        return redirect(url_for(".show", slug=call.slug))
    if form.is_submitted() and form.validate():
        if ticket is not None and not _was_for_other_words(form, purpose, ticket):
            try:
                return _send_once(form, call, purpose, ticket)
            except NotOpenError:
                form.form_errors.append(_("征集的时间已经过了。您写的还在下面，可以复制了到“建议与答复”提出。"))
                return _form_page(form, call), 409
        ticket = None
        form.form_errors.append(_("这张表单放得太久了，请再按一次“提交”；您填写的内容都还在。"))
    if ticket is None:
        form.ticket.data = tickets.issue(secret, purpose)
    page = render_template(
        "public/calls/new.html",
        form=form,
        call=call,
        today=services().today(),
        shows_invented=call.division.is_invented,
    )
    return (page, 422) if form.is_submitted() else page


@blueprint.route("/follow", methods=["GET", "POST"])
@limiter.limit("30 per hour; 10 per minute", methods=["POST"])
def follow() -> str | BaseResponse | tuple[str, int]:
    """Ask for the tracking code and lead to the idea."""
    form = CodeForm()
    if not form.validate_on_submit():
        page = render_template("public/calls/follow.html", form=form)
        return (page, 422) if form.is_submitted() else page
    code = codes.normalise(form.code.data or "")
    if code is None or _by_code(code) is None:
        form.code.errors = [_("没有找到这个查询码。请对照回执再看一遍：不分大小写，没有 0、1、I、O、Z。")]
        return render_template("public/calls/follow.html", form=form), 422
    return redirect(url_for(".followed", code=code))


@blueprint.get("/follow/<code>")
@limiter.limit("60 per hour; 20 per minute")
def followed(code: str) -> str:
    """Show the sender their idea: whether it was read, which group it is in, and what became of it."""
    normal = codes.normalise(code)
    idea = _by_code(normal) if normal else None
    if idea is None:
        abort(404)
    return render_template(
        "public/calls/followed.html",
        idea=idea,
        call=idea.call,
        code=normal,
        is_receipt="sent" in request.args,
        shows_invented=idea.call.division.is_invented,
    )


def _form_page(form: IdeaForm, call: Call) -> str:
    return render_template("public/calls/new.html", form=form, call=call, shows_invented=call.division.is_invented)


def _call(slug: str) -> Call:
    """Return a round that residents may see, or answer 404."""
    call = calls.by_slug(db.session(), slug)
    if call is None or not call.is_public:
        abort(404)
    return call


def _groups(call: Call) -> list[tuple[IdeaGroup, list[CallIdea], int]]:
    """Return the groups that hold ideas: each with its published ideas and with how many it holds in all."""
    query = sa.select(CallIdea).where(CallIdea.call_id == call.id, CallIdea.group_id.is_not(None)).order_by(CallIdea.id)
    held: dict[int | None, list[CallIdea]] = {}
    for idea in db.session.scalars(query.options(selectinload(CallIdea.division))):
        held.setdefault(idea.group_id, []).append(idea)
    return [
        (group, [idea for idea in held[group.id] if idea.prominence == "public"], len(held[group.id]))
        for group in call.groups
        if group.id in held
    ]


def _cells(idea: CallIdea) -> tuple[str, ...]:
    group = idea.group
    project = group.public_project if group else None
    return (
        local_date(idea.received_at).isoformat(),
        idea.source.value,
        idea.expert_title,
        idea.division.full_name if idea.division else "",
        idea.public_title,
        idea.public_words,
        group.title if group else "",
        group.outcome.value if group and group.outcome else "",
        group.reason if group else "",
        project.slug if project else "",
    )


def _send_once(form: IdeaForm, call: Call, purpose: str, ticket: str) -> BaseResponse:
    """Lead to the receipt, whoever stored the idea: the same form may arrive twice at the same moment."""
    code = codes.tracking_code(services().secret, purpose, ticket)
    try:
        call_acts.submit(
            db.session(),
            call,
            form.words.data or "",
            consent_to_publish=bool(form.consent_to_publish.data),
            division=division_by_code(db.session(), form.place.data) if form.place.data else None,
            ticket=ticket,
            code=code,
            at=services().clock(),
        )
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        if _by_code(code) is None:
            raise
    return redirect(url_for(".followed", code=code, sent=1))


def _was_for_other_words(form: IdeaForm, purpose: str, ticket: str) -> bool:
    """Whether the ticket has made an idea of other words: somebody went back, wrote anew and sent again."""
    made = _by_code(codes.tracking_code(services().secret, purpose, ticket))
    return made is not None and made.words != (form.words.data or "").strip()


def _by_code(code: str) -> CallIdea | None:
    """Return the idea of a code in its standard form, or None."""
    return db.session.scalar(sa.select(CallIdea).where(CallIdea.code_hash == codes.code_hash(code)))


def _places(call: Call) -> list[Division]:
    """Return the place of the round and what lies below it."""
    within = sa.select(Division).where(Division.id.in_(division_ids_within(call.division.path)))
    return list(db.session.scalars(within.order_by(Division.code).limit(MOST_PLACES)))
