"""Digests say on every day exactly what the records say, whatever happened to them and however it was written."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from minsheng.database import Base, db
from minsheng.progress import digests, overview
from minsheng.progress.digests import ProjectDigest
from minsheng.progress.glances import figures, glances, standings
from minsheng.progress.overview import Glance, OverviewKeeper
from minsheng.progress.schedule import ScheduleStatus
from minsheng.progress.sums import own_projects, sums_of, sums_over
from minsheng.records.indicators import Direction, Indicator
from minsheng.records.projects import Milestone, MilestoneKind, Project, ProjectKind, Stage
from minsheng.records.publication import Origin, Publication, SourceKind
from minsheng.records.reports import ProgressReport, ReportState
from tests.conftest import AT
from tests.factories import Make

DAYS = st.dates(dt.date(2025, 11, 1), dt.date(2027, 3, 31))
PERCENT = st.none() | st.decimals(0, 130, places=1)
FEN = st.none() | st.integers(0, 10**12)
REPORTS = st.dictionaries(
    st.sampled_from([f"2026-{month:02d}" for month in range(1, 13)]),
    st.fixed_dictionaries({"physical_progress": PERCENT, "funds_arrived_fen": FEN, "funds_spent_fen": FEN}),
    max_size=5,
)
PROJECTS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(ProjectKind),
        "stage": st.sampled_from(Stage),
        "planned_start": st.dates(dt.date(2025, 11, 1), dt.date(2026, 6, 30)),
        "length": st.integers(0, 400),
        "planned_investment_fen": FEN,
    }
)


@pytest.fixture(scope="module")
def memory() -> Iterator[sa.Engine]:
    """A database in memory with all tables."""
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


def reference(session: Session, day: dt.date) -> dict[int, Glance]:
    """Glances made from the full standings of all visible own projects."""
    query = Project.visible_to_residents().options(*figures()).execution_options(populate_existing=True)
    projects = session.scalars(query).all()
    found = {}
    for project in projects:
        known = standings([project], day)[project.id]
        is_interrupted = known.status in {ScheduleStatus.SUSPENDED, ScheduleStatus.CANCELLED}
        gap = known.schedule.gap if known.schedule and not is_interrupted else None
        found[project.id] = Glance(project.id, project.origin, known.status, known.progress, gap, known.months_silent)
    return found


def publish(report: ProgressReport) -> None:
    """Put a report in force without its journal."""
    report.one_person = True
    report.state = ReportState.PUBLISHED
    report.published_at = report.updated_at


def withdraw(project: Project) -> None:
    """Take a project out of the public eye."""
    project.withdrawn_reason = "登记有误"
    project.publication, project.withdrawn_reason = Publication.WITHDRAWN, "重复登记"


def project_of(make: Make, drawn: dict[str, Any], weights: list[Decimal | None]) -> Project:
    """A project with two indicators, one of them a ceiling, and weighted milestones."""
    start = drawn["planned_start"]
    finish = start + dt.timedelta(days=drawn["length"])
    return make.project(
        programme=drawn["programme"],
        kind=drawn["kind"],
        stage=drawn["stage"],
        stage_reason="汛期停工",
        planned_start=start,
        planned_finish=finish,
        planned_investment_fen=drawn["planned_investment_fen"],
        indicators=[
            Indicator(position=0, name="硬化道路", unit="公里", target=Decimal("22.5"), weight=weights[0]),
            Indicator(position=1, name="漏损率", unit="%", target=Decimal(7), direction=Direction.LESS),
        ],
        milestones=[
            Milestone(kind=kind, first_planned_on=day, planned_on=day, weight=weight)
            for kind, day, weight in zip(
                (MilestoneKind.START, MilestoneKind.COMPLETION), (start, finish), weights, strict=False
            )
        ],
    )


@settings(max_examples=12, deadline=None)
@given(
    drawn=st.lists(st.tuples(PROJECTS, REPORTS, st.lists(PERCENT, min_size=2, max_size=2)), min_size=1, max_size=3),
    days=st.lists(DAYS, min_size=3, max_size=6),
    due_day=st.integers(1, 28),
)
def test_a_glance_from_a_digest_is_the_standing(
    memory: sa.Engine, drawn: list[Any], days: list[dt.date], due_day: int
) -> None:
    with Session(memory) as session:
        make = Make(session, AT)
        programme = make.programme()
        for values, reports, weights in drawn:
            project = project_of(make, {**values, "programme": programme}, weights)
            for month, figures_of_month in reports.items():
                publish(make.report(project, month, **figures_of_month))
        session.flush()
        for day in days:
            assert dict(glances(session, day)) == reference(session, day)
            known = overview.read(session, day, due_day)
            own = own_projects(session, programme)
            full = standings(own, day, due_day)
            assert {number: known[number].months_silent for number in known} == {
                number: each.months_silent for number, each in full.items()
            }
            added, expected = sums_over(known), sums_of(own, day, due_day)
            names = ("projects", "progress", "expected", "statuses", "planned", "arrived", "spent", "rates", "as_of")
            for name in names:
                assert getattr(added, name) == getattr(expected, name), name
            assert [each.id for each in added.late] == [each.id for each in expected.late]
            assert [each.id for each in added.silent] == [each.id for each in expected.silent]
        session.rollback()


def differs(session: Session, make: Make) -> bool:
    return dict(glances(session, make.at.date())) != reference(session, make.at.date())


def test_every_kind_of_change_reaches_the_digest(session: Session, make: Make) -> None:
    project = make.project(kind=ProjectKind.SERVICE)
    report = make.published_report(project)
    changes: list[Callable[[], object]] = [
        lambda: setattr(project, "stage", Stage.IN_USE),
        lambda: setattr(project, "first_planned_finish", dt.date(2027, 3, 1)),
        lambda: setattr(project.indicators[0], "target", Decimal(10)),
        lambda: setattr(report.values[0], "value", Decimal(10)),
        lambda: setattr(project.funding_lines[0], "planned_fen", 5),
        lambda: project.milestones.append(
            Milestone(
                kind=MilestoneKind.START,
                first_planned_on=dt.date(2026, 1, 2),
                planned_on=dt.date(2026, 1, 2),
                weight=Decimal(100),
            )
        ),
        lambda: setattr(project, "milestones", []),
        lambda: report.withdraw("数字有误", make.at),
        lambda: session.execute(sa.update(Project).values(stage=Stage.SUSPENDED, stage_reason="停工")),
    ]
    for change in changes:
        session.commit()
        before = session.execute(sa.select(ProjectDigest.__table__)).all()
        change()
        session.commit()
        assert session.execute(sa.select(ProjectDigest.__table__)).all() != before, change
        assert not differs(session, make), change


def test_hidden_projects_have_no_digest(session: Session, make: Make) -> None:
    project = make.project()
    make.project(published=False)
    session.commit()
    assert [row.project_id for row in session.scalars(sa.select(ProjectDigest))] == [project.id]
    withdraw(project)
    session.commit()
    assert session.scalars(sa.select(ProjectDigest)).all() == []
    assert digests.are_complete(session)


def test_a_rebuild_gives_what_was_there(session: Session, make: Make) -> None:
    for _ in range(3):
        make.published_report(make.project())
    session.commit()
    columns = [column for column in ProjectDigest.__table__.columns if column.name != "revision"]
    before = session.execute(sa.select(*columns).order_by(ProjectDigest.project_id)).all()
    session.commit()
    with db.engine.begin() as around:
        around.execute(sa.delete(ProjectDigest))
    assert not digests.are_complete(session)
    assert digests.rebuild(session) == 3
    session.commit()
    assert session.execute(sa.select(*columns).order_by(ProjectDigest.project_id)).all() == before


def test_a_compiled_record_has_the_printed_figure_and_nothing_else(session: Session, make: Make) -> None:
    source: dict[str, Any] = {
        "source_title": "通报",
        "report_period": "2026-03",
        "source_kind": SourceKind.OFFICIAL,
        "source_published": "",
    }
    programme = make.programme(origin=Origin.COMPILED, **source)
    project = make.project(**source, programme=programme, origin=Origin.COMPILED, stage=Stage.UNDER_WAY)
    publish(make.report(project, "2026-03", is_compiled=True, physical_progress=Decimal("103.57")))
    session.flush()
    glance = glances(session, dt.date(2030, 1, 1))[project.id]
    assert (glance.status, glance.gap, glance.months_silent) == (None, None, 0)
    assert glance.progress == Decimal("103.57")


def test_a_report_ahead_of_time_hides_no_silence(session: Session, make: Make) -> None:
    project = make.project()
    make.published_report(project, "2026-02")
    make.published_report(project, "2026-05")
    day = dt.date(2026, 5, 20)
    assert glances(session, day)[project.id].months_silent == 2
    assert dict(glances(session, day)) == reference(session, day)


class TestKeeper:
    """What a server process keeps between requests."""

    def test_it_follows_every_commit(self, session: Session, make: Make) -> None:
        keeper, day = OverviewKeeper(), make.at.date()
        first = make.project()
        session.commit()
        assert set(keeper.on(session, day, 8)) == {first.id}
        second = make.project()
        session.commit()
        assert set(keeper.on(session, day, 8)) == {first.id, second.id}
        withdraw(first)
        third = make.project()
        session.commit()
        assert set(keeper.on(session, day, 8)) == {second.id, third.id}
        assert keeper.on(session, day, 8) is keeper.on(session, day, 8)

    def test_it_follows_the_day(self, session: Session, make: Make) -> None:
        keeper = OverviewKeeper()
        project = make.project()
        session.commit()
        silences = [keeper.on(session, dt.date(2026, 2, day), 8)[project.id].months_silent for day in (8, 9, 8)]
        assert silences == [0, 1, 0]

    def test_it_keeps_nothing_that_may_be_taken_back(self, session: Session, make: Make) -> None:
        keeper, day = OverviewKeeper(), make.at.date()
        first = make.project()
        session.commit()
        second = make.project()
        assert second.id in keeper.on(session, day, 8)
        session.rollback()
        assert set(keeper.on(session, day, 8)) == {first.id}

    def test_a_place_that_moves_is_found_where_it_is(self, session: Session, make: Make) -> None:
        keeper, day = OverviewKeeper(), make.at.date()
        project = make.project()
        session.commit()
        keeper.on(session, day, 8)
        assert project.division is not None
        project.division.path = f"440000/{project.division.code}/"
        session.commit()
        assert keeper.on(session, day, 8).rows[project.id].path == project.division.path
