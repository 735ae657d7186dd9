"""The page of an invitation: whoever has the link sets a password of their own, once."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import PasswordField
from wtforms.validators import EqualTo

from admin.accounts.account import REFUSED
from minsheng.accounts import invitations, passwords
from minsheng.accounts.invitations import Invitation, InvitationVoidError
from minsheng.database import db
from pages.forms import Form, length, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.limits import limiter
from pages.services import services

blueprint = Blueprint("invitations", __name__, url_prefix="/invitations")
GONE = 410


class InvitationForm(Form):
    """A password, twice."""

    new = PasswordField(
        _l("新密码"),
        validators=[
            required(_l("请填新密码")),
            length(least=passwords.LEAST_LENGTH, most=passwords.GREATEST_LENGTH),
        ],
    )
    again = PasswordField(
        _l("再填一次新密码"), validators=[required(_l("请再填一次新密码")), EqualTo("new", _l("两次填写的不一样"))]
    )


@blueprint.route("/<token>", methods=["GET", "POST"])
@limiter.limit("60 per hour")
def accept(token: str) -> ResponseReturnValue:
    """Let whoever was invited set a password; the link is used up by that."""
    form, at = InvitationForm(), services().clock()
    try:
        found = invitations.find(db.session(), token[:100], at)
        if form.validate_on_submit() and _fits(form, found):
            member = invitations.accept(db.session(), token[:100], form.new.data or "", at)
            db.session.commit()
            flash(_("密码已经设好。请用用户名 %(name)s 登录。", name=member.username), "good")
            return redirect(url_for("admin.account.sign_in"))
    except InvitationVoidError:
        db.session.rollback()
        return render_template("admin/invitations/void.html"), GONE
    page = render_template(
        "admin/invitations/accept.html", form=form, invited=found.staff_member, least=passwords.LEAST_LENGTH
    )
    return (page, REFUSED) if form.is_submitted() else page


def _fits(form: InvitationForm, found: Invitation) -> bool:
    if form.new.data == found.staff_member.username:
        form.new.errors = [_("请用一个不是用户名的密码")]
    return not form.errors
