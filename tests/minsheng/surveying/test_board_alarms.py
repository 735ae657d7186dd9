"""Alarms of notice boards by the hour and the day: counted beside the answers, kept with what was found, forgotten."""

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role
from minsheng.errors import ReasonRequiredError, WrongStateError
from minsheng.records import boards
from minsheng.records.boards import Board
from minsheng.surveying import board_alarms
from minsheng.surveying.board_alarms import KEPT, BoardAlarm, BoardHour, BoardWindow, bursts_of
from minsheng.surveying.surveys import Wave
from tests.factories import Make

NOON = dt.datetime(2026, 6, 10, 4, 20, tzinfo=dt.UTC)
"""Twenty past twelve in China."""


@pytest.fixture
def wave(make: Make) -> Wave:
    return make.wave(quality_rules={"board_burst": 3.5})


@pytest.fixture
def made(make: Make, session: Session, wave: Wave) -> list[Board]:
    project = make.project(division=wave.division)
    return [boards.issue(session, project, "路口", secret="s" * 32, actor="某办", at=NOON) for _ in range(4)]


def scan(session: Session, wave: Wave, board: Board, count: int, at: dt.datetime) -> None:
    for _ in range(count):
        board_alarms.note_arrival(session, wave, board, at)


def test_windows_stand_out_only_with_ten_and_beyond_the_threshold() -> None:
    hours = {(board, NOON): 2 for board in range(6)} | {(6, NOON): 9, (7, NOON): 30}
    assert list(bursts_of(hours, 3.5)) == [(7, NOON)]
    assert bursts_of(hours, 20) == {}
    assert bursts_of({}, 3.5) == {}


def test_a_flooded_hour_is_one_alarm_whose_count_grows(session: Session, wave: Wave, made: list[Board]) -> None:
    for board in made[1:]:
        scan(session, wave, board, 2, NOON)
    scan(session, wave, made[0], 20, NOON)
    assert board_alarms.watch(session, NOON) == 1, "its day has nothing besides"
    scan(session, wave, made[0], 5, NOON + dt.timedelta(minutes=20))
    assert board_alarms.watch(session, NOON) == 0
    (alarm,) = board_alarms.alarms_of(session, [wave])
    assert (alarm.window, alarm.count) == (BoardWindow.HOUR, 25)
    assert alarm.starts_at == dt.datetime(2026, 6, 10, 4, tzinfo=dt.UTC)


def test_a_day_of_many_quiet_hours_alarms_as_a_day(session: Session, wave: Wave, made: list[Board]) -> None:
    for hour in range(8):
        at = NOON - dt.timedelta(hours=4) + dt.timedelta(hours=hour)
        scan(session, wave, made[0], 4, at)
        for board in made[1:]:
            scan(session, wave, board, hour % 2, at)
    board_alarms.watch(session, NOON + dt.timedelta(hours=4))
    (alarm,) = board_alarms.alarms_of(session, [wave])
    assert (alarm.window, alarm.count) == (BoardWindow.DAY, 32)
    assert alarm.starts_at == dt.datetime(2026, 6, 9, 16, tzinfo=dt.UTC), "midnight in China"


def test_counts_are_forgotten_and_alarms_stay(session: Session, wave: Wave, made: list[Board]) -> None:
    for board, count in zip(made, (20, 2, 2, 2), strict=True):
        scan(session, wave, board, count, NOON)
    board_alarms.watch(session, NOON)
    board_alarms.watch(session, NOON + KEPT + dt.timedelta(hours=1))
    assert session.scalars(sa.select(BoardHour)).all() == []
    assert len(session.scalars(sa.select(BoardAlarm)).all()) == 1


def test_a_closed_survey_has_no_counts_by_the_hour(session: Session, wave: Wave, made: list[Board]) -> None:
    scan(session, wave, made[0], 3, NOON)
    wave.close(NOON)
    assert board_alarms.watch(session, NOON + dt.timedelta(hours=1)) == 0
    assert session.scalars(sa.select(BoardHour)).all() == []


def test_nothing_is_counted_without_the_registered_rule(session: Session, make: Make, made: list[Board]) -> None:
    scan(session, make.wave(), made[0], 3, NOON)
    assert session.scalars(sa.select(BoardHour)).all() == []


def test_an_alarm_is_looked_into_once_in_words(session: Session, wave: Wave, made: list[Board], make: Make) -> None:
    for board, count in zip(made, (20, 2, 2, 2), strict=True):
        scan(session, wave, board, count, NOON)
    board_alarms.watch(session, NOON)
    alarm, by = board_alarms.alarms_of(session, [wave], unseen=True)[0], make.staff(Role.SURVEYOR)
    with pytest.raises(ReasonRequiredError):
        board_alarms.look_into(session, alarm, "  ", by, NOON)
    board_alarms.look_into(session, alarm, "村里开会", by, NOON)
    assert board_alarms.alarms_of(session, [wave], unseen=True) == []
    with pytest.raises(WrongStateError):
        board_alarms.look_into(session, alarm, "又看了", by, NOON)
