"""Bulletins before they are public: prepared from the figures, edited in words, signed by another, corrected."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, StringField, TextAreaField

from admin.access import current_staff, needs
from admin.editorial.signature_forms import ReturnSignedForm, SignForm, WithdrawSignedForm, require_seen
from admin.oversight.bulletin_words import figures_of, texts_of, title_of
from admin.oversight.summonses import own_programme, own_programmes, period_of
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.errors import InvalidValuesError, NotAllowedError, ReasonRequiredError, WrongStateError
from minsheng.oversight import bulletin_acts, bulletins, summons_acts
from minsheng.oversight.bulletin_issues import BlockName, BulletinIssue, filled, typed_figures, unknown_fields
from minsheng.oversight.bulletins import Bulletin, Period
from minsheng.progress.comparison import projects_of
from minsheng.records.programmes import Programme
from minsheng.records.scope import Scope
from pages.forms import Form, length, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.services import services
from pages.words import WORDS

blueprint = Blueprint("bulletins", __name__, url_prefix="/bulletins")
UNREADABLE = 422
SHOWN = 8
"""So many periods of a programme are offered; older ones are on its public page."""


class IssueForm(Form):
    """The text of an edition, block by block; fields in brackets hold the figures."""

    version = HiddenField()
    title = StringField(_l("标题"), validators=[required(_l("请写标题")), length(most=120)])
    correction_reason = TextAreaField(_l("为什么更正（公开）"), validators=[length(most=500)])

    def blocks(self) -> dict[str, str]:
        """Return what was typed in each block."""
        return {name.value: "\n".join((self[name.value].data or "").splitlines()) for name in BlockName}

    def refuse(self, problems: dict[str, str], figures: dict[str, str]) -> None:
        """Say beside each block what it cannot hold."""
        for name, code in problems.items():
            text = self[name].data or ""
            if code == "unknown":
                listed = _("、").join(f"【{one}】" for one in unknown_fields(text, figures))
                self[name].errors = [_("没有这样的字段：%(names)s。请用下面列出的", names=listed)]
            elif code == "typed":
                listed = _("、").join(typed_figures(text))
                self[name].errors = [_("数字“%(figures)s”是手打的。数字只能用字段，改成对应的【字段】", figures=listed)]
            else:
                self[name].errors = [_("太长了，最多 %(count)s 字", count=bulletin_acts.LONGEST_BLOCK)]


for _name in BlockName:
    setattr(IssueForm, _name.value, TextAreaField(WORDS["block_name"][_name.value]))


@blueprint.get("/")
@needs(Permission.KEEP_LEDGER)
def index() -> ResponseReturnValue:
    """List the newest closed periods of one's programmes with their editions."""
    listed = []
    for programme in own_programmes():
        projects = projects_of(db.session(), Scope(programme=programme))
        found = bulletins.periods(projects, programme, services().today(), services().report_due_day)[:SHOWN]
        rows = [(period, bulletin_acts.issues_of(db.session(), programme, period.key)) for period in found]
        listed.append((programme, rows))
    return render_template(
        "admin/bulletins/index.html", listed=listed, form=SignForm(formdata=None), open_states=bulletin_acts.OPEN
    )


@blueprint.post("/<slug>/<period>")
@needs(Permission.KEEP_LEDGER)
def prepare(slug: str, period: str) -> ResponseReturnValue:
    """Begin an edition with texts made from the figures."""
    programme, asked = own_programme(slug), period_of(period)
    if not SignForm().validate_on_submit():
        abort(400)
    made = _bulletin(programme, asked)
    issue = bulletin_acts.prepare(
        db.session(),
        programme,
        asked.key,
        title_of(programme.title, asked),
        texts_of(made),
        figures_of(made),
        current_staff(),
    )
    db.session.commit()
    flash(_("文字已按数字写好，请改成您要的样子。"), "good")
    return redirect(url_for(".show", issue_id=issue.id))


@blueprint.route("/<int:issue_id>", methods=["GET", "POST"])
@needs(Permission.KEEP_LEDGER)
def show(issue_id: int) -> ResponseReturnValue:
    """Edit the words of an edition, or read one that is handed in."""
    issue = _issue(issue_id)
    made = figures_of(_bulletin(issue.programme, Period.parse(issue.period)))
    if request.method == "GET":
        return _page(issue, made)
    form = IssueForm()
    if not form.validate_on_submit():
        return _page(issue, made, issue_form=form), UNREADABLE
    if form.version.data != str(issue.version):
        raise WrongStateError("write", "changed")
    try:
        bulletin_acts.edit(
            issue,
            form.title.data or "",
            form.blocks(),
            made,
            current_staff(),
            correction_reason=form.correction_reason.data or "",
        )
        if request.form.get("then") == "submit":
            bulletin_acts.hand_in(db.session(), issue, services().clock())
    except InvalidValuesError as error:
        form.refuse(error.problems, made)
        return _page(issue, made, issue_form=form), UNREADABLE
    except ReasonRequiredError:
        db.session.commit()
        form.version.data = str(issue.version)
        form.correction_reason.errors = [_("已经公布过一版，更正要写公开的原因")]
        return _page(issue, made, issue_form=form), UNREADABLE
    db.session.commit()
    flash(_("已保存。") if issue.may_be_written else _("已提交，等另一位同事审核公布。"), "good")
    return redirect(url_for(".show", issue_id=issue_id))


@blueprint.post("/<int:issue_id>/publish")
@needs(Permission.KEEP_LEDGER)
def publish(issue_id: int) -> ResponseReturnValue:
    """Publish an edition. Raises ``OwnWorkError``, and ``ChangedMeanwhileError`` where its figures are old."""
    issue = _issue(issue_id)
    require_seen(issue.version)
    figures = figures_of(_bulletin(issue.programme, Period.parse(issue.period)))
    bulletin_acts.publish(
        db.session(),
        issue,
        figures,
        current_staff(),
        services().clock(),
        one_person_mode=services().one_person_mode,
    )
    db.session.commit()
    flash(_("已公布。"), "good")
    return redirect(url_for(".show", issue_id=issue_id))


@blueprint.post("/<int:issue_id>/return")
@needs(Permission.KEEP_LEDGER)
def send_back(issue_id: int) -> ResponseReturnValue:
    """Return an edition to its author."""
    issue, form = _issue(issue_id), ReturnSignedForm()
    if not form.validate_on_submit():
        made = figures_of(_bulletin(issue.programme, Period.parse(issue.period)))
        return _page(issue, made, return_form=form), UNREADABLE
    issue.send_back(form.reason.data or "")
    db.session.commit()
    flash(_("已退回写的同事。"), "good")
    return redirect(url_for(".show", issue_id=issue_id))


@blueprint.post("/<int:issue_id>/withdraw")
@needs(Permission.KEEP_LEDGER)
def withdraw(issue_id: int) -> ResponseReturnValue:
    """Take an edition back, leaving a stub with the reason."""
    issue, form = _issue(issue_id), WithdrawSignedForm()
    if not form.validate_on_submit():
        made = figures_of(_bulletin(issue.programme, Period.parse(issue.period)))
        return _page(issue, made, withdraw_form=form), UNREADABLE
    bulletin_acts.withdraw(db.session(), issue, form.why.data or "", current_staff(), services().clock())
    db.session.commit()
    flash(_("已撤回，原处留下说明。"), "good")
    return redirect(url_for(".show", issue_id=issue_id))


@blueprint.post("/<int:issue_id>/discard")
@needs(Permission.KEEP_LEDGER)
def discard(issue_id: int) -> ResponseReturnValue:
    """Throw a draft away."""
    bulletin_acts.discard(db.session(), _issue(issue_id))
    db.session.commit()
    flash(_("草稿已删除。"), "good")
    return redirect(url_for(".index"))


def _issue(issue_id: int) -> BulletinIssue:
    issue = db.session.get(BulletinIssue, issue_id)
    if issue is None:
        abort(404)
    if not summons_acts.may(current_staff(), issue.programme):
        raise NotAllowedError
    return issue


def _bulletin(programme: Programme, period: Period) -> Bulletin:
    """Return the figures of a closed period, or answer 404."""
    projects = projects_of(db.session(), Scope(programme=programme))
    due_day = services().report_due_day
    if period not in bulletins.periods(projects, programme, services().today(), due_day):
        abort(404)
    return bulletins.bulletin(db.session(), programme, projects, period, due_day)


def _page(issue: BulletinIssue, figures: dict[str, str], **forms: Form) -> str:
    shown = {
        "version": str(issue.version),
        "title": issue.title,
        "correction_reason": issue.correction_reason,
        **issue.blocks,
    }
    given = {
        "issue_form": IssueForm(formdata=None, data=shown),
        "return_form": ReturnSignedForm(formdata=None),
        "withdraw_form": WithdrawSignedForm(formdata=None),
        **forms,
    }
    is_own = issue.is_work_of(current_staff())
    return render_template(
        "admin/bulletins/show.html",
        issue=issue,
        period=Period.parse(issue.period),
        block_names=list(BlockName),
        figures=figures,
        preview={name: filled(issue.blocks.get(name.value, ""), issue.figures) for name in BlockName},
        changed=bulletin_acts.changed_figures(issue, figures) if not issue.may_be_written else (),
        is_correction=bulletin_acts.replaces(db.session(), issue) is not None,
        blocked_as_own=is_own and not services().one_person_mode,
        sign_form=SignForm(formdata=None, data={"version": str(issue.version)}),
        **given,
    )
