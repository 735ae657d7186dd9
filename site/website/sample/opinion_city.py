"""Two years of surveys in an invented city, closed and computed: what ``minsheng opinion demo`` loads."""

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.casework.cases import CaseClock
from minsheng.editorial import publishing
from minsheng.opinion.scheme_reading import shipped
from minsheng.opinion.sheet import sheet_keys
from minsheng.records.places import Division, division_by_code
from minsheng.surveying import assessment_schemes, assessments, wave_results
from minsheng.surveying.assessments import Assessment
from minsheng.surveying.questionnaires import QuestionnaireVersion
from minsheng.surveying.surveys import Wave
from minsheng.surveying.wave_results import WaveResult
from minsheng.workdays import WorkCalendar
from website.sample.opinion_answers import add_answers
from website.sample.opinion_letters import add_letters
from website.sample.opinion_places import CITY, OFFICE, County, add_city
from website.sample.opinion_questions import add_version

YEARS = (2024, 2025)
SEED = 980_100
SEATS = 5


def slug_of(year: int) -> str:
    """Return the slug of a year's wave."""
    return f"demo-city-{year}"


def is_loaded(session: Session) -> bool:
    """Whether the city is there already."""
    return division_by_code(session, CITY) is not None


def sheets(session: Session) -> list[Assessment]:
    """Return the city's assessment sheets."""
    query = sa.select(Assessment).join(Assessment.division).where(Division.code == CITY).order_by(Assessment.year)
    return list(session.scalars(query))


def waves(session: Session) -> list[Wave]:
    """Return the city's waves, oldest first."""
    slugs = [slug_of(year) for year in YEARS]
    return list(session.scalars(sa.select(Wave).where(Wave.slug.in_(slugs)).order_by(Wave.year)))


def load(session: Session, say: Callable[[str], None]) -> None:
    """Load the city with its people, letters and two waves, and compute their results; the caller commits.

    Everything is the same each time: nothing depends on the day or on chance.
    """
    random = Random(SEED)  # noqa: S311 - the same city every time; nothing here is secret
    city, counties = add_city(session, YEARS, random)
    clock = CaseClock(WorkCalendar.load())
    version = add_version(session)
    for year in YEARS:
        add_letters(session, counties, year, clock, random)
        result, count = _year(session, city, counties, version, year, random)
        say(f"{year}: {count} answers 份答卷 → {result.subject}")
    sheet = add_assessment(session, result.wave, [county.division for county in counties], random)
    say(f"{sheet.year}: {len(sheet.points)} points 个得分 → assessment:{sheet.slug}")


def _year(
    session: Session, city: Division, counties: list[County], version: QuestionnaireVersion, year: int, random: Random
) -> tuple[WaveResult, int]:
    opened = dt.datetime(year, 11, 1, 0, tzinfo=dt.UTC)
    wave = Wave(
        slug=slug_of(year),
        title=f"{year}年演示市民生工程满意度调查",
        translations={"en": f"{year} satisfaction survey, Demo City (invented)"},
        year=year,
        version=version,
        division=city,
        opens_on=dt.date(year, 11, 1),
        closes_on=dt.date(year, 11, 30),
        is_published=True,
    )
    session.add(wave)
    publishing.record_wave(session, wave, "wave_published", OFFICE, opened)
    version.freeze(opened)
    session.flush()
    count = add_answers(session, wave, counties, random)
    closed = dt.datetime(year, 11, 30, 16, 5, tzinfo=dt.UTC)
    publishing.record_wave(session, wave, "wave_closed", OFFICE, closed)
    return wave_results.settle(session, wave, OFFICE, closed), count


def add_assessment(session: Session, wave: Wave, counties: Sequence[Division], random: Random) -> Assessment:
    """Add last year's sheet by the scheme of Anhui 2010, with invented points and five recognitions."""
    at = dt.datetime(wave.year + 1, 1, 20, 2, tzinfo=dt.UTC)
    scheme = assessment_schemes.locked(session, shipped("anhui-2010"), at, OFFICE)
    row = Assessment(
        slug=f"demo-city-assessment-{wave.year}",
        title=f"{wave.year}年演示市民生工程考核",
        year=wave.year,
        division=wave.division,
        scheme=scheme,
        wave=wave,
        seats={},
    )
    session.add(row)
    session.flush()
    assessments.put_seats(session, row, {wave.division.code: SEATS})
    points = {}
    for county in counties:
        care = random.uniform(0.82, 0.97)
        points[county.code] = {
            part: Decimal(str(round(most * min(1.0, random.gauss(care, 0.04)), 1)))
            for part, most in sheet_keys(scheme.scheme.sheet).items()
        }
    # Two counties with the same points in every part: a tie that the ranks must skip.
    points[counties[1].code] = dict(points[counties[0].code])
    assessments.put_points(session, row, points, "演示用的虚构得分", OFFICE, at)
    assessments.publish(session, row, OFFICE, at)
    return row
