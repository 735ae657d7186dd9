"""What a project's record is made of, part by part: which columns people write, and how a value is kept as JSON.

One table of parts serves forms, proposals and their application; a part's columns say of what type they are, whether
they may stay empty and how long a text may be.
"""

import datetime as dt
import decimal
import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.database import SCALE, Base, ExactDecimal
from minsheng.errors import InvalidValuesError
from minsheng.oversight.lookbacks import LookBack
from minsheng.oversight.problems import Problem
from minsheng.participation.monitors import Monitor, MonitorReport
from minsheng.records.aftercare import AfterCare
from minsheng.records.contracts import Contract, ContractChange, ContractPayment
from minsheng.records.eligibility import EligibilityStep, PaymentBatch
from minsheng.records.funding import FundingLine, FundMovement
from minsheng.records.indicators import Indicator, TargetAssignment
from minsheng.records.projects import Milestone, Project, ProjectKind, Responsibility
from minsheng.records.reviews import Review
from minsheng.records.safeguards import Safeguard

PEOPLE_KINDS = frozenset({ProjectKind.BENEFIT, ProjectKind.TRAINING})
WORKS = frozenset({ProjectKind.WORKS})


class FieldType(enum.StrEnum):
    """How a column is written and kept: money in fen, decimals as text, days as ISO dates, references as identities."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    MONEY = "money"
    DECIMAL = "decimal"
    COUNT = "count"
    DAY = "day"
    CHOICE = "choice"
    FLAG = "flag"
    REFERENCE = "reference"


@dataclass(frozen=True)
class Field:
    """One column of a part: ``choices`` and ``usual`` of a CHOICE, ``table`` of a REFERENCE, ``longest`` of a text."""

    name: str
    kind: FieldType
    is_required: bool
    choices: type[enum.StrEnum] | None = None
    usual: str = ""
    table: str = ""
    longest: int = 5_000


@dataclass(frozen=True)
class Part:
    """One kind of record of a project. ``above`` is the part it hangs on, None for those of the project itself.

    ``kinds`` limits it to kinds of project; ``needed`` names texts that may not stay empty.
    """

    name: str
    model: type[Any]
    names: tuple[str, ...]
    needed: frozenset[str] = frozenset()
    above: str | None = None
    kinds: frozenset[ProjectKind] = frozenset(ProjectKind)

    @property
    def fields(self) -> tuple[Field, ...]:
        """The columns people write, in the order of the form."""
        return tuple(field_of(self.model, name, is_needed=name in self.needed) for name in self.names)

    @property
    def link(self) -> str:
        """The column that ties a record of this part to what it hangs on."""
        table = PARTS[self.above].model.__tablename__ if self.above else "project"
        columns = sa.inspect(self.model).columns
        found: str = next(
            column.key
            for column in columns
            if column.key not in self.names and any(key.column.table.name == table for key in column.foreign_keys)
        )
        return found


def field_of(model: type[Base], name: str, *, is_needed: bool = False) -> Field:
    """Return how a column is written, read off its type. Raises ``TypeError`` for a type that no form can write."""
    column = sa.inspect(model).columns[name]
    kind = column.type
    has_default = column.default is not None
    is_required = is_needed or (not column.nullable and not has_default)
    if column.foreign_keys:
        table = next(iter(column.foreign_keys)).column.table.name
        return Field(name, FieldType.REFERENCE, is_required, table=table)
    if isinstance(kind, sa.Enum) and kind.enum_class is not None and issubclass(kind.enum_class, enum.StrEnum):
        usual = getattr(column.default, "arg", "")
        return Field(name, FieldType.CHOICE, is_required, choices=kind.enum_class, usual=str(usual))
    if isinstance(kind, sa.Text):
        return Field(name, FieldType.LONG_TEXT, is_required)
    if isinstance(kind, sa.String):
        return Field(name, FieldType.TEXT, is_required, longest=kind.length or 200)
    plain: tuple[tuple[type[Any], FieldType], ...] = (
        (ExactDecimal, FieldType.DECIMAL),
        (sa.BigInteger, FieldType.MONEY),
        (sa.Integer, FieldType.COUNT),
        (sa.Boolean, FieldType.FLAG),
        (sa.Date, FieldType.DAY),
    )
    for type_, field_type in plain:
        if isinstance(kind, type_):
            return Field(name, field_type, is_required)
    raise TypeError(f"no form writes {model.__name__}.{name}")


_ALL = (
    Part(
        "project",
        Project,
        (
            "title",
            "summary",
            "category",
            "kind",
            "division_id",
            "agency_id",
            "location",
            "latitude",
            "longitude",
            "quality_standard",
            "planned_start",
            "planned_finish",
            "actual_start",
            "actual_finish",
            "planned_investment_fen",
            "total_investment_fen",
        ),
        frozenset({"title", "division_id", "kind"}),
    ),
    Part("responsibility", Responsibility, ("role", "post", "name"), frozenset({"post"})),
    Part(
        "indicator",
        Indicator,
        (
            "name",
            "unit",
            "target",
            "measure",
            "direction",
            "assigned_by",
            "weight",
            "whole_id",
            "part_name",
            "division_id",
        ),
        frozenset({"name"}),
    ),
    Part(
        "target_assignment",
        TargetAssignment,
        ("assigned_by", "target", "assigned_on", "source_title"),
        frozenset({"source_title"}),
        above="indicator",
    ),
    Part("funding_line", FundingLine, ("source", "kind", "year", "label", "planned_fen")),
    Part("fund_movement", FundMovement, ("kind", "moved_on", "amount_fen", "note"), above="funding_line"),
    Part("milestone", Milestone, ("kind", "planned_on", "actual_on", "weight"), kinds=WORKS),
    Part(
        "contract",
        Contract,
        ("subject", "party", "amount_fen", "signed_on", "document_id", "deposit_line_id", "deposit_release_on"),
        frozenset({"subject", "party"}),
    ),
    Part("contract_payment", ContractPayment, ("paid_on", "amount_fen", "note"), above="contract"),
    Part(
        "contract_change",
        ContractChange,
        ("changed_on", "amount_fen", "reason"),
        frozenset({"reason"}),
        above="contract",
    ),
    Part(
        "safeguard",
        Safeguard,
        ("kind", "dated", "party", "document_id", "note", "not_applicable_because"),
        kinds=WORKS,
    ),
    Part(
        "review",
        Review,
        (
            "kind",
            "period",
            "held_on",
            "agency_id",
            "reviewer",
            "score",
            "points",
            "meets_standard",
            "finding",
            "document_id",
        ),
        frozenset({"period"}),
    ),
    Part(
        "eligibility_step",
        EligibilityStep,
        ("kind", "done_on", "people", "households", "posted_where", "note"),
        kinds=PEOPLE_KINDS,
    ),
    Part(
        "payment_batch",
        PaymentBatch,
        ("label", "kind", "paid_on", "people", "amount_fen", "standard", "note"),
        frozenset({"label"}),
        kinds=PEOPLE_KINDS,
    ),
    Part(
        "after_care",
        AfterCare,
        ("keeper", "agency_id", "yearly_budget_fen", "budget_source", "since", "inspection_every_months", "phone"),
        frozenset({"keeper"}),
    ),
    Part(
        "problem",
        Problem,
        ("kind", "agency_id", "post", "source", "description", "found_on", "deadline", "photo_before_id"),
        frozenset({"description"}),
    ),
    Part("look_back", LookBack, ("looked_on", "result", "keeper", "upkeep_budget_fen", "note")),
    Part("monitor", Monitor, ("badge", "appointed_on", "ended_on"), frozenset({"badge"})),
    Part("monitor_report", MonitorReport, ("visited_on", "text"), frozenset({"text"}), above="monitor"),
)

PARTS: Mapping[str, Part] = {part.name: part for part in _ALL}
"""All parts by name, in reading order."""


def values_of(part: Part, record: Base) -> dict[str, Any]:
    """Return what a record says now, in JSON values."""
    return {field.name: _as_json(getattr(record, field.name)) for field in part.fields}


def _as_json(value: object) -> object:
    if isinstance(value, enum.StrEnum):
        return value.value
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, decimal.Decimal) else value


def read_values(part: Part, given: Mapping[str, object], *, is_new: bool) -> dict[str, Any]:
    """Return JSON values as what the columns take; a new record needs every required column.

    Raises ``InvalidValuesError`` with a code per column: ``unknown``, ``required``, ``wrong_type``, ``too_long``.
    """
    fields = {field.name: field for field in part.fields}
    problems = {name: "unknown" for name in given if name not in fields}
    read: dict[str, Any] = {}
    for name, field in fields.items():
        if name not in given and not is_new:
            continue
        try:
            read[name] = _read(field, given.get(name))
        except ValueError as error:
            problems[name] = str(error)
    if problems:
        raise InvalidValuesError(problems)
    return read


def _read(field: Field, value: object) -> Any:
    """Return one JSON value as its column takes it. Raises ``ValueError`` with the code of what is wrong."""
    if isinstance(value, str):
        value = value.strip()
    if value is not None and value != "":
        return _READERS[field.kind](field, value)
    if field.is_required:
        raise ValueError("required")
    return "" if field.kind in {FieldType.TEXT, FieldType.LONG_TEXT} else None


def _text(field: Field, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("wrong_type")
    if len(value) > field.longest:
        raise ValueError("too_long")
    return value


def _flag(_field: Field, value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("wrong_type")
    return value


def _whole(field: Field, value: object) -> int:
    """Refuse also what the column of the larger database cannot hold."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("wrong_type")
    if abs(value) >= (1 << 63 if field.kind is FieldType.MONEY else 1 << 31):
        raise ValueError("wrong_type")
    return value


def _decimal(_field: Field, value: object) -> decimal.Decimal:
    try:
        number = decimal.Decimal(value if isinstance(value, str) else "")
    except decimal.InvalidOperation as error:
        raise ValueError("wrong_type") from error
    if not number.is_finite() or abs(number) >= 10**12 or number != round(number, SCALE):
        raise ValueError("wrong_type")
    return number


def _day(_field: Field, value: object) -> dt.date:
    try:
        day = dt.date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError as error:
        raise ValueError("wrong_type") from error
    if not 1949 <= day.year <= 2200:
        raise ValueError("wrong_type")
    return day


def _choice(field: Field, value: object) -> enum.StrEnum:
    if field.choices is None or not isinstance(value, str) or value not in set(field.choices):
        raise ValueError("wrong_type")
    return field.choices(value)


_READERS: Mapping[FieldType, Callable[[Field, object], Any]] = {
    FieldType.TEXT: _text,
    FieldType.LONG_TEXT: _text,
    FieldType.FLAG: _flag,
    FieldType.MONEY: _whole,
    FieldType.COUNT: _whole,
    FieldType.REFERENCE: _whole,
    FieldType.DECIMAL: _decimal,
    FieldType.DAY: _day,
    FieldType.CHOICE: _choice,
}

OWN_ROWS = frozenset({"document", "funding_line", "indicator", "photo"})
"""Tables whose rows belong to one project: a record may refer only to those of its own."""


def check_references(session: Session, part: Part, project_id: int, values: Mapping[str, Any]) -> None:
    """Raise ``InvalidValuesError`` (``no_such``) for a reference to nothing, or to a row of another project."""
    problems = {}
    for field in part.fields:
        value = values.get(field.name)
        if field.kind is not FieldType.REFERENCE or value is None:
            continue
        table = Base.metadata.tables[field.table]
        query = sa.select(table.c.id).where(table.c.id == value)
        if field.table in OWN_ROWS:
            query = query.where(table.c.project_id == project_id)
        if session.execute(query).first() is None:
            problems[field.name] = "no_such"
    if problems:
        raise InvalidValuesError(problems)
