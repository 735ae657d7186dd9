"""The first steps of a real place, taken by whoever started the program: name, places, first administrator."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import FileField, PasswordField, StringField
from wtforms.validators import EqualTo, Regexp

from admin.accounts.account import REFUSED
from minsheng.accounts import passwords
from minsheng.database import db
from minsheng.errors import InvalidFileError, InvalidValuesError
from minsheng.importing.divisions import Gazetteer, Place, gazetteer
from minsheng.installation import first_run
from minsheng.installation.first_run import FirstAdministrator, InvalidPlacesError
from pages.forms import Form, length, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.limits import limiter
from pages.services import services

blueprint = Blueprint("first_run", __name__, url_prefix="/first-run")
SHOWN = 12


class FirstRunForm(Form):
    """All that a new installation must know."""

    site_name = StringField(_l("网站名称"), validators=[required(_l("请填网站名称")), length(most=40)])
    place = StringField(_l("这是哪个地方"), validators=[required(_l("请填地方的名称或代码")), length(most=60)])
    places = FileField(_l("地方的清单文件"))
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
    new = PasswordField(
        _l("密码"),
        validators=[required(_l("请填密码")), length(least=passwords.LEAST_LENGTH, most=passwords.GREATEST_LENGTH)],
    )
    again = PasswordField(
        _l("再填一次密码"), validators=[required(_l("请再填一次密码")), EqualTo("new", _l("两次填写的不一样"))]
    )


@blueprint.route("/<token>", methods=["GET", "POST"])
@limiter.limit("60 per hour")
def begin(token: str) -> ResponseReturnValue:
    """Take the first steps; the address is void as soon as anybody works here."""
    if not first_run.is_token(services().secret, token) or not first_run.is_due(db.session()):
        abort(404)
    form = FirstRunForm()
    chosen = _chosen_place(form) if form.validate_on_submit() else None
    if chosen is None:
        page = render_template("admin/first_run/begin.html", form=form, least=passwords.LEAST_LENGTH)
        return (page, REFUSED) if form.is_submitted() else page
    places, home = chosen
    first = FirstAdministrator(
        form.username.data or "", form.display_name.data or "", form.post.data or "", form.new.data or ""
    )
    try:
        first_run.set_up(db.session(), form.site_name.data or "", places, home.code, first, services().clock())
    except InvalidValuesError:
        db.session.rollback()
        form.site_name.errors = [_("里面有不能显示的字符，请重新输入")]
        page = render_template("admin/first_run/begin.html", form=form, least=passwords.LEAST_LENGTH)
        return page, REFUSED
    db.session.commit()
    flash(_("建好了。请登录，然后设置两步登录。"), "good")
    return redirect(url_for("admin.account.sign_in"))


def _chosen_place(form: FirstRunForm) -> tuple[Gazetteer, Place] | None:
    """Return the list of places and the one that was meant, or None after saying what is wrong beside the field."""
    places = gazetteer()
    upload = form.places.data
    if upload:
        try:
            places = first_run.read_places(upload.stream.read(first_run.MOST_BYTES + 1))
        except InvalidFileError as error:
            form.places.errors = [_file_words(error)]
            return None
    found = first_run.candidates(places, form.place.data or "")
    if len(found) == 1:
        return places, found[0]
    if found:
        listed = "；".join(
            f"{''.join(one.name for one in places.chain(place))} {place.code}" for place in found[:SHOWN]
        )
        form.place.errors = [_("同名的不止一个，请填代码：%(listed)s", listed=listed)]
    else:
        form.place.errors = [_("没有找到。请填全名（例如“某某县”）或六位代码；清单里没有的，请上传清单文件")]
    return None


def _named(places: Gazetteer, place: Place) -> str:
    return f"{''.join(one.name for one in places.chain(place))} {place.code}"


def _file_words(error: InvalidFileError) -> str:
    """Return what is wrong with a file of places, in words."""
    where = error.where if isinstance(error, InvalidPlacesError) else ""
    words = {
        "too_large": _("文件太大"),
        "unreadable": _("文件读不懂：请用 CSV，第一行是 code,name,level,parent"),
        "no_places": _("文件里没有地方"),
        "bad_code": _("第 %(where)s 行的代码不对：县及以上 6 位，乡镇 9 位，村 12 位", where=where),
        "bad_name": _("第 %(where)s 行的名称不对", where=where),
        "bad_level": _("第 %(where)s 行的级别不对：写省、市、县、乡、镇或村", where=where),
        "no_parent": _("第 %(where)s 行的上级不对：文件和自带清单里都没有，或者级别不比它高", where=where),
        "twice": _("第 %(where)s 行的代码前面已经有了", where=where),
    }
    return words.get(error.reason, _("这个文件不能用"))
