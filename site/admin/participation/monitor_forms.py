"""The forms of monitors: appointment, the end of one, and the review of a report."""

import datetime as dt
from typing import Any

from wtforms import SelectField, StringField, TextAreaField

from admin.casework.suggestion_forms import CheckedForm
from minsheng.casework import privacy
from minsheng.participation.monitors import MonitorReport
from minsheng.records.projects import Project
from pages.forms import DateField, Form, choices, length, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.language import plain_record_text

LONGEST_LINK = dt.timedelta(days=400)
MOST_WORDS = 4000
ALT = "alt-"


class LinkForm(Form):
    """Until when a private link works."""

    expires_on = DateField(_l("链接用到哪一天"), validators=[required(_l("请填日期"))])

    def validate_from(self, today: dt.date) -> bool:
        """Check the form, and that the day lies ahead and not too far."""
        if not self.validate_on_submit():
            return False
        if not today < self.expires_on.data <= today + LONGEST_LINK:
            self.expires_on.errors = [_("请填明天以后、400 天以内的日期")]
        return not self.errors


class AppointForm(LinkForm):
    """Which project, and the badge that is all the public learns."""

    project = SelectField(_l("监督哪个项目"), validators=[required(_l("请选一个项目"))])
    badge = StringField(_l("监督员编号"), validators=[required(_l("请写编号")), length(most=20)])

    def __init__(self, projects: list[Project], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        named = [(one.slug, f"{one.year or ''} {plain_record_text(one.title)}".strip()) for one in projects]
        self.project.choices = choices([("", _("请选择")), *named])


class EndForm(Form):
    """Why an appointment ends, for everybody to read."""

    ended_because = TextAreaField(_l("为什么结束"), validators=[required(_l("请写明理由")), length(most=500)])


class WithdrawForm(Form):
    """Why a published report is taken back, for everybody to read."""

    withdrawn_reason = TextAreaField(_l("为什么撤下"), validators=[required(_l("请写明理由")), length(most=500)])


class RefuseReportForm(Form):
    """Why a report is not shown, for its monitor to read."""

    refused_reason = TextAreaField(_l("为什么不登"), validators=[required(_l("请写明理由")), length(most=500)])


class MonitorReviewForm(CheckedForm):
    """The words as the public reads them: the monitor's own, with personal data masked and nothing else changed."""

    finders = (privacy.find_numbers, privacy.likely_names)
    text = TextAreaField(_l("登出的内容"), validators=[required(_l("请写内容")), length(most=MOST_WORDS)])

    def __init__(self, report: MonitorReport, **kwargs: Any) -> None:
        super().__init__(data={"text": privacy.mask(report.sent_text or report.text).text}, **kwargs)

    def validate(self, extra_validators: Any = None) -> bool:
        """Look for personal data once the text is complete."""
        return super().validate(extra_validators) and self.is_clean_or_confirmed()
