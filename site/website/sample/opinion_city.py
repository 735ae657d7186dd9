"""Two years of surveys in an invented city, closed and computed: what ``minsheng opinion demo`` loads."""

import datetime as dt
from collections.abc import Callable
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import publishing, wave_results
from minsheng.cases import CaseClock
from minsheng.places import Division, division_by_code
from minsheng.questionnaires import QuestionnaireVersion
from minsheng.surveys import Wave
from minsheng.wave_results import WaveResult
from minsheng.workdays import WorkCalendar
from website.sample.opinion_answers import add_answers
from website.sample.opinion_letters import add_letters
from website.sample.opinion_places import CITY, OFFICE, County, add_city
from website.sample.opinion_questions import add_version

YEARS = (2024, 2025)
SEED = 980_100


def slug_of(year: int) -> str:
    """Return the slug of a year's wave."""
    return f"demo-city-{year}"


def is_loaded(session: Session) -> bool:
    """Whether the city is there already."""
    return division_by_code(session, CITY) is not None


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
