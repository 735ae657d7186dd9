"""The desk's counts are SQL of some length: the larger database must take it and count the same."""

import datetime as dt
from collections.abc import Iterator

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Permission, Role
from minsheng.database import db
from minsheng.desk import desk_reports, duties
from minsheng.desk.desk_cases import DeskCases
from minsheng.installation import settings
from minsheng.oversight import look_back_acts, problem_lists
from minsheng.progress import cycle
from minsheng.records.projects import Stage
from tests.factories import Make
from website import database_setup

pytestmark = pytest.mark.postgresql
AT = dt.datetime(2026, 6, 10, 4, tzinfo=dt.UTC)


@pytest.fixture
def on_postgresql(postgresql_url: str) -> Iterator[Session]:
    """A session on a PostgreSQL database with all tables."""
    app = Flask("desk")
    app.config["SQLALCHEMY_DATABASE_URI"] = postgresql_url
    database_setup.set_up(app)
    with app.app_context():
        flask_migrate.upgrade()
        yield db.session()
        db.session.remove()
        db.engine.dispose()


def test_a_desk_is_counted_on_postgresql(on_postgresql: Session) -> None:
    session, make, today = on_postgresql, Make(on_postgresql, AT), AT.date()
    programme = make.programme()
    agency = make.agency(division=programme.division)
    project = make.project(programme=programme, agency=agency)
    make.published_report(project, "2026-03")
    make.project(programme=programme, agency=agency, stage=Stage.IN_USE, actual_finish=dt.date(2025, 1, 31))
    everywhere = make.staff(*Role)
    limited = make.staff(*Role, division=programme.division, agency=agency)
    session.commit()
    for member in (everywhere, limited):
        projects = duties.own_projects(session, member, Permission.WRITE_REPORT)
        owed = duties.owed_months(projects, today, 8)
        assert desk_reports.months_owed(session, member, today, 8) == (len(owed), len(owed))
        assert desk_reports.most_silent(session, member, today, 8, 8) == owed
        assert desk_reports.to_publish(session, member, 8) == (0, [])
        assert look_back_acts.count_due(session, member, today, 12) == 1
        assert DeskCases(session, member, today).count().waiting == 0
        assert problem_lists.counts(session, member, today, 7)["red"] == 0
    march = next(one for one in cycle.year_of(session, programme, settings.read(session)) if one.period == "2026-03")
    assert (march.done, march.of) == (1, 2)
