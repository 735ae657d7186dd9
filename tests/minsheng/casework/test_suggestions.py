"""The case and its clock: every step refuses what does not fit, and no path makes the clock go wrong."""

import datetime as dt
import random

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from minsheng import codes
from minsheng.casework import case_statistics, letters, suggestions
from minsheng.casework.cases import CaseClock, CaseState, ClosedAs, Prominence, Rating, RefusalReason, SuggestionKind
from minsheng.casework.letters import Letter
from minsheng.casework.suggestions import Suggestion
from minsheng.clock import local_date
from minsheng.editorial import publishing
from minsheng.errors import ReasonRequiredError, WrongStateError
from minsheng.journal import JournalEntry
from minsheng.records.publication import Origin
from minsheng.workdays import WorkCalendar
from tests.factories import Make

CLOCK = CaseClock(WorkCalendar.load())
HANDLER = "某县交通局承办员"


def send(session: Session, at: dt.datetime, *, ticket: str = "ticket-1", consent: bool = True) -> Suggestion:
    letter = Letter(SuggestionKind.COMPLAINT, "村口的路灯坏了三天", consent_to_publish=consent)
    code = codes.tracking_code("secret", "suggestion", ticket)
    return letters.submit(session, letter, ticket=ticket, code=code, at=at, clock=CLOCK)


def replied(session: Session, make: Make, at: dt.datetime) -> Suggestion:
    case = send(session, at)
    case.accept("某县信访局", at)
    case.hand_over(make.agency(), "某县信访局", at)
    case.answer("路灯已于今日修好。", HANDLER, at, CLOCK)
    return case


def test_sending_twice_makes_one_case(session: Session, at: dt.datetime) -> None:
    assert send(session, at) is send(session, at + dt.timedelta(minutes=1))
    assert session.scalar(sa.select(sa.func.count(Suggestion.id))) == 1


def test_deadlines_count_working_days_from_receipt(session: Session, at: dt.datetime) -> None:
    # 10 June 2026 is a Wednesday; 19 June is the Dragon Boat holiday.
    case = send(session, at)
    assert case.accept_due == dt.date(2026, 6, 12)
    assert case.reply_due == dt.date(2026, 7, 2)
    assert not case.reply_due_is_provisional


def test_the_code_finds_the_case_and_the_database_does_not_hold_it(session: Session, at: dt.datetime) -> None:
    case = send(session, at)
    code = codes.tracking_code("secret", "suggestion", "ticket-1")
    assert suggestions.by_code(session, code) is case
    row = session.execute(sa.text("SELECT * FROM suggestion")).mappings().one()
    assert code not in str(dict(row))


def test_archive_projects_take_no_suggestions(session: Session, make: Make, at: dt.datetime) -> None:
    programme = make.programme(origin=Origin.COMPILED, source_title="某通报")
    project = make.project(programme=programme, origin=Origin.COMPILED, source_title="某通报")
    letter = Letter(SuggestionKind.QUESTION, "什么时候完工？", consent_to_publish=False, project=project)
    with pytest.raises(WrongStateError):
        letters.submit(session, letter, ticket="t", code="c", at=at, clock=CLOCK)


def test_nothing_is_public_without_review_and_consent(session: Session, at: dt.datetime) -> None:
    case = send(session, at, consent=False)
    assert session.scalars(Suggestion.visible_to_residents()).all() == []
    with pytest.raises(WrongStateError):
        case.review(is_public=True, title="路灯", words="路灯坏了", by="某县信访局", at=at)
    case.review(is_public=False, title="", words="", by="某县信访局", at=at)
    assert case.prominence is Prominence.INTERNAL
    with pytest.raises(IntegrityError, match="public_only_with_consent"):
        session.execute(sa.text("UPDATE suggestion SET prominence = 'public', public_words = 'x', public_title = 'x'"))


def test_refusal_needs_a_reason_in_words(session: Session, at: dt.datetime) -> None:
    case = send(session, at)
    with pytest.raises(ReasonRequiredError):
        case.refuse(RefusalReason.NOT_OUR_MATTER, " ", "某县信访局", at)
    case.refuse(RefusalReason.NOT_OUR_MATTER, "属于供电公司职责，电话……", "某县信访局", at)
    assert case.state is CaseState.REFUSED
    assert case.due is None


def test_transfers_and_extension_never_stop_the_clock(session: Session, make: Make, at: dt.datetime) -> None:
    case = send(session, at)
    due = case.reply_due
    case.accept("某县信访局", at)
    case.hand_over(make.agency(), "某县信访局", at)
    case.hand_over(make.agency(), "某县信访局", at + dt.timedelta(days=10))
    assert case.reply_due == due
    case.extend("等待设备到货", HANDLER, at, CLOCK)
    assert case.reply_due == CLOCK.calendar.add(due, 10).date
    with pytest.raises(WrongStateError):
        case.extend("再等等", HANDLER, at, CLOCK)


def test_overdue_is_a_matter_of_the_day(session: Session, at: dt.datetime) -> None:
    case = send(session, at)
    assert not case.is_overdue(case.reply_due)
    assert case.is_overdue(case.reply_due + dt.timedelta(days=1))


def test_one_dispute_goes_to_the_supervising_office_and_is_not_resolved(
    session: Session, make: Make, at: dt.datetime
) -> None:
    case = replied(session, make, at)
    case.dispute("灯又坏了", at, CLOCK)
    assert case.final_reply_due == CLOCK.calendar.add(local_date(at), 10).date
    assert case.is_waiting_for_reply
    case.answer_finally("已更换整段线路。", "某县民生办", at, CLOCK)
    with pytest.raises(WrongStateError):
        case.dispute("还是不行", at, CLOCK)
    case.rate(Rating.PARTLY, "", at)
    assert case.closed_as is ClosedAs.AFTER_DISPUTE


def test_silence_after_a_reply_is_its_own_category(session: Session, make: Make, at: dt.datetime) -> None:
    case = replied(session, make, at)
    with pytest.raises(WrongStateError):
        case.close_unrated(at + dt.timedelta(days=5))
    case.close_unrated(at + dt.timedelta(days=30))
    assert (case.closed_as, case.rating) == (ClosedAs.UNRATED, None)


def test_a_sender_in_the_new_year_of_an_unpublished_calendar_is_told_so(session: Session) -> None:
    case = send(session, dt.datetime(2035, 12, 20, 4, tzinfo=dt.UTC))
    assert case.reply_due_is_provisional


@pytest.mark.parametrize("seed", range(60))
def test_random_walks_never_break_the_case(session: Session, make: Make, seed: int) -> None:
    """Walk any steps in any order: what is allowed keeps every promise, what is not changes nothing."""
    dice = random.Random(seed)  # noqa: S311 - a walk that can be repeated
    now = dt.datetime(2026, 1, 5, 2, tzinfo=dt.UTC) + dt.timedelta(days=dice.randrange(300))
    agencies = [make.agency(), make.agency()]
    case = send(session, now)
    received_due = case.reply_due
    extended = disputes = 0
    steps = {
        "accept": lambda: case.accept("a", now),
        "refuse": lambda: case.refuse(RefusalReason.UNCLEAR, "说不清", "a", now),
        "hand_over": lambda: case.hand_over(dice.choice(agencies), "a", now),
        "extend": lambda: case.extend("理由", "b", now, CLOCK),
        "answer": lambda: case.answer("答复", "b", now, CLOCK),
        "rate": lambda: case.rate(dice.choice(list(Rating)), "", now),
        "dispute": lambda: case.dispute("没解决", now, CLOCK),
        "answer_finally": lambda: case.answer_finally("最后答复", "c", now, CLOCK),
        "close_unrated": lambda: case.close_unrated(now),
    }
    for _ in range(40):
        now += dt.timedelta(hours=dice.randrange(1, 90))
        name = dice.choice(list(steps))
        before = (case.state, case.reply_due, len(case.events))
        try:
            steps[name]()
        except WrongStateError:
            assert (case.state, case.reply_due, len(case.events)) == before
            continue
        extended += name == "extend"
        disputes += name == "dispute"
        session.flush()
        assert case.reply_due == (CLOCK.calendar.add(received_due, 10).date if extended else received_due)
        assert extended <= 1
        assert disputes <= 1
        assert (case.due is not None) == case.is_waiting_for_reply
        assert [event.at for event in case.events] == sorted(event.at for event in case.events)
        assert (case.state is CaseState.CLOSED) == (case.closed_as is not None)
    counts = case_statistics.count(session, local_date(now))
    assert counts.received == 1
    assert counts.on_time + counts.late == (case.replied_at is not None)
    assert counts.open == case.is_waiting_for_reply


def test_statistics_do_not_flatter(session: Session, make: Make, at: dt.datetime) -> None:
    late = send(session, at, ticket="late")
    late.accept("a", at)
    agency = make.agency()
    late.hand_over(agency, "a", at)
    late.answer("答复", "b", at + dt.timedelta(days=60), CLOCK)
    late.dispute("没解决", at + dt.timedelta(days=61), CLOCK)
    send(session, at, ticket="open")
    session.flush()
    counts = case_statistics.count(session, local_date(at) + dt.timedelta(days=90))
    assert (counts.received, counts.on_time, counts.late, counts.open, counts.overdue) == (2, 0, 1, 2, 2)
    assert (counts.disputed, counts.reopened) == (1, 1)
    assert counts.received == counts.answered + counts.open - counts.reopened
    assert counts.median_days == 60
    assert not counts.can_be_ranked
    assert case_statistics.counts_by_agency(session, local_date(at))[0][0] is agency


def test_the_journal_holds_commitments_and_no_words_of_people(session: Session, make: Make, at: dt.datetime) -> None:
    case = replied(session, make, at)
    case.review(is_public=True, title="路灯坏了", words="村口的路灯坏了三天", by="某县信访局", at=at)
    publishing.record_suggestion(session, case, "suggestion_reviewed", "某县信访局", at)
    entry = session.scalars(sa.select(JournalEntry).where(JournalEntry.subject == case.subject)).one()
    for words in ("路灯", "今日修好"):
        assert words not in entry.payload
    assert publishing.verify(session) == []
    session.execute(sa.text("UPDATE suggestion SET reply = '没有修'"))
    session.expire_all()
    assert [fault.kind for fault in publishing.verify(session)] == ["record_altered"]
