"""Curing a problem: progress and evidence from the agency, the check by someone else, closing and opening again."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs
from admin.oversight.problem_forms import CureForm, ProgressForm, ReopenForm, ReturnCureForm
from admin.oversight.problems import PERMISSIONS, UNREADABLE, found, problem_page, require_seen
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.errors import WrongStateError
from minsheng.oversight import problem_acts
from pages.language import gettext as _
from pages.pictures import picture
from pages.services import services

blueprint = Blueprint("problem_cures", __name__, url_prefix="/problems")


@blueprint.post("/<int:problem_id>/progress")
@needs(Permission.WORK_ON_PROBLEM)
def progress(problem_id: int) -> ResponseReturnValue:
    """Note how the cure goes, with a picture or a file where there is one."""
    form = ProgressForm()
    # Reading pictures takes seconds: the place in the line of writers is given back meanwhile, and all read anew.
    db.session.rollback()
    is_good = form.validate_on_submit()
    problem = found(problem_id, Permission.WORK_ON_PROBLEM)
    if not is_good:
        return problem_page(problem, progress_form=form), UNREADABLE
    member, at = current_staff(), services().clock()
    if (form.words.data or "").strip():
        problem_acts.note(problem, "\n".join((form.words.data or "").splitlines()), member, at)
    if form.stored_picture is not None:
        words = form.alt_text.data or ""
        problem_acts.add_photo(db.session(), problem, form.stored_picture, words, member, is_cure=True)
    if form.stored_file is not None:
        problem_acts.add_document(db.session(), problem, form.stored_file, form.file_title.data or "", member, at)
    db.session.commit()
    flash(_("已保存。照片和材料在销号时公开。"), "good")
    return redirect(url_for("admin.problems.show", problem_id=problem_id))


@blueprint.post("/<int:problem_id>/propose")
@needs(Permission.WORK_ON_PROBLEM)
def propose(problem_id: int) -> ResponseReturnValue:
    """Say that it is cured, and ask someone else to check."""
    problem = found(problem_id, Permission.WORK_ON_PROBLEM)
    form = CureForm()
    if not form.validate_on_submit():
        return problem_page(problem, cure_form=form), UNREADABLE
    try:
        words = "\n".join((form.cure.data or "").splitlines())
        problem_acts.propose_closing(db.session(), problem, words, current_staff(), services().clock())
    except WrongStateError as error:
        if error.state != "no_proof":
            raise
        form.cure.errors = [_("先在上面传一张整改后的照片，或者一份整改材料")]
        return problem_page(problem, cure_form=form), UNREADABLE
    db.session.commit()
    flash(_("已申请销号，等另一位同事核查。"), "good")
    return redirect(url_for("admin.problems.show", problem_id=problem_id))


@blueprint.post("/<int:problem_id>/close")
@needs(Permission.KEEP_LEDGER)
def close(problem_id: int) -> ResponseReturnValue:
    """Close it; the evidence becomes public. Raises ``OwnWorkError`` for whoever brought any of it."""
    problem = found(problem_id, Permission.KEEP_LEDGER)
    require_seen(problem)
    problem_acts.close(
        db.session(), problem, current_staff(), services().clock(), one_person_mode=services().one_person_mode
    )
    db.session.commit()
    flash(_("已销号，整改情况和证据已公开；来件人在查询页上看得到。"), "good")
    return redirect(url_for("admin.problems.show", problem_id=problem_id))


@blueprint.post("/<int:problem_id>/return-closing")
@needs(Permission.KEEP_LEDGER)
def return_closing(problem_id: int) -> ResponseReturnValue:
    """Say publicly that the cure did not stand the check."""
    problem = found(problem_id, Permission.KEEP_LEDGER)
    form = ReturnCureForm()
    if not form.validate_on_submit():
        return problem_page(problem, return_cure_form=form), UNREADABLE
    problem_acts.return_closing(db.session(), problem, form.why.data or "", current_staff(), services().clock())
    db.session.commit()
    flash(_("已退回整改，原因写进了公开变更记录。"), "good")
    return redirect(url_for("admin.problems.show", problem_id=problem_id))


@blueprint.post("/<int:problem_id>/reopen")
@needs(Permission.KEEP_LEDGER)
def reopen(problem_id: int) -> ResponseReturnValue:
    """Open a closed problem again, with a public reason and a new deadline."""
    problem = found(problem_id, Permission.KEEP_LEDGER)
    form = ReopenForm()
    if not form.validate_on_submit():
        return problem_page(problem, reopen_form=form), UNREADABLE
    try:
        problem_acts.reopen(
            db.session(), problem, form.because.data or "", form.new_deadline.data, current_staff(), services().clock()
        )
    except WrongStateError as error:
        if error.state != "past":
            raise
        form.new_deadline.errors = [_("期限不能早于今天")]
        return problem_page(problem, reopen_form=form), UNREADABLE
    db.session.commit()
    flash(_("已重新打开，原因和新的期限已公开。"), "good")
    return redirect(url_for("admin.problems.show", problem_id=problem_id))


@blueprint.post("/<int:problem_id>/photos/<int:photo_id>/remove")
@needs(Permission.WORK_ON_PROBLEM)
def remove_photo(problem_id: int, photo_id: int) -> ResponseReturnValue:
    """Take a picture away that is not public yet. Raises ``WrongStateError`` for one that is."""
    problem_acts.remove_photo(db.session(), found(problem_id, Permission.WORK_ON_PROBLEM), photo_id)
    db.session.commit()
    flash(_("照片已经去掉。"), "good")
    return redirect(url_for("admin.problems.show", problem_id=problem_id))


@blueprint.get("/<int:problem_id>/photos/<int:photo_id>/<int:width>.webp")
@needs(*PERMISSIONS)
def photo(problem_id: int, photo_id: int, width: int) -> ResponseReturnValue:
    """Send one size of a picture of a problem, public or held."""
    problem = found(problem_id, *PERMISSIONS)
    return picture(next((one.photo for one in problem.photos if one.photo_id == photo_id), None), width)
