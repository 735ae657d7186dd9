"""The forms of senders: letter, tracking code, judgement, dispute, support, and what they add in words and pictures."""

import decimal
from collections.abc import Iterable
from typing import Any

from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField, ValidationError

from minsheng.casework.case_additions import LONGEST
from minsheng.casework.cases import Rating, SuggestionKind
from minsheng.mailing.mail import InvalidRecipientError, read_address
from pages.forms import Form, length, plain, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.words import word

NORTH_SOUTH = (decimal.Decimal(3), decimal.Decimal(54))
WEST_EAST = (decimal.Decimal(73), decimal.Decimal(136))
"""China with its seas, in degrees: a point beyond is a slip of a finger or of a program."""


class SuggestionForm(Form):
    """What a sender fills in; only the kind and the words are required.

    ``checked`` says that similar cases were shown already; ``proof`` is empty in a form that asked for none, ``none``
    in one that did and found none yet; ``kept`` names pictures that are here already, signed.
    """

    ticket = HiddenField()
    project = HiddenField()
    board = HiddenField()
    checked = HiddenField()
    proof = HiddenField()
    kept = HiddenField()
    latitude = HiddenField()
    longitude = HiddenField()
    kind = RadioField(_l("您想说的是"), validators=[required(_l("请选一项"))])
    words = TextAreaField(_l("您想说的话"), validators=[required(_l("请写下您想说的话")), length(least=5, most=2000)])
    photos = MultipleFileField(_l("照片"))
    place = SelectField(_l("说的是哪个地方"))
    place_words = StringField(_l("具体位置"), validators=[length(most=200)])
    contact = StringField(_l("电话"), validators=[length(most=100)])
    email = StringField(_l("邮箱"), validators=[length(most=254)])
    consent_to_call = BooleanField(_l("可以打电话问我情况"))
    consent_to_publish = BooleanField(_l("同意把内容（隐去个人信息后）公开在网站上"))
    homepage = StringField(_l("个人主页"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = [(kind.value, word(kind)) for kind in SuggestionKind]
        self.place.choices = [("", _("不限 / 说不准"))]

    def offer(self, places: Iterable[tuple[str, str]]) -> None:
        """Offer these places to choose from, by code and name."""
        self.place.choices = [("", _("不限 / 说不准")), *places]

    def validate_email(self, field: StringField) -> None:
        """Refuse what no mail can be sent to."""
        typed = (field.data or "").strip()
        if not typed:
            return
        try:
            read_address(typed)
        except InvalidRecipientError as error:
            raise ValidationError(_("请填完整的邮箱地址，例如 name@example.com；不想留就空着")) from error

    def validate_consent_to_call(self, field: BooleanField) -> None:
        """Ask for the number that is to be called."""
        if field.data and not (self.contact.data or "").strip():
            raise ValidationError(_("请在上面留一个电话，或者不勾选这一项"))

    def validate_homepage(self, field: StringField) -> None:
        """Refuse what a robot filled in; a person whose browser did it is told so."""
        if field.data:
            raise ValidationError(_("这一栏请留空"))

    @property
    def point(self) -> tuple[decimal.Decimal, decimal.Decimal] | None:
        """Latitude and longitude marked on the map, to about ten metres; None without a point in the country."""
        try:
            latitude, longitude = (
                decimal.Decimal(plain(field.data or "")[:20]).quantize(decimal.Decimal("0.0001"))
                for field in (self.latitude, self.longitude)
            )
        except decimal.InvalidOperation:
            return None
        is_there = NORTH_SOUTH[0] <= latitude <= NORTH_SOUTH[1] and WEST_EAST[0] <= longitude <= WEST_EAST[1]
        return (latitude, longitude) if is_there else None


class CodeForm(Form):
    """The tracking code, typed by hand."""

    code = StringField(_l("查询码"), validators=[required(_l("请填写查询码"))])


class RatingForm(Form):
    """The sender's judgement of a reply."""

    rating = RadioField(_l("您对答复满意吗"), validators=[required(_l("请选一项"))])
    words = TextAreaField(_l("补充说明"), validators=[length(most=1000)])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rating.choices = [(rating.value, word(rating)) for rating in Rating]


class DisputeForm(Form):
    """Why the reply does not settle the matter."""

    dispute = TextAreaField(
        _l("哪里没有解决"), validators=[required(_l("请写明哪里没有解决")), length(least=5, most=1000)]
    )


class AddedWordsForm(Form):
    """What a sender adds in words."""

    added = TextAreaField(_l("补充什么"), validators=[required(_l("请写要补充的话")), length(least=2, most=LONGEST)])


class PhotosForm(Form):
    """Pictures that a sender adds later."""

    photos = MultipleFileField(_l("照片"))


class SupportForm(Form):
    """A button and nothing to fill in."""
