"""The whole site on PostgreSQL: migrations, import, publication, search, a case and the journal."""

import dataclasses
from collections.abc import Iterator

import flask_migrate
import pytest
from flask import Flask

from minsheng import publishing
from minsheng.database import db, now
from minsheng.importing.published import import_published, read_rows
from tests.factories import Make
from tests.public.test_suggestions import code_of, send
from website import sample_content
from website.application import create_app
from website.config import Settings

pytestmark = pytest.mark.postgresql


@pytest.fixture
def site(settings: Settings, postgresql_url: str) -> Iterator[Flask]:
    app = create_app(dataclasses.replace(settings, database_url=postgresql_url))
    with app.app_context():
        flask_migrate.upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


def test_records_are_imported_found_and_verified(site: Flask) -> None:
    rows = [row for row in read_rows(sample_content.PUBLISHED / "projects.json") if str(row["id"]).startswith("wz24")]  # type: ignore[index]  # rows of our own copy
    result = import_published(db.session(), rows, actor="资料整理", at=now())
    db.session.commit()
    assert result.projects.created == len(rows)
    client = site.test_client()
    assert "<mark>" in client.get("/search/?q=排水防洪").text
    assert client.get("/projects/wz24-01").status_code == 200
    assert publishing.verify(db.session()) == []


def test_a_report_is_published_and_a_case_is_followed(site: Flask) -> None:
    make = Make(db.session(), now())
    report = make.published_report(make.project(), "2026-05", done="本月铺设沥青三公里")
    db.session.commit()
    client = site.test_client()
    assert "沥青" in client.get(f"/projects/{report.project.slug}").text
    assert "<mark>沥青</mark>" in client.get("/search/?q=沥青").text
    code = code_of(send(client))
    assert "晚上看不见路" in client.get(f"/suggestions/follow/{code}").text
    assert publishing.verify(db.session()) == []
