"""The plan of one sample project: its dates, and its progress and stage month by month.

Pure arithmetic over the written content and the story's calendar; nothing here touches the database.
"""

import datetime as dt
import random
from dataclasses import dataclass
from typing import Any

from minsheng.progress.schedule import time_share
from minsheng.records.projects import ProjectKind, Stage
from minsheng.records.reports import ReportState
from website.sample.calendar import StoryCalendar, day_in, first_day, last_day, month_of

MONTHS_REPORTED_BEFORE_START = 2
MONTHS_REPORTED_AFTER_FINISH = 3
OVERDUE_SPAN = 7


@dataclass(frozen=True)
class MonthState:
    """Where a project stands at the end of one month; ``progress`` is a percentage, whole for works."""

    month: int
    progress: int
    stage: Stage


@dataclass(frozen=True)
class ProjectPlan:
    """Dates and months of one project. ``months`` are those told; ``pending`` is one not public yet."""

    spec: dict[str, Any]
    calendar: StoryCalendar
    year: int
    start: dt.date
    finish: dt.date
    months: tuple[MonthState, ...]
    pending: ReportState | None = None

    @property
    def kind(self) -> ProjectKind:
        """The kind of project."""
        return ProjectKind(self.spec["kind"])

    @property
    def finished_in(self) -> int | None:
        """The month in which progress reached 100 %, or None."""
        return next((state.month for state in self.months if state.progress >= 100), None)

    @property
    def gets_done(self) -> bool:
        """Whether the story brings it to its end; what still rolls on or is overdue does not get there."""
        rolls_on = "rolling" in self.spec or "overdue" in self.spec
        return not rolls_on or bool(self.spec.get("training_done"))

    @property
    def actual_finish(self) -> dt.date | None:
        """The day the last piece was done, or None."""
        return None if self.finished_in is None else day_in(self.finished_in, 22)


def make_plan(spec: dict[str, Any], calendar: StoryCalendar, year: int) -> ProjectPlan:
    """Return the plan of a project of the programme of ``year``."""
    start, finish = _dates(spec, calendar, year)
    pending = ReportState(spec["latest"]) if "latest" in spec and year == calendar.year else None
    last = _last_month(spec, calendar, year, finish)
    if pending is not None and pending is not ReportState.DRAFT:
        last = max(last, calendar.newest)
    first = max(month_of(start) - (MONTHS_REPORTED_BEFORE_START if spec["kind"] == "works" else 0), year * 12)
    if spec.get("not_due") or spec.get("just_begun"):
        months: tuple[MonthState, ...] = ()
    else:
        months = tuple(
            _states(spec, calendar, (start, finish), range(first, last + 1), is_last_year=year < calendar.year)
        )
    return ProjectPlan(spec, calendar, year, start, finish, months, pending)


def _dates(spec: dict[str, Any], calendar: StoryCalendar, year: int) -> tuple[dt.date, dt.date]:
    """Return the first published start and finish."""
    latest, earliest = calendar.latest, dt.date(year, 1, 10)
    if "rolling" in spec:
        back, ahead = spec["rolling"]
        return max(day_in(latest - back, 10), earliest), day_in(latest + ahead, 25)
    if spec.get("overdue"):
        return max(day_in(latest - OVERDUE_SPAN, 10), earliest), day_in(latest - 1, 20)
    if spec.get("not_due"):
        return first_day(latest + 3), day_in(latest + 8, 20)
    if spec.get("just_begun"):
        return first_day(month_of(calendar.as_of)), day_in(latest + 12, 20)
    return calendar.date(year, spec["start"]), calendar.date(year, spec["finish"])


def _last_month(spec: dict[str, Any], calendar: StoryCalendar, year: int, finish: dt.date) -> int:
    """Return the last month a report was written for.

    A plan of the calendar year closes its books on the last day of December, before reports are owed.
    """
    if year < calendar.year:
        return year * 12 + 11
    last = calendar.latest - int(spec.get("silent", 0))
    if "rolling" in spec or spec.get("overdue"):
        return last
    if calendar.newest == month_of(finish) and finish.month == 12:
        last = calendar.newest
    return min(last, month_of(finish) + (MONTHS_REPORTED_AFTER_FINISH if finish.month < 12 else 0))


def _states(
    spec: dict[str, Any], calendar: StoryCalendar, dates: tuple[dt.date, dt.date], months: range, *, is_last_year: bool
) -> list[MonthState]:
    """Return the state at the end of each month; progress never goes down."""
    start, _ = dates
    wiggle = random.Random(spec["slug"])  # noqa: S311 - the same story every time, not a secret
    states: list[MonthState] = []
    since_done = 0
    for month in months:
        progress = _progress(spec, calendar, dates, month, is_last_year=is_last_year)
        if 8 < progress < 92 and month != calendar.latest:
            progress += wiggle.randint(-1, 1)
        if states:
            progress = max(progress, states[-1].progress)
        since_done = since_done + 1 if progress >= 100 else 0
        stage = _stage(spec, progress, since_done, is_last_year=is_last_year)
        if "ends" in spec and month >= calendar.latest - 1:
            stage = Stage(spec["ends"])
            progress = states[-1].progress if states else progress
        elif last_day(month) < start or spec.get("unfunded"):
            stage = Stage.PREPARING
        states.append(MonthState(month, progress, stage))
    return states


def _progress(
    spec: dict[str, Any], calendar: StoryCalendar, dates: tuple[dt.date, dt.date], month: int, *, is_last_year: bool
) -> int:
    """Return the percentage at the end of a month, in proportion to time, bent to the state at the latest month."""
    start, finish = dates
    day = last_day(month)
    if is_last_year:
        return int(time_share(start, finish + dt.timedelta(days=spec.get("slip", {}).get("days", 0)), day) * 100)
    if day < start:
        return 0
    if spec.get("training_done"):
        return int(time_share(start, last_day(calendar.latest - 1), day) * 100)
    if "now" in spec or "rolling" in spec:
        reference = last_day(calendar.latest)
        share_then = time_share(start, finish, reference) * 100
        goal = spec["now"] if "now" in spec else max(2, min(97, share_then + spec.get("gap", 0)))
        span = max((reference - start).days, 1)
        return min(99, int(goal * (day - start).days / span))
    if finish.month == 12:
        share = time_share(start, finish, day) * 100
        return 100 if day >= finish else max(0, min(99, int(share + spec.get("gap", 0) * share / 100)))
    # Done at the end of the month before the finish, so that no day of loading makes a kept promise look late.
    return int(time_share(start, last_day(month_of(finish) - 1), day) * 100)


def _stage(spec: dict[str, Any], progress: int, months_done: int, *, is_last_year: bool) -> Stage:
    """Return the stage that goes with a percentage and the months since it was reached."""
    if progress < 100:
        return Stage.UNDER_WAY
    if spec["kind"] != "works":
        return Stage.ACCEPTED if is_last_year else Stage.COMPLETED
    return {1: Stage.COMPLETED, 2: Stage.ACCEPTED}.get(months_done, Stage.IN_USE)
