"""Schemes of assessment: adding one as TOML, choosing the one that a survey is scored by."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import FileField, SelectField, TextAreaField

from admin.access import current_staff, needs, require
from admin.surveying.scheme_words import problem_words
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.errors import WrongStateError
from minsheng.opinion.errors import SchemeError
from minsheng.opinion.schemes import Scheme, shipped_text
from minsheng.surveying import assessment_schemes, scheme_fit
from minsheng.surveying.assessment_schemes import AssessmentScheme, SchemeTakenError
from minsheng.surveying.assessments import Assessment
from minsheng.surveying.surveys import Wave
from pages.forms import Form, choices
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.services import services

blueprint = Blueprint("schemes", __name__, url_prefix="/schemes")
UNREADABLE = 422


class SchemeForm(Form):
    """A scheme's text, typed or as a file."""

    text = TextAreaField(_l("办法全文（TOML）"))
    file = FileField(_l("或者上传文件"))

    def written(self) -> str:
        """Return the text: the file's where one was sent. Notes at the field what cannot be read."""
        sent = self.file.data
        if sent is not None and getattr(sent, "filename", None):
            try:
                return str(sent.read(assessment_schemes.LONGEST * 4).decode("utf-8-sig"))
            except UnicodeDecodeError:
                self.file.errors = [*self.file.errors, _("不是 UTF-8 编码的文字文件，请另存为 UTF-8 再传")]
                return ""
        return str(self.text.data or "")


class RemoveForm(Form):
    """Taking a scheme out that nothing rests on."""


class ChooseForm(Form):
    """The scheme that a survey is scored by, by its hash."""

    scheme = SelectField(_l("计分办法"))

    def __init__(self, schemes: list[Scheme], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scheme.choices = choices((one.content_hash, f"{one.title}（{one.id} {one.version}）") for one in schemes)


@blueprint.get("/")
@needs(Permission.ASSESS)
def index() -> ResponseReturnValue:
    """List all schemes: whether they are locked and what rests on them, and the surveys still to be given one."""
    rows = {row.content_hash: row for row in db.session.scalars(sa.select(AssessmentScheme))}
    drafts = db.session.scalars(sa.select(Wave).where(sa.not_(Wave.is_published)).order_by(Wave.opens_on))
    member = current_staff()
    return render_template(
        "admin/schemes/index.html",
        schemes=[(scheme, rows.get(scheme.content_hash)) for scheme in assessment_schemes.all_schemes(db.session())],
        used=_used(),
        drafts=[wave for wave in drafts if member.may_on(Permission.ASSESS, wave.division, None)],
        form=RemoveForm(formdata=None),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.ASSESS)
def new() -> ResponseReturnValue:
    """Add a scheme. A mistake in it is named with its line, and the text stays."""
    form = SchemeForm()
    if request.method == "GET":
        form.text.data = shipped_text("default")
        return render_template("admin/schemes/new.html", form=form)
    if form.validate_on_submit():
        text = form.written()
        try:
            if not form.file.errors:
                row = assessment_schemes.add(db.session(), text, current_staff().post, services().clock())
                db.session.commit()
                flash(_("办法已加入，居民在“考核办法”里看得到。"), "good")
                return redirect(url_for(".index") + f"#scheme-{row.slug}")
        except SchemeError as error:
            form.text.errors = [problem_words(error, text)]
        except SchemeTakenError:
            form.text.errors = [
                _("这个名字和版本已经有了，而且已经启用或随软件提供，不能改。请把 version 改成新的版本。")
            ]
        form.text.data = text
    return render_template("admin/schemes/new.html", form=form), UNREADABLE


@blueprint.post("/<int:scheme_id>/remove")
@needs(Permission.ASSESS)
def remove(scheme_id: int) -> ResponseReturnValue:
    """Take a scheme out that nothing rests on. Raises ``WrongStateError`` for a locked one."""
    row = db.session.get(AssessmentScheme, scheme_id)
    if row is None:
        abort(404)
    if row.content_hash in _used():
        raise WrongStateError("remove", "used")
    assessment_schemes.remove(db.session(), row, current_staff().post, services().clock())
    db.session.commit()
    flash(_("办法已取消。"), "good")
    return redirect(url_for(".index"))


@blueprint.route("/surveys/<slug>", methods=["GET", "POST"])
@needs(Permission.ASSESS)
def choose(slug: str) -> ResponseReturnValue:
    """Choose the scheme of a survey before it is published; one that does not fit its questions is refused."""
    wave = db.session.scalar(sa.select(Wave).where(Wave.slug == slug))
    if wave is None:
        abort(404)
    require(Permission.ASSESS, wave.division, None)
    if wave.is_published:
        raise WrongStateError("choose_scheme", "published")
    schemes = assessment_schemes.all_schemes(db.session())
    form = ChooseForm(schemes)
    if request.method == "GET":
        form.scheme.data = wave.scheme.content_hash if wave.scheme else schemes[0].content_hash
        return render_template("admin/schemes/choose.html", form=form, wave=wave, misfits=[])
    misfits: list[scheme_fit.Misfit] = []
    if form.validate_on_submit():
        scheme = next(one for one in schemes if one.content_hash == form.scheme.data)
        try:
            scheme_fit.choose(db.session(), wave, scheme, current_staff().post, services().clock())
        except scheme_fit.SchemeMisfitError as error:
            misfits = error.misfits
            form.scheme.errors = [_("这套办法和问卷对不上，见下面")]
        else:
            db.session.commit()
            flash(_("计分办法已定，随调查一起公布。"), "good")
            return redirect(url_for(".index"))
    return render_template("admin/schemes/choose.html", form=form, wave=wave, misfits=misfits), UNREADABLE


def _used() -> set[str]:
    """Return the hashes of the schemes that a survey or an assessment names."""
    own = sa.select(AssessmentScheme.content_hash)
    waves = db.session.scalars(own.join(Wave, Wave.scheme_id == AssessmentScheme.id))
    assessments = db.session.scalars(own.join(Assessment, Assessment.scheme_id == AssessmentScheme.id))
    return {*waves, *assessments}
