"""The ledger of one sample project: dated movements on each funding line, from which reports take their sums."""

import datetime as dt
import random
from dataclasses import dataclass

from minsheng.records.funding import FundingKind, FundingLine, FundMovement, MovementKind
from minsheng.records.projects import Stage
from website.sample.calendar import day_in
from website.sample.content import content
from website.sample.plan import MonthState, ProjectPlan

FEN_PER_TEN_THOUSAND_YUAN = 1_000_000
GRAIN_FEN = 10_000
"""Movements are whole hundreds of yuan."""
LEAST_SHARE_MOVED = 8
"""Below this share of a line, in percent, money waits for the next payment."""

ARRIVALS = (((0, 50), (35, 80), (75, 100)), ((0, 60), (50, 100)), ((10, 100),))
"""Per line in turn: from this progress on, this share of the line has arrived (both in percent)."""
DAYS = {MovementKind.ARRIVED: (6, 11), MovementKind.DISBURSED: (13, 18), MovementKind.SPENT: (20, 27)}


@dataclass(frozen=True)
class Sums:
    """Cumulative fen of the project's funds, without levies and deposits."""

    arrived: int
    disbursed: int
    spent: int


class Ledger:
    """Moves money month by month as the work goes on."""

    def __init__(self, plan: ProjectPlan, lines: list[FundingLine]) -> None:
        self._plan = plan
        self._lines = lines
        self._random = random.Random(f"money {plan.spec['slug']}")  # noqa: S311 - the same ledger every time
        self._words = content("phrases")["money"]

    def sums(self) -> Sums:
        """Return what has moved so far."""
        funds = [line for line in self._lines if line.kind is FundingKind.FUNDS]
        return Sums(*(sum(line.moved(kind) for line in funds) for kind in MovementKind))

    def preview(self, state: MonthState) -> Sums:
        """Return the sums a month would end with, for a report that is not public yet."""
        targets = [self._targets(position, line, state) for position, line in self._funds()]
        now = self.sums()
        whole = [sum(target[index] for target in targets) for index in range(3)]
        return Sums(max(now.arrived, whole[0]), max(now.disbursed, whole[1]), max(now.spent, whole[2]))

    def advance(self, state: MonthState) -> None:
        """Add the movements of one month to every line."""
        if self._plan.spec.get("unfunded"):
            return
        # What people are paid is booked month by month, so that each batch is in the ledger.
        settles = state.stage not in {Stage.UNDER_WAY, Stage.PREPARING} or bool(self._plan.spec.get("benefit"))
        for position, line in self._funds():
            for kind, target in zip(MovementKind, self._targets(position, line, state), strict=True):
                self._move(line, kind, target, state.month, settles=settles)
        for line in self._lines:
            if line.kind is FundingKind.LEVY and state.progress > 0:
                spent = (line.planned_fen or 0) * min(state.progress, 98) // 100
                self._move(line, MovementKind.ARRIVED, line.planned_fen or 0, state.month, settles=True)
                self._move(line, MovementKind.SPENT, spent, state.month, settles=settles)
            if line.kind is FundingKind.QUALITY_DEPOSIT and state.progress > 0:
                held_back = (line.planned_fen or 0) * min(state.progress, 100) // 100
                self._move(line, MovementKind.ARRIVED, held_back, state.month, settles=settles)

    def _funds(self) -> list[tuple[int, FundingLine]]:
        return [pair for pair in enumerate(self._lines) if pair[1].kind is FundingKind.FUNDS]

    def _targets(self, position: int, line: FundingLine, state: MonthState) -> tuple[int, int, int]:
        """Return the cumulative fen that should have arrived, been disbursed and spent by the end of the month."""
        planned = line.planned_fen or 0
        progress = min(state.progress, 100)
        arrived = max((share for since, share in ARRIVALS[position % 3] if progress >= since), default=0)
        pays_people = bool(self._plan.spec.get("benefit"))
        disbursed = progress if pays_people else min(100, progress * 94 // 100 + 4) if progress else 0
        spent = progress if pays_people else progress * 88 // 100
        if state.stage in {Stage.ACCEPTED, Stage.IN_USE}:
            disbursed, spent = 100, 100 if self._plan.kind != "works" else 97
        disbursed = min(disbursed, arrived)
        spent = min(spent, disbursed, int(self._plan.spec.get("spent_limit", 100)))
        return planned * arrived // 100, planned * disbursed // 100, planned * spent // 100

    def _move(self, line: FundingLine, kind: MovementKind, target: int, month: int, *, settles: bool) -> None:
        """Bring a line's sum up to the target, unless the step is too small to bother a bank with."""
        if line.kind is FundingKind.FUNDS and kind is not MovementKind.ARRIVED:
            # Small steps wait, so what is spent may be no more than what really was disbursed before.
            source = MovementKind.ARRIVED if kind is MovementKind.DISBURSED else MovementKind.DISBURSED
            target = min(target, line.moved(source))
        step = (target - line.moved(kind)) // GRAIN_FEN * GRAIN_FEN
        if step <= 0 or (not settles and step * 100 < (line.planned_fen or 0) * LEAST_SHARE_MOVED):
            return
        moved_on: dt.date = day_in(month, self._random.randint(*DAYS[kind]))
        line.movements.append(FundMovement(kind=kind, moved_on=moved_on, amount_fen=step, note=self._note(line, kind)))

    def _note(self, line: FundingLine, kind: MovementKind) -> str:
        """Return what the ledger says of a movement."""
        if line.kind is FundingKind.QUALITY_DEPOSIT:
            return str(self._words["deposit"])
        if line.kind is FundingKind.LEVY:
            return str(self._words["levy_arrived" if kind is MovementKind.ARRIVED else "levy_spent"])
        if kind is MovementKind.SPENT and self._plan.kind != "works":
            return str(self._words["spent_people"])
        return str(self._words[kind.value])
