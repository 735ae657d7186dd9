"""Forms of paper: a printing with its batches, a serial, what became of missing sheets, a scan."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_wtf.file import FileField
from wtforms import FieldList, FormField, IntegerField, SelectField, StringField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.validators import Optional

from minsheng.opinion.dispositions import Disposition
from minsheng.records.places import Division
from minsheng.surveying.paper_batches import LOST
from minsheng.surveying.paper_sheets import (
    DEFAULT_MOST_ERRORS,
    MOST_SHEETS,
    PAPER_CHANNELS,
    PlannedBatch,
    PlannedRun,
)
from minsheng.surveying.surveys import Channel
from pages.forms import Form, QuantityField, between, choices, length, required
from pages.language import NAMES, shown_languages
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.words import word

ROWS = 4
"""Empty batches on the form at first, and so many more at each wish."""


class BatchRow(PlainForm):
    """One batch to print. A row without a number of sheets is none."""

    division = SelectField(_l("地方"), validate_choice=False)
    stratum = StringField(_l("层"), [length(-1, 40)])
    psu = StringField(_l("抽样单位或发放点"), [length(-1, 40)])
    sheet_count = IntegerField(_l("张数"), [Optional(), between(1, MOST_SHEETS)])
    base_weight = QuantityField(_l("一人代表多少人"), [Optional(), between(Decimal("0.0001"), None)])


class RunForm(Form):
    """What is printed, in which language, and how many sheets go where."""

    channel = SelectField(_l("渠道"), [required(_l("请选渠道"))])
    language = SelectField(_l("语言"), [required(_l("请选语言"))])
    most_errors = QuantityField(
        _l("差错率上限（%）"), [required(_l("请填差错率上限")), between(Decimal("0.01"), Decimal(20))]
    )
    sample = SelectField(_l("张数从哪里来"))
    why = TextAreaField(_l("手工填的根据"), [length(-1, 500)])
    batches = FieldList(FormField(BatchRow), max_entries=200)

    def __init__(
        self, channels: Sequence[str], divisions: Sequence[Division], samples: Mapping[int, str], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        drawn = [(str(number), name) for number, name in samples.items()]
        self.sample.choices = choices([*drawn, ("", _("手工填，见下面"))])
        if not self.is_submitted():
            self.sample.data = drawn[0][0] if drawn else ""
        self.channel.choices = choices((one.value, word(one)) for one in PAPER_CHANNELS if one.value in channels)
        self.language.choices = choices((name, NAMES[name]) for name in shown_languages())
        if not self.is_submitted():
            self.most_errors.data = DEFAULT_MOST_ERRORS
        self._places = {one.code: one for one in divisions}
        while len(self.batches.entries) < ROWS:
            self.batches.append_entry()
        self._name_places()

    def more_rows(self) -> None:
        """Offer more empty batches."""
        for _row in range(ROWS):
            self.batches.append_entry()
        self._name_places()

    def _name_places(self) -> None:
        places = choices((code, one.full_name) for code, one in self._places.items())
        for row in self.batches:
            row.form.division.choices = places

    @property
    def sample_number(self) -> int | None:
        """The number of the drawn sample that says how many sheets go where; None where that is typed."""
        return int(self.sample.data) if self.sample.data else None

    def planned_from(self, batches: Sequence[PlannedBatch]) -> PlannedRun:
        """Return what is to be printed for a drawn sample."""
        channel = Channel.PAPER_SAMPLE
        return PlannedRun(channel, self.language.data, batches, self.most_errors.data, is_from_sample=True)

    def planned(self) -> PlannedRun | None:
        """Return what is to be printed, as typed, or None after noting what is missing."""
        rows = [row.form for row in self.batches if row.form.sheet_count.data]
        if not rows:
            self.form_errors.append(_("请至少填一批的张数"))
        for row in rows:
            if row.division.data not in self._places:
                row.division.errors = [_("请选地方")]
                self.form_errors.append(_("有一批没有选地方"))
        channel = Channel(self.channel.data)
        if channel is Channel.PAPER_SAMPLE and not str(self.why.data or "").strip():
            self.why.errors = [_("请写明张数和权数从哪里来，例如抽样方案的文号")]
        if self.errors or self.form_errors:
            return None
        batches = [
            PlannedBatch(
                self._places[row.division.data],
                int(row.sheet_count.data or 0),
                str(row.stratum.data or "").strip(),
                str(row.psu.data or "").strip(),
                row.base_weight.data or Decimal(1),
            )
            for row in rows
        ]
        return PlannedRun(channel, self.language.data, batches, self.most_errors.data, str(self.why.data or "").strip())


class SerialForm(Form):
    """The number on a sheet."""

    serial = StringField(_l("卷子上的编号"), [required(_l("请填编号")), length(-1, 40)])


class SheetForm(Form):
    """What a sheet says; its fields are the questions."""


class ActForm(Form):
    """A button."""


class FinishForm(Form):
    """What became of the sheets that brought no answers."""

    refusal = IntegerField(_l("拒绝填写，或交了白卷"), [Optional(), between(0, MOST_SHEETS)])
    non_contact = IntegerField(_l("找不到人"), [Optional(), between(0, MOST_SHEETS)])
    other = IntegerField(_l("愿意但没法填（生病、不识字等）"), [Optional(), between(0, MOST_SHEETS)])
    unknown_household = IntegerField(_l("不知道有没有人住"), [Optional(), between(0, MOST_SHEETS)])
    unknown_other = IntegerField(_l("其他不明"), [Optional(), between(0, MOST_SHEETS)])
    not_eligible = IntegerField(_l("不属于调查对象"), [Optional(), between(0, MOST_SHEETS)])

    def lost(self) -> dict[Disposition, int]:
        """Return the counts."""
        return {kind: self[kind.value].data or 0 for kind in LOST}


class ScanForm(Form):
    """The scan of a batch; only its hash is kept."""

    file = FileField(_l("扫描件"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.file.flags.required = True
