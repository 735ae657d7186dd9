"""Offline cases: the clock from the day of receipt, one number a channel, and only within one's part."""

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import codes
from minsheng.accounts.staff import Role, StaffMember
from minsheng.casework import case_entry, suggestions
from minsheng.casework.case_channels import CaseChannel
from minsheng.casework.case_entry import KnownCaseError, NumberNeededError, OfflineLetter, WrongDayError
from minsheng.casework.cases import CaseClock, CaseEventKind, SuggestionKind
from minsheng.casework.letters import Letter
from minsheng.casework.suggestions import Suggestion
from minsheng.editorial import publishing
from minsheng.encryption import ContactBox
from minsheng.errors import NotAllowedError
from minsheng.journal import JournalEntry
from minsheng.records.places import Division
from minsheng.workdays import WorkCalendar
from tests.factories import Make

TODAY = dt.date(2026, 6, 10)
CLOCK = CaseClock(WorkCalendar.load())
BOX = ContactBox({1: bytes(32)})
SECRET = "secret"
WORDS = "村口的路灯坏了三个月，晚上看不见路。"


@pytest.fixture
def place(make: Make) -> Division:
    return make.division()


@pytest.fixture
def reviewer(make: Make, place: Division) -> StaffMember:
    return make.staff(Role.CASE_REVIEWER, division=place, post="某县信访局")


class Desk:
    """Enters cases for a member of staff."""

    def __init__(self, session: Session, at: dt.datetime) -> None:
        self.session = session
        self.at = at

    def enter(
        self,
        by: StaffMember,
        place: Division | None,
        channel: CaseChannel = CaseChannel.PHONE,
        number: str = "",
        *,
        day: dt.date = TODAY,
        ticket: str = "t1",
        contact: str = "",
    ) -> Suggestion:
        """Enter a complaint about a place."""
        letter = Letter(SuggestionKind.COMPLAINT, WORDS, consent_to_publish=False, division=place)
        return case_entry.enter(
            self.session,
            OfflineLetter(channel, number, day, letter, contact),
            ticket=ticket,
            code=codes.tracking_code(SECRET, case_entry.PURPOSE, ticket),
            by=by,
            at=self.at,
            clock=CLOCK,
            box=BOX,
        )


@pytest.fixture
def desk(session: Session, at: dt.datetime) -> Desk:
    return Desk(session, at)


def test_the_clock_runs_from_the_day_of_receipt(
    desk: Desk, session: Session, reviewer: StaffMember, place: Division
) -> None:
    late = desk.enter(reviewer, place, day=dt.date(2026, 5, 8), contact="13812345678")
    fresh = desk.enter(reviewer, place, ticket="t2")

    # 8 May 2026 is a Friday; 9 May is a make-up day of the calendar of 2026.
    assert late.reply_due == CLOCK.calendar.add(dt.date(2026, 5, 8), CLOCK.reply_days).date
    assert late.is_overdue(TODAY)
    assert fresh.received_at == desk.at
    assert (late.entered_at, late.channel, late.original_number) == (desk.at, CaseChannel.PHONE, None)
    assert late.events[0].kind is CaseEventKind.RECEIVED
    assert late.events[0].actor == "某县信访局"
    assert late.contact_sealed is not None
    assert b"138" not in late.contact_sealed
    entry = session.scalars(sa.select(JournalEntry).where(JournalEntry.subject == late.subject)).one()
    assert (entry.act, entry.actor, entry.is_public) == ("suggestion_entered", "某县信访局", False)
    assert WORDS not in entry.payload
    assert publishing.verify(session) == []


def test_the_sender_follows_by_the_code(desk: Desk, session: Session, reviewer: StaffMember, place: Division) -> None:
    case = desk.enter(reviewer, place)
    code = codes.tracking_code(SECRET, case_entry.PURPOSE, case.ticket)
    assert suggestions.by_code(session, code) is case


@pytest.mark.parametrize("day", [dt.date(2026, 6, 11), dt.date(2027, 1, 1), dt.date(2025, 6, 8)])
def test_a_day_ahead_or_long_gone_is_refused(desk: Desk, reviewer: StaffMember, place: Division, day: dt.date) -> None:
    with pytest.raises(WrongDayError):
        desk.enter(reviewer, place, day=day)


@pytest.mark.parametrize("typed", ["ah-2026 0001", "ＡＨ-20260001", " AH-20260001 "])
def test_a_number_is_entered_once_a_channel_however_it_is_typed(
    desk: Desk, session: Session, reviewer: StaffMember, place: Division, typed: str
) -> None:
    first = desk.enter(reviewer, place, CaseChannel.HOTLINE, "AH-20260001")

    with pytest.raises(KnownCaseError) as refused:
        desk.enter(reviewer, place, CaseChannel.HOTLINE, typed, ticket="t2")
    assert refused.value.case_id == first.id
    other = desk.enter(reviewer, place, CaseChannel.MESSAGE_BOARD, typed, ticket="t3")
    assert other.id != first.id
    assert session.scalar(sa.select(sa.func.count(Suggestion.id))) == 2


def test_the_database_holds_a_number_apart_too(
    desk: Desk, session: Session, reviewer: StaffMember, place: Division
) -> None:
    desk.enter(reviewer, place, CaseChannel.HOTLINE, "1")
    other = desk.enter(reviewer, place, CaseChannel.HOTLINE, "2", ticket="t2")
    other.original_number = "1"
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()
    session.rollback()


def test_platforms_number_their_cases_and_telephones_do_not(desk: Desk, reviewer: StaffMember, place: Division) -> None:
    with pytest.raises(NumberNeededError):
        desk.enter(reviewer, place, CaseChannel.MESSAGE_BOARD, "  ")
    assert desk.enter(reviewer, place).original_number is None
    assert desk.enter(reviewer, place, ticket="t2").original_number is None


def test_the_same_ticket_makes_one_case(desk: Desk, reviewer: StaffMember, place: Division) -> None:
    first = desk.enter(reviewer, place, CaseChannel.HOTLINE, "7")
    assert desk.enter(reviewer, place, CaseChannel.HOTLINE, "7") is first


def test_only_within_ones_part_and_never_as_if_it_came_by_the_site(
    desk: Desk, make: Make, reviewer: StaffMember, place: Division
) -> None:
    elsewhere = make.division()
    for member, where in (
        (reviewer, elsewhere),
        (make.staff(Role.CASE_HANDLER, division=place), place),
        (make.staff(Role.PUBLISHER), place),
    ):
        with pytest.raises(NotAllowedError):
            desk.enter(member, where)
    with pytest.raises(NotAllowedError):
        desk.enter(reviewer, place, CaseChannel.WEB)
    assert desk.enter(make.staff(Role.SUPERVISOR), None).division is None


def test_who_handles_a_case_never_prints_its_code(
    desk: Desk, make: Make, reviewer: StaffMember, place: Division
) -> None:
    case = desk.enter(reviewer, place)
    case.agency = make.agency(division=place)
    both = make.staff(Role.CASE_REVIEWER, Role.CASE_HANDLER)

    assert case_entry.may_print_receipt(reviewer, case)
    assert not case_entry.may_print_receipt(both, case)
    case.channel = CaseChannel.WEB
    assert not case_entry.may_print_receipt(reviewer, case)
