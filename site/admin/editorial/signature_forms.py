"""The forms of what two people sign: handing in, publishing, returning, withdrawing."""

from wtforms import HiddenField, TextAreaField

from minsheng.errors import WrongStateError
from pages.forms import Form, length, required
from pages.language import lazy_gettext as _l


class SignForm(Form):
    """A step that needs no words: what was read is the version it names."""

    version = HiddenField()


class ReturnSignedForm(Form):
    """Why it goes back; staff read it."""

    reason = TextAreaField(_l("退回原因"), validators=[required(_l("请写明要改什么")), length(most=500)])


class WithdrawSignedForm(Form):
    """Why it is taken back; everyone reads it."""

    why = TextAreaField(_l("为什么撤回（公开）"), validators=[required(_l("请写明为什么撤回")), length(most=500)])


def require_seen(version: int) -> None:
    """Raise ``WrongStateError`` unless the form was drawn from the record as it stands now."""
    form = SignForm()
    if not form.validate_on_submit() or form.version.data != str(version):
        raise WrongStateError("decide", "changed")
