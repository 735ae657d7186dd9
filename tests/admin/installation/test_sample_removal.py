"""Clearing sample content at the desk: said first, confirmed, and for those of the whole installation only."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.journal import JournalEntry
from minsheng.oversight.problems import CommonProblem, Problem, ProblemKind, ProblemSource
from minsheng.records.places import Division, DivisionLevel
from minsheng.records.projects import Project
from tests.admin.conftest import Browser
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]
PAGE = "/admin/sample/"


@pytest.fixture
def invented(make: Make, session: Session) -> Project:
    """A project of an invented place, beside a real one."""
    make.project(slug="real")
    place = Division.under(None, "990000", "虚构省", DivisionLevel.PROVINCE, is_invented=True)
    session.add(place)
    session.flush()
    return make.project(slug="sample", programme=make.programme(division=place))


def test_what_goes_is_said_and_goes_once_it_is_confirmed(
    make: Make, session: Session, browser_of: SignIn, invented: Project
) -> None:
    kept, left = (make.staff(Role.REPORTER, is_sample=True, username=name) for name in ("kept", "left"))
    admin = browser_of(make.staff(Role.ADMINISTRATOR, is_sample=True))
    assert "看看会清除什么" in admin.get("/admin/settings/").get_data(as_text=True)
    page = admin.get(PAGE).get_data(as_text=True)
    assert "清除示例内容" in page
    assert "kept · " in page

    unsure = admin.post(PAGE, {"keep": str(kept.id), "compiled": "y"})
    assert unsure.status_code == 422
    assert "请先看清楚会清除什么" in unsure.get_data(as_text=True)
    assert len(session.scalars(sa.select(Project)).all()) == 2

    answer = admin.post(PAGE, {"keep": str(kept.id), "compiled": "y", "is_sure": "y"})

    assert answer.location == "/admin/settings/"
    assert session.scalars(sa.select(Project.slug)).all() == ["real"]
    assert (kept.is_active, kept.must_change_password, left.is_active) == (True, True, False)
    assert admin.get("/admin/").location.split("?")[0] == "/admin/password"
    entry = session.scalars(sa.select(JournalEntry).where(JournalEntry.act == "sample_content_removed")).one()
    assert entry.is_public
    assert "project:sample" in str(entry.details["removed_subjects"])
    assert "project:real" not in str(entry.details["removed_subjects"])


def test_a_common_problem_goes_with_its_last_entry(
    make: Make, session: Session, browser_of: SignIn, invented: Project
) -> None:
    member = make.staff(Role.ADMINISTRATOR)
    real = session.scalars(sa.select(Project).where(Project.slug == "real")).one()
    for title, projects in (("只有示例有", [invented]), ("两边都有", [invented, real])):
        common = CommonProblem(title=title, author_id=member.id, written_at=make.at)
        session.add(common)
        session.flush()
        for project in projects:
            problem = Problem(
                project_id=project.id,
                agency_id=make.agency().id,
                common_id=common.id,
                kind=ProblemKind.COMMON,
                source=ProblemSource.AUDIT,
                description="没有排水沟",
                found_on=make.at.date(),
                deadline=make.at.date(),
            )
            session.add(problem)

    browser_of(member).post(PAGE, {"compiled": "y", "is_sure": "y"})

    left = session.scalars(sa.select(CommonProblem)).all()
    assert [(one.title, [entry.project for entry in one.problems]) for one in left] == [("两边都有", [real])]


def test_an_account_that_is_no_sample_cannot_be_named(
    make: Make, session: Session, browser_of: SignIn, invented: Project
) -> None:
    real = make.staff(Role.REPORTER)
    admin = browser_of(make.staff(Role.ADMINISTRATOR))

    answer = admin.post(PAGE, {"keep": str(real.id), "compiled": "y", "is_sure": "y"})

    assert answer.status_code == 422
    assert len(session.scalars(sa.select(Project)).all()) == 2


@pytest.mark.parametrize("role", Role)
def test_nobody_of_a_part_clears_anything(
    make: Make, session: Session, browser_of: SignIn, invented: Project, role: Role
) -> None:
    browser = browser_of(make.staff(role, division=make.division()))

    assert browser.get(PAGE).status_code == 403
    assert browser.post(PAGE, {"compiled": "y", "is_sure": "y"}, on="/admin/password").status_code == 403
    assert len(session.scalars(sa.select(Project)).all()) == 2
