"""The forms of inspections: a plan with how many of each kind, the seed of the draw, a check sheet, the summary."""

from functools import cache
from typing import Any

from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from minsheng.oversight.inspection_acts import LONGEST_NOTE, MOST
from minsheng.oversight.inspection_sheets import ANSWERS, KINDS, items_of
from minsheng.oversight.inspections import InspectionCheck
from minsheng.records.places import Division
from minsheng.records.projects import Category
from pages.forms import DateField, Form, between, choices, length, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.language import plain_record_text
from pages.words import WORDS, word


class PlanForm(Form):
    """A round of inspections; one control for each of the thirteen kinds."""

    title = StringField(_l("名称"), validators=[required(_l("请写名称")), length(most=120)])
    division = SelectField(_l("地方"), validators=[required(_l("请选地方"))])
    finished_from = DateField(_l("完工日期从"), validators=[required(_l("请填日期"))])
    finished_until = DateField(_l("到"), validators=[required(_l("请填日期"))])

    def __init__(self, places: list[Division], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.division.choices = choices(
            [("", _("请选择")), *((one.id, plain_record_text(one.full_name)) for one in places)]
        )

    def kinds(self) -> list[Any]:
        """Return the controls of the kinds, in their order."""
        return [self[f"size_{kind.value}"] for kind in KINDS]

    def sizes(self) -> dict[Category, int]:
        """Return how many of each kind."""
        return {kind: self[f"size_{kind.value}"].data or 0 for kind in KINDS}

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for days in order and for at least one project."""
        if not super().validate(extra_validators):
            return False
        if self.finished_from.data > self.finished_until.data:
            self.finished_until.errors = [_("不能早于前一个日期")]
            return False
        if not any(self.sizes().values()):
            self.kinds()[0].errors = [_("至少有一类要抽一个")]
            return False
        return True


for _kind in KINDS:
    _field = IntegerField(WORDS["category"][_kind.value], validators=[Optional(), between(0, MOST)])
    setattr(PlanForm, f"size_{_kind.value}", _field)


class DrawForm(Form):
    """What is drawn with; whoever knows it can draw again."""

    seed = StringField(_l("抽取种子"), validators=[required(_l("请填抽取种子")), length(most=80)])


class SheetForm(Form):
    """The base of every kind's check sheet: one answer and one note for each item."""

    category: Category
    version = HiddenField()
    visited_on = DateField(_l("到现场的日期"), validators=[required(_l("请填日期"))])
    conclusion = TextAreaField(_l("总的看法"), validators=[length(most=1000)])

    def rows(self) -> list[tuple[str, Any, Any]]:
        """Return item, its answer's control and its note's control."""
        return [(item, self[f"answer_{item}"], self[f"note_{item}"]) for item in items_of(self.category)]

    def fill(self, check: InspectionCheck) -> None:
        """Put what was found into the controls."""
        self.visited_on.data, self.conclusion.data = check.visited_on, check.conclusion
        for item, answer, note in self.rows():
            said = check.answers.get(item, {})
            answer.data, note.data = said.get("answer"), said.get("note", "")

    def answers(self) -> dict[str, dict[str, str]]:
        """Return what was typed for each item."""
        return {
            item: {"answer": answer.data or "", "note": " ".join((note.data or "").split())}
            for item, answer, note in self.rows()
        }

    def refuse(self, problems: dict[str, str]) -> None:
        """Say beside each item what is missing."""
        for item, code in problems.items():
            if code == "note_required":
                self[f"note_{item}"].errors = [_("不合格的，请写明怎么不合格")]
            else:
                self[f"answer_{item}"].errors = [_("请选一个")]


@cache
def sheet_form(category: Category) -> type[SheetForm]:
    """Return the form of a kind's check sheet."""
    controls: dict[str, Any] = {"category": category}
    for item in items_of(category):
        label = WORDS["sheet_item"][item]
        controls[f"answer_{item}"] = RadioField(
            label, choices=_answers, validators=[required(_l("请选一个"))], validate_choice=True
        )
        controls[f"note_{item}"] = StringField(_l("说明"), validators=[length(most=LONGEST_NOTE)])
    return type(f"{category.value.title()}Sheet", (SheetForm,), controls)


def _answers() -> list[Any]:
    return choices((one, word(one, "sheet_answer")) for one in ANSWERS)


class SummaryForm(Form):
    """What the round found, in a few sentences; everyone reads it."""

    summary = TextAreaField(_l("总的情况（公开）"), validators=[required(_l("请写总的情况")), length(most=2000)])
