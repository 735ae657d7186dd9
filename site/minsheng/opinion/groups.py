"""One item by groups of people, such as awareness by age, to see whether those who are hard to reach were reached."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from minsheng.opinion.cells import CellSums, by_name, cell_sums
from minsheng.opinion.estimates import Estimate
from minsheng.opinion.panels import ALL_DIVISIONS, NO_PROGRAMME, Panel, Sample, weigh_panel
from minsheng.opinion.scores import ALL, CellBook, item_estimate
from minsheng.opinion.suppression import TOTAL, Cell, Reason, protect_table, reason_to_withhold

UNKNOWN_GROUP = "unknown"
"""The group of the people who did not say."""


@dataclass(frozen=True)
class GroupFigure:
    """One group's figure in one division (``""``: all divisions), or the reason why it is withheld."""

    division: str
    group: str
    estimate: Estimate | None
    reason: str = ""


def group_figures(sample: Sample, book: CellBook, item_key: str, variable: str) -> list[GroupFigure]:
    """Estimate one survey item for each group of ``variable``, in each division and over all.

    People of other groups stay in the strata and contribute 0, so the standard errors are those of a domain. Groups
    that are too small or too uncertain are withheld, and with them what would give them back from the divisions'
    and the groups' totals. Raises ``MissingColumnError`` for a variable that was not asked and ``KeyError`` for
    an item that is not one of the scheme's questions.
    """
    item = {item.key: item for item in sample.scheme.survey_items}[item_key]
    groups = sorted(set(sample.answers.column(variable).options))
    panels = [weigh_panel(sample, sample.answers, channels) for _, channels in sample.scheme.panels]
    cells: dict[Cell, list[Sequence[CellSums]]] = {}
    for panel in panels:
        for group in (*groups, UNKNOWN_GROUP):
            for division, held in _group_cells(panel, item_key, variable, group).items():
                cells.setdefault((division, group), []).append(held)
    found: dict[Cell, Estimate] = {}
    reasons: dict[Cell, str] = {}
    for place, parts in (cells | _over_all(cells, len(panels))).items():
        if len(parts) < len(panels) or not all(any(cell.n for cell in part) for part in parts):
            reasons[place] = Reason.NO_ANSWERS.value
            continue
        found[place] = item_estimate(sample.scheme, item, parts)
        reason = Reason.SMALL_GROUP if found[place].n < sample.scheme.publish.k_anon else None
        reason = reason or reason_to_withhold(found[place], sample.scheme.publish)
        if reason is not None:
            reasons[place] = reason.value
    _protect(sample, book, item_key, cells, reasons)
    places = sorted({*found, *reasons})
    return [
        GroupFigure(*place, None if place in reasons else found[place], reasons.get(place, ""))
        for place in places
        if place[1] != TOTAL
    ]


def _group_cells(panel: Panel, item_key: str, variable: str, group: str) -> Mapping[str, list[CellSums]]:
    mask = panel.answers.column(variable).mask(["" if group == UNKNOWN_GROUP else group])
    coded = panel.coded[item_key].among(mask)
    sums = cell_sums(panel.classes, coded.codes, coded.values)
    return {division: [sums[number] for number in numbers] for division, numbers in panel.strata.items()}


def _over_all(cells: Mapping[Cell, Sequence[Sequence[CellSums]]], panels: int) -> dict[Cell, list[Sequence[CellSums]]]:
    """Return each group's strata over all divisions, panel by panel."""
    return {
        (ALL_DIVISIONS, group): [
            by_name({place[0]: held[panel] for place, held in cells.items() if place[1] == group and panel < len(held)})
            for panel in range(panels)
        ]
        for group in sorted({group for _, group in cells})
    }


def _protect(
    sample: Sample,
    book: CellBook,
    item_key: str,
    cells: Mapping[Cell, Sequence[Sequence[CellSums]]],
    reasons: dict[Cell, str],
) -> None:
    """Withhold further groups so that totals give none back; a division withheld as a whole hides all its groups."""
    counts = {place: sum(cell.n for part in held for cell in part) for place, held in cells.items()}
    divisions = {division for division, _ in counts}
    over_all = Counter[Cell]()
    for (_, group), n in counts.items():
        over_all[ALL_DIVISIONS, group] += n
    wholes = {d: code for d in divisions if (code := book.reasons.get((ALL, (d, NO_PROGRAMME, item_key))))}
    for division, group in counts:
        if division in wholes:
            reasons.setdefault((division, group), wholes[division])
    while True:
        primary = {(division, TOTAL) for division in wholes}
        primary |= {place for place in reasons if counts.get(place) or over_all[place]}
        found = protect_table(counts, primary, sample.scheme.publish.k_anon)
        # A division's total is published with the scores: where only hiding it would do, all its groups go instead.
        bound = {division for division, group in found if group == TOTAL and division} - wholes.keys()
        more = {place for place in counts if place[0] in bound} - reasons.keys()
        for place in found | more:
            if place[1] != TOTAL:
                reasons.setdefault(place, Reason.COMPLEMENTARY.value)
        if not more:
            return
