"""The targets of a project's row, with their values reported and their breakdown into parts."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from minsheng.importing.fields import Fields, plain
from minsheng.importing.notes import NoteCode
from minsheng.records.indicators import Direction, Measure

NAME_LENGTH, PART_LENGTH, UNIT_LENGTH, COMPARATOR_LENGTH = 120, 60, 20, 20
BROKEN_DOWN = re.compile(r"([^\d\s/]+)(\d{1,12}(?:\.\d{1,4})?)/(\d{1,12}(?:\.\d{1,4})?)", re.ASCII)
"""One part of a printed breakdown: name, target, value reported — ``镇海1/0``."""
AT_MOST = ("<", "≤", "不超过", "不高于", "低于")


@dataclass(frozen=True, slots=True)
class TargetRecord:
    """A target: ``target`` and ``done`` are exact; ``stated_percent`` is as printed, without the sign."""

    name: str
    unit: str = ""
    target: Decimal | None = None
    done: Decimal | None = None
    stated_percent: str | None = None
    comparator: str = ""
    part_name: str = ""
    parts: tuple["TargetRecord", ...] = ()

    @property
    def measure(self) -> Measure:
        """A percentage is a rate; everything else that is counted adds up."""
        return Measure.RATE if self.unit in {"%", "％"} else Measure.CUMULATIVE

    @property
    def direction(self) -> Direction:
        """Less is better where the target is an upper bound."""
        return Direction.LESS if self.comparator.startswith(AT_MOST) else Direction.MORE

    @property
    def has_value(self) -> bool:
        """Whether anything was reported on it."""
        return self.done is not None or self.stated_percent is not None


def read_targets(fields: Fields) -> tuple[TargetRecord, ...]:
    """Return the targets of a row in their order; those without a name are noted and left out."""
    return tuple(target for item in fields.objects("targets") if (target := _read_target(item)) is not None)


def _read_target(item: Fields) -> TargetRecord | None:
    name = item.text("indicator", NAME_LENGTH)
    if not name:
        item.note(NoteCode.NO_NAME, "indicator", item.values.get("indicator"))
        return None
    unit = item.text("unit", UNIT_LENGTH)
    comparator = item.text("comparator", COMPARATOR_LENGTH)
    whole = _figures(item, TargetRecord(name, unit, comparator=comparator))
    return replace(whole, parts=(*_by_county(item, whole), *_breakdown(item, whole)))


def _figures(item: Fields, named: TargetRecord) -> TargetRecord:
    """Return the record with target, value and stated percentage of an object."""
    is_rate = named.measure is Measure.RATE
    return replace(
        named,
        target=item.number("target", may_be_negative=is_rate),
        done=item.number("done", may_be_negative=is_rate),
        stated_percent=item.printed_number("stated_percent"),
    )


def _by_county(item: Fields, whole: TargetRecord) -> list[TargetRecord]:
    parts: list[TargetRecord] = []
    for part in item.objects("by_county"):
        county = part.text("county", PART_LENGTH)
        if county:
            parts.append(_figures(part, TargetRecord(whole.name, whole.unit, part_name=county)))
        else:
            part.note(NoteCode.NO_NAME, "county", part.values.get("county"))
    return parts


def _breakdown(item: Fields, whole: TargetRecord) -> list[TargetRecord]:
    """Read ``鄞州2/1 镇海1/0``; believed only when both columns add up to the whole."""
    printed = item.text("breakdown", 2000)
    if not printed:
        return []
    matches = [BROKEN_DOWN.fullmatch(word) for word in printed.split()]
    parts = [
        TargetRecord(whole.name, whole.unit, plain(Decimal(match[2])), plain(Decimal(match[3])), part_name=match[1])
        for match in matches
        if match is not None and len(match[1]) <= PART_LENGTH
    ]
    sums = (sum(part.target or 0 for part in parts), sum(part.done or 0 for part in parts))
    if len(parts) < len(matches) or sums != (whole.target, whole.done):
        item.note(NoteCode.UNREADABLE_BREAKDOWN, "breakdown", printed)
        return []
    return parts
