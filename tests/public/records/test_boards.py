"""Boards as residents meet them: the page, the PDF, the code, and what comes in by way of a board."""

import datetime as dt
import io
import re

import pypdfium2
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

import public.records.boards
from minsheng.casework.suggestions import Suggestion
from minsheng.editorial import publishing
from minsheng.records import boards
from minsheng.records.boards import Board
from minsheng.records.places import Division, DivisionLevel
from minsheng.records.projects import Project
from minsheng.records.publication import Origin
from minsheng.surveying.board_alarms import BoardHour
from minsheng.surveying.surveys import Channel, Response
from tests.factories import Make
from tests.pages.reading import parse
from tests.public.conftest import Reader

pytestmark = pytest.mark.usefixtures("standing_clock")
POINTS = {"A4": (595, 842), "A3": (842, 1191)}


@pytest.fixture
def project(make: Make) -> Project:
    agency = make.agency(desk_phone="000-1234567")
    project = make.project(slug="village-road", title="村村通公路", location="东村至西村", agency=agency)
    make.published_report(project, done="路基完成8.5公里。")
    return project


@pytest.fixture
def board(session: Session, project: Project, at: dt.datetime) -> Board:
    return boards.issue(session, project, "施工现场东门", secret="s", actor="某县民生办", at=at)


def pdf_of(client: FlaskClient, address: str) -> pypdfium2.PdfDocument:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text[:300]
    assert answer.mimetype == "application/pdf"
    return pypdfium2.PdfDocument(io.BytesIO(answer.data))


def words_of(document: pypdfium2.PdfDocument, page: int = 0) -> str:
    return re.sub(r"\s", "", document[page].get_textpage().get_text_bounded())


def test_the_page_says_what_where_by_when_for_how_much_and_who(client: FlaskClient, board: Board) -> None:
    page = parse(client.get("/projects/village-road/board").text)
    text = page.one("main").text

    for said in (
        "村村通公路",
        "东村至西村",
        "2026年1月1日至2026年12月31日",
        "100万元",
        "四级公路标准",
        "县交通局局长",
        "000-1234567",
    ):
        assert said in text, said
    assert "编号 1001" in text
    assert "施工现场东门" in text
    assert "路基完成8.5公里" in text
    assert "2026年5月31日" in text
    assert not page.every("script")
    assert not page.every("header", "board")


@pytest.mark.parametrize("size", ["A4", "A3"])
def test_the_pdf_is_one_sheet_of_the_size_with_its_words(client: FlaskClient, board: Board, size: str) -> None:
    document = pdf_of(client, f"/projects/village-road/board.pdf?size={size}")

    assert len(document) == 1
    assert tuple(round(side) for side in document[0].get_size()) == POINTS[size]
    text = words_of(document)
    for said in ("民生项目公示牌", "村村通公路", "县交通局局长", "000-1234567", "编号1001", board.code, "40%"):
        assert said in text, said


def test_a_sparse_project_has_a_board_too(client: FlaskClient, make: Make) -> None:
    make.project(slug="sparse", planned_investment_fen=None, funding_lines=[], indicators=make_one_target())

    text = words_of(pdf_of(client, "/projects/sparse/board.pdf"))
    assert "未公布进度" in text
    assert "还没有公示过月报" in text
    assert "多少钱" not in text
    assert client.get("/projects/sparse/board").status_code == 200


def make_one_target() -> list[object]:
    from minsheng.records.indicators import Indicator  # noqa: PLC0415 - used by one test only

    return [Indicator(position=0, name="未下达的目标", unit="户", target=None)]


@pytest.mark.parametrize(
    "title",
    [
        "长" * 200,
        "x" * 200,
        "مشروع الطريق" * 10,
        "🚧🚧🚧",
        "<script>alert(1)</script></script><!--",
        "\u202egnp.exe\u200b",
        "张𠮷路（含桥）",
        "％％" * 50,
    ],
)
def test_no_title_breaks_a_board(client: FlaskClient, make: Make, title: str) -> None:
    project = make.project(slug="strange", title=title, location=title, quality_standard=title)
    make.published_report(project, done=title * 5)

    assert len(pdf_of(client, "/projects/strange/board.pdf")) == 1
    page = parse(client.get("/projects/strange/board").text)
    assert not page.every("script")
    assert client.get("/projects/strange/card.png").status_code == 200


def test_what_the_typeface_lacks_is_said(client: FlaskClient, make: Make) -> None:
    make.project(slug="rare", title="张𠮷路")

    text = words_of(pdf_of(client, "/projects/rare/board.pdf"))
    assert "张〓路" in text
    assert "U+20BB7" in text


def test_only_published_own_projects_have_boards(client: FlaskClient, make: Make) -> None:
    make.project(slug="draft", published=False)
    make.project(slug="archive", origin=Origin.COMPILED, source_title="某县通报")

    for slug in ("draft", "archive", "missing"):
        assert client.get(f"/projects/{slug}/board").status_code == 404
        assert client.get(f"/projects/{slug}/board.pdf").status_code == 404


def test_scanning_leads_to_the_project_which_knows_the_board(client: FlaskClient, board: Board) -> None:
    answer = client.get(f"/b/{board.code}")
    assert (answer.status_code, answer.location) == (302, f"/projects/village-road?board={board.code}")

    page = parse(client.get(answer.location).text)
    assert "您扫的是 1001 号公示牌" in page.one("main").text
    assert [
        link
        for link in page.every("a")
        if f"board={board.code}" in link.get("href", "") and "/suggestions/new" in link["href"]
    ]
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "code", ["1001-AAAAAA", "9999-ABCDEF", "x", "..", "1001", "%00", "1001-" + "A" * 500, "１００１-ABCDEF", "'\"<b>"]
)
def test_an_invented_code_gets_help(client: FlaskClient, board: Board, code: str) -> None:
    answer = client.get(f"/b/{code}")

    assert answer.status_code == 404
    assert "<b>" not in answer.text
    if len(code) < 20 and code != "..":
        assert "没有找到这块公示牌" in answer.text


def test_a_retired_board_says_so_and_carries_nothing(
    client: FlaskClient, session: Session, board: Board, at: dt.datetime
) -> None:
    code = board.code
    boards.retire(session, board, actor="某县民生办", at=at)

    answer = client.get(f"/b/{code}")
    assert answer.status_code == 410
    assert "1001 号公示牌已经撤下" in answer.text
    assert "/projects/village-road" in answer.text
    assert "您扫的是" not in client.get(f"/projects/village-road?board={code}").text


def test_the_board_of_a_withdrawn_project_says_so(
    client: FlaskClient, session: Session, board: Board, at: dt.datetime
) -> None:
    publishing.withdraw(session, board.project, "与另一项重复", "某县民生办", at)
    assert client.get(f"/b/{board.code}").status_code == 410


def send(client: FlaskClient, code: str, project: str = "village-road") -> None:
    page = parse(client.get(f"/suggestions/new?project={project}&board={code}").text)
    fields = {field["name"]: field.get("value", "") for field in page.every("input") if field.get("type") == "hidden"}
    client.post("/suggestions/new", data={**fields, "kind": "suggestion", "words": "东门外的路灯坏了。", "place": ""})


def test_a_suggestion_carries_the_boards_number(
    client: FlaskClient, session: Session, board: Board, make: Make
) -> None:
    client.application.config["WTF_CSRF_ENABLED"] = False
    send(client, board.code)
    assert session.scalars(sa.select(Suggestion)).one().board_id == board.id


def test_a_board_of_another_project_or_an_invented_one_is_not_carried(
    client: FlaskClient, session: Session, board: Board, make: Make
) -> None:
    client.application.config["WTF_CSRF_ENABLED"] = False
    make.project(slug="another")
    send(client, board.code, "another")
    send(client, "1001-AAAAAA")

    assert {case.board_id for case in session.scalars(sa.select(Suggestion))} == {None}


def test_answers_by_way_of_a_board_are_of_channel_qr(
    client: FlaskClient, session: Session, board: Board, make: Make
) -> None:
    client.application.config["WTF_CSRF_ENABLED"] = False
    wave = make.wave(division=board.project.division, quality_rules={"board_burst": 3.5})
    for code in (board.code, ""):
        page = parse(client.get(f"/surveys/{wave.slug}?again&board={code}").text)
        fields = {
            field["name"]: field.get("value", "") for field in page.every("input") if field.get("type") == "hidden"
        }
        for _ in range(2):
            client.post(f"/surveys/{wave.slug}", data={**fields, "q-aware": "never", "place": ""})

    answers = session.scalars(sa.select(Response)).all()
    assert {(answer.channel, answer.board_id) for answer in answers} == {(Channel.QR, board.id), (Channel.WEB, None)}
    hour = session.scalars(sa.select(BoardHour)).one()
    assert (hour.board_id, hour.count) == (board.id, 1), "the same form sent twice counts once"


def test_all_boards_of_a_place_come_as_one_file(
    client: FlaskClient, session: Session, make: Make, read: Reader, project: Project, board: Board, at: dt.datetime
) -> None:
    county = project.division
    assert county is not None
    town = Division.under(county, f"{county.code}001", "某镇", DivisionLevel.TOWNSHIP)
    session.add(town)
    make.project(slug="in-town", title="镇上的项目", programme=project.programme, division=town)
    make.project(slug="elsewhere", title="别处的项目")
    boards.issue(session, project, "西门", secret="s", actor="某县民生办", at=at)

    document = pdf_of(client, f"/places/{county.code}/boards.pdf?size=A3")
    texts = [words_of(document, number) for number in range(len(document))]
    assert len(texts) == 3
    assert sum("村村通公路" in text for text in texts) == 2
    assert sum("镇上的项目" in text for text in texts) == 1
    page = read(f"/places/{county.code}/boards")
    assert "别处的项目" not in page.one("main").text
    assert client.get(f"/places/{county.code}/boards.pdf?part=2").status_code == 404
    assert len(pdf_of(client, f"/programmes/{project.programme.slug}/boards.pdf")) == 3


def test_the_boards_of_a_large_place_have_pages(
    client: FlaskClient, make: Make, read: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    county, programme = make.division(), make.programme()
    for number in range(5):
        make.project(title=f"第{number}个项目", programme=programme, division=county)
    monkeypatch.setattr(public.records.boards, "SHEETS_IN_A_FILE", 2)
    monkeypatch.setattr(public.records.boards, "FILES_ON_A_PAGE", 1)
    told = [read(f"/places/{county.code}/boards?page={page}").one("main") for page in (1, 2, 3)]
    assert [sum(f"第{number}个项目" in page.text for page in told) for number in range(5)] == [1] * 5
    assert ["第 2 份" in page.text for page in told] == [False, True, False]
    assert len(pdf_of(client, f"/places/{county.code}/boards.pdf?part=3")) == 1
    assert client.get(f"/places/{county.code}/boards.pdf?part={10**30}").status_code == 404


def test_a_place_without_own_projects_says_what_will_be_here(make: Make, read: Reader, client: FlaskClient) -> None:
    place = make.division(name="空县")
    assert "这里还没有要立牌的项目" in read(f"/places/{place.code}/boards").one("main").text
    assert client.get(f"/places/{place.code}/boards.pdf").status_code == 404
    assert client.get("/places/000000/boards").status_code == 404
