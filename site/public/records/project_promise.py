"""What was promised, on a project's page: targets, how they came down from above and went out to places."""

from decimal import Decimal
from typing import Any

from minsheng.progress.schedule import IndicatorProgress, indicator_share
from minsheng.progress.standing import Standing
from minsheng.records.indicators import Indicator
from minsheng.records.projects import Project
from minsheng.records.targets import Target
from public.presenting import tenth


def targets(project: Project, known: Standing) -> list[dict[str, Any]]:
    """Return the targets with their latest value and uncapped fulfilment, parts of each below it."""
    return [_target(project, known, indicator) for indicator in project.indicators if indicator.whole_id is None]


def _target(project: Project, known: Standing, indicator: Indicator) -> dict[str, Any]:
    value = known.report.value_of(indicator) if known.report else None
    parts = [part for part in project.indicators if part.whole_id == indicator.id]
    broken_down = Target(project, indicator, parts)
    return {
        "indicator": indicator,
        "value": value.value if value else None,
        "stated": value.stated_percent if value else None,
        "share": tenth(share_of(indicator, value.value if value else None)),
        "parts": [
            {"indicator": part, "value": _value(known, part), "share": tenth(share_of(part, _value(known, part)))}
            for part in parts
        ],
        "assigned": broken_down.assigned,
        "left": broken_down.left,
        "unassigned": broken_down.unassigned_parts,
        "assignments": indicator.assignments,
    }


def share_of(indicator: Indicator, value: Decimal | None) -> Any:
    """Return how much of a target a value fulfils, in percent, uncapped; None where either is missing."""
    return indicator_share(
        IndicatorProgress(indicator.target, value, less_is_better=indicator.direction.value == "less")
    )


def _value(known: Standing, indicator: Indicator) -> Decimal | None:
    value = known.report.value_of(indicator) if known.report else None
    return value.value if value else None
