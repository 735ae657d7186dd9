"""Held letters as reviewers decide about them: let through, put aside, fetched back; who may, and what is shown."""

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import codes
from minsheng.accounts.staff import Role, StaffMember
from minsheng.casework import quarantine
from minsheng.casework.cases import SuggestionKind
from minsheng.casework.held_letters import HeldLetter, HeldReason, HeldState
from minsheng.casework.letters import Letter
from minsheng.casework.quarantine import Handed
from minsheng.casework.suggestions import Suggestion
from minsheng.editorial import publishing
from minsheng.journal import JournalEntry
from minsheng.participation.call_ideas import CallIdea
from minsheng.participation.calls import CallState
from minsheng.records.places import Division
from pages.services import services
from public.casework import sending_gate
from tests.admin.conftest import AT, Browser
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]
PAGE = "/admin/quarantine/"
DISCARDED = f"{PAGE}?show=discarded"
OWN, COPIED = "南坪村卫生室星期天没有人。", "买买买，加微信。"


def _code(ticket: str) -> str:
    return codes.tracking_code(services().secret, "suggestion", ticket)


def _hold(session: Session, words: str, ticket: str, division: Division | None = None) -> HeldLetter:
    handed = Handed(ticket, codes.code_hash(_code(ticket)), "")
    letter = Letter(SuggestionKind.COMPLAINT, words, consent_to_publish=False, division=division)
    held = quarantine.hold(session, letter, handed, HeldReason.NO_PROOF, AT - dt.timedelta(hours=1))
    session.commit()
    return held


def _states(session: Session) -> list[HeldState]:
    return list(session.scalars(sa.select(HeldLetter.state).order_by(HeldLetter.id)))


@pytest.fixture
def browser(session: Session, make: Make, browser_of: SignIn) -> Browser:
    """A reviewer's browser, with one letter of somebody's own and three copies of another to decide about."""
    _hold(session, OWN, "own")
    for number in range(3):
        _hold(session, COPIED, f"copy {number}")
    return browser_of(make.staff(Role.CASE_REVIEWER, post="某县信访局"))


def _decide(browser: Browser, page: str = PAGE, **choice: object) -> str:
    """Send the form of a page with what it said that it showed; return where that leads."""
    sent = {name: browser.fields(page)[name] for name in ("csrf_token", "seen_upto")}
    answer = browser.post_as_typed(page, {**sent, **choice})
    assert answer.status_code == 302
    return answer.headers["Location"]


def _fingerprint(session: Session, words: str) -> str:
    return session.scalars(sa.select(HeldLetter.fingerprint).where(HeldLetter.words == words)).first() or ""


def test_copies_are_one_line_below_what_was_sent_once(browser: Browser) -> None:
    page = browser.get(PAGE).text
    assert page.count(COPIED) == 1
    assert page.index(OWN) < page.index(COPIED)
    assert "共 4 封，2 种内容" in page


def test_a_letter_let_through_is_a_case_of_the_hour_it_came(browser: Browser, session: Session) -> None:
    _decide(browser, decision="release", chosen=_fingerprint(session, OWN))
    case = session.scalars(sa.select(Suggestion)).one()
    assert (case.words, case.received_at) == (OWN, AT - dt.timedelta(hours=1))
    assert case.code_hash == codes.code_hash(_code("own"))
    assert _states(session) == [HeldState.WAITING] * 3
    entry = session.scalars(sa.select(JournalEntry).where(JournalEntry.act == "letters_released")).one()
    assert not entry.is_public
    assert publishing.verify(session) == []


def test_what_was_put_aside_can_be_fetched_back(browser: Browser, session: Session) -> None:
    chosen = _fingerprint(session, COPIED)
    _decide(browser, decision="discard", chosen=chosen)
    assert _states(session) == [HeldState.WAITING, *[HeldState.DISCARDED] * 3]
    assert COPIED not in browser.get(PAGE).text
    assert COPIED in browser.get(DISCARDED).text
    _decide(browser, DISCARDED, decision="fetch_back", chosen=chosen)
    assert _states(session) == [HeldState.WAITING] * 4
    assert session.scalar(sa.select(sa.func.count(Suggestion.id))) == 0


def test_all_means_all_that_the_page_showed(browser: Browser, session: Session) -> None:
    sent = {name: browser.fields(PAGE)[name] for name in ("csrf_token", "seen_upto")}
    _hold(session, "刚到的一封：路灯不亮。", "late")
    browser.post_as_typed(PAGE, {**sent, "decision": "discard", "all": "yes"})
    assert _states(session) == [*[HeldState.DISCARDED] * 4, HeldState.WAITING]


def test_nothing_chosen_changes_nothing(browser: Browser, session: Session) -> None:
    _decide(browser, decision="discard")
    _decide(browser, decision="release", chosen="0" * 64)
    assert _states(session) == [HeldState.WAITING] * 4


def test_others_letters_and_other_posts_are_refused(session: Session, make: Make, browser_of: SignIn) -> None:
    here, there = make.division(), make.division()
    _hold(session, OWN, "there", there)
    _hold(session, COPIED, "here", here)
    reviewer = browser_of(make.staff(Role.CASE_REVIEWER, division=here))
    page = reviewer.get(PAGE).text
    assert COPIED in page
    assert OWN not in page
    _decide(reviewer, decision="discard", chosen=_fingerprint(session, OWN))
    assert _states(session) == [HeldState.WAITING] * 2
    assert browser_of(make.staff(Role.CASE_HANDLER, agency=make.agency())).get(PAGE).status_code == 403


def test_script_in_a_held_letter_is_shown_as_words(browser: Browser, session: Session) -> None:
    _hold(session, "<script>alert(1)</script>路灯", "script")
    page = browser.get(PAGE).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_a_day_holds_so_many_and_so_many_alike(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "MOST_COPIES_A_DAY", 2)
    monkeypatch.setattr(quarantine, "MOST_A_DAY", 3)
    for number in range(2):
        _hold(session, COPIED, f"{number}")
    assert not quarantine.has_room_for_words(session, f" {COPIED}！", AT)
    assert quarantine.has_room_for_words(session, OWN, AT)
    _hold(session, OWN, "own")
    assert not sending_gate.Room().takes(session, "又一封", AT)
    assert quarantine.has_room_for_words(session, COPIED, AT + dt.timedelta(days=1))


def test_near_copies_are_one_line_and_can_be_looked_at_apart(session: Session, make: Make, browser_of: SignIn) -> None:
    for number in range(3):
        held = _hold(session, f"第{number}封：加微信领红包", f"near {number}")
        held.likeness = "a" * 64
    _hold(session, OWN, "own")
    browser = browser_of(make.staff(Role.CASE_REVIEWER, post="某县信访局"))
    page = browser.get(PAGE).text
    assert "共 4 封，2 种内容" in page
    assert "3 种相近的写法" in page
    apart = f"{PAGE}?like={'a' * 64}"
    assert browser.get(apart).text.count("加微信领红包") == 3
    _decide(browser, apart, decision="discard", chosen=_fingerprint(session, "第1封：加微信领红包"))
    assert _states(session) == [HeldState.WAITING, HeldState.DISCARDED, HeldState.WAITING, HeldState.WAITING]
    _decide(browser, decision="discard", chosen="a" * 64)
    assert _states(session) == [*[HeldState.DISCARDED] * 3, HeldState.WAITING]


def test_a_held_idea_becomes_an_idea_and_stays_put_once_its_round_is_closed(
    session: Session, make: Make, browser_of: SignIn
) -> None:
    call = make.call()
    for number in range(2):
        code = codes.tracking_code(services().secret, f"call:{call.id}", f"idea {number}")
        handed = Handed(f"idea {number}", codes.code_hash(code), "", call=call)
        letter = Letter(SuggestionKind.SUGGESTION, f"装一排路灯{number}", consent_to_publish=True)
        quarantine.hold(session, letter, handed, HeldReason.NO_PROOF, AT - dt.timedelta(hours=1))
    session.commit()
    browser = browser_of(make.staff(Role.CASE_REVIEWER, post="某县信访局"))
    assert f"征集：{call.title}" in browser.get(PAGE).text
    first, second = session.scalars(sa.select(HeldLetter.likeness).order_by(HeldLetter.id)).all()
    _decide(browser, decision="release", chosen=first)
    idea = session.scalars(sa.select(CallIdea)).one()
    assert (idea.call, idea.words, idea.received_at) == (call, "装一排路灯0", AT - dt.timedelta(hours=1))
    assert idea.code_hash == codes.code_hash(codes.tracking_code(services().secret, f"call:{call.id}", "idea 0"))
    _decide(browser, decision="discard", chosen=second)
    call.state, call.closed_at, call.outcome_words = CallState.CLOSED, AT, "结果"
    session.commit()
    _decide(browser, DISCARDED, decision="fetch_back", chosen=second)
    assert _states(session) == [HeldState.DISCARDED]
