"""The record of each project: what it says, what is missing, and proposing to add, change or take away."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import selectinload

from admin.access import current_staff, needs
from admin.records.part_forms import PartForm, form_class, hint_of, step_refusal
from admin.records.part_gaps import gaps_of
from admin.records.part_rows import Wording
from admin.records.part_words import MISSING_WORDS, PART_HINTS, PART_WORDS, column_word
from admin.records.project_forms import NewProjectForm, StepForm
from minsheng.accounts.staff import Permission
from minsheng.database import Base, db
from minsheng.editorial import applying, drafting, record_changes
from minsheng.editorial.proposals import OPEN_STATES, Proposal, ProposalAction
from minsheng.editorial.record_changes import Change, found, may_remove, records_of
from minsheng.errors import IncompleteRecordError, InvalidValuesError, NotAllowedError
from minsheng.records.parts import PARTS, Part, values_of
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project, project_by_slug
from minsheng.records.publication import Origin, Publication
from pages.language import gettext as _
from pages.services import services

blueprint = Blueprint("projects", __name__, url_prefix="/projects")
UNREADABLE = 422
PAGE_SIZE = 30
FOLDED_OVER = 8
"""A part with more records than this is folded."""


@blueprint.get("/")
@needs(Permission.PROPOSE_PROJECT)
def index() -> ResponseReturnValue:
    """List the projects within the role's part, drafts first, by list, publication and a part of their title."""
    wanted = request.args.get("q", "").strip()[:80]
    state = {one.value: one for one in Publication}.get(request.args.get("state", ""))
    programmes = {one.slug: one for one in _own_programmes()}
    programme = programmes.get(request.args.get("programme", ""))
    query = (
        sa.select(Project)
        .where(Project.origin == Origin.OWN)
        .options(selectinload(Project.division), selectinload(Project.agency), selectinload(Project.programme))
        .order_by(sa.case((Project.publication == Publication.DRAFT, 0), else_=1), Project.year.desc(), Project.title)
    )
    if wanted:
        query = query.where(Project.title.contains(wanted, autoescape=True))
    if state is not None:
        query = query.where(Project.publication == state)
    if programme is not None:
        query = query.where(Project.programme_id == programme.id)
    mine = [project for project in db.session.scalars(query) if _may(project)]
    pages = max(-(-len(mine) // PAGE_SIZE), 1)
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    return render_template(
        "admin/projects/index.html",
        projects=mine[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        total=len(mine),
        page=page,
        pages=pages,
        wanted=wanted,
        state=state,
        states=Publication,
        programme=programme,
        programmes=programmes.values(),
        may_add=bool(_programmes()),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.EDIT_PROJECT)
def new() -> ResponseReturnValue:
    """Begin a project as a draft; a second person publishes it once task, person, time and standard are settled."""
    form = NewProjectForm(_programmes())
    if not form.validate_on_submit():
        return render_template("admin/projects/new.html", form=form), UNREADABLE if form.is_submitted() else 200
    project = drafting.begin(db.session(), form.programme_chosen(), form.beginning(), current_staff())
    if not _may(project):
        raise NotAllowedError
    db.session.commit()
    flash(_("已建草稿。把任务、责任人、时间和标准填齐，再请另一位同事审核公示。"), "good")
    return redirect(url_for(".show", slug=project.slug))


@blueprint.get("/<slug>")
@needs(Permission.PROPOSE_PROJECT)
def show(slug: str) -> ResponseReturnValue:
    """Show everything on record, part by part, with what is missing and what waits."""
    project = _project(slug)
    wording = Wording(db.session(), project)
    sections = [_section(project, part, wording) for part in PARTS.values() if project.kind in part.kinds]
    return render_template(
        "admin/projects/show.html",
        project=project,
        sections=sections,
        missing=project.missing_for_publication(),
        missing_words=MISSING_WORDS,
        gaps=gaps_of(project) if project.publication is not Publication.WITHDRAWN else {},
        waiting=db.session.scalars(
            sa.select(Proposal)
            .where(Proposal.project_id == project.id, Proposal.state.in_(OPEN_STATES))
            .order_by(Proposal.id)
        ).all(),
        part_words=PART_WORDS,
        removable={part.name for part in PARTS.values() if may_remove(project, part)},
        folded_over=FOLDED_OVER,
    )


@blueprint.route("/<slug>/<part_name>/new", methods=["GET", "POST"])
@needs(Permission.PROPOSE_PROJECT)
def add(slug: str, part_name: str) -> ResponseReturnValue:
    """Propose a new record of a part; ``?above=`` names what it hangs on."""
    project, part = _project(slug), _part(part_name)
    above_id = request.args.get("above", type=int)
    if part.name == "project" or project.kind not in part.kinds:
        abort(404)
    if part.above is not None:
        found(db.session(), project, PARTS[part.above], above_id)
    return _edit(project, part, None, above_id)


@blueprint.route("/<slug>/<part_name>/<int:record_id>", methods=["GET", "POST"])
@needs(Permission.PROPOSE_PROJECT)
def change(slug: str, part_name: str, record_id: int) -> ResponseReturnValue:
    """Propose other values for a record."""
    project, part = _project(slug), _part(part_name)
    return _edit(project, part, found(db.session(), project, part, record_id), None)


@blueprint.route("/<slug>/<part_name>/<int:record_id>/remove", methods=["GET", "POST"])
@needs(Permission.PROPOSE_PROJECT)
def remove(slug: str, part_name: str, record_id: int) -> ResponseReturnValue:
    """Propose to take a record off the page, with a public reason."""
    project, part = _project(slug), _part(part_name)
    record = found(db.session(), project, part, record_id)
    if not may_remove(project, part):
        abort(404)
    return _step(project, ProposalAction.REMOVE, part, record)


@blueprint.route("/<slug>/publish", methods=["GET", "POST"])
@needs(Permission.PROPOSE_PROJECT)
def publish(slug: str) -> ResponseReturnValue:
    """Ask a second person to publish a draft."""
    return _step(_project(slug), ProposalAction.PUBLISH, PARTS["project"], None)


@blueprint.route("/<slug>/withdraw", methods=["GET", "POST"])
@needs(Permission.EDIT_PROJECT)
def withdraw(slug: str) -> ResponseReturnValue:
    """Propose to take a published project back, leaving a public stub with the reason."""
    return _step(_project(slug), ProposalAction.WITHDRAW, PARTS["project"], None)


def _edit(project: Project, part: Part, record: Base | None, above_id: int | None) -> ResponseReturnValue:
    form = form_class(part)()
    form.offer(db.session(), project)
    said = values_of(part, record) if record is not None else {}
    if not form.is_submitted():
        form.fill(said)
    elif form.validate() and form.has_reason(
        needed=record is not None and project.publication is not Publication.DRAFT
    ):
        # Only what was changed is proposed, so that two people who change different figures do not collide.
        values, overtaken = form.changed(said) if record is not None else (form.to_values(), [])
        if overtaken:
            form.overtaken([column_word(part.name, name) for name in overtaken])
        elif not values:
            flash(_("没有改动，什么也没有保存。"), "info")
            return redirect(url_for(".show", slug=project.slug, _anchor=part.name))
        else:
            number = None if record is None else identity(record)
            wanted = Change(part.name, values, number, above_id, reason=(form.reason.data or "").strip())
            try:
                return _save(project, wanted)
            except (InvalidValuesError, IncompleteRecordError) as error:
                db.session.rollback()
                form.refuse(error)
    if not form.is_submitted() or form.is_overtaken:
        form.remember(said)
    return _form_page(project, part, form, record), UNREADABLE if form.is_submitted() else 200


def _save(project: Project, wanted: Change) -> ResponseReturnValue:
    """Write to a draft at once; for a published project keep the change until a second person accepts it."""
    member, at = current_staff(), services().clock()
    if project.publication is Publication.DRAFT:
        record_changes.write(db.session(), project, wanted, member, at)
        flash(_("已保存。"), "good")
    else:
        applying.propose(db.session(), project, wanted, member, at)
        flash(_("已提交，等另一位同事审核；公示的内容在那之前不变。"), "good")
    slug = project.slug
    db.session.commit()
    return redirect(url_for(".show", slug=slug, _anchor=wanted.part))


def _form_page(project: Project, part: Part, form: PartForm, record: Base | None) -> str:
    return render_template(
        "admin/projects/part.html",
        project=project,
        part=part,
        name=PART_WORDS[part.name],
        hint=PART_HINTS.get(part.name, ""),
        form=form,
        record=record,
        now_said=_now_said(project, part, record) if form.is_overtaken else [],
        hint_of=hint_of,
        needs_reason=record is not None and project.publication is not Publication.DRAFT,
    )


def _now_said(project: Project, part: Part, record: Base | None) -> list[tuple[str, str]]:
    return [] if record is None else Wording(db.session(), project).record(part, values_of(part, record))


def _step(project: Project, action: ProposalAction, part: Part, record: Base | None) -> ResponseReturnValue:
    form = StepForm()
    is_draft = project.publication is Publication.DRAFT
    needs_reason = not is_draft and action is not ProposalAction.PUBLISH
    if form.validate_on_submit() and (not needs_reason or form.has_reason()):
        try:
            return _take_step(project, action, part, record, (form.reason.data or "").strip())
        except (InvalidValuesError, IncompleteRecordError) as error:
            db.session.rollback()
            form.form_errors.append(step_refusal(part, error))
    page = render_template(
        "admin/projects/step.html",
        project=project,
        action=action,
        name=PART_WORDS[part.name],
        said=Wording(db.session(), project).record(part, values_of(part, record)) if record is not None else [],
        missing=project.missing_for_publication() if action is ProposalAction.PUBLISH else (),
        form=form,
        needs_reason=needs_reason,
        is_draft=is_draft,
    )
    return page, UNREADABLE if form.is_submitted() else 200


def _take_step(
    project: Project, action: ProposalAction, part: Part, record: Base | None, reason: str
) -> ResponseReturnValue:
    """Take a record off a draft at once; keep any other wish until a second person agrees."""
    member, at = current_staff(), services().clock()
    number = None if record is None else identity(record)
    if project.publication is Publication.DRAFT and action is ProposalAction.REMOVE:
        record_changes.remove(db.session(), project, part, number, member, at, reason)
        slug = project.slug
        db.session.commit()
        flash(_("已拿掉。"), "good")
        return redirect(url_for(".show", slug=slug, _anchor=part.name))
    wish = applying.propose_step(
        db.session(), project, action, member, at, part=part.name, record_id=number, reason=reason
    )
    db.session.commit()
    flash(_("已提交，等另一位同事审核。"), "good")
    return redirect(url_for("admin.proposals.show", proposal_id=wish.id))


def _section(project: Project, part: Part, wording: Wording) -> dict[str, Any]:
    """Return what the page shows of a part: the project itself line by line, anything else as a table."""
    records = records_of(db.session(), project, part)
    return {
        "part": part,
        "name": PART_WORDS[part.name],
        "hint": PART_HINTS.get(part.name, ""),
        "count": len(records),
        "said": wording.record(part, values_of(part, project)) if part.name == "project" else [],
        "table": wording.table(part, records) if part.name != "project" and records else None,
        "above": _above_records(project, part, wording),
    }


def _above_records(project: Project, part: Part, wording: Wording) -> list[tuple[int, str]]:
    """Return identity and a short name of what a new record of this part may hang on."""
    if part.above is None:
        return []
    above = PARTS[part.above]
    listed: list[tuple[int, str]] = []
    for record in records_of(db.session(), project, above):
        said = wording.record(above, values_of(above, record))
        listed.append((identity(record), " · ".join(value for _label, value in said[:2])))
    return listed


def identity(record: Any) -> int:
    """Return the identity of a record."""
    number: int = record.id
    return number


def _part(name: str) -> Part:
    if name not in PARTS:
        abort(404)
    return PARTS[name]


def _project(slug: str) -> Project:
    """Return an own project within the role's part, or answer 404; raise ``NotAllowedError`` outside it."""
    project = project_by_slug(db.session(), slug)
    if project is None or project.is_compiled:
        abort(404)
    if not _may(project):
        raise NotAllowedError
    return project


def _may(project: Project) -> bool:
    return current_staff().may_on(Permission.PROPOSE_PROJECT, project.division, project.agency)


def _programmes() -> list[Programme]:
    """Return the own programmes in whose place the role may write."""
    return [one for one in _own_programmes() if current_staff().may(Permission.EDIT_PROJECT, division=one.division)]


def _own_programmes() -> Sequence[Programme]:
    own = sa.select(Programme).where(Programme.origin == Origin.OWN)
    return db.session.scalars(own.order_by(Programme.year.desc(), Programme.title)).all()
