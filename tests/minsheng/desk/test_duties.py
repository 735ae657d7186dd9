import datetime as dt

import pytest
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Permission, Role
from minsheng.desk import desk_reports, duties
from minsheng.records.projects import Project, Stage
from tests.factories import Make

TODAY = dt.date(2026, 6, 10)


def _owed(project: Project, today: dt.date = TODAY) -> list[tuple[str, bool]]:
    return [(one.month, one.is_late(today)) for one in duties.owed_months([project], today, 8)]


def test_a_month_is_owed_once_it_is_over_and_late_after_its_day(make: Make) -> None:
    project = make.project(planned_start=dt.date(2026, 4, 20))

    assert _owed(project) == [("2026-04", True), ("2026-05", True)]
    assert _owed(project, dt.date(2026, 6, 8)) == [("2026-04", True), ("2026-05", False)]
    assert _owed(project, dt.date(2026, 5, 31)) == [("2026-04", True)]
    assert _owed(project, dt.date(2026, 4, 30)) == []


def test_what_is_handed_in_or_published_is_owed_no_more(make: Make, session: Session) -> None:
    project = make.project(planned_start=dt.date(2026, 4, 20))
    make.published_report(project, "2026-04")
    report = make.report(project, "2026-05")
    session.expire(project, ["reports"])
    assert _owed(project) == [("2026-05", True)]

    report.submit(make.at)

    assert _owed(project) == []
    assert duties.months_of(project, TODAY, 8)[1].is_late(TODAY)


@pytest.mark.parametrize("stage", [Stage.PREPARING, Stage.COMPLETED, Stage.IN_USE])
def test_a_project_that_is_not_under_way_owes_nothing(make: Make, stage: Stage) -> None:
    assert _owed(make.project(planned_start=dt.date(2026, 1, 1), stage=stage)) == []


def test_the_day_a_report_is_owed_by_lies_in_the_next_month() -> None:
    assert duties.due_day_of("2026-12", 8) == dt.date(2027, 1, 8)
    assert duties.due_day_of("2028-02", 1) == dt.date(2028, 3, 1)


def test_projects_of_other_places_agencies_and_compilers_are_left_out(make: Make, session: Session) -> None:
    agency = make.agency()
    inside = make.project(agency=agency)
    make.project(agency=make.agency())
    make.project(published=False, agency=agency)
    member = make.staff(Role.REPORTER, agency=agency)

    assert duties.own_projects(session, member, Permission.WRITE_REPORT) == [inside]
    assert duties.own_projects(session, member, Permission.PUBLISH_REPORT) == []


def test_nobody_waits_to_publish_their_own_report(make: Make, session: Session) -> None:
    project, member = make.project(), make.staff(Role.PUBLISHER)
    own = make.report(project, "2026-04", author=member)
    other = make.report(project, "2026-05")
    for report in (own, other):
        report.submit(make.at)
    session.flush()
    session.expire(project, ["reports"])

    assert desk_reports.to_publish(session, member, 8) == (1, [other])
    assert desk_reports.own_waiting(session, member, 8) == [own]
