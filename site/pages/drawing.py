"""The geometry of the charts: figures in, percentages of the drawing's width out. No markup here.

Charts are SVG whose widths are percentages, so that their text keeps its size from a phone to a poster.
Every value is a percentage unless said otherwise, and every result is a float rounded to a tenth, which is
finer than a pixel on any screen.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

Figure = Decimal | float

SCALES = (100, 110, 125, 150, 175, 200, 250, 300, 400, 500, 750, 1000)
"""What the full width may stand for, in per cent: real published values go beyond 100 (166, 123, 121)."""


def _tenth(value: Figure) -> float:
    return round(float(value), 1)


def scale_for(values: Iterable[Figure | None]) -> float:
    """Return the smallest of :data:`SCALES` that holds every value; beyond them, the largest value itself."""
    largest = max((float(value) for value in values if value is not None), default=0.0)
    return next((float(scale) for scale in SCALES if largest <= scale), largest)


def anchor(x: Figure) -> Literal["start", "middle", "end"]:
    """Return the ``text-anchor`` that keeps a label at ``x`` inside the drawing."""
    if x < 12:
        return "start"
    return "end" if x > 88 else "middle"


def share(part: Figure | None, whole: Figure | None) -> float | None:
    """Return ``part`` as a percentage of ``whole``; None when either is missing or the whole is zero."""
    return None if part is None or not whole else 100 * float(part) / float(whole)


@dataclass(frozen=True)
class Fill:
    """One filled part of a bar: what it is (``arrived``…), its figure, its share of the whole, where it ends."""

    name: str
    value: Figure | None
    percent: float | None
    start: float
    width: float


@dataclass(frozen=True)
class TaskBar:
    """The signature picture: progress with its tick, the money bar under it, on one scale.

    ``full`` is what the whole width stands for; ``hundred`` is where 100 % lies on it. ``progress_width`` is
    None where no figure was published, ``tick`` is None where nothing can be expected (no dates, archive).
    """

    full: float
    hundred: float
    progress: Figure | None
    progress_width: float | None
    expected: Figure | None
    tick: float | None
    money: tuple[Fill, ...]
    planned: Figure | None

    @property
    def has_task(self) -> bool:
        """Whether there is a bar of progress to draw, if only an empty one with its tick."""
        return self.progress is not None or self.expected is not None

    @property
    def has_money(self) -> bool:
        """Whether the money can be drawn: one amount with nothing to measure it by says nothing as a bar.

        A plan alone is not drawn either: its empty outline would look as if nothing had arrived.
        """
        return bool(self.planned and self.money) or sum(1 for fill in self.money if fill.value) > 1

    @property
    def planned_width(self) -> float:
        """Where the planned outline ends: a hair before 100 %, so that its stroke stays inside."""
        return _tenth(self.hundred - 0.2)

    @property
    def gap(self) -> float | None:
        """Progress minus expected, in percentage points."""
        return None if self.progress is None or self.expected is None else float(self.progress) - float(self.expected)

    @property
    def exceeds(self) -> bool:
        """Whether anything goes beyond 100 %, so that the mark of 100 % must be drawn."""
        return self.full > 100


MONEY_STEPS = ("arrived", "disbursed", "spent")


def _figure(source: object, name: str) -> Any:
    """Read a figure from a mapping or an object; absent is None, as a figure not published is."""
    if isinstance(source, Mapping):
        return source.get(name)
    value = getattr(source, name, None)
    return getattr(source, f"{name}_fen", None) if value is None else value


def task_bar(progress: Figure | None, expected: Figure | None = None, funds: object = None) -> TaskBar:
    """Lay out time against task. ``funds`` has ``planned``, ``arrived``, ``disbursed``, ``spent`` in fen.

    ``funds`` may be a mapping or any object with those names (or the same ending in ``_fen``). Where no
    planned amount was published, the largest published one is the whole.
    """
    figures = {name: _figure(funds, name) for name in ("planned", *MONEY_STEPS)} if funds else {}
    known = [figures.get(name) for name in MONEY_STEPS]
    whole = figures.get("planned") or max((value for value in known if value), default=None)
    shares = [share(value, whole) for value in known]
    full = scale_for([progress, expected, *shares])
    fills = tuple(
        Fill(name, value, percent, 0.0, _tenth(max(0.0, percent) * 100 / full))
        for name, value, percent in zip(MONEY_STEPS, known, shares, strict=True)
        if percent is not None
    )
    return TaskBar(
        full=full,
        hundred=_tenth(10_000 / full),
        progress=progress,
        progress_width=None if progress is None else _tenth(max(0.0, float(progress)) * 100 / full),
        expected=expected,
        tick=None if expected is None else _tenth(float(expected) * 100 / full),
        money=fills,
        planned=figures.get("planned"),
    )


@dataclass(frozen=True)
class Curve:
    """A line over months: corner points ``x,y`` in a 100 × 100 box with y downwards, in unbroken runs."""

    runs: tuple[str, ...]
    dots: tuple[tuple[float, float, Figure], ...]


def _curve(values: Sequence[Figure | None], full: float) -> Curve:
    """Join neighbouring values; a month without a figure breaks the line and is never bridged."""
    step = 100 / max(1, len(values) - 1)
    runs: list[list[str]] = [[]]
    dots = []
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
            continue
        x, y = _tenth(index * step), _tenth(100 - float(value) * 100 / full)
        runs[-1].append(f"{x},{y}")
        dots.append((x, y, value))
    return Curve(tuple(" ".join(run) for run in runs if len(run) > 1), tuple(dots))


@dataclass(frozen=True)
class PlanCurve:
    """Plan against actual over months; ``grid`` holds (percentage, y) of the horizontal lines."""

    full: float
    grid: tuple[tuple[int, float], ...]
    months: tuple[tuple[float, Any], ...]
    planned: Curve
    actual: Curve


def plan_curve(points: Sequence[Mapping[str, Any]]) -> PlanCurve:
    """Lay out ``points`` with ``month``, ``planned`` and ``actual`` (percentages or None), oldest first."""
    planned = [point.get("planned") for point in points]
    actual = [point.get("actual") for point in points]
    full = scale_for([*planned, *actual])
    step = 100 / max(1, len(points) - 1)
    return PlanCurve(
        full=full,
        grid=tuple((mark, _tenth(100 - mark * 100 / full)) for mark in (0, 25, 50, 75, 100)),
        months=tuple((_tenth(index * step), point["month"]) for index, point in enumerate(points)),
        planned=_curve(planned, full),
        actual=_curve(actual, full),
    )


@dataclass(frozen=True)
class Parts:
    """A whole cut into parts side by side."""

    total: Figure
    parts: tuple[Fill, ...]


def parts(values: Mapping[str, Figure | None]) -> Parts:
    """Lay named values side by side as shares of their sum, in the order given; missing counts as nothing."""
    total = sum(value for value in values.values() if value)
    start, laid = 0.0, []
    for name, value in values.items():
        percent = share(value, total)
        if not percent:
            continue
        laid.append(Fill(name, value, percent, _tenth(start), _tenth(percent)))
        start += percent
    return Parts(total, tuple(laid))


@dataclass(frozen=True)
class Diverging:
    """A row of answers around a common middle: the good to its right, the bad to its left."""

    fills: tuple[Fill, ...]
    good: float
    bad: float


def diverging(shares: Sequence[Figure], middle: int | None = None, reach: float = 100) -> Diverging:
    """Lay out ``shares`` (best answer first, per cent) around the middle of the drawing.

    The answer at index ``middle`` (of an odd number, the central one) lies half on each side. ``reach`` is the
    share that fills one side.
    """
    count = len(shares)
    if middle is None and count % 2:
        middle = count // 2
    values = [float(value) for value in shares]
    half = values[middle] / 2 if middle is not None else 0.0
    cut = count // 2
    good = sum(values[:cut])
    bad = sum(values[cut + 1 :] if middle is not None else values[cut:])
    # From the far left: the worst answer first, so that the best ends at the far right.
    position = 50 - (bad + half) * 50 / reach
    fills = []
    for index in reversed(range(count)):
        width = values[index] * 50 / reach
        fills.append(Fill(str(index + 1), shares[index], values[index], _tenth(position), _tenth(width)))
        position += width
    return Diverging(tuple(fills), _tenth(good), _tenth(bad))


def diverging_reach(rows: Iterable[Mapping[str, Any]], middle: int | None = None) -> float:
    """Return the share that fills one side in every row of one chart: the largest side, up to whole tens."""
    sides = [0.0]
    for row in rows:
        layout = diverging(row["shares"], middle)
        sides += (
            [50 - layout.fills[0].start, layout.fills[-1].start + layout.fills[-1].width - 50] if layout.fills else []
        )
    return min(100.0, 10 * -(-2 * max(sides) // 10) or 10.0)


@dataclass(frozen=True)
class Span:
    """A point with its interval on a common scale, all as percentages of the width."""

    at: float
    low: float | None
    width: float | None


def span(value: Figure, low: Figure | None, high: Figure | None, least: Figure, most: Figure) -> Span:
    """Place a value and its interval on a scale from ``least`` to ``most``."""

    def place(figure: Figure) -> float:
        return (float(figure) - float(least)) * 100 / (float(most) - float(least) or 1.0)

    if low is None or high is None:
        return Span(_tenth(place(value)), None, None)
    return Span(_tenth(place(value)), _tenth(place(low)), _tenth(place(high) - place(low)))


def bounds(rows: Iterable[Mapping[str, Any]], step: int = 5) -> tuple[float, float]:
    """Return a scale, in whole steps, that holds every ``value``, ``low`` and ``high`` of ``rows``."""
    figures = [float(row[name]) for row in rows for name in ("value", "low", "high") if row.get(name) is not None]
    if not figures:
        return 0.0, 100.0
    least, most = step * (min(figures) // step), step * -(-max(figures) // step)
    return least, most if most > least else least + step


@dataclass(frozen=True)
class StageStep:
    """One step of the stage strip: its dates, days late against the first plan, and ``state``.

    ``state`` is ``past``, ``current`` or ``ahead``.
    """

    name: str
    state: str
    original: dt.date | None
    planned: dt.date | None
    actual: dt.date | None
    reason: str
    days_late: int | None


def stage_steps(steps: Sequence[Mapping[str, Any]], as_of: dt.date | None = None) -> tuple[StageStep, ...]:
    """Lay out ``steps`` with ``name`` and, where published, ``original``, ``planned``, ``actual``, ``reason``.

    A step is past once it has an actual date; the first that has none is current. Lateness is against the
    first published date: to the actual date, or for the current step to ``as_of``.
    """
    laid: list[StageStep] = []
    found_current = False
    for step in steps:
        actual, planned = step.get("actual"), step.get("planned")
        original = step.get("original") or planned
        state = step.get("state") or ("past" if actual else "ahead" if found_current else "current")
        found_current = found_current or state == "current"
        end = actual or (as_of if state != "past" else None)
        late = (end - original).days if end and original and end > original else None
        laid.append(StageStep(str(step["name"]), state, original, planned, actual, step.get("reason") or "", late))
    return tuple(laid)


@dataclass(frozen=True)
class MoneyRow:
    """One source's money on the scale shared by all sources: the planned outline and its fills."""

    planned: float | None
    fills: tuple[Fill, ...]


def money_row(row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> MoneyRow:
    """Lay out one of ``rows`` (``planned``, ``arrived``, ``disbursed``, ``spent`` in fen) on their common scale."""
    names = ("planned", *MONEY_STEPS)
    most = max((each.get(name) or 0 for each in rows for name in names), default=0)
    widths = {name: share(row.get(name), most) for name in names}
    fills = tuple(
        Fill(name, row.get(name), share(row.get(name), row.get("planned")), 0.0, _tenth(width * 0.99))
        for name in MONEY_STEPS
        if (width := widths[name]) is not None
    )
    planned = widths["planned"]
    # A little less than the whole, so that the outline's own stroke stays inside the drawing.
    return MoneyRow(None if planned is None else _tenth(planned * 0.99), fills)


def answer_class(index: int, count: int, middle: int | None = None) -> str:
    """Return the tone of the answer at ``index`` (best first) of ``count``: best good middle bad worst."""
    if middle is None and count % 2:
        middle = count // 2
    if index == middle:
        return "middle"
    if index < count // 2:
        return "best" if index == 0 else "good"
    return "worst" if index == count - 1 else "bad"
