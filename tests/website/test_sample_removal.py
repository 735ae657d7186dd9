"""Clearing sample content: everything of it and nothing else, on both databases."""

import base64
import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from minsheng.accounts import second_factors
from minsheng.accounts.staff import Role, staff_by_username
from minsheng.database import Base, db
from minsheng.editorial import publishing
from minsheng.errors import NotAllowedError, WrongStateError
from minsheng.importing.divisions import gazetteer
from minsheng.importing.published import import_published, read_rows
from minsheng.installation import sample_removal, settings
from minsheng.models import Agency, Division, Programme, Project, Questionnaire, RoleGrant, StaffMember
from minsheng.records.places import DivisionLevel
from pages.services import services
from search import indexer
from tests.conftest import COMPILED
from tests.factories import Make
from website.application import create_app
from website.config import Settings
from website.sample.county import load_county
from website.sample.world import Installation
from website.sample_content import PUBLISHED

AT = dt.datetime(2026, 11, 21, 4, 0, tzinfo=dt.UTC)
OURS = "130534"


def _site(folder: Path, url: str) -> Flask:
    app = create_app(
        Settings(
            data=folder,
            secret_key="a secret for tests only",
            contact_keys=f"1:{base64.b64encode(b'k' * 32).decode()}",
            database_url=url,
            rate_limits=False,
        )
    )
    app.jinja_env.bytecode_cache = COMPILED
    return app


def _load() -> None:
    """Load the invented county and some compiled records beside it, and close the database."""
    flask_migrate.upgrade()
    known = services()
    load_county(
        db.session(),
        Installation(known.media, known.documents, known.secret, known.contacts),
        as_of=AT.date(),
        password_hash="not a hash",
        progress=lambda *_step: None,
        picture_width=60,
    )
    rows = read_rows(PUBLISHED / "projects.json")[:40]
    programmes = read_rows(PUBLISHED / "programmes.json")
    import_published(db.session(), rows, programmes, actor="资料整理", at=AT)
    settings.put(db.session(), {"second_factor_required": False, "home_place": OURS}, "资料整理", AT)
    db.session.commit()
    db.session.remove()
    db.engine.dispose()


@pytest.fixture(scope="module")
def loaded_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of such a site, to be copied."""
    folder = tmp_path_factory.mktemp("loaded")
    with _site(folder, f"sqlite:///{folder / 'sample.sqlite'}").app_context():
        _load()
    return folder


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def full(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """A site with the invented county, some compiled records, and a real place beside them."""
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("loaded_folder"), tmp_path, dirs_exist_ok=True)
        app = _site(tmp_path, f"sqlite:///{tmp_path / 'sample.sqlite'}")
    else:
        app = _site(tmp_path, str(request.getfixturevalue("postgresql_url")))
    with app.app_context():
        if request.param == "postgresql":
            _load()
        yield app
        db.session.remove()
        db.engine.dispose()


def real_content(session: Session) -> Project:
    """A real county with an agency, a programme and a project of its own."""
    make = Make(session, AT)
    chain = gazetteer().chain(gazetteer()[OURS])
    above: Division | None = None
    for place in chain:
        found = session.scalar(sa.select(Division).where(Division.code == place.code))
        above = found or Division.under(above, place.code, place.name, place.level)
        session.add(above)
    session.flush()
    agency = make.agency(division=above, name="清河县水利局")
    programme = make.programme(division=above, agency=agency, level=DivisionLevel.COUNTY)
    project = make.project(programme=programme, division=above, agency=agency)
    make.published_report(project)
    session.commit()
    return project


def counts(session: Session) -> dict[str, int]:
    return {
        table.name: session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }


def bring_to_index(session: Session) -> None:
    """Let search know what is there now."""
    session.rollback()
    while indexer.drain(session, services().search, AT.date()):
        pass
    session.rollback()


def test_all_of_it_goes_and_nothing_else(full: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_factors, "NEED_FACTOR", frozenset({Role.PUBLISHER, Role.ADMINISTRATOR}))
    session = db.session()
    slug = real_content(session).slug
    invented = sa.select(Division).where(Division.is_invented, Division.level == DivisionLevel.COUNTY)
    make = Make(session, AT)
    make.project(programme=make.programme(division=session.scalars(invented).one(), slug="tried"), slug="tried-too")
    session.commit()
    bring_to_index(session)
    assert "示例县" in full.test_client().get("/search/?q=示例县").text.split("<main")[1]
    session.rollback()
    admin, writer = staff_by_username(session, "guanli"), staff_by_username(session, "yuebao")
    assert admin is not None
    assert writer is not None
    entries = counts(session)["journal_entry"]
    planned = sample_removal.plan(session).counts
    assert planned["project"] > 40

    removed = sample_removal.remove(session, admin, [writer.id], AT)
    session.commit()

    assert removed == planned
    assert [project.slug for project in session.scalars(sa.select(Project))] == [slug]
    assert [agency.name for agency in session.scalars(sa.select(Agency))] == ["清河县水利局"]
    assert session.scalars(sa.select(Division.name).order_by(Division.path)).all() == ["河北省", "邢台市", "清河县"]
    assert session.scalars(sa.select(Questionnaire)).all() == []
    assert [programme.is_compiled for programme in session.scalars(sa.select(Programme))] == [False]
    active = session.scalars(sa.select(StaffMember.username).where(StaffMember.is_sample, StaffMember.is_active)).all()
    assert active == []
    assert {admin.must_change_password, writer.must_change_password} == {True}
    assert admin.is_active
    assert session.scalars(sa.select(RoleGrant.division_id).where(RoleGrant.staff_member_id == admin.id)).all() == [
        None
    ]
    assert counts(session)["journal_entry"] == entries + 2
    assert publishing.verify(session) == []
    assert settings.read(session).second_factor_required
    left = {name for name, count in counts(session).items() if count} - {
        "agency", "division", "funding_line", "indicator", "indicator_value", "job_lease", "journal_entry",
        "journal_head", "programme", "progress_report", "project", "project_digest", "responsibility", "role_grant",
        "search_outbox", "setting", "site_revision", "staff_member", "staff_session",
    }  # fmt: skip
    assert left <= {"assessment_scheme", "asked_query", "sign_in_refusals", "reply_template", "word_list_entry"}
    bring_to_index(session)
    reader = full.test_client()
    for page in ("/", "/projects/", "/programmes/", "/places/", "/agencies/", "/suggestions/", "/surveys/"):
        assert "示例县" not in reader.get(page).text, page
    assert slug in reader.get("/projects/").text
    log = reader.get("/changes/").text
    assert slug in log
    assert "清除示例内容" in log
    assert "/places/" not in reader.get("/search/?q=示例县").text.split("<main")[1].split("</main")[0]
    assert "suggestion:" in reader.get("/changes/journal.jsonl").text


@pytest.mark.parametrize("full", ["sqlite"], indirect=True)
def test_who_may_not_clear_and_where_there_is_nothing_to_clear(full: Flask) -> None:
    session = db.session()
    admin, publisher = staff_by_username(session, "guanli"), staff_by_username(session, "shenhe")
    assert admin is not None
    assert publisher is not None
    before = counts(session)
    compiled = session.scalar(sa.select(sa.func.count()).where(Project.origin == "compiled"))

    with pytest.raises(NotAllowedError):
        sample_removal.remove(session, publisher, [], AT)
    assert counts(session) == before

    sample_removal.remove(session, admin, [], AT, compiled=False)
    session.commit()
    assert session.scalar(sa.select(sa.func.count()).select_from(Project)) == compiled
    assert not session.scalars(sa.select(Division).where(Division.is_invented)).all()
    assert publishing.verify(session) == []

    sample_removal.remove(session, admin, [], AT)
    assert session.scalars(sa.select(Project)).all() == []
    with pytest.raises(WrongStateError):
        sample_removal.remove(session, admin, [], AT)
