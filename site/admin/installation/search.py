"""What residents search for, and the installation's own lines of the list of synonyms."""

import datetime as dt

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from admin.access import current_staff, needs
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.installation import asked_queries, synonyms
from minsheng.installation.synonyms import LONGEST_LINE, MOST_LINES, SynonymLine
from pages.forms import Form, length, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.services import services
from search.synonyms import SynonymError, tidy

blueprint = Blueprint("search", __name__, url_prefix="/search")
UNREADABLE = 422
SHOWN = 30
SINCE = dt.timedelta(weeks=8)


class SynonymForm(Form):
    """One line of the list."""

    line = StringField(_l("同义词"), validators=[required(_l("请写一行同义词")), length(most=LONGEST_LINE)])


class RemoveForm(Form):
    """Taking a line out."""


@blueprint.get("/")
@needs(Permission.TEND_SEARCH)
def index() -> ResponseReturnValue:
    """Show the queries asked most, those that found nothing, and the lines; a word may be brought along."""
    form = SynonymForm(formdata=None)
    if word := request.args.get("word", "").strip()[: asked_queries.LONGEST]:
        form.line.data = f"{word} = "
    return _page(form)


@blueprint.post("/synonyms")
@needs(Permission.TEND_SEARCH)
def add() -> ResponseReturnValue:
    """Put a line into the list; every process reads it with its next search."""
    form = SynonymForm()
    if not form.validate_on_submit():
        return _page(form), UNREADABLE
    try:
        line = tidy(form.line.data or "")
    except SynonymError:
        form.line.errors = [_("请用等号隔开两个或更多的词，每个词至少两个字、中间没有空格，例如：日间照料 = 日照中心")]
        return _page(form), UNREADABLE
    if len(synonyms.lines(db.session())) >= MOST_LINES:
        form.line.errors = [_("同义词已有 %(most)s 行，请先去掉没有用的", most=MOST_LINES)]
        return _page(form), UNREADABLE
    synonyms.add(db.session(), line, current_staff(), services().clock())
    db.session.commit()
    flash(_("已加上，马上生效。"), "good")
    return redirect(url_for(".index", _anchor="synonyms"))


@blueprint.post("/synonyms/<int:line_id>/remove")
@needs(Permission.TEND_SEARCH)
def remove(line_id: int) -> ResponseReturnValue:
    """Take a line out."""
    line = db.session.get(SynonymLine, line_id)
    if line is None:
        abort(404)
    synonyms.remove(db.session(), line, current_staff(), services().clock())
    db.session.commit()
    flash(_("已去掉，马上生效。"), "good")
    return redirect(url_for(".index", _anchor="synonyms"))


def _page(form: SynonymForm) -> str:
    today = services().today()
    since = today - SINCE
    session = db.session()
    return render_template(
        "admin/search/index.html",
        form=form,
        remove_form=RemoveForm(formdata=None),
        most=asked_queries.most_asked(session, since, today, unanswered=False, limit=SHOWN),
        unanswered=asked_queries.most_asked(session, since, today, unanswered=True, limit=SHOWN),
        lines=synonyms.lines(session),
        since=since,
        least=asked_queries.LEAST_A_WEEK,
    )
