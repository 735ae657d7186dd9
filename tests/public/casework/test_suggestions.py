"""Sending, following and judging, through the pages and without script."""

import dataclasses
import re
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from minsheng.casework import case_links, supports
from minsheng.casework.cases import CaseEventKind, CaseState, Prominence, Rating
from minsheng.casework.suggestions import Suggestion
from minsheng.clock import local_date
from minsheng.database import Base, db, now
from minsheng.editorial import publishing
from minsheng.journal import JournalEntry
from pages.services import services
from tests.factories import Make
from website.application import create_app
from website.config import Settings


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found is not None, name
    return found.group(1)


def form_of(client: FlaskClient, address: str) -> dict[str, str]:
    page = client.get(address).text
    return {name: hidden(page, name) for name in ("csrf_token", "ticket", "project")}


def send(client: FlaskClient, address: str = "/suggestions/new", **typed: str) -> TestResponse:
    values = {
        **form_of(client, address),
        "kind": "complaint",
        "words": "村口的路灯坏了三天，晚上看不见路。",
        "place": "",
        "contact": "",
        "homepage": "",
        **typed,
    }
    return client.post("/suggestions/new", data=values)


def code_of(answer: TestResponse) -> str:
    return urlsplit(answer.headers["Location"]).path.rsplit("/", 1)[-1]


def only_case(session: Session) -> Suggestion:
    return session.scalars(sa.select(Suggestion)).one()


def answered(session: Session, make: Make) -> Suggestion:
    case, at = only_case(session), now()
    case.accept("某县信访局", at)
    case.hand_over(make.agency(), "某县信访局", at)
    case.answer("路灯已修好。", "某县供电所", at, services().case_clock)
    session.commit()
    return case


def test_the_receipt_shows_a_code_and_dates(client: FlaskClient, session: Session) -> None:
    answer = send(client)
    assert answer.status_code == 302
    page = client.get(answer.headers["Location"]).text
    assert "收到了" in page
    assert code_of(answer) in page
    case = only_case(session)
    assert (case.state, case.prominence) == (CaseState.RECEIVED, Prominence.UNREVIEWED)
    assert case.accept_due > local_date(now())


def test_the_same_form_twice_makes_one_case_with_one_code(client: FlaskClient, session: Session) -> None:
    values = {**form_of(client, "/suggestions/new"), "kind": "thanks", "words": "谢谢你们修好了路", "place": ""}
    first = client.post("/suggestions/new", data=values)
    second = client.post("/suggestions/new", data=values)
    assert code_of(first) == code_of(second)
    assert session.scalar(sa.select(sa.func.count(Suggestion.id))) == 1


def test_mistakes_are_named_beside_the_field_and_lose_nothing(client: FlaskClient, session: Session) -> None:
    answer = send(client, kind="", words="短", contact="请打电话 000-0000")
    assert answer.status_code == 422
    assert "请选一项" in answer.text
    assert "短</textarea>" in answer.text
    assert "请打电话 000-0000" in answer.text
    assert session.scalar(sa.select(sa.func.count(Suggestion.id))) == 0


def test_an_old_or_forged_ticket_keeps_what_was_typed(client: FlaskClient, session: Session) -> None:
    answer = send(client, ticket="forged")
    assert answer.status_code == 422
    assert "晚上看不见路" in answer.text
    assert hidden(answer.text, "ticket") != "forged"


def test_the_trap_stops_robots_and_tells_people(client: FlaskClient, session: Session) -> None:
    answer = send(client, homepage="http://spam.example")
    assert answer.status_code == 422
    assert "请留空" in answer.text


def test_contact_is_sealed_and_never_shown(client: FlaskClient, session: Session) -> None:
    answer = send(client, contact="000-0000 0042")
    case = only_case(session)
    assert case.contact_sealed is not None
    assert b"0042" not in case.contact_sealed
    assert services().contacts.open(case.contact_sealed, case.subject) == "000-0000 0042"
    assert "0042" not in client.get(answer.headers["Location"]).text
    assert all("0042" not in entry.payload for entry in session.scalars(sa.select(JournalEntry)))


def test_a_suggestion_about_a_project_keeps_it(client: FlaskClient, session: Session, make: Make) -> None:
    project = make.project()
    session.commit()
    send(client, f"/suggestions/new?project={project.slug}")
    assert only_case(session).project_id == project.id


def test_an_unknown_or_hidden_project_is_left_out(client: FlaskClient, session: Session, make: Make) -> None:
    draft = make.project(published=False)
    session.commit()
    for slug in (draft.slug, "not-there", "'; DROP TABLE suggestion"):
        assert hidden(client.get("/suggestions/new", query_string={"project": slug}).text, "project") == ""


def test_nothing_is_public_before_review(client: FlaskClient, session: Session, make: Make) -> None:
    send(client, consent_to_publish="y")
    case = only_case(session)
    assert "路灯" not in client.get("/suggestions/").text
    assert client.get(f"/suggestions/{case.id}").status_code == 404
    case.review(is_public=True, title="路灯坏了", words="村口的路灯坏了三天。", by="某县信访局", at=now())
    publishing.record_suggestion(session, case, "suggestion_reviewed", "某县信访局", now())
    session.commit()
    page = client.get(f"/suggestions/{case.id}").text
    assert "村口的路灯坏了三天。" in page
    assert "晚上看不见路" not in page
    assert publishing.verify(session) == []


def test_rating_closes_the_case(client: FlaskClient, session: Session, make: Make) -> None:
    code = code_of(send(client))
    answered(session, make)
    page = client.get(f"/suggestions/follow/{code}").text
    assert "路灯已修好。" in page
    token = hidden(page, "csrf_token")
    assert client.post(f"/suggestions/follow/{code}/rate", data={"csrf_token": token}).status_code == 422
    client.post(f"/suggestions/follow/{code}/rate", data={"csrf_token": token, "rating": "satisfied"})
    session.expire_all()
    assert only_case(session).state is CaseState.CLOSED
    again = client.post(f"/suggestions/follow/{code}/rate", data={"csrf_token": token, "rating": "partly"})
    assert again.status_code == 409
    assert publishing.verify(session) == []


def test_one_dispute_and_no_second(client: FlaskClient, session: Session, make: Make) -> None:
    code = code_of(send(client))
    answered(session, make)
    token = hidden(client.get(f"/suggestions/follow/{code}").text, "csrf_token")
    empty = client.post(f"/suggestions/follow/{code}/dispute", data={"csrf_token": token, "dispute": ""})
    assert empty.status_code == 422
    typed = {"csrf_token": token, "dispute": "只修了一盏，还有两盏不亮"}
    assert client.post(f"/suggestions/follow/{code}/dispute", data=typed).status_code == 302
    assert client.post(f"/suggestions/follow/{code}/dispute", data=typed).status_code == 409
    session.expire_all()
    assert only_case(session).state is CaseState.DISPUTED


@pytest.mark.parametrize("code", ["AAAA-AAAA-AAAA", "x", "%3Cscript%3E", "2" * 5000])
def test_codes_that_are_none_lead_nowhere(client: FlaskClient, code: str) -> None:
    assert client.get(f"/suggestions/follow/{code}").status_code == 404


def test_hostile_words_are_shown_as_words(client: FlaskClient, session: Session) -> None:
    answer = send(client, words='<script>alert(1)</script> " onmouseover="x')
    page = client.get(answer.headers["Location"]).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_guessing_codes_is_throttled(settings: Settings) -> None:
    app = create_app(dataclasses.replace(settings, rate_limits=True))
    with app.app_context():
        Base.metadata.create_all(db.engine)
        client = app.test_client()
        statuses = [client.get("/suggestions/follow/AAAA-AAAA-AAAA").status_code for _ in range(25)]
        db.session.remove()
        db.engine.dispose()
    assert statuses[0] == 404
    assert statuses[-1] == 429


def test_whoever_sent_a_duplicate_may_rate_and_dispute_the_answer(
    client: FlaskClient, session: Session, make: Make
) -> None:
    codes_of = [code_of(send(client, words=words)) for words in ("村口路灯坏了三天。", "学校围墙倒了一段。")]
    main, duplicate = session.scalars(sa.select(Suggestion).order_by(Suggestion.id)).all()
    at, clock = now(), services().case_clock
    case_links.merge(session, duplicate, main, "某县信访局", at)
    main.accept("某县信访局", at)
    main.hand_over(make.agency(), "某县信访局", at)
    session.commit()
    address = f"/suggestions/follow/{codes_of[1]}"
    waiting = client.get(address).text
    assert "提交评价" not in waiting
    assert main.number in waiting
    main.answer("灯已换新。", "某局", at, clock)
    session.commit()
    page = client.get(address).text
    assert "灯已换新。" in page
    assert "要求督办" in page
    token = hidden(page, "csrf_token")
    disputed = client.post(f"{address}/dispute", data={"csrf_token": token, "dispute": "换的灯第二天又不亮了"})
    assert disputed.status_code == 302
    assert (main.state, main.dispute_words) == (CaseState.DISPUTED, "换的灯第二天又不亮了")
    assert "提交评价" not in client.get(address).text
    assert client.post(f"{address}/rate", data={"csrf_token": token, "rating": "satisfied"}).status_code == 409
    main.answer_finally("已重新接线。", "某办", at, clock)
    session.commit()
    assert "已重新接线。" in client.get(address).text
    assert "要求督办（" not in client.get(address).text
    rated = {"csrf_token": token, "rating": "partly", "words": ""}
    assert client.post(f"{address}/rate", data=rated).status_code == 302
    assert (duplicate.rating, main.rating) == (Rating.PARTLY, None)
    assert client.post(f"{address}/rate", data=rated).status_code == 409
    assert publishing.verify(session) == []


def test_the_list_is_sorted_by_support_where_asked(client: FlaskClient, session: Session) -> None:
    for number in range(3):
        send(client, words=f"第{number}件，路灯坏了三天。", consent_to_publish="y", alike="passed")
    cases = session.scalars(sa.select(Suggestion).order_by(Suggestion.id)).all()
    for case in cases:
        case.review(is_public=True, title=f"题目{case.id}", words="路灯坏了", by="某县信访局", at=now())
    for browser in ("a", "b"):
        supports.give(session, cases[1], supports.browser_hash("secret", cases[1], browser), local_date(now()))
    session.commit()
    page = client.get("/suggestions/?sort=supports").text
    assert re.findall(r"题目(\d+)", page)[0] == str(cases[1].id)
    assert 'name="kind" value="suggestion"' in page


def test_the_sender_adds_words_for_the_handlers_while_an_answer_is_owed(
    client: FlaskClient, session: Session, make: Make
) -> None:
    code = code_of(send(client, consent_to_publish="y"))
    address = f"/suggestions/follow/{code}"
    case = only_case(session)
    case.review(is_public=True, title="路灯坏了", words="路灯坏了", by="某县信访局", at=now())
    session.commit()

    def add(words: str) -> TestResponse:
        return client.post(
            f"{address}/words", data={"csrf_token": hidden(client.get(address).text, "csrf_token"), "added": words}
        )

    empty = add(" ")
    assert (empty.status_code, "请写要补充的话" in empty.text) == (422, True)
    for _twice in range(2):
        assert add("在村口第三根杆，电话13812345678").status_code == 302
    assert [event.kind for event in case.events].count(CaseEventKind.ADDED_WORDS) == 1
    assert "第三根杆" in client.get(address).text
    assert "第三根杆" not in client.get(f"/suggestions/{case.id}").text
    for number in range(4):
        assert add(f"再说一句{number}").status_code == 302
    refused = add("还有一句")
    assert (refused.status_code, "还有一句" in refused.text) == (422, True)
    assert publishing.verify(session) == []
    answered(session, make)
    assert "想起什么" not in client.get(address).text
