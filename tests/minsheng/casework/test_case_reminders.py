"""The clock of cases: each moment of a deadline is noted once, on the right day, over holidays and make-up days."""

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from minsheng import codes
from minsheng.casework import case_reminders, letters
from minsheng.casework.case_reminders import CaseReminder, DueMoment
from minsheng.casework.cases import CaseClock, CaseEventKind, CaseState, ClosedAs, Rating, SuggestionKind
from minsheng.casework.letters import Letter
from minsheng.casework.suggestions import Suggestion
from minsheng.clock import LOCAL_ZONE, local_date
from minsheng.editorial import publishing
from minsheng.workdays import WorkCalendar
from tests.factories import Make

CLOCK = CaseClock(WorkCalendar.load())
DAY = dt.timedelta(days=1)


def noon(day: dt.date) -> dt.datetime:
    """Noon of a day in China."""
    return dt.datetime.combine(day, dt.time(12), LOCAL_ZONE)


def send(session: Session, on: dt.date) -> Suggestion:
    letter = Letter(SuggestionKind.COMPLAINT, "村口的路灯坏了三天", consent_to_publish=True)
    code = codes.tracking_code("secret", "suggestion", str(on))
    return letters.submit(session, letter, ticket=str(on), code=code, at=noon(on), clock=CLOCK)


def handed_over(session: Session, make: Make, on: dt.date) -> Suggestion:
    case = send(session, on)
    case.accept("a", noon(on))
    case.hand_over(make.agency(), "a", noon(on))
    session.commit()
    return case


def watch_daily(session: Session, first: dt.date, last: dt.date) -> None:
    """Look at the clock every day, as a server that runs all the time."""
    day = first
    while day <= last:
        case_reminders.watch(session, CLOCK, noon(day))
        day += DAY


def noted(case: Suggestion) -> dict[str, dt.date]:
    return {one.moment.value: local_date(one.made_at) for one in case.reminders}


@pytest.mark.parametrize(
    ("received", "accept", "before", "due", "after", "escalation"),
    [
        # 2025: Spring Festival 28 January to 4 February; Sunday 26 January and Saturday 8 February are worked.
        ("2025-01-20", "2025-01-22", "2025-02-11", "2025-02-14", "2025-02-17", "2025-02-19"),
        # Qingming, Friday 4 to Sunday 6 April.
        ("2025-03-14", "2025-03-18", "2025-04-01", "2025-04-07", "2025-04-08", "2025-04-10"),
        # Labour Day, 1 to 5 May; Sunday 27 April is worked.
        ("2025-04-11", "2025-04-15", "2025-04-28", "2025-05-06", "2025-05-07", "2025-05-09"),
        # National Day with Mid-Autumn, 1 to 8 October; Sunday 28 September and Saturday 11 October are worked.
        ("2025-09-12", "2025-09-16", "2025-09-29", "2025-10-10", "2025-10-11", "2025-10-14"),
        # Over the turn of the year: 1 to 3 January off, Sunday 4 January 2026 is worked.
        ("2025-12-12", "2025-12-16", "2025-12-30", "2026-01-05", "2026-01-06", "2026-01-08"),
        # 2026: Spring Festival 15 to 23 February; Saturdays 14 and 28 February are worked.
        ("2026-02-02", "2026-02-04", "2026-02-25", "2026-02-28", "2026-03-02", "2026-03-04"),
        # Dragon Boat, Friday 19 to Sunday 21 June.
        ("2026-05-29", "2026-06-02", "2026-06-16", "2026-06-22", "2026-06-23", "2026-06-25"),
        # Received on a Saturday that nobody works.
        ("2026-06-06", "2026-06-09", "2026-06-24", "2026-06-29", "2026-06-30", "2026-07-02"),
        # Mid-Autumn 25 to 27 September and National Day 1 to 7 October; Sunday 20 September is worked.
        ("2026-09-10", "2026-09-14", "2026-09-28", "2026-10-08", "2026-10-09", "2026-10-12"),
    ],
)
def test_the_moments_of_a_case_over_holidays_and_make_up_days(
    session: Session, make: Make, received: str, accept: str, before: str, due: str, after: str, escalation: str
) -> None:
    day = dt.date.fromisoformat(received)
    case = handed_over(session, make, day)
    assert (case.accept_due.isoformat(), case.reply_due.isoformat()) == (accept, due)
    watch_daily(session, day, day + 45 * DAY)
    assert {name: made.isoformat() for name, made in noted(case).items()} == {
        "before": before,
        "on_the_day": due,
        "after": after,
        "escalation": escalation,
    }


@pytest.mark.parametrize("year", [2025, 2026])
def test_every_day_of_the_year_has_its_moments_in_order_and_on_working_days(year: int) -> None:
    day = dt.date(year, 1, 1)
    while day.year == year:
        due = CLOCK.calendar.add(day, CLOCK.reply_days).date
        windows = case_reminders.windows(CLOCK.calendar, due)
        firsts = [window.first for window in windows]
        assert firsts == sorted(set(firsts))
        assert all(CLOCK.calendar.is_working_day(first) for first in firsts)
        assert CLOCK.calendar.between(firsts[0], due) == case_reminders.DAYS_BEFORE
        assert CLOCK.calendar.between(due, firsts[3]) == case_reminders.DAYS_TO_ESCALATION
        assert CLOCK.calendar.between(day, due) == CLOCK.reply_days
        day += DAY


def test_looking_twice_notes_nothing_twice(session: Session, make: Make) -> None:
    case = handed_over(session, make, dt.date(2026, 6, 1))
    at = noon(case.reply_due)
    assert case_reminders.watch(session, CLOCK, at) == 1
    assert case_reminders.watch(session, CLOCK, at) == 0
    assert [event.kind for event in case.events].count(CaseEventKind.REMINDED) == 1
    with pytest.raises(IntegrityError):
        session.execute(
            sa.insert(CaseReminder).values(
                suggestion_id=case.id, moment=DueMoment.ON_THE_DAY, due=case.reply_due, made_at=at
            )
        )


def test_a_server_that_was_away_says_only_what_is_still_true(session: Session, make: Make) -> None:
    case = handed_over(session, make, dt.date(2026, 6, 1))
    case_reminders.watch(session, CLOCK, noon(case.reply_due + 30 * DAY))
    assert set(noted(case)) == {"after", "escalation"}
    assert case.is_escalated


def test_an_extension_has_moments_of_its_own_and_takes_the_escalation_back(session: Session, make: Make) -> None:
    case = handed_over(session, make, dt.date(2026, 6, 1))
    first_due = case.reply_due
    watch_daily(session, first_due, first_due)
    case.extend("等设备", "b", noon(first_due), CLOCK)
    session.commit()
    watch_daily(session, first_due, case.reply_due)
    assert [(one.moment.value, one.due) for one in case.reminders] == [
        ("on_the_day", first_due),
        ("before", case.reply_due),
        ("on_the_day", case.reply_due),
    ]
    assert not case.is_escalated


def test_a_transfer_moves_no_moment(session: Session, make: Make) -> None:
    case = handed_over(session, make, dt.date(2026, 6, 1))
    due, second = case.reply_due, make.agency()
    case.hand_over(second, "a", noon(due - DAY))
    session.commit()
    case_reminders.watch(session, CLOCK, noon(due))
    assert [(one.due, one.agency_id) for one in case.reminders] == [(due, second.id)]


def test_an_answered_case_is_not_urged_and_a_disputed_one_by_its_own_deadline(session: Session, make: Make) -> None:
    case = handed_over(session, make, dt.date(2026, 6, 1))
    case.answer("已修好。", "b", noon(dt.date(2026, 6, 3)), CLOCK)
    session.commit()
    assert case_reminders.watch(session, CLOCK, noon(dt.date(2026, 6, 5))) == 0
    case.dispute("又坏了", noon(dt.date(2026, 6, 8)), CLOCK)
    session.commit()
    assert case.final_reply_due is not None
    watch_daily(session, dt.date(2026, 6, 8), case.final_reply_due)
    assert {(one.moment.value, one.due) for one in case.reminders} == {
        ("before", case.final_reply_due),
        ("on_the_day", case.final_reply_due),
    }


def test_silence_of_ten_working_days_closes_as_its_own_category(session: Session, make: Make) -> None:
    # Answered on 24 September 2026: the tenth working day lies behind Mid-Autumn and National Day.
    case = handed_over(session, make, dt.date(2026, 9, 10))
    case.answer("已修好。", "b", noon(dt.date(2026, 9, 24)), CLOCK)
    session.commit()
    assert case.rating_due == CLOCK.calendar.add(dt.date(2026, 9, 24), 10).date
    watch_daily(session, dt.date(2026, 9, 24), case.rating_due)
    assert case.state is CaseState.REPLIED
    watch_daily(session, case.rating_due + DAY, case.rating_due + 3 * DAY)
    assert (case.state, case.closed_as, case.rating) == (CaseState.CLOSED, ClosedAs.UNRATED, None)
    assert case.closed_at is not None
    assert local_date(case.closed_at) == case.rating_due + DAY
    assert publishing.verify(session) == []


def test_a_rated_case_is_left_alone(session: Session, make: Make) -> None:
    case = handed_over(session, make, dt.date(2026, 6, 1))
    case.answer("已修好。", "b", noon(dt.date(2026, 6, 3)), CLOCK)
    case.rate(Rating.SATISFIED, "", noon(dt.date(2026, 6, 4)))
    session.commit()
    assert case_reminders.watch(session, CLOCK, noon(dt.date(2026, 9, 1))) == 0
    assert case.closed_as is ClosedAs.RATED
