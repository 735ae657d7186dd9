"""What a part's record says, in words: the rows of its table and the difference a proposal makes."""

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from admin.editorial.word_differences import Piece, pieces
from admin.records.part_forms import referable
from admin.records.part_words import PART_WORDS, column_word
from minsheng.database import Base
from minsheng.editorial.proposals import Proposal, ProposalAction
from minsheng.records.parts import PARTS, Field, FieldType, Part, values_of
from minsheng.records.projects import Project
from pages import formats
from pages.language import gettext as _
from pages.language import plain_record_text
from pages.words import word


class Table(NamedTuple):
    """Records of a part beside each other: (label, whether numbers) of each column, and each record's cells."""

    columns: list[tuple[str, bool]]
    rows: list[tuple[Base, list[str]]]


_IN_WORDS: dict[FieldType, Callable[[Any], str]] = {
    FieldType.MONEY: formats.money_exact,
    FieldType.DAY: lambda value: formats.date(dt.date.fromisoformat(value)),
    FieldType.DECIMAL: lambda value: formats.number(Decimal(value)),
    FieldType.FLAG: lambda value: _("是") if value else _("否"),
}


class Row(NamedTuple):
    """One column of a proposal: what it said, what it is to say, and how that takes a promise back."""

    name: str
    label: str
    before: str
    now: str
    note: str

    @property
    def pieces(self) -> tuple[list[Piece], list[Piece]]:
        """Both sides, cut where they differ."""
        return pieces(self.before, self.now)


PROMISED_SUMS = frozenset({"target", "planned_fen", "planned_investment_fen", "total_investment_fen"})
PROMISED_DAYS = frozenset({"planned_start", "planned_finish", "planned_on", "deadline"})


def proposal_title(proposal: Proposal) -> str:
    """Return what a proposal wants, in a few words."""
    if proposal.action is ProposalAction.PUBLISH:
        return _("公示这个项目")
    if proposal.action is ProposalAction.WITHDRAW:
        return _("撤回这个项目")
    return _("%(action)s：%(part)s", action=word(proposal.action), part=PART_WORDS[proposal.part])


def taken_back(name: str, before: Any, now: Any) -> str:
    """Return in a word how a published promise is made smaller or later, or nothing."""
    if before is None or name not in PROMISED_SUMS | PROMISED_DAYS:
        return ""
    if now is None:
        return _("不再写明")
    if name in PROMISED_SUMS:
        return _("比公示的少") if Decimal(now) < Decimal(before) else ""
    return _("比公示的晚") if now > before else ""


class Wording:
    """Words values of one project's records; what may be referred to is read once."""

    def __init__(self, session: Session, project: Project) -> None:
        self._session, self._project = session, project
        self._names: dict[str, dict[int, str]] = {}

    def value(self, field: Field, value: Any) -> str:
        """Return one JSON value in words."""
        if value is None or value == "":
            return formats.NOTHING
        if field.kind is FieldType.REFERENCE:
            return self._name(field, value)
        if field.kind is FieldType.CHOICE and field.choices is not None:
            return word(field.choices(value))
        convert = _IN_WORDS.get(field.kind, plain_record_text)
        return convert(value)

    def _name(self, field: Field, number: int) -> str:
        if field.table not in self._names:
            self._names[field.table] = dict(referable(self._session, field, self._project))
        return self._names[field.table].get(number, formats.NOTHING)

    def record(self, part: Part, values: dict[str, Any]) -> list[tuple[str, str]]:
        """Return label and value of the columns that say something."""
        worded = ((column_word(part.name, field.name), self.value(field, values[field.name])) for field in part.fields)
        return [(label, said) for label, said in worded if said != formats.NOTHING]

    def table(self, part: Part, records: Sequence[Base]) -> Table:
        """Return the records of a part as a table of the columns that any of them fills; the first leads the row."""
        said = [values_of(part, record) for record in records]
        fields = [field for field in part.fields if any(values[field.name] not in (None, "") for values in said)]
        rows = [[self.value(field, values[field.name]) for field in fields] for values in said]
        numeric = {FieldType.MONEY, FieldType.DECIMAL, FieldType.COUNT}
        return Table(
            [(column_word(part.name, field.name), field.kind in numeric) for field in fields],
            [(record, row) for record, row in zip(records, rows, strict=True)],
        )

    def proposal(self, proposal: Proposal) -> list[Row]:
        """Return what a proposal says beside what was said before, column by column."""
        part = PARTS[proposal.part]
        given = {**proposal.before, **proposal.values}
        return [
            Row(
                field.name,
                column_word(part.name, field.name),
                self.value(field, proposal.before.get(field.name)),
                self.value(field, proposal.values.get(field.name)),
                taken_back(field.name, proposal.before.get(field.name), proposal.values.get(field.name))
                if proposal.action is ProposalAction.CHANGE
                else "",
            )
            for field in part.fields
            if field.name in given
        ]
