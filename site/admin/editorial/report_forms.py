"""The forms of monthly reports: figures, texts, pictures, and explanations of what the data checks found."""

import hashlib
from collections.abc import Iterable
from typing import Any, cast

from flask_wtf.file import FileField
from wtforms import DateTimeLocalField, FieldList, FormField, HiddenField, SelectField, StringField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.validators import Optional

from minsheng.errors import InvalidFileError
from minsheng.pictures.media import StoredImage
from minsheng.pictures.photos import PhotoPhase
from minsheng.progress.findings import Finding
from minsheng.records.indicators import Indicator
from minsheng.records.projects import Stage
from minsheng.records.reports import ProgressReport
from pages.formats import TEN_THOUSAND
from pages.forms import Form, Messages, MoneyField, QuantityField, between, length, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.language import plain_record_text
from pages.services import services
from pages.words import word

MOST_WORDS = 2000
MOST_EXPLANATION = 500
PHOTO_SLOTS = 3
FUNDS = ("funds_arrived_fen", "funds_disbursed_fen", "funds_spent_fen", "investment_completed_fen")
WORDS = ("done", "difficulties", "next_step")


class PhotoForm(PlainForm):
    """One picture with what it shows; part of a bigger form, which carries the CSRF field."""

    class Meta:
        """Messages in the reader's language; WTForms adds its own defaults."""

        def get_translations(self, form: Any) -> Messages:  # noqa: ARG002 - WTForms' signature
            """Return our messages."""
            return Messages()

    picture = FileField(_l("照片文件"))
    phase = SelectField(_l("拍的是"))
    alt_text = StringField(_l("照片里看得到什么"), validators=[length(most=200)])
    caption = StringField(_l("说明"), validators=[length(most=200)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored: StoredImage | None = None
        self.phase.choices = [(phase.value, word(phase)) for phase in PhotoPhase]
        if self.phase.data is None:
            self.phase.data = PhotoPhase.DURING.value

    @property
    def is_filled(self) -> bool:
        """Whether a file was chosen."""
        return bool(self.picture.data and self.picture.data.filename)

    def validate(self, extra_validators: Any = None) -> bool:
        """Read the picture by its content and put it into the store; ask for its words only where there is one."""
        is_valid = super().validate(extra_validators)
        words = any((field.data or "").strip() for field in (self.alt_text, self.caption))
        if not self.is_filled:
            if words:
                self.picture.errors = [_("请选照片文件；如果刚才选过，请再选一次")]
            return is_valid and not words
        if not (self.alt_text.data or "").strip():
            self.alt_text.errors = [_("请写一句照片里看得到什么，读屏用户靠它知道内容")]
            return False
        try:
            self.stored = services().media.add_image(self.picture.data.stream, keep_original=True)
        except InvalidFileError as error:
            self.picture.errors = [file_message(error.reason)]
            return False
        return is_valid


def file_message(reason: str) -> str:
    """Return in words why an upload cannot be used."""
    messages = {
        "too_large": _("照片超过 15 MB，请换小一些的"),
        "too_many_pixels": _("照片尺寸太大，请先缩小"),
        "not_an_image": _("这不是能打开的照片；请用 JPEG、PNG 或 WebP"),
    }
    return messages.get(reason, messages["not_an_image"])


class ReportForm(Form):
    """One month in one screen. Everything may stay empty in a draft; figures must be readable."""

    version = HiddenField()
    stage = SelectField(_l("阶段"))
    physical_progress = QuantityField(_l("工程形象进度"), validators=[Optional(), between(least=0)])
    funds_arrived_fen = MoneyField(_l("累计到位资金"), unit=TEN_THOUSAND)
    funds_disbursed_fen = MoneyField(_l("累计拨付资金"), unit=TEN_THOUSAND)
    funds_spent_fen = MoneyField(_l("累计支出资金"), unit=TEN_THOUSAND)
    investment_completed_fen = MoneyField(_l("累计完成投资"), unit=TEN_THOUSAND)
    done = TextAreaField(_l("本月做了什么"), validators=[length(most=MOST_WORDS)])
    difficulties = TextAreaField(_l("有什么困难"), validators=[length(most=MOST_WORDS)])
    next_step = TextAreaField(_l("下个月做什么"), validators=[length(most=MOST_WORDS)])
    correction_reason = TextAreaField(_l("为什么更正（公开）"), validators=[length(most=MOST_EXPLANATION)])
    photos = FieldList(FormField(PhotoForm), min_entries=PHOTO_SLOTS, max_entries=PHOTO_SLOTS)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stage.choices = [("", _("请选择")), *((stage.value, word(stage)) for stage in Stage)]
        self.stage.validators = []
        for field in (self.stage, self.done):
            field.flags.required = True

    def photo_forms(self) -> list[PhotoForm]:
        """Return the slots for pictures."""
        return [entry.form for entry in self.photos]

    def quantity(self, indicator: Indicator) -> QuantityField:
        """Return the field of an indicator."""
        return cast("QuantityField", self[indicator_name(indicator)])

    def explanation(self, finding: Finding) -> TextAreaField:
        """Return the field for the public explanation of a finding."""
        return cast("TextAreaField", self[explanation_name(finding)])


def report_form(indicators: Iterable[Indicator], findings: Iterable[Finding], **kwargs: Any) -> ReportForm:
    """Return the form with a field for each indicator and for the explanation of each finding."""
    fields: dict[str, Any] = {
        indicator_name(one): QuantityField(plain_record_text(one.name), validators=[Optional(), between(least=0)])
        for one in indicators
    }
    for finding in findings:
        fields[explanation_name(finding)] = TextAreaField(_l("公开说明"), validators=[length(most=MOST_EXPLANATION)])
    made: ReportForm = type("ReportFormOfProject", (ReportForm,), fields)(**kwargs)
    for finding in findings:
        made.explanation(finding).flags.required = True
    return made


def indicator_name(indicator: Indicator) -> str:
    """Return the name of an indicator's control."""
    return f"indicator_{indicator.position}"


def explanation_name(finding: Finding) -> str:
    """Return the name of the control for a finding's explanation, which changes with its figures."""
    return f"explanation_{hashlib.sha256(finding.key.encode()).hexdigest()[:12]}"


def values_of(report: ProgressReport) -> dict[str, Any]:
    """Return what the form shows of a report."""
    return {
        "stage": report.stage.value if report.stage else "",
        "physical_progress": report.physical_progress,
        **{name: getattr(report, name) for name in (*FUNDS, *WORDS, "correction_reason")},
        **{indicator_name(value.indicator): value.value for value in report.values},
    }


def carried_values(report: ProgressReport) -> dict[str, Any]:
    """Return what a new month takes over from the last one: the cumulative figures, not the texts."""
    left_out = {*WORDS, "correction_reason"}
    return {name: value for name, value in values_of(report).items() if name not in left_out}


class PublishForm(Form):
    """The second person's signature; ``version`` is the text that was read."""

    version = HiddenField()


class TimeForm(PublishForm):
    """The second person's signature for later, in China's time."""

    due_at = DateTimeLocalField(_l("什么时间公示"), validators=[required(_l("请选公示的日期和时间"))])


class ReturnForm(Form):
    """What the author must put right."""

    reason = TextAreaField(_l("退回原因"), validators=[required(_l("请写明要改什么")), length(most=MOST_EXPLANATION)])


class CorrectForm(Form):
    """Why a published month is corrected, for everyone to read."""

    correct_reason = TextAreaField(
        _l("为什么更正（公开）"), validators=[required(_l("请写明为什么更正")), length(most=MOST_EXPLANATION)]
    )


class WithdrawForm(Form):
    """Why a published month is taken back, for everyone to read."""

    withdraw_reason = TextAreaField(
        _l("为什么撤回（公开）"), validators=[required(_l("请写明为什么撤回")), length(most=MOST_EXPLANATION)]
    )
