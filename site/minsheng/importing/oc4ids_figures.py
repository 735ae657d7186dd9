"""Funding lines, milestones, targets and observed figures of an OC4IDS project."""

import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from minsheng.database import SCALE
from minsheng.importing.moneys import funding_source
from minsheng.importing.oc4ids_codes import (
    FIGURES,
    FINANCIAL,
    FIRST_PLAN,
    INDICATOR,
    MILESTONE_WORDS,
    PHYSICAL,
    SOURCES,
)
from minsheng.importing.oc4ids_money import fen_of
from minsheng.importing.oc4ids_nodes import Node, RepairCode
from minsheng.records.funding import FundingKind, FundingSource
from minsheng.records.indicators import AssignedBy, Direction, Measure
from minsheng.records.projects import MilestoneKind
from minsheng.records.reports import MONTH

Values = dict[str, Any]
LARGEST_QUANTITY = Decimal(10) ** 12
LONGEST_LABEL, LONGEST_UNIT, LONGEST_NAME, LONGEST_PART = 120, 20, 120, 60
_KIND_OF_TYPE: Mapping[str, MilestoneKind] = MappingProxyType(
    {"approval": MilestoneKind.APPROVAL, "procurement": MilestoneKind.BIDDING, "assessment": MilestoneKind.ACCEPTANCE}
)
_KIND_OF_WORDS: tuple[tuple[MilestoneKind, re.Pattern[str]], ...] = (
    (MilestoneKind.HAND_OVER, re.compile(r"移交|交付|hand.?over", re.IGNORECASE)),
    (MilestoneKind.ACCEPTANCE, re.compile(r"验收|acceptance", re.IGNORECASE)),
    (MilestoneKind.MAIN_STRUCTURE, re.compile(r"主体|封顶|main structure", re.IGNORECASE)),
    (MilestoneKind.COMPLETION, re.compile(r"完工|竣工|completion", re.IGNORECASE)),
    (MilestoneKind.START, re.compile(r"开工|动工|start of works?|ground.?breaking", re.IGNORECASE)),
    (MilestoneKind.BIDDING, re.compile(r"招标|招投标|tender|bidding", re.IGNORECASE)),
    (MilestoneKind.APPROVAL, re.compile(r"批复|立项|approval", re.IGNORECASE)),
)


def funding_lines(group: Node, name: str, currency: str) -> list[Values]:
    """Return the planned lines of one group of a budget; ``currency`` is that of the whole budget."""
    kinds = {f"{SOURCES}{kind.value}": kind for kind in FundingKind}
    is_ours = name in kinds
    found = []
    for one in group.records("budgetBreakdown"):
        label = one.text("description", LONGEST_LABEL)
        party = one.record("sourceParty")
        payer, payer_id = (party.text("name", LONGEST_LABEL), party.text("id", 200)) if party else ("", "")
        sources = {f"funder-{source.value}": source for source in FundingSource}
        line: Values = {
            "source": sources.get(payer_id, funding_source(payer or label)).value,
            "kind": kinds.get(name, FundingKind.FUNDS).value,
            "label": label if is_ours else label or payer,
            "planned_fen": fen_of(one, "amount", currency),
        }
        if year := _year(one):
            line["year"] = year
        if one.has("budgetLines"):
            one.note(RepairCode.NOT_IMPORTED, "budgetLines")
        if is_ours or line["planned_fen"] is not None:
            found.append(line)
    return found


def _year(line: Node) -> int | None:
    """Return the calendar year of a line whose period lies in one."""
    period = line.record("period")
    start = period.day("startDate") if period else None
    end = period.day("endDate") if period else None
    return start.year if start and (end is None or end.year == start.year) else None


def milestones(node: Node) -> list[Values]:
    """Return the milestones of works: each kind once, and only with a day it was planned for."""
    found: dict[MilestoneKind, Values] = {}
    for one in node.records("milestones"):
        kind = _kind(one)
        planned, actual = one.day("dueDate"), one.day("dateMet")
        if kind is None or planned is None or kind in found:
            one.note(RepairCode.DUPLICATE_ITEM if kind in found else RepairCode.INCOMPLETE, "", one.values.get("title"))
            continue
        found[kind] = {"kind": kind.value, "planned_on": planned.isoformat()}
        if actual is not None:
            found[kind]["actual_on"] = actual.isoformat()
    return list(found.values())


def _kind(one: Node) -> MilestoneKind | None:
    identity, title, kind = one.text("id", 200), one.text("title", 200), one.text("type", 80)
    if identity in set(MilestoneKind):
        return MilestoneKind(identity)
    words = {word: found for found, word in MILESTONE_WORDS.items()}
    if title in words:
        return words[title]
    return next((found for found, mark in _KIND_OF_WORDS if mark.search(title)), _KIND_OF_TYPE.get(kind))


def targets(node: Node) -> tuple[list[Values], list[Values]]:
    """Return the targets of a project, and what was reported of each and of the whole, by month."""
    found: list[Values] = []
    place: dict[str, int] = {}
    for metric in node.records("forecasts"):
        identity = metric.text("id", 200)
        if identity == FIRST_PLAN:
            continue
        target = _target(metric)
        if target is not None:
            place.setdefault(identity, len(found))
            found.append(target)
    for target in found:
        target["whole"] = place.get(target["whole"]) if target["whole"] else None
    observed = []
    for metric in node.records("metrics"):
        identity = metric.text("id", 200)
        if identity in {PHYSICAL, FINANCIAL} or identity in place:
            observed += _observed(metric, identity, place.get(identity))
        else:
            metric.note(RepairCode.NOT_IMPORTED, "", metric.values.get("title"))
    return found, observed


def _target(metric: Node) -> Values | None:
    """Return one target; a metric of the future with several observations gives its last one."""
    seen = metric.records("observations")
    name = metric.text("title", LONGEST_NAME)
    if not seen or not name:
        metric.note(RepairCode.INCOMPLETE, "", metric.values.get("title"))
        return None
    if len(seen) > 1:
        metric.note(RepairCode.NOT_IMPORTED, "observations", len(seen) - 1)
    last = seen[-1]
    if last.has("value") and not last.has("measure"):
        last.note(RepairCode.NOT_IMPORTED, "value")
        return None
    unit, dimensions = last.record("unit"), last.record("dimensions")
    said = dimensions if dimensions is not None else Node({}, last.at("dimensions"), last.repairs)
    target = quantity(last, "measure")
    return {
        "name": name,
        "unit": unit.text("name", LONGEST_UNIT) if unit else "",
        "target": None if target is None else format(target, "f"),
        "measure": (said.choice("measure", {one.value: one for one in Measure}) or Measure.CUMULATIVE).value,
        "direction": (said.choice("direction", {one.value: one for one in Direction}) or Direction.MORE).value,
        "assigned_by": (said.choice("assignedBy", {one.value: one for one in AssignedBy}) or AssignedBy.OWN).value,
        "part_name": said.text("part", LONGEST_PART),
        "whole": said.text("partOf", 200) if said.text("partOf", 200).startswith(INDICATOR) else "",
    }


def _observed(metric: Node, identity: str, target: int | None) -> list[Values]:
    """Return what one metric says, observation by observation; one without a month is left out."""
    found = []
    for one in metric.records("observations"):
        month = _month(one)
        figure = identity
        if identity == FINANCIAL:
            dimensions = one.record("dimensions")
            figure = dimensions.text("figure", 40) if dimensions else ""
            amount = fen_of(one, "value")
            said = None if amount is None or figure not in FIGURES else str(amount)
        else:
            measure = quantity(one, "measure")
            said = None if measure is None else format(measure, "f")
        if month and said is not None:
            found.append({"month": month, "figure": figure, "target": target, "value": said})
        else:
            one.note(RepairCode.INCOMPLETE, "", one.values.get("id"))
    return found


def _month(one: Node) -> str:
    """Return the month an observation is of: by its own name, else by the end of its period."""
    identity = one.text("id", 200)
    if MONTH.fullmatch(identity[:7]):
        return identity[:7]
    period = one.record("period")
    end = period.day("endDate") if period else None
    return f"{end:%Y-%m}" if end else ""


def quantity(node: Node, name: str) -> Decimal | None:
    """Return a quantity with at most four places, never below nothing; else None, with the reason noted."""
    number = node.number(name, may_be_text=True)
    if number is None:
        return None
    if number < 0:
        node.note(RepairCode.NEGATIVE, name, number)
    elif number >= LARGEST_QUANTITY:
        node.note(RepairCode.OUT_OF_RANGE, name, number)
    elif number != round(number, SCALE):
        node.note(RepairCode.TOO_PRECISE, name, number)
    else:
        return number
    return None
