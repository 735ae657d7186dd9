"""序时进度: how a project stands against its plan, as pure functions.

Progress, expected progress and gaps are percentages (0 to 100, and above where more than the task was done).
They are exact: decimals come in, fractions are computed with, so that nothing is decided by rounding.
Lateness is measured against the first published dates; callers pass those, never the current ones.
"""

import datetime as dt
import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

Percent = int | Decimal | Fraction
"""A percentage or an amount; floats are not accepted."""

HUNDRED = Fraction(100)


class ScheduleStatus(enum.StrEnum):
    """The word for where a project stands. The interface gives each a word and a shape of its own."""

    UNKNOWN = "unknown"
    NOT_DUE = "not_due"
    DONE = "done"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"
    OVERDUE = "overdue"
    SERIOUSLY_BEHIND = "seriously_behind"
    BEHIND = "behind"
    ON_SCHEDULE = "on_schedule"
    AHEAD = "ahead"


class StageState(enum.StrEnum):
    """All that the schedule needs to know of a stage."""

    OPEN = "open"
    FINISHED = "finished"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"


_FINISHED_STAGES = frozenset({"completed", "accepted", "in_use", "after_care"})


def stage_state(stage: str | None) -> StageState:
    """Return what a project's stage (its ``Stage`` value, or None where unknown) means for the schedule."""
    if stage == "suspended":
        return StageState.SUSPENDED
    if stage == "cancelled":
        return StageState.CANCELLED
    return StageState.FINISHED if stage in _FINISHED_STAGES else StageState.OPEN


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Gaps, in points, at which the word changes; an installation may set its own.

    At or below ``seriously_behind``, at or below ``behind``, at or above ``ahead``; between the last two a
    project is on schedule. Raises ``ValueError`` unless they rise in that order.
    """

    seriously_behind: Decimal = Decimal(-20)
    behind: Decimal = Decimal(-5)
    ahead: Decimal = Decimal(5)

    def __post_init__(self) -> None:
        """Refuse thresholds out of order."""
        if not self.seriously_behind < self.behind < self.ahead:
            raise ValueError("thresholds must rise from seriously_behind over behind to ahead")


DEFAULT_THRESHOLDS = Thresholds()


class _InForce:
    """Where the installation's thresholds are looked up; the defaults until somebody says."""

    look_up: Callable[[], Thresholds] = staticmethod(lambda: DEFAULT_THRESHOLDS)


def take_thresholds_from(look_up: Callable[[], Thresholds]) -> None:
    """Use what ``look_up`` returns wherever no thresholds are given; the application says so once, as it starts."""
    _InForce.look_up = staticmethod(look_up)


def thresholds_in_force() -> Thresholds:
    """Return the installation's thresholds as they are now."""
    return _InForce.look_up()


@dataclass(frozen=True, slots=True)
class WeightedMilestone:
    """A dated step and its share of the work; ``due_on`` is its first published date.

    Weights are relative to each other. None means that no weight was published.
    """

    due_on: dt.date
    weight: Decimal | None


@dataclass(frozen=True, slots=True)
class Assessment:
    """A status together with the figures behind it, all in percent or points, None where not computable."""

    status: ScheduleStatus
    progress: Fraction | None
    elapsed: Fraction | None
    expected: Fraction | None
    gap: Fraction | None


def elapsed(planned_start: dt.date, planned_finish: dt.date, as_of: dt.date) -> Fraction:
    """Return the share of the planned time that has passed, from 0 to 1.

    ``(as_of - planned_start) / (planned_finish - planned_start)``; equal dates count as one day.
    Raises ``ValueError`` if the finish lies before the start.
    """
    days = (planned_finish - planned_start).days
    if days < 0:
        raise ValueError("the planned finish lies before the planned start")
    share = Fraction((as_of - planned_start).days, max(days, 1))
    return min(max(share, Fraction(0)), Fraction(1))


def elapsed_of_year(months: int) -> Fraction:
    """Return the elapsed share of a calendar year's plan after ``months`` full months: January to May is 5/12.

    Raises ``ValueError`` outside 0 to 12.
    """
    if not 0 <= months <= 12:
        raise ValueError(f"a year has no {months} months")
    return Fraction(months, 12)


def time_share(planned_start: dt.date, planned_finish: dt.date, as_of: dt.date) -> Fraction:
    """Return the elapsed share, from 0 to 1, counting months where the plan is one of a calendar year.

    A plan from 1 January to 31 December met by a figure for the end of a month is measured in months out of
    twelve, as offices do; everything else in days, see :func:`elapsed`.
    """
    is_year_plan = planned_start == dt.date(planned_start.year, 1, 1) and planned_finish == dt.date(
        planned_start.year, 12, 31
    )
    is_month_end = (as_of + dt.timedelta(days=1)).day == 1
    if is_year_plan and is_month_end and as_of.year == planned_start.year:
        return elapsed_of_year(as_of.month)
    return elapsed(planned_start, planned_finish, as_of)


def expected(
    planned_start: dt.date | None,
    planned_finish: dt.date | None,
    as_of: dt.date,
    milestones: Sequence[WeightedMilestone] = (),
) -> Fraction | None:
    """Return the progress due by ``as_of``, in percent, or None without dates.

    The weight of the milestones due by that day, where there are milestones and each has a weight; otherwise
    the elapsed share of the time. Weights that add up to nothing say nothing and are passed over.
    """
    weights = [Fraction(step.weight) for step in milestones if step.weight is not None]
    total = sum(weights, Fraction(0))
    if milestones and len(weights) == len(milestones) and total > 0:
        due = sum(
            (weight for step, weight in zip(milestones, weights, strict=True) if step.due_on <= as_of), Fraction(0)
        )
        return due / total * HUNDRED
    if planned_start is None or planned_finish is None or planned_finish < planned_start:
        return None
    return time_share(planned_start, planned_finish, as_of) * HUNDRED


def gap(progress: Percent, expected_progress: Percent) -> Fraction:
    """Return progress minus expected progress, in points: negative is behind."""
    return Fraction(progress) - Fraction(expected_progress)


def word_for_gap(points: Fraction, thresholds: Thresholds | None = None) -> ScheduleStatus:
    """Return the status that a gap stands for, under these thresholds or those in force."""
    thresholds = thresholds or thresholds_in_force()
    if points <= thresholds.seriously_behind:
        return ScheduleStatus.SERIOUSLY_BEHIND
    if points <= thresholds.behind:
        return ScheduleStatus.BEHIND
    return ScheduleStatus.AHEAD if points >= thresholds.ahead else ScheduleStatus.ON_SCHEDULE


def assess(
    state: StageState,
    progress: Percent | None,
    planned_start: dt.date | None,
    first_planned_finish: dt.date | None,
    as_of: dt.date,
    *,
    milestones: Sequence[WeightedMilestone] = (),
    thresholds: Thresholds | None = None,
) -> Assessment:
    """Return the status of a project on ``as_of`` with the figures it rests on.

    ``progress`` is the reported percentage, None where no figure was reported. A finished stage counts as done
    unless the figure says less than 100 %: a word does not overrule a figure. A project past its first
    published finish is overdue however close it is to the end; one without a figure is unknown, for a missing
    report is never interpolated.
    """
    known = None if progress is None else Fraction(progress)
    has_span = planned_start is not None and first_planned_finish is not None and planned_start <= first_planned_finish
    share = (
        time_share(planned_start, first_planned_finish, as_of) * HUNDRED
        if has_span and planned_start is not None and first_planned_finish is not None
        else None
    )
    due = expected(planned_start, first_planned_finish, as_of, milestones)
    points = None if known is None or due is None else gap(known, due)
    status = _closed(state, known) or _dated(known, planned_start, first_planned_finish, as_of)
    if status is None:
        status = ScheduleStatus.UNKNOWN if points is None else word_for_gap(points, thresholds)
    return Assessment(status, known, share, due, points)


def _closed(state: StageState, progress: Fraction | None) -> ScheduleStatus | None:
    """Return the status of a project whose stage or figure ends the comparison with time."""
    if state is StageState.CANCELLED:
        return ScheduleStatus.CANCELLED
    if state is StageState.SUSPENDED:
        return ScheduleStatus.SUSPENDED
    if progress is None:
        return ScheduleStatus.DONE if state is StageState.FINISHED else None
    return ScheduleStatus.DONE if progress >= HUNDRED else None


def _dated(
    progress: Fraction | None, planned_start: dt.date | None, first_planned_finish: dt.date | None, as_of: dt.date
) -> ScheduleStatus | None:
    """Return the status that a single date settles: past the finish, or before the start."""
    if first_planned_finish is not None and as_of > first_planned_finish:
        return ScheduleStatus.UNKNOWN if progress is None else ScheduleStatus.OVERDUE
    if planned_start is not None and as_of < planned_start:
        return ScheduleStatus.NOT_DUE
    return None


def status(
    state: StageState,
    progress: Percent | None,
    planned_start: dt.date | None,
    first_planned_finish: dt.date | None,
    as_of: dt.date,
    *,
    milestones: Sequence[WeightedMilestone] = (),
    thresholds: Thresholds | None = None,
) -> ScheduleStatus:
    """Return only the word of :func:`assess`."""
    return assess(
        state, progress, planned_start, first_planned_finish, as_of, milestones=milestones, thresholds=thresholds
    ).status


def assess_money(
    state: StageState,
    share_of_plan: Percent | None,
    planned_start: dt.date | None,
    first_planned_finish: dt.date | None,
    as_of: dt.date,
    *,
    thresholds: Thresholds | None = None,
) -> Assessment:
    """Return how the money stands against time: the same computation, apart from physical progress.

    ``share_of_plan`` is the percentage of the planned money (see :mod:`minsheng.records.rates`). Milestones weigh work
    and say nothing of money, so only time counts; nor does a finished stage mean that the money is all paid.
    """
    money_state = StageState.OPEN if state is StageState.FINISHED else state
    return assess(money_state, share_of_plan, planned_start, first_planned_finish, as_of, thresholds=thresholds)


@dataclass(frozen=True, slots=True)
class IndicatorProgress:
    """Target and reported value of one indicator, in its own unit.

    ``target`` is None while it is not assigned, ``value`` None while nothing is reported, ``weight`` None where
    the publisher gave none. ``less_is_better`` marks a ceiling.
    """

    target: Decimal | None
    value: Decimal | None
    weight: Decimal | None = None
    less_is_better: bool = False


@dataclass(frozen=True, slots=True)
class ProjectProgress:
    """A project's progress in percent, None if nothing can be said, and over how many of how many indicators."""

    percent: Fraction | None
    counted: int
    of: int


def indicator_share(indicator: IndicatorProgress) -> Fraction | None:
    """Return the value as an uncapped percentage of the target, or None without either or for a zero target.

    Where less is better, a value at or under the ceiling fulfils it; above, the share is target ÷ value.
    """
    if indicator.target is None or indicator.value is None:
        return None
    target, value = Fraction(indicator.target), Fraction(indicator.value)
    if indicator.less_is_better:
        return HUNDRED if value <= target else target / value * HUNDRED
    return value / target * HUNDRED if target > 0 else None


def project_progress(
    *, is_works: bool, physical: Percent | None = None, indicators: Iterable[IndicatorProgress] = ()
) -> ProjectProgress:
    """Return a project's progress: the reported physical progress of works, else the mean of its indicators.

    Each indicator is capped at 100 % in the mean, though pages show it uncapped, so that one overfulfilled
    target cannot hide a neglected one. Weights count where every counted indicator has one above zero.
    """
    if is_works:
        return ProjectProgress(None if physical is None else Fraction(physical), int(physical is not None), 1)
    every = tuple(indicators)
    shares = [(share, item.weight) for item in every if (share := indicator_share(item)) is not None]
    if not shares:
        return ProjectProgress(None, 0, len(every))
    weighted = all(weight is not None and weight > 0 for _, weight in shares)
    weights = [Fraction(weight) if weighted and weight is not None else Fraction(1) for _, weight in shares]
    total = sum((min(share, HUNDRED) * weight for (share, _), weight in zip(shares, weights, strict=True)), Fraction(0))
    return ProjectProgress(total / sum(weights, Fraction(0)), len(shares), len(every))


class Weighting(enum.StrEnum):
    """How a programme's mean was made; the page says which."""

    PLANNED_INVESTMENT = "planned_investment"
    UNWEIGHTED = "unweighted"


@dataclass(frozen=True, slots=True)
class ProgrammeMember:
    """One project of a programme: its progress in percent and its planned investment in fen."""

    progress: Percent | None
    planned_fen: int | None


@dataclass(frozen=True, slots=True)
class ProgrammeProgress:
    """A programme's progress in percent (None if no project has one), over how many of how many, how weighted."""

    percent: Fraction | None
    counted: int
    of: int
    weighting: Weighting


def programme_progress(members: Iterable[ProgrammeMember]) -> ProgrammeProgress:
    """Return the mean of the projects' progress, weighted by planned investment where every project has one.

    Projects without progress are left out of the mean and of ``counted``. Each is capped at 100 % in the mean,
    for the same reason as an indicator's.
    """
    every = tuple(members)
    weighting = (
        Weighting.PLANNED_INVESTMENT if every and all(member.planned_fen for member in every) else Weighting.UNWEIGHTED
    )
    counted = [
        (
            min(Fraction(member.progress), HUNDRED),
            Fraction(member.planned_fen or 0) if weighting is Weighting.PLANNED_INVESTMENT else Fraction(1),
        )
        for member in every
        if member.progress is not None
    ]
    if not counted:
        return ProgrammeProgress(None, 0, len(every), weighting)
    total = sum((weight for _, weight in counted), Fraction(0))
    mean = sum((progress * weight for progress, weight in counted), Fraction(0)) / total
    return ProgrammeProgress(mean, len(counted), len(every), weighting)
