"""Clearing sample content: what will go, which accounts stay, and one confirmed step."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField
from wtforms.validators import InputRequired

from admin.access import current_staff, needs
from minsheng.accounts.staff import Permission, StaffMember
from minsheng.database import db
from minsheng.errors import NotAllowedError
from minsheng.installation import sample_removal
from pages.forms import CheckboxesField, Form, choices
from pages.installation import read_afresh
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.services import services

blueprint = Blueprint("sample_removal", __name__, url_prefix="/sample")
UNREADABLE = 422


class RemovalForm(Form):
    """Which accounts stay, whether compiled records go too, and that somebody knows what they do."""

    keep = CheckboxesField(_l("留下哪些示例账号"))
    compiled = BooleanField(_l("“据公开通报整理”的记录也一起清除"))
    is_sure = BooleanField(_l("我知道清除以后找不回来"), validators=[InputRequired(_l("请先看清楚会清除什么，再打勾"))])


@blueprint.before_request
def require_all() -> None:
    """Only who looks after the whole installation clears it."""
    if not current_staff().may_on(Permission.CHANGE_SETTINGS, None, None):
        raise NotAllowedError


@blueprint.route("/", methods=["GET", "POST"])
@needs(Permission.CHANGE_SETTINGS)
def confirm() -> ResponseReturnValue:
    """Say what will go, and clear it once that is confirmed."""
    session, member = db.session(), current_staff()
    others = [one for one in sample_removal.sample_accounts(session) if one is not member]
    form = RemovalForm(formdata=request.form if request.method == "POST" else None, data={"compiled": True})
    form.keep.choices = choices((one.id, _named(one)) for one in others)
    if request.method == "POST" and form.validate():
        keep = [int(number) for number in form.keep.data or ()]
        compiled = bool(form.compiled.data)
        counts = sample_removal.remove(session, member, keep, services().clock(), compiled=compiled)
        session.commit()
        read_afresh()
        flash(
            _("示例内容已清除，共 %(count)s 条记录。请设好自己的密码和两步登录。", count=sum(counts.values())), "good"
        )
        return redirect(url_for("admin.settings.index"))
    return _page(form), UNREADABLE if form.errors else 200


def _page(form: RemovalForm) -> str:
    whole = sample_removal.plan(db.session())
    return render_template(
        "admin/settings/sample.html",
        form=form,
        has_sample=sample_removal.has_sample(db.session()),
        rows=_rows(whole.counts),
        invented=_rows(sample_removal.plan(db.session(), compiled=False).counts),
    )


def _named(member: StaffMember) -> str:
    return f"{member.username} · {member.post}"


def _rows(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return how many records of each kind that people know, and all others together."""
    words = {
        "programme": _("民生工程"),
        "project": _("项目"),
        "progress_report": _("月报"),
        "photo": _("图片"),
        "document": _("公开文件"),
        "suggestion": _("来件"),
        "wave": _("问卷"),
        "response": _("答卷"),
        "division": _("地方"),
        "agency": _("责任单位"),
    }
    rows = [(label, counts[name]) for name, label in words.items() if counts.get(name)]
    others = sum(count for name, count in counts.items() if name not in words)
    return [*rows, (_("属于它们的其他记录"), others)] if others else rows
