"""Cases: the queue by deadline, and every step from review to the checked answer."""

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs
from admin.casework import case_evidence, case_review
from admin.casework.suggestion_forms import (
    AnswerForm,
    ExtendForm,
    HandOverForm,
    RefuseForm,
    ReplyForm,
    ReviewForm,
    StepForm,
    gist,
    marked,
)
from minsheng.accounts.staff import Permission
from minsheng.casework import contacts
from minsheng.casework.cases import CaseState, Prominence, RefusalReason
from minsheng.casework.reply_templates import TemplateUse
from minsheng.casework.suggestions import Suggestion
from minsheng.clock import local_date
from minsheng.database import db
from minsheng.desk import duties
from minsheng.desk.desk_cases import SOON_DAYS
from minsheng.editorial import publishing
from minsheng.errors import NotAllowedError, WrongStateError
from minsheng.records.places import Agency
from pages.forms import Form
from pages.language import gettext as _
from pages.limits import limiter
from pages.services import services

blueprint = Blueprint("suggestions", __name__, url_prefix="/suggestions")
blueprint.add_app_template_filter(marked, "marked_words")
blueprint.add_app_template_filter(gist, "gist")
PAGE_SIZE = 50
UNREADABLE = 422
ANY = (Permission.REVIEW_SUGGESTION, Permission.HANDLE_SUGGESTION, Permission.SUPERVISE_SUGGESTION)
REVIEWERS = (Permission.REVIEW_SUGGESTION, Permission.SUPERVISE_SUGGESTION)


@blueprint.get("/")
@needs(*ANY)
def index() -> ResponseReturnValue:
    """List the cases within one's part, the next deadline first."""
    member, today = current_staff(), services().today()
    cases = duties.cases_of(db.session(), member)
    shown = {
        "": [case for case in cases if case.is_waiting_for_reply or case.prominence is Prominence.UNREVIEWED],
        "mine": [case for case in cases if duties.waits_for(member, case)],
        "soon": [case for case in cases if case.due and 0 <= (case.due - today).days <= SOON_DAYS],
        "overdue": [case for case in cases if case.is_overdue(today)],
        "escalated": [case for case in cases if duties.is_told_of_delay(member, case)],
        "unrated": [case for case in cases if _may_close(case)],
        "all": cases,
    }
    show = request.args.get("show", "")
    chosen = shown.get(show, shown[""])
    pages = max(-(-len(chosen) // PAGE_SIZE), 1)
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    return render_template(
        "admin/suggestions/index.html",
        cases=chosen[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        counts={name: len(listed) for name, listed in shown.items()},
        show=show if show in shown else "",
        total=len(chosen),
        page=page,
        pages=pages,
        today=today,
        may_enter=any(member.may(permission) for permission in REVIEWERS),
    )


@blueprint.get("/<int:case_id>")
@needs(*ANY)
def show(case_id: int) -> ResponseReturnValue:
    """Show a case with its clock and steps, and the forms of the steps that one may take now."""
    return _page(_case(case_id))


@blueprint.post("/<int:case_id>/review")
@needs(*REVIEWERS)
def review(case_id: int) -> ResponseReturnValue:
    """Decide who may see the case, with title and words as the public reads them."""
    case = _case_to_review(case_id)
    form = ReviewForm(case)
    if not form.validate_on_submit():
        return _page(case, review_form=form), UNREADABLE
    at = services().clock()
    case.review(
        is_public=form.is_public,
        title=form.title.data or "",
        words="\n".join((form.words.data or "").splitlines()),
        by=current_staff().post,
        at=at,
    )
    return _done(case, "suggestion_reviewed", _("已公开。") if form.is_public else _("已定为不公开。"))


@blueprint.post("/<int:case_id>/accept")
@needs(*REVIEWERS)
def accept(case_id: int) -> ResponseReturnValue:
    """Take the case on; an agency is named later."""
    case = _case_to_review(case_id)
    case.accept(current_staff().post, services().clock())
    return _done(case, "suggestion_accepted", _("已受理。"))


@blueprint.post("/<int:case_id>/refuse")
@needs(*REVIEWERS)
def refuse(case_id: int) -> ResponseReturnValue:
    """Refuse the case with a reason that the sender reads."""
    case = _case_to_review(case_id)
    form = RefuseForm()
    if not form.validate_on_submit():
        return _page(case, refuse_form=form), UNREADABLE
    case.refuse(
        RefusalReason(form.reason.data), form.refusal_words.data or "", current_staff().post, services().clock()
    )
    return _done(case, "suggestion_refused", _("已告知不受理和理由。"))


@blueprint.post("/<int:case_id>/hand-over")
@needs(*REVIEWERS)
def hand_over(case_id: int) -> ResponseReturnValue:
    """Take the case on where that is not done yet, and give it to one agency; the clock goes on."""
    case = _case_to_review(case_id)
    form = HandOverForm(_agencies(case))
    if not form.validate_on_submit():
        return _page(case, hand_over_form=form), UNREADABLE
    agency = db.session.get(Agency, int(form.agency.data))
    if agency is None:
        abort(404)
    at, post = services().clock(), current_staff().post
    if case.state is CaseState.RECEIVED:
        case.accept(post, at)
        publishing.record_suggestion(db.session(), case, "suggestion_accepted", post, at)
    act = "suggestion_transferred" if case.state is CaseState.HANDED_OVER else "suggestion_handed_over"
    try:
        case.hand_over(agency, post, at, form.note.data or "")
    except WrongStateError as error:
        if error.state != "same_agency":
            raise
        form.agency.errors = [_("已经是这个单位在办，请选别的单位")]
        return _page(case, hand_over_form=form), UNREADABLE
    return _done(case, act, _("已交给%(agency)s，答复期限不变。", agency=agency.name))


@blueprint.post("/<int:case_id>/extend")
@needs(Permission.HANDLE_SUGGESTION)
def extend(case_id: int) -> ResponseReturnValue:
    """Move the deadline once, with a reason that the sender reads."""
    case = _case_to_handle(case_id)
    form = ExtendForm()
    if not form.validate_on_submit():
        return _page(case, extend_form=form), UNREADABLE
    case.extend(form.extension_reason.data or "", current_staff().post, services().clock(), services().case_clock)
    return _done(case, "suggestion_extended", _("已延期一次，来件人看得到理由。"))


@blueprint.post("/<int:case_id>/reply")
@needs(Permission.HANDLE_SUGGESTION)
def reply(case_id: int) -> ResponseReturnValue:
    """Answer the sender, once no personal data slips into what everybody may read."""
    evidence = case_evidence.take()
    case = _case_to_handle(case_id)
    form = AnswerForm(case)
    is_valid = form.validate_on_submit()
    form.evidence.errors = [*form.evidence.errors, *evidence.errors]
    if not is_valid or evidence.errors:
        return _page(case, reply_form=form), UNREADABLE
    case.answer(_lines(form), current_staff().post, services().clock(), services().case_clock)
    case.photos.extend(evidence.photos(form))
    return _done(case, "suggestion_replied", _("已答复，等来件人评价。"))


@blueprint.post("/<int:case_id>/reply-finally")
@needs(Permission.SUPERVISE_SUGGESTION)
def reply_finally(case_id: int) -> ResponseReturnValue:
    """Give the supervising office's answer to a dispute."""
    case = _case(case_id)
    if not duties.may_supervise(current_staff(), case):
        raise NotAllowedError
    form = ReplyForm(case)
    if not form.validate_on_submit():
        return _page(case, final_form=form), UNREADABLE
    case.answer_finally(_lines(form), current_staff().post, services().clock(), services().case_clock)
    return _done(case, "suggestion_finally_replied", _("已作督办答复，等来件人评价。"))


@blueprint.post("/<int:case_id>/close")
@needs(*ANY)
def close(case_id: int) -> ResponseReturnValue:
    """Close a case whose sender let the rating period pass; it counts as its own category."""
    case = _case(case_id)
    case.close_unrated(services().clock())
    return _done(case, "suggestion_closed", _("已办结，记为“到期未评价”。"))


@blueprint.post("/<int:case_id>/contact")
@needs(Permission.HANDLE_SUGGESTION)
@limiter.limit("60 per hour")
def contact(case_id: int) -> ResponseReturnValue:
    """Show the sender's contact to whoever handles the case, once, and journal that it was shown."""
    case = _case_to_handle(case_id)
    known = services()
    shown = contacts.open_contact(db.session(), case, current_staff(), known.contacts, known.secret, known.clock())
    db.session.commit()
    return render_template("admin/suggestions/contact.html", case=case, contact=shown)


def _case(case_id: int) -> Suggestion:
    """Return a case within one's part, or answer 404; raise ``NotAllowedError`` for another's."""
    # Two who take a step at once stand in line, so that the second finds the case as the first left it.
    case = db.session.get(Suggestion, case_id, with_for_update=request.method == "POST")
    if case is None:
        abort(404)
    member = current_staff()
    if not (duties.may_review(member, case) or duties.may_handle(member, case)):
        raise NotAllowedError
    return case


def _case_to_review(case_id: int) -> Suggestion:
    case = _case(case_id)
    if not duties.may_review(current_staff(), case):
        raise NotAllowedError
    return case


def _case_to_handle(case_id: int) -> Suggestion:
    case = _case(case_id)
    if not duties.may_handle(current_staff(), case):
        raise NotAllowedError
    return case


def _agencies(case: Suggestion) -> list[Agency]:
    """Return the agencies a case may go to: those of its place, of what lies below it and of what is above."""
    agencies = db.session.scalars(sa.select(Agency).where(Agency.division_id.is_not(None)).order_by(Agency.name))
    place = case.division or (case.agency.division if case.agency else None)
    if place is None:
        return [
            agency
            for agency in agencies
            if any(current_staff().may_on(one, agency.division, agency) for one in REVIEWERS)
        ]
    return [
        agency
        for agency in agencies
        if agency.division is not None and (agency.division.covers(place) or place.covers(agency.division))
    ]


def _may_close(case: Suggestion) -> bool:
    """Whether the sender of an answered case let the rating period pass."""
    waits = case.state in {CaseState.REPLIED, CaseState.FINALLY_REPLIED}
    return waits and case.rating_due is not None and local_date(services().clock()) > case.rating_due


def _lines(form: ReplyForm) -> str:
    return "\n".join((form.text.data or "").splitlines())


def _done(case: Suggestion, act: str, message: str) -> ResponseReturnValue:
    """Journal the step, commit once and come back to the case."""
    publishing.record_suggestion(db.session(), case, act, current_staff().post, services().clock())
    db.session.commit()
    flash(message, "good")
    return redirect(url_for(".show", case_id=case.id))


def _page(
    case: Suggestion,
    *,
    review_form: Form | None = None,
    refuse_form: Form | None = None,
    hand_over_form: Form | None = None,
    extend_form: Form | None = None,
    reply_form: Form | None = None,
    final_form: Form | None = None,
) -> str:
    member = current_staff()
    may_review, may_handle = duties.may_review(member, case), duties.may_handle(member, case)
    return render_template(
        "admin/suggestions/show.html",
        case=case,
        today=services().today(),
        may_review=may_review,
        may_decide=may_review and case.state is CaseState.RECEIVED,
        may_hand_over=may_review and case.state in {CaseState.RECEIVED, CaseState.ACCEPTED, CaseState.HANDED_OVER},
        may_answer=may_handle and case.state is CaseState.HANDED_OVER,
        may_view_contact=may_handle and case.contact_sealed is not None,
        may_answer_finally=duties.may_supervise(member, case) and case.state is CaseState.DISPUTED,
        may_close=_may_close(case),
        is_unreviewed=case.prominence is Prominence.UNREVIEWED,
        review_form=review_form or ReviewForm(case, formdata=None),
        refuse_form=refuse_form or RefuseForm(formdata=None, data=case_review.chosen_template(TemplateUse.REFUSAL)),
        hand_over_form=hand_over_form or HandOverForm(_agencies(case), formdata=None),
        extend_form=extend_form or ExtendForm(formdata=None),
        reply_form=reply_form or AnswerForm(case, formdata=None, data=case_review.chosen_template(TemplateUse.REPLY)),
        final_form=final_form or ReplyForm(case, formdata=None, data=case_review.chosen_template(TemplateUse.REPLY)),
        step_form=StepForm(formdata=None),
        **case_review.extras(case, member),
    )
