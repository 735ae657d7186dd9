"""Migrations: from empty and from every version, down again, and no difference to the models, on both databases."""

import datetime as dt
import io
import itertools
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask

from minsheng.database import Base, db
from minsheng.outbox import SearchOutbox
from minsheng.records.documents import Document
from minsheng.records.reports import IndicatorValue, ProgressReport
from minsheng.surveying.questionnaires import Question, Questionnaire, QuestionnaireVersion, QuestionType
from tests.factories import Make
from website import database_setup

REVISIONS = [script.revision for script in ScriptDirectory(str(database_setup.MIGRATIONS)).walk_revisions()]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def migrating(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    url = (
        f"sqlite:///{tmp_path / 'migrations.sqlite'}"
        if request.param == "sqlite"
        else str(request.getfixturevalue("postgresql_url"))
    )
    app = Flask("migrations")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    database_setup.set_up(app)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def references() -> tuple[list[sa.Row[Any]], ...]:
    """Return reports with their projects, values with their reports and targets, documents, changes, and questions."""
    reports = sa.select(ProgressReport.id, ProgressReport.project_id).order_by(ProgressReport.id)
    values = sa.select(IndicatorValue.id, IndicatorValue.report_id, IndicatorValue.indicator_id)
    documents = sa.select(Document.id, Document.project_id, Document.publication, Document.dated)
    changes = sa.select(SearchOutbox.sequence, SearchOutbox.kind, SearchOutbox.record_id)
    questions = sa.select(Question.key, Question.programme)
    with db.engine.connect() as connection:
        asked = (reports, values.order_by(IndicatorValue.id), documents, changes, questions)
        return tuple([*connection.execute(query)] for query in asked)


def counts() -> tuple[int | None, ...]:
    """Return how many rows the tables hold that are there in every version."""
    names = ("project", "progress_report", "indicator_value", "document", "journal_entry")
    with db.engine.connect() as connection:
        return tuple(connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) for name in names)


def test_from_nothing_to_the_newest_and_back(migrating: Flask) -> None:
    for revision in reversed(REVISIONS):
        flask_migrate.upgrade(revision=revision)
    with redirect_stdout(io.StringIO()):
        flask_migrate.check()
    assert tables() == set(Base.metadata.tables)
    flask_migrate.downgrade(revision="base")
    assert tables() == set()


def test_rows_and_their_references_come_through(migrating: Flask) -> None:
    """Each step is walked with rows in the tables: down, up and down again, and at last all the way up."""
    flask_migrate.upgrade()
    make = Make(db.session(), dt.datetime(2026, 6, 10, 4, tzinfo=dt.UTC))
    project = make.project()
    make.published_report(project)
    make.document(project)
    # A question from when the key told the programme names it again after the walk.
    asked = QuestionnaireVersion(questionnaire=Questionnaire(slug="yearly", title="年度问卷"), number=1)
    question = Question(position=0, key="programme_roads", programme="roads", type=QuestionType.SINGLE, text="路呢？")
    asked.questions = [question]
    db.session.add(asked)
    db.session.commit()
    db.session.remove()
    before = references()
    assert all(before)
    there = counts()
    for newer, older in itertools.pairwise(REVISIONS):
        flask_migrate.downgrade(revision=older)
        flask_migrate.upgrade(revision=newer)
        assert counts() == there, newer
        flask_migrate.downgrade(revision=older)
    flask_migrate.upgrade()
    assert references() == before
    if db.engine.dialect.name == "sqlite":
        assert db.session.scalar(sa.text("PRAGMA foreign_keys")) == 1


def test_the_database_keeps_the_constraints_of_the_models(migrating: Flask) -> None:
    flask_migrate.upgrade()
    inspector = sa.inspect(db.engine)
    for table in Base.metadata.sorted_tables:
        wanted = {str(check.name) for check in table.constraints if isinstance(check, sa.CheckConstraint)}
        found = {check["name"] for check in inspector.get_check_constraints(table.name)}
        assert wanted <= found, table.name
        assert len(inspector.get_foreign_keys(table.name)) == len(table.foreign_key_constraints), table.name
