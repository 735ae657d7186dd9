"""Taking answers of a survey out by a registered rule, one by one or a whole batch, and taking them in again."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, StringField, TextAreaField

from admin.access import current_staff, needs
from admin.surveying.wave_plans import wave_at
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.errors import DomainError
from minsheng.surveying import exclusion_acts, wave_results
from minsheng.surveying.exclusion_acts import Meant, NothingToExcludeError, TooFewToExcludeError
from minsheng.surveying.exclusions import Exclusion, ExclusionScope
from minsheng.surveying.quality_marks import Arrived, arrived, marks_of
from minsheng.surveying.quality_rules import FOUND_BY_PEOPLE, SEEN_ONLY_AFTER_CLOSING, QualityRule, registered
from minsheng.surveying.surveys import Wave
from pages.error_messages import domain_message
from pages.forms import Form, choices, length, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.services import services
from pages.words import word
from pages.words_of_quality import EXPLAINED

blueprint = Blueprint("exclusions", __name__, url_prefix="/surveys/<slug>/exclusions")
UNREADABLE, REFUSED = 422, 409
SEE = (Permission.RUN_SURVEY, Permission.EXPORT_ANSWERS)
ASK_AGAIN_SECONDS = 10
ANSWERS_A_MINUTE = 60_000
"""How many answers the job computes results from in a minute, on one of two busy cores: for a word to whoever waits."""
MOST_LISTED = 200
"""So many marked answers are listed at once, by rule."""
WHOLE = (ExclusionScope.BATCH, ExclusionScope.INTERVIEWER, ExclusionScope.BOARD)


class WhyForm(Form):
    """Why answers are taken out, or in again."""

    why = TextAreaField(_l("原因"), [required(_l("请写明原因，会和结果一起公布")), length(2, 500)])


class ResponsesForm(WhyForm):
    """Single answers that a rule marks; which ones is ticked beside them."""

    rule = SelectField(_l("按哪条规则"), [required(_l("请选规则"))])

    def __init__(self, rules: Sequence[QualityRule], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rule.choices = choices((rule.value, word(rule)) for rule in rules)


class WholeForm(ResponsesForm):
    """All answers of one batch, interviewer or board."""

    scope = SelectField(_l("剔除什么"), [required(_l("请选剔除什么"))])
    key = StringField(_l("批次名、访员代码或公示牌编号"), [required(_l("请填是哪一个")), length(1, 40)])

    def __init__(self, rules: Sequence[QualityRule], **kwargs: Any) -> None:
        super().__init__(rules, **kwargs)
        self.scope.choices = choices((scope.value, word(scope)) for scope in WHOLE)


@blueprint.get("/")
@needs(*SEE)
def index(slug: str) -> ResponseReturnValue:
    """Show what was taken out, and what a rule marks and could be.

    While new results are computed beside the request the browser is told to ask again, unless the reader said not to.
    """
    wave = wave_at(slug, *SEE)
    response = make_response(_page(wave))
    if "still" not in request.args and wave_results.answers_waiting(db.session(), wave):
        response.headers["Refresh"] = str(ASK_AGAIN_SECONDS)
    return response


@blueprint.post("/responses")
@needs(Permission.RUN_SURVEY)
def exclude_responses(slug: str) -> ResponseReturnValue:
    """Take the ticked answers out."""
    wave = wave_at(slug)
    form = ResponsesForm(list(registered(wave)))
    ids = [int(one) for one in request.form.getlist("response") if one.isascii() and one.isdigit() and len(one) < 20]
    if form.validate_on_submit():
        if ids:
            return _exclude(wave, form, Meant(ExclusionScope.RESPONSE, ids=ids))
        form.form_errors.append(_("请先勾选要剔除的答卷"))
    return _page(wave, responses_form=form, ticked=set(ids)), UNREADABLE


@blueprint.post("/whole")
@needs(Permission.RUN_SURVEY)
def exclude_whole(slug: str) -> ResponseReturnValue:
    """Take all answers of one batch, interviewer or board out."""
    wave = wave_at(slug)
    form = WholeForm(list(registered(wave)), formdata=request.form)
    if form.validate_on_submit():
        return _exclude(wave, form, Meant(ExclusionScope(form.scope.data), str(form.key.data).strip()))
    return _page(wave, whole_form=form), UNREADABLE


@blueprint.post("/<int:exclusion_id>/undo")
@needs(Permission.RUN_SURVEY)
def undo(slug: str, exclusion_id: int) -> ResponseReturnValue:
    """Let excluded answers count again. Raises ``WrongStateError`` once results rest on it."""
    wave = wave_at(slug)
    exclusion = db.session.get(Exclusion, exclusion_id)
    if exclusion is None or exclusion.wave_id != wave.id:
        abort(404)
    form = WhyForm()
    if not form.validate_on_submit():
        return _page(wave, undo_form=form, undoing=exclusion.id), UNREADABLE
    exclusion_acts.take_in_again(db.session(), exclusion, str(form.why.data), current_staff(), services().clock())
    db.session.commit()
    flash(_("已恢复，这些答卷重新计入。"), "good")
    return redirect(url_for(".index", slug=slug))


def _exclude(wave: Wave, form: ResponsesForm, meant: Meant) -> ResponseReturnValue:
    slug, rule, why = wave.slug, QualityRule(form.rule.data), str(form.why.data)
    try:
        exclusion = exclusion_acts.exclude(db.session(), wave, rule, meant, why, current_staff(), services().clock())
        count = exclusion.count
        db.session.commit()
    except (NothingToExcludeError, TooFewToExcludeError) as error:
        db.session.rollback()
        return _refused(wave_at(slug), form, meant, error)
    waiting = wave_results.answers_waiting(db.session(), wave_at(slug))
    said = (
        _("已剔除 %(count)s 份答卷，新的结果正在算。", count=count)
        if waiting
        else _("已剔除 %(count)s 份答卷。", count=count)
    )
    flash(said, "good")
    return redirect(url_for(".index", slug=slug))


def _refused(wave: Wave, form: ResponsesForm, meant: Meant, error: DomainError) -> ResponseReturnValue:
    title, advice = domain_message(error)
    form.form_errors.append(_("%(title)s。%(advice)s", title=title, advice=advice))
    if isinstance(form, WholeForm):
        return _page(wave, whole_form=form), REFUSED
    return _page(wave, responses_form=form, ticked=set(meant.ids)), REFUSED


def _page(
    wave: Wave,
    *,
    responses_form: ResponsesForm | None = None,
    whole_form: WholeForm | None = None,
    undo_form: WhyForm | None = None,
    undoing: int = 0,
    ticked: set[int] | None = None,
) -> str:
    has_closed = wave.has_closed(services().today())
    rules = [rule for rule in registered(wave) if has_closed or rule not in SEEN_ONLY_AFTER_CLOSING]
    waiting = wave_results.answers_waiting(db.session(), wave)
    # While results are computed nobody waits for the list of marked answers as well: it is the longest part.
    marked = [] if waiting else _marked(wave, rules)
    return render_template(
        "admin/exclusions/index.html",
        wave=wave,
        exclusions=exclusion_acts.exclusions_of(db.session(), wave),
        rules=rules,
        by_people=[rule for rule in rules if rule in FOUND_BY_PEOPLE],
        marked=marked[:MOST_LISTED],
        marked_count=len(marked),
        ticked=ticked or set(),
        responses_form=responses_form or ResponsesForm(rules, formdata=None),
        whole_form=whole_form or WholeForm(rules, formdata=None),
        undo_form=undo_form or WhyForm(formdata=None),
        undoing=undoing,
        computing=waiting,
        minutes=-(-waiting // ANSWERS_A_MINUTE) + 1,
        has_results=wave_results.latest(db.session(), wave) is not None,
        has_closed=has_closed,
        may_run=current_staff().may_on(Permission.RUN_SURVEY, wave.division, None),
        explained=EXPLAINED,
    )


def _marked(wave: Wave, rules: Sequence[QualityRule]) -> list[tuple[Arrived, list[QualityRule]]]:
    """Return the answers that still count and that a rule marks, those that break most rules first."""
    responses = arrived(db.session(), wave)
    marks = marks_of(db.session(), wave, responses)
    found = [
        (one, broken)
        for one in responses
        if not one.is_excluded and (broken := [rule for rule in rules if rule in marks.get(one.id, frozenset())])
    ]
    return sorted(found, key=lambda row: (-len(row[1]), row[1][0].value, row[0].id))
