"""An attack on the public tables: what can be had by taking one from another, over waves of many shapes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import permutations

import pytest

from minsheng.opinion.cellbook import UNFLAGGED, build
from minsheng.opinion.channels import channel_counts
from minsheng.opinion.coding import Answers, Column
from minsheng.opinion.panels import COMPOSITE, Sample
from minsheng.opinion.scheme_reading import read_scheme
from minsheng.opinion.scores import WITHHELD_CELL, CellBook

from .samples import OPTIONS, seeded

SCHEME = """
[scheme]
id = "attacked"
version = "1"
[items.satisfaction]
question = "satisfaction"
method = "mean_of_points"
points = {very_satisfied = 100, satisfied = 80, neutral = 60, dissatisfied = 30, very_dissatisfied = 0}
filter = "FILTER"
[items.awareness]
question = "awareness"
method = "share"
positive = ["heard"]
[composite]
weights = {satisfaction = 0.5, awareness = 0.5}
[programmes]
item = "satisfaction"
[channels]
headline = ["phone", "paper_sample"]
"""
BLEND = "blend = {phone = 0.6, web = 0.4}\n"
LEAST = 10


@dataclass(frozen=True)
class Shown:
    """Whom a published sum is over: everything about them can be had from it, and from nothing smaller."""

    question: str
    people: frozenset[int]


def wave(seed: int) -> Answers:
    """A wave with small places, strata, channels, few flagged, few who do not know, and questions left out."""
    random = seeded(seed)
    rows: list[tuple[str, ...]] = []
    for place in "ABCD"[: random.choice([2, 3, 4])]:
        paper, village, unaware, flagged = (random.choice([0.02, 0.05, 0.3]) for _ in range(4))
        for _ in range(random.choice([20, 120, 300])):
            channel = random.choice(["phone", "web"]) if random.random() > paper else "paper_sample"
            said = [random.choice([*OPTIONS[:5], ""]) for _ in range(2)]
            knows = "never" if random.random() < unaware else "heard"
            stratum = "village" if random.random() < village else "town"
            rows.append((place, channel, *said, knows, stratum, "1" if random.random() < flagged else "0"))
    held = [list(column) for column in zip(*rows, strict=True)]
    columns = dict(zip(("satisfaction", "about", "awareness"), held[2:5], strict=True))
    return Answers(
        held[0],
        held[1],
        {key: Column.of(values) for key, values in columns.items()},
        [1.0] * len(rows),
        {"p": "about"},
        held[5],
        flagged=bytes(map(int, held[6])),
    )


def shown(sample: Sample, book: CellBook) -> Iterator[Shown]:
    """Yield whom every published sum is over: the cells of the package, and its tables of channels."""
    answers = sample.answers
    knows = answers.columns["awareness"].values()
    is_filtered = 'filter = "aware"' in sample.scheme.text

    def asked(question: str) -> set[int]:
        said = answers.columns[question].values()
        everybody = question == "awareness" or not is_filtered
        return {one for one, value in enumerate(said) if value and (everybody or knows[one] == "heard")}

    for (view, panel), cells in book.cells.items():
        among = {one for one, channel in enumerate(answers.channel) if channel in panel.split("+")}
        among -= {one for one, flag in enumerate(answers.flagged) if flag and view == UNFLAGGED}
        for (division, programme, item), held in cells.items():
            question = "about" if programme else item
            apart = {key[0] for key in cells if key[1:] == (programme, item)} if not division else set()
            for cell in held if item != COMPOSITE else ():
                strata = {"town", "village"} if cell.cell == WITHHELD_CELL else set(cell.cell.split("+"))
                people = {
                    one
                    for one in among & asked(question)
                    if (answers.division[one] == division or (not division and answers.division[one] not in apart))
                    and (answers.stratum or ())[one] in strata
                }
                # The withheld cell leaves out places that a part of a blend lacks, which nothing published names.
                assert len(people) == cell.n or cell.cell == WITHHELD_CELL
                if len(people) == cell.n:
                    yield Shown(question, frozenset(people))
    for row in channel_counts(sample, book):
        if row.base:
            mine = {one for one, place in enumerate(zip(answers.division, answers.channel, strict=True))
                    if place == (row.division, row.channel)}  # fmt: skip
            people = mine & asked(row.question)
            assert len(people) == row.base
            yield Shown(row.question, frozenset(people))


@pytest.mark.parametrize("blend", ["", BLEND])
@pytest.mark.parametrize("asked", ["all", "aware"])
def test_no_table_less_another_is_about_a_few_people(asked: str, blend: str) -> None:
    scheme = read_scheme(SCHEME.replace("FILTER", asked) + blend)
    compared = 0
    for seed in range(25):
        sample = Sample(scheme, wave(seed), {})
        tables = set(shown(sample, build(sample)))
        assert all(len(table.people) >= LEAST for table in tables)
        for one, other in permutations(tables, 2):
            if one.question == other.question and one.people > other.people:
                compared += 1
                assert len(one.people - other.people) >= LEAST, (seed, one.question)
    assert compared > 50


def test_the_attack_finds_what_is_not_protected() -> None:
    # The same tables with fewer people in the group that must not be told: 3 who do not know, next to all.
    sample = Sample(read_scheme(SCHEME.replace("FILTER", "aware")), wave(1), {})
    tables = [table for table in shown(sample, build(sample)) if table.question == "satisfaction"]
    unfiltered = replace(sample, scheme=read_scheme(SCHEME.replace("FILTER", "all")))
    tables += [table for table in shown(unfiltered, build(unfiltered)) if table.question == "satisfaction"]
    assert any(one.people > other.people and len(one.people - other.people) < LEAST
               for one, other in permutations(tables, 2))  # fmt: skip
