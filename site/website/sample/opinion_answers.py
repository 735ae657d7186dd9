"""The invented city's answers: drawn people, people who came by themselves, and three kinds of cheating.

Planted are ballots stuffed by scan in one county (``STUFFED``), interviews that one interviewer made up in another
(``MADE_UP``), and a county whose people were told what to answer (``TOLD``).
"""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.clock import local_week
from minsheng.opinion.dispositions import Disposition
from minsheng.surveying.dispositions import DispositionCount
from minsheng.surveying.surveys import DRAWN_CHANNELS, Answer, Channel, Response, Wave
from website.sample.opinion_places import AGES, AREAS, County
from website.sample.opinion_questions import PROGRAMMES, SCALE

STUFFED, MADE_UP, TOLD = 4, 2, 3
"""Places of the counties in the list."""
STUFFED_BALLOTS, MADE_UP_INTERVIEWS = 300, 36
PHONE, PAPER = 310, 120
TICKETS = uuid.UUID("98010000-0000-4000-8000-000000000001")
FLAWLESS = "very_satisfied"
PARTS = {"progress": -0.05, "quality": -0.1, "benefit": 0.05}
"""How much better or worse than all in all each side of the programmes is judged."""
LIKINGS = dict(zip(PROGRAMMES, (0.35, 0.15, 0.0, 0.25, -0.15, -0.05, -0.3, -0.2), strict=True))
"""How much better or worse than a county's mood each programme is judged."""
_BASE = (24, 34, 24, 9, 4)
_KNOWING = {"18_29": -0.05, "30_44": 0.05, "45_59": 0.08, "60_plus": -0.14}


@dataclass(frozen=True)
class Person:
    """One invented respondent: option keys by question key."""

    channel: Channel
    answers: dict[str, str]


def add_answers(session: Session, wave: Wave, counties: list[County], random: Random) -> int:
    """Give a wave its answers, all in its first week; return how many. The version must be frozen."""
    questions = {question.key: question for question in wave.version.questions}
    options = {(question.key, option.key): option.id for question in questions.values() for option in question.options}
    week = local_week(dt.datetime.combine(wave.opens_on, dt.time(12), dt.UTC))
    responses: list[dict[str, object]] = []
    people: list[Person] = []
    for place, county in enumerate(counties):
        for number, person in enumerate(_people(county, place, wave.year, random)):
            people.append(person)
            responses.append(
                {
                    "wave_id": wave.id,
                    "version_id": wave.version_id,
                    "ticket": uuid.uuid5(TICKETS, f"{wave.slug} {county.division.code} {number}").hex,
                    "channel": person.channel,
                    "division_id": county.division.id,
                    "week": week,
                    "area": person.answers["area"],
                    "age_band": person.answers["age_band"],
                    **_design(county, person),
                }
            )
    ids = session.scalars(sa.insert(Response).returning(Response.id, sort_by_parameter_order=True), responses).all()
    rows = [
        {"response_id": number, "question_id": questions[key].id, "option_id": options[key, chosen]}
        for number, person in zip(ids, people, strict=True)
        for key, chosen in person.answers.items()
    ]
    session.execute(sa.insert(Answer), rows)
    for county in counties:
        _add_dispositions(session, wave, county, responses, random)
    return len(people)


def _design(county: County, person: Person) -> dict[str, object]:
    """Return stratum and base weight: drawn people stand for those of their stratum in the frame."""
    if person.channel not in DRAWN_CHANNELS:
        return {"stratum": "", "base_weight": Decimal(1)}
    area = person.answers["area"]
    households = sum(count for (where, _), count in county.people.items() if where == area)
    return {"stratum": area, "base_weight": Decimal(households // (PHONE + PAPER) or 1)}


def _add_dispositions(
    session: Session, wave: Wave, county: County, responses: Sequence[Mapping[str, object]], random: Random
) -> None:
    """Say what became of the people drawn: those who answered, and invented numbers of those who did not."""
    for channel, reached in ((Channel.PHONE, 0.34), (Channel.PAPER_SAMPLE, 0.55)):
        complete = sum(row["division_id"] == county.division.id and row["channel"] is channel for row in responses)
        lost = round(complete / reached) - complete
        shares = {
            Disposition.REFUSAL: 0.32,
            Disposition.NON_CONTACT: 0.38,
            Disposition.UNKNOWN_HOUSEHOLD: 0.18,
            Disposition.NOT_ELIGIBLE: 0.12,
        }
        counts = {kind: round(lost * share * random.uniform(0.85, 1.15)) for kind, share in shares.items()}
        for kind, count in {Disposition.COMPLETE: complete, **counts}.items():
            session.add(
                DispositionCount(wave=wave, division=county.division, channel=channel, disposition=kind, count=count)
            )


def _people(county: County, place: int, year: int, random: Random) -> Iterator[Person]:
    drawn = random.randrange(0, 40)
    for channel, count in ((Channel.PHONE, PHONE + drawn), (Channel.PAPER_SAMPLE, PAPER)):
        for _ in range(count):
            yield _person(county, channel, year, random, told=0.24 if place == TOLD else 0.015)
    if place == MADE_UP:
        for _ in range(MADE_UP_INTERVIEWS):
            yield _made_up(Channel.PHONE, random)
    for channel, count in ((Channel.WEB, random.randrange(40, 90)), (Channel.QR, random.randrange(15, 45))):
        for _ in range(count):
            yield _person(county, channel, year, random, told=0.01)
    if place == STUFFED:
        for _ in range(STUFFED_BALLOTS):
            yield _made_up(Channel.QR, random)


def _person(county: County, channel: Channel, year: int, random: Random, told: float) -> Person:
    """One honest person, or one who was told what to answer and does as told."""
    is_drawn = channel in {Channel.PHONE, Channel.PAPER_SAMPLE}
    ((area, age),) = random.choices(list(county.people), _reach(county, channel))
    is_told = random.random() < told
    mood = county.moods[year] + (0.9 if is_told else 0) - (0 if is_drawn else 0.35) - (0.1 if area == "rural" else 0)
    known = county.known + _KNOWING[age] + (0.1 if not is_drawn else 0) + (0.04 if area == "urban" else -0.03)
    answers = {"area": area, "age_band": age, "told": "yes" if is_told else "no"}
    aware = random.random() < known
    answers["awareness"] = ("know_well" if random.random() < 0.35 else "heard") if aware else "never_heard"
    answers["satisfaction"] = _scale(mood, random)
    for key, shift in PARTS.items():
        answers[f"satisfaction_{key}"] = _scale(mood + shift, random)
    answers["used"] = random.choices(("yes", "no", "dont_know"), (55, 38, 7))[0]
    for programme, liking in LIKINGS.items():
        answers[f"programme_{programme}"] = _scale(mood + liking, random)
    return Person(channel, answers)


def _made_up(channel: Channel, random: Random) -> Person:
    """What somebody invents who wants a high score: the best answer everywhere, in identical vectors."""
    judged = ["satisfaction", *(f"satisfaction_{part}" for part in PARTS), *(f"programme_{key}" for key in PROGRAMMES)]
    praise = dict.fromkeys(judged, FLAWLESS)
    who = {"area": random.choice(AREAS), "age_band": random.choice(AGES)}
    return Person(channel, {**who, **praise, "awareness": "know_well", "used": "yes", "told": "no"})


def _reach(county: County, channel: Channel) -> list[float]:
    """How easily each group is reached: telephones miss the young, the web misses the old."""
    easy = {
        Channel.PHONE: (0.7, 1.0, 1.1, 1.1),
        Channel.PAPER_SAMPLE: (0.8, 0.9, 1.1, 1.3),
        Channel.WEB: (1.9, 1.4, 0.7, 0.25),
        Channel.QR: (1.5, 1.4, 0.9, 0.4),
    }[channel]
    return [count * easy[AGES.index(age)] for (_, age), count in county.people.items()]


def _scale(mood: float, random: Random) -> str:
    """An answer on the five-point scale: the better the mood, the further up."""
    weights = [
        base * 2.718281828459045 ** (mood * step) for base, step in zip(_BASE, (0.8, 0.4, 0, -0.5, -0.9), strict=True)
    ]
    return random.choices(list(SCALE), [*weights, 0.05 * sum(weights)])[0]
