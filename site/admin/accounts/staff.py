"""The staff list: adding people, their roles and places, letting them go."""

import secrets
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import Regexp

from admin.access import current_staff, needs
from admin.accounts.account import REFUSALS_SHOWN
from minsheng.accounts import invitations, second_factors, sign_in_refusals, signing_in, staff_standing, staffing
from minsheng.accounts.staff import Permission, Role, StaffMember, staff_by_username
from minsheng.accounts.staffing import Scope
from minsheng.database import db
from minsheng.errors import NotAllowedError
from minsheng.records.places import Agency, Division, DivisionLevel
from pages.addresses import absolute
from pages.forms import Form, choices, length, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.language import plain_record_text
from pages.services import services
from pages.words import word

blueprint = Blueprint("staff", __name__, url_prefix="/staff")
UNREADABLE = 422
INVITED, NO_FACTOR = "invited", "no_factor"
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters of a first password: those that nobody misreads."""


class GrantForm(Form):
    """A role with its limits."""

    role = SelectField(_l("角色"), validators=[required(_l("请选一个角色"))])
    division = SelectField(_l("哪个地方"))
    agency = SelectField(_l("哪个单位"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.role.choices = [("", _("请选择")), *((role.value, word(role)) for role in Role)]
        everywhere = [("", _("全部地方"))] if staffing.may_grant(current_staff(), None, None) else []
        self.division.choices = [*everywhere, *_division_choices()]
        self.agency.choices = [("", _("全部单位")), *_agency_choices()]

    def scope(self) -> Scope:
        """Return the role with the place and agency chosen."""
        return Scope(
            Role(self.role.data),
            db.session.get(Division, int(self.division.data)) if self.division.data else None,
            db.session.get(Agency, int(self.agency.data)) if self.agency.data else None,
        )


class MemberForm(GrantForm):
    """A new member of staff with a first role."""

    username = StringField(
        _l("用户名"),
        validators=[
            required(_l("请填用户名")),
            length(least=3, most=60),
            Regexp(r"^[A-Za-z0-9._-]+$", message=_l("用户名只用字母、数字、点和横线")),
        ],
    )
    display_name = StringField(_l("姓名"), validators=[required(_l("请填姓名")), length(most=60)])
    post = StringField(_l("岗位"), validators=[required(_l("请填岗位")), length(most=120)])
    way = RadioField(
        _l("怎么让本人登录"),
        choices=choices([("link", _l("给一个邀请链接，本人自己设密码")), ("password", _l("给一个写在纸上的初始密码"))]),
        default="link",
        validators=[required(_l("请选一种"))],
    )


@blueprint.get("/")
@needs(Permission.MANAGE_STAFF)
def index() -> ResponseReturnValue:
    """List the staff within the administrator's part; those not in yet, or without a second factor, alone if asked."""
    members = staffing.managed_by(db.session(), current_staff())
    narrowed = {
        INVITED: staff_standing.invited(db.session(), services().clock()),
        NO_FACTOR: staff_standing.without_factor(db.session(), members),
    }
    show = request.args.get("show", "")
    chosen = narrowed.get(show)
    return render_template(
        "admin/staff/index.html",
        members=[one for one in members if chosen is None or one.id in chosen],
        show=show if show in narrowed else "",
        counts={name: sum(one.id in found for one in members) for name, found in narrowed.items()},
        invited=narrowed[INVITED],
        no_factor=narrowed[NO_FACTOR],
    )


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.MANAGE_STAFF)
def new() -> ResponseReturnValue:
    """Add someone and show their invitation or first password, once."""
    form = MemberForm()
    is_valid = form.validate_on_submit()
    if is_valid and staff_by_username(db.session(), form.username.data or "") is not None:
        form.username.errors = [_("这个用户名已经有人用了")]
        is_valid = False
    if not is_valid:
        page = render_template("admin/staff/new.html", form=form)
        return (page, UNREADABLE) if form.is_submitted() else page
    password = first_password() if form.way.data == "password" else None
    member = staffing.add(
        db.session(),
        current_staff(),
        form.scope(),
        username=form.username.data or "",
        display_name=form.display_name.data or "",
        post=form.post.data or "",
        password=password,
        at=services().clock(),
    )
    if password is None:
        return _invitation(member, is_new=True)
    db.session.commit()
    return render_template("admin/staff/password.html", subject=member, password=password, is_new=True)


@blueprint.get("/<int:member_id>")
@needs(Permission.MANAGE_STAFF)
def show(member_id: int) -> ResponseReturnValue:
    """Show someone's roles and what may be done about them."""
    return _page(_member(member_id), GrantForm(formdata=None))


@blueprint.post("/<int:member_id>/roles")
@needs(Permission.MANAGE_STAFF)
def add_role(member_id: int) -> ResponseReturnValue:
    """Give one more role."""
    member, form = _member(member_id), GrantForm()
    if not form.validate_on_submit():
        return _page(member, form), UNREADABLE
    staffing.grant(db.session(), current_staff(), member, form.scope(), services().clock())
    return _done(member, _("已加上这个角色。"))


@blueprint.post("/<int:member_id>/roles/<int:role_id>/remove")
@needs(Permission.MANAGE_STAFF)
def remove_role(member_id: int, role_id: int) -> ResponseReturnValue:
    """Take one role back."""
    member = _member(member_id)
    role = next((one for one in member.grants if one.id == role_id), None)
    if role is None:
        abort(404)
    staffing.take_back(db.session(), current_staff(), member, role, services().clock())
    return _done(member, _("已收回这个角色。"))


@blueprint.post("/<int:member_id>/deactivate")
@needs(Permission.MANAGE_STAFF)
def deactivate(member_id: int) -> ResponseReturnValue:
    """End someone's work here; their reports and acts stay under their post."""
    member = _member(member_id)
    staffing.deactivate(db.session(), current_staff(), member, services().clock())
    return _done(member, _("已停用，各处登录都已退出。"))


@blueprint.post("/<int:member_id>/reactivate")
@needs(Permission.MANAGE_STAFF)
def reactivate(member_id: int) -> ResponseReturnValue:
    """Let someone work here again."""
    member = _member(member_id)
    staffing.reactivate(db.session(), current_staff(), member, services().clock())
    return _done(member, _("已恢复使用。"))


@blueprint.post("/<int:member_id>/password")
@needs(Permission.MANAGE_STAFF)
def reset_password(member_id: int) -> ResponseReturnValue:
    """Give someone a new first password and show it, once."""
    member = _member(member_id)
    password = first_password()
    staffing.reset_password(db.session(), current_staff(), member, password, services().clock())
    db.session.commit()
    return render_template("admin/staff/password.html", subject=member, password=password, is_new=False)


@blueprint.post("/<int:member_id>/invite")
@needs(Permission.MANAGE_STAFF)
def invite(member_id: int) -> ResponseReturnValue:
    """Give someone a new link to set a password with, and show it, once."""
    return _invitation(_member(member_id), is_new=False)


@blueprint.post("/<int:member_id>/factors/reset")
@needs(Permission.MANAGE_STAFF)
def reset_factors(member_id: int) -> ResponseReturnValue:
    """Take the second factors of someone who lost them."""
    member = _member(member_id)
    staffing.reset_factors(db.session(), current_staff(), member, services().clock())
    return _done(member, _("两步登录已清除，各处登录都已退出。本人下次登录后重新设置。"))


@blueprint.post("/<int:member_id>/sign-ins/end")
@needs(Permission.MANAGE_STAFF)
def end_sign_ins(member_id: int) -> ResponseReturnValue:
    """End every sign-in of someone, as when a phone was lost."""
    member = _member(member_id)
    count = staffing.end_sign_ins(db.session(), current_staff(), member, services().clock())
    return _done(member, _("已退出 %(count)s 处登录。", count=count))


def first_password() -> str:
    """Return a password to hand over on paper: 16 letters in four groups, 79 bits."""
    letters = "".join(secrets.choice(LETTERS) for _letter in range(16))
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def _invitation(member: StaffMember, *, is_new: bool) -> str:
    """Make a link and show it, once."""
    token = staffing.invite(db.session(), current_staff(), member, services().clock())
    db.session.commit()
    return render_template(
        "admin/staff/invitation.html",
        subject=member,
        link=absolute("admin.invitations.accept", token=token),
        days=invitations.LIFETIME.days,
        is_new=is_new,
    )


def _page(member: StaffMember, form: GrantForm) -> str:
    session, at = db.session(), services().clock()
    return render_template(
        "admin/staff/show.html",
        subject=member,
        form=form,
        me=current_staff(),
        invitation=invitations.open_for(session, member, at),
        sign_ins=len(signing_in.open_sessions(session, member, at)),
        has_factor=second_factors.has_any(session, member),
        needs_factor=second_factors.is_needed(member),
        refusals=sign_in_refusals.count_of(session, member, services().today() - REFUSALS_SHOWN),
    )


def _member(member_id: int) -> StaffMember:
    """Return a member of staff, or answer 404; raise ``NotAllowedError`` outside the administrator's part."""
    member = db.session.get(StaffMember, member_id)
    if member is None:
        abort(404)
    if not staffing.may_manage(current_staff(), member):
        raise NotAllowedError
    return member


def _done(member: StaffMember, message: str) -> ResponseReturnValue:
    db.session.commit()
    flash(message, "good")
    return redirect(url_for(".show", member_id=member.id))


def _division_choices() -> list[tuple[str, str]]:
    """Return the places that have agencies or lie below one that has, which are those this site is run in."""
    run_in = db.session.scalars(
        sa.select(Division).where(Division.id.in_(sa.select(Agency.division_id).distinct())).order_by(Division.code)
    ).all()
    below = [place for home in run_in for place in home.children if place.level is not DivisionLevel.VILLAGE]
    places = {place.id: place for place in (*run_in, *below)}
    return [
        (str(place.id), plain_record_text(place.full_name))
        for place in sorted(places.values(), key=lambda place: place.path)
        if any(grant.division is None or grant.division.covers(place) for grant in current_staff().grants)
    ]


def _agency_choices() -> list[tuple[str, str]]:
    agencies = db.session.scalars(sa.select(Agency).order_by(Agency.name))
    return [(str(agency.id), plain_record_text(agency.name)) for agency in agencies]
