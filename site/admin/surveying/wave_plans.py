"""Planning a survey: a draft that is written and changed, and deleted while residents have not seen it."""

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import selectinload

from admin.access import current_staff, needs, require
from admin.surveying.wave_plan_forms import DiscardForm, NewPlanForm, PlanForm
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.errors import AddressTakenError, InvalidValuesError, NotAllowedError, WrongStateError
from minsheng.opinion.schemes import Scheme
from minsheng.records.places import Division
from minsheng.records.programmes import Programme
from minsheng.surveying import assessment_schemes, questionnaire_editing, wave_plans
from minsheng.surveying.questionnaires import QuestionnaireVersion
from minsheng.surveying.scheme_fit import Misfit, SchemeMisfitError
from minsheng.surveying.surveys import Wave
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.services import services
from pages.words_of_quality import EXPLAINED, THRESHOLD_UNITS

blueprint = Blueprint("wave_plans", __name__, url_prefix="/surveys")
UNREADABLE = 422
PROBLEMS = {
    "before_first_day": _l("不能早于第一天"),
    "too_long": _l("一次调查最多一年"),
    "none": _l("请至少选一个渠道"),
    "elsewhere": _l("有的地方不在这次调查的地方里"),
    "no_questions": _l("这份问卷还没有题目"),
    "out_of_range": _l("这个界限太高或太低"),
    "not_later": _l("要比原来的最后一天晚"),
}
"""Reason code of the domain → what to say beside the field."""


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.RUN_SURVEY)
def new() -> ResponseReturnValue:
    """Begin a draft: first its place, then everything else."""
    places = _places()
    code = request.args.get("place", places[0].code if len(places) == 1 else "")
    division = next((one for one in places if one.code == code), None)
    if division is None:
        return render_template("admin/wave_plans/place.html", places=places), 404 if code else 200
    require(Permission.RUN_SURVEY, division, None)
    form = NewPlanForm(division, *_offered(division), data=PlanForm.proposed(services().today().year))
    misfits: list[Misfit] = []
    if form.validate_on_submit():
        try:
            wave = wave_plans.begin(db.session(), str(form.slug.data), form.plan(), current_staff(), services().clock())
        except AddressTakenError:
            form.slug.errors = [_("这个名字已经用了")]
        except (InvalidValuesError, SchemeMisfitError) as error:
            misfits = note(form, error)
        else:
            db.session.commit()
            flash(_("草稿已保存。请再录入人口数；开始前由另一个人发布。"), "good")
            return redirect(url_for("admin.surveys.show", slug=wave.slug))
        db.session.rollback()
    page = render_template("admin/wave_plans/new.html", form=form, division=division, misfits=misfits, **_rule_words())
    return (page, UNREADABLE) if form.is_submitted() else page


@blueprint.route("/<slug>/plan", methods=["GET", "POST"])
@needs(Permission.RUN_SURVEY)
def edit(slug: str) -> ResponseReturnValue:
    """Change a draft; of a published wave, show what was settled."""
    wave = wave_at(slug)
    if wave.is_published:
        if request.method == "POST":
            raise WrongStateError("plan", "published")
        return render_template(
            "admin/wave_plans/settled.html", wave=wave, programmes=_asked_about(wave.version), **_rule_words()
        )
    form = PlanForm(wave.division, *_offered(wave.division), data=PlanForm.held_by(wave))
    misfits: list[Misfit] = []
    if form.validate_on_submit():
        try:
            wave_plans.rewrite(db.session(), wave, form.plan(), current_staff(), services().clock())
        except (InvalidValuesError, SchemeMisfitError) as error:
            db.session.rollback()
            wave = wave_at(slug)
            misfits = note(form, error)
        else:
            db.session.commit()
            flash(_("草稿已保存。"), "good")
            return redirect(url_for("admin.surveys.show", slug=slug))
    page = render_template(
        "admin/wave_plans/plan.html",
        form=form,
        wave=wave,
        division=wave.division,
        misfits=misfits,
        programmes=_asked_about(wave.version),
        discard_form=DiscardForm(formdata=None),
        **_rule_words(),
    )
    return (page, UNREADABLE) if form.is_submitted() else page


@blueprint.post("/<slug>/discard")
@needs(Permission.RUN_SURVEY)
def discard(slug: str) -> ResponseReturnValue:
    """Delete a draft. Raises ``WrongStateError`` once it is published."""
    wave = wave_at(slug)
    if not DiscardForm().validate_on_submit():
        flash(_("没有删除：请勾选，确认删除。"), "warning")
        return redirect(url_for(".edit", slug=slug))
    try:
        wave_plans.discard(db.session(), wave, current_staff(), services().clock())
    except WrongStateError as error:
        if error.state != "in_use":
            raise
        db.session.rollback()
        flash(_("没有删除：这次调查已经有名册、卷子或考核表。请先去掉它们。"), "error")
        return redirect(url_for(".edit", slug=slug))
    db.session.commit()
    flash(_("草稿已删除。"), "good")
    return redirect(url_for("admin.surveys.index"))


def wave_at(slug: str, *permissions: Permission) -> Wave:
    """Return a survey of one's places, or answer 404; raise ``NotAllowedError`` for another's."""
    wave = db.session.scalar(sa.select(Wave).where(Wave.slug == slug))
    if wave is None:
        abort(404)
    needed = permissions or (Permission.RUN_SURVEY,)
    if not any(current_staff().may_on(one, wave.division, None) for one in needed):
        raise NotAllowedError
    return wave


def note(form: PlanForm, error: InvalidValuesError | SchemeMisfitError) -> list[Misfit]:
    """Put what the domain refused beside the fields; return what keeps the scheme from scoring the questions."""
    if isinstance(error, SchemeMisfitError):
        form.scheme.errors = [_("这套办法和问卷对不上，见下面")]
        return error.misfits
    for name, reason in error.problems.items():
        field = form[name] if name in form else form[f"threshold_{name}"]
        field.errors = [*field.errors, str(PROBLEMS[reason])]
    return []


def _places() -> list[Division]:
    """Return the places in which whoever is signed in runs surveys, villages left out."""
    query = sa.select(Division).order_by(Division.path)
    return [one for one in db.session.scalars(query) if current_staff().may_on(Permission.RUN_SURVEY, one, None)]


def _offered(division: Division) -> tuple[list[QuestionnaireVersion], list[Scheme], list[Programme]]:
    """Return the questionnaires, schemes and programmes that a wave of a place may be about."""
    versions = [
        version
        for one in questionnaire_editing.questionnaires_of(db.session(), current_staff())
        if one.division is None or one.division.covers(division) or division.covers(one.division)
        for version in reversed(one.versions)
    ]
    programmes = db.session.scalars(
        Programme.visible_to_residents().options(selectinload(Programme.division)).order_by(Programme.year.desc())
    )
    own = [one for one in programmes if one.division and one.division.covers(division)]
    return versions, assessment_schemes.all_schemes(db.session()), own


def _asked_about(version: QuestionnaireVersion) -> list[str]:
    """Return the codes of the programmes that a questionnaire has a question of its own about."""
    return [question.programme for question in version.questions if question.programme]


def _rule_words() -> dict[str, object]:
    return {"explained": EXPLAINED, "units": THRESHOLD_UNITS}
