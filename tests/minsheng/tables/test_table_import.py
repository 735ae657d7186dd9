"""Tables become drafts: matched, judged, all or none, and remembered for the office."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.editorial import reporting
from minsheng.errors import WrongStateError
from minsheng.records.indicators import Indicator
from minsheng.records.projects import Project
from minsheng.records.publication import Publication
from minsheng.records.reports import ReportState
from minsheng.tables import table_import, table_lines, table_writing
from minsheng.tables.opening import read_sheets
from minsheng.tables.table_import import Upload
from minsheng.tables.table_lines import Doubt, Line, Situation, Verdict
from minsheng.tables.table_uploads import TableUpload, UploadState
from tests.factories import Make

HEADING = "序号,项目名称,指标,计量单位,目标任务,累计完成,完成率,累计支出资金（万元）,进展情况\n"


@pytest.fixture
def road(make: Make) -> Project:
    return make.project(title="石桥村道路硬化")


@pytest.fixture
def school(make: Make, road: Project) -> Project:
    return make.project(
        title="实验小学扩建",
        programme=road.programme,
        indicators=[Indicator(position=0, name="新增学位", unit="个", target=Decimal(500))],
    )


@pytest.fixture
def reporter(make: Make) -> StaffMember:
    return make.staff(Role.REPORTER)


def situation(member: StaffMember) -> Situation:
    return Situation(member, dt.date(2026, 6, 10), 8)


def bring(session: Session, text: str, road: Project, member: StaffMember, at: dt.datetime) -> TableUpload:
    data = text.encode("gb18030")
    came = Upload("月报.csv", data, read_sheets(data))
    return table_import.keep(session, came, road.programme, "2026-05", member, at)


def judged(session: Session, upload: TableUpload, member: StaffMember) -> Sequence[Line]:
    return table_lines.lines_of(session, upload, situation(member))


def test_figures_become_drafts_exactly(
    session: Session, road: Project, school: Project, reporter: StaffMember, at: dt.datetime
) -> None:
    text = HEADING + (
        "1,石桥村道路硬化,硬化道路,公里,22.5,12.25,54.44%,1234.5678,路基完成\n"
        "2,实验小学扩建,新增学位,个,500,０,0%,一百二十,正在招标\n"
        "合计,,,,,,,1354.5678,\n"
    )
    upload = bring(session, text, road, reporter, at)

    written = table_writing.write(session, upload, situation(reporter), at)

    assert [one.state for one in written.reports] == [ReportState.DRAFT] * 2
    report = reporting.report_in_work(road, "2026-05")
    assert report is not None
    assert report.values[0].value == Decimal("12.25")
    assert report.values[0].stated_percent == "54.44"
    assert report.funds_spent_fen == 1234_5678_00
    assert report.done == "路基完成"
    other = reporting.report_in_work(school, "2026-05")
    assert other is not None
    assert (other.values[0].value, other.funds_spent_fen) == (Decimal(0), 120_0000_00)
    assert upload.state is UploadState.WRITTEN
    with pytest.raises(WrongStateError):
        table_writing.write(session, upload, situation(reporter), at)


def test_one_wrong_line_keeps_everything_out(
    session: Session, road: Project, school: Project, reporter: StaffMember, at: dt.datetime
) -> None:
    text = HEADING + "1,石桥村道路硬化,硬化道路,公里,22.5,12,,-5,\n2,实验小学扩建,新增学位,个,500,10,,,\n"
    upload = bring(session, text, road, reporter, at)

    assert [one.verdict for one in judged(session, upload, reporter)] == [Verdict.WRONG, Verdict.GOOD]
    with pytest.raises(WrongStateError):
        table_writing.write(session, upload, situation(reporter), at)
    assert reporting.report_in_work(school, "2026-05") is None

    table_import.correct_cells(upload, 0, {(1, 7): "5"})
    assert [one.verdict for one in judged(session, upload, reporter)] == [Verdict.GOOD, Verdict.GOOD]


def test_similar_names_are_doubtful_and_strangers_wrong_for_a_reporter(
    session: Session, road: Project, school: Project, reporter: StaffMember, at: dt.datetime
) -> None:
    text = HEADING + "1,石桥村道路硬化工程,硬化道路,公里,22.5,12,,,\n2,河堤加固,堤长,米,900,10,,,\n"
    upload = bring(session, text, road, reporter, at)

    first, second = judged(session, upload, reporter)
    assert (first.project, first.verdict) == (road, Verdict.DOUBTFUL)
    assert [doubt for doubt, _detail in second.doubts] == [Doubt.MAY_NOT_ADD]

    table_import.choose_line(upload, second.key, table_import.SKIP, "")
    written = table_writing.write(session, upload, situation(reporter), at)
    assert (len(written.reports), written.left_out) == (1, 1)


def test_new_projects_are_begun_as_drafts(session: Session, road: Project, make: Make, at: dt.datetime) -> None:
    publisher = make.staff(Role.PUBLISHER)
    text = (
        "项目名称,指标,计量单位,目标任务,年度计划投资（万元）,起止时间\n"
        "河堤加固,堤长,米,900,三百,2026年3月-2026年底\n"
        ",植树,棵,1200,,\n"
    )
    upload = bring(session, text, road, publisher, at)

    (project,) = table_writing.write(session, upload, situation(publisher), at).projects

    assert project.publication is Publication.DRAFT
    assert project.draft_writer_ids == [publisher.id]
    assert project.planned_investment_fen == 300_0000_00
    assert (project.planned_start, project.planned_finish) == (dt.date(2026, 3, 1), dt.date(2026, 12, 31))
    assert [(one.name, one.unit, one.target) for one in project.indicators] == [
        ("堤长", "米", Decimal(900)),
        ("植树", "棵", Decimal(1200)),
    ]


def test_a_reported_month_is_never_written_over(
    session: Session, road: Project, reporter: StaffMember, make: Make, at: dt.datetime
) -> None:
    make.published_report(road, "2026-05")
    upload = bring(session, HEADING + "1,石桥村道路硬化,硬化道路,公里,22.5,12,,,\n", road, reporter, at)

    (line,) = judged(session, upload, reporter)

    assert Doubt.PUBLISHED in {doubt for doubt, _detail in line.doubts}
    assert line.verdict is Verdict.WRONG


def test_what_was_chosen_is_remembered_for_the_office_and_next_months_table(
    session: Session, road: Project, reporter: StaffMember, at: dt.datetime
) -> None:
    text = "项目名称,截至{}月怪名\n石桥村道路硬化,7.5\n"
    first = bring(session, text.format(5), road, reporter, at)
    (table,) = table_import.tables_of(first)
    wanted = {0: {"meaning": "title"}, 1: {"meaning": "done", "unit": "公里", "group": ""}}
    table_import.choose_columns(session, first, table, wanted, at)
    session.flush()

    later = bring(session, text.format(6), road, reporter, at)

    assert judged(session, later, reporter)[0].entry.done == Decimal("7.5")
    assert judged(session, later, reporter)[0].target == road.indicators[0]


def test_funds_below_the_last_published_ones_are_doubted(
    session: Session, road: Project, reporter: StaffMember, make: Make, at: dt.datetime
) -> None:
    last = make.published_report(road, "2026-04")
    last.funds_spent_fen = 800_5000_00
    text = HEADING + "1,石桥村道路硬化,硬化道路,公里,22.5,22,,800.4999,\n"
    (line,) = judged(session, bring(session, text, road, reporter, at), reporter)
    assert (Doubt.FUNDS_GO_DOWN, "spent 800.5") in line.doubts
    assert line.verdict is Verdict.DOUBTFUL


def test_a_template_is_ready_only_while_nothing_is_to_be_looked_at(
    session: Session, road: Project, reporter: StaffMember, at: dt.datetime
) -> None:
    heading = "系统编号,项目名称,指标,计量单位,目标任务,累计完成,累计支出资金（万元）\n"
    row = f"{road.slug},石桥村道路硬化,硬化道路,公里,22.5,"
    for more, is_ready in (("12,5", True), ("约12,5", False), (",", False), ("12,-5", False)):
        lines = judged(session, bring(session, f"{heading}{row}{more}\n", road, reporter, at), reporter)
        assert table_lines.is_ready_template(lines) is is_ready
    plain = bring(session, HEADING + "1,石桥村道路硬化,硬化道路,公里,22.5,12,,,\n", road, reporter, at)
    assert not table_lines.is_ready_template(judged(session, plain, reporter))


def test_the_same_file_is_known_again(session: Session, road: Project, reporter: StaffMember, at: dt.datetime) -> None:
    upload = bring(session, HEADING + "1,石桥村道路硬化,硬化道路,公里,22.5,12,,,\n", road, reporter, at)
    data = (HEADING + "1,石桥村道路硬化,硬化道路,公里,22.5,12,,,\n").encode("gb18030")
    office = table_import.office_of(reporter)

    assert table_import.same_file(session, data, road.programme, "2026-05", office) is upload
    assert table_import.same_file(session, data, road.programme, "2026-04", office) is None
    table_import.discard(upload)
    assert table_import.same_file(session, data, road.programme, "2026-05", office) is None
