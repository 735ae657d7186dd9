"""How suggestions were handled reaches the score of each place exactly as the cases were counted."""

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from minsheng.casework import case_statistics
from minsheng.casework.cases import CaseClock, Rating, SuggestionKind
from minsheng.casework.letters import Letter, submit
from minsheng.clock import LOCAL_ZONE
from minsheng.opinion.panels import Handling
from minsheng.records.places import Agency, Division, DivisionLevel
from minsheng.surveying import wave_results
from minsheng.surveying.wave_answers import read_contents
from minsheng.workdays import WorkCalendar
from tests.factories import Make
from tests.surveys import closed_wave

CLOCK = CaseClock(WorkCalendar.load())
CLOSED = dt.datetime(2026, 7, 1, 4, tzinfo=dt.UTC)


class Sender:
    """Sends letters about places, and lets an agency answer them after some days."""

    def __init__(self, session: Session, agency: Agency) -> None:
        self.session, self.agency, self.sent = session, agency, 0

    def send(self, place: Division, on: dt.date, days: int | None, rating: Rating | None = None) -> None:
        """One case: received at noon of a day, answered ``days`` later or not yet, then rated."""
        at = dt.datetime.combine(on, dt.time(12), LOCAL_ZONE)
        self.sent += 1
        letter = Letter(SuggestionKind.COMPLAINT, "路灯不亮", consent_to_publish=False, division=place)
        code = f"c{self.sent}"
        case = submit(self.session, letter, ticket=code, code=code, at=at, clock=CLOCK)
        case.accept("某局", at)
        case.hand_over(self.agency, "某局", at)
        if days is not None:
            case.answer("已修好", "某局", at + dt.timedelta(days=days), CLOCK)
        if rating is not None:
            case.rate(rating, "", at + dt.timedelta(days=days or 0))
        self.session.flush()


@pytest.fixture
def sender(session: Session, make: Make) -> Sender:
    return Sender(session, make.agency())


def test_each_place_gets_its_own_cases_counted_by_hand(session: Session, make: Make, sender: Sender) -> None:
    wave = closed_wave(session, make)
    first, second, third, fourth = sorted(wave.division.children, key=lambda one: one.code)
    township = Division.under(first, "700000100", "城关镇", DivisionLevel.TOWNSHIP)
    session.add(township)
    session.flush()
    march, year_before = dt.date(2026, 3, 2), dt.date(2025, 12, 30)
    sender.send(first, march, 5, Rating.SATISFIED)
    sender.send(township, march, 6, Rating.NOT_SATISFIED)
    sender.send(first, march, 40)
    sender.send(first, march, None)
    sender.send(first, wave.closes_on, None)
    sender.send(second, march, 5)
    sender.send(third, year_before, 5, Rating.SATISFIED)
    handling = read_contents(session, wave, wave_results.scheme_of(wave), dt.date(2026, 7, 1)).sample.handling
    # Five came in: four are answered or overdue, the one of the last day is not due yet.
    assert handling[first.code] == Handling(received=4, replied=3, on_time=2, rated=2, satisfied=1)
    assert handling[second.code] == Handling(received=1, replied=1, on_time=1)
    assert handling[third.code] == handling[fourth.code] == Handling()
    places = [first, second, third, fourth]
    assert handling == case_statistics.handling_by_place(
        session, places, dt.date(2026, 1, 1), wave.closes_on, wave.closes_on
    )


def test_the_stored_result_keeps_them_whatever_happens_to_the_cases_later(
    session: Session, make: Make, sender: Sender
) -> None:
    wave = closed_wave(session, make)
    first = min(wave.division.children, key=lambda one: one.code)
    sender.send(first, dt.date(2026, 3, 2), 5, Rating.SATISFIED)
    result = wave_results.settle(session, wave, "某办", CLOSED)
    session.flush()
    sender.send(first, dt.date(2026, 3, 3), 40)
    kept = wave_results.published_contents(session, result, dt.date(2026, 7, 2))
    assert kept.sample.handling[first.code].satisfied == 1
