"""Forms of a call sheet."""

from typing import Any

from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import Optional

from minsheng.surveying.call_attempts import LONGEST_NOTE
from minsheng.surveying.call_sheets import CallBack, CallResult
from minsheng.surveying.samples import CheckState, HalfDay
from pages.forms import DateField, Form, length, required, word_choices
from pages.language import lazy_gettext as _l


class StepForm(Form):
    """A step that needs nothing but the wish."""


class AnswersForm(Form):
    """The parts of an interview that are not questions."""

    ticket = HiddenField()
    seconds = HiddenField()

    def took(self) -> float | None:
        """Return how many seconds typing took, where the page's script could measure it."""
        said = str(self.seconds.data or "")
        return float(said) if said.isascii() and said.isdigit() and len(said) < 6 else None


class ResultForm(Form):
    """How a call ended that brought no answers."""

    result = RadioField(_l("这次电话的结果"), [required(_l("请选电话的结果"))])
    day = DateField(_l("约在哪天"), [Optional()])
    half = RadioField(_l("约在什么时候"), [Optional()], default=HalfDay.EVENING.value)
    note = StringField(_l("备注"), [Optional(), length(-1, LONGEST_NOTE)])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.result.choices = word_choices(CallResult)
        self.half.choices = word_choices(HalfDay)

    def call_back(self) -> CallBack | None:
        """Return when to call again, where a day was named."""
        if self.day.data is None or self.result.data != CallResult.CALL_BACK.value:
            return None
        return CallBack(self.day.data, HalfDay(self.half.data))


class CheckForm(Form):
    """What a check call found."""

    found = RadioField(_l("复核的结果"), [required(_l("请选复核的结果"))])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.found.choices = [one for one in word_choices(CheckState) if one.value != CheckState.DRAWN.value]
