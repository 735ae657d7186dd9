"""The suggestions of the invented city: how many each county had, and how well it answered them."""

import datetime as dt
import uuid
from random import Random

from sqlalchemy.orm import Session

from minsheng.casework import letters
from minsheng.casework.cases import CaseClock, Rating, SuggestionKind
from minsheng.casework.letters import Letter
from minsheng.casework.suggestions import Suggestion
from minsheng.editorial import publishing
from website.sample.opinion_places import OFFICE, County

TICKETS = uuid.UUID("98010000-0000-4000-8000-000000000002")
PER_COUNTY = 8
WORDS = "演示用的来件：村口的路灯坏了，希望尽快修好。"
REPLY = "演示用的答复：路灯已经修好，感谢提醒。"
_REPLY_DAYS = 12
_LATE_DAYS = 40


def add_letters(session: Session, counties: list[County], year: int, clock: CaseClock, random: Random) -> None:
    """Give every county its letters of a year; the more content a county, the better it answers."""
    for county in counties:
        diligence = min(0.97, max(0.35, 0.72 + 0.25 * county.moods[year] + random.uniform(-0.15, 0.15)))
        for number in range(PER_COUNTY):
            received = dt.datetime(year, 2 + number, 5 + random.randrange(20), 2, tzinfo=dt.UTC)
            _letter(session, county, f"{year} {number}", received, clock, random, diligence)


def _letter(
    session: Session,
    county: County,
    name: str,
    at: dt.datetime,
    clock: CaseClock,
    random: Random,
    diligence: float,
) -> None:
    ticket = uuid.uuid5(TICKETS, f"{county.division.code} {name}").hex
    letter = Letter(SuggestionKind.SUGGESTION, WORDS, consent_to_publish=False, division=county.division)
    # Nobody follows these letters, so their tracking codes may be made from the ticket.
    case = letters.submit(session, letter, ticket=ticket, code=ticket[:12], at=at, clock=clock)
    case.review(is_public=False, title="", words="", by=OFFICE, at=at + dt.timedelta(days=1))
    case.accept(OFFICE, at + dt.timedelta(days=1))
    case.hand_over(county.agency, OFFICE, at + dt.timedelta(days=2))
    if random.random() < diligence + 0.15:
        days = _REPLY_DAYS if random.random() < diligence else _LATE_DAYS
        _answer(case, at + dt.timedelta(days=days), clock, random, diligence)
    publishing.record_suggestion(session, case, "suggestion_received", "", at)


def _answer(case: Suggestion, at: dt.datetime, clock: CaseClock, random: Random, diligence: float) -> None:
    case.answer(REPLY, OFFICE, at, clock)
    if random.random() < 0.6:
        rating = Rating.SATISFIED if random.random() < diligence else Rating.NOT_SATISFIED
        case.rate(rating, "", at + dt.timedelta(days=3))
