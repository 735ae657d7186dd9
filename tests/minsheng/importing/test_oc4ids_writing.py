"""OC4IDS into records on either database: drafts at once, the public by proposals, all or nothing."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.errors import WrongStateError
from minsheng.exporting import oc4ids as exporting
from minsheng.importing import oc4ids
from minsheng.importing.oc4ids import Came
from minsheng.importing.oc4ids_lines import Doubt, Situation, Verdict, lines_of
from minsheng.oc4ids_uploads import Oc4idsUpload
from minsheng.programmes import Programme
from minsheng.projects import Project
from minsheng.publication import Origin, Publication
from minsheng.staff import Role, StaffMember
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
    written = oc4ids.write(session, upload, Situation(member, "https://there.example"), AT)
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
    programme, situation = make.programme(), Situation(member, "https://there.example")
    oc4ids.write(session, bring(session, programme, member, said), situation, AT)
    session.commit()
    again = oc4ids.write(session, bring(session, programme, member, said), situation, AT)
    assert (again.begun, again.filled, again.proposed) == ((), (), ())


def test_another_sites_slug_is_not_ours(session: Session, make: Make, member: StaffMember) -> None:
    project = make.project(title="石桥村道路")
    said = {"id": "x", "title": "另一个县的学校", "identifiers": [{"scheme": "https://other", "id": project.slug}]}
    upload = bring(session, project.programme, member, said)
    (line,) = lines_of(session, upload, Situation(member, "https://here"))
    assert line.is_new
    said["identifiers"][0]["scheme"] = "https://here"  # type: ignore[index]  # a list of dictionaries
    upload = bring(session, project.programme, member, said)
    (line,) = lines_of(session, upload, Situation(member, "https://here"))
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
    (line,) = lines_of(session, upload, Situation(member, "https://here"))
    assert line.verdict is Verdict.WRONG
    assert doubt in {one for one, _detail in line.doubts}
    with pytest.raises(WrongStateError):
        oc4ids.write(session, upload, Situation(member, "https://here"), AT)


def test_the_same_project_twice_is_taken_once(session: Session, make: Make, member: StaffMember) -> None:
    one = {"id": "a", "title": "石桥小学"}
    upload = bring(session, make.programme(), member, one, dict(one))
    first, second = lines_of(session, upload, Situation(member, ""))
    assert (first.verdict, second.verdict) == (Verdict.GOOD, Verdict.LEFT_OUT)
    oc4ids.write(session, upload, Situation(member, ""), AT)
    assert session.scalar(sa.select(sa.func.count(Project.id))) == 1
