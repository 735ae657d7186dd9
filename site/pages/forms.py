"""Forms the GOV.UK way: plain messages in the reader's language, and nothing typed is ever lost.

WTForms' own messages are replaced as a whole: its Chinese is Simplified only and says what is wrong rather
than what to do. Fields that parse (money, dates, months) accept what people really type and give it back
unchanged when it cannot be read.
"""

import datetime as dt
import enum
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import Field, FieldList, FormField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.form import BaseForm
from wtforms.validators import DataRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

from pages.formats import HUNDRED_MILLION, TEN_THOUSAND, YUAN
from pages.language import gettext
from pages.language import lazy_gettext as _l
from pages.words import WORDS, group_of

MOST_FEN = 10**16
"""A hundred trillion yuan: more than any budget, and well inside 64 bits."""

MESSAGES = MappingProxyType(
    {
        "This field is required.": _l("请填写这一项"),
        "Not a valid choice.": _l("请从列出的选项中选一个"),
        "'%(value)s' is not a valid choice for this field.": _l("请从列出的选项中选一个"),
        "'%(value)s' are not valid choices for this field.": _l("请从列出的选项中选"),
        "Choices cannot be None.": _l("这一项没有可选的内容"),
        "Date must be at least %(min)s.": _l("不能早于 %(min)s"),
        "Date must be at most %(max)s.": _l("不能晚于 %(max)s"),
        "Date must be between %(min)s and %(max)s.": _l("应在 %(min)s 与 %(max)s 之间"),
        "Invalid Choice: could not coerce.": _l("请从列出的选项中选"),
        "Invalid choice(s): one or more data inputs could not be coerced.": _l("请从列出的选项中选"),
        "Not a valid integer value.": _l("请填一个整数"),
        "Not a valid decimal value.": _l("请填一个数字"),
        "Not a valid float value.": _l("请填一个数字"),
        "Not a valid date value.": _l("请填日期，例如 2025-05-08"),
        "Not a valid datetime value.": _l("请填日期和时间，例如 2025-05-08 14:00"),
        "Not a valid time value.": _l("请填时间，例如 14:00"),
        "Not a valid week value.": _l("请填周次，例如 2025-W20"),
        "Invalid email address.": _l("请填完整的邮箱地址，例如 name@example.com"),
        "Invalid URL.": _l("请填完整的网址，以 https:// 开头"),
        "Invalid input.": _l("填写的格式不对"),
        "Invalid IP address.": _l("请填 IP 地址"),
        "Invalid Mac address.": _l("请填设备地址"),
        "Invalid UUID.": _l("编号格式不对"),
        "This field cannot be edited.": _l("这一项不能改"),
        "This field is disabled and cannot have a value.": _l("这一项已停用，请留空"),
        "Invalid field name '%s'.": _l("没有名为“%s”的一项"),
        "Field must be equal to %(other_name)s.": _l("两次填写的不一样"),
        "Field cannot be longer than %(max)d character.": _l("最多 %(max)d 个字"),
        "Field cannot be longer than %(max)d characters.": _l("最多 %(max)d 个字"),
        "Field must be at least %(min)d character long.": _l("至少 %(min)d 个字"),
        "Field must be at least %(min)d characters long.": _l("至少 %(min)d 个字"),
        "Field must be exactly %(max)d character long.": _l("应为 %(max)d 个字"),
        "Field must be exactly %(max)d characters long.": _l("应为 %(max)d 个字"),
        "Field must be between %(min)d and %(max)d characters long.": _l("应为 %(min)d 至 %(max)d 个字"),
        "Number must be at least %(min)s.": _l("不能小于 %(min)s"),
        "Number must be at most %(max)s.": _l("不能大于 %(max)s"),
        "Number must be between %(min)s and %(max)s.": _l("应在 %(min)s 与 %(max)s 之间"),
        "Invalid value, must be one of: %(values)s.": _l("请从这些里选：%(values)s"),
        "Invalid value, can't be any of: %(values)s.": _l("不能是这些：%(values)s"),
        "Invalid CSRF Token.": _l("页面开得太久了，请再提交一次；填写的内容还在"),
        "CSRF token missing.": _l("页面开得太久了，请再提交一次；填写的内容还在"),
        "CSRF failed.": _l("页面开得太久了，请再提交一次；填写的内容还在"),
        "CSRF token expired.": _l("页面开得太久了，请再提交一次；填写的内容还在"),
    }
)
"""What WTForms says → what we say. Its plural forms share one Chinese sentence."""


class Messages:
    """The translations object WTForms asks: it gets our sentences in the reader's language."""

    def gettext(self, string: str) -> str:
        """Return our sentence for one of WTForms'."""
        return str(MESSAGES.get(string, string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """Return our sentence for the plural that fits ``n``; Chinese has one form."""
        return self.gettext(singular if n == 1 else plural)


class Form(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """Base of every form: CSRF field, our messages, and the list the error summary shows."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # as above
        """Every built-in message goes through :class:`Messages`."""

        def get_translations(self, form: BaseForm) -> Messages:  # noqa: ARG002 - WTForms' signature
            """Return our messages instead of WTForms' catalogues."""
            return Messages()

    def hidden_tag(self, *fields: str | Field) -> Markup:
        """Return the hidden controls without ids: a page may hold several forms, and nothing points at these."""
        listed = [self[one] if isinstance(one, str) else one for one in fields] or list(self)
        return Markup("\n").join(one(id=False) for one in listed if isinstance(one.widget, HiddenInput))

    def error_list(self) -> list[tuple[str, str]]:
        """Return (id of the control, message) for every error, in the order of the form.

        The id is empty for an error of the whole form and for the CSRF field, which no link can reach.
        """
        listed = [("", str(error)) for error in self.form_errors]
        for field in self:
            listed.extend(_errors_of(field))
        return listed


def _errors_of(field: Field) -> Iterator[tuple[str, str]]:
    if isinstance(field, FieldList | FormField):
        for inner in field:
            yield from _errors_of(inner)
        return
    # The token's own wording is for developers, and a reader can do only one thing about any of it.
    if field.type == "CSRFTokenField":
        if field.errors:
            yield "", str(MESSAGES["CSRF failed."])
        return
    for error in field.errors:
        yield field.id, gettext("%(label)s：%(error)s", label=str(field.label.text), error=str(error))


def required(message: str | None = None) -> DataRequired:
    """Return the validator of a field that must be filled in; say what to do in ``message``."""
    return DataRequired(message=message)


def length(least: int = -1, most: int = -1) -> Length:
    """Return the validator of a text's length in characters; also sets the control's ``maxlength``."""
    return Length(min=least, max=most)


def between(least: float | Decimal | None = None, most: float | Decimal | None = None) -> NumberRange:
    """Return the validator of a number's range, both ends included."""
    return NumberRange(min=least, max=most)


def choices(pairs: Iterable[tuple[object, str]]) -> list[SelectChoice]:
    """Return (value, label) pairs as WTForms wants them; bare tuples go away in its next version."""
    return [SelectChoice(value=str(value), label=label) for value, label in pairs]


def word_choices(kind: type[enum.StrEnum]) -> list[SelectChoice]:
    """Return the members of one of the domain's enumerations with their words, in the enumeration's order."""
    return choices((member.value, WORDS[group_of(member)][member.value]) for member in kind)


def plain(text: str) -> str:
    """Return typed text with full-width digits and signs made plain, and its outer space removed."""
    return unicodedata.normalize("NFKC", text).strip()


_MONEY = re.compile(
    r"^(?:CNY|RMB|¥)?\s*([\d,\s]*\.?\d+|[\d,\s]+\.?)\s*(亿|億|万|萬)?\s*(?:元|圆|块)?\s*(?:整)?$",
    re.IGNORECASE | re.ASCII,
)
_MONEY_UNITS = {"亿": HUNDRED_MILLION, "億": HUNDRED_MILLION, "万": TEN_THOUSAND, "萬": TEN_THOUSAND}


def parse_money(text: str, unit: int = YUAN) -> int:
    """Return typed money in fen: ``1,200.5万元`` → 1 200 500 000. ``unit``: fen of a bare number.

    Raises ``ValueError`` for what is no amount, is negative, is finer than a fen, or is beyond any budget.
    """
    found = _MONEY.match(plain(text))
    if not found:
        raise ValueError(text)
    named = found.group(2)
    if named is None and re.search(r"元|圆|块|¥|CNY|RMB", plain(text), re.IGNORECASE):
        unit = YUAN
    try:
        fen = Decimal(re.sub(r"[,\s]", "", found.group(1))) * (_MONEY_UNITS[named] if named else unit)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if fen != fen.to_integral_value() or fen > MOST_FEN:
        raise ValueError(text)
    return int(fen)


LONGEST_TYPED = 100
"""Characters of an amount, a number, a day or a month as anyone would type it."""


class _Parsed(StringField):
    """A text control whose data is parsed; what was typed stays in the control when it cannot be."""

    data: Any

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.written(self.data)

    def written(self, data: Any) -> str:
        """Return stored data as it would be typed."""
        return str(data)

    def parsed(self, text: str) -> Any:
        """Return the data in ``text``; raise ``ValueError`` when there is none."""
        raise NotImplementedError

    def complaint(self) -> str:
        """Return what to type instead."""
        raise NotImplementedError

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Parse what was typed; an empty control is None."""
        self.data = None
        if valuelist and str(valuelist[0]).strip():
            try:
                # The patterns take time quadratic in what is typed, and nothing that they accept is long.
                if len(str(valuelist[0])) > LONGEST_TYPED:
                    raise ValueError(LONGEST_TYPED)
                self.data = self.parsed(str(valuelist[0]))
            except ValueError as error:
                raise ValueError(self.complaint()) from error


class MoneyField(_Parsed):
    """Money in fen. Accepts ``1200``, ``1,200.5``, ``1,200.5万元``, ``3亿``; a bare number counts ``unit``."""

    def __init__(
        self, label: str | None = None, validators: Sequence[Any] = (), unit: int = YUAN, **kwargs: Any
    ) -> None:
        super().__init__(label, list(validators), **kwargs)
        self.unit = unit

    def parsed(self, text: str) -> int:
        """Return fen."""
        return parse_money(text, self.unit)

    def written(self, data: int) -> str:
        """Return the amount in the field's own unit, exactly."""
        exact = format(Decimal(data) / self.unit, "f")
        return exact.rstrip("0").rstrip(".") if "." in exact else exact

    def complaint(self) -> str:
        """Name the unit a bare number has."""
        if self.unit == TEN_THOUSAND:
            return gettext("请填金额，例如 1200.5（万元）或 3亿")
        return gettext("请填金额，例如 1200.5（元）或 350万元")


_DATE = re.compile(r"^(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?$", re.ASCII)
_MONTH = re.compile(r"^(\d{4})\s*[-./年]\s*(\d{1,2})\s*月?$", re.ASCII)


class DateField(_Parsed):
    """A day: ``2025-05-08``, ``2025/5/8``, ``2025年5月8日``."""

    def parsed(self, text: str) -> dt.date:
        """Return the day."""
        found = _DATE.match(plain(text))
        if not found:
            raise ValueError(text)
        return dt.date(*(int(part) for part in found.groups()))

    def complaint(self) -> str:
        """Show the form of a day."""
        return gettext("请填日期，例如 2025-05-08")


class MonthField(_Parsed):
    """A month, as its first day: ``2025-05``, ``2025年5月``."""

    def parsed(self, text: str) -> dt.date:
        """Return the first day of the month."""
        found = _MONTH.match(plain(text))
        if not found:
            raise ValueError(text)
        return dt.date(int(found.group(1)), int(found.group(2)), 1)

    def written(self, data: dt.date) -> str:
        """Return ``YYYY-MM``."""
        return f"{data:%Y-%m}"

    def complaint(self) -> str:
        """Show the form of a month."""
        return gettext("请填月份，例如 2025-05")


_QUANTITY = re.compile(r"^[-−]?(\d[\d,\s]*)?(\.\d{1,4})?\s*%?$")
GREATEST_QUANTITY = Decimal(10) ** 14


def parse_quantity(text: str) -> Decimal:
    """Return a typed number with at most four places: ``1,200.5`` → 1200.5. Raises ``ValueError`` for what is none."""
    typed = plain(text)
    if not _QUANTITY.match(typed):
        raise ValueError(text)
    try:
        number = Decimal(re.sub(r"[,\s%]", "", typed).replace("−", "-"))
    except InvalidOperation as error:
        raise ValueError(text) from error
    if abs(number) >= GREATEST_QUANTITY:
        raise ValueError(text)
    return number


class QuantityField(_Parsed):
    """A decimal with at most four places: ``1,200.5``, ``１２``, ``41.7%``."""

    def parsed(self, text: str) -> Decimal:
        """Return the number."""
        return parse_quantity(text)

    def written(self, data: Decimal) -> str:
        """Return the number without exponent or trailing zeros."""
        exact = format(data, "f")
        return exact.rstrip("0").rstrip(".") if "." in exact else exact

    def complaint(self) -> str:
        """Show the form of a number."""
        return gettext("请填数字，最多四位小数，例如 22.5")


class CheckboxesField(SelectMultipleField):
    """Several of a list, drawn as checkboxes."""
