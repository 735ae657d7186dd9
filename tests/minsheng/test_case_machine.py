"""Random paths over the real services: whatever people and the clock do in whatever order, no promise is broken."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy.orm import Session

from minsheng import codes
from minsheng.casework import case_links, case_reminders, letters
from minsheng.casework.case_events import CaseEvent
from minsheng.casework.case_reminders import DueMoment
from minsheng.casework.cases import CaseClock, CaseEventKind, CaseState, ClosedAs, Rating, RefusalReason, SuggestionKind
from minsheng.casework.letters import Letter
from minsheng.casework.suggestions import Suggestion
from minsheng.clock import local_date
from minsheng.database import Base
from minsheng.editorial import publishing
from minsheng.encryption import ContactBox
from minsheng.errors import WrongStateError
from minsheng.records.places import Agency
from minsheng.workdays import WorkCalendar
from tests.factories import Make
from website import database_setup

CLOCK = CaseClock(WorkCalendar.load())
BOX = ContactBox({1: b"k" * 32})
Step = Callable[[Suggestion], None]
START = dt.datetime(2025, 12, 1, 2, tzinfo=dt.UTC)

TRANSITIONS = {
    CaseState.RECEIVED: {CaseState.ACCEPTED, CaseState.REFUSED, CaseState.CLOSED},
    CaseState.ACCEPTED: {CaseState.HANDED_OVER, CaseState.CLOSED},
    CaseState.HANDED_OVER: {CaseState.REPLIED, CaseState.CLOSED},
    CaseState.REPLIED: {CaseState.DISPUTED, CaseState.CLOSED},
    CaseState.DISPUTED: {CaseState.FINALLY_REPLIED},
    CaseState.FINALLY_REPLIED: {CaseState.CLOSED},
    CaseState.REFUSED: set(),
    CaseState.CLOSED: set(),
}
"""The whole table of states; a case closes before its reply only as a duplicate."""


class Cases(RuleBasedStateMachine):
    """Several cases, two agencies, and a clock that only goes forward."""

    sent = Bundle("sent")

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.engine = sa.create_engine(f"sqlite:///{Path(self.folder.name) / 'cases.sqlite'}")
        database_setup.prepare(self.engine)
        Base.metadata.create_all(self.engine)
        self.session = Session(self.engine)
        self.now = START
        self.number = 0
        self.agencies: list[Agency] = []
        self.states: dict[int, CaseState] = {}
        self.promised: dict[int, dt.date] = {}
        self.days_late: dict[int, int] = {}
        self.steps: dict[int, int] = {}

    def teardown(self) -> None:
        self.session.close()
        self.engine.dispose()
        self.folder.cleanup()

    @initialize()
    def prepare(self) -> None:
        make = Make(self.session, START)
        self.agencies = [make.agency(), make.agency()]
        self.session.commit()

    @rule(target=sent)
    def send(self) -> int:
        self.number += 1
        ticket = f"ticket-{self.number}"
        letter = Letter(SuggestionKind.COMPLAINT, "路灯坏了，桥也裂了", consent_to_publish=True)
        code = codes.tracking_code("secret", "suggestion", ticket)
        case = letters.submit(self.session, letter, ticket=ticket, code=code, at=self.now, clock=CLOCK)
        self.take(case, "suggestion_received")
        self.promised[case.id] = CLOCK.calendar.add(local_date(self.now), CLOCK.reply_days).date
        return case.id

    @rule(hours=st.integers(1, 200))
    def wait(self, hours: int) -> None:
        self.now += dt.timedelta(hours=hours)

    @rule()
    def tick(self) -> None:
        case_reminders.watch(self.session, CLOCK, self.now)
        assert case_reminders.watch(self.session, CLOCK, self.now) == 0

    @rule(case_id=sent)
    def review(self, case_id: int) -> None:
        case = self.case(case_id)
        case.review(is_public=True, title="路灯坏了", words="路灯坏了", by="a", at=self.now)
        self.take(case, "suggestion_reviewed")

    @rule(case_id=sent)
    def accept(self, case_id: int) -> None:
        self.attempt(case_id, "suggestion_accepted", lambda case: case.accept("a", self.now))

    @rule(case_id=sent)
    def refuse(self, case_id: int) -> None:
        self.attempt(
            case_id, "suggestion_refused", lambda case: case.refuse(RefusalReason.UNCLEAR, "说不清", "a", self.now)
        )

    @rule(case_id=sent, which=st.integers(0, 1))
    def hand_over(self, case_id: int, which: int) -> None:
        agency = self.agencies[which]
        self.attempt(case_id, "suggestion_handed_over", lambda case: case.hand_over(agency, "a", self.now))

    @rule(case_id=sent)
    def extend(self, case_id: int) -> None:
        case = self.case(case_id)
        if self.attempt(case_id, "suggestion_extended", lambda one: one.extend("等设备", "b", self.now, CLOCK)):
            self.promised[case_id] = CLOCK.calendar.add(self.promised[case_id], CLOCK.extension_days).date
            assert sum(event.kind is CaseEventKind.EXTENDED for event in case.events) == 1
            self.days_late.pop(case_id, None)

    @rule(case_id=sent)
    def answer(self, case_id: int) -> None:
        self.attempt(case_id, "suggestion_replied", lambda case: case.answer("已修好", "b", self.now, CLOCK))

    @rule(case_id=sent, rating=st.sampled_from(Rating))
    def rate(self, case_id: int, rating: Rating) -> None:
        self.attempt(case_id, "suggestion_rated", lambda case: case.rate(rating, "", self.now))

    @rule(case_id=sent)
    def dispute(self, case_id: int) -> None:
        if self.attempt(case_id, "suggestion_disputed", lambda case: case.dispute("没解决", self.now, CLOCK)):
            self.days_late.pop(case_id, None)

    @rule(case_id=sent)
    def answer_finally(self, case_id: int) -> None:
        self.attempt(
            case_id, "suggestion_finally_replied", lambda case: case.answer_finally("已换线", "c", self.now, CLOCK)
        )

    @rule(case_id=sent, other_id=sent)
    def merge(self, case_id: int, other_id: int) -> None:
        main = self.case(other_id)
        self.attempt(
            case_id, "suggestion_merged", lambda case: case_links.merge(self.session, case, main, "a", self.now)
        )
        self.take(main, "suggestion_took_in")

    @rule(target=sent, case_id=sent)
    def split(self, case_id: int) -> int:
        self.number += 1
        ticket = f"split-{self.number}"
        code = codes.tracking_code("secret", "suggestion", ticket)
        known = {one.id for one in self.case(case_id).split_off}

        def cut(case: Suggestion) -> None:
            case_links.split(self.session, case, "桥裂了", ticket=ticket, code=code, box=BOX, by="a", at=self.now)

        if not self.attempt(case_id, "suggestion_split", cut):
            return case_id
        second = next(one for one in self.case(case_id).split_off if one.id not in known)
        self.promised[second.id] = self.promised[case_id]
        self.take(second, "suggestion_split_off")
        return second.id

    def case(self, case_id: int) -> Suggestion:
        found = self.session.get(Suggestion, case_id)
        assert found is not None
        return found

    def attempt(self, case_id: int, act: str, step: Step) -> bool:
        """Take a step; where it is refused, nothing at all may have changed."""
        case = self.case(case_id)
        before = (case.state, case.reply_due, case.agency_id, len(case.events), case.main_case_id)
        try:
            step(case)
        except WrongStateError:
            assert not self.session.dirty
            assert not self.session.new
            assert (case.state, case.reply_due, case.agency_id, len(case.events), case.main_case_id) == before
            return False
        assert len(case.events) > before[3]
        self.take(case, act)
        return True

    def take(self, case: Suggestion, act: str) -> None:
        publishing.record_suggestion(self.session, case, act, "a", self.now)
        self.session.commit()

    @invariant()
    def states_follow_the_table(self) -> None:
        for case in self.session.scalars(sa.select(Suggestion)):
            known = self.states.get(case.id, case.state)
            assert case.state is known or case.state in TRANSITIONS[known]
            if known in {CaseState.RECEIVED, CaseState.ACCEPTED, CaseState.HANDED_OVER}:
                assert case.state is not CaseState.CLOSED or case.closed_as is ClosedAs.MERGED
            self.states[case.id] = case.state

    @invariant()
    def deadlines_move_only_by_the_one_extension(self) -> None:
        for case in self.session.scalars(sa.select(Suggestion)):
            assert case.reply_due == self.promised[case.id]
            assert bool(case.extended_because) == any(
                event.kind is CaseEventKind.EXTENDED for event in [*case.events, *self.split_of(case)]
            )

    def split_of(self, case: Suggestion) -> list[CaseEvent]:
        """What was split off has the extension of the letter it came from."""
        return [] if case.split_from is None else [*case.split_from.events, *self.split_of(case.split_from)]

    @invariant()
    def overdue_days_count_up(self) -> None:
        today = local_date(self.now)
        for case in self.session.scalars(sa.select(Suggestion)):
            if case.due is None:
                self.days_late.pop(case.id, None)
                continue
            late = (today - case.due).days
            assert late >= self.days_late.get(case.id, late)
            assert case.is_overdue(today) == (late > 0)
            self.days_late[case.id] = late

    @invariant()
    def steps_are_complete_in_order_and_never_taken_back(self) -> None:
        for case in self.session.scalars(sa.select(Suggestion)):
            kinds = [event.kind for event in case.events]
            assert kinds[0] is CaseEventKind.RECEIVED
            assert [event.at for event in case.events] == sorted(event.at for event in case.events)
            assert len(kinds) >= self.steps.get(case.id, 0)
            self.steps[case.id] = len(kinds)
            assert (CaseEventKind.REPLIED in kinds) == (case.replied_at is not None)
            assert kinds.count(CaseEventKind.DISPUTED) == (case.disputed_at is not None)
            assert (CaseEventKind.REFUSED in kinds) == (case.state is CaseState.REFUSED)
            assert (CaseEventKind.MERGED in kinds) == (case.main_case is not None)
            noted = [one.moment for one in case.reminders if one.moment is not DueMoment.RATING_OVER]
            urged = kinds.count(CaseEventKind.REMINDED) + kinds.count(CaseEventKind.ESCALATED)
            assert len(noted) == urged

    @invariant()
    def whoever_was_merged_waits_for_one_real_case(self) -> None:
        for case in self.session.scalars(sa.select(Suggestion).where(Suggestion.main_case_id.is_not(None))):
            assert case.main_case is not None
            assert case.main_case.main_case is None
            assert case.main_case.received_at <= case.received_at

    @invariant()
    def the_journal_verifies(self) -> None:
        assert publishing.verify(self.session) == []
        self.session.commit()


TestCases = Cases.TestCase
TestCases.settings = settings(
    max_examples=25, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
