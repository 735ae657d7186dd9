"""Small samples for the tests of the statistics."""

import csv
from collections.abc import Sequence
from pathlib import Path

from minsheng.opinion.cells import CellSums, Classes, cell_sums

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
