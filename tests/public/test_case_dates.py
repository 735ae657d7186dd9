"""What a sender reads of dates over a year whose calendar is not published, before and after it is."""

import datetime as dt
import re

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng import codes
from minsheng.accounts.staff import Role
from minsheng.casework import case_deadlines, letters
from minsheng.casework.cases import CaseEventKind, SuggestionKind
from minsheng.casework.letters import Letter
from minsheng.casework.suggestions import Suggestion
from minsheng.clock import LOCAL_ZONE
from minsheng.installation import calendars
from minsheng.workdays import Notice
from pages.language import speaking
from pages.services import services
from public.casework.case_mail import moved
from tests.factories import Make

RECEIVED = dt.datetime(2026, 12, 14, 12, tzinfo=LOCAL_ZONE)
MARK = "（暂定）"


def send(session: Session, ticket: str = "one") -> tuple[Suggestion, str]:
    """A letter of the middle of December, and its tracking code."""
    known = services()
    code = codes.tracking_code(known.secret, "suggestion", ticket)
    letter = Letter(SuggestionKind.COMPLAINT, "村口的路灯坏了", consent_to_publish=True)
    case = letters.submit(session, letter, ticket=ticket, code=code, at=RECEIVED, clock=known.case_clock)
    session.commit()
    return case, code


def text_of(client: FlaskClient, address: str) -> str:
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", client.get(address).text))


def test_dates_are_marked_until_the_calendar_is_known_and_then_moved_with_a_word(
    client: FlaskClient, session: Session, make: Make
) -> None:
    _case, code = send(session)
    page = f"/suggestions/follow/{code}"
    for address in (f"{page}?sent=1", f"{page}/receipt"):
        text = text_of(client, address)
        assert "2026年12月16日前" in text, "the date of acceptance rests on a known year"
        assert f"2027年1月4日{MARK}前" in text
        assert "公布后重新算" in text
    administrator = make.staff(Role.ADMINISTRATOR)
    holiday = {dt.date(2027, 1, 1): False}
    calendars.take(session, Notice(2027, "通知", "国办发明电〔2026〕0号"), holiday, administrator, RECEIVED)
    assert case_deadlines.count_provisional(session) == 1
    assert case_deadlines.recount(session, services().case_clock, RECEIVED) == 1
    assert case_deadlines.count_provisional(session) == 0
    text = text_of(client, page)
    assert MARK not in text
    assert "应在2027年1月5日前答复" in text
    assert "答复：由2027年1月4日改为2027年1月5日前" in text


def test_the_date_for_judging_is_marked_and_a_move_is_told_by_mail(
    client: FlaskClient, session: Session, make: Make
) -> None:
    case, code = send(session)
    clock = services().case_clock
    case.accept("某县信访局", RECEIVED)
    case.hand_over(make.agency(), "某县信访局", RECEIVED)
    case.answer("已修好。", "某局", RECEIVED + dt.timedelta(days=9), clock)
    session.commit()
    assert f"请在2027年1月6日{MARK}前评价" in text_of(client, f"/suggestions/follow/{code}")
    case.note(CaseEventKind.RESCHEDULED, RECEIVED, "", "rating_due 2027-01-06 2027-01-07")
    session.flush()
    with speaking("zh_Hans"):
        message = moved("a@example.org", case, case.events[-1:])
    assert "评价：由2027年1月6日改为2027年1月7日前" in re.sub("[\xa0\u2009\u202f ]", "", message.text)
