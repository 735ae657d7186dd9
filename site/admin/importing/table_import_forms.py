"""The forms of uploaded tables: choosing a file, and buttons that only carry the token."""

from collections.abc import Iterable
from typing import Any

from flask_wtf.file import FileField
from wtforms import SelectField

from minsheng.records.programmes import Programme
from pages.forms import Form, MonthField, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.language import plain_record_text


class TableFileForm(Form):
    """Which list and month a table is about."""

    programme = SelectField(_l("哪份清单"), validators=[required(_l("请选清单"))])
    month = MonthField(_l("哪个月"), validators=[required(_l("请填月份，例如 2026-05"))])
    file = FileField(_l("表格文件"))

    def __init__(self, programmes: Iterable[Programme], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._programmes = {one.slug: one for one in programmes}
        self.programme.choices = [
            ("", _("请选择")),
            *((slug, plain_record_text(one.title)) for slug, one in self._programmes.items()),
        ]
        self.file.flags.required = True

    def chosen(self) -> Programme:
        """Return the list that was chosen."""
        return self._programmes[str(self.programme.data)]


class StepForm(Form):
    """A button with the token."""
