"""Records leave the site as tables: within one's part, journaled, and harmless in a spreadsheet."""

import csv
import datetime as dt
import io
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from admin import exports
from minsheng.accounts.staff import Role, StaffMember
from minsheng.exporting import record_files, records
from minsheng.exporting.export_runs import ExportPiece, ExportRun, ExportState
from minsheng.exporting.record_rows import Row
from minsheng.exporting.records import RecordTable
from minsheng.journal import JournalEntry
from minsheng.oversight.inspections import InspectionCheck, InspectionPlan
from minsheng.oversight.lookbacks import LookBack, LookBackResult
from minsheng.oversight.problems import Problem, ProblemSource, ProblemState
from minsheng.records import addresses
from tests.admin.conftest import Browser, Clock
from tests.conftest import AT
from tests.factories import Make
from tests.minsheng.oc4ids_projects import full
from website.config import Settings

SignIn = Callable[[StaffMember], Browser]


def table(browser: Browser, name: str) -> list[list[str]]:
    begun = browser.post("/admin/exports/", {"table": name})
    assert begun.status_code == 302
    assert begun.location.endswith("/file"), "so few rows are there at once"
    answer = browser.get(begun.location)
    assert answer.status_code == 200
    if name.endswith(".csv"):
        return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    return [[str(cell) for cell in row] for row in rows]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_only_ones_own_part_leaves(browser_of: SignIn, make: Make, form: str) -> None:
    mine = make.project(title="石桥村道路硬化")
    make.project(title="外县的路")
    browser = browser_of(make.staff(Role.REPORTER, division=mine.division))

    heading, *rows = table(browser, f"projects.{form}")

    assert [row[heading.index("title")] for row in rows] == ["石桥村道路硬化"]
    assert rows[0][heading.index("planned_investment_yuan")] == "1000000.00"


def test_no_cell_is_a_formula(browser_of: SignIn, make: Make) -> None:
    make.project(title='=HYPERLINK("http://example.com")')
    browser = browser_of(make.staff(Role.PUBLISHER))

    assert table(browser, "projects.csv")[1][1].startswith("'=")
    assert table(browser, "projects.xlsx")[1][1] == '=HYPERLINK("http://example.com")'


def test_targets_funds_reports_and_problems_have_their_figures(browser_of: SignIn, make: Make) -> None:
    project = make.project(title="石桥村道路硬化")
    make.report(project)
    browser = browser_of(make.staff(Role.PUBLISHER))

    assert table(browser, "targets.csv")[1][2:6] == ["硬化道路", "", "公里", "22.5"]
    assert table(browser, "funding.csv")[1][-1] == "1000000.00"
    heading, row = table(browser, "reports.csv")
    assert dict(zip(heading, row, strict=True))["funds_spent_yuan"] == "400000.00"
    assert table(browser, "problems.csv")[0][0] == "project"


def test_taking_away_is_journaled_and_kept_to_roles(browser_of: SignIn, make: Make, session: Session) -> None:
    browser = browser_of(make.staff(Role.CASE_HANDLER))

    assert browser.post("/admin/exports/", {"table": "projects.csv"}).status_code == 403
    assert table(browser, "cases.csv")[0][0] == "case"
    assert browser.post("/admin/exports/", {"table": "answers.csv"}).status_code == 400
    acts = session.scalars(sa.select(JournalEntry).where(JournalEntry.act == "records_exported")).all()
    assert [(entry.subject, entry.is_public) for entry in acts] == [("export:cases", False)]


def column(rows: list[list[str]], name: str) -> list[str]:
    place = rows[0].index(name)
    return [row[place] for row in rows[1:]]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_ledger_milestones_contracts_and_documents_have_their_figures(
    browser_of: SignIn, make: Make, form: str
) -> None:
    full(make)
    browser = browser_of(make.staff(Role.PUBLISHER))

    moved = table(browser, f"movements.{form}")
    assert list(zip(column(moved, "movement"), column(moved, "amount_yuan"), strict=True)) == [
        ("arrived", "90.00"),
        ("spent", "80.50"),
        ("spent", "-0.50"),
    ]
    assert column(table(browser, f"milestones.{form}"), "planned_on") == ["2026-03-01", "2026-11-01"]
    contract = table(browser, f"contracts.{form}")
    assert [column(contract, name) for name in ("signed_yuan", "present_yuan", "paid_yuan")] == [
        ["99999.99"],
        ["99999.00"],
        ["12345.67"],
    ]
    assert column(table(browser, f"documents.{form}"), "publication") == ["published"]


def test_the_ledger_of_problems_is_whole_only_for_its_keepers(browser_of: SignIn, make: Make, session: Session) -> None:
    project = make.project()
    plan = InspectionPlan(
        title="回头查",
        year=2026,
        division=project.division,
        finished_from=dt.date(2025, 1, 1),
        finished_until=dt.date(2025, 12, 31),
    )
    check = InspectionCheck(project=project, category=project.category, position=0, visited_on=dt.date(2026, 5, 1))
    check.answers = {"water": {"answer": "no", "note": ""}, "light": {"answer": "yes", "note": ""}}
    plan.checks = [check]
    session.add_all([plan, LookBack(project=project, looked_on=dt.date(2026, 5, 2), result=LookBackResult.PARTLY)])
    for state in (ProblemState.OPEN, ProblemState.DRAFT):
        found = {"found_on": dt.date(2026, 5, 1), "deadline": dt.date(2026, 6, 1), "source": ProblemSource.AUDIT}
        session.add(
            Problem(project=project, agency=make.agency(), description=f"路灯不亮 {state}", state=state, **found)
        )
    session.flush()
    keeper, reporter = browser_of(make.staff(Role.PUBLISHER)), browser_of(make.staff(Role.REPORTER))

    assert column(table(keeper, "problems.csv"), "state") == ["open", "draft"]
    assert column(table(reporter, "problems.csv"), "state") == ["open"]
    assert column(table(keeper, "inspections.csv"), "failed") == ["water"]
    assert column(table(reporter, "inspections.csv"), "failed") == []
    assert column(table(reporter, "look_backs.csv"), "result") == ["partly"]
    supervisor = browser_of(make.staff(Role.SUPERVISOR))
    assert len(table(supervisor, "problems.csv")) == 3
    assert supervisor.post("/admin/exports/", {"table": "projects.csv"}).status_code == 403


def test_the_change_log_is_of_ones_own_projects_under_any_address(browser_of: SignIn, make: Make) -> None:
    mine, other = make.project(), make.project()
    former = mine.slug
    addresses.rename(make.session, mine, "new-address", actor="某县民生办", at=AT)
    browser = browser_of(make.staff(Role.REPORTER, division=mine.division))

    rows = table(browser, "changes.csv")
    assert set(column(rows, "project")) == {former, "new-address"}
    assert other.slug not in column(rows, "project")
    assert "project_published" in column(rows, "act")


def test_cases_have_their_days_and_nothing_of_people(browser_of: SignIn, make: Make, session: Session) -> None:
    browser = browser_of(make.staff(Role.CASE_REVIEWER))
    assert {"words", "contact", "place_words", "rating_words"}.isdisjoint(table(browser, "cases.csv")[0])


def test_more_than_one_piece_is_read_and_counted(
    browser_of: SignIn, make: Make, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "CHUNK", 2)
    programme = make.programme()
    titles = [make.project(programme=programme, title=f"项目{number}").title for number in range(5)]
    browser = browser_of(make.staff(Role.PUBLISHER))

    assert column(table(browser, "projects.csv"), "title") == titles
    run = session.scalars(sa.select(ExportRun)).one()
    assert (run.state, run.done, run.total, run.rows, run.percent) == (ExportState.READY, 5, 5, 5, 100)


def test_a_slow_export_has_a_page_that_says_how_far_it_is(
    app: Flask, browser_of: SignIn, make: Make, session: Session, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _number in range(3):
        make.project()
    may_go_on = threading.Event()
    original = record_files.write_csv

    def slow(path: Path, rows: Iterable[Row], name: str) -> None:
        def waiting() -> Iterator[Row]:
            for number, row in enumerate(rows):
                if number == 3:
                    assert may_go_on.wait(30)
                yield row

        original(path, waiting(), name)

    monkeypatch.setattr(record_files, "write_csv", slow)
    monkeypatch.setattr(records, "CHUNK", 1)
    monkeypatch.setattr(exports, "PATIENCE_SECONDS", 0.0)
    browser = browser_of(make.staff(Role.PUBLISHER))
    begun = browser.post("/admin/exports/", {"table": "projects.csv"})
    try:
        assert not begun.location.endswith("/file")
        wait_for(session, lambda run: run.done == 2)
        page = browser.get(begun.location)
        assert page.headers["Refresh"] == "3"
        assert "66%" in page.get_data(as_text=True)
        assert "Refresh" not in browser.get(f"{begun.location}?still=1").headers
        assert "66%" in browser.get("/admin/exports/").get_data(as_text=True)
        assert browser.get(f"{begun.location}/file").status_code == 302, "there is no file yet"
    finally:
        may_go_on.set()
    wait_for(session, lambda run: run.state is ExportState.READY)
    page = browser.get(begun.location)
    assert "Refresh" not in page.headers
    assert f"{begun.location}/file" in page.get_data(as_text=True)
    assert browser.get(f"{begun.location}/file").status_code == 200
    assert browser_of(make.staff(Role.PUBLISHER)).get(begun.location).status_code == 404, "somebody else's"
    clock.forward(hours=3)
    assert browser.get(f"{begun.location}/file").status_code in {302, 404}


def wait_for(session: Session, is_so: Callable[[ExportRun], bool]) -> None:
    """Wait until whoever makes the file has come so far."""
    for _turn in range(600):
        has_come = is_so(session.scalars(sa.select(ExportRun)).one())
        session.rollback()
        if has_come:
            return
        time.sleep(0.05)
    raise AssertionError("the export did not come so far")


def test_an_export_that_fails_says_so_and_leaves_no_file(
    browser_of: SignIn, make: Make, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(record_files, "write_csv", fail)
    browser = browser_of(make.staff(Role.PUBLISHER))
    begun = browser.post("/admin/exports/", {"table": "projects.csv"})
    page = browser.get(browser.get(begun.location).location).get_data(as_text=True)
    assert "没有完成" in page
    assert list((settings.data / "cache" / "exports").iterdir()) == []


def test_an_export_whose_maker_died_is_not_waited_for(
    browser_of: SignIn, make: Make, session: Session, clock: Clock
) -> None:
    member = make.staff(Role.PUBLISHER)
    browser = browser_of(member)
    run = record_files.begin(session, member, RecordTable.PROJECTS, "csv", AT)
    session.commit()
    assert browser.get(f"/admin/exports/{run.key}").headers["Refresh"]
    clock.forward(minutes=5)
    page = browser.get(f"/admin/exports/{run.key}")
    assert "没有完成" in page.get_data(as_text=True)
    assert "Refresh" not in page.headers


def test_nobody_fills_the_machine_with_exports(browser_of: SignIn, make: Make, session: Session) -> None:
    member = make.staff(Role.PUBLISHER)
    browser = browser_of(member)
    for _number in range(record_files.MOST_RUNNING):
        record_files.begin(session, member, RecordTable.PROJECTS, "csv", AT)
    session.commit()
    assert browser.post("/admin/exports/", {"table": "projects.csv"}).location.endswith("/admin/exports/")


def test_files_are_swept_when_their_time_is_over(
    browser_of: SignIn, make: Make, session: Session, settings: Settings
) -> None:
    browser = browser_of(make.staff(Role.PUBLISHER))
    table(browser, "projects.csv")
    folder = settings.data / "cache" / "exports"
    assert list(folder.iterdir()) == [], "the file lies in the database"
    being_made, stray = folder / "being-made.part", folder / "left-behind.part"
    for path, written in ((being_made, AT.timestamp()), (stray, 0)):
        path.touch()
        os.utime(path, (written, written))
    pieces = sa.select(sa.func.count()).select_from(ExportPiece)
    assert record_files.sweep(session, folder, AT + dt.timedelta(hours=1)) == 0
    assert (list(folder.iterdir()), session.scalar(pieces)) == ([being_made], 1)
    assert record_files.sweep(session, folder, AT + dt.timedelta(hours=3)) == 1
    assert (list(folder.iterdir()), session.scalar(pieces)) == ([], 0)


def test_a_file_is_sent_by_a_machine_that_did_not_make_it(
    browser_of: SignIn, make: Make, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_files, "PIECE", 64)
    for number in range(20):
        make.project(title=f"第{number}村道路硬化")
    browser = browser_of(make.staff(Role.PUBLISHER))
    begun = browser.post("/admin/exports/", {"table": "projects.csv"})
    (settings.data / "cache" / "exports").rmdir()

    answer = browser.get(begun.location)

    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row[1] for row in rows[1:]] == [f"第{number}村道路硬化" for number in range(20)]
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="projects-2026-06-10.csv"'


def test_rows_beyond_a_sheet_go_on_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_files, "MOST_ROWS", 2)
    rows = [("heading",), *((str(number),) for number in range(5))]
    record_files.write_workbook(tmp_path / "book.xlsx", rows, "table")
    book = CalamineWorkbook.from_path(tmp_path / "book.xlsx")
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    assert sheets == [[["heading"], ["0"], ["1"]], [["heading"], ["2"], ["3"]], [["heading"], ["4"]]]
