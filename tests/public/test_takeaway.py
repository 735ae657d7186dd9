"""What can be taken away: photos, the table of projects, and the journal."""

import csv
import datetime as dt
import hashlib
import io
import json
from collections.abc import Callable
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.database import db
from minsheng.journal import GENESIS, Act
from minsheng.pictures.photos import Photo, PhotoPhase
from minsheng.records.funding import FundMovement, MovementKind
from minsheng.records.projects import Project
from minsheng.records.publication import Origin
from minsheng.records.reports import ProgressReport
from pages.services import EXTENSION
from public.sharing.opendata import safe_cell
from tests.factories import Make
from tests.public.conftest import Reader

AddPhoto = Callable[..., Photo]


@pytest.fixture
def add_photo(app: Flask, make: Make) -> AddPhoto:
    def add(project: Project, report: ProgressReport | None = None) -> Photo:
        buffer = io.BytesIO()
        Image.new("RGB", (1200, 900), "green").save(buffer, "JPEG")
        buffer.seek(0)
        stored = app.extensions[EXTENSION].media.add_image(buffer, keep_original=False)
        photo = Photo(
            project=project,
            report=report,
            key=stored.key,
            phase=PhotoPhase.DURING,
            alt_text="示例图",
            width=stored.width,
            height=stored.height,
        )
        make.session.add(photo)
        db.session.commit()
        return photo

    return add


def test_a_photo_is_sent_for_ever_and_as_an_image(make: Make, client: FlaskClient, add_photo: AddPhoto) -> None:
    photo = add_photo(make.project())
    response = client.get(f"/photos/{photo.key}-480.webp")
    assert response.status_code == 200
    assert response.mimetype == "image/webp"
    assert "immutable" in response.headers["Cache-Control"]
    assert "max-age=31536000" in response.headers["Cache-Control"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    response.close()
    again = client.get(f"/photos/{photo.key}-480.webp", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304
    again.close()


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("image/avif,image/webp,*/*;q=0.8", "image/avif"),
        ("image/webp,image/avif;q=0.5", "image/avif"),
        ("image/avif;q=0,image/webp", "image/webp"),
        ("image/*,*/*", "image/webp"),
        ("", "image/webp"),
    ],
)
def test_browsers_that_name_avif_get_the_smaller_file(
    make: Make, client: FlaskClient, add_photo: AddPhoto, accept: str, kind: str
) -> None:
    photo = add_photo(make.project())
    with client.get(f"/photos/{photo.key}-480.webp", headers={"Accept": accept}) as response:
        assert response.mimetype == kind
        assert "Accept" in response.vary
        with Image.open(io.BytesIO(response.data)) as image:
            assert image.format == kind.partition("/")[2].upper()


def test_a_photo_of_a_draft_is_not_sent(make: Make, client: FlaskClient, add_photo: AddPhoto) -> None:
    hidden = add_photo(make.project(published=False))
    assert client.get(f"/photos/{hidden.key}-480.webp").status_code == 404


def test_a_photo_is_public_with_its_report(make: Make, client: FlaskClient, add_photo: AddPhoto) -> None:
    project = make.project()
    photo = add_photo(project, make.report(project))
    assert client.get(f"/photos/{photo.key}-480.webp").status_code == 404


@pytest.mark.parametrize("name", ["x-480.webp", f"{'a' * 64}-481.webp", f"{'a' * 64}-480.webp", "..%2f..%2fx-480.webp"])
def test_other_names_are_not_found(client: FlaskClient, name: str) -> None:
    assert client.get(f"/photos/{name}").status_code == 404


def test_photos_on_a_page_have_words_and_sizes(make: Make, read: Reader, add_photo: AddPhoto) -> None:
    project = make.project()
    add_photo(project, make.published_report(project))
    page = read(f"/projects/{project.slug}")
    pictures = [element for element in page.every("img") if element.get("alt") == "示例图"]
    assert pictures
    assert all("480w" in picture["srcset"] for picture in pictures)
    assert all(picture["width"] == "1200" and picture["height"] == "900" for picture in pictures)


def test_the_table_of_projects_is_exact(make: Make, client: FlaskClient, standing_clock: None) -> None:
    project = make.project(title="=HYPERLINK(1)", planned_investment_fen=12_345_678)
    make.published_report(project, physical_progress=Decimal("41.7"), funds_spent_fen=0)
    make.project(published=False, title="草稿")
    db.session.commit()
    response = client.get("/data/projects.csv")
    assert response.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"))))
    assert len(rows) == 1
    assert rows[0]["title"] == "'=HYPERLINK(1)"
    assert rows[0]["planned_investment_yuan"] == "123456.78"
    assert rows[0]["spent_yuan"] == "0"
    assert rows[0]["progress_percent"] == "41.70"
    assert rows[0]["expected_percent"] == "41.67"
    assert rows[0]["status"] == "on_schedule"
    assert rows[0]["source_title"] == ""


def test_the_table_follows_the_filters(make: Make, client: FlaskClient) -> None:
    make.project(title="甲", year=2025)
    make.project(title="乙", year=2026)
    db.session.commit()
    text = client.get("/data/projects.csv?year=2025").text
    assert "甲" in text
    assert "乙" not in text


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+86+1", "'+86+1"),
        (" =1+1", "' =1+1"),
        ("＝1+1", "'＝1+1"),
        ("@x", "'@x"),
        ("-cmd", "'-cmd"),
        ("\tx", "'\tx"),
        ("-5.25", "-5.25"),
        ("平常", "平常"),
        (None, ""),
        (0, 0),
    ],
)
def test_no_cell_is_a_formula(value: object, cell: object) -> None:
    assert safe_cell(value) == cell


def test_anyone_can_check_the_downloaded_journal(make: Make, session: Session, client: FlaskClient) -> None:
    make.published_report(make.project())
    journal.record(session, Act("signed_in", "staff:1", "某县某局", is_public=False), make.at)
    make.project()
    session.commit()
    lines = [json.loads(line) for line in client.get("/changes/journal.jsonl").text.splitlines()]
    previous = GENESIS
    for number, line in enumerate(lines, start=1):
        assert line["sequence"] == number
        assert line["previous_hash"] == previous
        if "content" in line:
            assert hashlib.sha256((line["salt"] + line["content"]).encode()).hexdigest() == line["digest"]
        assert hashlib.sha256((previous + line["digest"]).encode()).hexdigest() == line["hash"]
        previous = line["hash"]
    assert client.get("/changes/head.txt").text.strip() == f"{len(lines)}:{previous}"


def test_private_entries_are_only_links_of_the_chain(make: Make, session: Session, client: FlaskClient) -> None:
    journal.record(session, Act("signed_in", "staff:1", "某县某局", is_public=False), make.at)
    session.commit()
    (line,) = [json.loads(text) for text in client.get("/changes/journal.jsonl").text.splitlines()]
    assert set(line) == {"sequence", "previous_hash", "digest", "hash"}
    assert "某县某局" not in client.get("/changes/").text


def test_the_change_log_can_be_read_for_one_project(make: Make, read: Reader) -> None:
    one, other = make.project(title="这个"), make.project(title="那个")
    make.published_report(one)
    page = read(f"/changes/?project={one.slug}")
    titles = [heading.text for heading in page.every("h3", "timeline-title")]
    assert titles == ["公示月报：2026年5月", "公示项目"]
    assert other.title not in page.one("main").text


def test_a_changed_ledger_is_told_movement_by_movement(make: Make, session: Session, read: Reader) -> None:
    project = make.project()
    line = project.funding_lines[0]
    before = project.snapshot()
    line.movements.append(
        FundMovement(kind=MovementKind.ARRIVED, moved_on=dt.date(2026, 3, 2), amount_fen=1_234_500, note="")
    )
    session.flush()
    act = Act(
        "project_revised",
        f"project:{project.slug}",
        "某县财政局",
        about_project=project.slug,
        before=before,
        after=project.snapshot(),
    )
    journal.record(session, act, make.at)
    page = read("/changes/")
    changed = [" ".join(item.text.split()) for item in page.inside(page.one("ul", "changes"), "li")]
    assert changed == ["县级资金 · 到位 · 2026年3月2日 12,345元"]


def test_the_log_of_own_records_is_not_drowned_by_the_archive(make: Make, session: Session, read: Reader) -> None:
    programme = make.programme(origin=Origin.COMPILED, source_title="某通报", title="抄录的清单")
    make.project(programme=programme, origin=Origin.COMPILED, source_title="某通报", title="抄录的项目")
    make.project(title="自己的项目")
    own, compiled = read("/changes/").one("main").text, read("/changes/?act=compiled").one("main").text
    assert "自己的项目" in own
    assert "抄录的项目" not in own
    assert "抄录的项目" in compiled
    assert "自己的项目" not in compiled
