"""Records leave the site as tables: within one's part, journaled, and harmless in a spreadsheet."""

import csv
import io
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from minsheng.journal import JournalEntry
from minsheng.staff import Role, StaffMember
from tests.admin.conftest import Browser
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]


def table(browser: Browser, name: str) -> list[list[str]]:
    answer = browser.post("/admin/exports/", {"table": name})
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
