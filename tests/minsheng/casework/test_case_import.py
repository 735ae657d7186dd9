"""Cases from a file: every wrong cell is named, hostile files are refused, and half a file is never written."""

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Sequence

import pytest
import sqlalchemy as sa
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.casework import case_entry, case_import, case_import_drafts, case_tables
from minsheng.casework.case_channels import CaseChannel
from minsheng.casework.case_entry import OfflineLetter
from minsheng.casework.case_import import HEADINGS, FaultyRowsError, Plan
from minsheng.casework.case_import_drafts import CaseImportDraft
from minsheng.casework.cases import CaseClock, SuggestionKind
from minsheng.casework.letters import Letter
from minsheng.casework.suggestions import Suggestion
from minsheng.encryption import ContactBox
from minsheng.errors import InvalidFileError
from minsheng.exporting import case_template
from minsheng.records.places import Division
from minsheng.workdays import WorkCalendar
from tests.factories import Make

TODAY = dt.date(2026, 6, 10)
CLOCK = CaseClock(WorkCalendar.load())
BOX = ContactBox({1: bytes(32)})
HEADS = list(HEADINGS.values())
GOOD = ["电话", "", "2026-06-08", "投诉", "路灯坏了三个月", "某县", "", "13812345678", "是", "否"]


@pytest.fixture
def place(make: Make) -> Division:
    return make.division(name="某县")


@pytest.fixture
def reviewer(make: Make, place: Division) -> StaffMember:
    return make.staff(Role.CASE_REVIEWER, division=place)


def as_csv(rows: Sequence[Sequence[str]], encoding: str = "utf-8-sig") -> bytes:
    held = io.StringIO()
    csv.writer(held).writerows(rows)
    return held.getvalue().encode(encoding)


def as_workbook(rows: Sequence[Sequence[object]]) -> bytes:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write(line, column, cell)
    return held.getvalue()


def faults(planned: Plan) -> list[tuple[str, str]]:
    return [(fault.cell, fault.reason) for fault in planned.faults]


@pytest.mark.parametrize(
    "data",
    [
        as_csv([HEADS, GOOD]),
        as_csv([HEADS, GOOD], "gb18030"),
        as_workbook([HEADS, GOOD]),
        as_workbook([HEADS, [*GOOD[:2], dt.date(2026, 6, 8), *GOOD[3:]]]),
        as_csv([[f" {head} * " for head in HEADS], GOOD]),
        as_csv([HEADS, GOOD, [""] * 10, []]),
    ],
    ids=["utf-8", "gb18030", "xlsx", "xlsx-date", "marked headings", "empty rows"],
)
def test_files_as_offices_write_them(session: Session, reviewer: StaffMember, place: Division, data: bytes) -> None:
    planned = case_import.plan(session, case_tables.read(data), reviewer, TODAY)

    assert planned.is_sound
    (row,) = planned.rows
    assert row.entry is not None
    assert (row.number, row.entry.received_on, row.entry.contact) == (2, dt.date(2026, 6, 8), "13812345678")
    assert row.entry.letter.division is place
    assert (row.entry.letter.consent_to_publish, row.entry.letter.consent_to_call) == (True, False)


@pytest.mark.parametrize(
    ("column", "value", "fault"),
    [
        (0, "微信", ("A2", "unknown_word")),
        (0, "", ("A2", "missing")),
        (0, "12345", ("B2", "missing")),
        (1, "9" * 61, ("B2", "too_long")),
        (2, "2026-06-11", ("C2", "ahead")),
        (2, "2025-01-01", ("C2", "too_old")),
        (2, "2026-02-30", ("C2", "no_day")),
        (2, "上周", ("C2", "no_day")),
        (2, "", ("C2", "missing")),
        (3, "骂人", ("D2", "unknown_word")),
        (4, "", ("E2", "missing")),
        (5, "火星", ("F2", "unknown_place")),
        (6, "没有的项目", ("G2", "unknown_project")),
        (7, "1" * 101, ("H2", "too_long")),
        (8, "也许", ("I2", "unknown_word")),
    ],
)
def test_every_wrong_cell_is_named(
    session: Session, reviewer: StaffMember, place: Division, column: int, value: str, fault: tuple[str, str]
) -> None:
    row = [*GOOD[:column], value, *GOOD[column + 1 :]]
    planned = case_import.plan(session, case_tables.read(as_csv([HEADS, row])), reviewer, TODAY)

    assert faults(planned) == [fault]
    assert planned.rows[0].entry is None
    assert not planned.is_sound


@pytest.mark.parametrize("day", ["2026/6/8", "2026.06.08", "2026年6月8日", "20260608", "２０２６－６－８"])
def test_days_as_people_write_them(session: Session, reviewer: StaffMember, place: Division, day: str) -> None:
    rows = case_tables.read(as_csv([HEADS, [*GOOD[:2], day, *GOOD[3:]]]))
    entry = case_import.plan(session, rows, reviewer, TODAY).rows[0].entry
    assert entry is not None
    assert entry.received_on == dt.date(2026, 6, 8)


def test_a_place_of_somebody_else_is_named(session: Session, make: Make, reviewer: StaffMember) -> None:
    other = make.division(name="别县")
    rows = [HEADS, [*GOOD[:5], "别县", *GOOD[6:]], [*GOOD[:5], other.code, *GOOD[6:]], [*GOOD[:5], "", *GOOD[6:]]]
    planned = case_import.plan(session, case_tables.read(as_csv(rows)), reviewer, TODAY)
    assert faults(planned)[:2] == [("F2", "unknown_place"), ("F3", "unknown_place")]


def test_the_same_number_twice_in_the_file_and_one_that_is_here(
    session: Session, reviewer: StaffMember, place: Division, at: dt.datetime
) -> None:
    letter = Letter(SuggestionKind.COMPLAINT, "路灯", consent_to_publish=False, division=place)
    here = case_entry.enter(
        session,
        OfflineLetter(CaseChannel.HOTLINE, "A1", TODAY, letter),
        ticket="t",
        code="X",
        by=reviewer,
        at=at,
        clock=CLOCK,
        box=BOX,
    )
    numbers = ["A1", "B2", "ｂ 2", ""]
    rows = [["12345", number, *GOOD[2:]] for number in numbers[:3]] + [["电话", "", *GOOD[2:]]] * 2

    planned = case_import.plan(session, case_tables.read(as_csv([HEADS, *rows])), reviewer, TODAY)

    assert [(fault.cell, fault.reason, fault.case_id, fault.row) for fault in planned.faults] == [
        ("B2", "known", here.id, None),
        ("B4", "twice", None, 3),
    ]


def _draft(session: Session, rows: Sequence[Sequence[str]], by: StaffMember, at: dt.datetime) -> CaseImportDraft:
    return case_import_drafts.keep(session, BOX, "来件.xlsx", rows, by, at)


def _take(session: Session, draft: CaseImportDraft, at: dt.datetime) -> int:
    planned = case_import.plan(session, draft.rows(BOX), draft.made_by, TODAY)
    return case_import.take_over(
        session,
        draft,
        planned,
        secret="secret",
        at=at,
        clock=CLOCK,
        box=BOX,
    )


def test_all_rows_or_none(session: Session, reviewer: StaffMember, place: Division, at: dt.datetime) -> None:
    bad = _draft(session, [HEADS, GOOD, [*GOOD[:2], "明天", *GOOD[3:]]], reviewer, at)
    with pytest.raises(FaultyRowsError):
        _take(session, bad, at)
    assert session.scalar(sa.select(sa.func.count(Suggestion.id))) == 0

    good = _draft(session, [HEADS, GOOD, [*GOOD[:4], "另一件事", *GOOD[5:]]], reviewer, at)
    assert _take(session, good, at) == 2
    words = session.scalars(sa.select(Suggestion.words).order_by(Suggestion.id)).all()
    assert words == ["路灯坏了三个月", "另一件事"]
    assert session.scalar(sa.select(sa.func.count(CaseImportDraft.id))) == 0


def test_a_file_waits_sealed_for_a_day_and_one_a_person(
    session: Session, reviewer: StaffMember, at: dt.datetime
) -> None:
    _draft(session, [HEADS, GOOD], reviewer, at - dt.timedelta(hours=2))
    kept = case_import_drafts.keep(session, BOX, "C:\\桌面\\..\\名单.csv", [HEADS, GOOD], reviewer, at)

    assert session.scalars(sa.select(CaseImportDraft.id)).all() == [kept.id]
    assert kept.file_name == "名单.csv"
    assert "路灯".encode() not in kept.sealed
    assert b"13812345678" not in kept.sealed
    assert case_import_drafts.drop_old(session, at + dt.timedelta(hours=23)) == 0
    assert case_import_drafts.drop_old(session, at + dt.timedelta(hours=25)) == 1


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b\\c\x00.csv", "\u202exslx.exe", "x" * 500])
def test_names_of_files_are_only_names(session: Session, reviewer: StaffMember, at: dt.datetime, name: str) -> None:
    kept = case_import_drafts.keep(session, BOX, name, [HEADS], reviewer, at)
    assert not set(kept.file_name) & set("/\\\x00\u202e")
    assert len(kept.file_name) <= 120


def _bomb() -> bytes:
    """A workbook whose sheet unpacks to far more than it weighs."""
    source, held = io.BytesIO(as_workbook([HEADS, GOOD])), io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename.endswith("sheet1.xml"):
                data = data.replace(b"</sheetData>", b" " * 60_000_000 + b"</sheetData>")
            new.writestr(part.filename, data)
    return held.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (_bomb(), "bomb"),
        (b"PK\x03\x04 and nothing", "broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "not_a_table"),
        (b"", "empty"),
        (b"\n\n,,,\n", "empty"),
        (b"x" * 5_000_001, "too_large"),
        (as_csv([HEADS, *[GOOD] * 501]), "too_many_rows"),
        (as_csv([["x"] * 31]), "too_many_columns"),
        (as_csv([["x" * 4001]]), "long_cell"),
        (b'a,b\n"never closed,1\n', "broken"),
        (b"a\0b,c\n", "not_a_table"),
    ],
    ids=["bomb", "no archive", "old excel", "nothing", "commas", "large", "rows", "columns", "cell", "quote", "null"],
)
def test_hostile_files_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(InvalidFileError) as refused:
        case_tables.read(data)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("heads", "reason"), [(HEADS[1:], "no_headings"), ([*HEADS, "内容"], "two_alike"), (["a", "b"], "no_headings")]
)
def test_headings_that_do_not_fit(heads: list[str], reason: str) -> None:
    with pytest.raises(InvalidFileError) as refused:
        case_import.columns_of([heads, GOOD])
    assert refused.value.reason == reason


def test_a_formula_is_words_and_no_command(session: Session, reviewer: StaffMember, place: Division) -> None:
    rows = case_tables.read(as_csv([HEADS, [*GOOD[:4], "'=HYPERLINK(1)", *GOOD[5:]]]))
    assert case_import.plan(session, rows, reviewer, TODAY).rows[0].words == "=HYPERLINK(1)"


def test_the_template_is_read_by_the_import(session: Session, reviewer: StaffMember, place: Division) -> None:
    data = case_template.write()
    assert data == case_template.write()
    rows = case_tables.read(data)
    assert list(case_import.columns_of(rows)) == list(HEADINGS)
    assert CalamineWorkbook.from_filelike(io.BytesIO(data)).sheet_names == ["来件", "填写说明"]
    assert not case_import.plan(session, rows, reviewer, TODAY).is_sound


@pytest.mark.parametrize(("place_", "name"), [((0, 0), "A1"), ((4, 2), "C5"), ((9, 26), "AA10"), ((0, 701), "ZZ1")])
def test_cells_are_named_as_a_spreadsheet_does(place_: tuple[int, int], name: str) -> None:
    assert case_tables.cell_name(*place_) == name
