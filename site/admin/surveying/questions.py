"""The questions of a questionnaire: written, changed, moved, removed, taken from the library, translated."""

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs
from admin.surveying.questionnaire_forms import ActForm, QuestionForm
from admin.surveying.questionnaire_words import fault_words, warning_words
from admin.surveying.questionnaires import UNREADABLE, VERSION, version_at
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.errors import ChangedMeanwhileError
from minsheng.surveying import questionnaire_editing as editing
from minsheng.surveying.asked_programmes import known_programmes
from minsheng.surveying.question_library import standard_questions
from minsheng.surveying.question_wording import warnings_of
from minsheng.surveying.questionnaire_drafts import (
    LANGUAGES,
    FaultyQuestionsError,
    QuestionDraft,
    drafts_of,
    moved,
    put,
)
from minsheng.surveying.questionnaire_files import LONGEST_INTRODUCTION
from minsheng.surveying.questionnaire_translations import lines, translated
from minsheng.surveying.questionnaires import QuestionnaireVersion, QuestionType
from pages.language import gettext as _
from pages.services import services

blueprint = Blueprint("questions", __name__, url_prefix=f"/questionnaires{VERSION}")
PATTERNS = {"scale": "overall", "single": "used", "multiple": "heard_from"}
"""Type of a new question → the library's question whose answers it begins with."""


@blueprint.route("/questions/new", methods=["GET", "POST"])
@needs(Permission.RUN_SURVEY)
def new(slug: str, number: int) -> ResponseReturnValue:
    """Add a question; ``?type=`` begins with the answers that are usual for it, ``?like=`` with a copy of another."""
    version = version_at(slug, number)
    like = next((one for one in drafts_of(version) if one.key == request.args.get("like")), None)
    # A copy asks something else by the same answers: it is no standard question and about no programme yet.
    draft = replace(like, key="", standard="", programme="") if like else _blank(request.args.get("type", ""))
    return _edit(version, draft, replacing="")


@blueprint.route("/questions/<key>", methods=["GET", "POST"])
@needs(Permission.RUN_SURVEY)
def edit(slug: str, number: int, key: str) -> ResponseReturnValue:
    """Change a question."""
    version = version_at(slug, number)
    draft = next((one for one in drafts_of(version) if one.key == key), None)
    if draft is None:
        abort(404)
    return _edit(version, draft, replacing=key)


def _edit(version: QuestionnaireVersion, draft: QuestionDraft, replacing: str) -> ResponseReturnValue:
    """Show a question's form, or store what was typed. "More rows" stores nothing and keeps everything."""
    drafts = drafts_of(version)
    others = [one for one in drafts if one.key != replacing]
    programmes = known_programmes(db.session())
    if request.method == "GET":
        form = QuestionForm.showing(others, programmes, draft, version.computed_hash())
        return _form_page(version, form, draft, replacing)
    form = QuestionForm(others, programmes)
    if "more" in request.form:
        form.add_rows()
        return _form_page(version, form, draft, replacing)
    if form.validate():
        typed = form.draft()
        try:
            editing.rewrite(db.session(), version, put(drafts, typed, replacing), str(form.seen.data))
            _record(version, str(form.seen.data))
        except FaultyQuestionsError as error:
            form.key.data = typed.key
            form.note(error.faults)
        except ChangedMeanwhileError:
            form.seen.data = version.computed_hash()
            form.form_errors.append(_("刚才有人改过这份问卷。您写的还在，核对后请再存一次。"))
        else:
            db.session.commit()
            for title, advice in (warning_words(one) for one in warnings_of(typed)):
                flash(_("%(title)s。%(advice)s", title=title, advice=advice), "warning")
            return redirect(_back(version, typed.key))
    db.session.rollback()
    return _form_page(version, form, draft, replacing), UNREADABLE


def _form_page(version: QuestionnaireVersion, form: QuestionForm, draft: QuestionDraft, replacing: str) -> str:
    found = [warning_words(one) for one in warnings_of(draft)] if replacing else []
    return render_template(
        "admin/questionnaires/question.html", version=version, form=form, replacing=replacing, warnings=found
    )


def _blank(kind: str) -> QuestionDraft:
    """Return an empty question of a type, with the usual answers."""
    type_ = QuestionType(kind) if kind in set(QuestionType) else QuestionType.SINGLE
    like = standard_questions().get(PATTERNS.get(type_.value, ""))
    return QuestionDraft(key="", type=type_, text="", options=like.question.options if like else ())


@blueprint.post("/questions/<key>/move")
@needs(Permission.RUN_SURVEY)
def move(slug: str, number: int, key: str) -> ResponseReturnValue:
    """Move a question up or down by a place."""
    version = version_at(slug, number)
    return _rewrite(version, moved(drafts_of(version), key, request.form.get("way") == "up"), key)


@blueprint.post("/questions/<key>/remove")
@needs(Permission.RUN_SURVEY)
def remove(slug: str, number: int, key: str) -> ResponseReturnValue:
    """Take a question out."""
    version = version_at(slug, number)
    return _rewrite(version, [one for one in drafts_of(version) if one.key != key], "")


@blueprint.route("/library", methods=["GET", "POST"])
@needs(Permission.RUN_SURVEY)
def library(slug: str, number: int) -> ResponseReturnValue:
    """Show the library with sources; add the ticked questions."""
    version = version_at(slug, number)
    drafts = drafts_of(version)
    present = {one.key for one in drafts}
    if request.method == "GET":
        return render_template(
            "admin/questionnaires/library.html",
            version=version,
            library=standard_questions().values(),
            present=present,
            form=ActForm(formdata=None, data={"seen": version.computed_hash()}),
        )
    for key in request.form.getlist("standard"):
        if key in standard_questions() and key not in present:
            drafts = put(drafts, standard_questions()[key].question)
    return _rewrite(version, drafts, "")


@blueprint.route("/translations", methods=["GET", "POST"])
@needs(Permission.RUN_SURVEY)
def translations(slug: str, number: int) -> ResponseReturnValue:
    """Show every text beside its translations, and take them all at once."""
    version = version_at(slug, number)
    drafts = drafts_of(version)
    texts = lines(drafts)
    seen = version.computed_hash()
    if request.method == "GET":
        form = ActForm(formdata=None, data={"seen": seen})
        return render_template(
            "admin/questionnaires/translations.html", version=version, lines=texts, languages=LANGUAGES, form=form
        )
    form = ActForm()
    introduction = {one: request.form.get(f"introduction-{one}", "").strip() for one in LANGUAGES}
    words = {
        line.text: {one: request.form.get(f"line-{place}-{one}", "") for one in LANGUAGES}
        for place, line in enumerate(texts)
    }
    if form.validate() and all(len(text) <= LONGEST_INTRODUCTION for text in introduction.values()):
        try:
            editing.rewrite(db.session(), version, translated(drafts, words), str(form.seen.data))
        except FaultyQuestionsError as error:
            form.form_errors.extend(fault_words(fault) for fault in error.faults[:20])
        except ChangedMeanwhileError:
            # The lines may be others now: what was typed is shown beside the text that it was typed for.
            form.seen.data = seen
            form.form_errors.append(_("刚才有人改过这份问卷。请核对每一行，再存一次。"))
        else:
            version.translations = {language: text for language, text in introduction.items() if text}
            _record(version, str(form.seen.data))
            db.session.commit()
            flash(_("译文已保存。"), "good")
            return redirect(_back(version, ""))
    db.session.rollback()
    page = render_template(
        "admin/questionnaires/translations.html", version=version, lines=texts, languages=LANGUAGES, form=form
    )
    return page, UNREADABLE


def _rewrite(version: QuestionnaireVersion, drafts: Sequence[QuestionDraft], key: str) -> ResponseReturnValue:
    """Store the questions in a new order or number, or say why that cannot be."""
    form = ActForm()
    if not form.validate():
        flash(_("页面开得太久了，请再按一次。"), "warning")
        return redirect(_back(version, key))
    try:
        editing.rewrite(db.session(), version, drafts, str(form.seen.data))
        _record(version, str(form.seen.data))
        db.session.commit()
    except FaultyQuestionsError as error:
        db.session.rollback()
        flash(_("没有改成：%(faults)s", faults=_("；").join(fault_words(fault) for fault in error.faults)), "error")
    except ChangedMeanwhileError:
        db.session.rollback()
        flash(_("刚才有人改过这份问卷。请看一看现在的样子，再按一次。"), "warning")
    return redirect(_back(version, key))


def _record(version: QuestionnaireVersion, before: str) -> None:
    editing.record(db.session(), version, "questionnaire_changed", current_staff(), services().clock(), before)


def _back(version: QuestionnaireVersion, key: str) -> str:
    """Return the address of the version's page, at a question."""
    page = url_for("admin.questionnaires.show", slug=version.questionnaire.slug, number=version.number)
    return f"{page}#question-{key}" if key else page
