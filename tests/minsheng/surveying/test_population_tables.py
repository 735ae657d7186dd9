"""Tables of population counts: several variables counted together, and what a scheme then weights by."""

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role
from minsheng.opinion.panels import COMPOSITE
from minsheng.opinion.scheme_reading import read_scheme
from minsheng.opinion.schemes import shipped_text
from minsheng.opinion.weighting import Method, WeightingRules
from minsheng.surveying import assessment_schemes, population_tables, wave_results
from minsheng.surveying.population_tables import PopulationRow, PopulationTable
from minsheng.surveying.surveys import Wave
from tests.admin.conftest import AT
from tests.factories import Make
from tests.surveys import answered_wave

TOGETHER = WeightingRules(Method.POST_STRATIFY, ("age_band", "area"))
HEAD = "区划代码,变量,类别,人数\n"
AREAS, AGES = ("urban", "rural"), ("18_29", "30_44", "45_59", "60_plus")


@pytest.fixture
def wave(make: Make, session: Session) -> Wave:
    return answered_wave(session, make, (1, 1))


def read(wave: Wave, text: str) -> PopulationTable:
    return population_tables.read((HEAD + text).encode(), wave)


def test_variables_may_be_counted_together_in_any_order_and_words(wave: Wave) -> None:
    code = wave.division.children[0].code
    for variable, value, count in (
        ("area*age_band", "urban*60_plus", "1200"),
        ("居住地 × 年龄段", "urban × 60_plus", '"1,200"'),
        ("年龄段×居住地", "60_plus×urban", "１２００"),
    ):
        table = read(wave, f"{code},{variable},{value},{count}\n")
        assert not table.faults
        assert list(table.rows) == [PopulationRow(wave.division.children[0], "area*age_band", "urban*60_plus", 1200)]
        again = population_tables.read(population_tables.as_text(table, wave).encode(), wave)
        assert list(again.rows) == list(table.rows)


@pytest.mark.parametrize(
    ("line", "cell", "reason"),
    [
        ("area*moon,urban*60_plus,5", "B2", "unknown_variable"),
        ("area*area,urban*urban,5", "B2", "unknown_variable"),
        ("area*age_band,urban,5", "C2", "unknown_value"),
        ("area*age_band,60_plus*urban,5", "C2", "unknown_value"),
        ("area*age_band,urban*60_plus,-5", "D2", "not_a_count"),
    ],
)
def test_what_cannot_be_counted_together_is_named(wave: Wave, line: str, cell: str, reason: str) -> None:
    faults = read(wave, f"{wave.division.children[0].code},{line}\n").faults
    assert (faults[0].cell, faults[0].reason) == (cell, reason)


def test_the_table_to_fill_in_asks_for_what_the_scheme_weights_by(session: Session, wave: Wave) -> None:
    alone = population_tables.written(session, wave, WeightingRules(Method.RAKE, ("area", "age_band")))
    together = population_tables.written(session, wave, TOGETHER)
    assert "居住地 × 年龄段" not in alone
    for place in wave.division.children:
        assert together.count(f"{place.code},{place.name},居住地 × 年龄段,") == len(AREAS) * len(AGES)


def test_a_survey_is_post_stratified_by_counts_from_the_table(make: Make, session: Session) -> None:
    """The scheme joins age and area, the table area and age."""
    wave = answered_wave(session, make, (120, 120))
    text = shipped_text("points-100-80-60-30-0").partition("[weighting]")
    scheme = text[0] + '[weighting]\nmethod = "poststratify"\nmargins = ["age_band", "area"]\nmin_cell = 1\n'
    scheme = scheme.replace("points-100-80-60-30-0", "together") + text[2][text[2].index("[inference]") :]
    wave.scheme = assessment_schemes.locked(session, read_scheme(scheme), AT, "某办")
    first, second = wave.division.children
    lines = [f"{first.code},area*age_band,{area}*{age},{900 + 50 * len(age)}\n" for area in AREAS for age in AGES]
    table = read(wave, "".join(lines))
    by = make.staff(Role.SURVEYOR, division=wave.division)
    population_tables.keep(session, wave, table, "统计年鉴", by, AT)
    session.flush()
    result = wave_results.settle(session, wave, "某办", AT + dt.timedelta(days=30)).read()
    rows = {row.division: row for row in result.scores if (row.view, row.item) == ("all", COMPOSITE)}
    assert rows[first.code].estimate is not None
    assert rows[second.code].reason == "missing_margin"
