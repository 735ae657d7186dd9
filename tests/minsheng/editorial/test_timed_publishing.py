"""Publishing at a chosen time, and keeping what is typed, on both databases."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.database import Base, db
from minsheng.desk import typed_forms
from minsheng.desk.typed_forms import TypedForm
from minsheng.editorial import timed_publishing
from minsheng.editorial.timed_publishing import TimedPublication
from minsheng.errors import NotAllowedError, OwnWorkError, UnansweredChecksError
from minsheng.records.reports import ProgressReport, ReportState
from tests.factories import Make
from website import database_setup

AT = dt.datetime(2026, 6, 10, 4, tzinfo=dt.UTC)
LATER = AT + dt.timedelta(hours=2)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def session(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Session]:
    url = (
        f"sqlite:///{tmp_path / 'timed.sqlite'}"
        if request.param == "sqlite"
        else str(request.getfixturevalue("postgresql_url"))
    )
    app = Flask("timed")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    database_setup.set_up(app)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        yield db.session()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def make(session: Session) -> Make:
    return Make(session, AT)


@pytest.fixture
def report(session: Session, make: Make) -> ProgressReport:
    made = make.report(make.project())
    made.submit(AT)
    session.commit()
    return made


@pytest.fixture
def publisher(session: Session, make: Make, report: ProgressReport) -> StaffMember:
    made = make.staff(Role.PUBLISHER, division=report.project.division)
    session.commit()
    return made


def test_it_becomes_public_once_when_it_is_due(
    session: Session, report: ProgressReport, publisher: StaffMember
) -> None:
    timed_publishing.schedule(session, report, publisher, LATER, AT)
    session.commit()

    assert timed_publishing.publish_due(session, LATER - dt.timedelta(minutes=1)) == 0
    assert timed_publishing.publish_due(session, LATER) == 1
    assert timed_publishing.publish_due(session, LATER) == 0
    session.refresh(report)
    assert (report.state, report.published_at, report.publisher_id) == (ReportState.PUBLISHED, LATER, publisher.id)


def test_another_time_takes_the_place_of_the_first(
    session: Session, report: ProgressReport, publisher: StaffMember
) -> None:
    timed_publishing.schedule(session, report, publisher, LATER, AT)
    timed_publishing.schedule(session, report, publisher, LATER + dt.timedelta(hours=1), AT)
    session.commit()

    assert timed_publishing.publish_due(session, LATER) == 0
    with pytest.raises(IntegrityError):
        session.execute(
            sa.insert(TimedPublication).values(
                report_id=report.id,
                about_version=1,
                by_id=publisher.id,
                due_at=LATER,
                set_at=AT,
                was_cancelled=False,
                failure="",
                version=1,
            )
        )


def test_nobody_signs_what_they_may_not_publish(
    session: Session, make: Make, report: ProgressReport, publisher: StaffMember
) -> None:
    stranger = make.staff(Role.PUBLISHER, division=make.division())
    assert report.author is not None
    report.author.grants = publisher.grants
    session.flush()
    for member, refusal in ((stranger, NotAllowedError), (report.author, OwnWorkError)):
        with pytest.raises(refusal):
            timed_publishing.schedule(session, report, member, LATER, AT)
    for due_at in (AT, AT - dt.timedelta(days=1), AT + dt.timedelta(days=93)):
        with pytest.raises(ValueError, match="2026"):
            timed_publishing.schedule(session, report, publisher, due_at, AT)


def test_a_report_that_is_not_the_one_that_was_read_stays_and_says_why(
    session: Session, report: ProgressReport, publisher: StaffMember
) -> None:
    timed = timed_publishing.schedule(session, report, publisher, LATER, AT)
    report.done = "后来改的话"
    session.commit()

    assert timed_publishing.publish_due(session, LATER) == 0
    session.refresh(timed)
    session.refresh(report)
    assert (timed.failure, report.state) == (timed_publishing.CHANGED, ReportState.SUBMITTED)
    assert timed_publishing.last_failure(session, report) is timed


def test_a_finding_without_its_explanation_stops_the_signature(
    session: Session, report: ProgressReport, publisher: StaffMember
) -> None:
    report.funds_spent_fen = 10**12
    session.flush()
    with pytest.raises(UnansweredChecksError):
        timed_publishing.schedule(session, report, publisher, LATER, AT)


def test_what_is_typed_is_merged_bounded_and_forgotten(session: Session, publisher: StaffMember) -> None:
    subject = typed_forms.report_subject("a-project", "2026-05")
    typed_forms.keep(session, publisher, subject, {"done": "甲", "stage": "under_way"}, "3", AT)
    session.commit()
    typed_forms.keep(session, publisher, subject, {"done": "乙" * 30_000}, "4", LATER)
    session.commit()
    typed = typed_forms.typed_by(session, publisher, subject)
    assert typed is not None
    assert (len(typed.fields["done"]), typed.fields["stage"], typed.version) == (20_000, "under_way", "4")
    typed_forms.keep(session, publisher, subject, {f"made-up-{number}": "x" for number in range(900)}, "4", LATER)
    assert len(typed.fields) <= typed_forms.MOST_FIELDS

    typed_forms.forget(session, publisher, subject)
    session.commit()
    assert session.scalars(sa.select(TypedForm)).all() == []
