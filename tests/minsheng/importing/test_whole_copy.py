"""The project's own copy of the published facts, imported whole: every figure arrives, nothing is made up."""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from minsheng.editorial import publishing
from minsheng.importing.notes import NoteCode, Tally
from minsheng.records.funding import FundingLine
from minsheng.records.indicators import Indicator
from minsheng.records.places import Division
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project, Stage
from minsheng.records.publication import Origin, Publication, SourceKind
from minsheng.records.reports import IndicatorValue, ProgressReport, ReportState
from tests.minsheng.importing.conftest import LATER, Archive, dump, load

STAGES = {
    "planned": "proposed",
    "preparing": "preparing",
    "under_construction": "under_way",
    "completed": "completed",
    "accepted": "accepted",
    "in_use": "in_use",
    None: None,
}


@pytest.fixture(scope="module")
def by_id(archive: Archive) -> dict[str, Project]:
    return {str(project.external_id): project for project in archive.session.scalars(sa.select(Project))}


def total(archive: Archive, column: Any) -> int:
    return archive.session.scalar(sa.select(sa.func.coalesce(sa.func.sum(column), 0))) or 0


def test_every_row_arrives(archive: Archive) -> None:
    assert archive.result.projects == Tally(created=528)
    assert archive.result.reports == Tally(created=528)
    assert len(archive.programmes) == 68
    rows = archive.session.scalars(
        sa.select(Programme.external_id).where(Programme.external_id.startswith("prog-"))
    ).all()
    assert sorted(map(str, rows)) == sorted(row["id"] for row in archive.programmes)
    assert list(archive.result.refusals()) == []


def test_only_records_without_a_certain_place_are_noted(archive: Archive) -> None:
    noted = Counter((note.kind, note.code) for note in archive.result.notes)
    assert noted == {
        ("project", NoteCode.NO_PLACE): 13,
        ("project", NoteCode.PLACE_UNCERTAIN): 12,
        ("programme", NoteCode.PLACE_UNCERTAIN): 1,
    }
    assert archive.result.without_place == 25
    assert {note.value for note in archive.result.notes if note.code is NoteCode.PLACE_UNCERTAIN} == {
        "东岳镇",
        "高升镇",
    }


def test_a_published_name_of_no_certain_place_is_shown_as_location(by_id: dict[str, Project]) -> None:
    assert by_id["dy22-01"].division is None
    assert by_id["dy22-01"].location == "东岳镇"


@pytest.mark.parametrize(
    ("column", "rows", "field"),
    [
        (Project.total_investment_fen, "projects", "total_investment_yuan"),
        (Project.planned_investment_fen, "projects", "planned_investment_yuan"),
        (ProgressReport.investment_completed_fen, "projects", "completed_investment_yuan"),
        (Programme.total_investment_fen, "programmes", "total_investment_yuan"),
        (Programme.planned_investment_fen, "programmes", "planned_investment_yuan"),
        (Programme.completed_investment_fen, "programmes", "completed_investment_yuan"),
    ],
)
def test_the_sum_of_every_amount_is_that_of_the_file(archive: Archive, column: Any, rows: str, field: str) -> None:
    amounts = [row[field] for row in getattr(archive, rows) if row[field] is not None]
    assert len(amounts) >= 10
    assert total(archive, column) == 100 * sum(amounts)
    present = archive.session.scalar(sa.select(sa.func.count()).where(column.is_not(None)))
    assert present == len(amounts)


@pytest.mark.parametrize("field", ["items_total", "items_completed", "items_on_track", "items_slow"])
def test_the_counts_of_the_lists_are_those_of_the_file(archive: Archive, field: str) -> None:
    assert total(archive, getattr(Programme, field)) == sum(row[field] or 0 for row in archive.programmes)


def test_every_funding_line_arrives_with_its_label(archive: Archive) -> None:
    lines = sorted((line.label, line.planned_fen) for line in archive.session.scalars(sa.select(FundingLine)))
    printed = sorted((item["source"], item["amount_yuan"] * 100) for row in archive.projects for item in row["funding"])
    assert lines == printed
    published = [line for one in archive.session.scalars(sa.select(Programme)) for line in one.published_funding]
    wanted = [
        {"label": item["source"], "amount_fen": item["amount_yuan"] * 100}
        for row in archive.programmes
        for item in row["funding"]
    ]
    assert sorted(map(repr, published)) == sorted(map(repr, wanted))


def flat(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Targets and their parts by county, in the order of the row."""
    return [item for target in row["targets"] for item in (target, *target.get("by_county", []))]


def test_every_target_and_value_arrives_exactly(archive: Archive, by_id: dict[str, Project]) -> None:
    compared = 0
    for row in archive.projects:
        project = by_id[row["id"]]
        report = project.latest_report
        assert report is not None
        mine = [one for one in project.indicators if not one.part_name or row["id"] != "nb14-03"]
        assert len(mine) == len(flat(row)), row["id"]
        for indicator, item in zip(mine, flat(row), strict=True):
            value = report.value_of(indicator)
            target = item.get("target")
            assert indicator.target == (None if target is None else Decimal(target)), row["id"]
            assert indicator.part_name == item.get("county", "")
            assert indicator.comparator == item.get("comparator", "")
            done, percent = item.get("done"), item.get("stated_percent")
            assert (value.value if value else None) == (None if done is None else Decimal(done)), row["id"]
            assert (value.stated_percent if value else None) == (None if percent is None else str(percent))
            compared += 1
    assert compared == 502 + 16


def test_parts_know_their_whole(archive: Archive, by_id: dict[str, Project]) -> None:
    whole, *parts = by_id["nb14-03"].indicators
    assert [part.part_name for part in parts] == ["鄞州", "海曙江东江北", "镇海", "北仑"]
    assert [part.target for part in parts] == [Decimal(2), Decimal(5), Decimal(1), Decimal(2)]
    assert all(part.whole_id == whole.id for part in parts)
    assert whole.parts == parts
    report = by_id["nb14-03"].latest_report
    assert report is not None
    assert sum(value.value or 0 for value in report.values if value.indicator in parts) == Decimal(6)
    assert archive.session.scalar(sa.select(sa.func.count()).where(Indicator.whole_id.is_not(None))) == 16 + 4


def test_the_report_says_what_was_printed_and_nothing_derived(archive: Archive, by_id: dict[str, Project]) -> None:
    for row in archive.projects:
        report = by_id[row["id"]].latest_report
        assert report is not None
        printed = row["progress_percent"]
        assert report.physical_progress == (None if printed is None else Decimal(printed)), row["id"]
        assert (report.progress_basis.value if report.progress_basis else None) == row["progress_basis"]
        assert report.month == row["report_period"]
        assert report.is_compiled
        assert report.state is ReportState.PUBLISHED
        assert report.done == report.difficulties == report.next_step == ""
        assert (report.stage.value if report.stage else None) == STAGES[row["stage"]]
    derived = [row for row in archive.projects if row["progress_percent_derived"] is not None]
    assert derived
    assert all(row["progress_percent"] is None for row in derived)


def test_dates_are_kept_as_printed_and_none_is_made_up(archive: Archive, by_id: dict[str, Project]) -> None:
    for row in archive.projects:
        project = by_id[row["id"]]
        for printed, kept, day in (
            (row["start_date"], project.start_printed, project.planned_start),
            (row["finish_date"], project.finish_printed, project.planned_finish),
        ):
            assert kept == (printed or "")
            is_day = printed is not None and len(printed) == 10
            assert (day.isoformat() if day else None) == (printed if is_day else None), row["id"]
        assert project.actual_start is project.actual_finish is None
        assert project.kind is None
        assert not project.milestones
        assert not project.responsibilities


def test_records_stand_under_the_archive_rule(archive: Archive, by_id: dict[str, Project]) -> None:
    for row in archive.projects:
        project = by_id[row["id"]]
        assert project.origin is Origin.COMPILED
        assert project.publication is Publication.PUBLISHED
        assert not project.takes_suggestions
        assert not project.owes_reports
        assert project.source_title == row["source_title"]
        assert project.source_kind is not None
        assert project.source_kind.value == row["source_kind"]
        assert (project.source_url is not None) == (project.source_kind is SourceKind.OFFICIAL)
        assert project.inferred == row["inferred"]
        assert (project.year, project.level.value, project.category.value) == (
            row["year"],
            row["level"],
            row["category"],
        )
        assert project.lead_unit_printed == (row["lead_unit"] or "")
        assert project.stage_printed == (row["stage_stated"] or "")


def test_the_compilers_notes_are_nowhere(archive: Archive) -> None:
    notes = {row["notes"] for row in (*archive.projects, *archive.programmes) if row["notes"]}
    assert len(notes) > 100
    content = repr(dump(archive.session))
    assert not [note for note in notes if len(note) > 20 and note in content]


def test_projects_belong_to_the_programme_of_their_title(archive: Archive, by_id: dict[str, Project]) -> None:
    for row in archive.projects:
        programme = by_id[row["id"]].programme
        assert programme.title == row["programme"]
        assert programme.year == row["year"]
    given = {row["programme"] for row in archive.programmes} & {row["programme"] for row in archive.projects}
    assert len(given) == 40
    for row in archive.projects:
        external_id = str(by_id[row["id"]].programme.external_id)
        assert external_id.startswith("prog-") == (row["programme"] in given), row["id"]


def test_two_notices_of_one_list_stay_two_programmes(by_id: dict[str, Project]) -> None:
    spring, summer = by_id["wz25q1-01"].programme, by_id["wz25h1-01"].programme
    assert spring.title == summer.title
    assert (spring.report_period, summer.report_period) == ("2025-03", "2025-06")
    assert (spring.stated_percent, summer.stated_percent) == ("30.2", "60.4")


def test_a_programme_made_from_its_projects_has_no_totals(by_id: dict[str, Project]) -> None:
    programme = by_id["bl24-01"].programme
    assert programme.items_total is None
    assert programme.planned_investment_fen is None
    assert programme.published_funding == []
    assert programme.source_title == "2024年区政府民生实事项目10月进度表"
    assert programme.slug == "bl24"
    assert programme.division is not None
    assert programme.division.full_name == "浙江省宁波市北仑区"
    assert programme.inferred == ["division.county"]


def test_a_list_stands_at_the_place_of_its_level(by_id: dict[str, Project]) -> None:
    huainan = by_id["hn23-01"]
    assert huainan.division is not None
    assert huainan.programme.division is not None
    assert huainan.division.full_name == "安徽省淮南市寿县"
    assert huainan.programme.division.full_name == "安徽省淮南市"


def test_places_have_no_pseudo_levels_and_no_renamed_names(archive: Archive, by_id: dict[str, Project]) -> None:
    names = set(archive.session.scalars(sa.select(Division.name)))
    assert not names & {"市辖区", "县", "株洲县"}
    wanzhou = by_id["wz24-01"].division
    assert wanzhou is not None
    assert [step.name for step in wanzhou.chain] == ["重庆市", "万州区"]


def test_the_journal_knows_every_record_and_verifies(archive: Archive) -> None:
    assert publishing.verify(archive.session) == []
    entries = dump(archive.session)["journal_entry"]
    made = sum(1 for one in archive.session.scalars(sa.select(Programme)))
    assert len(entries) == 528 * 2 + made


def test_stages_are_never_beyond_the_mapping(archive: Archive) -> None:
    stages = set(archive.session.scalars(sa.select(Project.stage)))
    assert stages == {Stage(word) for word in STAGES.values() if word} | {None}


def test_a_second_import_changes_nothing(archive: Archive) -> None:
    before = dump(archive.session)
    result = load(archive.session, archive.projects, archive.programmes, LATER)
    assert result.changed_nothing
    assert result.projects == Tally(unchanged=528)
    assert result.reports == Tally(unchanged=528)
    assert result.programmes.unchanged == result.programmes.total > 68
    assert dump(archive.session) == before


def test_importing_the_projects_alone_changes_nothing(archive: Archive) -> None:
    before = dump(archive.session)
    assert load(archive.session, archive.projects[100:200], [], LATER).changed_nothing
    assert load(archive.session, [], archive.programmes, LATER).changed_nothing
    assert dump(archive.session) == before


def test_values_belong_to_their_reports_project(archive: Archive) -> None:
    for value in archive.session.scalars(sa.select(IndicatorValue)):
        assert value.indicator.project_id == value.report.project_id
