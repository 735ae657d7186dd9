"""The year's cycle: which step is due when and who has done it, and the sheet of one review."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import selectinload
from wtforms import RadioField, SelectField, StringField, TextAreaField

from admin.access import current_staff, needs, require
from admin.records.part_forms import refusal
from admin.records.part_words import rule_word
from minsheng.accounts.reach import within
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.editorial import applying
from minsheng.editorial.proposals import OPEN_STATES, Proposal
from minsheng.editorial.record_changes import Change
from minsheng.errors import IncompleteRecordError, InvalidValuesError, NotAllowedError
from minsheng.progress import cycle, directory
from minsheng.progress.cycle import REVIEW_STEPS, CycleStep
from minsheng.progress.retrospect import loaded_for_looking_back, standing_at
from minsheng.records.places import Agency
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project, Stage, project_by_slug
from minsheng.records.publication import Origin, Publication
from minsheng.records.reviews import Review, period_fits
from pages.forms import DateField, Form, QuantityField, choices, length, required
from pages.installation import site_settings
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.language import plain_record_text
from pages.services import services

blueprint = Blueprint("calendar", __name__, url_prefix="/calendar")
PERMISSIONS = (Permission.PROPOSE_PROJECT, Permission.KEEP_LEDGER)
UNREADABLE = 422
PAGE = 50


def _chosen(value: object) -> str:
    """Return what was chosen; a list that was not sent is no choice."""
    return "" if value is None else str(value)


class ReviewForm(Form):
    """One review of one project; what it says is public once a second person has accepted it."""

    held_on = DateField(_l("考核日期"), validators=[required(_l("请填日期"))])
    agency_id = SelectField(_l("考核单位"), coerce=_chosen, default="")
    reviewer = StringField(_l("考核单位（不在名单里的写这里）"), validators=[length(most=120)])
    score = QuantityField(_l("得分"))
    points = QuantityField(_l("满分"))
    meets_standard = RadioField(_l("达到质量标准吗"), coerce=_chosen, default="")
    finding = TextAreaField(_l("结论"), validators=[required(_l("请写结论")), length(most=2000)])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        agencies = db.session.scalars(sa.select(Agency).order_by(Agency.name))
        self.agency_id.choices = choices(
            [("", _("（无）")), *((one.id, plain_record_text(one.name)) for one in agencies)]
        )
        self.meets_standard.choices = choices([("", _("没有评定")), ("yes", _("达到")), ("no", _("没有达到"))])

    def to_values(self) -> dict[str, Any]:
        """Return the columns as JSON values, as proposals keep them."""
        score, points = self.score.data, self.points.data
        return {
            "held_on": self.held_on.data.isoformat(),
            "agency_id": int(self.agency_id.data) if self.agency_id.data else None,
            "reviewer": (self.reviewer.data or "").strip(),
            "score": None if score is None else format(score.normalize(), "f"),
            "points": None if points is None else format(points.normalize(), "f"),
            "meets_standard": {"yes": True, "no": False}.get(self.meets_standard.data or ""),
            "finding": "\n".join((self.finding.data or "").strip().splitlines()),
            "document_id": None,
        }


@blueprint.get("/")
@needs(*PERMISSIONS)
def index() -> ResponseReturnValue:
    """Show the year of each programme one has to do with: every step with its day, and how many have done it."""
    programmes = _programmes()
    years = sorted({one.year for one in programmes if one.year}, reverse=True)
    year = request.args.get("year", years[0] if years else 0, type=int)
    known = site_settings()
    return render_template(
        "admin/calendar/index.html",
        years=years,
        year=year,
        listed=[(one, cycle.year_of(db.session(), one, known)) for one in programmes if one.year == year],
        today=services().today(),
        review_steps=REVIEW_STEPS,
    )


@blueprint.get("/<slug>/<any(quarterly_self_review, half_year_inspection, year_end_acceptance):step>/<period>")
@needs(*PERMISSIONS)
def step(slug: str, step: str, period: str) -> ResponseReturnValue:
    """List the projects of a programme that have and have not done one review."""
    programme, kind = programme_of_part(slug), CycleStep(step)
    _require_period(kind, period)
    query = _begun(programme, period)
    total = db.session.scalar(query.order_by(None).with_only_columns(sa.func.count(Project.id))) or 0
    pages = max(-(-total // PAGE), 1)
    number = min(max(request.args.get("page", 1, type=int), 1), pages)
    projects = db.session.scalars(
        query.options(selectinload(Project.agency)).limit(PAGE).offset((number - 1) * PAGE)
    ).all()
    ids = [one.id for one in projects]
    done = {
        one.project_id: one
        for one in db.session.scalars(
            sa.select(Review).where(
                Review.project_id.in_(ids), Review.kind == REVIEW_STEPS[kind], Review.period == period
            )
        )
    }
    waiting = {
        one.project_id: one
        for one in db.session.scalars(_waiting_query(ids))
        if one.values.get("kind") == REVIEW_STEPS[kind].value and one.values.get("period") == period
    }
    return render_template(
        "admin/calendar/step.html",
        programme=programme,
        step=kind,
        period=period,
        projects=projects,
        done=done,
        waiting=waiting,
        total=total,
        page=number,
        pages=pages,
    )


@blueprint.route(
    "/<slug>/<any(quarterly_self_review, half_year_inspection, year_end_acceptance):step>/<period>/<project_slug>",
    methods=["GET", "POST"],
)
@needs(Permission.PROPOSE_PROJECT)
def review(slug: str, step: str, period: str, project_slug: str) -> ResponseReturnValue:
    """Write one review beside the figures of its period; a second person makes it public."""
    programme, kind = programme_of_part(slug), CycleStep(step)
    _require_period(kind, period)
    project = project_by_slug(db.session(), project_slug)
    if project is None or project.programme_id != programme.id or project.publication is not Publication.PUBLISHED:
        abort(404)
    require(Permission.PROPOSE_PROJECT, project.division, project.agency)
    form = ReviewForm()
    names = {"programme": programme, "project": project, "step": kind, "period": period, "form": form}
    names["standing"] = _standing(project, period)
    if request.method == "GET":
        form.held_on.data = services().today()
        return render_template("admin/calendar/review.html", **names)
    if not form.validate_on_submit():
        return render_template("admin/calendar/review.html", **names), UNREADABLE
    values = {"kind": REVIEW_STEPS[kind].value, "period": period, **form.to_values()}
    try:
        applying.propose(db.session(), project, Change("review", values), current_staff(), services().clock())
    except (InvalidValuesError, IncompleteRecordError) as error:
        db.session.rollback()
        _refuse(form, error)
        project = project_by_slug(db.session(), project_slug)
        return render_template("admin/calendar/review.html", **{**names, "project": project}), UNREADABLE
    db.session.commit()
    flash(_("已提交，等另一位同事审核公示。"), "good")
    return redirect(url_for(".step", slug=slug, step=step, period=period))


def _refuse(form: ReviewForm, error: InvalidValuesError | IncompleteRecordError) -> None:
    """Say beside each control what the domain found wrong with it."""
    for name, code in (error.problems if isinstance(error, InvalidValuesError) else {}).items():
        column, words = (name, refusal(code)) if name else rule_word("review", code)
        if column in form:
            form[column].errors = [words]
        else:
            form.form_errors.append(words)


def _programmes() -> list[Programme]:
    """Return the published own programmes with a project, or a place, within one's roles."""
    member: Any = current_staff()
    reached = sa.select(Project.programme_id).where(
        within(member, (Permission.PROPOSE_PROJECT,), Project.division_id, Project.agency_id)
    )
    query = (
        Programme.visible_to_residents()
        .where(Programme.origin == Origin.OWN)
        .order_by(Programme.year.desc(), Programme.id)
    )
    found = {one.id for one in db.session.scalars(query.where(Programme.id.in_(reached)))}
    return [
        one
        for one in db.session.scalars(query)
        if one.id in found or member.may_on(Permission.KEEP_LEDGER, one.division, None)
    ]


def programme_of_part(slug: str) -> Programme:
    """Return an own programme that one has to do with, or answer 404; raise ``NotAllowedError`` for another."""
    programme = directory.programme_by_slug(db.session(), slug)
    if programme is None or programme.is_compiled:
        abort(404)
    if programme not in _programmes():
        raise NotAllowedError
    return programme


def _require_period(step: CycleStep, period: str) -> None:
    """Answer 404 for a period that is none of the step's."""
    if not period_fits(REVIEW_STEPS[step], period) or not 1949 <= int(period[:4]) <= 2200:
        abort(404)


def _begun(programme: Programme, period: str) -> sa.Select[Project]:
    """Return the query of the projects of one's part that were to have begun by the end of a period, by title."""
    member = current_staff()
    office = member.may_on(Permission.KEEP_LEDGER, programme.division, None)
    covered = sa.true() if office else within(member, PERMISSIONS, Project.division_id, Project.agency_id)
    return (
        sa.select(Project)
        .where(
            Project.programme_id == programme.id,
            Project.publication == Publication.PUBLISHED,
            Project.stage != Stage.CANCELLED,
            Project.first_planned_start <= cycle.period_end(period),
            covered,
        )
        .order_by(Project.title, Project.id)
    )


def _waiting_query(ids: list[int]) -> sa.Select[Proposal]:
    """Return the query of the reviews of these projects that wait for a second person."""
    return sa.select(Proposal).where(
        Proposal.project_id.in_(ids), Proposal.part == "review", Proposal.state.in_(OPEN_STATES)
    )


def _standing(project: Project, period: str) -> Any:
    """Return how the project stood at the end of a period, or today where that is still to come."""
    loaded = sa.select(Project).where(Project.id == project.id).options(*loaded_for_looking_back())
    last = min(cycle.period_end(period), services().today())
    month = (
        f"{last:%Y-%m}" if last == cycle.period_end(period) else f"{last.replace(day=1) - dt.timedelta(days=1):%Y-%m}"
    )
    return standing_at(db.session.scalars(loaded).one(), month, services().report_due_day, today=services().today())
