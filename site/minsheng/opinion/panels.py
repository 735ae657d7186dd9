"""A wave's answers as the statistics take them: weighted by division, in strata, ready to be summed."""

import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from minsheng.opinion.cells import CellSums, Classes, cell_sums
from minsheng.opinion.coding import Answers, Coded, code_item
from minsheng.opinion.composite import PERCENT, Linear, residual_sums
from minsheng.opinion.errors import WeightingError
from minsheng.opinion.estimates import Note, mean
from minsheng.opinion.schemes import ItemMethod, Scheme
from minsheng.opinion.weighting import WHOLE, Method, Weights, weigh

COMPOSITE = "composite"
ALL_DIVISIONS = ""
NO_PROGRAMME = ""


@dataclass(frozen=True)
class Handling:
    """How one place handled its suggestions, counted in full: numbers of cases."""

    received: int = 0
    replied: int = 0
    on_time: int = 0
    rated: int = 0
    satisfied: int = 0

    @property
    def shares(self) -> tuple[tuple[int, int], ...]:
        """Replied of received, on time of received, satisfied of rated, each as part and whole."""
        return (self.replied, self.received), (self.on_time, self.received), (self.satisfied, self.rated)


@dataclass(frozen=True)
class Sample:
    """Everything a wave's scores are computed from.

    ``margins[division][variable][category]`` counts people; ``handling`` is by division;
    ``stratum_populations[division, stratum]`` counts the sampling units of the frame, for the finite population
    correction of a scheme that asks for it.
    """

    scheme: Scheme
    answers: Answers
    margins: Mapping[str, Mapping[str, Mapping[str, float]]]
    handling: Mapping[str, Handling] = field(default_factory=dict)
    stratum_populations: Mapping[tuple[str, str], float] = field(default_factory=dict)


Key = tuple[str, str, str]
"""Division, programme (``""``: none) and item."""


@dataclass
class Panel:
    """The weighted answers of one group of channels, and their sums by stratum.

    ``answers`` are those that could be weighted, in the order of ``coded`` and of ``classes``.
    ``cells`` has each figure's strata by division, programme and item; ``reasons`` the divisions that could not be
    weighted, with the code of why; ``notes`` what must be said of a division's weights.
    """

    name: str
    answers: Answers
    classes: Classes
    strata: dict[str, list[int]]
    coded: dict[str, Coded]
    cells: dict[Key, list[CellSums]]
    reasons: dict[str, str]
    notes: dict[str, tuple[Note, ...]]


def weigh_panel(sample: Sample, answers: Answers, channels: Sequence[str]) -> Panel:
    """Weight the answers that came by ``channels`` and sum every item and programme over their strata.

    Raises ``MissingColumnError`` or ``UnknownOptionError`` where scheme and answers do not fit each other.
    """
    held = answers.of_channels(channels)
    weighted, refused = _weigh_divisions(sample, held)
    reasons = {division: error.code for division, error in refused.items()}
    if reasons:
        is_kept = [division not in reasons for division in held.division]
        held = held.select(is_kept)
    labels = _stratum_labels(sample.scheme, held, weighted)
    names = sorted(set(labels))
    numbers = {name: number for number, name in enumerate(names)}
    cursor = {division: iter(weights.values) for division, weights in weighted.items()}
    classes = Classes.gather(
        array("l", map(numbers.__getitem__, labels)),
        array("d", [next(cursor[division]) for division in held.division]),
        [cell for _, cell in names],
        held.psu if held.psu is not None and any(held.psu) else None,
        [_population(sample, division, cell, weighted[division]) for division, cell in names],
    )
    strata: dict[str, list[int]] = {}
    for number, (division, _) in enumerate(names):
        strata.setdefault(division, []).append(number)
    scheme = sample.scheme
    coded = {item.key: code_item(item, held, scheme.filters) for item in scheme.survey_items}
    notes = {division: weights.notes for division, weights in weighted.items()}
    panel = Panel("+".join(channels), held, classes, strata, coded, {}, reasons, notes)
    for key, item in coded.items():
        _sum_item(panel, NO_PROGRAMME, key, item)
    for programme, question in sorted(held.programmes.items()) if scheme.programme_item else ():
        rule = next(item for item in scheme.survey_items if item.key == scheme.programme_item)
        _sum_item(panel, programme, rule.key, code_item(rule, held, scheme.filters, question))
    return panel


def weighting_problems(sample: Sample) -> dict[str, WeightingError]:
    """Return by division why the answers of the score cannot be weighted: the error names variable and category."""
    found: dict[str, WeightingError] = {}
    for _, channels in sample.scheme.panels:
        found |= _weigh_divisions(sample, sample.answers.of_channels(channels))[1]
    return dict(sorted(found.items()))


def _weigh_divisions(sample: Sample, answers: Answers) -> tuple[dict[str, Weights], dict[str, WeightingError]]:
    """Return each division's weights, or why it has none."""
    rules = sample.scheme.weighting
    people: dict[str, list[int]] = {}
    for place, division in enumerate(answers.division):
        people.setdefault(division, []).append(place)
    columns = {variable: answers.column(variable).values() for variable in rules.variables}
    weighted: dict[str, Weights] = {}
    reasons: dict[str, WeightingError] = {}
    for division, places in sorted(people.items()):
        categories = {variable: [column[place] for place in places] for variable, column in columns.items()}
        base = [answers.base_weight[place] for place in places]
        try:
            weighted[division] = weigh(rules, categories, base, sample.margins.get(division, {}))
        except WeightingError as error:
            reasons[division] = error
    return weighted, reasons


def _stratum_labels(scheme: Scheme, answers: Answers, weighted: Mapping[str, Weights]) -> list[tuple[str, str]]:
    """Return each person's division and stratum: the weighting cell if post-stratified, else the design's."""
    if scheme.weighting.method is Method.POST_STRATIFY:
        cursor = {division: iter(weights.cells) for division, weights in weighted.items()}
        return [(division, next(cursor[division])) for division in answers.division]
    design = answers.stratum if answers.stratum is not None else [WHOLE] * len(answers)
    return [(division, stratum or WHOLE) for division, stratum in zip(answers.division, design, strict=True)]


def _population(sample: Sample, division: str, cell: str, weights: Weights) -> float:
    if not sample.scheme.inference.finite_population:
        return 0.0
    if sample.scheme.weighting.method is Method.POST_STRATIFY:
        return weights.cell_populations.get(cell, 0.0)
    return sample.stratum_populations.get((division, cell), 0.0)


def _sum_item(panel: Panel, programme: str, key: str, item: Coded) -> None:
    sums = cell_sums(panel.classes, item.codes, item.values)
    for division, numbers in panel.strata.items():
        panel.cells[division, programme, key] = [sums[number] for number in numbers]


def sum_residuals(scheme: Scheme, panel: Panel, pooled: Mapping[Key, Sequence[CellSums]]) -> None:
    """Add the composite's residual sums to the panel, for the divisions in which every sampled item was answered.

    ``pooled`` has the cells that the items are estimated from, so that both agree to the last digit.
    """
    items = [item for item in scheme.survey_items if scheme.composite.weights.get(item.key, 0) > 0]
    terms: dict[int, list[Linear]] = {}
    for division, numbers in panel.strata.items():
        cells = [pooled[division, NO_PROGRAMME, item.key] for item in items]
        if not all(any(cell.n for cell in held) for held in cells):
            continue
        linear = [
            Linear(
                scheme.composite.weights[item.key]
                * (PERCENT if item.method is ItemMethod.SHARE else 1.0)
                / math.fsum(cell.w for cell in held),
                mean(held),
            )
            for item, held in zip(items, cells, strict=True)
        ]
        terms |= dict.fromkeys(numbers, linear)
    sums = residual_sums(panel.classes, [panel.coded[item.key] for item in items], terms)
    for division, numbers in panel.strata.items():
        if all(number in sums for number in numbers):
            panel.cells[division, NO_PROGRAMME, COMPOSITE] = [sums[number] for number in numbers]
