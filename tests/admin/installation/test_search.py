"""What residents search for at the desk, and own synonyms that every process picks up."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.installation import asked_queries
from minsheng.installation.asked_queries import AskedQuery
from minsheng.installation.synonyms import SynonymLine
from minsheng.journal import JournalEntry
from pages.services import EXTENSION
from search import open_engine
from search.engine import Query
from search.finding import find
from tests.admin.conftest import Browser
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]
TODAY = dt.date(2026, 6, 10)
PAGE = "/admin/search/"


@pytest.fixture
def browser(make: Make, browser_of: SignIn) -> Browser:
    return browser_of(make.staff(Role.PUBLISHER))


def test_a_search_is_counted_and_shown_from_the_third_on(
    app: Flask, client: FlaskClient, session: Session, make: Make, browser: Browser
) -> None:
    make.project(title="石桥村公路")
    session.commit()
    for times, text in ((3, "石桥村"), (2, "青石板"), (4, "幸福食堂")):
        for _ in range(times):
            client.get("/search/", query_string={"q": text})
    app.extensions[EXTENSION].tally.write()
    page = browser.get(PAGE).get_data(as_text=True)
    assert "石桥村" in page
    assert "青石板" not in page
    unanswered = page.partition('id="unanswered"')[2].partition('id="most"')[0]
    assert "幸福食堂" in unanswered
    assert "石桥村" not in unanswered
    assert {(one.text, one.asked, one.unanswered) for one in session.scalars(sa.select(AskedQuery))} == {
        ("石桥村", 3, 0),
        ("青石板", 2, 2),
        ("幸福食堂", 4, 4),
    }


def test_searching_itself_writes_nothing(client: FlaskClient, session: Session, make: Make) -> None:
    make.project()
    session.commit()
    client.get("/search/?q=公路")
    assert session.scalars(sa.select(AskedQuery)).all() == []


def test_further_pages_and_filters_are_no_new_questions(app: Flask, client: FlaskClient, session: Session) -> None:
    for address in ("/search/?q=公路&page=2", "/search/?q=公路&year=2026", "/search/"):
        client.get(address)
    app.extensions[EXTENSION].tally.write()
    assert session.scalars(sa.select(AskedQuery)).all() == []


def test_an_own_synonym_is_found_by_every_process_at_once(
    app: Flask, client: FlaskClient, session: Session, make: Make, browser: Browser, tmp_path: Path
) -> None:
    make.project(title="石桥镇幸福食堂")
    session.commit()
    assert "没有找到" in client.get("/search/?q=老年饭桌").get_data(as_text=True)
    other = open_engine(tmp_path / "index")
    assert find(session, other, Query("老年饭桌"), TODAY).total == 0
    assert browser.post(f"{PAGE}synonyms", {"line": "老年饭桌＝幸福食堂"}, on=PAGE).status_code == 302
    assert "石桥镇" in client.get("/search/?q=老年饭桌").get_data(as_text=True)
    assert find(session, other, Query("老年饭桌"), TODAY).total == 1
    line = session.scalars(sa.select(SynonymLine)).one()
    assert line.line == "老年饭桌 = 幸福食堂"
    assert browser.post(f"{PAGE}synonyms/{line.id}/remove", on=PAGE).status_code == 302
    assert find(session, other, Query("老年饭桌"), TODAY).total == 0
    acts = session.scalars(sa.select(JournalEntry.act).where(JournalEntry.subject == "synonyms")).all()
    assert sorted(acts) == ["synonym_added", "synonym_removed"]


@pytest.mark.parametrize("line", ["", "饭桌", "= 饭桌", "a b = 饭桌", "村 = 路", "饭桌 = ", "<b> = 饭桌", "x" * 300])
def test_a_line_that_says_nothing_is_refused_and_kept_in_the_form(
    session: Session, browser: Browser, line: str
) -> None:
    answer = browser.post(f"{PAGE}synonyms", {"line": line}, on=PAGE)
    assert answer.status_code == 422
    assert "<b> =" not in answer.get_data(as_text=True)
    assert session.scalars(sa.select(SynonymLine)).all() == []


def test_a_word_without_results_is_brought_along_to_the_form(browser: Browser) -> None:
    assert browser.fields(f"{PAGE}?word=幸福食堂")["line"] == "幸福食堂 = "


@pytest.mark.parametrize(
    "text",
    [
        "13812345678",
        "138 1234 5678",
        "340121199001011234",
        "someone@example.com",
        "皖A12345",
        "联系人张建国",
        "石桥村3组5号",
        "我母亲今年八十岁了住在石桥村想问一问高龄补贴怎么申请",
        "路",
        "",
    ],
)
def test_what_may_tell_of_a_person_is_not_counted(text: str) -> None:
    assert asked_queries.countable(text) is None


@pytest.mark.parametrize("text", ["石桥村公路", "低保", "g318", "村村通", "22.5公里", "2026年民生实事"])
def test_ordinary_queries_are_counted(text: str) -> None:
    assert asked_queries.countable(text) == text


@pytest.mark.parametrize("text", ["王小明", "低保 欧阳建国", "李娜"])
def test_what_may_be_a_name_is_counted_only_where_it_was_found(text: str) -> None:
    assert asked_queries.countable(text, is_answered=False) is None
    assert asked_queries.countable(text) == text
    assert asked_queries.countable("幸福食堂", is_answered=False) == "幸福食堂"


def test_seldom_queries_are_forgotten_once_their_week_is_over(session: Session) -> None:
    monday = dt.date(2026, 6, 1)
    asked_queries.add(session, {(monday, "少见"): (2, 0), (monday, "常见"): (2, 1)})
    asked_queries.add(session, {(monday + dt.timedelta(days=1), "常见"): (1, 0), (TODAY, "今天"): (1, 0)})
    asked_queries.add(session, {(TODAY - dt.timedelta(days=500), "很久以前"): (9, 0)})
    asked_queries.forget(session, TODAY)
    assert set(session.scalars(sa.select(AskedQuery.text))) == {"常见", "今天"}
    [often] = asked_queries.most_asked(session, monday, TODAY, unanswered=False, limit=9)
    assert (often.text, often.asked, often.unanswered) == ("常见", 3, 1)
