"""Sums: exact over one own programme, and refused everywhere else."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from minsheng.progress.directory import parts_of_place, sums_of_programme
from minsheng.progress.schedule import Weighting
from minsheng.progress.sums import by_source, sums_by_source, sums_of
from minsheng.records.funding import FundingKind, FundingLine, FundingSource, FundMovement, MovementKind
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.publication import Origin
from minsheng.records.rates import RateKind
from tests.factories import Make


def test_totals_say_over_how_many(make: Make) -> None:
    programme = make.programme()
    first, second = make.project(programme=programme), make.project(programme=programme)
    make.published_report(first, funds_spent_fen=30_000_000)
    sums = sums_of([first, second], make.at.date())
    assert (sums.planned.fen, sums.planned.counted, sums.planned.of) == (200_000_000, 2, 2)
    assert (sums.spent.fen, sums.spent.counted, sums.spent.of) == (30_000_000, 1, 2)


def test_a_rate_is_made_over_projects_that_have_both_amounts(make: Make) -> None:
    programme = make.programme()
    first, second = make.project(programme=programme), make.project(programme=programme)
    make.published_report(first, funds_arrived_fen=50_000_000)
    arrival = sums_of([first, second], make.at.date()).rates[0]
    assert arrival.kind is RateKind.ARRIVAL
    assert arrival.percent == Fraction(50)


def test_no_figure_is_none_and_not_zero(make: Make) -> None:
    project = make.project(funding_lines=[], planned_investment_fen=None)
    sums = sums_of([project], make.at.date())
    assert sums.planned.fen is None
    assert sums.spent.fen is None
    assert sums.as_of is None
    assert all(rate.percent is None for rate in sums.rates)


def test_two_programmes_are_refused(make: Make) -> None:
    with pytest.raises(ValueError, match="own programme"):
        sums_of([make.project(), make.project()], make.at.date())


def test_compiled_records_are_refused(make: Make, session: Session) -> None:
    programme = make.programme(origin=Origin.COMPILED, source_title="某通报")
    project = make.project(programme=programme, origin=Origin.COMPILED, source_title="某通报")
    with pytest.raises(ValueError, match="own programme"):
        sums_of([project], make.at.date())
    assert sums_of_programme(session, programme, make.at.date()) is None
    assert sums_by_source(session, programme) == []


def test_the_late_come_worst_first_and_the_silent_longest_first(make: Make) -> None:
    programme = make.programme()
    mild, bad, good = (make.project(programme=programme) for _ in range(3))
    make.published_report(mild, "2026-05", physical_progress=Decimal(30))
    make.published_report(bad, "2026-04", physical_progress=Decimal(3))
    make.published_report(good, "2026-02", physical_progress=Decimal(50))
    sums = sums_of([mild, bad, good], make.at.date())
    assert sums.late == (bad, mild)
    assert sums.silent == (good, bad)


def test_money_by_source_leaves_levies_out_and_knows_a_missing_ledger() -> None:
    plain = FundingLine(position=0, source=FundingSource.COUNTY, kind=FundingKind.FUNDS, planned_fen=100)
    levy = FundingLine(position=1, source=FundingSource.SELF_RAISED, kind=FundingKind.LEVY, planned_fen=50)
    (only,) = by_source([plain, levy])
    assert (only.source, only.planned, only.arrived) == (FundingSource.COUNTY, 100, None)
    plain.movements = [FundMovement(kind=MovementKind.ARRIVED, amount_fen=70)]
    (only,) = by_source([plain, levy])
    assert (only.arrived, only.spent) == (70, 0)


amounts = st.one_of(st.none(), st.integers(min_value=0, max_value=10**14))


@given(planned=st.lists(amounts, min_size=1, max_size=6))
@settings(max_examples=60)
def test_a_programme_is_exactly_the_sum_of_its_projects(planned: list[int | None]) -> None:
    programme = Programme(id=1, origin=Origin.OWN)
    projects = [
        Project(id=number, programme_id=programme.id, origin=Origin.OWN, planned_investment_fen=fen)
        for number, fen in enumerate(planned)
    ]
    sums = sums_of(projects, dt.date(2026, 6, 10))
    known = [fen for fen in planned if fen is not None]
    assert sums.planned.fen == (sum(known) if known else None)
    assert sums.planned.counted == len(known)
    assert sums.projects == len(planned)
    assert (sums.progress.weighting is Weighting.PLANNED_INVESTMENT) == all(planned)


def test_a_place_keeps_its_programmes_apart(make: Make, session: Session) -> None:
    county = make.division()
    for _ in range(2):
        make.project(programme=make.programme(division=county))
    parts = parts_of_place(session, county, make.at.date())
    assert [part.sums.planned.fen for part in parts] == [100_000_000, 100_000_000]
