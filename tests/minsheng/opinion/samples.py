"""Small samples for the tests of the statistics."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

from minsheng.opinion.cells import CellSums, Classes, cell_sums
from minsheng.opinion.coding import Answers, Column

DATA = Path(__file__).parent / "data"
OUTSIDE = Path(__file__).resolve().parents[4] / "shared" / "data" / "opinion"
"""Reference figures of others, which are read where they are kept beside the repository and never copied."""


def worked_example() -> list[dict[str, str]]:
    with (DATA / "worked_example_100.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sums(
    y: Sequence[float],
    w: Sequence[float],
    strata: Sequence[str] | None = None,
    psus: Sequence[str] | None = None,
    populations: dict[str, float] | None = None,
) -> list[CellSums]:
    """Cell sums straight from values and weights, every value being a code of its own."""
    labels = list(strata) if strata is not None else ["all"] * len(y)
    names = sorted(set(labels))
    values = [0.0, *sorted(set(y))]
    classes = Classes.gather(
        [names.index(label) for label in labels],
        list(w),
        names,
        psus,
        [populations[name] for name in names] if populations is not None else None,
    )
    return cell_sums(classes, bytes(values.index(value, 1) for value in y), values)


OPTIONS = ("very_satisfied", "satisfied", "neutral", "dissatisfied", "very_dissatisfied", "dont_know")
KNOWING = ("know_well", "heard", "never_heard")
POPULATION = {"urban": {"18_29": 3000, "60_plus": 2000}, "rural": {"18_29": 2000, "60_plus": 3000}}


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - invented answers must come out the same each time; nothing here is secret


def invented(
    sizes: dict[str, int], seed: int = 7, programmes: int = 2, flagged: int = 0, channel: str = "phone"
) -> Answers:
    """An invented wave: people per division; the first ``flagged`` of each division are flagged."""
    random = seeded(seed)
    division = [name for name, size in sizes.items() for _ in range(size)]
    leaning = {name: random.uniform(0.5, 2) for name in sizes}
    questions: dict[str, list[str]] = {"satisfaction": [], "awareness": [], "area": [], "age_band": []}
    names = {f"p{number}": f"about_p{number}" for number in range(1, programmes + 1)}
    questions |= {question: [] for question in names.values()}
    for name in division:
        weights = [6 * leaning[name], 5, 3, 2, 1, 1]
        for question in ("satisfaction", *names.values()):
            questions[question] += random.choices(OPTIONS, weights)
        questions["awareness"] += random.choices(KNOWING, [3, 3, 4])
        questions["area"] += random.choices(("urban", "rural"), [3, 2])
        questions["age_band"] += random.choices(("18_29", "60_plus"), [1, 1])
    marks = bytes(int(place < flagged) for size in sizes.values() for place in range(size))
    return Answers(
        division,
        [channel] * len(division),
        {key: Column.of(values) for key, values in questions.items()},
        [1.0] * len(division),
        names,
        flagged=marks,
    )


def margins(divisions: Iterable[str]) -> dict[str, dict[str, dict[str, float]]]:
    ages = {age: float(sum(area[age] for area in POPULATION.values())) for age in ("18_29", "60_plus")}
    areas = {area: float(sum(ages.values())) for area, ages in POPULATION.items()}
    joint = {f"{area}*{age}": float(n) for area, held in POPULATION.items() for age, n in held.items()}
    return {name: {"area": areas, "age_band": ages, "area*age_band": joint} for name in divisions}
