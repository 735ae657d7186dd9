"""Forms of samples: a frame's file, the wishes of a draw, reserves to let in."""

from collections.abc import Mapping
from typing import Any

from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import Optional

from minsheng.surveying.sample_drawing import Wanted
from minsheng.surveying.samples import (
    DEFAULT_ATTEMPTS,
    LONGEST_SCRIPT,
    MOST_ATTEMPTS,
    DrawOrder,
    SampleDesign,
    StratumKey,
)
from minsheng.surveying.surveys import Channel, Wave
from pages.forms import Form, between, choices, length, plain, required, word_choices
from pages.language import lazy_gettext as _l
from pages.words import word

DRAWN = (Channel.PHONE, Channel.PAPER_SAMPLE)
LONGEST_NUMBER = 9


class FrameForm(Form):
    """A file with the people or households that a sample can be drawn from."""

    title = StringField(_l("名册叫什么"), [required(_l("请给名册起个名")), length(-1, 80)])
    channel = RadioField(_l("怎样联系"), [required(_l("请选怎样联系"))])
    file = FileField(_l("名册文件"))

    def __init__(self, wave: Wave, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        drawn = [one for one in DRAWN if one.value in wave.channels]
        self.channel.choices = choices((one.value, word(one)) for one in drawn)
        self.file.flags.required = True


class SureForm(Form):
    """An act that is only confirmed."""


class EraseForm(Form):
    """Erasing contact data cannot be undone, so it is confirmed."""

    sure = BooleanField(_l("删除这份名册的电话和地址，以后谁也联系不上名册里的人"), [required(_l("请勾选，确认删除"))])


class DrawForm(Form):
    """How to draw; the wishes by stratum are typed in a table beside it."""

    design = RadioField(_l("怎么抽"), [required(_l("请选怎么抽"))], default=SampleDesign.STRATIFIED.value)
    most_attempts = IntegerField(
        _l("一个号码最多打几次"), [required(_l("请填次数")), between(1, MOST_ATTEMPTS)], default=DEFAULT_ATTEMPTS
    )
    converts_refusals = BooleanField(_l("拒绝过的人一周后换时间再问一次"))
    script = TextAreaField(_l("开场白"), [Optional(), length(-1, LONGEST_SCRIPT)])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.design.choices = word_choices(SampleDesign)

    def order(self, typed: MultiDict[str, str], keys: Mapping[str, StratumKey]) -> DrawOrder:
        """Return what is asked for; ``keys`` maps the names of the fields to strata. Empty sizes draw nobody."""
        design = SampleDesign(self.design.data)
        wanted = {}
        for name, key in keys.items():
            if plain(typed.get(name, "")):
                units = whole(typed.get(f"units-{name}", "")) if design is SampleDesign.TWO_STAGE else 0
                wanted[key] = Wanted(whole(typed.get(name, "")), whole(typed.get(f"reserve-{name}", "") or "0"), units)
        return DrawOrder(
            design, wanted, self.most_attempts.data or 0, self.converts_refusals.data, str(self.script.data or "")
        )


class ReserveForm(Form):
    """How many reserves to let in."""

    count = IntegerField(_l("再放进来几人"), [required(_l("请填人数")), between(1, 100_000)])


def whole(typed: str) -> int:
    """Return a typed whole number, or -1 for anything else, which no draw accepts."""
    digits = plain(typed)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_NUMBER else -1
