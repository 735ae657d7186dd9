"""The page and the table of how cases were handled."""

import csv
import datetime as dt
import io
import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng.casework import case_adoptions
from minsheng.casework.cases import CaseClock, Rating, RefusalReason, SuggestionKind
from minsheng.casework.letters import Letter, submit
from minsheng.casework.suggestions import Suggestion
from minsheng.participation import call_acts, call_outcomes
from minsheng.participation.call_ideas import GroupOutcome
from minsheng.participation.calls import Call, CallState, CallTheme
from minsheng.records.places import Agency
from minsheng.records.projects import Category
from minsheng.workdays import WorkCalendar
from tests.factories import Make
from tests.public.conftest import Counter, Reader

CLOCK = CaseClock(WorkCalendar.load())


@pytest.fixture
def agency(session: Session, make: Make, at: dt.datetime) -> Agency:
    """An agency with six answered cases about one project, one of them late, and one that is overdue."""
    agency = make.agency(name="=某县供水公司")
    project = make.project(category=Category.WATER)
    for number in range(7):
        received = at - dt.timedelta(days=90 - number)
        letter = Letter(SuggestionKind.SUGGESTION, "水压小", consent_to_publish=True, project=project)
        case = submit(session, letter, ticket=f"t{number}", code=f"c{number}", at=received, clock=CLOCK)
        case.accept("信访局", received)
        case.hand_over(agency, "信访局", received)
        if number < 6:
            answer(case, received + dt.timedelta(days=40 if number == 0 else 5))
    refused = submit(session, Letter(SuggestionKind.QUESTION, "？？", False), ticket="r", code="r", at=at, clock=CLOCK)
    refused.refuse(RefusalReason.UNCLEAR, "看不明白", "信访局", at)
    session.commit()
    return agency


def answer(case: Suggestion, at: dt.datetime) -> None:
    case.answer("加了一台泵", "水司", at, CLOCK)
    case.rate(Rating.SATISFIED, "", at)


def rows_of(client: FlaskClient, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def test_the_page_tells_the_numbers_with_their_denominators(client: FlaskClient, read: Reader, agency: Agency) -> None:
    read("/suggestions/statistics/")
    text = " ".join(re.sub(r"<[^>]+>", " ", client.get("/suggestions/statistics/").text).split())
    assert "5 / 7 71%" in text
    assert "6 / 6 100%" in text
    assert "内容不清，无法办理" in text
    assert "居民要得最多的" in text


def test_the_table_is_the_page_and_no_spreadsheet_runs_it(client: FlaskClient, agency: Agency, read: Reader) -> None:
    rows = rows_of(client, "/suggestions/statistics/cases.csv")
    assert [row["name"] for row in rows] == ["'=某县供水公司", "还没有交办", "all"]
    first, whole = rows[0], rows[-1]
    assert (first["received"], first["replied"], first["on_time"], first["late"]) == ("7", "6", "5", "1")
    assert (first["median_days"], first["ninetieth_percentile_days"], first["overdue"]) == ("5", "40", "1")
    assert (whole["received"], whole["refused"], whole["refused_unclear"]) == ("8", "1", "1")


def test_filters_live_in_the_address(client: FlaskClient, agency: Agency) -> None:
    base = "/suggestions/statistics/cases.csv"
    whole = {
        query: int(rows_of(client, f"{base}?{query}")[-1]["received"])
        for query in ("", f"agency={agency.slug}", "category=water", "category=housing", "channel=phone", "year=2019")
    }
    assert list(whole.values()) == [8, 7, 7, 0, 0, 0]
    months = rows_of(client, f"{base}?by=month&since=2026-03&until=2026-03")
    assert [row["key"] for row in months] == ["2026-03", ""]


@pytest.mark.parametrize(
    "query", ["by=nonsense", "place=1%27%3B", "since=2026-13&until=x", "year=99999", "agency=%00&category=%F0%9F%98%80"]
)
def test_made_up_parameters_are_passed_over(client: FlaskClient, agency: Agency, query: str) -> None:
    assert client.get(f"/suggestions/statistics/?{query}").status_code == 200


def test_an_empty_site_says_what_will_be_here(client: FlaskClient, read: Reader) -> None:
    read("/suggestions/statistics/")
    assert "居民来件以后会统计在这里" in client.get("/suggestions/statistics/").text


def test_the_number_of_cases_does_not_change_the_number_of_queries(
    client: FlaskClient, agency: Agency, session: Session, queries: Counter, at: dt.datetime
) -> None:
    client.get("/suggestions/statistics/")
    with queries() as before:
        client.get("/suggestions/statistics/?nothing=1")
    for number in range(30):
        letter = Letter(SuggestionKind.THANKS, "谢谢", consent_to_publish=True)
        submit(session, letter, ticket=f"more{number}", code=f"more{number}", at=at, clock=CLOCK)
    session.commit()
    with queries() as after:
        client.get("/suggestions/statistics/?nothing=2")
    assert len(after) == len(before)
    assert not any("suggestion.words" in statement for statement in after)


def test_what_was_wanted_most_leads_to_what_it_became(
    client: FlaskClient, session: Session, make: Make, agency: Agency, at: dt.datetime
) -> None:
    project = make.project(title="环湖路最后一段")
    call = Call(
        slug="ideas",
        state=CallState.DRAFT,
        theme=CallTheme.NEXT_YEAR_LIST,
        title="征集",
        text="征集",
        division=project.division,
        opens_at=at,
        closes_at=at + dt.timedelta(days=9),
        first_closes_at=at + dt.timedelta(days=9),
    )
    session.add(call)
    call_acts.publish(session, call, "民生办", at)
    sent = [
        call_acts.submit(
            session, call, "修通环湖路", consent_to_publish=True, division=None, ticket=f"i{n}", code=f"i{n}", at=at
        )
        for n in range(3)
    ]
    group = call_acts.make_group(session, call, "修通环湖路", "民生办", at)
    call_acts.put_into(session, group, sent)
    call_acts.decide(session, group, GroupOutcome.ADOPTED, "列入", "民生办", at, project=project)
    session.commit()
    assert call_outcomes.most_wanted(session) == [(group, 3)]
    assert f'<a href="/projects/{project.slug}">环湖路最后一段</a>' in client.get("/suggestions/statistics/").text


def test_what_residents_asked_for_leads_to_the_cases_and_lists_that_took_it_up(
    client: FlaskClient, session: Session, make: Make, agency: Agency, at: dt.datetime
) -> None:
    asked = session.scalars(sa.select(Suggestion).where(Suggestion.agency_id == agency.id)).all()
    programme = make.programme(title="2027年民生实事清单")
    became, draft = (
        make.project(title=title, programme=programme, published=is_published)
        for title, is_published in (("加压泵站工程", True), ("泵站草稿", False))
    )
    case_adoptions.adopt(asked[0], programme, None, "", "某县民生办", at)
    session.commit()
    page = client.get("/suggestions/statistics/").text
    assert "来件被采纳" in page
    assert f'href="/programmes/{programme.slug}">2027年民生实事清单' in page
    assert 'id="taken-up"' not in page  # the case itself is not public
    asked[0].review(is_public=True, title="城南水压小", words="水压小", by="信访局", at=at)
    case_adoptions.adopt(asked[0], programme, draft, "", "某县民生办", at)
    session.commit()
    page = client.get("/suggestions/statistics/?year=2026").text
    assert "泵站草稿" not in page
    link = rf'href="/suggestions/{asked[0].id}">城南水压小</a> → <a href="/programmes/{programme.slug}"'
    assert re.search(link, page)
    case_adoptions.adopt(asked[0], programme, became, "", "某县民生办", at)
    session.commit()
    assert f'href="/projects/{became.slug}">加压泵站工程' in client.get("/suggestions/statistics/?by=place").text
