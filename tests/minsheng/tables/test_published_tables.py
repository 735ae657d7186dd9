"""Every published table arrives with its figures exact: file by file, against what was read in the printed table.

How the expectations came about is said in the file itself, under ``about``.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from minsheng.tables.meanings import Meaning
from minsheng.tables.opening import read_sheets
from minsheng.tables.reading import Table, read_tables

DATA = Path(__file__).parent / "data"
EXPECTED: dict[str, Any] = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))
ABOUT = EXPECTED.pop("about")
FILES = sorted(path.name for path in DATA.iterdir() if path.suffix in {".csv", ".xlsx"})


def read(name: str) -> Table:
    (table,) = read_tables(read_sheets((DATA / name).read_bytes()))
    return table


def said(table: Table) -> list[list[object]]:
    """What a table says, in the plain form of the file of expectations."""
    return [
        [
            entry.row + 1,
            entry.title,
            entry.target_name,
            entry.place,
            entry.unit,
            *(None if value is None else str(value) for value in (entry.target, entry.done)),
            entry.rate,
            entry.progress,
            {meaning.value: fen for meaning, fen in sorted(entry.money.items())},
            entry.money_rate,
            *(None if day is None else day.isoformat() for day in (entry.start, entry.finish)),
            [problem.trouble.value for problem in entry.problems],
            entry.words.get(Meaning.AGENCY, ""),
            entry.words.get(Meaning.WORK, ""),
        ]
        for entry in table.entries
    ]


def test_each_file_has_its_expected_figures() -> None:
    assert sorted(EXPECTED) == FILES
    assert "without the importer" in ABOUT


@pytest.mark.parametrize("name", FILES)
def test_figures_arrive_exactly(name: str) -> None:
    table = read(name)
    assert said(table) == EXPECTED[name]["entries"]
    assert table.month == EXPECTED[name]["month"]


@pytest.mark.parametrize("name", FILES)
def test_sums_that_the_source_has_wrong_are_told(name: str) -> None:
    differing = [
        [one.row + 1, one.column + 1, str(one.stated), str(one.summed)] for one in read(name).sums if not one.agrees
    ]
    assert differing == EXPECTED[name]["differing_sums"]


@pytest.mark.parametrize("name", FILES)
def test_each_file_names_its_source(name: str) -> None:
    assert (DATA / f"{name}.source.txt").read_text(encoding="utf-8").startswith("title: ")


def test_figures_of_the_source_that_a_person_looked_up() -> None:
    """Apart from the file of expectations: a handful of cells, by eye."""
    hunan = {entry.place: entry for entry in read("03_hunan_2021-08_gb18030.csv").entries}
    assert (hunan["衡阳市"].target, hunan["衡阳市"].done, hunan["衡阳市"].rate) == (Decimal(146), Decimal(58), "39.73")
    assert {one.value: fen for one, fen in hunan["怀化市"].money.items()} == {
        "planned": 7_672_900_0000,
        "completed": 2_925_797_0000,
    }
    meishan = {(entry.place, entry.target_name): entry for entry in read("06_meishan_2019.xlsx").entries}
    assert meishan["市本级", "下岗失业人员再就业"].done == Decimal(577)
    assert meishan["青神县", "城镇登记失业率低于"].target == Decimal("4.3")
