"""Calls through pages: the next number, an interview, results, a code, checks by somebody else."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from minsheng.accounts.staff import Role, StaffMember
from minsheng.journal import JournalEntry
from minsheng.opinion.dispositions import Disposition
from minsheng.surveying.call_attempts import CallAttempt, CallClaim
from minsheng.surveying.dispositions import DispositionCount
from minsheng.surveying.invites import Invite
from minsheng.surveying.sample_drawing import Wanted
from minsheng.surveying.samples import CheckState, HalfDay, SampledPerson
from minsheng.surveying.surveys import Channel, Response, Wave
from tests.admin.conftest import Browser, Clock, read_fields
from tests.factories import Make
from tests.minsheng.samples import drawn, interviewer

SignIn = Callable[[StaffMember], Browser]
ANSWERS = {"q-aware": "heard", "q-satisfied": "very_satisfied"}


@pytest.fixture
def wave(session: Session, make: Make) -> Wave:
    wave = make.wave()
    drawn(session, make, wave, {"城镇": 20}, {"城镇": Wanted(10)})
    return wave


@pytest.fixture
def browser(clock: Clock, make: Make, browser_of: SignIn) -> Browser:
    return browser_of(interviewer(make))


def home(wave: Wave) -> str:
    return f"/admin/surveys/{wave.slug}/calls"


def take(browser: Browser, wave: Wave, **more: str) -> str:
    """Take the next number and return the page with it."""
    answer = browser.post(f"{home(wave)}/next", more, on=home(wave))
    return browser.get(answer.location).text


def interview(browser: Browser, wave: Wave, **given: str) -> TestResponse:
    page = f"{home(wave)}/next"
    ticket = browser.fields(page)["ticket"]
    return browser.post(f"{home(wave)}/answers", {"ticket": ticket, **ANSWERS, "complete": "1", **given}, on=page)


def people(session: Session) -> list[SampledPerson]:
    return list(session.scalars(sa.select(SampledPerson)))


def test_an_interview_becomes_an_answer_of_the_sample(session: Session, wave: Wave, browser: Browser) -> None:
    page = take(browser, wave)
    assert re.search(r"1000000\d{4}", page)
    assert "您好。" in page
    assert interview(browser, wave).status_code == 302
    response = session.scalars(sa.select(Response)).one()
    assert (response.channel, response.stratum, response.base_weight) == (Channel.PHONE, "城镇", Decimal(2))
    assert response.interviewer
    assert response.week == "2026-W24"
    done = [one for one in people(session) if one.is_done]
    assert [one.disposition for one in done] == [Disposition.COMPLETE]
    counts = {row.disposition: row.count for row in session.scalars(sa.select(DispositionCount))}
    assert counts == {Disposition.COMPLETE: 1, Disposition.UNKNOWN_HOUSEHOLD: 9}
    assert session.scalars(sa.select(CallClaim)).all() == []


def test_sending_an_interview_twice_makes_one_answer(session: Session, wave: Wave, browser: Browser) -> None:
    take(browser, wave)
    fields = {**ANSWERS, "complete": "1", **browser.fields(f"{home(wave)}/next")}
    fields.pop("result", None)
    for _ in range(2):
        assert browser.post_as_typed(f"{home(wave)}/answers", fields).status_code == 302
    assert len(session.scalars(sa.select(Response)).all()) == 1


def test_answers_that_do_not_fit_stay_and_are_told(session: Session, wave: Wave, browser: Browser) -> None:
    take(browser, wave)
    answer = interview(browser, wave, **{"q-satisfied": "", "q-words": "路灯要多一些"})
    assert answer.status_code == 422
    assert "请回答这一题" in answer.text
    assert "路灯要多一些" in answer.text
    assert read_fields(answer)["q-aware"] == "heard"
    assert session.scalars(sa.select(Response)).all() == []


def test_a_broken_off_interview_is_partial(session: Session, wave: Wave, browser: Browser) -> None:
    take(browser, wave)
    page = f"{home(wave)}/next"
    fields = {"ticket": browser.fields(page)["ticket"], "q-aware": "heard", "partial": "1"}
    assert browser.post(f"{home(wave)}/answers", fields, on=page).status_code == 302
    assert [one.disposition for one in people(session) if one.is_done] == [Disposition.PARTIAL]
    assert len(session.scalars(sa.select(Response)).all()) == 1


@pytest.mark.parametrize(
    ("result", "disposition", "is_done"),
    [
        ("no_answer", Disposition.UNKNOWN_HOUSEHOLD, False),
        ("not_there", Disposition.NON_CONTACT, False),
        ("refused", Disposition.REFUSAL, True),
        ("unable", Disposition.OTHER, True),
        ("not_in_service", Disposition.NOT_ELIGIBLE, True),
        ("not_private", Disposition.NOT_ELIGIBLE, True),
        ("unclear", Disposition.UNKNOWN_OTHER, False),
    ],
)
def test_results_become_dispositions(
    session: Session, wave: Wave, browser: Browser, result: str, disposition: Disposition, is_done: bool
) -> None:
    take(browser, wave)
    answer = browser.post(f"{home(wave)}/result", {"result": result, "half": "evening"}, on=f"{home(wave)}/next")
    assert answer.status_code == 302
    called = next(one for one in people(session) if one.attempts)
    assert (called.disposition, called.is_done) == (disposition, is_done)
    assert (called.callback_on is None) == is_done


def test_a_call_back_comes_at_its_time_and_first(session: Session, wave: Wave, browser: Browser, clock: Clock) -> None:
    member = session.scalars(sa.select(StaffMember).where(StaffMember.post == "访员一")).one()
    first = re.search(r"1000000\d{4}", take(browser, wave))
    assert first is not None
    fields = {"result": "call_back", "day": "2026-06-12", "half": "morning", "note": "说方言"}
    assert browser.post(f"{home(wave)}/result", fields, on=f"{home(wave)}/next").status_code == 302
    called = next(one for one in people(session) if one.attempts)
    assert (called.callback_on, called.callback_half) == (dt.date(2026, 6, 12), HalfDay.MORNING)
    assert first[0] not in take(browser, wave)
    browser.post(f"{home(wave)}/release", on=f"{home(wave)}/next")
    clock.forward(days=2)
    browser.sign_in(member)
    assert first[0] in take(browser, wave)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"result": "call_back"}, "请填约定的日子"),
        ({"result": "call_back", "day": "2026-06-09"}, "请填今天起 30 天以内的日子"),
        ({"result": "call_back", "day": "明天"}, "请填日期"),
        ({"result": "no_answer", "note": "打13812345678"}, "备注里不要写姓名、电话、住址"),
        ({"result": "no_answer", "note": "x" * 101}, "最多 100 个字"),
        ({"result": "surely"}, "请从列出的选项中选一个"),
        ({}, "请选电话的结果"),
    ],
)
def test_results_that_do_not_fit_are_told(
    session: Session, wave: Wave, browser: Browser, given: dict[str, str], said: str
) -> None:
    take(browser, wave)
    answer = browser.post(f"{home(wave)}/result", {"half": "evening", **given}, on=f"{home(wave)}/next")
    assert answer.status_code == 422
    assert said in answer.text
    assert session.scalars(sa.select(CallAttempt)).all() == []


def test_nobody_gets_anothers_number_until_it_expires(
    session: Session, browser: Browser, clock: Clock, make: Make, browser_of: SignIn
) -> None:
    wave = make.wave()
    drawn(session, make, wave, {"城镇": 20}, {"城镇": Wanted(2)})
    mine = re.findall(r"1000000\d{4}", take(browser, wave))[0]
    other = browser_of(interviewer(make, "访员二"))
    assert mine not in take(other, wave)
    assert mine in take(browser, wave)
    other.post(f"{home(wave)}/result", {"result": "refused"}, on=f"{home(wave)}/next")
    assert "现在没有要打的号码" in take(other, wave)
    clock.forward(minutes=46)
    assert mine in take(other, wave)
    gone = browser.post(f"{home(wave)}/result", {"result": "refused"}, on=home(wave))
    assert "这个号码已经不在您手里" in browser.get(gone.location).text


def test_every_view_is_journaled_without_the_number(session: Session, wave: Wave, browser: Browser) -> None:
    page = take(browser, wave)
    seen = re.findall(r"1000000\d{4}", page)[0]
    entries = session.scalars(sa.select(JournalEntry).where(JournalEntry.act == "number_viewed")).all()
    assert len(entries) == 1
    assert seen not in entries[0].payload
    assert str(people(session)[0].id) not in entries[0].payload


def test_a_code_read_aloud_ends_the_calls(session: Session, wave: Wave, browser: Browser) -> None:
    take(browser, wave)
    answer = browser.post(f"{home(wave)}/code", on=f"{home(wave)}/next")
    assert re.search(r"[2-9A-Y]{4}-[2-9A-Y]{4}-[2-9A-Y]{4}", answer.text)
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(session.scalars(sa.select(Invite)).all()) == 1
    assert [one.code_given for one in people(session) if one.code_given] == ["call"]


def test_checks_go_to_somebody_else(
    session: Session, wave: Wave, browser: Browser, make: Make, browser_of: SignIn
) -> None:
    for _ in range(2):
        take(browser, wave)
        interview(browser, wave)
    lead = browser_of(make.staff(Role.SURVEYOR, post="调查组长"))
    assert "抽一成复核" in lead.get(home(wave)).text
    lead.post(f"{home(wave)}/checks", on=home(wave))
    assert sum(one.check_state is CheckState.DRAWN for one in people(session)) == 1
    assert "现在没有要打的号码" in take(browser, wave, check="1")
    other = browser_of(interviewer(make, "访员二"))
    assert "前些天我们有没有打电话" in take(other, wave, check="1")
    other.post(f"{home(wave)}/checked", {"found": "denied"}, on=f"{home(wave)}/next")
    assert [one.check_state for one in people(session) if one.check_state] == [CheckState.DENIED]
    assert "访员一" in lead.get(home(wave)).text


def test_an_interviewer_of_another_place_gets_nothing(
    session: Session, wave: Wave, clock: Clock, make: Make, browser_of: SignIn
) -> None:
    member = interviewer(make)
    member.grants[0].division = make.division(name="远县")
    session.commit()
    other = browser_of(member)
    assert other.get(home(wave)).status_code == 403
    assert other.post(f"{home(wave)}/next", on="/admin/surveys/calls/").status_code == 403


def test_the_interviewer_sees_the_surveys_to_call_for(wave: Wave, browser: Browser) -> None:
    page = browser.get("/admin/surveys/calls/").text
    assert home(wave) in page
    assert browser.get(f"/admin/surveys/{wave.slug}").status_code == 403
