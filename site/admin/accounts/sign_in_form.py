"""The form of signing in, and what it carries for someone whose sign-in ran out in the middle of a form.

Nothing of what was typed is stored here: the sign-in page holds it in a hidden field, and the page after that
sends it where it was going, once its owner says so. Only forms of this site get so far: the token that proves
it is checked before anything else.
"""

import json
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, PasswordField, StringField

from minsheng.accounts import passkeys, passwords
from pages.forms import Form, length, required
from pages.language import lazy_gettext as _l

UNAUTHORISED = 401


class ReturnForm(Form):
    """The page that was wanted, and a form that waits to be sent: carried through every step of signing in."""

    next = HiddenField()
    kept = HiddenField()
    going_to = HiddenField()
    had_files = HiddenField()

    def carried(self) -> dict[str, str]:
        """Return what the next step is to carry on."""
        return {name: self[name].data or "" for name in ("next", "kept", "going_to", "had_files")}


class SignInForm(ReturnForm):
    """Name and password."""

    username = StringField(_l("用户名"), validators=[required(_l("请填用户名")), length(most=60)])
    password = PasswordField(_l("密码"), validators=[required(_l("请填密码")), length(most=passwords.GREATEST_LENGTH)])


class FactorForm(ReturnForm):
    """A time code of the app, or a recovery code."""

    code = StringField(_l("验证码或恢复码"), validators=[required(_l("请填验证码")), length(most=60)])


class PasskeyForm(ReturnForm):
    """What the browser answers for a passkey; script fills it in."""

    answer = HiddenField(validators=[required(), length(most=passkeys.LONGEST_ANSWER)])


def keep_form() -> ResponseReturnValue:
    """Answer a form that came without a valid sign-in: ask for it, and keep what was typed."""
    typed = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    waiting = {
        "kept": json.dumps(typed, ensure_ascii=False),
        "going_to": request.path,
        "had_files": "1" if any(file.filename for file in request.files.values()) else "",
    }
    form = SignInForm(formdata=None, data=waiting)
    return render_template("admin/account/sign_in.html", form=form, is_new=False), UNAUTHORISED


def kept_fields(text: str | None) -> list[tuple[str, str]]:
    """Return names and values of what was kept; nothing for anything else."""
    try:
        listed: Any = json.loads(text or "[]")
        return [(str(name), str(value)) for name, value in listed]
    except (ValueError, TypeError):
        return []
