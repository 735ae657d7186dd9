"""Waves with answers for tests: a city of four counties, drawn and opt-in, with a programme and population counts."""

import datetime as dt
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from minsheng.opinion.scheme_reading import shipped
from minsheng.records.places import Division, DivisionLevel
from minsheng.surveying import assessment_schemes
from minsheng.surveying.population import PopulationMargin
from minsheng.surveying.questionnaires import (
    Option,
    Question,
    Questionnaire,
    QuestionnaireVersion,
    QuestionRole,
    QuestionType,
)
from minsheng.surveying.surveys import Answer, Channel, Response, Wave
from tests.factories import Make

SCALE = ("very_satisfied", "satisfied", "neutral", "dissatisfied", "very_dissatisfied", "dont_know")
WHO = {"area": ("urban", "rural"), "age_band": ("18_29", "30_44", "45_59", "60_plus")}
SIZES = (60, 70, 80, 90)


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - invented answers must come out the same each time; nothing here is secret


def _question(position: int, key: str, role: QuestionRole, options: tuple[str, ...]) -> Question:
    return Question(
        position=position,
        key=key,
        type=QuestionType.SCALE if options == SCALE else QuestionType.SINGLE,
        role=role,
        programme=key.removeprefix("programme_") if key.startswith("programme_") else "",
        text=f"问题{key}",
        is_required=False,
        options=[
            Option(position=place, key=option, text=f"选项{option}", is_substantive=option != "dont_know")
            for place, option in enumerate(options)
        ],
    )


def version_of_city(number: int = 1) -> QuestionnaireVersion:
    """A questionnaire that the shipped schemes fit, with questions about two programmes."""
    version = QuestionnaireVersion(questionnaire=Questionnaire(slug=f"city-{number}", title="满意度调查"), number=1)
    version.questions = [
        _question(0, "overall", QuestionRole.SATISFACTION, SCALE),
        _question(1, "know", QuestionRole.AWARENESS, ("know_well", "heard", "never_heard")),
        _question(2, "told", QuestionRole.TOLD_WHAT_TO_ANSWER, ("no", "yes")),
        _question(3, "area", QuestionRole.AREA, WHO["area"]),
        _question(4, "age", QuestionRole.AGE_BAND, WHO["age_band"]),
        _question(5, "programme_roads", QuestionRole.OTHER, SCALE),
        _question(6, "programme_water", QuestionRole.OTHER, SCALE),
    ]
    return version


def city(session: Session, make: Make, counties: int = 4) -> Division:
    """A city with counties whose population counts are known."""
    above = make.division(name="某市")
    for number in range(counties):
        county = Division.under(above, f"7{number:05d}", f"{'甲乙丙丁戊己庚辛'[number]}县", DivisionLevel.COUNTY)
        session.add(county)
        for variable, values in WHO.items():
            for value in values:
                session.add(
                    PopulationMargin(
                        division=county, variable=variable, value=value, count=80_000 // len(values), source="某年普查"
                    )
                )
    session.flush()
    session.refresh(above)
    return above


def answered_wave(session: Session, make: Make, sizes: tuple[int, ...] = SIZES, **given: Any) -> Wave:
    """A wave, still open, with so many phone answers in each county and twenty from the web."""
    above = given.pop("division", None) or city(session, make, len(sizes))
    # Satisfaction and awareness: no suggestions are needed for a score.
    scheme = assessment_schemes.locked(session, shipped(given.pop("scheme", "anhui-2010")), make.at, "某办")
    wave = make.wave(division=above, scheme=scheme, **{"version": version_of_city(given.pop("number", 1)), **given})
    random = seeded(len(sizes))
    for county, size in zip(above.children, sizes, strict=True):
        for number in range(size + 20):
            channel = Channel.PHONE if number < size else Channel.WEB
            answer(session, wave, county, channel, random, f"{county.code}-{number}")
    session.flush()
    return wave


def answer(session: Session, wave: Wave, county: Division, channel: Channel, random: Random, ticket: str) -> Response:
    """One person's invented answers."""
    chosen = {question: random.choice(question.options) for question in wave.version.questions}
    response = Response(
        wave=wave,
        version_id=wave.version_id,
        ticket=ticket,
        channel=channel,
        division=county,
        week="2026-W24",
        answers=[Answer(question=question, option=option) for question, option in chosen.items()],
    )
    session.add(response)
    return response


def closed_wave(session: Session, make: Make, sizes: tuple[int, ...] = SIZES, **given: Any) -> Wave:
    """The same wave after its last day."""
    wave = answered_wave(session, make, sizes, **given)
    session.flush()
    assert wave.has_closed(dt.date(2026, 7, 1))
    return wave
