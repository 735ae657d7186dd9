"""Forms of a wave's plan: what is asked, whom, when, by which channels, and the rules of quality."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Regexp, ValidationError

from minsheng.opinion.schemes import Scheme
from minsheng.records.places import Division
from minsheng.records.programmes import Programme
from minsheng.surveying.quality_rules import THRESHOLDS, QualityRule
from minsheng.surveying.questionnaires import QuestionnaireVersion
from minsheng.surveying.surveys import Channel, Wave
from minsheng.surveying.wave_plans import WavePlan
from pages.forms import (
    CheckboxesField,
    DateField,
    Form,
    QuantityField,
    between,
    choices,
    length,
    required,
    word_choices,
)
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.language import plain_record_text
from pages.words_of_quality import QUALITY_WORDS
from pages.words_of_schemes import plain_scheme_text

TAKEN_BY_PAGES = ("new",)
"""Words that an address of this face has where a wave's would stand."""
LANGUAGES = ("en", "zh_Hant")


class PlanForm(Form):
    """Everything that is settled before a wave opens; two controls for each rule of quality."""

    title = StringField(_l("调查的名称"), [required(_l("请填名称")), length(2, 200)])
    title_en = StringField(_l("名称的英文"), [length(-1, 200)])
    title_zh_Hant = StringField(_l("名称的繁体中文"), [length(-1, 200)])  # noqa: N815 - named as the language is
    year = IntegerField(_l("哪一年的"), [required(_l("请填年份")), between(1990, 2200)])
    version = SelectField(_l("用哪份问卷"), [required(_l("请选问卷"))])
    programme = SelectField(_l("问的是哪份民生工程清单"))
    scheme = SelectField(_l("计分办法"), [required(_l("请选计分办法"))])
    places = CheckboxesField(_l("只比较这些地方"))
    channels = CheckboxesField(_l("用哪些渠道"), [required(_l("请至少选一个渠道"))])
    opens_on = DateField(_l("第一天"), [InputRequired(_l("请填第一天"))])
    closes_on = DateField(_l("最后一天"), [InputRequired(_l("请填最后一天"))])

    def __init__(
        self,
        division: Division,
        versions: Sequence[QuestionnaireVersion],
        schemes: Sequence[Scheme],
        programmes: Sequence[Programme],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.division = division
        self._versions = {str(one.id): one for one in versions}
        self._schemes = {one.content_hash: one for one in schemes}
        self._programmes = {one.slug: one for one in programmes}
        self.version.choices = choices((key, _version_name(one)) for key, one in self._versions.items())
        self.scheme.choices = choices((key, _scheme_name(one)) for key, one in self._schemes.items())
        named = ((key, plain_record_text(one.title)) for key, one in self._programmes.items())
        self.programme.choices = choices([("", _("不限于一份清单")), *named])
        self.places.choices = choices((one.code, plain_record_text(one.name)) for one in division.children)
        self.channels.choices = word_choices(Channel)

    @staticmethod
    def proposed(year: int) -> dict[str, object]:
        """Return what an empty plan begins with, by field."""
        thresholds = {f"threshold_{rule.value}": _written(limits.proposed) for rule, limits in THRESHOLDS.items()}
        return {"year": year, **thresholds}

    @staticmethod
    def held_by(wave: Wave) -> dict[str, object]:
        """Return what a draft says, by field."""
        held: dict[str, object] = {
            "title": wave.title,
            **{f"title_{language}": wave.translations.get(language, "") for language in LANGUAGES},
            "year": wave.year,
            "version": str(wave.version_id),
            "programme": wave.programme.slug if wave.programme else "",
            "scheme": wave.scheme.content_hash if wave.scheme else "",
            "places": wave.place_codes,
            "channels": wave.channels,
            "opens_on": wave.opens_on,
            "closes_on": wave.closes_on,
        }
        for rule in QualityRule:
            held[f"rule_{rule.value}"] = rule.value in wave.quality_rules
            if rule in THRESHOLDS:
                known = wave.quality_rules.get(rule.value, THRESHOLDS[rule].proposed)
                held[f"threshold_{rule.value}"] = _written(known)
        return held

    def rule_rows(self) -> list[tuple[QualityRule, Any, Any]]:
        """Return rule, its box, and the control of its threshold or None."""
        return [
            (rule, self[f"rule_{rule.value}"], self[f"threshold_{rule.value}"] if rule in THRESHOLDS else None)
            for rule in QualityRule
        ]

    def plan(self) -> WavePlan:
        """Return what was typed, once it is valid."""
        return WavePlan(
            title=str(self.title.data),
            year=self.year.data or 0,
            division=self.division,
            version=self._versions[self.version.data],
            scheme=self._schemes[self.scheme.data],
            opens_on=self.opens_on.data,
            closes_on=self.closes_on.data,
            channels=[Channel(one) for one in self.channels.data or ()],
            place_codes=self.places.data or (),
            programme=self._programmes.get(self.programme.data or ""),
            rules={rule: self._threshold(rule, field) for rule, box, field in self.rule_rows() if box.data},
            translations={language: str(self[f"title_{language}"].data or "") for language in LANGUAGES},
        )

    def _threshold(self, rule: QualityRule, field: Any) -> float:
        if field is None:
            return 0.0
        return THRESHOLDS[rule].proposed if field.data is None else float(field.data)


for _rule in QualityRule:
    _name = QUALITY_WORDS["quality_rule"][_rule.value]
    setattr(PlanForm, f"rule_{_rule.value}", BooleanField(_name, default=True))
    if _rule in THRESHOLDS:
        setattr(PlanForm, f"threshold_{_rule.value}", QuantityField(_l("从多少起算")))


class NewPlanForm(PlanForm):
    """A plan with the address that it will have for ever."""

    slug = StringField(
        _l("网址里的名字"),
        [
            required(_l("请填名字")),
            length(3, 60),
            Regexp(r"^[a-z0-9]+(-[a-z0-9]+)*$", message=_l("只能用小写字母、数字和短横线")),
        ],
    )

    def validate_slug(self, field: StringField) -> None:
        """Refuse a name that another page of this face has."""
        if field.data in TAKEN_BY_PAGES:
            raise ValidationError(_("这个名字已经用了"))


class DiscardForm(Form):
    """Deleting a draft cannot be undone, so it is confirmed."""

    sure = BooleanField(_l("删除这份草稿"), [required(_l("请勾选，确认删除"))])


class ProlongForm(Form):
    """Moving the last day away, with a public reason."""

    closes_on = DateField(_l("新的最后一天"), [InputRequired(_l("请填日期"))])
    reason = TextAreaField(_l("为什么延长"), [required(_l("请写明原因，会公布出来")), length(2, 500)])


class CloseForm(Form):
    """Closing before the last day cannot be undone, so it is confirmed, with a public reason."""

    reason = TextAreaField(_l("为什么提前截止"), [required(_l("请写明原因，会公布出来")), length(2, 500)])
    sure = BooleanField(_l("现在截止，以后不能再收答卷"), [required(_l("请勾选，确认现在就截止"))])


class PublishForm(Form):
    """Opening a survey to residents."""


def _written(threshold: float) -> Decimal:
    return Decimal(str(threshold)).normalize()


def _version_name(version: QuestionnaireVersion) -> str:
    title = plain_record_text(version.questionnaire.title)
    return _(
        "%(title)s，第 %(number)s 版（%(count)s 题）", title=title, number=version.number, count=len(version.questions)
    )


def _scheme_name(scheme: Scheme) -> str:
    return _("%(title)s（%(version)s）", title=plain_scheme_text(scheme.title), version=scheme.version)
