"""The second signature under changes to a project's record: old beside new, accepting or returning."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs
from admin.editorial import second_signature
from admin.editorial.report_forms import TimeForm
from admin.records.part_forms import PartForm, form_class, hint_of, step_refusal
from admin.records.part_rows import Wording, proposal_title
from admin.records.part_words import MISSING_WORDS, PART_HINTS, PART_WORDS, column_word
from admin.records.project_forms import DecideForm, RefuseReportForm, ReturnProposalForm
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.desk import desk_proposals
from minsheng.editorial import applying, record_changes, review_comments, timed_publishing
from minsheng.editorial.proposals import Proposal, ProposalAction
from minsheng.errors import IncompleteRecordError, InvalidValuesError, NotAllowedError, WrongStateError
from minsheng.records.parts import PARTS
from pages.forms import Form
from pages.language import gettext as _
from pages.services import services

blueprint = Blueprint("proposals", __name__, url_prefix="/proposals")
blueprint.add_app_template_filter(proposal_title, "proposal_title")
UNREADABLE, STALE = 422, 409
PAGE = 50


@blueprint.get("/")
@needs(Permission.PROPOSE_PROJECT)
def index() -> ResponseReturnValue:
    """List what waits for a second person, one's own apart, and what was returned to oneself."""
    member = current_staff()
    number = max(request.args.get("page", 1, type=int), 1)
    count, waiting = desk_proposals.waiting(db.session(), member, PAGE, (number - 1) * PAGE)
    own_count, own = desk_proposals.own(db.session(), member, PAGE)
    return render_template(
        "admin/proposals/index.html",
        waiting=waiting,
        count=count,
        page=number,
        pages=max(-(-count // PAGE), 1),
        own=own,
        own_count=own_count,
        returned=applying.returned_to(db.session(), member),
    )


@blueprint.get("/<int:proposal_id>")
@needs(Permission.PROPOSE_PROJECT)
def show(proposal_id: int) -> ResponseReturnValue:
    """Show old beside new, and what may be done."""
    return _page(_proposal(proposal_id, Permission.PROPOSE_PROJECT))


@blueprint.post("/<int:proposal_id>/accept")
@needs(Permission.EDIT_PROJECT)
def accept(proposal_id: int) -> ResponseReturnValue:
    """Make it public.

    Raises ``OwnWorkError``, ``ChangedMeanwhileError``, ``IncompleteRecordError``, and ``WrongStateError`` where it
    is not the version that was read.
    """
    proposal = _proposal(proposal_id, Permission.EDIT_PROJECT)
    form = DecideForm()
    if not form.validate_on_submit() or form.version.data != str(proposal.version):
        raise WrongStateError("accept", "changed")
    try:
        second_signature.call_off(proposal)
        applying.accept(
            db.session(),
            proposal,
            current_staff(),
            services().clock(),
            one_person_mode=services().one_person_mode,
        )
    except (InvalidValuesError, IncompleteRecordError) as error:
        db.session.rollback()
        proposal = _proposal(proposal_id, Permission.EDIT_PROJECT)
        return _page(proposal, refused=_refusal(proposal, error)), STALE
    db.session.commit()
    flash(_("已公示，改动和原因已记入公开变更记录。"), "good")
    return redirect(url_for(".index"))


@blueprint.post("/<int:proposal_id>/time")
@needs(Permission.EDIT_PROJECT)
def accept_later(proposal_id: int) -> ResponseReturnValue:
    """Sign a change now, to become public at a chosen time. Raises as :func:`accept`."""
    proposal, form = _proposal(proposal_id, Permission.EDIT_PROJECT), TimeForm()
    try:
        is_signed = second_signature.sign_for_later(proposal, form)
    except IncompleteRecordError as error:
        return _page(proposal, refused=_refusal(proposal, error)), STALE
    if not is_signed:
        return _page(proposal, time_form=form), UNREADABLE
    db.session.commit()
    flash(_("到时候会自动公示；在那之前随时可以取消。"), "good")
    return redirect(url_for(".show", proposal_id=proposal_id))


@blueprint.post("/<int:proposal_id>/time/cancel")
@needs(Permission.EDIT_PROJECT)
def cancel_time(proposal_id: int) -> ResponseReturnValue:
    """Call off the publication a change waits for."""
    was_waiting = second_signature.call_off(_proposal(proposal_id, Permission.EDIT_PROJECT))
    db.session.commit()
    if was_waiting:
        flash(_("已取消定时公示，改动还在等审核。"), "good")
    else:
        flash(_("这份改动没有在等定时公示。"), "warning")
    return redirect(url_for(".show", proposal_id=proposal_id))


@blueprint.post("/<int:proposal_id>/return")
@needs(Permission.EDIT_PROJECT)
def send_back(proposal_id: int) -> ResponseReturnValue:
    """Return it to its author with a reason."""
    proposal = _proposal(proposal_id, Permission.EDIT_PROJECT)
    form = ReturnProposalForm()
    second_signature.reason_from_remarks(proposal, form, "reason")
    if not form.validate_on_submit():
        return _page(proposal, return_form=form), UNREADABLE
    second_signature.call_off(proposal)
    applying.send_back(db.session(), proposal, form.reason.data or "", current_staff(), services().clock())
    db.session.commit()
    flash(_("已退回，提交的同事会看到原因。"), "good")
    return redirect(url_for(".index"))


@blueprint.post("/<int:proposal_id>/drop")
@needs(Permission.PROPOSE_PROJECT)
def drop(proposal_id: int) -> ResponseReturnValue:
    """Take one's own proposal back. Raises ``NotAllowedError`` for another's."""
    proposal = _proposal(proposal_id, Permission.PROPOSE_PROJECT)
    if not proposal.is_work_of(current_staff()):
        raise NotAllowedError
    second_signature.call_off(proposal)
    proposal.drop(services().clock())
    db.session.commit()
    flash(_("已收回，没有改动任何公示的内容。"), "good")
    return redirect(url_for("admin.projects.show", slug=proposal.project.slug))


@blueprint.post("/<int:proposal_id>/refuse")
@needs(Permission.EDIT_PROJECT)
def refuse(proposal_id: int) -> ResponseReturnValue:
    """Keep a monitor's report inside; everyone reads that it was refused, and why."""
    proposal = _proposal(proposal_id, Permission.EDIT_PROJECT)
    form = RefuseReportForm()
    if not form.validate_on_submit():
        return _page(proposal, refuse_form=form), UNREADABLE
    second_signature.call_off(proposal)
    applying.refuse_report(
        db.session(),
        proposal,
        form.refuse_reason.data or "",
        current_staff(),
        services().clock(),
        one_person_mode=services().one_person_mode,
    )
    db.session.commit()
    flash(_("已记下不公示，原因写进了公开变更记录。"), "good")
    return redirect(url_for(".index"))


@blueprint.route("/<int:proposal_id>/rewrite", methods=["GET", "POST"])
@needs(Permission.PROPOSE_PROJECT)
def rewrite(proposal_id: int) -> ResponseReturnValue:
    """Put a proposal right and hand it in again."""
    proposal = _proposal(proposal_id, Permission.PROPOSE_PROJECT)
    if not _may_be_rewritten(proposal):
        raise WrongStateError("rewrite", proposal.state)
    project, part = proposal.project, PARTS[proposal.part]
    form = form_class(part)()
    form.offer(db.session(), project)
    said = record_changes.said_by(db.session(), project, part, proposal.record_id)
    is_change = proposal.record_id is not None
    if not form.is_submitted():
        form.fill({**said, **proposal.values})
        form.reason.data = proposal.reason
    elif form.validate() and form.has_reason(needed=is_change):
        values, overtaken = form.changed(said) if is_change else (form.to_values(), [])
        if overtaken:
            form.overtaken([column_word(part.name, name) for name in overtaken])
        elif not values:
            form.form_errors.append(_("这样就和现在公示的一样了，没有改动。要放弃，请收回这份改动。"))
        else:
            try:
                return _hand_in_again(proposal, values, {name: said[name] for name in values if is_change}, form)
            except (InvalidValuesError, IncompleteRecordError) as error:
                db.session.rollback()
                form.refuse(error)
    if not form.is_submitted() or form.is_overtaken:
        form.remember(said)
    page = _rewrite_page(proposal, form, said)
    return page, UNREADABLE if form.is_submitted() else 200


def _hand_in_again(
    proposal: Proposal, values: dict[str, Any], before: dict[str, Any], form: PartForm
) -> ResponseReturnValue:
    member, at = current_staff(), services().clock()
    applying.check(db.session(), proposal, values, member, at)
    timed_publishing.overtake(db.session(), proposal, at)
    proposal.rewrite(values, before, form.reason.data or "", member, at)
    db.session.commit()
    flash(_("已重新提交，等另一位同事审核。"), "good")
    return redirect(url_for(".show", proposal_id=proposal.id))


def _may_be_rewritten(proposal: Proposal) -> bool:
    writes = proposal.action in {ProposalAction.ADD, ProposalAction.CHANGE}
    return proposal.is_open and writes and not applying.is_gone(db.session(), proposal)


def _rewrite_page(proposal: Proposal, form: PartForm, said: dict[str, Any]) -> str:
    part = PARTS[proposal.part]
    return render_template(
        "admin/projects/part.html",
        project=proposal.project,
        part=part,
        name=PART_WORDS[part.name],
        hint=PART_HINTS.get(part.name, ""),
        form=form,
        record=proposal.record_id,
        now_said=Wording(db.session(), proposal.project).record(part, said) if form.is_overtaken else [],
        hint_of=hint_of,
        needs_reason=proposal.record_id is not None,
        remarks=[(_label(proposal, one.field), one) for one in review_comments.comments_of(db.session(), proposal)],
    )


def _refusal(proposal: Proposal, error: InvalidValuesError | IncompleteRecordError) -> str:
    """Return in words why the record cannot take the proposal any more."""
    if isinstance(error, InvalidValuesError) and "" not in error.problems:
        return _("公示不了：提交以后引用的内容没有了，或者和后来的内容对不上。请退回给提交的同事。")
    return _("公示不了。%(why)s请退回给提交的同事。", why=step_refusal(PARTS[proposal.part], error))


def _label(proposal: Proposal, name: str) -> str:
    """Return the words of the field a remark is about."""
    known = {field.name for field in PARTS[proposal.part].fields}
    return column_word(proposal.part, name) if name in known else _("整份改动")


def _page(
    proposal: Proposal,
    *,
    return_form: Form | None = None,
    refuse_form: Form | None = None,
    time_form: TimeForm | None = None,
    refused: str = "",
) -> str:
    is_own = proposal.is_work_of(current_staff())
    version = {"version": str(proposal.version)}
    conflicts = applying.conflicts(db.session(), proposal) if proposal.is_open else ()
    return render_template(
        "admin/proposals/show.html",
        proposal=proposal,
        rows=Wording(db.session(), proposal.project).proposal(proposal),
        conflicts=[column_word(proposal.part, name) for name in conflicts],
        missing=proposal.project.missing_for_publication() if proposal.action is ProposalAction.PUBLISH else (),
        missing_words=MISSING_WORDS,
        is_gone=proposal.is_open and applying.is_gone(db.session(), proposal),
        may_rewrite=_may_be_rewritten(proposal),
        may_refuse=proposal.part == "monitor_report" and proposal.action is ProposalAction.ADD,
        may_drop=proposal.is_open and is_own,
        refused=refused,
        decide_form=DecideForm(formdata=None, data=version),
        refuse_form=refuse_form or RefuseReportForm(formdata=None),
        return_form=return_form or ReturnProposalForm(formdata=None),
        **second_signature.deciding(proposal, time_form),
    )


def _proposal(proposal_id: int, *permissions: Permission) -> Proposal:
    """Return a proposal within the role's part, or answer 404; raise ``NotAllowedError`` outside it."""
    proposal = db.session.get(Proposal, proposal_id)
    if proposal is None:
        abort(404)
    if not _may(proposal, *permissions):
        raise NotAllowedError
    return proposal


def _may(proposal: Proposal, *permissions: Permission) -> bool:
    project = proposal.project
    return any(current_staff().may_on(one, project.division, project.agency) for one in permissions)
