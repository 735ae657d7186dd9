"""Words that mark a letter for its reviewer, and ready-made beginnings of replies: data that staff keep."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectField, StringField, TextAreaField

from admin.access import current_staff, needs
from minsheng.accounts.staff import Permission
from minsheng.casework import reply_templates, word_lists
from minsheng.casework.cases import RefusalReason
from minsheng.casework.reply_templates import LONGEST_TEXT, LONGEST_TITLE, ReplyTemplate, TemplateUse
from minsheng.casework.word_lists import (
    LONGEST_WORD,
    MOST_WORDS,
    SHORTEST_WORD,
    InvalidWordError,
    ListedWord,
    ListFullError,
    WordList,
)
from minsheng.database import db
from minsheng.records.projects import Category
from pages.forms import Form, length, required, word_choices
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.services import services

blueprint = Blueprint("case_words", __name__, url_prefix="/case-words")
UNREADABLE = 422
REVIEWERS = (Permission.REVIEW_SUGGESTION, Permission.SUPERVISE_SUGGESTION)


class WordsForm(Form):
    """Words for one list, one a line."""

    word_list = RadioField(_l("加到哪张词表"), validators=[required(_l("请选一张词表"))])
    words = TextAreaField(_l("词语"), validators=[required(_l("请写要加的词语")), length(most=5000)])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.word_list.choices = word_choices(WordList)


class TemplateForm(Form):
    """A beginning of a reply or of a refusal."""

    use = RadioField(_l("用在哪里"), validators=[required(_l("请选用在哪里"))])
    category = SelectField(_l("哪一类项目"), validators=[])
    refusal_reason = SelectField(_l("哪种不受理的理由"), validators=[])
    title = StringField(_l("名称"), validators=[required(_l("请写名称")), length(most=LONGEST_TITLE)])
    text = TextAreaField(_l("正文"), validators=[required(_l("请写正文")), length(most=LONGEST_TEXT)])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.use.choices = word_choices(TemplateUse)
        self.category.choices = [("", _("各类都可以用")), *word_choices(Category)]
        self.refusal_reason.choices = [("", _("各种理由都可以用")), *word_choices(RefusalReason)]


class RemoveForm(Form):
    """Taking a word or a template away."""


@blueprint.get("/")
@needs(*REVIEWERS)
def index() -> ResponseReturnValue:
    """Show the word lists and the templates."""
    return _page(WordsForm(formdata=None))


@blueprint.post("/words")
@needs(*REVIEWERS)
def add_words() -> ResponseReturnValue:
    """Put words into a list; letters that come in from now on, and those waiting, are marked by them."""
    form = WordsForm()
    if not form.validate_on_submit():
        return _page(form), UNREADABLE
    lines = [line for line in (form.words.data or "").splitlines() if line.strip()]
    try:
        count = word_lists.add(db.session(), WordList(form.word_list.data), lines, current_staff(), services().clock())
    except InvalidWordError:
        form.words.errors = [_("每行一个词，%(least)s 到 %(most)s 个字", least=SHORTEST_WORD, most=LONGEST_WORD)]
        return _page(form), UNREADABLE
    except ListFullError:
        form.words.errors = [_("一张词表最多 %(most)s 个词，请先去掉没有用的", most=MOST_WORDS)]
        return _page(form), UNREADABLE
    db.session.commit()
    flash(_("已加上 %(count)s 个词，马上生效。", count=count), "good")
    return redirect(url_for(".index", _anchor="word-lists"))


@blueprint.post("/words/<int:word_id>/remove")
@needs(*REVIEWERS)
def remove_word(word_id: int) -> ResponseReturnValue:
    """Take a word out of its list."""
    listed = db.session.get(ListedWord, word_id)
    if listed is None:
        abort(404)
    word_lists.remove(db.session(), listed, current_staff(), services().clock())
    db.session.commit()
    flash(_("已去掉，马上生效。"), "good")
    return redirect(url_for(".index", _anchor="word-lists"))


@blueprint.route("/templates/new", methods=["GET", "POST"])
@needs(*REVIEWERS)
def new_template() -> ResponseReturnValue:
    """Write a template."""
    return _edit(ReplyTemplate(), TemplateForm())


@blueprint.route("/templates/<int:template_id>", methods=["GET", "POST"])
@needs(*REVIEWERS)
def edit_template(template_id: int) -> ResponseReturnValue:
    """Change a template."""
    template = _template(template_id)
    stored = {
        "use": template.use.value,
        "category": template.category.value if template.category else "",
        "refusal_reason": template.refusal_reason.value if template.refusal_reason else "",
        "title": template.title,
        "text": template.text,
    }
    return _edit(template, TemplateForm(data=stored))


@blueprint.post("/templates/<int:template_id>/remove")
@needs(*REVIEWERS)
def remove_template(template_id: int) -> ResponseReturnValue:
    """Take a template away."""
    reply_templates.remove(db.session(), _template(template_id), current_staff(), services().clock())
    db.session.commit()
    flash(_("已删除。"), "good")
    return redirect(url_for(".index", _anchor="templates"))


def _template(template_id: int) -> ReplyTemplate:
    template = db.session.get(ReplyTemplate, template_id)
    if template is None:
        abort(404)
    return template


def _edit(template: ReplyTemplate, form: TemplateForm) -> ResponseReturnValue:
    if not form.validate_on_submit():
        page = render_template(
            "admin/case_words/template.html", form=form, template=template, remove_form=RemoveForm(formdata=None)
        )
        return page, UNREADABLE if form.is_submitted() else 200
    member, at = current_staff(), services().clock()
    template.write(
        TemplateUse(form.use.data),
        Category(form.category.data) if form.category.data else None,
        RefusalReason(form.refusal_reason.data) if form.refusal_reason.data else None,
        (form.title.data or "", "\n".join((form.text.data or "").splitlines())),
        member,
        at,
    )
    reply_templates.save(db.session(), template, member, at)
    db.session.commit()
    flash(_("已保存，办理来件时可以选用。"), "good")
    return redirect(url_for(".index", _anchor="templates"))


def _page(form: WordsForm) -> str:
    words = word_lists.words_of(db.session())
    return render_template(
        "admin/case_words/index.html",
        form=form,
        lists={one: [word for word in words if word.word_list is one] for one in WordList},
        templates=reply_templates.templates(db.session()),
        remove_form=RemoveForm(formdata=None),
    )
