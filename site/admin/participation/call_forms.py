"""The forms of a round of asking: the round itself, its extension, groups, outcomes, experts' answers and review."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField

from admin.casework.suggestion_forms import CheckedForm, first_words
from minsheng.casework import privacy
from minsheng.casework.case_statistics import midnight
from minsheng.casework.cases import Prominence
from minsheng.clock import local_date
from minsheng.participation.call_ideas import CallIdea, GroupOutcome, IdeaGroup, SetAsideReason
from minsheng.participation.calls import Call, CallTheme
from minsheng.records.addresses import LONGEST, SLUG
from minsheng.records.documents import Document
from minsheng.records.indicators import Indicator
from minsheng.records.places import Division
from minsheng.records.projects import Project
from pages.forms import CheckboxesField, DateField, Form, choices, length, required, word_choices
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.language import plain_record_text

ASIDE = "aside:"
MOST_WORDS = 4000


class CallForm(Form):
    """A round: what is asked, of whom, and from which day to which."""

    theme = SelectField(_l("征集什么"))
    title = StringField(_l("标题"), validators=[required(_l("请写一个标题")), length(most=120)])
    slug = StringField(_l("网址名"), validators=[required(_l("请写网址名")), length(most=LONGEST)])
    text = TextAreaField(_l("说明"), validators=[required(_l("请写明征集什么、怎么用")), length(most=MOST_WORDS)])
    year = StringField(_l("用于哪一年的清单"), validators=[length(most=4)])
    place = SelectField(_l("面向哪个地方"), validators=[required(_l("请选一个地方"))])
    document = SelectField(_l("征求意见的文件"))
    opens_on = DateField(_l("开始日期"), validators=[required(_l("请填开始日期"))])
    closes_on = DateField(_l("截止日期"), validators=[required(_l("请填截止日期"))])

    def __init__(
        self, places: list[Division], documents: Sequence[Document], call: Call | None = None, **kwargs: Any
    ) -> None:
        given = {} if call is None else _data_of(call)
        super().__init__(data=given, **kwargs)
        self.theme.choices = word_choices(CallTheme)
        named = [
            (one.id, f"{plain_record_text(one.title)}（{plain_record_text(one.record.title)}）") for one in documents
        ]
        self.document.choices = choices([("", _("没有")), *named])
        self.place.choices = choices([("", _("请选择")), *((one.code, plain_record_text(one.name)) for one in places)])

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse an end before the beginning, a year that is none, and an address nobody can type."""
        if not super().validate(extra_validators):
            return False
        if self.closes_on.data < self.opens_on.data:
            self.closes_on.errors = [_("截止日期不能早于开始日期")]
        year = (self.year.data or "").strip()
        if year and not (year.isascii() and year.isdigit() and len(year) == 4 and year.startswith("20")):
            self.year.errors = [_("请填四位年份，例如 2027")]
        if not SLUG.fullmatch(self.slug.data or ""):
            self.slug.errors = [_("网址名只用字母、数字，中间可以有横线")]
        return not self.errors

    def fill(self, call: Call, place: Division, document: Document | None) -> None:
        """Write what was typed into a round; it ends at the midnight after its last day."""
        call.document = document
        call.theme = CallTheme(self.theme.data)
        call.title, call.slug = (self.title.data or "").strip(), self.slug.data or ""
        call.text = "\n".join((self.text.data or "").splitlines())
        year = (self.year.data or "").strip()
        call.year = int(year) if year else None
        call.division = place
        call.opens_at = midnight(self.opens_on.data)
        call.closes_at = call.first_closes_at = midnight(self.closes_on.data + dt.timedelta(days=1))


class ExtendCallForm(Form):
    """A later last day, with the public reason."""

    until = DateField(_l("延长到哪一天"), validators=[required(_l("请填新的截止日期"))])
    extension_reason = TextAreaField(_l("为什么延长"), validators=[required(_l("请写明理由")), length(most=500)])

    @property
    def ends_at(self) -> dt.datetime:
        """The midnight after the new last day."""
        return midnight(self.until.data + dt.timedelta(days=1))


class IdeaReviewForm(CheckedForm):
    """Who may read an idea, with title and words as the public reads them; or why it is not treated as one."""

    checked = ("title", "words")
    finders = (privacy.find_numbers, privacy.likely_names, privacy.likely_addresses)
    decision = RadioField(_l("怎么处理"), validators=[required(_l("请选一项"))])
    title = StringField(_l("公开的标题"), validators=[length(most=120)])
    words = TextAreaField(_l("公开的内容"), validators=[length(most=MOST_WORDS)])

    def __init__(self, idea: CallIdea, **kwargs: Any) -> None:
        masked = privacy.mask(idea.words).text
        decided = None if idea.prominence is Prominence.UNREVIEWED else idea.prominence.value
        super().__init__(
            data={
                "title": idea.public_title or first_words(masked),
                "words": idea.public_words or masked,
                "decision": f"{ASIDE}{idea.set_aside.value}" if idea.set_aside else decided,
            },
            **kwargs,
        )
        allowed = [Prominence.PUBLIC, Prominence.INTERNAL] if idea.consent_to_publish else [Prominence.INTERNAL]
        named = {Prominence.PUBLIC: _("公开"), Prominence.INTERNAL: _("不公开，照样研究")}
        aside = [(f"{ASIDE}{value}", _("不作为建议：%(why)s", why=label)) for value, label in _aside()]
        self.decision.choices = choices([*((one.value, named[one]) for one in allowed), *aside])

    @property
    def is_public(self) -> bool:
        """Whether everybody is to read it."""
        return bool(self.decision.data == Prominence.PUBLIC)

    @property
    def set_aside(self) -> SetAsideReason | None:
        """Why it is not treated as an idea, if so."""
        chosen = self.decision.data or ""
        return SetAsideReason(chosen.removeprefix(ASIDE)) if chosen.startswith(ASIDE) else None

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for title and words only of what becomes public."""
        if not super().validate(extra_validators):
            return False
        if not self.is_public:
            return True
        if not (self.title.data or "").strip():
            self.title.errors = [_("请写一个标题")]
        if not (self.words.data or "").strip():
            self.words.errors = [_("请写公开的内容")]
        return not self.errors and self.is_clean_or_confirmed()


class GroupingForm(Form):
    """Which ideas go into which group, or into a new one."""

    ideas = CheckboxesField(_l("选哪些建议"), coerce=int)
    group = SelectField(_l("放进哪一组"))
    title = StringField(_l("新的一组叫什么"), validators=[length(most=120)])

    def __init__(self, ideas: list[CallIdea], groups: list[IdeaGroup], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ideas.choices = choices([(one.id, first_words(one.public_title or one.words)) for one in ideas])
        named = [(one.id, plain_record_text(one.title)) for one in groups]
        self.group.choices = choices([("", _("新的一组")), *named])

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for at least one idea, and for the name of a new group."""
        if not super().validate(extra_validators):
            return False
        if not self.ideas.data:
            self.ideas.errors = [_("请至少选一条建议")]
        if not self.group.data and not (self.title.data or "").strip():
            self.title.errors = [_("请给新的一组起个名字")]
        return not self.errors


class OutcomeForm(CheckedForm):
    """What becomes of a group, with the public reason, and the project or target it became."""

    checked = ("reason",)
    outcome = RadioField(_l("结果"), validators=[required(_l("请选一项"))])
    reason = TextAreaField(_l("理由"), validators=[required(_l("请写明理由")), length(most=MOST_WORDS)])
    project = SelectField(_l("变成了哪个项目"))
    indicator = SelectField(_l("变成了其中哪个目标"))

    def __init__(self, group: IdeaGroup, projects: list[Project], indicators: list[Indicator], **kwargs: Any) -> None:
        super().__init__(
            data={
                "outcome": group.outcome.value if group.outcome else None,
                "reason": group.reason,
                "project": str(group.project_id or ""),
                "indicator": str(group.indicator_id or ""),
            },
            **kwargs,
        )
        self.outcome.choices = word_choices(GroupOutcome)
        self.project.choices = choices([("", _("没有")), *((one.id, _project_label(one)) for one in projects)])
        listed = [(one.id, f"{plain_record_text(one.name)} {one.target or ''} {one.unit}") for one in indicators]
        self.indicator.choices = choices([("", _("整个项目")), *listed])

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask an adopted group for its project, and look for personal data in the reason."""
        if not super().validate(extra_validators):
            return False
        if self.outcome.data != GroupOutcome.NOT_ADOPTED and not self.project.data:
            self.project.errors = [_("采纳的要选出变成了哪个项目；还没有立项的，先在“项目”里建草稿")]
            return False
        return self.is_clean_or_confirmed()


class ExpertForm(CheckedForm):
    """An expert's answer, shown as one."""

    checked = ("text",)
    ticket = HiddenField()
    expert_title = StringField(_l("专家的身份"), validators=[required(_l("请写明是什么专家")), length(most=120)])
    headline = StringField(_l("标题"), validators=[required(_l("请写一个标题")), length(most=120)])
    text = TextAreaField(_l("意见"), validators=[required(_l("请写专家的意见")), length(most=MOST_WORDS)])

    def validate(self, extra_validators: Any = None) -> bool:
        """Look for personal data once the text is complete."""
        return super().validate(extra_validators) and self.is_clean_or_confirmed()


class CloseCallForm(CheckedForm):
    """What came of the round as a whole."""

    outcome_words = TextAreaField(_l("总的结果"), validators=[required(_l("请写总的结果")), length(most=MOST_WORDS)])
    checked = ("outcome_words",)

    def validate(self, extra_validators: Any = None) -> bool:
        """Look for personal data once the text is complete."""
        return super().validate(extra_validators) and self.is_clean_or_confirmed()


def _aside() -> list[tuple[str, str]]:
    return [(str(choice.value), str(choice.label)) for choice in word_choices(SetAsideReason)]


def _project_label(project: Project) -> str:
    return f"{project.year or ''} {plain_record_text(project.title)}".strip()


def _data_of(call: Call) -> dict[str, Any]:
    return {
        "theme": call.theme.value,
        "title": call.title,
        "slug": call.slug,
        "text": call.text,
        "year": str(call.year or ""),
        "place": call.division.code,
        "document": str(call.document_id or ""),
        "opens_on": local_date(call.opens_at),
        "closes_on": call.last_day,
    }
