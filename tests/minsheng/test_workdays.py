"""Working days, checked against the `chinesecalendar` library and on the days people get wrong."""

import datetime as dt
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minsheng.workdays import CalendarError, Deadline, Notice, WorkCalendar, packaged_calendar

CALENDAR = packaged_calendar()
settled = st.dates(dt.date(2023, 1, 1), dt.date(2026, 12, 31))
counts = st.integers(0, 60)


def test_every_day_agrees_with_an_independent_calendar() -> None:
    for year in sorted(CALENDAR.years):
        day = dt.date(year, 1, 1)
        while day.year == year:
            assert CALENDAR.is_working_day(day) is chinese_calendar.is_workday(day), day
            day += dt.timedelta(days=1)


def test_the_calendar_covers_2023_to_2026_and_names_its_notices() -> None:
    assert sorted(CALENDAR.years) == [2023, 2024, 2025, 2026]
    for notice in CALENDAR.notices:
        assert notice.source_title == f"国务院办公厅关于{notice.year}年部分节假日安排的通知"
        assert notice.document.startswith("国办发明电〔")


@pytest.mark.parametrize(
    ("day", "is_worked"),
    [
        ("2025-01-26", True),  # a Sunday, made up for the Spring Festival
        ("2025-01-28", False),
        ("2025-02-05", True),
        ("2025-10-08", False),  # a Wednesday
        ("2025-10-11", True),  # a Saturday
        ("2026-01-02", False),  # a Friday
        ("2026-01-04", True),  # a Sunday
        ("2026-02-28", True),  # a Saturday
        ("2026-11-21", False),
    ],
)
def test_days_people_get_wrong(day: str, is_worked: bool) -> None:
    assert CALENDAR.is_working_day(dt.date.fromisoformat(day)) is is_worked


@pytest.mark.parametrize(
    ("received", "count", "due"),
    [
        ("2025-01-20", 15, "2025-02-14"),  # over the Spring Festival and two make-up days
        ("2025-09-26", 15, "2025-10-23"),  # Sunday 28 September is worked
        ("2025-09-27", 2, "2025-09-29"),  # received on a Saturday
        ("2025-12-29", 5, "2026-01-06"),  # over the year; Sunday 4 January is worked
        ("2026-02-13", 1, "2026-02-14"),  # a Saturday
        ("2026-09-17", 9, "2026-09-30"),
        ("2026-09-17", 10, "2026-10-08"),
    ],
)
def test_deadlines(received: str, count: int, due: str) -> None:
    assert CALENDAR.add(dt.date.fromisoformat(received), count) == Deadline(dt.date.fromisoformat(due), False)


def test_a_reminder_counts_back() -> None:
    assert CALENDAR.add(dt.date(2025, 10, 10), -3).date == dt.date(2025, 9, 29)


def test_a_year_without_a_calendar_is_monday_to_friday_and_provisional() -> None:
    friday = dt.date(2027, 10, 1)
    assert CALENDAR.is_working_day(friday)
    assert not CALENDAR.is_settled(friday)
    assert CALENDAR.add(friday, 1) == Deadline(dt.date(2027, 10, 4), True)
    assert CALENDAR.add(dt.date(2026, 12, 21), 5) == Deadline(dt.date(2026, 12, 28), False)
    # The notice of a year may move the last days of the year before.
    assert CALENDAR.add(dt.date(2026, 12, 24), 5) == Deadline(dt.date(2026, 12, 31), True)
    assert CALENDAR.add(dt.date(2026, 12, 24), 6) == Deadline(dt.date(2027, 1, 1), True)


def test_a_gap_between_two_known_years_is_provisional_too() -> None:
    text = '[[year]]\nyear = {}\nsource_title = "t"\ndocument = "d"\noff = []\nwork = []\n'
    calendar = WorkCalendar.parse(text.format(2030) + text.format(2032))
    assert calendar.is_provisional(dt.date(2030, 12, 31), dt.date(2032, 1, 1))
    assert calendar.is_provisional(dt.date(2030, 1, 1), dt.date(2030, 12, 29))
    assert not calendar.is_provisional(dt.date(2030, 1, 1), dt.date(2030, 12, 28))


def test_another_notice_of_a_year_takes_the_place_of_the_whole_year() -> None:
    eve = dt.date(2026, 12, 31)
    notice = Notice(2027, "t", "d")
    first = CALENDAR.with_year(notice, {eve: False, dt.date(2027, 1, 1): False})
    assert not first.is_working_day(eve)
    assert first.add(dt.date(2026, 12, 30), 1) == Deadline(dt.date(2027, 1, 4), False)
    amended = first.with_year(notice, {dt.date(2027, 1, 1): False})
    assert amended.is_working_day(eve)
    before = amended.without_year(2027)
    assert before.is_working_day(dt.date(2027, 1, 1))
    assert before.add(dt.date(2026, 12, 31), 1) == Deadline(dt.date(2027, 1, 1), True)


@given(settled, counts)
def test_a_deadline_is_a_working_day_exactly_so_far_away(day: dt.date, count: int) -> None:
    due = CALENDAR.add(day, count).date
    assert CALENDAR.between(day, due) == count
    if count:
        assert CALENDAR.is_working_day(due)


@given(settled, counts, counts)
def test_counting_in_two_steps_is_counting_in_one(day: dt.date, one: int, two: int) -> None:
    assert CALENDAR.add(CALENDAR.add(day, one).date, two).date == CALENDAR.add(day, one + two).date


@given(settled, settled, settled)
def test_between_adds_up(a: dt.date, b: dt.date, c: dt.date) -> None:
    assert CALENDAR.between(a, b) + CALENDAR.between(b, c) == CALENDAR.between(a, c)


@given(settled, settled, counts)
def test_received_later_is_never_due_earlier(a: dt.date, b: dt.date, count: int) -> None:
    earlier, later = sorted((a, b))
    assert CALENDAR.add(earlier, count).date <= CALENDAR.add(later, count).date


@given(settled, counts)
def test_going_back_from_a_working_day_and_forth_returns(day: dt.date, count: int) -> None:
    start = CALENDAR.add(day, 1).date
    assert CALENDAR.add(CALENDAR.add(start, -count).date, count).date == start


@given(settled, settled)
def test_between_agrees_with_an_independent_calendar(a: dt.date, b: dt.date) -> None:
    first, last = sorted((a, b))
    theirs = chinese_calendar.get_workdays(first + dt.timedelta(days=1), last)
    assert CALENDAR.between(first, last) == len(theirs)


HEAD = '[[year]]\nyear = 2030\nsource_title = "t"\ndocument = "d"\n'


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("off = []\nwork = [2030-01-01]", "no weekend"),
        ('off = [{ name = "n", first = 2030-01-06, last = 2030-01-05 }]\nwork = []', "before it begins"),
        ('off = [{ name = "n", first = 2030-01-05, last = 2030-01-05 }]\nwork = [2030-01-05]', "both"),
        ("off = []\nwork = [2031-01-04]", "not in that year"),
        ("off = []", "not a calendar file"),
        ("off = [1]\nwork = []", "not a calendar file"),
        ("off = ", "not a calendar file"),
        (f"off = []\nwork = []\n{HEAD}off = []\nwork = []", "two entries"),
    ],
)
def test_a_wrong_calendar_is_refused_with_the_place(body: str, complaint: str) -> None:
    with pytest.raises(CalendarError, match=complaint):
        WorkCalendar.parse(HEAD + body)


def test_an_updated_calendar_can_be_loaded_from_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "days.toml"
    path.write_text(
        f'{HEAD}off = [{{ name = "元旦", first = 2029-12-31, last = 2030-01-01 }}]\nwork = []', encoding="utf-8"
    )
    calendar = WorkCalendar.load(path)
    assert not calendar.is_working_day(dt.date(2029, 12, 31))
    assert not calendar.is_working_day(dt.date(2030, 1, 1))
    assert calendar.is_settled(dt.date(2030, 6, 1))
