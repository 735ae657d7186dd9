"""Forms of a project's parts, made from the table of parts: one control per column, and the public reason."""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache, partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from wtforms import Field as Control
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired

from admin.records.part_words import COLUMN_HINTS, MISSING_WORDS, column_word, rule_word
from minsheng.errors import IncompleteRecordError, InvalidValuesError
from minsheng.pictures.photos import Photo
from minsheng.records.documents import Document
from minsheng.records.funding import FundingKind, FundingLine
from minsheng.records.indicators import Indicator
from minsheng.records.parts import Field, FieldType, Part
from minsheng.records.places import Agency, Division, division_ids_within
from minsheng.records.projects import Project
from pages import formats
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
    """The base of every part's form. ``to_values`` gives what was written in JSON values.

    ``seen`` remembers, as one short digest per column, what the record said when the form was opened: a column
    nobody touched is never put back to what it was then, and one that somebody else changed meanwhile is told.
    """

    part: Part
    seen = HiddenField()
    reason = TextAreaField(_l("为什么改（公开）"), validators=[length(most=REASON_MOST)])

    def to_values(self) -> dict[str, Any]:
        """Return the columns as JSON values, as proposals keep them."""
        return {field.name: _as_json(field, self[f"c_{field.name}"].data) for field in self.part.fields}

    def fill(self, values: dict[str, Any]) -> None:
        """Put JSON values into the controls."""
        for field in self.part.fields:
            if field.name in values:
                self[f"c_{field.name}"].data = _as_data(field, values[field.name])

    def remember(self, said: dict[str, Any]) -> None:
        """Note what the record says as this form is shown."""
        self.seen.data = ".".join(_digest(value) for value in self._as_written(said).values())

    @property
    def shown_version(self) -> str:
        """What a draft kept in the browser belongs to: typed over another state of the record it is not restored."""
        return _digest(self.seen.data)

    def changed(self, said: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """Return what was written over what the form showed, and which of that others changed since.

        ``said`` is what the record says now, in JSON values.
        """
        given, now = self.to_values(), self._as_written(said)
        shown = dict(zip(given, str(self.seen.data or "").split("."), strict=False))
        written = {name: value for name, value in given.items() if _digest(value) != shown.get(name)}
        differing = {name: value for name, value in written.items() if value != now[name]}
        return differing, [name for name in differing if _digest(now[name]) != shown.get(name)]

    def _as_written(self, said: dict[str, Any]) -> dict[str, Any]:
        """Return values as this form would give them back untouched."""
        blank = type(self)(formdata=None)
        blank.fill(said)
        return blank.to_values()

    def offer(self, session: Session, project: Project) -> None:
        """Fill the lists of what may be referred to."""
        for field in self.part.fields:
            if field.kind is FieldType.REFERENCE:
                pairs = referable(session, field, project)
                none = ("", _("请选择") if field.is_required else _("（无）"))
                self[f"c_{field.name}"].choices = choices([none, *pairs])

    is_overtaken = False

    def has_reason(self, *, needed: bool) -> bool:
        """Whether the public reason is there, where one is needed; say so beside its control where not."""
        if needed and not (self.reason.data or "").strip():
            self.reason.errors = [_("改动已公示的内容要写明原因，居民看得到")]
            return False
        return True

    def overtaken(self, columns: list[str]) -> None:
        """Say which columns somebody else changed since the form was opened."""
        self.is_overtaken = True
        names = _("、").join(str(name) for name in columns)
        self.form_errors.append(
            _("您打开这张表以后，别人改过：%(names)s。请看看现在的内容，还要改就再交一次。", names=names)
        )

    def refuse(self, error: InvalidValuesError | IncompleteRecordError) -> None:
        """Say beside each control what the domain found wrong with it."""
        if isinstance(error, IncompleteRecordError):
            self.form_errors.append(missing_words(error))
            return
        for name, code in error.problems.items():
            column, words = (name, refusal(code)) if name else rule_word(self.part.name, code)
            if f"c_{column}" in self:
                self[f"c_{column}"].errors = [words]
            else:
                self.form_errors.append(words)


def missing_words(error: IncompleteRecordError) -> str:
    """Return in words which of the four settled things a public project would lose."""
    names = _("、").join(str(MISSING_WORDS[name]) for name in error.missing)
    return _("公示的项目不能没有：%(names)s。", names=names)


def step_refusal(part: Part, error: InvalidValuesError | IncompleteRecordError) -> str:
    """Return in words why a record cannot be taken away."""
    if isinstance(error, IncompleteRecordError):
        return missing_words(error)
    return rule_word(part.name, next(iter(error.problems.values())))[1]


def refusal(code: str) -> str:
    """Return in words what is wrong with a value."""
    return {
        "required": _("请填写"),
        "too_long": _("太长了"),
        "no_such": _("没有这一条，请重新选"),
        "wrong_period": _("季度自评写 2026-Q2，半年检查写 2026-H1，年终验收和后评价写 2026"),
        "has_records": _("已有的内容只属于现在的类型（例如六制、节点、发放批次），先拿掉才能改类型"),
        "reported_twice": _("和已有的一批日期、人数、金额都一样。报重了就不要再报；确实是两批，在这里写明（公开）"),
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


def _digest(value: object) -> str:
    """Return a short digest of a JSON value."""
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()[:12]


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
            lines = session.scalars(
                sa.select(FundingLine).where(
                    FundingLine.project_id == project.id, FundingLine.kind == FundingKind.QUALITY_DEPOSIT
                )
            )
            return [(one.id, f"{word(one.kind)} · {one.label or word(one.source)}") for one in lines]
        case "indicator":
            wholes = session.scalars(
                sa.select(Indicator).where(Indicator.project_id == project.id, Indicator.whole_id.is_(None))
            )
            return [(one.id, plain_record_text(one.name)) for one in wholes]
        case "photo":
            pictures = Photo.visible_to_residents().where(Photo.project_id == project.id).order_by(Photo.taken_on)
            return [(one.id, _picture_name(one)) for one in session.scalars(pictures)]
    raise ValueError(f"nothing is known of {field.table}")


def _picture_name(photo: Photo) -> str:
    """Return phase, day and what is to be seen."""
    day = formats.date(photo.taken_on) if photo.taken_on else _("没有拍摄日期")
    return f"{word(photo.phase)} · {day} · {plain_record_text(photo.caption or photo.alt_text)}"
