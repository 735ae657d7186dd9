"""OC4IDS into records on either database: drafts at once, the public by proposals, all or nothing."""

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.errors import WrongStateError
from minsheng.exporting import oc4ids as exporting
from minsheng.importing import oc4ids
from minsheng.importing.oc4ids import Came
from minsheng.importing.oc4ids_lines import Doubt, Situation, Verdict, lines_of
from minsheng.importing.oc4ids_uploads import Oc4idsUpload
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.publication import Origin, Publication
from minsheng.records.reports import ProgressReport
from tests.conftest import AT
from tests.factories import Make
from tests.minsheng.oc4ids_projects import PUBLISHER, full
from tests.minsheng.on_both import open_session


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def session(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Session]:
    """A session on either database."""
    is_server = request.param == "postgresql"
    url = request.getfixturevalue("postgresql_url") if is_server else f"sqlite:///{tmp_path / 'oc4ids.sqlite'}"
    with open_session(url) as opened:
        yield opened


@pytest.fixture
def make(session: Session) -> Make:
    """Makes records in this session."""
    return Make(session, AT)


@pytest.fixture
def member(make: Make) -> StaffMember:
    return make.staff(Role.PUBLISHER)


def bring(session: Session, programme: Programme, member: StaffMember, *projects: Any) -> Oc4idsUpload:
    data = json.dumps({"projects": list(projects)}).encode()
    read, repairs = oc4ids.read_file(data)
    return oc4ids.keep(session, Came("projects.json", data, read, repairs), programme, member, AT)


def test_all_the_figures_arrive(session: Session, make: Make, member: StaffMember) -> None:
    project = full(make)
    said = exporting.project(project, PUBLISHER, AT.date()) | {"title": "另一处"}
    upload = bring(session, make.programme(), member, json.loads(json.dumps(said)))
    written = oc4ids.write(session, upload, Situation(member, AT.date(), "https://there.example"), AT)
    session.commit()
    (arrived,) = written.begun
    again = exporting.project(arrived, PUBLISHER, AT.date())
    for name in ("budget", "forecasts", "contractingProcesses", "milestones", "period", "status", "sector"):
        first, second = said.get(name), again.get(name)
        if name == "forecasts":
            first = [one for one in said["forecasts"] if one["id"] != "first-plan"]
        if name == "contractingProcesses":
            first, second = (
                [{**one["summary"], "documents": None} for one in each] for each in (first or [], second or [])
            )
        assert json.dumps(second, sort_keys=True) == json.dumps(first, sort_keys=True), name
    assert arrived.external_id == project_address(project)


def project_address(project: Project) -> str:
    return exporting.project_address(PUBLISHER, project.slug)


def test_the_same_file_again_changes_nothing(session: Session, make: Make, member: StaffMember) -> None:
    said = json.loads(json.dumps(exporting.project(full(make), PUBLISHER, AT.date()) | {"title": "另一处"}))
    programme, situation = make.programme(), Situation(member, AT.date(), "https://there.example")
    oc4ids.write(session, bring(session, programme, member, said), situation, AT)
    session.commit()
    again = oc4ids.write(session, bring(session, programme, member, said), situation, AT)
    assert (again.begun, again.filled, again.proposed) == ((), (), ())


def test_another_sites_slug_is_not_ours(session: Session, make: Make, member: StaffMember) -> None:
    project = make.project(title="石桥村道路")
    said = {"id": "x", "title": "另一个县的学校", "identifiers": [{"scheme": "https://other", "id": project.slug}]}
    upload = bring(session, project.programme, member, said)
    (line,) = lines_of(session, upload, Situation(member, AT.date(), "https://here"))
    assert line.is_new
    said["identifiers"][0]["scheme"] = "https://here"  # type: ignore[index]  # a list of dictionaries
    upload = bring(session, project.programme, member, said)
    (line,) = lines_of(session, upload, Situation(member, AT.date(), "https://here"))
    assert line.project is project


@pytest.mark.parametrize(
    ("kind", "doubt"),
    [("compiled", Doubt.COMPILED), ("withdrawn", Doubt.WITHDRAWN), ("elsewhere", Doubt.MAY_NOT_EDIT)],
)
def test_what_may_not_be_changed_is_wrong(session: Session, make: Make, kind: str, doubt: Doubt) -> None:
    project = make.project(external_id="known")
    programme = project.programme
    member = make.staff(Role.PUBLISHER)
    if kind == "compiled":
        project.origin, project.source_title = Origin.COMPILED, "某市通报"
    elif kind == "withdrawn":
        project.publication, project.withdrawn_reason = Publication.WITHDRAWN, "重复"
    else:
        programme = make.programme()
        member = make.staff(Role.PUBLISHER, division=programme.division)
    session.flush()
    upload = bring(session, programme, member, {"id": "known", "title": "任何名称"})
    (line,) = lines_of(session, upload, Situation(member, AT.date(), "https://here"))
    assert line.verdict is Verdict.WRONG
    assert doubt in {one for one, _detail in line.doubts}
    with pytest.raises(WrongStateError):
        oc4ids.write(session, upload, Situation(member, AT.date(), "https://here"), AT)


def test_the_same_project_twice_is_taken_once(session: Session, make: Make, member: StaffMember) -> None:
    one = {"id": "a", "title": "石桥小学"}
    upload = bring(session, make.programme(), member, one, dict(one))
    first, second = lines_of(session, upload, Situation(member, AT.date(), ""))
    assert (first.verdict, second.verdict) == (Verdict.GOOD, Verdict.LEFT_OUT)
    oc4ids.write(session, upload, Situation(member, AT.date(), ""), AT)
    assert session.scalar(sa.select(sa.func.count(Project.id))) == 1


def reported(project: Project, **figures: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a public project as a file says it, with observations in place of its own by metric."""
    said: dict[str, Any] = json.loads(json.dumps(exporting.project(project, PUBLISHER, AT.date())))
    said["metrics"] = [
        {
            "id": name,
            "title": name,
            "observations": [{"id": f"{month}-31", "measure": value} for month, value in seen],
        }
        for name, seen in figures.items()
    ]
    return said


def test_months_become_drafts_of_reports_and_nothing_else_is_touched(
    session: Session, make: Make, member: StaffMember
) -> None:
    project = make.project(planned_start=dt.date(2026, 2, 1))
    make.published_report(project, "2026-02", physical_progress=Decimal(10))
    make.published_report(project, "2026-03", physical_progress=Decimal(20))
    make.report(project, "2026-04", physical_progress=Decimal(30))
    session.commit()
    months = [("2026-01", 1), ("2026-02", 10), ("2026-03", 25), ("2026-04", 35), ("2026-05", 45), ("2026-09", 90)]
    target = project.indicators[0]
    said = reported(project, physicalProgress=months, **{f"indicator-{target.position}": [("2026-05", 12.5)]})
    upload = bring(session, project.programme, member, said)
    here = Situation(member, AT.date(), PUBLISHER.address)

    (line,) = lines_of(session, upload, here)
    assert dict(line.doubts) == {
        Doubt.PROPOSALS: "",
        Doubt.REPORT_DRAFTS: "2026-05",
        Doubt.REPORTS_IN_WORK: "2026-04",
        Doubt.REPORTS_SAME: "2026-02",
        Doubt.REPORTS_DIFFER: "2026-03",
        Doubt.REPORTS_CLOSED: "2026-01、2026-09",
    }
    assert line.verdict is Verdict.DOUBTFUL

    written = oc4ids.write(session, upload, here, AT)
    session.commit()

    assert written.reports == ((project.slug, "2026-05"),)
    session.expire_all()
    stand = {(one.month, one.state.value, one.physical_progress) for one in project.reports}
    assert stand == {
        ("2026-02", "published", Decimal(10)),
        ("2026-03", "published", Decimal(20)),
        ("2026-04", "draft", Decimal(30)),
        ("2026-05", "draft", Decimal(45)),
    }
    draft = next(one for one in project.reports if one.month == "2026-05")
    assert (draft.author_id, [one.value for one in draft.values]) == (member.id, [Decimal("12.5")])


def test_whoever_writes_no_reports_brings_none_and_a_refused_file_leaves_none(
    session: Session, make: Make, member: StaffMember
) -> None:
    project = make.project()
    said = reported(project, physicalProgress=[("2026-05", 45)])
    draft = make.project(published=False, programme=project.programme)
    unfinished = reported(draft, physicalProgress=[("2026-05", 45)])
    nameless = {"id": "x", "title": "", "status": "implementation"}
    upload = bring(session, project.programme, member, said, unfinished, {**nameless, "id": ""})
    session.commit()
    here = Situation(member, AT.date(), PUBLISHER.address)
    first, second, _third = lines_of(session, upload, here)
    assert (Doubt.REPORT_DRAFTS, "2026-05") in first.doubts
    assert (Doubt.REPORTS_LATER, "1") in second.doubts
    with pytest.raises(WrongStateError):
        oc4ids.write(session, upload, here, AT)
    session.rollback()
    assert session.scalars(sa.select(ProgressReport)).all() == []

    elsewhere = Situation(make.staff(Role.PUBLISHER, division=make.division()), AT.date(), PUBLISHER.address)
    doubts = dict(lines_of(session, upload, elsewhere)[0].doubts)
    assert Doubt.REPORTS_NOT_YOURS in doubts
    assert Doubt.REPORT_DRAFTS not in doubts
