"""Contradictions between published figures, as pure functions that programmes and compiled records can use too.

A contradiction is what the printed precision makes impossible: see :mod:`minsheng.figures`. A statement that
could still be true with some unprinted digits is never reported. Each function returns a ``Finding`` or None.
"""

import datetime as dt
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import reduce
from itertools import combinations

from minsheng.figures import (
    Figure,
    FigureError,
    FigureKind,
    Interval,
    is_impossible,
    parse,
    possible_percent,
)
from minsheng.progress.findings import CheckCode, Finding
from minsheng.records.rates import rounded

LATE_AFTER_DAYS = 90
"""Facts published later than this after the end of their period get a note; an installation may set its own."""


def percentage_contradiction(
    subject: str, part: Figure, whole: Figure, stated: Figure, other_wholes: Mapping[str, Figure] | None = None
) -> Finding | None:
    """Find a stated percentage that part ÷ whole cannot be.

    ``other_wholes`` are amounts that the percentage may be a share of instead, by name (``arrived``); those it
    does agree with are listed in the fact ``agrees_with``.
    """
    if not is_impossible(part, whole, stated):
        return None
    possible = possible_percent(part, whole)
    if possible is None:
        return None
    agreeing = [
        name for name, other in (other_wholes or {}).items() if other.value and not is_impossible(part, other, stated)
    ]
    facts = {
        **_amount("part", part),
        **_amount("whole", whole),
        "stated": stated.text,
        "stated_percent": str(stated.value),
        "computed_percent": str(rounded(Fraction(part.value) / Fraction(whole.value) * 100, 2)),
        "lowest_percent": str(rounded(possible.low, 2)),
        "highest_percent": str(rounded(possible.high, 2)),
        "agrees_with": " ".join(agreeing),
    }
    return Finding(CheckCode.PERCENTAGE_IMPOSSIBLE, subject, facts)


def parts_against_whole(
    subject: str,
    parts: Sequence[Figure],
    whole: Figure,
    *,
    complete: bool,
    code: CheckCode = CheckCode.PARTS_NOT_WHOLE,
) -> Finding | None:
    """Find parts that cannot add up to the whole, all in one unit.

    ``complete`` says that the list is known to hold every part. Lists in notices are often cut short, so
    without it only parts that exceed the whole are a contradiction. Raises ``FigureError`` for mixed units.
    """
    if not parts or not all(figure.is_plain for figure in (*parts, whole)):
        return None
    if any(figure.unit != whole.unit for figure in parts):
        raise FigureError("wrong_unit", whole.text)
    total = reduce(Interval.plus, (figure.interval for figure in parts))
    too_much, too_little = total.low > whole.interval.high, total.high < whole.interval.low
    if not too_much and not (too_little and complete):
        return None
    value = sum((figure.value for figure in parts[1:]), parts[0].value)
    added = Figure(f"{value:f}", value, max(figure.step for figure in parts), whole.unit)
    facts = {
        **_amount("sum", added),
        **_amount("whole", whole),
        "parts": " ".join(figure.text for figure in parts),
        "parts_count": str(len(parts)),
        "difference": f"{value - whole.value:f}",
    }
    return Finding(code, subject, facts)


def stated_differently(subject: str, statements: Mapping[str, Figure | dt.date]) -> Finding | None:
    """Find two statements of one thing that cannot both be true; the keys say where each stands.

    That the statements are about one thing is for a reader to say; the rule only compares them.
    """
    for (one_place, one), (other_place, other) in combinations(statements.items(), 2):
        if _can_both_hold(one, other):
            continue
        facts = {"one": _text(one), "one_place": one_place, "other": _text(other), "other_place": other_place}
        return Finding(CheckCode.STATED_DIFFERENTLY, subject, facts)
    return None


def count_share_contradiction(subject: str, count: Figure, stated: Figure) -> Finding | None:
    """Find a percentage of a count that no whole number of things gives: 32 bridges are not 76.9 % of any.

    Only for things that come whole, and only where the percentage is a share of their number.
    """
    if not (count.is_count and count.is_plain and stated.is_plain) or count.value <= 0 or stated.value <= 0:
        return None
    possible = stated.interval
    if possible.low <= 0:
        return None
    amount = Fraction(count.value) * 100
    fewest, most = amount / possible.high, amount / possible.low
    if math.ceil(fewest) <= math.floor(most):
        return None
    facts = {
        **_amount("part", count),
        "stated": stated.text,
        "stated_percent": str(stated.value),
        "implied": str(rounded(amount / Fraction(stated.value), 1)),
    }
    return Finding(CheckCode.COUNT_SHARE_IMPOSSIBLE, subject, facts)


def implied_whole_changed(subject: str, earlier: tuple[Figure, Figure], later: tuple[Figure, Figure]) -> Finding | None:
    """Find two values with their percentages that cannot be shares of one unchanged target.

    Each pair is (value, stated percentage). 751 children and, three months on, 7516 children were both printed
    as 107.29 %: digits of the next column had run into the number.
    """
    wholes = []
    for value, stated in (earlier, later):
        share = stated.interval
        if not (value.is_plain and stated.is_plain) or share.low <= 0 or value.value <= 0:
            return None
        wholes.append(Interval(value.interval.low / share.high * 100, value.interval.high / share.low * 100))
    if wholes[0].overlaps(wholes[1]):
        return None
    facts = {
        "earlier": earlier[0].text,
        "earlier_percent": str(earlier[1].value),
        "later": later[0].text,
        "later_percent": str(later[1].value),
    }
    return Finding(CheckCode.IMPLIED_WHOLE_CHANGED, subject, facts)


def totals_differ(subject: str, totals: Mapping[str, int]) -> Finding | None:
    """Find items whose totals differ from what more than half of the items share (ballots in one vote)."""
    if len(totals) < 3:
        return None
    usual, times = Counter(totals.values()).most_common(1)[0]
    odd = {name: total for name, total in totals.items() if total != usual}
    if not odd or times * 2 <= len(totals):
        return None
    facts = {
        "usual_count": str(usual),
        "items_count": str(times),
        "odd": "; ".join(f"{name}: {total}" for name, total in odd.items()),
    }
    return Finding(CheckCode.TOTALS_DIFFER, subject, facts)


def all_done_with_unfinished_items(
    subject: str, items_total: int | None, items_completed: int | None, unfinished: Sequence[str]
) -> Finding | None:
    """Find a programme that counts every item as completed although items are stated as unfinished.

    ``unfinished`` names the items whose own stage is before completion.
    """
    if items_total is None or items_completed is None or items_completed < items_total or not unfinished:
        return None
    facts = {
        "total_count": str(items_total),
        "completed_count": str(items_completed),
        "unfinished_count": str(len(unfinished)),
        "unfinished": "; ".join(unfinished),
    }
    return Finding(CheckCode.ALL_DONE_WITH_UNFINISHED_ITEMS, subject, facts)


def unreadable(subject: str, text: str, unit: str = "") -> Finding | None:
    """Find a cell that should hold a figure but does not (应补尽补), or whose unit is in doubt (1091万万)."""
    try:
        parse(text, unit)
    except FigureError as error:
        doubtful = error.code == "doubled_multiplier"
        return Finding(CheckCode.UNIT_DOUBTFUL if doubtful else CheckCode.NOT_A_NUMBER, subject, {"text": text.strip()})
    return None


def late_publication(
    subject: str, period_end: dt.date, published_on: dt.date, limit_days: int = LATE_AFTER_DAYS
) -> Finding | None:
    """Find facts that were published more than ``limit_days`` after the end of their period."""
    days = (published_on - period_end).days
    if days <= limit_days:
        return None
    facts = {
        "period_end_on": period_end.isoformat(),
        "published_on": published_on.isoformat(),
        "days_count": str(days),
        "limit_count": str(limit_days),
    }
    return Finding(CheckCode.LATE_PUBLICATION, subject, facts)


def _amount(name: str, figure: Figure) -> dict[str, str]:
    """Return a figure as facts: as printed, and in fen if it is an amount in whole fen."""
    facts = {name: figure.text}
    if figure.kind is FigureKind.MONEY and figure.value * 100 == (figure.value * 100).to_integral_value():
        facts[f"{name}_fen"] = str(figure.fen)
    return facts


def _can_both_hold(one: Figure | dt.date, other: Figure | dt.date) -> bool:
    """Whether two statements of one thing leave room for one truth."""
    if isinstance(one, Figure) and isinstance(other, Figure):
        if one.unit != other.unit or not (one.is_plain and other.is_plain):
            return True
        return one.interval.overlaps(other.interval)
    return isinstance(one, Figure) or isinstance(other, Figure) or one == other


def _text(statement: Figure | dt.date) -> str:
    """Return a statement as text."""
    return statement.text if isinstance(statement, Figure) else statement.isoformat()
