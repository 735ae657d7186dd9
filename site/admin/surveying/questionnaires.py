"""Questionnaires: the list, new ones, files in and out, versions, previews on a phone and on paper."""

import sqlalchemy as sa
from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import selectinload

from admin.access import current_staff, needs, require
from admin.surveying.questionnaire_forms import AboutForm, ActForm, ImportForm, NewForm, PlaceForm
from admin.surveying.questionnaire_words import fault_words, file_words, warning_words
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.errors import AddressTakenError, NotAllowedError
from minsheng.records.places import Division, division_by_code
from minsheng.surveying import questionnaire_editing as editing
from minsheng.surveying import questionnaire_files, surveys
from minsheng.surveying.question_library import honest, standard_questions
from minsheng.surveying.question_wording import warnings
from minsheng.surveying.questionnaire_drafts import FaultyQuestionsError, QuestionDraft, drafts_of
from minsheng.surveying.questionnaires import Question, Questionnaire, QuestionnaireVersion
from pages import questions
from pages.language import gettext as _
from pages.services import services

blueprint = Blueprint("questionnaires", __name__, url_prefix="/questionnaires")
VERSION = "/<slug>/<int(max=99999):number>"
UNREADABLE = 422


@blueprint.get("/")
@needs(Permission.RUN_SURVEY)
def index() -> ResponseReturnValue:
    """List the questionnaires of one's places with their newest version."""
    return render_template(
        "admin/questionnaires/index.html", questionnaires=editing.questionnaires_of(db.session(), current_staff())
    )


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.RUN_SURVEY)
def new() -> ResponseReturnValue:
    """Begin a questionnaire, empty or with the library's questions."""
    form = NewForm(*_places())
    if form.validate_on_submit():
        chosen = [one.question for one in standard_questions().values()] if form.with_library.data else []
        version = _start(form, str(form.title.data), questions=chosen)
        if version is not None:
            return redirect(url_for(".show", slug=version.questionnaire.slug, number=version.number))
    page = render_template("admin/questionnaires/new.html", form=form)
    return (page, UNREADABLE) if form.is_submitted() else page


@blueprint.route("/import", methods=["GET", "POST"])
@needs(Permission.RUN_SURVEY)
def bring_in() -> ResponseReturnValue:
    """Add a questionnaire from a file; a file that does not fit names the place of the mistake."""
    form = ImportForm(*_places())
    if form.validate_on_submit():
        try:
            draft = questionnaire_files.read(form.content())
        except questionnaire_files.QuestionnaireFileError as error:
            form.file.errors = [file_words(error)]
        except FaultyQuestionsError as error:
            form.file.errors = [fault_words(fault) for fault in error.faults[:20]]
        else:
            asked = [honest(question) for question in draft.questions]
            version = _start(form, draft.title, draft.introduction, dict(draft.translations), asked)
            if version is not None:
                flash(_("问卷已导入。"), "good")
                return redirect(url_for(".show", slug=version.questionnaire.slug, number=version.number))
    page = render_template("admin/questionnaires/import.html", form=form)
    return (page, UNREADABLE) if form.is_submitted() else page


def _start(
    form: PlaceForm,
    title: str,
    introduction: str = "",
    translations: dict[str, str] | None = None,
    questions: list[QuestionDraft] | None = None,
) -> QuestionnaireVersion | None:
    """Store a new questionnaire, or say at the form that its address is taken."""
    division = division_by_code(db.session(), form.division.data) if form.division.data else None
    require(Permission.RUN_SURVEY, division, None)
    try:
        version = editing.start(
            db.session(),
            str(form.slug.data),
            title,
            division,
            introduction=introduction,
            translations=translations,
            questions=questions or [],
        )
    except AddressTakenError:
        form.slug.errors = [_("这个名字已经用了")]
        return None
    _record(version, "questionnaire_started")
    db.session.commit()
    return version


@blueprint.get(VERSION)
@needs(Permission.RUN_SURVEY)
def show(slug: str, number: int) -> ResponseReturnValue:
    """Show a version's questions with what the rules of wording say, and what may be done with them."""
    version = version_at(slug, number)
    found: dict[str, list[tuple[str, str]]] = {}
    for warning in warnings(drafts_of(version)):
        found.setdefault(warning.question, []).append(warning_words(warning))
    seen = version.computed_hash()
    return render_template(
        "admin/questionnaires/show.html",
        version=version,
        asked=questions.asked(version),
        warnings=found,
        is_editable=editing.is_editable(db.session(), version),
        form=ActForm(formdata=None, data={"seen": seen}),
        content_hash=seen,
        counted=sum(len(each) for each in found.values()),
    )


@blueprint.route(f"{VERSION}/about", methods=["GET", "POST"])
@needs(Permission.RUN_SURVEY)
def about(slug: str, number: int) -> ResponseReturnValue:
    """Change the title and what stands above the questions."""
    version = version_at(slug, number)
    known = {
        "title": version.questionnaire.title,
        "introduction": version.introduction,
        "seen": version.computed_hash(),
    }
    form = AboutForm(data=known)
    if form.validate_on_submit():
        editing.require_editable(db.session(), version, str(form.seen.data))
        version.questionnaire.title = str(form.title.data).strip()
        version.introduction = str(form.introduction.data or "").strip()
        _record(version, "questionnaire_changed", before=str(form.seen.data))
        db.session.commit()
        return redirect(url_for(".show", slug=slug, number=number))
    page = render_template("admin/questionnaires/about.html", form=form, version=version)
    return (page, UNREADABLE) if form.is_submitted() else page


@blueprint.post(f"{VERSION}/copy")
@needs(Permission.RUN_SURVEY)
def copy(slug: str, number: int) -> ResponseReturnValue:
    """Make the next version, which can be changed again."""
    version = editing.next_version(db.session(), version_at(slug, number))
    _record(version, "questionnaire_copied")
    db.session.commit()
    flash(_("已复制成第 %(number)s 版，可以改了。", number=version.number), "good")
    return redirect(url_for(".show", slug=slug, number=version.number))


@blueprint.get(f"{VERSION}/questionnaire.json")
@needs(Permission.RUN_SURVEY)
def export(slug: str, number: int) -> ResponseReturnValue:
    """Give a version as a file that can be brought in again."""
    text = questionnaire_files.write(questionnaire_files.draft_of_version(version_at(slug, number)))
    answer = Response(text, mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}-v{number}.json"'
    return answer


@blueprint.get(f"{VERSION}/preview")
@needs(Permission.RUN_SURVEY)
def preview(slug: str, number: int) -> ResponseReturnValue:
    """Show the questions as they look on a phone."""
    version = version_at(slug, number)
    return render_template(
        "admin/questionnaires/preview.html",
        version=version,
        asked=questions.asked(version),
        typed={question.key: request.args.getlist(f"q-{question.key}") for question in version.questions},
        text_limits=surveys.TEXT_LIMITS,
    )


@blueprint.get(f"{VERSION}/paper")
@needs(Permission.RUN_SURVEY)
def paper(slug: str, number: int) -> ResponseReturnValue:
    """Show the questions as a sheet to print and fill in with a pen."""
    version = version_at(slug, number)
    return render_template("admin/questionnaires/paper.html", version=version, asked=questions.asked(version))


def version_at(slug: str, number: int) -> QuestionnaireVersion:
    """Return a version of a questionnaire of one's places, or answer 404; ``NotAllowedError`` for another's."""
    asked = selectinload(QuestionnaireVersion.questions).selectinload(Question.options)
    query = (
        sa.select(QuestionnaireVersion)
        .join(QuestionnaireVersion.questionnaire)
        .where(Questionnaire.slug == slug, QuestionnaireVersion.number == number)
    )
    version = db.session.scalar(query.options(asked))
    if version is None:
        abort(404)
    if not editing.may_edit(current_staff(), version.questionnaire):
        raise NotAllowedError
    return version


def _record(version: QuestionnaireVersion, act: str, before: str = "") -> None:
    editing.record(db.session(), version, act, current_staff(), services().clock(), before)


def _places() -> tuple[list[Division], bool]:
    """Return the places in which whoever is signed in runs surveys, and whether everywhere."""
    member = current_staff()
    divisions = db.session.scalars(sa.select(Division).order_by(Division.path))
    return (
        [one for one in divisions if member.may_on(Permission.RUN_SURVEY, one, None)],
        member.may_on(Permission.RUN_SURVEY, None, None),
    )
