"""The second signature under changes to a project's record: old beside new, accepting or returning."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs
from admin.part_forms import PartForm, form_class, hint_of
from admin.part_rows import Wording
from admin.part_words import PART_HINTS, PART_WORDS, column_word
from admin.project_forms import DecideForm, ReturnProposalForm
from minsheng import applying
from minsheng.database import db
from minsheng.errors import InvalidValuesError, NotAllowedError, WrongStateError
from minsheng.parts import PARTS, values_of
from minsheng.proposals import Proposal, ProposalAction, ProposalState
from minsheng.staff import Permission
from pages.forms import Form
from pages.language import gettext as _
from pages.services import services

blueprint = Blueprint("proposals", __name__, url_prefix="/proposals")
UNREADABLE, STALE = 422, 409
WRITE = (Permission.WRITE_REPORT, Permission.EDIT_PROJECT)


@blueprint.get("/")
@needs(*WRITE)
def index() -> ResponseReturnValue:
    """List what waits for a second person, one's own apart, and what was returned to oneself."""
    member = current_staff()
    waiting = [one for one in applying.waiting(db.session()) if _may(one, *WRITE)]
    returned = applying.returned_to(db.session(), member)
    return render_template(
        "admin/proposals/index.html",
        waiting=[one for one in waiting if not one.is_work_of(member) and _may(one, Permission.EDIT_PROJECT)],
        own=[one for one in waiting if one.is_work_of(member)],
        returned=returned,
        part_words=PART_WORDS,
    )


@blueprint.get("/<int:proposal_id>")
@needs(*WRITE)
def show(proposal_id: int) -> ResponseReturnValue:
    """Show old beside new, and what may be done."""
    return _page(_proposal(proposal_id, *WRITE))


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
        applying.accept(
            db.session(),
            proposal,
            current_staff(),
            services().clock(),
            one_person_mode=services().one_person_mode,
        )
    except InvalidValuesError as error:
        db.session.rollback()
        return _page(_proposal(proposal_id, Permission.EDIT_PROJECT), refused=_refusal(error)), STALE
    db.session.commit()
    flash(_("已公示，改动和原因已记入公开变更记录。"), "good")
    return redirect(url_for(".index"))


@blueprint.post("/<int:proposal_id>/return")
@needs(Permission.EDIT_PROJECT)
def send_back(proposal_id: int) -> ResponseReturnValue:
    """Return it to its author with a reason."""
    proposal = _proposal(proposal_id, Permission.EDIT_PROJECT)
    form = ReturnProposalForm()
    if not form.validate_on_submit():
        return _page(proposal, return_form=form), UNREADABLE
    proposal.send_back(form.reason.data or "")
    db.session.commit()
    flash(_("已退回，提交的同事会看到原因。"), "good")
    return redirect(url_for(".index"))


@blueprint.post("/<int:proposal_id>/drop")
@needs(*WRITE)
def drop(proposal_id: int) -> ResponseReturnValue:
    """Take one's own proposal back. Raises ``NotAllowedError`` for another's."""
    proposal = _proposal(proposal_id, *WRITE)
    if not proposal.is_work_of(current_staff()):
        raise NotAllowedError
    proposal.drop(services().clock())
    db.session.commit()
    flash(_("已收回，没有改动任何公示的内容。"), "good")
    return redirect(url_for("admin.projects.show", slug=proposal.project.slug))


@blueprint.route("/<int:proposal_id>/rewrite", methods=["GET", "POST"])
@needs(*WRITE)
def rewrite(proposal_id: int) -> ResponseReturnValue:
    """Put a proposal right and hand it in again."""
    proposal = _proposal(proposal_id, *WRITE)
    if not proposal.is_open or proposal.action not in {ProposalAction.ADD, ProposalAction.CHANGE}:
        raise WrongStateError("rewrite", proposal.state)
    project, part = proposal.project, PARTS[proposal.part]
    form = form_class(part)()
    form.offer(db.session(), project)
    record = applying.found(db.session(), project, part, proposal.record_id) if proposal.record_id else None
    said = values_of(part, record) if record is not None else {}
    if not form.is_submitted():
        form.fill({**said, **proposal.values})
        form.reason.data = proposal.reason
    elif form.validate():
        given = form.to_values()
        values = {name: value for name, value in given.items() if record is None or said[name] != value}
        try:
            applying.check(db.session(), proposal, values)
            proposal.rewrite(
                values,
                {name: said[name] for name in values} if record is not None else {},
                form.reason.data or "",
                current_staff(),
                services().clock(),
            )
        except InvalidValuesError as error:
            form.refuse(error)
        else:
            db.session.commit()
            flash(_("已重新提交，等另一位同事审核。"), "good")
            return redirect(url_for(".show", proposal_id=proposal.id))
    page = _rewrite_page(proposal, form)
    return page, UNREADABLE if form.is_submitted() else 200


def _rewrite_page(proposal: Proposal, form: PartForm) -> str:
    part = PARTS[proposal.part]
    return render_template(
        "admin/projects/part.html",
        project=proposal.project,
        part=part,
        name=PART_WORDS[part.name],
        hint=PART_HINTS.get(part.name, ""),
        form=form,
        record=proposal.record_id,
        hint_of=hint_of,
        needs_reason=proposal.record_id is not None,
    )


def _refusal(error: InvalidValuesError) -> str:
    """Return in words why the record cannot take the proposal any more."""
    if "" in error.problems:
        return _("公示不了：和已有的内容重复、前后对不上，或者别的记录还要用到它。请退回给提交的同事。")
    return _("公示不了：提交以后引用的内容没有了。请退回给提交的同事。")


def _page(proposal: Proposal, *, return_form: Form | None = None, refused: str = "") -> str:
    waits = proposal.state is ProposalState.SUBMITTED
    is_own = proposal.is_work_of(current_staff())
    may_decide = waits and _may(proposal, Permission.EDIT_PROJECT)
    version = {"version": str(proposal.version)}
    conflicts = applying.conflicts(db.session(), proposal) if proposal.is_open else ()
    return render_template(
        "admin/proposals/show.html",
        proposal=proposal,
        name=PART_WORDS[proposal.part],
        rows=Wording(db.session(), proposal.project).proposal(proposal),
        conflicts=[column_word(proposal.part, name) for name in conflicts],
        missing=proposal.project.missing_for_publication() if proposal.action is ProposalAction.PUBLISH else (),
        may_decide=may_decide,
        blocked_as_own=is_own and not services().one_person_mode,
        may_rewrite=proposal.is_open and proposal.action in {ProposalAction.ADD, ProposalAction.CHANGE},
        may_drop=proposal.is_open and is_own,
        refused=refused,
        decide_form=DecideForm(formdata=None, data=version),
        return_form=return_form or ReturnProposalForm(formdata=None),
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
