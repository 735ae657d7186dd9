"""Answers from files: bad cells are named, rows are written once, columns may move, hostile files are refused."""

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from decimal import Decimal

import pytest
import sqlalchemy as sa
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.encryption import ContactBox
from minsheng.errors import InvalidFileError, NotOpenError, WrongStateError
from minsheng.exporting import answer_template
from minsheng.surveying import answer_import, answer_imports, answer_tables
from minsheng.surveying.answer_import import NotSoundError, Plan
from minsheng.surveying.answer_imports import AnswerImport
from minsheng.surveying.answer_tables import HEADINGS
from minsheng.surveying.questionnaires import Option, Question, QuestionType
from minsheng.surveying.surveys import Channel, Response, Wave
from tests.factories import Make

BOX = ContactBox({1: bytes(32)})
SECRET = "a secret for tests only"
DESIGN = list(HEADINGS.values())
HEADS = [*DESIGN, "[aware] 您知道今年的民生实事吗？", "总的来说，您满意吗？", "sources", "words"]
GOOD = ["17", "纸质抽样", "B1", "", "rural", "石桥村", "12.5", "", "", "听说过", "1", "1;3", "路修得好"]


@pytest.fixture
def wave(make: Make, session: Session) -> Wave:
    """A wave with a multiple choice before its free text."""
    wave = make.wave()
    options = [
        Option(position=place, key=f"way{place}", text=text) for place, text in enumerate(("公示牌", "手机", "邻居"))
    ]
    wave.version.questions[2].position = 3
    session.flush()
    wave.version.questions.insert(
        2,
        Question(
            position=2,
            key="sources",
            type=QuestionType.MULTIPLE,
            text="从哪知道的？",
            is_required=False,
            options=options,
        ),
    )
    session.flush()
    session.refresh(wave.version)
    return wave


@pytest.fixture
def surveyor(make: Make) -> StaffMember:
    return make.staff(Role.SURVEYOR)


def as_csv(rows: Sequence[Sequence[str]], encoding: str = "utf-8-sig") -> bytes:
    held = io.StringIO()
    csv.writer(held).writerows(rows)
    return held.getvalue().encode(encoding)


def as_workbook(rows: Sequence[Sequence[object]]) -> bytes:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write(line, column, cell)
    return held.getvalue()


def plan(session: Session, wave: Wave, rows: Sequence[Sequence[str]]) -> Plan:
    return answer_import.plan(session, wave, [list(row) for row in rows], SECRET)


def write(
    session: Session,
    wave: Wave,
    rows: Sequence[Sequence[str]],
    by: StaffMember,
    at: dt.datetime,
    *,
    leave_out: bool = False,
) -> int:
    cells = [list(row) for row in rows]
    found = ("答卷.xlsx", answer_tables.digest_of(cells), cells)
    waiting = answer_imports.keep(session, BOX, wave, found, by, at)
    planned = answer_import.plan(session, wave, waiting.rows(BOX), SECRET)
    return answer_import.take_over(session, waiting, planned, leave_out=leave_out, by=by, at=at)


def faults(planned: Plan) -> list[tuple[str, str]]:
    return [(fault.cell, fault.reason) for fault in planned.faults]


def answers_of(response: Response) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for answer in response.answers:
        value = answer.option.key if answer.option else answer.text
        found.setdefault(answer.question.key, []).append(value)
    return {key: sorted(values, key=str) for key, values in found.items()}


@pytest.mark.parametrize(
    "data",
    [
        as_csv([HEADS, GOOD]),
        as_csv([HEADS, GOOD], "utf-8"),
        as_csv([HEADS, GOOD], "gb18030"),
        as_csv([[], HEADS, GOOD, []]),
        as_workbook([HEADS, GOOD]),
        as_workbook([HEADS, [17, *GOOD[1:6], 12.5, "", "", "听说过", 1, "1;3", "路修得好"]]),
    ],
    ids=["utf-8-sig", "utf-8", "gb18030", "empty rows", "xlsx", "xlsx numbers"],
)
def test_files_as_offices_write_them(
    session: Session, wave: Wave, surveyor: StaffMember, at: dt.datetime, data: bytes
) -> None:
    assert write(session, wave, answer_tables.read(data), surveyor, at) == 1
    (response,) = session.scalars(sa.select(Response))
    assert answers_of(response) == {
        "aware": ["heard"],
        "satisfied": ["very_satisfied"],
        "sources": ["way0", "way2"],
        "words": ["路修得好"],
    }
    assert (response.channel, response.batch, response.stratum, response.psu) == (
        Channel.PAPER_SAMPLE,
        "B1",
        "rural",
        "石桥村",
    )
    assert (response.base_weight, response.division, response.week) == (Decimal("12.5"), wave.division, "2026-W24")
    assert wave.version.frozen_at == at


def test_a_table_in_traditional_characters_and_big5(
    session: Session, wave: Wave, surveyor: StaffMember, at: dt.datetime
) -> None:
    heads = [
        "編號",
        "渠道",
        "批次",
        "地方",
        "層",
        "抽樣單位",
        "權數",
        "aware",
        "總的來說，您滿意嗎？",
        "sources",
        "words",
    ]
    good = [
        "17",
        "紙質抽樣",
        "B1",
        "",
        "rural",
        "石橋村",
        "12.5",
        "聽說過",
        "很滿意",
        "公示牌、手機",
        "路修得好，晚上也看得見路了",
    ]
    assert write(session, wave, answer_tables.read(as_csv([heads, good], "big5")), surveyor, at) == 1
    (response,) = session.scalars(sa.select(Response))
    assert answers_of(response)["sources"] == ["way0", "way1"]
    assert answers_of(response)["satisfied"] == ["very_satisfied"]


@pytest.mark.parametrize(
    ("column", "value", "fault"),
    [
        (0, "", ("A2", "missing")),
        (0, "13812345678", ("A2", "a_persons")),
        (0, "990121199001011234", ("A2", "a_persons")),
        (0, "9" * 41, ("A2", "too_long")),
        (1, "网上", ("B2", "unknown_channel")),
        (1, "", ("B2", "missing")),
        (3, "火星", ("D2", "unknown_place")),
        (6, "0", ("G2", "not_a_weight")),
        (6, "很多", ("G2", "not_a_weight")),
        (7, "ABCD-EFGH-JKMN", ("H2", "code_mistyped")),
        (8, "走了", ("I2", "unknown_disposition")),
        (8, "2.1", ("I2", "answered_beside")),
        (9, "也许", ("J2", "unknown_option")),
        (9, "4", ("J2", "unknown_option")),
        (9, "1;2", ("J2", "one_only")),
        (9, "#REF!", ("J2", "broken_formula")),
        (11, "1;9", ("L2", "unknown_option")),
        (12, "长" * 2001, ("M2", "too_long")),
        (2, "B" * 41, ("C2", "too_long")),
    ],
)
def test_every_bad_cell_is_named(session: Session, wave: Wave, column: int, value: str, fault: tuple[str, str]) -> None:
    row = [*GOOD[:column], value, *GOOD[column + 1 :]]
    planned = plan(session, wave, [HEADS, row])
    assert faults(planned) == [fault]
    assert planned.new == []


def test_a_bad_cell_says_what_it_says(session: Session, wave: Wave) -> None:
    (fault,) = plan(session, wave, [HEADS, [*GOOD[:9], "=cmd|' /C calc'!A0", *GOOD[10:]]]).faults
    assert fault.said == "=cmd|' /C calc'!A0"
    assert fault.column is wave.version.questions[0]


def test_bad_cells_of_a_row_are_named_from_the_left(session: Session, wave: Wave) -> None:
    row = ["13812345678", "网上", *GOOD[2:9], "也许", "9", *GOOD[11:]]
    assert [cell for cell, _reason in faults(plan(session, wave, [HEADS, row]))] == ["A2", "B2", "J2", "K2"]


def test_a_survey_takes_no_answers_of_channels_it_does_not_use(session: Session, wave: Wave) -> None:
    wave.channels = ["paper_walk_in", "web"]
    assert faults(plan(session, wave, [HEADS, GOOD])) == [("B2", "unknown_channel")]


def test_walk_in_answers_stand_in_no_design(session: Session, wave: Wave) -> None:
    walk_in = ["17", "现场填写", "", "", "rural", "", "2", "", "答完", *GOOD[9:]]
    found = faults(plan(session, wave, [HEADS, walk_in]))
    assert found == [("E2", "only_drawn"), ("G2", "only_drawn"), ("I2", "only_drawn")]


def test_answers_to_questions_not_asked_are_passed_over(
    session: Session, wave: Wave, surveyor: StaffMember, at: dt.datetime
) -> None:
    rows = [HEADS, [*GOOD[:9], "3", *GOOD[10:]]]
    assert plan(session, wave, rows).passed_over == 1
    write(session, wave, rows, surveyor, at)
    (response,) = session.scalars(sa.select(Response))
    assert "satisfied" not in answers_of(response)


def test_blank_rows_say_nothing_and_blank_cells_are_no_answer(session: Session, wave: Wave) -> None:
    blank = [*GOOD[:9], "", "", "", ""]
    assert [fault.reason for fault in plan(session, wave, [HEADS, blank]).faults] == ["nothing_answered"]
    planned = plan(session, wave, [HEADS, [*GOOD[:9], "2", "", "", ""]])
    assert planned.new[0].typed == {"aware": ["heard"]}


def test_bad_rows_are_left_out_only_when_asked_and_come_in_once_they_are_right(
    session: Session, wave: Wave, surveyor: StaffMember, at: dt.datetime
) -> None:
    wrong = ["18", *GOOD[1:9], "也许", *GOOD[10:]]
    with pytest.raises(NotSoundError):
        write(session, wave, [HEADS, GOOD, wrong], surveyor, at)
    assert session.scalar(sa.select(sa.func.count(Response.id))) == 0
    assert write(session, wave, [HEADS, GOOD, wrong], surveyor, at, leave_out=True) == 1

    right = ["18", *GOOD[1:]]
    assert plan(session, wave, [HEADS, GOOD, right]).known_count == 1
    assert write(session, wave, [HEADS, GOOD, right], surveyor, at) == 1
    assert session.scalar(sa.select(sa.func.count(Response.id))) == 2


def test_the_same_file_twice_changes_nothing(
    session: Session, wave: Wave, surveyor: StaffMember, at: dt.datetime
) -> None:
    write(session, wave, [HEADS, GOOD], surveyor, at)
    again = answer_tables.read(as_workbook([HEADS, GOOD]))
    assert answer_tables.digest_of(again) == answer_tables.digest_of(
        answer_tables.read(as_csv([HEADS, GOOD], "gb18030"))
    )
    with pytest.raises(WrongStateError):
        write(session, wave, again, surveyor, at)
    assert session.scalar(sa.select(sa.func.count(Response.id))) == 1


def test_a_known_number_with_other_answers_is_a_fault(
    session: Session, wave: Wave, surveyor: StaffMember, at: dt.datetime
) -> None:
    write(session, wave, [HEADS, GOOD], surveyor, at)
    other = [*GOOD[:10], "2", *GOOD[11:]]
    assert faults(plan(session, wave, [HEADS, other])) == [("A2", "known_otherwise")]
    elsewhere = [GOOD[0], GOOD[1], "B2", *GOOD[3:]]
    assert plan(session, wave, [HEADS, elsewhere]).new


def test_the_same_number_twice_in_a_file_is_a_fault(session: Session, wave: Wave) -> None:
    (fault,) = plan(session, wave, [HEADS, GOOD, GOOD]).faults
    assert (fault.cell, fault.reason, fault.row) == ("A3", "twice", 2)


def test_nothing_is_written_outside_the_period(
    session: Session, wave: Wave, surveyor: StaffMember, at: dt.datetime
) -> None:
    with pytest.raises(NotOpenError):
        write(session, wave, [HEADS, GOOD], surveyor, at + dt.timedelta(days=40))


def test_what_waits_is_sealed_and_forgotten(
    session: Session, wave: Wave, surveyor: StaffMember, at: dt.datetime
) -> None:
    found = ("C:\\答卷.csv", answer_tables.digest_of([HEADS, GOOD]), [HEADS, GOOD])
    waiting = answer_imports.keep(session, BOX, wave, found, surveyor, at)
    assert waiting.sealed is not None
    assert "路修得好".encode() not in waiting.sealed
    assert waiting.file_name == "答卷.csv"
    answer_imports.keep(session, BOX, wave, found, surveyor, at)
    assert session.scalar(sa.select(sa.func.count(AnswerImport.id))) == 1
    assert answer_imports.drop_old(session, at + dt.timedelta(hours=25)) == 1


def test_what_was_written_keeps_no_number_and_no_answer(
    session: Session, wave: Wave, surveyor: StaffMember, at: dt.datetime
) -> None:
    write(session, wave, [HEADS, ["SHEET-4711", *GOOD[1:]]], surveyor, at)
    (written,) = answer_imports.written(session, wave)
    assert written.sealed is None
    kept = f"{written.known} {written.digest} {[response.ticket for response in session.scalars(sa.select(Response))]}"
    assert "4711" not in kept
    assert "heard" not in kept


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([["编号", "aware"], ["1", "1"]], "no_headings"),
        ([["编号", "渠道"], ["1", "电话"]], "no_questions"),
        ([["编号", "渠道", "aware", "[aware]"], ["1", "电话", "1", "1"]], "two_alike"),
        ([["编号", "卷号", "渠道", "aware"], ["1", "1", "电话", "1"]], "two_alike"),
    ],
)
def test_tables_without_their_headings(session: Session, wave: Wave, rows: list[list[str]], reason: str) -> None:
    with pytest.raises(InvalidFileError) as refused:
        plan(session, wave, rows)
    assert refused.value.reason == reason


def bomb() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "spreadsheetml.sheet.main+xml")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    return held.getvalue()


@pytest.mark.parametrize(
    ("data", "reasons"),
    [
        (b"", {"empty"}),
        (b" \n ", {"empty"}),
        (b"x" * 50_000_000, {"too_large"}),
        (bomb(), {"bomb", "unknown_type"}),
        (
            b"<html><script>alert(1)</script><p>1</p></html>",
            {"web_page", "empty", "unreadable", "broken", "no_headings"},
        ),
        (b"<html><table><tr><td>=1+1</td></tr></table></html>", {"web_page", "no_headings"}),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "_VBA_PROJECT Workbook".encode("utf-16-le"), {"macros"}),
        (b"%PDF-1.4", {"unknown_type"}),
        (b"PK\x03\x04 broken", {"unknown_type", "broken"}),
        (as_csv([HEADS, *([GOOD] * 3001)]), {"too_many_rows"}),
    ],
    ids=["nothing", "spaces", "50 MB", "bomb", "script", "html", "macros", "pdf", "broken zip", "too many rows"],
)
def test_hostile_files_are_refused(wave: Wave, data: bytes, reasons: set[str]) -> None:
    with pytest.raises(InvalidFileError) as refused:
        answer_tables.columns_of(answer_tables.read(data), wave.version)
    assert refused.value.reason in reasons


def test_the_template_is_read_back_and_takes_what_is_filled_in(
    session: Session, wave: Wave, surveyor: StaffMember, at: dt.datetime
) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer_template.write(wave.version)))
    heads = [str(cell) for cell in book.get_sheet_by_name("答卷").to_python()[0]]
    assert len(heads) == len(DESIGN) + 4
    planned = plan(session, wave, [heads, GOOD])
    assert (planned.columns.unread, planned.columns.lacking) == ([], [])
    assert write(session, wave, [heads, GOOD], surveyor, at) == 1
    notes = str(book.get_sheet_by_name("填写说明").to_python())
    assert "没听说过" in notes


LABELS = {"aware": ("1", "很了解", "know_well"), "satisfied": ("2", "不满意", "dissatisfied")}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.permutations(range(len(HEADS))),
    aware=st.sampled_from(LABELS["aware"]),
    satisfied=st.sampled_from(LABELS["satisfied"]),
    several=st.permutations(["1", "手机", "way2"]),
    sign=st.sampled_from([";", "；", "、", "，", "\n"]),
)
def test_columns_in_any_order_labels_numbers_and_keys_mean_the_same(
    session: Session, wave: Wave, order: list[int], aware: str, satisfied: str, several: list[str], sign: str
) -> None:
    row = [*GOOD[:9], aware, satisfied, sign.join(several), GOOD[12]]
    planned = plan(session, wave, [[HEADS[place] for place in order], [row[place] for place in order]])
    (found,) = planned.new
    assert found.typed["aware"] == ["know_well"]
    assert found.typed["satisfied"] == ["dissatisfied"]
    assert sorted(found.typed["sources"]) == ["way0", "way1", "way2"]
    (plainly,) = plan(session, wave, [HEADS, GOOD]).new
    assert found.ticket == plainly.ticket


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.text(max_size=30), min_size=len(HEADS), max_size=len(HEADS)))
def test_whatever_stands_in_the_cells_a_row_is_right_or_named(session: Session, wave: Wave, cells: list[str]) -> None:
    planned = plan(session, wave, [HEADS, cells])
    for row in planned.rows:
        assert row.is_new != bool(row.faults)
        assert all(fault.cell.endswith("2") for fault in row.faults)
