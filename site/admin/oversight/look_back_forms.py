"""The form of a look-back: what was found at a finished project, with a picture."""

from typing import Any

from flask_wtf.file import FileField
from wtforms import RadioField, StringField, TextAreaField

from admin.casework.suggestion_forms import CheckedForm
from admin.oversight.problem_forms import stored_picture
from minsheng.oversight.look_back_acts import Found
from minsheng.oversight.lookbacks import LookBack, LookBackResult
from minsheng.pictures.media import StoredImage
from pages.formats import TEN_THOUSAND
from pages.forms import DateField, MoneyField, length, required, word_choices
from pages.language import lazy_gettext as _l


class LookBackForm(CheckedForm):
    """What was found; all of it is public once a second person has read it."""

    checked = ("note", "keeper")
    looked_on = DateField(_l("到现场的日期"), validators=[required(_l("请填日期"))])
    result = RadioField(_l("结果"), validators=[required(_l("请选一个结果"))])
    keeper = StringField(_l("谁在管护（单位或职务）"), validators=[length(most=120)])
    upkeep_budget_fen = MoneyField(_l("每年管护经费"), unit=TEN_THOUSAND)
    note = TextAreaField(_l("看到了什么"), validators=[required(_l("请写看到了什么")), length(most=1000)])
    picture = FileField(_l("现场照片"))
    alt_text = StringField(_l("照片里看得到什么"), validators=[length(most=200)])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.result.choices = word_choices(LookBackResult)
        self.stored: StoredImage | None = None

    def fill(self, look_back: LookBack) -> None:
        """Put what was found into the controls."""
        self.looked_on.data, self.result.data = look_back.looked_on, look_back.result.value
        self.keeper.data, self.note.data = look_back.keeper, look_back.note
        self.upkeep_budget_fen.data = look_back.upkeep_budget_fen

    def told(self) -> Found:
        """Return what was typed."""
        return Found(
            looked_on=self.looked_on.data,
            result=LookBackResult(self.result.data),
            keeper=self.keeper.data or "",
            upkeep_budget_fen=self.upkeep_budget_fen.data,
            note="\n".join((self.note.data or "").splitlines()),
        )

    def validate(self, extra_validators: Any = None) -> bool:
        """Look for personal data, and store a good picture last."""
        if not super().validate(extra_validators) or not self.is_clean_or_confirmed():
            return False
        self.stored, is_good = stored_picture(self.picture, self.alt_text)
        return is_good
