"""Dates over a year without a calendar: marked wherever they are, and counted again once the calendar is known."""

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.casework import case_deadlines, case_reminders, letters
from minsheng.casework.cases import CaseClock, CaseEventKind, CaseState, SuggestionKind
from minsheng.casework.letters import Letter
from minsheng.casework.suggestions import Suggestion
from minsheng.clock import LOCAL_ZONE
from minsheng.editorial import publishing
from minsheng.journal import JournalEntry
from minsheng.workdays import Notice, packaged_calendar
from tests.factories import Make

BEFORE = CaseClock(packaged_calendar())
NEW_YEAR = {dt.date(2027, 1, day): False for day in (1, 2, 3)}
MADE_UP = {dt.date(2027, 1, 9): True}
NOTICE = Notice(2027, "国务院办公厅关于2027年部分节假日安排的通知", "国办发明电〔2026〕0号")
AFTER = CaseClock(packaged_calendar().with_year(NOTICE, {**NEW_YEAR, **MADE_UP}))


def noon(text: str) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(text), dt.time(12), LOCAL_ZONE)


def send(session: Session, on: str, ticket: str = "one") -> Suggestion:
    letter = Letter(SuggestionKind.COMPLAINT, "村口的路灯坏了", consent_to_publish=True)
    return letters.submit(session, letter, ticket=ticket, code=f"code-{ticket}", at=noon(on), clock=BEFORE)


def flags(case: Suggestion) -> dict[str, bool]:
    return {name: getattr(case, f"{name}_is_provisional") for name in case_deadlines.DATES}


def handed_over(session: Session, make: Make, on: str) -> Suggestion:
    case = send(session, on)
    case.accept("a", noon(on))
    case.hand_over(make.agency(), "a", noon(on))
    return case


@pytest.mark.parametrize(
    ("received", "accept", "reply"),
    [
        ("2026-11-30", False, False),  # 2 and 21 December
        ("2026-12-09", False, True),  # 11 and 30 December: the notice for 2027 may move the last days of December
        ("2026-12-14", False, True),
        ("2026-12-28", True, True),
    ],
)
def test_each_date_says_for_itself_whether_it_is_provisional(
    session: Session, received: str, accept: bool, reply: bool
) -> None:
    case = send(session, received)
    assert (case.accept_due_is_provisional, case.reply_due_is_provisional) == (accept, reply)
    assert case.due_is_provisional is reply


def test_an_extension_a_rating_and_a_dispute_are_marked_too(session: Session, make: Make) -> None:
    case = handed_over(session, make, "2026-11-30")
    case.extend("等材料", "b", noon("2026-12-10"), BEFORE)
    assert case.reply_due_is_provisional
    case.answer("已修好。", "b", noon("2026-12-24"), BEFORE)
    assert case.rating_due_is_provisional
    assert not case.due_is_provisional, "nothing is owed while the sender judges"
    case.dispute("没有修好", noon("2026-12-25"), BEFORE)
    assert case.due_is_provisional
    case.answer_finally("换了新灯。", "c", noon("2027-01-05"), BEFORE)
    assert flags(case) == {
        "accept_due": False,
        "reply_due": True,
        "final_reply_due": True,
        "rating_due": True,
    }


def test_dates_are_counted_again_once_the_calendar_is_known_and_the_steps_say_so(session: Session, make: Make) -> None:
    case = handed_over(session, make, "2026-12-14")
    at = noon("2026-12-20")
    assert case.reply_due == dt.date(2027, 1, 4)
    assert case_deadlines.recount(session, BEFORE, at) == 0
    assert case_deadlines.recount(session, AFTER, at) == 1
    # New Year's Day was counted as a working day before.
    assert (case.reply_due, case.reply_due_is_provisional) == (dt.date(2027, 1, 5), False)
    step = case.events[-1]
    assert step.kind is CaseEventKind.RESCHEDULED
    assert case_deadlines.moves(step.public_text) == [("reply_due", dt.date(2027, 1, 4), dt.date(2027, 1, 5))]
    assert case_deadlines.recount(session, AFTER, at) == 0
    acts = session.scalars(sa.select(JournalEntry.act)).all()
    assert list(acts) == ["suggestion_rescheduled"]
    assert publishing.verify(session) == []


def test_an_extended_date_keeps_all_its_working_days(session: Session, make: Make) -> None:
    case = handed_over(session, make, "2026-12-14")
    case.extend("等材料", "b", noon("2026-12-18"), BEFORE)
    assert case.reply_due == dt.date(2027, 1, 18)
    case_deadlines.recount(session, AFTER, noon("2026-12-20"))
    # One day later for New Year's Day, one earlier for Saturday 9 January, which is worked.
    assert case.reply_due == dt.date(2027, 1, 18)
    assert not case.reply_due_is_provisional
    assert CaseEventKind.RESCHEDULED not in [event.kind for event in case.events], "no date moved"


def test_a_step_in_time_never_becomes_late(session: Session, make: Make) -> None:
    earlier = CaseClock(packaged_calendar().with_year(NOTICE, {dt.date(2027, 1, 2): True}))
    case = handed_over(session, make, "2026-12-14")
    case.answer("已修好。", "b", noon("2027-01-04"), BEFORE)
    case_deadlines.recount(session, earlier, noon("2027-01-05"))
    assert case.reply_due == dt.date(2027, 1, 4)
    assert not case.was_answered_late
    late = send(session, "2026-12-14", "two")
    late.accept("a", noon("2026-12-14"))
    late.hand_over(make.agency(), "a", noon("2026-12-14"))
    late.answer("已修好。", "b", noon("2027-01-05"), BEFORE)
    assert late.was_answered_late
    case_deadlines.recount(session, AFTER, noon("2027-01-06"))
    assert (late.state, late.was_answered_late) == (CaseState.REPLIED, False)


def test_reminders_follow_the_date_that_was_counted_again(session: Session, make: Make) -> None:
    case = handed_over(session, make, "2026-12-14")
    session.commit()
    case_reminders.watch(session, BEFORE, noon("2027-01-04"))
    assert [one.due for one in case.reminders] == [dt.date(2027, 1, 4)]
    case_deadlines.recount(session, AFTER, noon("2027-01-04"))
    assert not case.is_reminded, "the reminder was about another date"
    case_reminders.watch(session, AFTER, noon("2027-01-05"))
    assert [one.due for one in case.reminders] == [dt.date(2027, 1, 4), dt.date(2027, 1, 5)]
