"""Every table as a file, on either database."""

import csv
import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role
from minsheng.exporting import record_files, records
from minsheng.exporting.export_runs import ExportRun, ExportState
from minsheng.exporting.record_files import Workshop
from minsheng.exporting.records import COLUMNS, RecordTable
from tests.conftest import AT
from tests.factories import Make
from tests.minsheng.oc4ids_projects import full
from tests.minsheng.on_both import open_session


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Session]:
    """A session on either database, with one project that has everything."""
    is_server = request.param == "postgresql"
    url = request.getfixturevalue("postgresql_url") if is_server else f"sqlite:///{tmp_path / 'records.sqlite'}"
    with open_session(url) as session:
        full(Make(session, AT))
        session.commit()
        yield session


def test_every_table_becomes_a_file(filled: Session, tmp_path: Path) -> None:
    make = Make(filled, AT)
    member = make.staff(Role.PUBLISHER)
    member.grants += make.staff(Role.CASE_REVIEWER).grants
    filled.commit()
    workshop = Workshop(_engine(filled), tmp_path / "exports", lambda: AT)
    for table in RecordTable:
        run = record_files.begin(filled, member, table, "csv", AT)
        number = run.id
        filled.commit()
        record_files.make(workshop, number)
        filled.expire_all()
        assert (run.state, run.percent) == (ExportState.READY, 100)
        sent = b"".join(record_files.pieces(workshop.engine, number))
        assert len(sent) == run.size
        heading, *rows = list(csv.reader(io.StringIO(sent.decode("utf-8-sig"), newline="")))
        assert heading == list(COLUMNS[table])
        assert len(rows) == run.rows
        assert rows or table in {
            RecordTable.PROBLEMS,
            RecordTable.LOOK_BACKS,
            RecordTable.INSPECTIONS,
            RecordTable.CASES,
        }


def test_a_session_never_holds_more_than_a_piece(filled: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "CHUNK", 3)
    make = Make(filled, AT)
    programme = make.programme()
    for number in range(12):
        make.project(programme=programme, title=f"项目{number}")
    member_id = make.staff(Role.PUBLISHER).id
    filled.commit()
    with Session(_engine(filled)) as session:
        held = [len(session.identity_map) for _row in records.rows(session, member_id, RecordTable.PROJECTS)]
    assert len(held) == 14
    assert max(held) < 20, "three projects with their list, places, agency and the member"


def test_exports_over_their_time_are_swept(filled: Session, tmp_path: Path) -> None:
    member = Make(filled, AT).staff(Role.PUBLISHER)
    record_files.begin(filled, member, RecordTable.PROJECTS, "csv", AT)
    filled.commit()
    assert record_files.sweep(filled, tmp_path / "none", AT + dt.timedelta(hours=3)) == 1
    assert filled.scalar(sa.select(sa.func.count(ExportRun.id))) == 0


def _engine(session: Session) -> sa.Engine:
    bind = session.get_bind()
    assert isinstance(bind, sa.Engine)
    return bind
