"""Two people publish, nothing is overwritten, and the database insists on both."""

import datetime as dt
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from minsheng.accounts.staff import Role
from minsheng.editorial import publishing
from minsheng.errors import OwnWorkError, ReasonRequiredError, UnansweredChecksError, WrongStateError
from minsheng.journal import JournalEntry
from minsheng.outbox import RecordKind, SearchOutbox
from minsheng.records.projects import Stage
from minsheng.records.reports import CheckAnswer, ProgressReport, ReportState, month_end
from tests.factories import Make


def entries(session: Session, act: str) -> list[JournalEntry]:
    return list(session.scalars(sa.select(JournalEntry).where(JournalEntry.act == act)))


def test_a_second_person_publishes_and_the_journal_and_the_index_hear_of_it(
    session: Session, make: Make, at: dt.datetime
) -> None:
    report = make.report(make.project())
    report.submit(at)
    publishing.publish_report(session, report, make.staff(Role.PUBLISHER), at)
    session.commit()
    assert report.is_in_force
    assert [entry.subject for entry in entries(session, "report_published")] == [report.subject]
    touched = {(row.kind, row.record_id) for row in session.scalars(sa.select(SearchOutbox))}
    assert {(RecordKind.REPORT, report.id), (RecordKind.PROJECT, report.project_id)} <= touched
    assert publishing.verify(session) == []


def test_own_work_is_refused_unless_one_person_mode_says_so(session: Session, make: Make, at: dt.datetime) -> None:
    author = make.staff(Role.PUBLISHER)
    report = make.report(make.project(), author=author)
    report.submit(at)
    with pytest.raises(OwnWorkError):
        publishing.publish_report(session, report, author, at)
    assert report.state is ReportState.SUBMITTED
    publishing.publish_report(session, report, author, at, one_person_mode=True)
    assert report.one_person
    assert entries(session, "report_published")[0].details["snapshot"]["one_person"] is True  # type: ignore[index]  # plain JSON


def test_everybody_who_wrote_some_of_it_is_barred_from_publishing(
    session: Session, make: Make, at: dt.datetime
) -> None:
    first, second, third = make.staff(Role.PUBLISHER), make.staff(Role.PUBLISHER), make.staff(Role.PUBLISHER)
    report = make.report(make.project(), author=first)
    report.write_on(second, at)
    report.write_on(first, at)
    report.write_on(second, at)
    session.flush()
    report.submit(at)
    with pytest.raises(WrongStateError):
        report.write_on(third, at)
    for writer in (first, second):
        with pytest.raises(OwnWorkError):
            publishing.publish_report(session, report, writer, at)
    publishing.publish_report(session, report, third, at)
    assert report.is_in_force


def test_the_database_itself_refuses_one_persons_publication(session: Session, make: Make) -> None:
    report = make.report(make.project())
    with pytest.raises(IntegrityError, match="two_people_publish"):
        session.execute(
            sa.update(ProgressReport)
            .where(ProgressReport.id == report.id)
            .values(state="published", publisher_id=report.author_id)
        )


def test_a_draft_cannot_be_published_and_a_published_report_cannot_be_submitted(
    session: Session, make: Make, at: dt.datetime
) -> None:
    project = make.project()
    draft = make.report(project, "2026-04")
    with pytest.raises(WrongStateError):
        publishing.publish_report(session, draft, make.staff(Role.PUBLISHER), at)
    published = make.published_report(project, "2026-05")
    with pytest.raises(WrongStateError):
        published.submit(at)


def test_returning_needs_a_reason_and_lets_the_author_go_on(make: Make, at: dt.datetime) -> None:
    report = make.report(make.project())
    report.submit(at)
    with pytest.raises(ReasonRequiredError):
        report.send_back("  ", at)
    report.send_back("资金到位数与财政局台账不符", at)
    assert report.may_be_edited
    report.submit(at)
    assert not report.may_be_edited


def test_findings_must_be_explained_before_publication(session: Session, make: Make, at: dt.datetime) -> None:
    report = make.report(make.project())
    report.submit(at)
    publisher = make.staff(Role.PUBLISHER)
    with pytest.raises(UnansweredChecksError) as refused:
        publishing.publish_report(session, report, publisher, at, ["spent_above_disbursed"])
    assert refused.value.unanswered == ("spent_above_disbursed",)
    report.answers.append(CheckAnswer(finding="spent_above_disbursed", explanation="垫付工程款，下月拨付后补齐。"))
    publishing.publish_report(session, report, publisher, at, ["spent_above_disbursed"])
    assert report.is_in_force


def test_a_correction_supersedes_with_a_public_reason_and_shows_old_and_new(
    session: Session, make: Make, at: dt.datetime
) -> None:
    first = make.published_report(make.project())
    later = at + dt.timedelta(days=3)
    author = make.staff(Role.REPORTER)
    with pytest.raises(ReasonRequiredError):
        first.correction(author, "", later)
    second = first.correction(author, "漏填一笔支出", later)
    assert [value.value for value in second.values] == [value.value for value in first.values]
    second.funds_spent_fen = 45_000_000
    session.add(second)
    session.flush()
    second.submit(later)
    publishing.publish_report(session, second, make.staff(Role.PUBLISHER), later)
    session.commit()
    assert (first.state, second.state) == (ReportState.SUPERSEDED, ReportState.PUBLISHED)
    details = entries(session, "report_corrected")[0].details
    assert details["reason"] == "漏填一笔支出"
    assert details["changes"]["funds_spent_fen"] == [40_000_000, 45_000_000]  # type: ignore[index]  # plain JSON
    assert second.project.latest_report is second
    assert publishing.verify(session) == []


def test_withdrawing_leaves_a_stub_with_the_reason(session: Session, make: Make, at: dt.datetime) -> None:
    report = make.published_report(make.project())
    publishing.withdraw_report(session, report, "报错了项目", make.staff(Role.PUBLISHER), at)
    assert report.state is ReportState.WITHDRAWN
    assert session.scalars(ProgressReport.visible_to_residents()).all() == []
    assert entries(session, "report_withdrawn")[0].details["reason"] == "报错了项目"
    assert publishing.verify(session) == []


def test_the_newest_report_moves_the_project_to_its_stage(session: Session, make: Make) -> None:
    project = make.project()
    make.published_report(project, "2026-05", stage=Stage.COMPLETED, physical_progress=Decimal(100))
    make.published_report(project, "2026-04", stage=Stage.UNDER_WAY)
    assert project.stage is Stage.COMPLETED
    assert publishing.verify(session) == []


def test_only_one_report_of_a_month_is_in_force(session: Session, make: Make) -> None:
    project = make.project()
    make.published_report(project)
    make.published_report(project, revision=2, correction_reason="重复")
    with pytest.raises(IntegrityError):
        session.execute(sa.update(ProgressReport).values(state="published"))


def test_two_people_editing_the_same_report_are_noticed(session: Session, make: Make) -> None:
    report = make.report(make.project())
    report_id = report.id
    session.commit()
    session.refresh(report)
    session.execute(sa.text("UPDATE progress_report SET version = version + 1 WHERE id = :id"), {"id": report_id})
    report.done = "另一个人写的"
    with pytest.raises(StaleDataError):
        session.flush()


@pytest.mark.parametrize(
    ("month", "last"), [("2026-02", "2026-02-28"), ("2028-02", "2028-02-29"), ("2026-12", "2026-12-31")]
)
def test_month_end(month: str, last: str) -> None:
    assert month_end(month).isoformat() == last


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "26-01", "2026-00", "", "2026-05-01"])
def test_what_is_no_month_is_refused(month: str) -> None:
    with pytest.raises(ValueError, match="not a month"):
        month_end(month)
