"""The search page: finds what is public, marks it, narrows it, and survives anything typed."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role
from minsheng.editorial import publishing
from minsheng.records.projects import Category
from tests.factories import Make


def search(client: FlaskClient, **query: object) -> str:
    answer = client.get("/search/", query_string=query)
    assert answer.status_code == 200
    return answer.text


def test_a_published_project_is_found_at_once_and_marked(client: FlaskClient, session: Session, make: Make) -> None:
    make.project(title="石桥镇敬老院改造")
    session.commit()
    page = search(client, q="敬老院")
    assert "<mark>敬老院</mark>" in page
    assert "找到 1 条" in page


def test_a_draft_is_not_found(client: FlaskClient, session: Session, make: Make) -> None:
    make.project(title="石桥镇敬老院改造", published=False)
    session.commit()
    assert "没有找到" in search(client, q="敬老院")


def test_a_withdrawn_report_is_not_found_at_once(client: FlaskClient, session: Session, make: Make) -> None:
    report = make.published_report(make.project(title="某路"), done="本月铺设沥青三公里")
    session.commit()
    assert "<mark>" in search(client, q="沥青")
    publishing.withdraw_report(session, report, "报错了", make.staff(Role.PUBLISHER), report.updated_at)
    session.commit()
    assert "<mark>" not in search(client, q="沥青")


@pytest.mark.parametrize("typed", ["1240万元", "1,240万元", "１２４０万元"])
def test_a_project_is_found_by_its_planned_money(client: FlaskClient, session: Session, make: Make, typed: str) -> None:
    make.project(title="供水主管改线", planned_investment_fen=1_240_000_000)
    make.project(title="别的事", planned_investment_fen=1_250_000_000)
    session.commit()
    page = search(client, q=typed)
    assert "供水主管改线" in page
    assert "别的事" not in page


def test_traditional_finds_simplified(client: FlaskClient, session: Session, make: Make) -> None:
    make.project(title="农村饮水安全工程")
    session.commit()
    marked = "".join(re.findall("<mark>(.*?)</mark>", search(client, q="飲水安全")))
    assert "饮水安全" in marked


def test_filters_narrow(client: FlaskClient, session: Session, make: Make) -> None:
    make.project(title="甲村公路")
    make.project(title="乙村小学", category=Category.EDUCATION)
    session.commit()
    page = search(client, q="村", category="education")
    assert "小学" in page
    assert "甲村公路" not in page.partition('class="hits"')[2]


def test_hostile_titles_are_text(client: FlaskClient, session: Session, make: Make) -> None:
    make.project(title="<script>alert(1)</script>公路")
    session.commit()
    assert "<script>alert" not in search(client, q="公路")


@pytest.mark.parametrize(
    "typed",
    ["*", '"', "-", "((((", "a" * 10_000, "\x00", "😀" * 500, "OR NOT", "公路 " * 3000, "责任单位:", "\u202e"],
)
def test_anything_typed_gets_an_answer(client: FlaskClient, session: Session, make: Make, typed: str) -> None:
    make.project()
    session.commit()
    search(client, q=typed)


def test_an_empty_site_answers_too(client: FlaskClient) -> None:
    assert "没有找到" in search(client, q="公路")
    search(client)


def test_names_are_offered_while_typing(client: FlaskClient, session: Session, make: Make) -> None:
    make.project(title="石桥镇敬老院改造")
    session.commit()
    search(client, q="敬老院")
    assert client.get("/search/names?q=敬老").json == ["石桥镇敬老院改造"]
    assert client.get("/search/names?q=敬").json == []
    assert client.get("/search/names", query_string={"q": "\x00'\"" * 500}).status_code == 200


def test_one_field_can_be_searched(client: FlaskClient, session: Session, make: Make) -> None:
    agency = make.agency(name="某县水利局")
    make.project(title="山塘清淤", agency=agency)
    make.project(title="水利局门前道路")
    session.commit()
    page = search(client, q="责任单位:水利局").partition('class="hits"')[2]
    assert "山塘清淤" in page
    assert "门前道路" not in page


def test_a_slip_of_the_pen_is_corrected_and_said(client: FlaskClient, session: Session, make: Make) -> None:
    make.project(title="石桥镇敬老院改造")
    session.commit()
    page = search(client, q="敬老园")
    assert "没有找到“敬老园”" in page
    assert "石桥镇" in page


def test_filters_lead_on_to_the_list_of_projects(client: FlaskClient, session: Session, make: Make) -> None:
    make.project(title="甲村公路")
    session.commit()
    assert "/projects/?year=2026" in search(client, q="村", year="2026")
    assert "用这些条件" not in search(client, q="村")
    assert "/search/?q=" in search(client, q="红薯粉条", year="2026")


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("怎么投诉", "/suggestions/new"),
        ("谁负责修路", "/agencies/"),
        ("滿意度調查", "/surveys/"),
        ("late bus", "/laggards/"),
    ],
)
def test_a_search_for_something_to_do_offers_its_page(client: FlaskClient, typed: str, address: str) -> None:
    offered = search(client, q=typed).partition('class="cluster search-doors"')[2].partition("</nav>")[0]
    assert f'href="{address}"' in offered


def test_a_search_for_a_thing_offers_no_page(client: FlaskClient) -> None:
    assert "search-doors" not in search(client, q="plate 敬老院")


def test_a_search_of_nothing_shows_the_ways_in(client: FlaskClient) -> None:
    assert search(client).count('<li><a href="/') >= 10


def test_results_bear_their_titles_in_the_readers_language(client: FlaskClient, session: Session, make: Make) -> None:
    project = make.project(title="电动自行车充电棚")
    project.translate({"en": {"title": "Charging sheds for bicycles"}})
    session.commit()
    page = search(client, q="charging sheds", lang="en").partition('class="hits"')[2]
    assert ">Charging sheds for bicycles</a>" in page
    assert "电动自行车<mark>充电</mark>" in page or "电动自行车充电棚" in page
    assert ">Charging sheds" not in search(client, q="充电棚", lang="zh-Hans").partition('class="hits"')[2]


def test_results_are_converted_for_readers_of_traditional_chinese(
    client: FlaskClient, session: Session, make: Make
) -> None:
    make.project(title="农村饮水安全工程")
    session.commit()
    assert "<mark>飲水</mark>" in search(client, q="飲水", lang="zh-Hant")


def test_a_page_beyond_the_last_shows_the_last(client: FlaskClient, session: Session, make: Make) -> None:
    for number in range(21):
        make.project(title=f"公路{number}号")
    session.commit()
    assert search(client, q="公路", page=40).count('class="hit"') == 1
