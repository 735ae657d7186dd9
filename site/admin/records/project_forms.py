"""Forms of a project as a whole: beginning one, publishing, withdrawing, taking a record away."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from wtforms import SelectField, StringField, TextAreaField

from minsheng.database import db
from minsheng.editorial.drafting import Beginning
from minsheng.records.places import Division, division_ids_within
from minsheng.records.programmes import Programme
from minsheng.records.projects import Category, ProjectKind, Stage
from pages.forms import Form, choices, length, required, word_choices
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.language import plain_record_text

FIRST_STAGES = (Stage.PROPOSED, Stage.PREPARING, Stage.RESERVED, Stage.UNDER_WAY)


class NewProjectForm(Form):
    """The least a project needs to be kept as a draft."""

    programme = SelectField(_l("属于哪份清单"), validators=[required(_l("请选一份"))])
    title = StringField(_l("项目名称"), validators=[required(_l("请写项目名称")), length(most=200)])
    kind = SelectField(_l("项目类型"), validators=[required(_l("请选一种"))])
    category = SelectField(_l("领域"), validators=[required(_l("请选一个"))])
    stage = SelectField(_l("现在的阶段"), validators=[required(_l("请选一个"))])
    division = SelectField(_l("地方"), validators=[required(_l("请选一个"))])

    def __init__(self, programmes: Sequence[Programme], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._programmes = {one.slug: one for one in programmes}
        self._places: dict[str, Division] = {}
        for programme in programmes:
            if programme.division is not None:
                within = sa.select(Division).where(Division.id.in_(division_ids_within(programme.division.path)))
                self._places |= {one.code: one for one in db.session.scalars(within.order_by(Division.code))}
        self.programme.choices = choices((slug, plain_record_text(one.title)) for slug, one in self._programmes.items())
        self.division.choices = choices((code, plain_record_text(one.name)) for code, one in self._places.items())
        self.kind.choices = word_choices(ProjectKind)
        self.category.choices = word_choices(Category)
        self.stage.choices = [choice for choice in word_choices(Stage) if choice.value in FIRST_STAGES]

    def programme_chosen(self) -> Programme:
        """Return the list it belongs to."""
        return self._programmes[str(self.programme.data)]

    def beginning(self) -> Beginning:
        """Return what was written."""
        return Beginning(
            title=(self.title.data or "").strip(),
            kind=ProjectKind(self.kind.data),
            category=Category(self.category.data),
            stage=Stage(self.stage.data),
            division=self._places[str(self.division.data)],
        )


class StepForm(Form):
    """A public reason, where the step needs one."""

    reason = TextAreaField(_l("原因（公开）"), validators=[length(most=500)])

    def has_reason(self) -> bool:
        """Whether a reason was written; say so beside the control where not."""
        if (self.reason.data or "").strip():
            return True
        self.reason.errors = [_("请写明原因，居民看得到")]
        return False


class ReturnProposalForm(Form):
    """Why a proposal goes back to its author."""

    reason = TextAreaField(_l("退回原因"), validators=[required(_l("请写明要改什么")), length(most=500)])


class RefuseReportForm(Form):
    """Why a monitor's report is not shown; the reason is public, the text is not."""

    refuse_reason = TextAreaField(
        _l("不公示的原因（公开）"), validators=[required(_l("请写明原因，居民看得到")), length(most=500)]
    )


class DecideForm(Form):
    """Nothing but the token: accepting or dropping a proposal, read in the version it was shown in."""

    version = StringField()
