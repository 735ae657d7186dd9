"""Calls: announce a round, read what comes in, put like to like, say what becomes of each group, and close it."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs, require
from admin.casework.suggestion_forms import StepForm
from admin.participation.call_forms import (
    CallForm,
    CloseCallForm,
    ExpertForm,
    ExtendCallForm,
    GroupingForm,
    IdeaReviewForm,
    OutcomeForm,
)
from minsheng.accounts.staff import Permission
from minsheng.casework.cases import Prominence
from minsheng.database import db
from minsheng.errors import NotAllowedError, WrongStateError
from minsheng.participation import call_acts, call_outcomes, calls, similar_ideas
from minsheng.participation.call_ideas import CallIdea, GroupOutcome, IdeaGroup
from minsheng.participation.calls import Call, CallState
from minsheng.records.documents import Document
from minsheng.records.indicators import Indicator
from minsheng.records.places import Division, division_by_code, division_ids_within
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.publication import Origin
from pages import tickets
from pages.forms import Form
from pages.language import gettext as _
from pages.services import services

blueprint = Blueprint("calls", __name__, url_prefix="/calls")
UNREADABLE = 422
READERS = (Permission.RUN_CALL, Permission.REVIEW_SUGGESTION)
EXPERT = "expert answer"
MOST_LISTED = 200


@blueprint.get("/")
@needs(*READERS)
def index() -> ResponseReturnValue:
    """List the rounds within one's part, the newest first."""
    found = [call for call in db.session.scalars(sa.select(Call).order_by(Call.opens_at.desc())) if _may_read(call)]
    return render_template(
        "admin/calls/index.html",
        calls=found,
        counts={call.id: call_outcomes.counts_of(db.session(), call) for call in found},
        at=services().clock(),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.RUN_CALL)
def new() -> ResponseReturnValue:
    """Write a round as a draft."""
    form = CallForm(_places(), _documents())
    if not form.validate_on_submit():
        page = render_template("admin/calls/edit.html", form=form, call=None)
        return (page, UNREADABLE) if form.is_submitted() else page
    return _save(Call(state=CallState.DRAFT), form)


@blueprint.route("/<slug>/edit", methods=["GET", "POST"])
@needs(Permission.RUN_CALL)
def edit(slug: str) -> ResponseReturnValue:
    """Change a draft. Raises ``WrongStateError`` once it is public: then only its end may move."""
    call = _call(slug, Permission.RUN_CALL)
    if call.state is not CallState.DRAFT:
        raise WrongStateError("edit", call.state)
    form = CallForm(_places(), _documents(call), call)
    if not form.validate_on_submit():
        page = render_template("admin/calls/edit.html", form=form, call=call)
        return (page, UNREADABLE) if form.is_submitted() else page
    return _save(call, form)


@blueprint.get("/<slug>")
@needs(*READERS)
def show(slug: str) -> ResponseReturnValue:
    """Show a round with everything that waits in it."""
    return _page(_call(slug, *READERS))


@blueprint.post("/<slug>/publish")
@needs(Permission.RUN_CALL)
def publish(slug: str) -> ResponseReturnValue:
    """Announce a round."""
    call = _call(slug, Permission.RUN_CALL)
    call_acts.publish(db.session(), call, current_staff().post, services().clock())
    return _done(call, _("已公布。到开始那天自动开放。"))


@blueprint.post("/<slug>/extend")
@needs(Permission.RUN_CALL)
def extend(slug: str) -> ResponseReturnValue:
    """Move the end before it has come, with a public reason."""
    call = _call(slug, Permission.RUN_CALL)
    form = ExtendCallForm()
    if not form.validate_on_submit():
        return _page(call, extend_form=form), UNREADABLE
    if form.ends_at <= call.closes_at:
        form.until.errors = [_("要晚于现在的截止日期")]
        return _page(call, extend_form=form), UNREADABLE
    reason = form.extension_reason.data or ""
    call_acts.extend(db.session(), call, form.ends_at, reason, current_staff().post, services().clock())
    return _done(call, _("已延长，理由登在征集页面上。"))


@blueprint.route("/ideas/<int:idea_id>", methods=["GET", "POST"])
@needs(*READERS)
def idea(idea_id: int) -> ResponseReturnValue:
    """Read an idea, and decide whether everybody may read it or why it is not treated as one."""
    found = db.session.get(CallIdea, idea_id, with_for_update=request.method == "POST")
    if found is None:
        abort(404)
    if not _may_read(found.call):
        raise NotAllowedError
    form = IdeaReviewForm(found)
    if not form.validate_on_submit():
        page = render_template("admin/calls/idea.html", idea=found, call=found.call, form=form)
        return (page, UNREADABLE) if form.is_submitted() else page
    actor, at = current_staff().post, services().clock()
    if form.set_aside is not None:
        call_acts.put_aside(db.session(), found, form.set_aside, actor, at)
    else:
        words = "\n".join((form.words.data or "").splitlines())
        title = form.title.data or ""
        call_acts.review(db.session(), found, is_public=form.is_public, title=title, words=words, actor=actor, at=at)
    following = _next_unread(found)
    if following is None:
        return _done(found.call, _("已审核。没有别的等着审核了。"))
    db.session.commit()
    flash(_("已审核，这是下一条。"), "good")
    return redirect(url_for(".idea", idea_id=following))


@blueprint.post("/<slug>/group")
@needs(Permission.RUN_CALL)
def group(slug: str) -> ResponseReturnValue:
    """Put ideas into a group, a known or a new one."""
    call = _call(slug, Permission.RUN_CALL)
    waiting = _loose(call)
    form = GroupingForm(waiting, call.groups)
    if not form.validate_on_submit():
        return _page(call, grouping_form=form), UNREADABLE
    chosen = next((one for one in call.groups if str(one.id) == form.group.data), None)
    if chosen is None:
        title = form.title.data or ""
        chosen = call_acts.make_group(db.session(), call, title, current_staff().post, services().clock())
    call_acts.put_into(db.session(), chosen, [one for one in waiting if one.id in (form.ideas.data or [])])
    return _done(call, _("已放进“%(group)s”。", group=chosen.title))


@blueprint.route("/groups/<int:group_id>", methods=["GET", "POST"])
@needs(Permission.RUN_CALL)
def outcome(group_id: int) -> ResponseReturnValue:
    """Publish what becomes of a group."""
    found = db.session.get(IdeaGroup, group_id, with_for_update=request.method == "POST")
    if found is None:
        abort(404)
    require(Permission.RUN_CALL, found.call.division, None)
    projects = _projects(found.call)
    form = OutcomeForm(found, projects, _indicators(projects))
    if not form.validate_on_submit():
        page = render_template("admin/calls/outcome.html", group=found, call=found.call, form=form)
        return (page, UNREADABLE) if form.is_submitted() else page
    project = db.session.get(Project, int(form.project.data)) if form.project.data else None
    indicator = db.session.get(Indicator, int(form.indicator.data)) if form.indicator.data else None
    if indicator is not None and project is not None and indicator.project_id != project.id:
        form.indicator.errors = [_("这个目标不是所选项目的")]
        return render_template("admin/calls/outcome.html", group=found, call=found.call, form=form), UNREADABLE
    call_acts.decide(
        db.session(),
        found,
        GroupOutcome(form.outcome.data),
        form.reason.data or "",
        current_staff().post,
        services().clock(),
        project=project,
        indicator=indicator,
    )
    return _done(found.call, _("“%(group)s”的结果已公布。", group=found.title))


@blueprint.post("/ideas/<int:idea_id>/ungroup")
@needs(Permission.RUN_CALL)
def ungroup(idea_id: int) -> ResponseReturnValue:
    """Take an idea out of its group again."""
    found = db.session.get(CallIdea, idea_id, with_for_update=True)
    if found is None:
        abort(404)
    require(Permission.RUN_CALL, found.call.division, None)
    found.take_out()
    return _done(found.call, _("已从组里拿出来。"))


@blueprint.post("/<slug>/experts")
@needs(Permission.RUN_CALL)
def experts(slug: str) -> ResponseReturnValue:
    """Publish an expert's answer, marked as one."""
    call = _call(slug, Permission.RUN_CALL)
    form = ExpertForm()
    ticket = tickets.read(services().secret, EXPERT, form.ticket.data or "")
    if not form.validate_on_submit() or ticket is None:
        return _page(call, expert_form=form), UNREADABLE
    call_acts.add_expert_answer(
        db.session(),
        call,
        form.expert_title.data or "",
        form.headline.data or "",
        "\n".join((form.text.data or "").splitlines()),
        ticket,
        current_staff().post,
        services().clock(),
    )
    return _done(call, _("专家意见已公开，标明是专家意见。"))


@blueprint.post("/<slug>/close")
@needs(Permission.RUN_CALL)
def close(slug: str) -> ResponseReturnValue:
    """Publish what came of the round as a whole, once each idea has an outcome."""
    call = _call(slug, Permission.RUN_CALL)
    form = CloseCallForm()
    if not form.validate_on_submit():
        return _page(call, close_form=form), UNREADABLE
    words = "\n".join((form.outcome_words.data or "").splitlines())
    try:
        call_acts.close(db.session(), call, words, current_staff().post, services().clock())
    except calls.OutcomesMissingError as error:
        form.outcome_words.errors = [
            _(
                "还有 %(ideas)s 条没归组、%(groups)s 组没有结果、%(held)s 条在“待核来信”里，先办完再公布",
                ideas=error.ideas,
                groups=error.groups,
                held=error.held,
            )
        ]
        return _page(call, close_form=form), UNREADABLE
    return _done(call, _("结果已公布。"))


def _call(slug: str, *permissions: Permission) -> Call:
    """Return a round within one's part, or answer 404; raise ``NotAllowedError`` for another's."""
    query = sa.select(Call).where(Call.slug == slug)
    call = db.session.scalar(query.with_for_update() if request.method == "POST" else query)
    if call is None:
        abort(404)
    if not any(current_staff().may_on(one, call.division, None) for one in permissions):
        raise NotAllowedError
    return call


def _may_read(call: Call) -> bool:
    return any(current_staff().may_on(one, call.division, None) for one in READERS)


def _save(call: Call, form: CallForm) -> ResponseReturnValue:
    place = division_by_code(db.session(), form.place.data)
    if place is None:
        abort(404)
    require(Permission.RUN_CALL, place, None)
    known = calls.by_slug(db.session(), form.slug.data or "")
    if known is not None and known is not call:
        form.slug.errors = [_("这个网址名已经用过，请换一个")]
        return render_template("admin/calls/edit.html", form=form, call=call if call.id else None), UNREADABLE
    form.fill(call, place, db.session.get(Document, int(form.document.data)) if form.document.data else None)
    db.session.add(call)
    return _done(call, _("草稿已保存，居民还看不到。"))


def _places() -> list[Division]:
    """Return the places for which one may run a round: those with own programmes, and what lies below."""
    own = sa.select(Project.division_id).where(Project.origin == Origin.OWN).distinct()
    found = db.session.scalars(sa.select(Division).where(Division.id.in_(own)).order_by(Division.code)).all()
    above = {one.id: one for place in found for one in place.chain}
    listed = [one for one in above.values() if current_staff().may_on(Permission.RUN_CALL, one, None)]
    return sorted(listed, key=lambda one: one.code)


def _documents(call: Call | None = None) -> Sequence[Document]:
    """Return the public files that a round may ask about, the newest first, and the one that it names already."""
    query = Document.visible_to_residents().order_by(Document.published_at.desc(), Document.id.desc())
    own = query.where(sa.or_(Project.origin == Origin.OWN, Programme.origin == Origin.OWN)).limit(MOST_LISTED)
    listed = [one for one in db.session.scalars(own) if current_staff().may_on(Permission.RUN_CALL, one.division, None)]
    named = call.document if call else None
    return listed if named is None or named in listed else [named, *listed]


def _projects(call: Call) -> list[Project]:
    """Return what an idea may have become: own projects of the place and below, drafts too, the newest first."""
    query = sa.select(Project).where(
        Project.origin == Origin.OWN, Project.division_id.in_(division_ids_within(call.division.path))
    )
    if call.year is not None:
        query = query.where(Project.year >= call.year - 1)
    return list(db.session.scalars(query.order_by(Project.year.desc(), Project.id).limit(MOST_LISTED)))


def _indicators(projects: list[Project]) -> list[Indicator]:
    ids = [project.id for project in projects]
    query = sa.select(Indicator).where(Indicator.project_id.in_(ids), Indicator.whole_id.is_(None))
    return list(db.session.scalars(query.order_by(Indicator.project_id, Indicator.position)))


def _loose(call: Call) -> list[CallIdea]:
    """Return the ideas that wait for a group."""
    query = sa.select(CallIdea).where(
        CallIdea.call_id == call.id, CallIdea.group_id.is_(None), CallIdea.set_aside.is_(None)
    )
    return list(db.session.scalars(query.order_by(CallIdea.id)))


def _next_unread(idea: CallIdea) -> int | None:
    """Return the next idea of the round that nobody has read."""
    return db.session.scalar(
        sa.select(CallIdea.id)
        .where(CallIdea.call_id == idea.call_id, CallIdea.prominence == Prominence.UNREVIEWED)
        .order_by(CallIdea.id)
        .limit(1)
    )


def _done(call: Call, message: str) -> ResponseReturnValue:
    db.session.commit()
    flash(message, "good")
    return redirect(url_for(".show", slug=call.slug))


def _page(
    call: Call,
    *,
    extend_form: Form | None = None,
    grouping_form: Form | None = None,
    expert_form: ExpertForm | None = None,
    close_form: Form | None = None,
) -> str:
    at = services().clock()
    everything = list(db.session.scalars(sa.select(CallIdea).where(CallIdea.call_id == call.id).order_by(CallIdea.id)))
    loose = [one for one in everything if one.group_id is None and one.set_aside is None]
    liked = next((one for one in loose if one.id == request.args.get("like", type=int)), None)
    order = [(liked, True), *similar_ideas.most_like(liked, loose)] if liked else [(one, False) for one in loose]
    experts_form = expert_form or ExpertForm(formdata=None)
    if not tickets.read(services().secret, EXPERT, experts_form.ticket.data or ""):
        experts_form.ticket.data = tickets.issue(services().secret, EXPERT)
    may_run = current_staff().may_on(Permission.RUN_CALL, call.division, None)
    return render_template(
        "admin/calls/show.html",
        call=call,
        at=at,
        may_run=may_run,
        may_extend=may_run and call.state is CallState.PUBLISHED and at < call.closes_at,
        may_close=may_run and call.state is CallState.PUBLISHED and at >= call.closes_at,
        counts=call_outcomes.counts_of(db.session(), call),
        unread=[one for one in everything if one.prominence is Prominence.UNREVIEWED],
        order=order,
        liked=liked,
        proposed=similar_ideas.proposed_groups(everything, call.groups),
        members={each.id: [one for one in everything if one.group_id == each.id] for each in call.groups},
        step_form=StepForm(formdata=None),
        extend_form=extend_form or ExtendCallForm(formdata=None),
        grouping_form=grouping_form or GroupingForm(loose, call.groups, formdata=None),
        expert_form=experts_form,
        close_form=close_form or CloseCallForm(formdata=None),
    )
