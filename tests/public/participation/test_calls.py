"""Sending an idea and seeing what became of it, through the pages and without script."""

import csv
import datetime as dt
import io
import re
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from minsheng import codes
from minsheng.accounts.staff import Role
from minsheng.casework import quarantine
from minsheng.casework.cases import Prominence
from minsheng.casework.held_letters import HeldLetter, HeldReason
from minsheng.casework.proof_of_work import BITS, find
from minsheng.casework.submission_meter import CALM_PER_MINUTE
from minsheng.editorial import publishing
from minsheng.participation import call_acts
from minsheng.participation.call_ideas import CallIdea, GroupOutcome
from minsheng.participation.calls import Call, CallState, CallTheme, OutcomesMissingError
from pages import tickets
from pages.services import services
from public.casework.sending_gate import meter
from tests.factories import Make
from tests.public.conftest import Reader

DAY = dt.timedelta(days=1)
ACTOR = "某县民生办"
WORDS = "村口到学校那一段装路灯。"


@pytest.fixture
def call(session: Session, make: Make, at: dt.datetime, standing_clock: None) -> Call:
    call = Call(
        slug="ideas-2027",
        state=CallState.DRAFT,
        theme=CallTheme.NEXT_YEAR_LIST,
        title="2027年民生实事征集",
        text="请说说明年最该办的事。",
        year=2027,
        division=make.division(),
        opens_at=at - DAY,
        closes_at=at + DAY,
        first_closes_at=at + DAY,
    )
    session.add(call)
    call_acts.publish(session, call, ACTOR, at - DAY)
    session.commit()
    return call


def fields(client: FlaskClient, address: str) -> dict[str, str]:
    page = client.get(address).text
    return dict(re.findall(r'name="(csrf_token|ticket)"[^>]*value="([^"]*)"', page))


def send(client: FlaskClient, **typed: str) -> TestResponse:
    values = {"words": WORDS, "place": "", "consent_to_publish": "y", "homepage": "", **typed}
    return client.post("/calls/ideas-2027/new", data=fields(client, "/calls/ideas-2027/new") | values)


def ideas(session: Session) -> list[CallIdea]:
    return list(session.scalars(sa.select(CallIdea).order_by(CallIdea.id)))


def test_an_idea_is_sent_and_followed_to_its_outcome(
    client: FlaskClient, session: Session, make: Make, call: Call, at: dt.datetime
) -> None:
    sent = send(client)
    assert sent.status_code == 302
    receipt = client.get(sent.location)
    code = urlsplit(sent.location).path.rsplit("/", 1)[-1]
    assert code in receipt.text
    assert "收到了" in receipt.text
    assert WORDS not in client.get("/calls/ideas-2027").text

    idea = ideas(session)[0]
    call_acts.review(session, idea, is_public=True, title="学校路段装路灯", words=WORDS, actor=ACTOR, at=at)
    group = call_acts.make_group(session, call, "加装路灯", ACTOR, at)
    call_acts.put_into(session, group, [idea])
    project = make.project(title="学校路段照明工程", division=call.division)
    call_acts.decide(session, group, GroupOutcome.ADOPTED, "列入明年清单", ACTOR, at, project=project)
    session.commit()

    page = client.get("/calls/ideas-2027").text
    for words in (WORDS, "加装路灯", "列入明年清单", "学校路段照明工程", "采纳"):
        assert words in page
    assert "学校路段照明工程" in client.get(f"/calls/follow/{code}").text


def test_pages_have_what_every_page_has(read: Reader, call: Call) -> None:
    for address in ("/calls/", "/calls/ideas-2027", "/calls/ideas-2027/new", "/calls/follow"):
        read(address)


def test_sending_twice_makes_one_idea_and_new_words_make_another(
    client: FlaskClient, session: Session, call: Call
) -> None:
    typed = fields(client, "/calls/ideas-2027/new") | {"words": WORDS, "place": ""}
    first = client.post("/calls/ideas-2027/new", data=typed)
    assert client.post("/calls/ideas-2027/new", data=typed).location == first.location
    assert len(ideas(session)) == 1
    changed = client.post("/calls/ideas-2027/new", data=typed | {"words": "完全是另一件事情"})
    assert changed.status_code == 422
    assert "完全是另一件事情" in changed.text
    assert len(ideas(session)) == 1


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [({"words": "短"}, "5"), ({"homepage": "http://spam"}, "请留空"), ({"words": "字" * 2001}, "2000")],
)
def test_mistakes_are_named_and_lose_nothing(
    client: FlaskClient, session: Session, call: Call, typed: dict[str, str], complaint: str
) -> None:
    answer = send(client, **typed)
    assert answer.status_code == 422
    assert complaint in answer.text
    assert typed.get("words", WORDS) in answer.text
    assert ideas(session) == []


def test_a_ticket_of_another_round_or_none_makes_nothing(
    client: FlaskClient, session: Session, make: Make, call: Call
) -> None:
    typed = fields(client, "/calls/ideas-2027/new")
    stolen = tickets.issue(services().secret, "suggestion")
    for ticket in (stolen, "", "x" * 500):
        answer = client.post("/calls/ideas-2027/new", data=typed | {"words": WORDS, "place": "", "ticket": ticket})
        assert answer.status_code == 422
    assert ideas(session) == []


def test_a_closed_round_takes_nothing_and_a_draft_is_not_there(
    client: FlaskClient, session: Session, call: Call, at: dt.datetime
) -> None:
    typed = fields(client, "/calls/ideas-2027/new") | {"words": WORDS, "place": ""}
    call.opens_at, call.closes_at = at - 3 * DAY, at - DAY
    session.commit()
    assert client.get("/calls/ideas-2027/new").location == "/calls/ideas-2027"
    late = client.post("/calls/ideas-2027/new", data=typed)
    assert late.status_code == 409
    assert WORDS in late.text
    assert ideas(session) == []
    assert client.get("/calls/no-such-round").status_code == 404
    assert client.get("/calls/follow/AAAA-AAAA-AAAA").status_code == 404


def test_script_in_words_stays_words(client: FlaskClient, session: Session, call: Call, at: dt.datetime) -> None:
    words = "<script>alert(1)</script>装路灯"
    send(client, words=words)
    idea = ideas(session)[0]
    call_acts.review(session, idea, is_public=True, title=words, words=words, actor=ACTOR, at=at)
    session.commit()
    page = client.get("/calls/ideas-2027").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_table_holds_only_public_ideas_and_no_formula(
    client: FlaskClient, session: Session, call: Call, at: dt.datetime
) -> None:
    send(client, words="=HYPERLINK(1)装路灯")
    send(client, words="不想公开的一条", consent_to_publish="")
    first, second = ideas(session)
    call_acts.review(session, first, is_public=True, title="=1+1", words="=HYPERLINK(1)装路灯", actor=ACTOR, at=at)
    session.commit()
    text = client.get("/calls/ideas-2027/ideas.csv").text
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert second.prominence is Prominence.UNREVIEWED
    assert [(row["title"], row["words"]) for row in rows] == [("'=1+1", "'=HYPERLINK(1)装路灯")]


def test_news_of_a_round_come_by_feed(client: FlaskClient, call: Call) -> None:
    feed = client.get("/feeds/changes.atom?act=calls").text
    assert "公布一次征集" in feed
    assert "/calls/ideas-2027" in feed


def under_load() -> None:
    for number in range(CALM_PER_MINUTE + 1):
        meter().note(services().clock(), f"network {number}", [f"words {number}"])


def test_under_load_an_idea_without_proof_waits_and_becomes_one_with_its_own_code(
    client: FlaskClient, session: Session, make: Make, call: Call
) -> None:
    opened = fields(client, "/calls/ideas-2027/new") | {"words": WORDS, "place": "", "proof": ""}
    under_load()
    asked = client.post("/calls/ideas-2027/new", data=opened)
    assert asked.status_code == 422
    assert "再按一次" in asked.text
    assert WORDS in asked.text
    assert f'data-proof="{BITS}"' in asked.text
    sent = client.post("/calls/ideas-2027/new", data=opened | {"proof": "none"})
    assert client.post("/calls/ideas-2027/new", data=opened | {"proof": "none"}).location == sent.location
    held = session.scalars(sa.select(HeldLetter)).one()
    assert (held.call, held.reason, ideas(session)) == (call, HeldReason.NO_PROOF, [])
    assert "先由人看一遍" in client.get(sent.location).text
    other = urlsplit(sent.location).path.replace("/calls/", "/suggestions/")
    assert client.get(other).status_code == 200
    with pytest.raises(OutcomesMissingError) as refused:
        call_acts.close(session, call, "结果", ACTOR, call.closes_at)
    assert refused.value.held == 1

    known = services()
    quarantine.release(
        session,
        [held],
        make.staff(Role.CASE_REVIEWER),
        call.closes_at + DAY,
        known.case_clock,
        known.contacts,
        lambda one: codes.tracking_code(known.secret, f"call:{call.id}", one.ticket),
    )
    session.commit()
    assert [(one.words, one.call) for one in ideas(session)] == [(WORDS, call)]
    page = client.get(sent.location).text
    assert "先由人看一遍" not in page
    assert WORDS in page
    assert publishing.verify(session) == []


def test_under_load_work_done_for_an_idea_counts_once(client: FlaskClient, session: Session, call: Call) -> None:
    under_load()
    typed = fields(client, "/calls/ideas-2027/new") | {"words": WORDS, "place": ""}
    typed["proof"] = find(typed["ticket"])
    first, second = (client.post("/calls/ideas-2027/new", data=typed) for _turn in range(2))
    assert first.location == second.location
    assert len(ideas(session)) == 1
    assert session.scalars(sa.select(HeldLetter)).all() == []


def test_ideas_and_letters_of_the_same_words_are_held_apart(client: FlaskClient, session: Session, call: Call) -> None:
    under_load()
    typed = fields(client, "/calls/ideas-2027/new") | {"words": WORDS, "place": "", "proof": "none"}
    client.post("/calls/ideas-2027/new", data=typed)
    letter = fields(client, "/suggestions/new") | {"words": WORDS, "place": "", "kind": "suggestion", "proof": "none"}
    client.post("/suggestions/new", data=letter)
    held = session.scalars(sa.select(HeldLetter).order_by(HeldLetter.id)).all()
    assert [one.call for one in held] == [call, None]
    assert held[0].likeness != held[1].likeness
