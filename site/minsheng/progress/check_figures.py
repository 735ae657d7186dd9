"""What the data checks look at: small records of a report and its project, filled by the caller from its models.

Amounts are integers in fen, progress and rates are percentages, values are in the indicator's own unit, and every
figure may be None.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

CUMULATIVE = "cumulative"


@dataclass(frozen=True, slots=True)
class IndicatorFigures:
    """One indicator in one report; ``key`` is stable across reports, ``measure`` a ``Measure`` value.

    ``stated_percent`` is the percentage as it was printed, if any.
    """

    key: str
    name: str
    unit: str = ""
    target: Decimal | None = None
    value: Decimal | None = None
    measure: str = CUMULATIVE
    stated_percent: str | None = None
    weight: Decimal | None = None
    less_is_better: bool = False


@dataclass(frozen=True, slots=True)
class PhotoFigures:
    """A photo's phase (``before``, ``during``, ``after``) and the date it was taken."""

    key: str
    phase: str
    taken_on: dt.date | None


@dataclass(frozen=True, slots=True)
class BatchFigures:
    """A payment to a batch of beneficiaries, or a training: when, how many people, how much."""

    key: str
    name: str
    held_on: dt.date | None = None
    people: int | None = None
    amount_fen: int | None = None


@dataclass(frozen=True, slots=True)
class ReportFigures:
    """One monthly report: ``as_of`` is the last day of its month; funds are cumulative.

    ``stage`` is a ``Stage`` value, ``physical_progress`` a percentage.
    """

    as_of: dt.date
    stage: str | None = None
    physical_progress: Decimal | None = None
    arrived_fen: int | None = None
    disbursed_fen: int | None = None
    spent_fen: int | None = None
    investment_completed_fen: int | None = None
    indicators: tuple[IndicatorFigures, ...] = ()
    photos: tuple[PhotoFigures, ...] = ()
    batches: tuple[BatchFigures, ...] = ()

    @property
    def month(self) -> str:
        """The month, ``YYYY-MM``."""
        return f"{self.as_of:%Y-%m}"


@dataclass(frozen=True, slots=True)
class IndicatorTerms:
    """A target as promised, with the targets it was broken down to (empty if it was not)."""

    key: str
    name: str
    unit: str = ""
    target: Decimal | None = None
    less_is_better: bool = False
    parts: tuple[Decimal | None, ...] = ()


@dataclass(frozen=True, slots=True)
class ProjectTerms:
    """What a project promises: targets, money, standard, dates."""

    indicators: tuple[IndicatorTerms, ...] = ()
    planned_fen: int | None = None
    quality_standard: str = ""
    planned_start: dt.date | None = None
    planned_finish: dt.date | None = None


@dataclass(frozen=True, slots=True)
class FundingFigures:
    """The planned amounts by source; ``complete`` says that every source is listed."""

    lines_fen: tuple[int | None, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class MilestoneFigures:
    """A step; the project lists its steps in the order in which they must happen."""

    key: str
    planned_on: dt.date | None = None
    actual_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class ProjectFigures:
    """A project as it stands, and as it was last published (None before the first publication)."""

    is_works: bool
    terms: ProjectTerms
    published: ProjectTerms | None = None
    funding: FundingFigures = FundingFigures()
    milestones: tuple[MilestoneFigures, ...] = ()
    actual_start: dt.date | None = None
    actual_finish: dt.date | None = None
    open_problems: int = 0
    earlier_batches: tuple[BatchFigures, ...] = ()
