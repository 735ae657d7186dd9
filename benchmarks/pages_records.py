"""Made-up projects by the ten thousand, written around the site's own rules as fast as the database takes them."""

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.progress import digests
from minsheng.records.funding import FundingLine, FundingSource
from minsheng.records.indicators import Indicator
from minsheng.records.places import Agency, Division, DivisionLevel
from minsheng.records.programmes import Programme
from minsheng.records.projects import Category, Project, ProjectKind, Stage
from minsheng.records.publication import Publication
from minsheng.records.reports import IndicatorValue, ProgressReport, ReportState

SEED = 2010
AT = dt.datetime(2026, 6, 10, 4, tzinfo=dt.UTC)
MONTHS = [f"{2025 + month // 12}-{month % 12 + 1:02d}" for month in range(5, 17)]
"""The twelve months to May 2026."""
PER_PROGRAMME = 200
BATCH = 2_000


def load(session: Session, size: int) -> None:
    """Write ``size`` visible own projects with twelve reports each, and make their digests."""
    random = Random(SEED)  # noqa: S311 - the same records on every run; nothing here is secret
    counties = _places(session)
    agencies = _agencies(session, counties)
    programmes = _programmes(session, counties, max(size // PER_PROGRAMME, 1))
    # Past the session, which would note every project: all digests are made at the end.
    connection = session.connection()
    for start in range(1, size + 1, BATCH):
        numbers = range(start, min(start + BATCH, size + 1))
        connection.execute(sa.insert(Project), [_project(n, programmes, agencies, random) for n in numbers])
        connection.execute(sa.insert(Indicator), [_indicator(n) for n in numbers])
        connection.execute(sa.insert(FundingLine), [_line(n) for n in numbers])
        connection.execute(sa.insert(ProgressReport), list(_reports(numbers, random)))
        connection.execute(sa.insert(IndicatorValue), list(_values(numbers)))
    digests.rebuild(session)
    session.commit()


def _places(session: Session) -> Sequence[Division]:
    province = Division.under(None, "340000", "某省", DivisionLevel.PROVINCE)
    cities = [Division.under(province, f"34{n:02d}00", f"第{n}市", DivisionLevel.CITY) for n in range(1, 11)]
    counties = [
        Division.under(city, f"{city.code[:4]}{n:02d}", f"{city.name}第{n}县", DivisionLevel.COUNTY)
        for city in cities
        for n in range(1, 6)
    ]
    session.add_all([province, *cities, *counties])
    session.flush()
    return counties


def _agencies(session: Session, counties: Sequence[Division]) -> Sequence[Agency]:
    made = [
        Agency(slug=f"agency-{county.code}-{n}", name=f"{county.name}第{n}局", division=county)
        for county in counties
        for n in range(8)
    ]
    session.add_all(made)
    session.flush()
    return made


def _programmes(session: Session, counties: Sequence[Division], number: int) -> Sequence[Programme]:
    made = [
        Programme(
            slug=f"programme-{n}",
            title=f"{2026 - n // 25}年{counties[n % len(counties)].name}民生实事",
            year=2026 - n // 25,
            level=DivisionLevel.COUNTY,
            division=counties[n % len(counties)],
            publication=Publication.PUBLISHED,
        )
        for n in range(number)
    ]
    session.add_all(made)
    session.flush()
    return made


def _project(
    number: int, programmes: Sequence[Programme], agencies: Sequence[Agency], random: Random
) -> dict[str, Any]:
    programme = programmes[number % len(programmes)]
    start = dt.date(2025, 6, 1) + dt.timedelta(days=random.randrange(60))
    finish = start + dt.timedelta(days=random.randrange(240, 540))
    return {
        "id": number,
        "slug": f"project-{number}",
        "title": f"第{number}号农村公路硬化工程",
        "summary": "硬化村组道路，配套排水沟和安全护栏，方便群众出行。" * 3,
        "programme_id": programme.id,
        "division_id": programme.division_id,
        "agency_id": random.choice(agencies).id,
        "year": programme.year,
        "level": DivisionLevel.COUNTY,
        "category": random.choice(list(Category)),
        "kind": random.choice(list(ProjectKind)),
        "stage": random.choice((Stage.UNDER_WAY, Stage.UNDER_WAY, Stage.UNDER_WAY, Stage.IN_USE)),
        "planned_start": start,
        "planned_finish": finish,
        "first_planned_start": start,
        "first_planned_finish": finish,
        "quality_standard": "四级公路标准，一次验收合格",
        "planned_investment_fen": 100_000_000,
        "publication": Publication.PUBLISHED,
        "published_at": AT,
    }


def _indicator(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "project_id": number,
        "position": 0,
        "name": "硬化道路",
        "unit": "公里",
        "target": Decimal(24),
    }


def _line(number: int) -> dict[str, Any]:
    return {
        "project_id": number,
        "position": 0,
        "source": FundingSource.COUNTY,
        "year": 2026,
        "planned_fen": 100_000_000,
    }


def _reports(numbers: Sequence[int], random: Random) -> Iterator[dict[str, Any]]:
    for number in numbers:
        pace = random.randrange(4, 10)
        for place, month in enumerate(MONTHS):
            done = min((place + 1) * pace, 100)
            yield {
                "id": number * len(MONTHS) + place,
                "project_id": number,
                "month": month,
                "state": ReportState.PUBLISHED,
                "stage": Stage.UNDER_WAY,
                "physical_progress": Decimal(done),
                "funds_arrived_fen": done * 1_000_000,
                "funds_disbursed_fen": done * 900_000,
                "funds_spent_fen": done * 800_000,
                "investment_completed_fen": done * 1_000_000,
                "done": "完成路基整修和混凝土浇筑，正在安装护栏。",
                "one_person": True,
                "updated_at": AT,
                "published_at": AT,
            }


def _values(numbers: Sequence[int]) -> Iterator[dict[str, Any]]:
    for number in numbers:
        for place in range(len(MONTHS)):
            yield {"report_id": number * len(MONTHS) + place, "indicator_id": number, "value": Decimal(place + 1)}
