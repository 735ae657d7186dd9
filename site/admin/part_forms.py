"""Forms of a project's parts, made from the table of parts: one control per column, and the public reason."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache, partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from wtforms import Field as Control
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired

from admin.part_words import COLUMN_HINTS, column_word
from minsheng.documents import Document
from minsheng.errors import InvalidValuesError
from minsheng.funding import FundingLine
from minsheng.indicators import Indicator
from minsheng.parts import Field, FieldType, Part
from minsheng.places import Agency, Division, division_ids_within
from minsheng.projects import Project
from pages.forms import DateField, Form, MoneyField, QuantityField, choices, length, plain, required, word_choices
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.language import plain_record_text
from pages.words import word

REASON_MOST = 500


class SignedMoneyField(MoneyField):
    """Money that may be less than nothing: a payment taken back, a contract made smaller."""

    def parsed(self, text: str) -> int:
        """Return fen, negative after a minus sign."""
        typed = plain(text)
        is_negative = typed[:1] in {"-", "−"}
        fen = super().parsed(typed[1:] if is_negative else typed)
        return -fen if is_negative else fen


class CountField(QuantityField):
    """A whole number of people, households, months or a year."""

    def parsed(self, text: str) -> Any:
        """Return the number. Raises ``ValueError`` for parts of one."""
        number = super().parsed(text)
        if number != number.to_integral_value():
            raise ValueError(text)
        return int(number)

    def complaint(self) -> str:
        """Ask for a whole number."""
        return _("请填整数")


class PartForm(Form):
    """The base of every part's form. ``to_values`` gives what was written in JSON values."""

    part: Part
    reason = TextAreaField(_l("为什么改（公开）"), validators=[length(most=REASON_MOST)])

    def to_values(self) -> dict[str, Any]:
        """Return the columns as JSON values, as proposals keep them."""
        return {field.name: _as_json(field, self[f"c_{field.name}"].data) for field in self.part.fields}

    def fill(self, values: dict[str, Any]) -> None:
        """Put JSON values into the controls."""
        for field in self.part.fields:
            if field.name in values:
                self[f"c_{field.name}"].data = _as_data(field, values[field.name])

    def offer(self, session: Session, project: Project) -> None:
        """Fill the lists of what may be referred to."""
        for field in self.part.fields:
            if field.kind is FieldType.REFERENCE:
                pairs = referable(session, field, project)
                none = ("", _("请选择") if field.is_required else _("（无）"))
                self[f"c_{field.name}"].choices = choices([none, *pairs])

    def refuse(self, error: InvalidValuesError) -> None:
        """Say beside each control what the domain found wrong with it."""
        for name, code in error.problems.items():
            if f"c_{name}" in self:
                self[f"c_{name}"].errors = [refusal(code)]
            else:
                self.form_errors.append(_("数据库不接受这样的内容：可能和已有的重复，或前后日期、金额对不上。"))


def refusal(code: str) -> str:
    """Return in words what is wrong with a value."""
    return {
        "required": _("请填写"),
        "too_long": _("太长了"),
        "no_such": _("没有这一条，请重新选"),
    }.get(code, _("格式不对"))


@cache
def form_class(part: Part) -> type[PartForm]:
    """Return the form of a part; controls are named after columns, with ``c_`` before them."""
    controls = {f"c_{field.name}": _control(part, field) for field in part.fields}
    return type(f"{part.name.title()}Form", (PartForm,), {"part": part, **controls})


def hint_of(field: Field) -> str:
    """Return what to write in a column, or nothing where its name says it."""
    return COLUMN_HINTS.get(field.name, "")


def _control(part: Part, field: Field) -> Control:
    label = column_word(part.name, field.name)
    if field.kind in _PARSED:
        # What was typed but cannot be read is said as such: only an empty control is missing.
        typed = [InputRequired(_l("请填写"))] if field.is_required else []
        return _PARSED[field.kind](label, typed)
    must = [required(_l("请填写"))] if field.is_required else []
    if field.kind is FieldType.REFERENCE:
        return SelectField(label, validators=must, coerce=_chosen, default="")
    if field.kind is FieldType.FLAG:
        return SelectField(label, coerce=_chosen, default="", choices=_flags)
    if field.kind is FieldType.CHOICE and field.choices is not None:
        # Words are looked up when the form is drawn, in the reader's language.
        return SelectField(
            label, validators=must, coerce=_chosen, default=field.usual, choices=partial(word_choices, field.choices)
        )
    control = TextAreaField if field.kind is FieldType.LONG_TEXT else StringField
    return control(label, validators=[*must, length(most=field.longest)])


def _chosen(value: object) -> str:
    """Return what was chosen; a list that was not sent is no choice."""
    return "" if value is None else str(value)


def _flags() -> list[SelectChoice]:
    return choices([("", _("没有评定")), ("yes", _("是")), ("no", _("否"))])


_PARSED: dict[FieldType, type[Control]] = {
    FieldType.MONEY: SignedMoneyField,
    FieldType.DAY: DateField,
    FieldType.DECIMAL: QuantityField,
    FieldType.COUNT: CountField,
}
_TEXTS = frozenset({FieldType.TEXT, FieldType.LONG_TEXT})
_TO_JSON: dict[FieldType, Callable[[Any], Any]] = {
    FieldType.TEXT: lambda data: re.sub(r"\r\n?", "\n", str(data)).strip(),
    FieldType.LONG_TEXT: lambda data: re.sub(r"\r\n?", "\n", str(data)).strip(),
    FieldType.DAY: lambda data: data.isoformat(),
    FieldType.DECIMAL: lambda data: format(data.normalize(), "f"),
    FieldType.FLAG: lambda data: data == "yes",
    FieldType.REFERENCE: int,
}
_FROM_JSON: dict[FieldType, Callable[[Any], Any]] = {
    FieldType.DAY: dt.date.fromisoformat,
    FieldType.DECIMAL: Decimal,
    FieldType.FLAG: lambda value: "yes" if value else "no",
    FieldType.REFERENCE: str,
}


def _as_json(field: Field, data: Any) -> Any:
    """Return what a control holds as proposals keep it."""
    if data in (None, ""):
        return "" if field.kind in _TEXTS else None
    convert = _TO_JSON.get(field.kind)
    return convert(data) if convert else data


def _as_data(field: Field, value: Any) -> Any:
    """Return a kept value as its control holds it."""
    if value is None:
        return "" if field.kind is FieldType.FLAG else None
    convert = _FROM_JSON.get(field.kind)
    return convert(value) if convert else value


def referable(session: Session, field: Field, project: Project) -> list[tuple[int, str]]:
    """Return identity and name of what a column may refer to, within the project's own place and records."""
    match field.table:
        case "agency":
            agencies = session.scalars(sa.select(Agency).order_by(Agency.name))
            return [(one.id, plain_record_text(one.name)) for one in agencies]
        case "division":
            root = project.programme.division or project.division
            within = division_ids_within(root.path) if root else sa.select(Division.id)
            places = session.scalars(sa.select(Division).where(Division.id.in_(within)).order_by(Division.code))
            return [(one.id, plain_record_text(one.name)) for one in places]
        case "document":
            own = session.scalars(sa.select(Document).where(Document.project_id == project.id).order_by(Document.id))
            return [(one.id, plain_record_text(one.title)) for one in own]
        case "funding_line":
            lines = session.scalars(sa.select(FundingLine).where(FundingLine.project_id == project.id))
            return [(one.id, f"{word(one.kind)} · {one.label or word(one.source)}") for one in lines]
        case "indicator":
            wholes = session.scalars(
                sa.select(Indicator).where(Indicator.project_id == project.id, Indicator.whole_id.is_(None))
            )
            return [(one.id, plain_record_text(one.name)) for one in wholes]
    raise ValueError(f"nothing is known of {field.table}")
