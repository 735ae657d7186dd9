"""A file that says something else: records become revisions, with old and new values in the journal."""

import copy
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.editorial import publishing
from minsheng.importing.notes import Tally
from minsheng.importing.writing import REVISED
from minsheng.journal import JournalEntry
from minsheng.outbox import RecordKind, SearchOutbox
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.publication import Publication
from minsheng.records.reports import ProgressReport, ReportState
from tests.minsheng.importing.conftest import LATER, Row, dump, load

PROGRAMME: Row = {
    "id": "prog-1",
    "source_kind": "republished",
    "source_title": "2024年万州区重点民生实事完成情况",
    "published": None,
    "division": {"province": "重庆市", "city": None, "county": "万州区", "township": None},
    "programme": "2024年万州区重点民生实事",
    "year": 2024,
    "report_period": "2024-12",
    "items_total": 10,
    "stated_percent": 30.2,
    "planned_investment_yuan": 1828520000,
    "funding": [{"source": "累计拨付", "amount_yuan": 1000}],
    "notes": "compiler",
}


def changed(row: Row, **fields: Any) -> Row:
    """Return a copy of a row with other fields."""
    return copy.deepcopy(row) | fields


def the_project(session: Session) -> Project:
    return session.scalars(sa.select(Project)).one()


def last_entries(session: Session, since: int) -> list[JournalEntry]:
    query = sa.select(JournalEntry).where(JournalEntry.sequence > since).order_by(JournalEntry.sequence)
    return list(session.scalars(query))


def count_entries(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(JournalEntry)) or 0


def test_a_changed_amount_is_a_revision_with_old_and_new_in_the_journal(session: Session, row: Row) -> None:
    load(session, [row])
    known = count_entries(session)
    result = load(session, [changed(row, planned_investment_yuan=2500000)], at=LATER)
    assert result.projects == Tally(revised=1)
    assert result.reports == Tally(unchanged=1)
    (entry,) = last_entries(session, known)
    assert entry.act == "project_revised"
    assert entry.subject == "project:wz24-01"
    assert entry.actor == "资料整理"
    assert entry.at == LATER
    assert entry.details["changes"] == {"planned_investment_fen": [200000000, 250000000]}
    assert entry.details["reason"] == REVISED
    assert publishing.verify(session) == []
    assert load(session, [changed(row, planned_investment_yuan=2500000)], at=LATER).changed_nothing


def test_a_changed_figure_supersedes_the_report_which_stays_readable(session: Session, row: Row) -> None:
    load(session, [row])
    result = load(session, [changed(row, progress_percent=80, completed_investment_yuan=1600000)], at=LATER)
    assert result.projects == Tally(unchanged=1)
    assert result.reports == Tally(revised=1)
    first, second = session.scalars(sa.select(ProgressReport).order_by(ProgressReport.revision))
    assert (first.state, first.physical_progress) == (ReportState.SUPERSEDED, Decimal(75))
    assert (second.state, second.physical_progress) == (ReportState.PUBLISHED, Decimal(80))
    assert (second.revision, second.correction_reason, second.month) == (2, REVISED, "2024-12")
    assert [value.value for value in first.values] == [value.value for value in second.values] == [Decimal(18)]
    corrected = session.scalars(sa.select(JournalEntry).where(JournalEntry.act == "report_corrected")).one()
    changes = corrected.details["changes"]
    assert isinstance(changes, dict)
    assert changes["physical_progress"] == ["75", "80"]
    assert changes["investment_completed_fen"] == [150000000, 160000000]
    assert publishing.verify(session) == []


def test_a_changed_target_keeps_the_indicator_and_the_values_of_the_report(session: Session, row: Row) -> None:
    load(session, [row])
    known = [indicator.id for indicator in the_project(session).indicators]
    new = copy.deepcopy(row)
    new["targets"][0]["target"] = 25
    result = load(session, [new], at=LATER)
    assert (result.projects, result.reports) == (Tally(revised=1), Tally(unchanged=1))
    indicators = the_project(session).indicators
    assert [indicator.id for indicator in indicators] == known
    assert indicators[0].target == Decimal(25)
    assert publishing.verify(session) == []


def test_other_targets_replace_the_indicators_and_the_journal_keeps_the_old_values(session: Session, row: Row) -> None:
    load(session, [row])
    load(session, [changed(row, progress_percent=76)], at=LATER)
    new = changed(row, targets=[{"indicator": "桥梁", "unit": "座", "target": 3, "done": 1}], progress_percent=76)
    result = load(session, [new], at=LATER)
    assert (result.projects, result.reports) == (Tally(revised=1), Tally(revised=1))
    assert [indicator.name for indicator in the_project(session).indicators] == ["桥梁"]
    reports = session.scalars(sa.select(ProgressReport).order_by(ProgressReport.revision)).all()
    assert [report.revision for report in reports] == [1, 2, 3]
    assert [value.value for value in reports[2].values] == [Decimal(1)]
    written = session.scalars(sa.select(JournalEntry.payload)).all()
    assert any('"values":[[0,"18","80"]]' in payload for payload in written)
    assert publishing.verify(session) == []
    assert load(session, [new], at=LATER).changed_nothing


def test_another_month_is_another_report(session: Session, row: Row) -> None:
    load(session, [row])
    load(session, [changed(row, report_period="2025-01")], at=LATER)
    earlier, later = session.scalars(sa.select(ProgressReport).order_by(ProgressReport.month))
    assert (earlier.month, earlier.state) == ("2024-12", ReportState.SUPERSEDED)
    assert (later.month, later.state, later.revision) == ("2025-01", ReportState.PUBLISHED, 1)
    assert the_project(session).latest_report is later
    assert publishing.verify(session) == []


@pytest.mark.parametrize(
    "funding",
    [
        [],
        [{"source": "市级补助", "amount_yuan": 1300000}],
        [{"source": "村民筹资", "amount_yuan": 800000}, {"source": "市级补助", "amount_yuan": 1200000}],
    ],
)
def test_other_funding_replaces_the_lines(session: Session, row: Row, funding: list[Row]) -> None:
    load(session, [row])
    assert load(session, [changed(row, funding=funding)], at=LATER).projects == Tally(revised=1)
    lines = [(line.label, line.planned_fen) for line in the_project(session).funding_lines]
    assert lines == [(item["source"], item["amount_yuan"] * 100) for item in funding]
    assert publishing.verify(session) == []
    assert load(session, [changed(row, funding=funding)], at=LATER).changed_nothing


def test_a_changed_source_is_a_revision_too(session: Session, row: Row) -> None:
    load(session, [row])
    result = load(session, [changed(row, source_url="http://www.wz.gov.cn/notice/2.html")], at=LATER)
    assert result.projects == Tally(revised=1)
    assert the_project(session).source_url == "http://www.wz.gov.cn/notice/2.html"


def test_a_changed_total_of_a_programme_is_a_revision(session: Session, row: Row) -> None:
    load(session, [row], [PROGRAMME])
    known = count_entries(session)
    result = load(session, [row], [changed(PROGRAMME, items_total=11)], at=LATER)
    assert result.programmes == Tally(revised=1)
    (entry,) = last_entries(session, known)
    assert (entry.act, entry.subject) == ("programme_revised", "programme:prog-1")
    assert entry.about_project is None
    assert entry.details["changes"] == {"items_total": [10, 11]}
    touched = session.scalars(sa.select(SearchOutbox.kind).order_by(SearchOutbox.sequence.desc())).first()
    assert touched is RecordKind.PROGRAMME


def test_a_row_that_comes_later_takes_over_the_programme_its_projects_had_made(session: Session, row: Row) -> None:
    load(session, [row])
    made = session.scalars(sa.select(Programme)).one()
    slug = made.slug
    result = load(session, [row], [PROGRAMME], LATER)
    assert result.programmes == Tally(revised=1)
    assert result.projects == Tally(unchanged=1)
    programme = session.scalars(sa.select(Programme)).one()
    assert (programme.slug, programme.external_id, programme.items_total) == (slug, "prog-1", 10)
    assert load(session, [row], at=LATER).changed_nothing


def test_a_programme_follows_its_projects_only_when_all_of_them_are_there(session: Session, row: Row) -> None:
    second = changed(row, id="wz24-02", title="农村饮水", inferred=["year"])
    load(session, [row, second])
    assert session.scalars(sa.select(Programme)).one().inferred == ["year"]
    assert load(session, [row], at=LATER).changed_nothing
    load(session, [row, changed(second, inferred=[])], at=LATER)
    assert session.scalars(sa.select(Programme)).one().inferred == []


def test_the_same_title_in_two_places_is_two_programmes(session: Session, row: Row) -> None:
    elsewhere = changed(
        row,
        id="tl24-01",
        source_title="2024年铜梁区重点民生实事完成情况",
        division={"province": "重庆市", "city": None, "county": "铜梁区", "township": None},
    )
    other_notice = changed(row, id="wz24-02", source_title="万州区民生实事一季度进展", report_period="2024-03")
    load(session, [row, elsewhere, other_notice])
    programmes = session.scalars(sa.select(Programme).order_by(Programme.id)).all()
    assert [programme.division.name for programme in programmes if programme.division] == ["万州区", "铜梁区"]
    assert [programme.slug for programme in programmes] == ["wz24", "tl24"]


def test_a_withdrawn_record_stays_withdrawn(session: Session, row: Row) -> None:
    load(session, [row])
    project = the_project(session)
    project.publication, project.withdrawn_reason = Publication.WITHDRAWN, "重复登记"
    (report,) = project.reports
    report.withdraw("来源已更正", LATER)
    session.commit()
    before = dump(session)
    assert load(session, [row], at=LATER).changed_nothing
    assert dump(session) == before


def test_an_own_record_is_never_touched(session: Session, row: Row) -> None:
    load(session, [row], [PROGRAMME])
    finish = dt.date(2024, 12, 31)
    session.execute(
        sa.update(Project).values(
            origin="own", kind="works", planned_finish=finish, first_planned_finish=finish, quality_standard="合格"
        )
    )
    session.commit()
    before = dump(session)
    result = load(session, [changed(row, title="另一个")], at=LATER)
    assert [(note.code.value, note.row) for note in result.notes] == [("id_taken", "wz24-01")]
    assert dump(session) == before


def test_slugs_are_safe_and_never_taken_twice(session: Session, row: Row) -> None:
    ids = ["a b", "a/b", "民生/1", "..", "a-b"]
    load(session, [changed(row, id=key, title=f"第{number}项") for number, key in enumerate(ids)])
    slugs = session.scalars(sa.select(Project.slug).order_by(Project.id)).all()
    assert slugs == ["a-b", "a-b-2", "1", "record", "a-b-3"]
    assert load(
        session, [changed(row, id=key, title=f"第{number}项") for number, key in enumerate(ids)]
    ).changed_nothing
