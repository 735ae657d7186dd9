import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role
from minsheng.editorial import publishing
from minsheng.models import Base
from minsheng.outbox import RecordKind, SearchOutbox, touch
from minsheng.records.documents import DocumentPage
from minsheng.records.publication import Publication
from search import documents, indexer
from search.engine import Document, Facet, Key, Query, Results
from search.finding import find, suggest
from search.whoosh_engine import WhooshEngine
from tests.factories import Make

AT = dt.datetime(2026, 6, 10, 4, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 6, 10)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A database of its own: search needs no application."""
    database = sa.create_engine(f"sqlite:///{tmp_path / 'search.sqlite'}")
    Base.metadata.create_all(database)
    with Session(database) as session:
        yield session
    database.dispose()


@pytest.fixture
def engine(whoosh_engine: WhooshEngine) -> WhooshEngine:
    return whoosh_engine


@pytest.fixture
def make(session: Session) -> Make:
    return Make(session, AT)


def found(results: Results) -> list[tuple[str, str]]:
    return [(hit.document.kind.value, hit.document.title) for hit in results.hits]


def waiting(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(SearchOutbox)) or 0


def test_what_is_published_is_found(session: Session, make: Make, engine: WhooshEngine) -> None:
    project = make.project(title="青石桥道路硬化")
    make.published_report(project, done="沥青路面铺设两公里。")
    session.commit()
    results = find(session, engine, Query("青石桥", counted=(Facet.STATUS,)), TODAY)
    assert found(results) == [("project", "青石桥道路硬化"), ("report", "青石桥道路硬化 2026年5月月报")]
    assert results.hits[0].document.status == "on_schedule"
    assert results.hits[0].document.progress == pytest.approx(100 * 8.5 / 22.5, abs=70)
    assert results.hits[1].document.slug == project.slug
    assert found(find(session, engine, Query("沥青路面"), TODAY))[0][0] == "project"
    assert waiting(session) == 0


def test_what_is_not_public_is_not_found(session: Session, make: Make, engine: WhooshEngine) -> None:
    project = make.project(title="秘密工程", published=False)
    report = make.report(make.project(title="青石桥"), done="草稿里的话")
    touch(session, RecordKind.PROJECT, project.id)
    touch(session, RecordKind.REPORT, report.id)
    session.commit()
    assert find(session, engine, Query("秘密"), TODAY).total == 0
    assert find(session, engine, Query("草稿里的话"), TODAY).total == 0


def test_a_withdrawn_report_is_not_found_at_once_even_while_another_process_writes(
    session: Session, make: Make, engine: WhooshEngine
) -> None:
    report = make.published_report(make.project(title="青石桥"), done="沥青路面铺设两公里。")
    session.commit()
    indexer.rebuild(session, engine, TODAY)
    publishing.withdraw_report(session, report, "数字有误", make.staff(Role.PUBLISHER), AT)
    session.commit()
    with engine.lock() as is_ours:
        assert is_ours
        assert find(session, engine, Query("沥青路面"), TODAY).total == 0
        assert waiting(session) > 0
    assert find(session, engine, Query("沥青路面"), TODAY).total == 0
    assert waiting(session) == 0


def test_taking_a_project_back_takes_its_reports_out_too(session: Session, make: Make, engine: WhooshEngine) -> None:
    project = make.project(title="青石桥")
    make.published_report(project)
    session.commit()
    assert find(session, engine, Query("青石桥"), TODAY).total == 2
    project.publication, project.withdrawn_reason = Publication.WITHDRAWN, "重复登记"
    touch(session, RecordKind.PROJECT, project.id)
    session.commit()
    with engine.lock():
        assert find(session, engine, Query("青石桥"), TODAY).total == 0
    assert find(session, engine, Query("青石桥"), TODAY).total == 0
    assert engine.held() == {key for key in engine.held() if key.kind not in {RecordKind.PROJECT, RecordKind.REPORT}}


def test_a_renamed_project_is_found_by_its_new_name_only(session: Session, make: Make, engine: WhooshEngine) -> None:
    project = make.project(title="青石桥")
    make.published_report(project)
    session.commit()
    indexer.rebuild(session, engine, TODAY)
    project.title = "白云路"
    touch(session, RecordKind.PROJECT, project.id)
    session.commit()
    assert find(session, engine, Query("青石桥"), TODAY).total == 0
    assert find(session, engine, Query("白云路"), TODAY).total == 2


def test_the_index_equals_the_database_whichever_way_it_came_about(
    session: Session, make: Make, engine: WhooshEngine, tmp_path: Path
) -> None:
    for month in ("2026-03", "2026-04"):
        make.published_report(make.project(), month)
    make.agency()
    make.document(make.project())
    make.call()
    make.content_page()
    for row in session.scalars(sa.select(SearchOutbox)):
        session.delete(row)
    session.commit()
    rebuilt = WhooshEngine(tmp_path / "other")
    indexer.rebuild(session, rebuilt, TODAY)
    expected = {document.key for document in documents.all_documents(session, TODAY)}
    assert {key.kind for key in expected} == set(RecordKind) - {RecordKind.SUGGESTION}
    assert rebuilt.held() == expected
    for key in expected:
        touch(session, key.kind, key.record_id)
    session.commit()
    while indexer.drain(session, engine, TODAY):
        pass
    assert engine.held() == expected


def test_a_busy_index_is_no_error(session: Session, make: Make, engine: WhooshEngine, tmp_path: Path) -> None:
    make.project()
    session.commit()
    with WhooshEngine(tmp_path / "index").lock():
        assert indexer.drain(session, engine, TODAY) == 0
    assert waiting(session) > 0
    assert indexer.drain(session, engine, TODAY) > 0
    assert waiting(session) == 0


def test_a_missing_index_is_built_by_the_first_drain(session: Session, make: Make, tmp_path: Path) -> None:
    make.project(title="青石桥")
    session.commit()
    engine = WhooshEngine(tmp_path / "fresh")
    assert indexer.drain(session, engine, TODAY) == 2
    assert found(engine.search(Query("青石桥"))) == [("project", "青石桥")]


def test_only_rows_that_were_taken_are_removed(session: Session, make: Make, engine: WhooshEngine) -> None:
    make.project()
    session.commit()
    taken = list(session.scalars(sa.select(SearchOutbox.sequence)))
    session.rollback()
    applied = engine.apply

    def late(*arguments: object) -> None:
        # Another transaction, begun earlier, commits a lower number while the index is being written.
        with Session(session.get_bind()) as other:
            other.add(SearchOutbox(sequence=-1, kind=RecordKind.PROJECT, record_id=1))
            other.commit()
        applied(*arguments)  # type: ignore[arg-type]

    engine.apply = late  # type: ignore[method-assign, assignment]
    assert indexer.drain(session, engine, TODAY) == len(taken)
    assert list(session.scalars(sa.select(SearchOutbox.sequence))) == [-1]


def test_a_failure_between_index_and_outbox_loses_nothing(
    session: Session, make: Make, engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.project(title="青石桥")
    session.commit()

    def power_cut(*_arguments: object) -> None:
        raise OSError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(indexer, "_remove", power_cut)
        with pytest.raises(OSError, match="power cut"):
            indexer.drain(session, engine, TODAY)
    assert waiting(session) > 0
    assert find(session, engine, Query("青石桥"), TODAY).total == 1
    assert waiting(session) == 0


def test_the_callers_records_survive_a_drain(session: Session, make: Make, engine: WhooshEngine) -> None:
    project = make.project(title="青石桥")
    session.commit()
    indexer.rebuild(session, engine, TODAY)
    project.summary = "未存的改动"
    assert indexer.drain(session, engine, TODAY) == 0
    assert project.summary == "未存的改动"
    assert session.is_modified(project)


def test_very_many_changes_are_met_by_building_afresh(
    session: Session, make: Make, engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer, "REBUILD_FROM", 3)
    for _ in range(3):
        make.project()
    session.commit()
    rows = waiting(session)
    assert indexer.drain(session, engine, TODAY) == rows
    assert waiting(session) == 0
    assert engine.search(Query("农村公路")).total == 3


_WRITER = """
import sys, datetime as dt
from pathlib import Path
import sqlalchemy as sa
from sqlalchemy.orm import Session
import minsheng.models
from search import indexer, open_engine

database, folder = sys.argv[1:]
engine = open_engine(Path(folder))
with Session(sa.create_engine(database)) as session:
    print("ready", flush=True)
    while True:
        indexer.drain(session, engine, dt.date(2026, 6, 10))
"""


def test_killing_the_writer_again_and_again_loses_nothing(
    session: Session, make: Make, engine: WhooshEngine, tmp_path: Path
) -> None:
    projects = [make.project(title=f"道路{number}") for number in range(12)]
    session.commit()
    database = f"sqlite:///{tmp_path / 'search.sqlite'}"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    for round_number in range(4):
        command = [sys.executable, "-c", _WRITER, database, str(tmp_path / "index")]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"ready\n"
            for number, project in enumerate(projects):
                project.title = f"道路{number}第{round_number}次"
                touch(session, RecordKind.PROJECT, project.id)
                session.commit()
            time.sleep(0.01 * round_number)
            writer.send_signal(signal.SIGKILL)
    while indexer.drain(session, engine, TODAY):
        pass
    results = engine.search(Query("道路", filters={Facet.KIND: ("project",)}, limit=50))
    assert sorted(title for _, title in found(results)) == sorted(project.title for project in projects)
    assert engine.held() == {document.key for document in documents.all_documents(session, TODAY)}
    assert Key(RecordKind.PROJECT, projects[0].id) in engine.held()


def test_the_first_search_builds_a_missing_index(session: Session, make: Make, tmp_path: Path) -> None:
    make.project(title="青石桥")
    for row in session.scalars(sa.select(SearchOutbox)):
        session.delete(row)
    session.commit()
    assert find(session, WhooshEngine(tmp_path / "fresh"), Query("青石桥"), TODAY).total == 1


def test_a_broken_database_row_does_not_stop_the_search(
    session: Session,
    make: Make,
    engine: WhooshEngine,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    make.project(title="青石桥")
    session.commit()
    indexer.rebuild(session, engine, TODAY)
    touch(session, RecordKind.AGENCY, 77)
    session.commit()

    def fail(*_arguments: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(documents, "documents_of", fail)
    assert find(session, engine, Query("青石桥"), TODAY).total == 1
    assert "could not be brought up to date" in caplog.text


def test_suggestions_leave_out_what_has_just_changed(session: Session, make: Make, engine: WhooshEngine) -> None:
    project = make.project(title="青石桥")
    session.commit()
    indexer.rebuild(session, engine, TODAY)
    assert [hit.document.title for hit in suggest(session, engine, "青石")] == ["青石桥"]
    touch(session, RecordKind.PROJECT, project.id)
    session.commit()
    assert suggest(session, engine, "青石") == ()


def test_status_is_stated_anew_each_day(session: Session, make: Make, engine: WhooshEngine) -> None:
    project = make.project(title="青石桥")
    make.published_report(project)
    session.commit()
    indexer.rebuild(session, engine, TODAY)
    query = Query("青石桥", filters={Facet.STATUS: ("overdue",)})
    assert find(session, engine, query, TODAY).total == 0
    after = dt.date(2027, 1, 20)
    assert find(session, engine, query, after).total == 1
    assert indexer.drain(session, engine, after) == 0
    stated = engine.mark()
    assert stated is not None
    assert stated.day == after


def test_nobody_waits_for_a_lock_while_an_index_is_built(
    session: Session, make: Make, engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.project(title="青石桥")
    session.commit()
    database = session.get_bind()
    # As the application does outside a request: every transaction takes the write lock at once.
    sa.event.listen(database, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    sa.event.listen(database, "connect", lambda connection, _record: setattr(connection, "isolation_level", None))
    assert isinstance(database, sa.Engine)
    database.dispose()
    written: list[int] = []

    def write_meanwhile(act: str) -> None:
        original = getattr(engine, act)

        def wrapped(found: Iterable[Document], *rest: object) -> None:
            kept = []
            for item in found:
                kept.append(item)
                with Session(database) as other:
                    other.connection().exec_driver_sql("PRAGMA busy_timeout = 50")
                    touch(other, RecordKind.AGENCY, 1)
                    other.commit()
                    written.append(1)
            original(kept, *rest)

        monkeypatch.setattr(engine, act, wrapped)

    write_meanwhile("apply")
    write_meanwhile("rebuild")
    session.rollback()
    assert indexer.drain(session, engine, TODAY) > 0
    indexer.rebuild(session, engine, TODAY)
    assert len(written) > 2
    assert engine.search(Query("青石桥")).total == 1


def test_an_edited_agency_is_found_by_its_new_name_with_all_that_it_answers_for(
    session: Session, make: Make, engine: WhooshEngine
) -> None:
    agency = make.agency(name="青石县水利局")
    make.published_report(make.project(agency=agency, title="山塘清淤"))
    session.commit()
    assert find(session, engine, Query("水利局"), TODAY).total == 3
    agency.name = "青石县水务管理处"
    session.commit()
    assert find(session, engine, Query("水务管理处"), TODAY).total == 3
    assert find(session, engine, Query('"水利局"'), TODAY).total == 0


def test_a_renamed_place_is_found_by_its_new_name_with_all_that_lies_in_it(
    session: Session, make: Make, engine: WhooshEngine
) -> None:
    place = make.division(name="青石县")
    project = make.project(programme=make.programme(division=place))
    make.document(project)
    session.commit()
    assert find(session, engine, Query("地方:青石县"), TODAY).total == 4
    place.name = "白云区"
    session.commit()
    assert find(session, engine, Query("地方:白云区"), TODAY).total == 4
    assert find(session, engine, Query('地方:"青石县"'), TODAY).total == 0


def test_an_agency_that_was_only_looked_at_tells_the_index_nothing(session: Session, make: Make) -> None:
    agency = make.agency(name="青石县水利局")
    session.commit()
    before = session.scalar(sa.select(sa.func.count()).select_from(SearchOutbox))
    agency.name = str(agency.name)
    session.commit()
    assert session.scalar(sa.select(sa.func.count()).select_from(SearchOutbox)) == before


def test_a_file_is_found_by_its_text_with_the_page_and_goes_with_its_project(
    session: Session, make: Make, engine: WhooshEngine
) -> None:
    project = make.project()
    pages = [DocumentPage(number=number, text=text) for number, text in ((1, "总则"), (3, "涵洞加固费用另行核定"))]
    make.document(project, title="初步设计批复", pages=pages)
    session.commit()
    [hit] = find(session, engine, Query("涵洞加固"), TODAY).hits
    assert hit.document.kind is RecordKind.DOCUMENT
    assert hit.page == 3
    assert hit.document.owner_title == project.title
    project.publication, project.withdrawn_reason = Publication.WITHDRAWN, "重复登记"
    touch(session, RecordKind.PROJECT, project.id)
    session.commit()
    assert find(session, engine, Query("涵洞加固"), TODAY).total == 0
