"""Calls: read what is asked for, send an idea without an account, see what became of it."""

import sqlalchemy as sa
from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response as BaseResponse
from wtforms import StringField

from minsheng import codes
from minsheng.casework.held_letters import HeldLetter
from minsheng.clock import local_date
from minsheng.database import db
from minsheng.exporting import csv_guard
from minsheng.participation import call_outcomes
from minsheng.participation.call_ideas import CallIdea, IdeaGroup
from minsheng.participation.calls import Call, CallState
from pages.forms import Form, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.limits import limiter
from pages.services import services
from public.participation import idea_sending

blueprint = Blueprint("calls", __name__, url_prefix="/calls")
PAGE_SIZE = 30
blueprint.add_url_rule("/<slug>/new", view_func=idea_sending.new, methods=("GET", "POST"))
COLUMNS = ("received_on", "source", "expert", "place", "title", "words", "group", "outcome", "reason", "project")


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
    call, at = idea_sending.call_of(slug), services().clock()
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
    call = idea_sending.call_of(slug)
    query = CallIdea.visible_to_residents().where(CallIdea.call_id == call.id).order_by(CallIdea.id)
    ideas = db.session.scalars(
        query.options(selectinload(CallIdea.group).selectinload(IdeaGroup.project), selectinload(CallIdea.division))
    )
    response = Response(csv_guard.lines([COLUMNS, *(_cells(idea) for idea in ideas)]), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="ideas-{call.slug}.csv"'
    return response


@blueprint.route("/follow", methods=["GET", "POST"])
@limiter.limit("30 per hour; 10 per minute", methods=["POST"])
def follow() -> str | BaseResponse | tuple[str, int]:
    """Ask for the tracking code and lead to the idea."""
    form = CodeForm()
    if not form.validate_on_submit():
        page = render_template("public/calls/follow.html", form=form)
        return (page, 422) if form.is_submitted() else page
    code = codes.normalise(form.code.data or "")
    if code is None or idea_sending.idea_of(code) is None:
        form.code.errors = [_("没有找到这个查询码。请对照回执再看一遍：不分大小写，没有 0、1、I、O、Z。")]
        return render_template("public/calls/follow.html", form=form), 422
    return redirect(url_for(".followed", code=code))


@blueprint.get("/follow/<code>")
@limiter.limit("60 per hour; 20 per minute")
def followed(code: str) -> str:
    """Show the sender their idea: whether it was read, which group it is in, and what became of it."""
    normal = codes.normalise(code)
    idea = idea_sending.idea_of(normal)
    if idea is None or idea.call is None:
        abort(404)
    return render_template(
        "public/calls/followed.html",
        idea=idea,
        is_held=isinstance(idea, HeldLetter),
        call=idea.call,
        code=normal,
        is_receipt="sent" in request.args,
        shows_invented=idea.call.division.is_invented,
    )


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
