"""The forms that tie a case to others: its main case, what is split off, its project, a problem, a year's list."""

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import HiddenField, SelectField, StringField, TextAreaField

from admin.casework.suggestion_forms import MOST_WORDS, CheckedForm
from minsheng.casework import privacy
from minsheng.records.places import Agency
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from pages.forms import DateField, Form, length, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.language import plain_record_text


def choices(records: Iterable[tuple[int, str]]) -> list[tuple[str, str]]:
    """Return the choices of a list of records, none chosen first."""
    return [("", _("请选择")), *((str(number), text) for number, text in records)]


class MergeForm(Form):
    """Which case it is a duplicate of; the number is shown back with its case before anything happens."""

    main_number = StringField(_l("先来的那一件的编号"), validators=[required(_l("请填编号，例如 2026-00012"))])
    confirmed = HiddenField()


class SplitForm(Form):
    """What the second case is about, in the sender's words."""

    words = TextAreaField(_l("拆出来的内容"), validators=[required(_l("请写拆出来的内容")), length(most=MOST_WORDS)])
    ticket = HiddenField()


class LinkForm(Form):
    """Which project a case is about."""

    project = SelectField(_l("项目"), validators=[required(_l("请选一个项目"))])

    def __init__(self, projects: Sequence[Project], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.project.choices = choices((one.id, _titled(one.year, one.title)) for one in projects)


class ProblemForm(CheckedForm):
    """What was found, who cures it and by when; all of it is public."""

    checked = ("description",)
    finders = (privacy.find_numbers, privacy.likely_names, privacy.likely_addresses)
    description = TextAreaField(_l("问题是什么"), validators=[required(_l("请写明问题")), length(most=1000)])
    agency = SelectField(_l("责任单位"), validators=[required(_l("请选责任单位"))])
    deadline = DateField(_l("整改期限"), validators=[required(_l("请填整改期限"))])

    def __init__(self, agencies: Sequence[Agency], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.agency.choices = choices((one.id, plain_record_text(one.name)) for one in agencies)

    def validate(self, extra_validators: Any = None) -> bool:
        """Look for personal data once the text is complete."""
        return super().validate(extra_validators) and self.is_clean_or_confirmed()


class AdoptForm(CheckedForm):
    """Which list takes the case in, and the project where it is known already."""

    checked = ("note",)
    programme = SelectField(_l("哪一年的清单"), validators=[required(_l("请选清单"))])
    project = SelectField(_l("成了哪个项目"))
    note = TextAreaField(_l("怎么采纳的"), validators=[length(most=500)])

    def __init__(self, programmes: Sequence[Programme], projects: Sequence[Project], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.programme.choices = choices((one.id, _titled(one.year, one.title)) for one in programmes)
        self.project.choices = choices((one.id, _titled(one.year, one.title)) for one in projects)

    def validate(self, extra_validators: Any = None) -> bool:
        """Look for personal data once the text is complete."""
        return super().validate(extra_validators) and self.is_clean_or_confirmed()


def _titled(year: int | None, title: str) -> str:
    return (
        plain_record_text(title)
        if year is None
        else _("%(year)s年 · %(title)s", year=year, title=plain_record_text(title))
    )
