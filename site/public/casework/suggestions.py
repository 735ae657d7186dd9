"""Suggestions: read the published ones; sending, following, judging and supporting have modules of their own."""

import sqlalchemy as sa
from flask import Blueprint, abort, render_template, request
from sqlalchemy.orm import selectinload

from minsheng.casework import case_statistics, supports
from minsheng.casework.cases import CaseState, SuggestionKind
from minsheng.casework.suggestions import Suggestion
from minsheng.database import db
from minsheng.records.projects import Project
from pages.services import services
from public.casework import suggestion_following, suggestion_judging, suggestion_sending, suggestion_supports

blueprint = Blueprint("suggestions", __name__, url_prefix="/suggestions")
PAGE_SIZE = 20
MOST_SUPPORTED = "supports"
OPEN_STATES = (CaseState.RECEIVED, CaseState.ACCEPTED, CaseState.HANDED_OVER, CaseState.DISPUTED)

GET, POST = ("GET",), ("POST",)
blueprint.add_url_rule("/new", view_func=suggestion_sending.new, methods=GET + POST)
blueprint.add_url_rule("/follow", view_func=suggestion_following.follow, methods=GET + POST)
blueprint.add_url_rule("/follow/<code>", view_func=suggestion_following.followed, methods=GET)
blueprint.add_url_rule("/follow/<code>/receipt", "followed_receipt", suggestion_following.receipt, methods=GET)
blueprint.add_url_rule("/follow/<code>/rate", view_func=suggestion_following.rate, methods=POST)
blueprint.add_url_rule("/follow/<code>/dispute", view_func=suggestion_following.dispute, methods=POST)
blueprint.add_url_rule("/follow/<code>/words", view_func=suggestion_following.add_words, methods=POST)
blueprint.add_url_rule("/follow/<code>/photos", view_func=suggestion_following.add_photos, methods=POST)
blueprint.add_url_rule(
    "/follow/<code>/photos/<int:photo_id>-<int:width>.webp",
    "followed_photo",
    suggestion_following.photo,
    methods=GET,
)
blueprint.add_url_rule("/answers/rate/<token>", view_func=suggestion_judging.rate_by_mail, methods=GET + POST)
blueprint.add_url_rule("/answers/dispute/<token>", view_func=suggestion_judging.dispute_by_mail, methods=GET + POST)
blueprint.add_url_rule("/answers/judged", view_func=suggestion_judging.judged, methods=GET)
SUPPORT = "/<int(max=2147483647):case_id>/support"
blueprint.add_url_rule(SUPPORT, view_func=suggestion_supports.support, methods=GET + POST)
blueprint.add_url_rule(f"{SUPPORT}/take-back", view_func=suggestion_supports.take_back_support, methods=POST)


@blueprint.get("/")
def index() -> str:
    """List the published cases, newest or most supported first, with the open arithmetic of all cases."""
    page = max(request.args.get("page", 1, type=int), 1)
    chosen = {name: request.args.get(name, "") for name in ("kind", "state", "project", "sort")}
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
    first = (supports.counted().desc(),) if chosen["sort"] == MOST_SUPPORTED else ()
    cases = db.session.scalars(
        query.order_by(*first, Suggestion.received_at.desc()).offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE)
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
        support_counts=supports.counts(db.session(), [case.id for case in cases]),
        counts=case_statistics.count(db.session(), today),
        by_agency=case_statistics.counts_by_agency(db.session(), today),
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
        "public/suggestions/case.html",
        case=case,
        today=services().today(),
        photos=[photo for photo in case.photos if photo.is_public],
        support_count=supports.counts(db.session(), [case.id]).get(case.id, 0),
        may_support=supports.may_be_supported(case),
        shows_invented=suggestion_following.is_invented(case),
    )
