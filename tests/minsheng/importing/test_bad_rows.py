"""Rows that are not what they should be: a note each, never a crash, never half a record."""

import copy
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from minsheng.editorial import publishing
from minsheng.errors import InvalidFileError
from minsheng.importing.moneys import MovedTotal, funding_source, moved_total
from minsheng.importing.notes import SHOWN, NoteCode, Tally
from minsheng.importing.published import import_published, read_rows
from minsheng.records.funding import FundingSource
from minsheng.records.indicators import Direction, Measure
from minsheng.records.projects import Category, Project
from minsheng.records.reports import ProgressReport
from tests.minsheng.importing.conftest import AT, Row, dump, load

HUGE = 10**400


def put(row: Row, path: str, value: Any) -> Row:
    """Return a copy of a row with one value replaced; ``path`` is like ``targets.0.target``."""
    new = copy.deepcopy(row)
    *steps, last = path.split(".")
    at: Any = new
    for step in steps:
        at = at[int(step)] if step.isdigit() else at[step]
    at[int(last) if last.isdigit() else last] = value
    return new


def the_project(session: Session) -> Project:
    return session.scalars(sa.select(Project)).one()


@pytest.mark.parametrize(
    ("bad", "code", "name"),
    [
        (None, "not_a_record", "#1"),
        ([], "not_a_record", "#1"),
        ("wz24-01", "not_a_record", "#1"),
        ({}, "no_id", "#1"),
        ({"id": 5}, "no_id", "#1"),
        ({"id": " "}, "no_id", "#1"),
        ({"id": "x" * 65}, "no_id", "#1"),
        ({"id": "a\x00b"}, "no_id", "#1"),
        ({"id": "a", "programme": "清单", "source_title": "公示"}, "no_title", "a"),
        ({"id": "a", "title": "项目", "programme": "清单", "level": "city"}, "no_source", "a"),
        ({"id": "a", "title": "项目", "source_title": "公示", "level": "city"}, "no_title", "a"),
        ({"id": "a", "title": "项目", "programme": "清单", "source_title": "公示"}, "no_level", "a"),
    ],
)
def test_a_row_that_cannot_be_a_record_is_refused_whole(session: Session, bad: Any, code: str, name: str) -> None:
    before = dump(session)
    result = load(session, [bad])
    assert result.projects == Tally(refused=1)
    assert (code, name) in {(note.code.value, note.row) for note in result.refusals()}
    assert dump(session) == before


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (7, "not_a_record"),
        ({"programme": "清单"}, "no_id"),
        ({"id": "p", "programme": ["清单"], "source_title": "公示"}, "no_title"),
        ({"id": "p", "programme": "清单", "source_title": ""}, "no_source"),
        ({"id": "p", "programme": "清单", "source_title": "公示"}, "no_level"),
    ],
)
def test_a_programme_row_that_cannot_be_one_is_refused_whole(session: Session, bad: Any, code: str) -> None:
    before = dump(session)
    result = load(session, [], [bad])
    assert result.programmes == Tally(refused=1)
    assert code in {note.code.value for note in result.refusals()}
    assert dump(session) == before


def test_projects_of_a_refused_programme_row_still_find_a_programme(session: Session, row: Row) -> None:
    result = load(session, [row], [{"id": "p", "programme": row["programme"]}])
    assert result.programmes == Tally(created=1, refused=1)
    assert the_project(session).programme.title == row["programme"]


def test_the_first_of_two_rows_with_one_id_counts(session: Session, row: Row) -> None:
    result = load(session, [row, put(row, "title", "另一个项目")])
    assert result.projects == Tally(created=1, refused=1)
    assert [note.code for note in result.notes] == [NoteCode.DUPLICATE_ID]
    assert the_project(session).title == row["title"]


@pytest.mark.parametrize(
    ("path", "value", "code", "field", "attribute", "kept"),
    [
        ("category", "castles", "unknown_category", "category", "category", Category.OTHER),
        ("category", None, "unknown_category", "category", "category", Category.OTHER),
        ("category", ["transport"], "unknown_category", "category", "category", Category.OTHER),
        ("level", "galaxy", "level_from_place", "level", "level", "county"),
        ("level", None, "level_from_place", "level", "level", "county"),
        ("stage", "dreaming", "unknown_value", "stage", "stage", None),
        ("stage", 3, "wrong_type", "stage", "stage", None),
        ("stage_stated", "长" * 201, "too_long", "stage_stated", "stage_printed", ""),
        ("lead_unit", {"name": "局"}, "wrong_type", "lead_unit", "lead_unit_printed", ""),
        ("owner_unit", "村\ud800委会", "bad_text", "owner_unit", "owner_unit_printed", ""),
        ("year", "2024", "not_a_number", "year", "year", None),
        ("year", 20240, "out_of_range", "year", "year", None),
        ("year", 2024.5, "not_whole", "year", "year", None),
        ("year", True, "not_a_number", "year", "year", None),
        ("total_investment_yuan", -1, "negative", "total_investment_yuan", "total_investment_fen", None),
        ("total_investment_yuan", "300万", "not_a_number", "total_investment_yuan", "total_investment_fen", None),
        ("total_investment_yuan", HUGE, "out_of_range", "total_investment_yuan", "total_investment_fen", None),
        ("total_investment_yuan", 10**17, "out_of_range", "total_investment_yuan", "total_investment_fen", None),
        ("total_investment_yuan", 0.001, "not_whole", "total_investment_yuan", "total_investment_fen", None),
        ("total_investment_yuan", float("nan"), "not_a_number", "total_investment_yuan", "total_investment_fen", None),
        ("total_investment_yuan", Decimal("1E+999999"), "out_of_range", "total_investment_yuan", "id", 1),
        ("start_date", "2024-02-30", "bad_date", "start_date", "start_printed", ""),
        ("start_date", "去年", "bad_date", "start_date", "planned_start", None),
        ("start_date", 2024, "bad_date", "start_date", "start_printed", ""),
        ("start_date", "２０２４", "bad_date", "start_date", "start_printed", ""),
        ("finish_date", "1023-01-01", "bad_date", "finish_date", "finish_printed", ""),
        ("finish_date", "2024-01-31", "dates_out_of_order", "finish_date", "planned_finish", None),
        ("report_period", "2024", "bad_date", "report_period", "report_period", None),
        ("report_period", "2024-13", "bad_date", "report_period", "report_period", None),
        ("published", "13/1/2025", "bad_date", "published", "source_published", None),
        ("source_kind", "rumour", "unknown_value", "source_kind", "source_kind", None),
        ("source_kind", "news", "bad_link", "source_url", "source_url", None),
        ("source_url", "javascript:alert(1)", "bad_link", "source_url", "source_url", None),
        ("source_url", "http://a b/", "bad_link", "source_url", "source_url", None),
        ("inferred", "year", "wrong_type", "inferred", "inferred", []),
        ("inferred", [3, "year"], "wrong_type", "inferred[1]", "inferred", ["year"]),
        ("inferred", ["lead_unit"], "inferred_left_out", "lead_unit", "lead_unit_printed", ""),
        ("division", "重庆市万州区", "wrong_type", "division", "division", None),
        ("division.county", "乌有区", "place_in_part", "division", "location", "乌有区"),
        ("division.province", "乌有省", "place_uncertain", "division", "division", None),
        ("funding", {"source": "市"}, "wrong_type", "funding", "funding_lines", []),
        ("targets", "一百公里", "wrong_type", "targets", "indicators", []),
    ],
)
def test_a_bad_field_is_noted_and_left_out(
    session: Session, row: Row, path: str, value: Any, code: str, field: str, attribute: str, kept: Any
) -> None:
    result = load(session, [put(row, path, value)])
    assert result.projects == Tally(created=1)
    assert (code, field) in {(note.code.value, note.field) for note in result.notes}
    assert all(len(note.value) <= SHOWN and note.value.isprintable() for note in result.notes)
    assert getattr(the_project(session), attribute) == kept
    assert publishing.verify(session) == []
    assert load(session, [put(row, path, value)]).changed_nothing


@pytest.mark.parametrize(
    ("path", "value", "code", "field"),
    [
        ("targets.0.target", "约20", "not_a_number", "targets[1].target"),
        ("targets.0.target", 22.50001, "too_precise", "targets[1].target"),
        ("targets.0.target", -3, "negative", "targets[1].target"),
        ("targets.0.done", 1e300, "out_of_range", "targets[1].done"),
        ("targets.0.done", HUGE, "out_of_range", "targets[1].done"),
        ("targets.0.done", [18], "not_a_number", "targets[1].done"),
        ("targets.0.stated_percent", "80%", "not_a_number", "targets[1].stated_percent"),
        ("targets.0.indicator", None, "no_name", "targets[1].indicator"),
        ("targets.0.unit", 5, "wrong_type", "targets[1].unit"),
        ("targets.0.by_county", [{"target": 3}], "no_name", "targets[1].by_county[1].county"),
        ("targets.0.by_county", ["万州"], "wrong_type", "targets[1].by_county[1]"),
        ("targets.0.breakdown", "太龙5/3 白羊6", "unreadable_breakdown", "targets[1].breakdown"),
        ("targets.0.breakdown", "太龙20/18 白羊2/0", "unreadable_breakdown", "targets[1].breakdown"),
        ("targets.0", None, "wrong_type", "targets[1]"),
        ("funding.0.amount_yuan", -1, "negative", "funding[1].amount_yuan"),
        ("funding.0.amount_yuan", "120万", "not_a_number", "funding[1].amount_yuan"),
        ("funding.0.source", "已拨付中央补助", "not_a_plan", "funding[1].source"),
        ("funding.1", 800000, "wrong_type", "funding[2]"),
        ("progress_percent", -5, "negative", "progress_percent"),
        ("progress_percent", "75%", "not_a_number", "progress_percent"),
        ("progress_basis", "hope", "unknown_value", "progress_basis"),
        ("progress_basis", None, "no_basis", "progress_percent"),
        ("completed_investment_yuan", -1, "negative", "completed_investment_yuan"),
    ],
)
def test_a_bad_figure_is_noted_with_its_position(
    session: Session, row: Row, path: str, value: Any, code: str, field: str
) -> None:
    result = load(session, [put(row, path, value)])
    assert result.projects == Tally(created=1)
    assert (code, field) in {(note.code.value, note.field) for note in result.notes}
    assert publishing.verify(session) == []
    assert load(session, [put(row, path, value)]).changed_nothing


def test_a_number_too_long_to_write_out_is_noted(session: Session, row: Row) -> None:
    result = load(session, [put(put(row, "planned_investment_yuan", 10**5000), "title", 10**5000)])
    noted = {(note.code.value, note.field, note.value) for note in result.notes}
    assert ("wrong_type", "title", "int") in noted
    assert ("out_of_range", "planned_investment_yuan", "int") in noted
    assert load(session, [put(row, "planned_investment_yuan", 10**5000)]).projects == Tally(created=1)


def test_a_good_breakdown_becomes_parts(session: Session, row: Row) -> None:
    result = load(session, [put(row, "targets.0.breakdown", "太龙20.5/18 白羊2/0")])
    assert result.notes == []
    parts = [indicator for indicator in the_project(session).indicators if indicator.part_name]
    assert [(part.part_name, part.target) for part in parts] == [
        ("太龙", Decimal("20.5")),
        ("白羊", Decimal(2)),
    ]


def test_rates_may_be_negative_and_upper_bounds_want_less(session: Session, row: Row) -> None:
    targets = [
        {"indicator": "发病率变化", "unit": "%", "target": -2.5, "done": -1},
        {"indicator": "空置", "unit": "套", "target": 10, "done": 3, "comparator": "<="},
    ]
    assert load(session, [put(row, "targets", targets)]).notes == []
    rate, bound = the_project(session).indicators
    assert (rate.target, rate.measure, rate.direction) == (Decimal("-2.5"), Measure.RATE, Direction.MORE)
    assert (bound.measure, bound.direction) == (Measure.CUMULATIVE, Direction.LESS)


def test_totals_of_money_moved_go_to_the_report(session: Session, row: Row) -> None:
    funding = [
        {"source": "到位资金", "amount_yuan": 1800000},
        {"source": "累计拨付", "amount_yuan": 1700000},
        {"source": "支出", "amount_yuan": 1600000.5},
        {"source": "县级配套", "amount_yuan": 200000},
    ]
    assert load(session, [put(row, "funding", funding)]).notes == []
    report = session.scalars(sa.select(ProgressReport)).one()
    assert (report.funds_arrived_fen, report.funds_disbursed_fen) == (180000000, 170000000)
    assert report.funds_spent_fen == 160000050
    assert [line.label for line in the_project(session).funding_lines] == ["县级配套"]


def test_an_inferred_name_that_is_not_in_the_list_is_not_shown(session: Session, row: Row) -> None:
    hidden = put(put(row, "division.county", "乌有区"), "inferred", ["division.county"])
    load(session, [hidden])
    assert the_project(session).location == ""


def test_a_place_inferred_as_a_whole_is_inferred_on_every_level(session: Session, row: Row) -> None:
    load(session, [put(row, "inferred", ["division"])])
    assert the_project(session).inferred == [
        "division.province",
        "division.city",
        "division.county",
        "division.township",
    ]
    assert the_project(session).programme.inferred == ["division.county", "division.province"]


def test_titles_over_two_lines_become_one(session: Session, row: Row) -> None:
    load(session, [put(row, "title", " 农村公路\n\t“村村通” ")])
    assert the_project(session).title == "农村公路 “村村通”"


@pytest.mark.parametrize(
    ("label", "source"),
    [
        ("中央预算内投资", FundingSource.CENTRAL),
        ("省级福利彩票公益金", FundingSource.PROVINCIAL),
        ("自治区补助", FundingSource.PROVINCIAL),
        ("市级财政", FundingSource.MUNICIPAL),
        ("城市建设资金", FundingSource.OTHER),
        ("县财政配套", FundingSource.COUNTY),
        ("区县投入", FundingSource.COUNTY),
        ("雕庄街道自筹", FundingSource.TOWNSHIP),
        ("专项债券", FundingSource.BOND),
        ("社会资本", FundingSource.SOCIAL_CAPITAL),
        ("村民筹资", FundingSource.SELF_RAISED),
        ("筹资筹劳", FundingSource.SELF_RAISED),
        ("村集体投入", FundingSource.OTHER),
        ("财政奖补", FundingSource.OTHER),
        ("中央、省、市、县四级财政专项扶贫资金", FundingSource.OTHER),
        ("企业投资、地票收益、受益人筹资投劳等", FundingSource.OTHER),
        ("", FundingSource.OTHER),
    ],
)
def test_who_pays_by_the_label(label: str, source: FundingSource) -> None:
    assert funding_source(label) is source


@pytest.mark.parametrize(
    ("label", "total"),
    [
        ("累计到位", MovedTotal.ARRIVED),
        ("已到位", MovedTotal.ARRIVED),
        ("到位资金", MovedTotal.ARRIVED),
        ("累计拨付", MovedTotal.DISBURSED),
        ("累计支出", MovedTotal.SPENT),
        ("省级资金(已下达)", MovedTotal.UNCLEAR),
        ("已拨付省级", MovedTotal.UNCLEAR),
        ("省级资金(计划)", None),
    ],
)
def test_money_moved_by_the_label(label: str, total: MovedTotal | None) -> None:
    assert moved_total(label) is total


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not_json"),
        (b"[1, 2", "not_json"),
        (b'{"id": "a"}', "not_a_list"),
        ("民生".encode("gb18030"), "not_utf8"),
        (b"[" * 100_000, "not_json"),
        (b"[" + b"9" * 5000 + b"]", "not_json"),
    ],
)
def test_a_file_that_is_no_list_of_records_says_why(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "projects.json"
    file.write_bytes(content)
    with pytest.raises(InvalidFileError) as raised:
        read_rows(file)
    assert raised.value.reason == reason


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidFileError, match="unreadable"):
        read_rows(tmp_path / "none.json")


def test_numbers_are_read_exactly_as_written(tmp_path: Path) -> None:
    file = tmp_path / "projects.json"
    file.write_text('\ufeff[{"stated_percent": 99.50}]', encoding="utf-8")
    assert json.dumps(read_rows(file), default=str) == '[{"stated_percent": "99.50"}]'


def test_progress_is_told_once_per_project(session: Session, row: Row) -> None:
    told: list[tuple[int, int]] = []
    rows = [row, put(row, "id", "wz24-02"), {}]
    import_published(session, rows, actor="资料整理", at=AT, progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 2), (2, 2)]


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.just(HUGE),
    st.decimals(),
    st.text(max_size=12),
    st.text(min_size=201, max_size=310),
    st.sampled_from(
        ["2024-02-30", "9999-12-31", "county", "completed", "市辖区", "江山市", "\x00", "\ud800", ">=", "%"]
    ),
    st.lists(st.none() | st.integers() | st.text(max_size=3), max_size=3),
    st.dictionaries(st.sampled_from(["source", "county", "target", "done"]), st.none() | st.integers(), max_size=3),
)
PATHS = st.sampled_from(
    [
        "id",
        "source_kind",
        "source_url",
        "source_title",
        "published",
        "division",
        "programme",
        "year",
        "level",
        "title",
        "category",
        "lead_unit",
        "owner_unit",
        "total_investment_yuan",
        "planned_investment_yuan",
        "completed_investment_yuan",
        "funding",
        "targets",
        "stage_stated",
        "stage",
        "progress_percent",
        "progress_basis",
        "report_period",
        "start_date",
        "finish_date",
        "inferred",
        "notes",
        "division.province",
        "division.city",
        "division.county",
        "division.township",
        "funding.0",
        "funding.0.source",
        "funding.0.amount_yuan",
        "targets.0",
        "targets.0.indicator",
        "targets.0.unit",
        "targets.0.target",
        "targets.0.done",
        "targets.0.stated_percent",
        "targets.0.comparator",
        "targets.0.by_county",
        "targets.0.breakdown",
    ]
)


@settings(max_examples=60, deadline=None)
@given(changes=st.lists(st.tuples(PATHS, ODD), min_size=1, max_size=3), data=st.data())
def test_whatever_stands_in_a_row_nothing_crashes_and_nothing_is_half(
    engine: sa.Engine, projects: list[Row], changes: list[tuple[str, Any]], data: st.DataObject
) -> None:
    good = data.draw(st.sampled_from(projects))
    bad = copy.deepcopy(good)
    for path, value in changes:
        try:
            bad = put(bad, path, value)
        except (KeyError, IndexError, TypeError):
            continue
    neighbour = next(one for one in projects if one["id"] != good["id"])
    with Session(engine) as session:
        rows = [bad, neighbour]
        result = import_published(session, rows, actor="资料整理", at=AT)
        session.flush()
        assert result.projects.total == 2
        stored = session.scalars(sa.select(Project)).all()
        assert len(stored) == result.projects.created
        assert all(project.latest_report is not None for project in stored)
        assert publishing.verify(session) == []
        before = dump(session)
        session.expire_all()
        assert import_published(session, rows, actor="资料整理", at=AT).changed_nothing
        session.flush()
        assert dump(session) == before
        session.rollback()
