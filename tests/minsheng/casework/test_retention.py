"""Contacts go when their period is over and when their sender says so; the case and the chain stay."""

import datetime as dt
import json

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.casework import letters, retention
from minsheng.casework.cases import CaseClock, CaseState, RefusalReason, SuggestionKind
from minsheng.casework.letters import Letter
from minsheng.casework.retention import KEPT, Because
from minsheng.casework.sender_notices import SenderNotice
from minsheng.casework.suggestions import Suggestion
from minsheng.editorial import publishing
from minsheng.encryption import ContactBox
from minsheng.errors import WrongStateError
from minsheng.journal import JournalEntry
from minsheng.mailing import mail
from minsheng.mailing.mail import Mail, QueuedMail
from minsheng.workdays import WorkCalendar

CLOCK = CaseClock(WorkCalendar.load())
BOX = ContactBox({1: bytes(32)})
DAY = dt.timedelta(days=1)


@pytest.fixture
def case(session: Session, at: dt.datetime) -> Suggestion:
    made = letters.submit(
        session,
        Letter(SuggestionKind.QUESTION, "什么时候修路？", consent_to_publish=False),
        ticket="t",
        code="C",
        at=at,
        clock=CLOCK,
        seal=lambda record: BOX.seal("ming@example.cn", record),
    )
    session.add(SenderNotice(suggestion_id=made.id, language="zh_Hans"))
    mail.queue(session, BOX, "k1", Mail("ming@example.cn", "答复", "有答复了"), at, made.subject)
    mail.queue(session, BOX, "k2", Mail("hua@example.cn", "答复", "别人的"), at, "suggestion:999")
    publishing.record_suggestion(session, made, "suggestion_received", "", at)
    return made


def test_on_request_all_that_names_the_sender_is_gone(session: Session, case: Suggestion, at: dt.datetime) -> None:
    retention.erase(session, case, Because.REQUEST, "", at)

    assert (case.contact_sealed, case.contact_erased_at, case.words) == (None, at, "什么时候修路？")
    assert session.scalars(sa.select(SenderNotice)).all() == []
    assert session.scalars(sa.select(QueuedMail.key)).all() == ["k2"]
    entry = session.scalars(sa.select(JournalEntry).where(JournalEntry.act == "contact_erased")).one()
    assert not entry.is_public
    assert json.loads(entry.payload)["because"] == "request"
    assert "ming" not in entry.payload
    assert publishing.verify(session) == []
    with pytest.raises(WrongStateError):
        retention.erase(session, case, Because.REQUEST, "", at)


def test_the_period_begins_when_the_case_ends(session: Session, case: Suggestion, at: dt.datetime) -> None:
    assert retention.erase_due(session, at + 10 * KEPT) == 0, "an open case may still need its sender"

    case.refuse(RefusalReason.UNCLEAR, "请说清是哪条路", "某局", at)
    assert case.state is CaseState.REFUSED
    assert retention.erase_due(session, at + KEPT) == 0
    assert retention.erase_due(session, at + KEPT + DAY) == 1
    assert case.contact_sealed is None
    assert retention.erase_due(session, at + KEPT + DAY) == 0


def test_the_installation_may_keep_them_shorter(session: Session, case: Suggestion, at: dt.datetime) -> None:
    case.refuse(RefusalReason.UNCLEAR, "请说清是哪条路", "某局", at)
    assert retention.erase_due(session, at + 8 * DAY, kept=7 * DAY) == 1
