"""Judging an answer from a link in a mail, without the tracking code: rate it, or dispute it once."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from minsheng.casework.suggestions import Suggestion
from minsheng.database import db
from pages.limits import limiter
from pages.services import services
from public.casework.judging_links import LinkPurpose, read
from public.casework.suggestion_following import is_invented, take_dispute, take_rating
from public.casework.suggestion_forms import DisputeForm, RatingForm


@limiter.limit("60 per hour; 20 per minute")
def rate_by_mail(token: str) -> str | BaseResponse | tuple[str, int]:
    """Show the answer with the form that rates it, or take the rating."""
    case = _case_of(LinkPurpose.RATE, token)
    if case is None:
        return _gone()
    form = RatingForm()
    if form.validate_on_submit():
        take_rating(case, form)
        return redirect(url_for(".judged"))
    page = _page(case, LinkPurpose.RATE, form)
    return (page, 422) if form.is_submitted() else page


@limiter.limit("60 per hour; 20 per minute")
def dispute_by_mail(token: str) -> str | BaseResponse | tuple[str, int]:
    """Show the answer with the form that disputes it, or take the dispute."""
    case = _case_of(LinkPurpose.DISPUTE, token)
    if case is None:
        return _gone()
    form = DisputeForm()
    if form.validate_on_submit():
        take_dispute(case, form)
        return redirect(url_for(".judged", disputed=1))
    page = _page(case, LinkPurpose.DISPUTE, form)
    return (page, 422) if form.is_submitted() else page


def judged() -> str:
    """Thank whoever judged an answer."""
    return render_template("public/suggestions/judged.html", is_disputed="disputed" in request.args)


def _case_of(purpose: LinkPurpose, token: str) -> Suggestion | None:
    """Return the case of a link that still fits, locked where a step follows; None for any other."""
    link = read(services().secret, purpose, token)
    if link is None:
        return None
    case = db.session.get(Suggestion, link.case_id, with_for_update=request.method == "POST")
    return case if case is not None and case.state.value == link.state else None


def _page(case: Suggestion, purpose: LinkPurpose, form: RatingForm | DisputeForm) -> str:
    return render_template(
        "public/suggestions/judge.html",
        case=case,
        form=form,
        is_dispute=purpose is LinkPurpose.DISPUTE,
        shows_invented=is_invented(case),
    )


def _gone() -> tuple[str, int]:
    return render_template("public/suggestions/link_gone.html"), 410
