"""Weights that make the respondents of one place stand for its population.

Post-stratification ``w = N_h / n_h`` is raking over one variable that joins the others, so both are one procedure:
``w ← w · T_k / Σ_{i∈k} w_i`` until the margins hold. Source: Kalton & Flores-Cervantes 2003, Journal of Official
Statistics 19(2), 81–97.
"""

import enum
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from minsheng.opinion.errors import (
    EmptyCellError,
    EmptySampleError,
    InvalidColumnError,
    MarginTotalsError,
    MissingMarginError,
    NotConvergedError,
    UnnamedMarginError,
    ZeroMarginError,
)
from minsheng.opinion.estimates import Note

UNKNOWN = ""
"""The value of people who did not say: they keep their share of the sample in each variable."""
WHOLE = "all"
"""The name of the only stratum where a sample has none."""
JOINT = "*"
"""Joins variables, and their values, into one: ``area*age_band``, ``urban*young``."""
LEAST_NUMBER, MOST_NUMBER = 1e-9, 1e12
"""The limits of weights and population counts: beyond them sums of squares lose all digits."""
MOST_TRIMMINGS = 20
TOTALS_MAY_DIFFER = 0.01
# Weights are cut a little inside the limits, so that raking again ends within them after few rounds.
INSIDE = 1e-3
# A weight that is just at a limit may lie this part beyond it by rounding.
ROUNDING = 1e-9


class Method(enum.StrEnum):
    """How weights are made; ``none`` keeps the base weights of the design."""

    NONE = "none"
    POST_STRATIFY = "poststratify"
    RAKE = "rake"


@dataclass(frozen=True)
class WeightingRules:
    """What a scheme says about weights.

    ``trim`` holds the least and greatest weight as multiples of the mean; ``neighbours`` maps a variable to
    ``{category: the category it joins when it has fewer than min_cell people}``; for post-stratification the
    variable is all of ``variables`` joined by ``*``.
    """

    method: Method = Method.NONE
    variables: tuple[str, ...] = ()
    trim: tuple[float, float] | None = (0.3, 3.0)
    min_cell: int = 5
    most_rounds: int = 100
    tolerance: float = 1e-10
    neighbours: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Weights:
    """One place's weights in the order of its respondents, in people of the population each.

    ``cells`` names each respondent's weighting cell after collapsing (``all`` unless post-stratified) and
    ``cell_populations`` how many people each cell stands for. ``collapsed`` lists variable, category and the
    neighbour it joined; ``rounds`` counts the rounds of raking.
    """

    values: tuple[float, ...]
    cells: tuple[str, ...]
    cell_populations: Mapping[str, float] = field(default_factory=dict)
    collapsed: tuple[tuple[str, str, str], ...] = ()
    rounds: int = 0
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class _Entry:
    """People who are alike in every weighting variable and in base weight."""

    groups: tuple[str, ...]
    base: float
    count: int


def weigh(
    rules: WeightingRules,
    categories: Mapping[str, Sequence[str]],
    base: Sequence[float],
    margins: Mapping[str, Mapping[str, float]],
) -> Weights:
    """Return the weights of one place's respondents.

    ``categories[variable]`` and ``base`` have one entry per respondent (base weights positive, ``""`` = did not
    say); ``margins[variable][category]`` counts the population. Raises ``EmptySampleError``,
    ``InvalidColumnError``, ``MissingMarginError``, ``UnnamedMarginError``, ``ZeroMarginError``, ``EmptyCellError``,
    ``MarginTotalsError`` or ``NotConvergedError``.
    """
    if not base:
        raise EmptySampleError
    if not all(LEAST_NUMBER <= weight <= MOST_NUMBER for weight in base):
        raise InvalidColumnError("base_weight", f"must be from {LEAST_NUMBER:g} to {MOST_NUMBER:g}")
    if rules.method is Method.NONE:
        return Weights(tuple(base), (WHOLE,) * len(base))
    variables = _joined(rules, categories, len(base))
    groups, targets, collapsed, notes = _targets(rules, variables, base, margins)
    alike = Counter(zip(zip(*groups.values(), strict=True), base, strict=True))
    entries = [_Entry(values, weight, count) for (values, weight), count in sorted(alike.items())]
    fitted, rounds, is_trimmed = _fit_within_limits(rules, entries, list(targets.values()))
    if not is_trimmed:
        notes.append(Note.TRIM_NOT_HELD)
    by_entry = {(entry.groups, entry.base): weight for entry, weight in zip(entries, fitted, strict=True)}
    values = tuple(by_entry[key] for key in zip(zip(*groups.values(), strict=True), base, strict=True))
    if rules.method is Method.RAKE:
        return Weights(values, (WHOLE,) * len(base), {}, collapsed, rounds, tuple(notes))
    (cells,) = groups.values()
    (populations,) = targets.values()
    return Weights(values, tuple(cells), populations, collapsed, rounds, tuple(notes))


def _joined(rules: WeightingRules, categories: Mapping[str, Sequence[str]], size: int) -> dict[str, Sequence[str]]:
    """Return the variables to rake over: as they are, or all joined into one for post-stratification."""
    for variable in rules.variables:
        if len(categories.get(variable, ())) != size:
            raise InvalidColumnError(variable, "missing" if variable not in categories else "wrong_length")
    if rules.method is Method.RAKE:
        return {variable: categories[variable] for variable in rules.variables}
    rows = zip(*(categories[variable] for variable in rules.variables), strict=True)
    cells = [UNKNOWN if UNKNOWN in row else JOINT.join(row) for row in rows]
    return {JOINT.join(rules.variables): cells}


def _targets(
    rules: WeightingRules,
    variables: Mapping[str, Sequence[str]],
    base: Sequence[float],
    margins: Mapping[str, Mapping[str, float]],
) -> tuple[dict[str, list[str]], dict[str, dict[str, float]], tuple[tuple[str, str, str], ...], list[Note]]:
    """Collapse small categories and return everyone's groups, the groups' population counts, and what was done."""
    groups: dict[str, list[str]] = {}
    targets: dict[str, dict[str, float]] = {}
    collapsed: list[tuple[str, str, str]] = []
    notes: list[Note] = []
    expected = 0.0
    for variable, values in variables.items():
        counts = Counter(values)
        margin = _checked(variable, counts, margins)
        total = math.fsum(margin.values())
        expected = expected or total
        if abs(total - expected) > TOTALS_MAY_DIFFER * expected:
            raise MarginTotalsError(variable, total, expected)
        joined, steps, is_small = _collapse(rules, variable, counts, margin)
        collapsed.extend(steps)
        if is_small and Note.SMALL_CELLS_LEFT not in notes:
            notes.append(Note.SMALL_CELLS_LEFT)
        groups[variable] = [joined.get(value, UNKNOWN) for value in values]
        # People who did not say keep their share of the sample; the others stand for the rest.
        unknown = math.fsum(w for value, w in zip(values, base, strict=True) if value == UNKNOWN) / math.fsum(base)
        wanted = {
            group: expected * (1 - unknown) * math.fsum(margin[key] for key in margin if joined[key] == group) / total
            for group in sorted(set(joined.values()))
        }
        targets[variable] = wanted | ({UNKNOWN: expected * unknown} if unknown else {})
    if collapsed:
        notes.append(Note.COLLAPSED)
    return groups, targets, tuple(collapsed), notes


def _checked(variable: str, counts: Mapping[str, int], margins: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Return the population counts of the categories that exist."""
    known = _counts_of(variable, margins)
    if not known:
        raise MissingMarginError(variable)
    for value, number in known.items():
        if value == UNKNOWN:
            # Those who did not say keep their share of the sample: no count of the population is theirs.
            raise UnnamedMarginError(variable)
        if not (LEAST_NUMBER <= number <= MOST_NUMBER or (number == 0 and not counts.get(value))):
            raise ZeroMarginError(variable, value)
    for value in counts:
        if value != UNKNOWN and value not in known:
            raise MissingMarginError(variable, value)
    margin = {value: float(number) for value, number in sorted(known.items()) if number > 0}
    if not margin:
        raise ZeroMarginError(variable, "")
    return margin


def _counts_of(variable: str, margins: Mapping[str, Mapping[str, float]]) -> Mapping[str, float]:
    """Return the population counts of a variable; joined ones may be counted in another order than the scheme's."""
    names = variable.split(JOINT)
    for other, counts in sorted(margins.items(), key=lambda held: (held[0] != variable, held[0])):
        parts = other.split(JOINT)
        if sorted(parts) == sorted(names):
            order = [parts.index(name) for name in names]
            values = {value: value.split(JOINT) if len(names) > 1 else [value] for value in counts}
            if all(len(held) == len(names) for held in values.values()):
                return {JOINT.join(values[value][place] for place in order): counts[value] for value in counts}
            return counts
    return {}


def _collapse(
    rules: WeightingRules, variable: str, counts: Mapping[str, int], margin: Mapping[str, float]
) -> tuple[dict[str, str], list[tuple[str, str, str]], bool]:
    """Join categories under the smallest size to their neighbours, the smallest first.

    Returns the group name of each category, the steps taken, and whether a small group had no neighbour to join.
    """
    neighbours = rules.neighbours.get(variable, {})
    members: dict[str, tuple[str, ...]] = {value: (value,) for value in margin}
    steps: list[tuple[str, str, str]] = []
    settled: set[tuple[str, ...]] = set()
    while True:
        sizes = {group: sum(counts.get(value, 0) for value in group) for group in set(members.values())}
        small = [group for group in sizes if sizes[group] < rules.min_cell and group not in settled]
        if not small:
            break
        group = min(small, key=lambda group: (sizes[group], group))
        pairs = [(value, neighbours[value]) for value in group if value in neighbours]
        outside = [(value, into) for value, into in pairs if into in members and members[into] != group]
        if outside:
            value, into = outside[0]
            together = tuple(sorted((*group, *members[into])))
            members |= dict.fromkeys(together, together)
            steps.append((variable, value, into))
        elif sizes[group] == 0:
            raise EmptyCellError(variable, "+".join(group))
        else:
            settled.add(group)
    return {value: "+".join(group) for value, group in members.items()}, steps, bool(settled)


def _fit_within_limits(
    rules: WeightingRules, entries: Sequence[_Entry], targets: Sequence[Mapping[str, float]]
) -> tuple[list[float], int, bool]:
    """Rake, cut to the limits and rake again until both hold; else return the last weights that meet the margins."""
    weights, rounds = _rake(rules, entries, [entry.base for entry in entries], targets)
    if rules.trim is None:
        return weights, rounds, True
    people = sum(entry.count for entry in entries)
    # Raking keeps the sum of the weights, so the mean stays what it is now.
    mean = math.fsum(entry.count * weight for entry, weight in zip(entries, weights, strict=True)) / people
    low, high = rules.trim[0] * mean, rules.trim[1] * mean

    def holds() -> bool:
        return low * (1 - ROUNDING) <= min(weights) and max(weights) <= high * (1 + ROUNDING)

    for _ in range(MOST_TRIMMINGS):
        if holds():
            return weights, rounds, True
        cut = [min(max(weight, low * (1 + INSIDE)), high * (1 - INSIDE)) for weight in weights]
        try:
            weights, more = _rake(rules, entries, cut, targets)
        except NotConvergedError:
            return weights, rounds, False
        rounds += more
    return weights, rounds, holds()


def _rake(
    rules: WeightingRules, entries: Sequence[_Entry], start: Sequence[float], targets: Sequence[Mapping[str, float]]
) -> tuple[list[float], int]:
    """Return weights that meet every margin, and the number of rounds. Raises ``NotConvergedError``."""
    weights = list(start)
    worst = math.inf
    for done in range(1, rules.most_rounds + 1):
        for place, wanted in enumerate(targets):
            totals = _totals(entries, weights, place)
            factors = {group: wanted[group] / total for group, total in totals.items()}
            weights = [weight * factors[entry.groups[place]] for entry, weight in zip(entries, weights, strict=True)]
        worst = max(
            abs(total - wanted[group]) / wanted[group]
            for place, wanted in enumerate(targets)
            for group, total in _totals(entries, weights, place).items()
        )
        if worst <= rules.tolerance:
            return weights, done
    raise NotConvergedError(rules.most_rounds, worst)


def _totals(entries: Sequence[_Entry], weights: Sequence[float], place: int) -> dict[str, float]:
    totals: dict[str, float] = {}
    for entry, weight in zip(entries, weights, strict=True):
        group = entry.groups[place]
        totals[group] = totals.get(group, 0.0) + entry.count * weight
    return totals
