"""The desk counts in the database what the lists behind its numbers hold."""

import contextlib
import dataclasses
import datetime as dt
import itertools
import re
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from minsheng.accounts import invitations
from minsheng.accounts.passkeys import Passkey
from minsheng.accounts.staff import Permission, Role, StaffMember
from minsheng.casework.case_reminders import CaseReminder, DueMoment
from minsheng.casework.cases import CaseState, Prominence, SuggestionKind
from minsheng.casework.suggestions import Suggestion
from minsheng.database import Base, db
from minsheng.desk import desk_reports, duties
from minsheng.desk.desk_cases import SOON_DAYS, DeskCases
from minsheng.records.places import Division, DivisionLevel
from minsheng.records.projects import Project, Stage
from minsheng.records.reports import ReportState
from tests.admin.conftest import AT, Browser
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]
TODAY = AT.date()


@pytest.fixture
def county(make: Make) -> Division:
    return make.division()


@pytest.fixture
def members(session: Session, make: Make, county: Division) -> list[StaffMember]:
    """One of each kind of reach: everywhere, a township, an agency with its units, several roles, none."""
    township = Division.under(county, f"{county.code}001", "青禾镇", DivisionLevel.TOWNSHIP)
    session.add(township)
    parent = make.agency(division=county, name="某局")
    unit = make.agency(division=township, name="某站", parent=parent)
    return [
        make.staff(*Role),
        make.staff(Role.REPORTER, Role.CASE_REVIEWER, division=township),
        make.staff(Role.REPORTER, Role.CASE_HANDLER, agency=parent),
        make.staff(Role.PUBLISHER, Role.SUPERVISOR, division=county, agency=unit),
        make.staff(Role.SURVEYOR),
    ]


def places(session: Session, county: Division) -> list[Division]:
    return [county, *session.scalars(sa.select(Division).where(Division.parent_id == county.id))]


@pytest.mark.parametrize("day", [dt.date(2026, 6, 10), dt.date(2026, 6, 3), dt.date(2026, 7, 31), dt.date(2027, 1, 1)])
def test_reports_are_counted_as_they_are_listed(
    session: Session, make: Make, county: Division, members: list[StaffMember], day: dt.date
) -> None:
    agencies = [None, *(grant.agency for member in members for grant in member.grants if grant.agency)]
    programme = make.programme(division=county)
    for number, (place, agency) in enumerate(itertools.product(places(session, county), agencies)):
        start = dt.date(2026, 1 + number % 5, 15)
        stage = Stage.UNDER_WAY if number % 4 else Stage.COMPLETED
        project = make.project(programme=programme, division=place, agency=agency, planned_start=start, stage=stage)
        make.published_report(project, "2026-03", stage=stage)
        state = (ReportState.DRAFT, ReportState.SUBMITTED, ReportState.RETURNED)[number % 3]
        author = members[number % len(members)]
        make.report(project, "2026-04", author=author, state=state, submitted_at=AT, returned_reason="写清楚")
    make.project(published=False, programme=programme)
    session.commit()
    for member in members:
        projects = duties.own_projects(session, member, Permission.WRITE_REPORT)
        owed = duties.owed_months(projects, day, 8)
        late = [one for one in owed if one.owed_by and one.owed_by < day]
        assert desk_reports.months_owed(session, member, day, 8) == (len(owed), len(late))
        pages = [desk_reports.owed_page(session, member, day, 8, 5, offset) for offset in range(0, len(owed) + 5, 5)]
        paged = [(one.month, one.project.title, one.owed_by, one.in_work) for page in pages for one in page]
        expected = sorted(owed, key=lambda one: (one.month, one.project.title, one.project.id))
        assert paged == [(one.month, one.project.title, one.owed_by, one.in_work) for one in expected]
        under_way = [one for one in projects if one.stage is Stage.UNDER_WAY]
        assert desk_reports.projects_page(session, member, "", 3, 0, under_way=True)[0] == len(under_way)
        shown = {(one.project.id, one.month) for one in desk_reports.most_silent(session, member, day, 8, 8)}
        assert shown <= {(one.project.id, one.month) for one in owed}
        assert len(shown) == min(8, len(owed))
        returned = [one for project in projects for one in project.reports if one.state is ReportState.RETURNED]
        assert desk_reports.returned(session, member, 8)[0] == len(returned)
        mine = [
            one
            for project in projects
            for one in project.reports
            if one.state is ReportState.SUBMITTED and one.author_id == member.id
        ]
        count, listed = desk_reports.handed_in(session, member, 99)
        assert (count, {one.id for one in listed}) == (len(mine), {one.id for one in mine})
        signed = duties.own_projects(session, member, Permission.PUBLISH_REPORT)
        submitted = [one for project in signed for one in project.reports if one.state is ReportState.SUBMITTED]
        waiting = [one for one in submitted if not one.is_work_of(member)]
        assert {one.id for one in desk_reports.own_waiting(session, member, 99)} == {
            one.id for one in submitted if one.is_work_of(member)
        }
        count, listed = desk_reports.to_publish(session, member, 8)
        assert count == len(waiting)
        assert {one.id for one in listed} <= {one.id for one in waiting}


def test_cases_are_counted_as_they_are_listed(
    session: Session, make: Make, county: Division, members: list[StaffMember]
) -> None:
    agencies = [None, *(grant.agency for member in members for grant in member.grants if grant.agency)]
    states = [CaseState.RECEIVED, CaseState.ACCEPTED, CaseState.HANDED_OVER, CaseState.DISPUTED, CaseState.REPLIED]
    made = itertools.product([None, *places(session, county)], agencies, states, (False, True))
    for number, (place, agency, state, is_escalated) in enumerate(made):
        if agency is None and state not in {CaseState.RECEIVED, CaseState.ACCEPTED}:
            continue
        due = TODAY + dt.timedelta(days=number % 9 - 4)
        case = Suggestion(
            ticket=f"case-{number}",
            code_hash=f"{number:064x}",
            kind=SuggestionKind.QUESTION,
            state=state,
            prominence=list(Prominence)[number % 3],
            division=place,
            agency=agency,
            words="晚上看不见路",
            consent_to_publish=True,
            received_at=AT,
            accept_due=due,
            reply_due=due,
            final_reply_due=due + dt.timedelta(days=2) if state is CaseState.DISPUTED else None,
            disputed_at=AT if state is CaseState.DISPUTED else None,
            public_title="路灯",
            public_words="晚上看不见路",
            reply="已派人去看" if state in {CaseState.DISPUTED, CaseState.REPLIED} else "",
            replied_at=AT if state in {CaseState.DISPUTED, CaseState.REPLIED} else None,
        )
        moment = DueMoment.ESCALATION if is_escalated else DueMoment.BEFORE
        noted = case.due or due
        case.reminders = [CaseReminder(moment=moment, due=noted, made_at=AT)] if number % 2 else []
        session.add(case)
    session.commit()
    for member in members:
        cases = duties.cases_of(session, member)
        desk = DeskCases(session, member, TODAY)
        lists = {
            "waiting": [one for one in cases if duties.waits_for(member, one)],
            "overdue": [one for one in cases if one.is_overdue(TODAY)],
            "soon": [one for one in cases if one.due and 0 <= (one.due - TODAY).days <= SOON_DAYS],
            "reminded": [one for one in cases if one.is_reminded and duties.may_handle(member, one)],
            "escalated": [one for one in cases if duties.is_told_of_delay(member, one)],
        }
        counted = desk.count()
        for name, listed in lists.items():
            assert getattr(counted, name) == len(listed), (name, [grant.role for grant in member.grants])
            assert list(desk.first(getattr(desk, name), 500)) == listed, name


def numbers(page: str) -> dict[str, tuple[str, str]]:
    """Return number and address of every figure on a desk, by its label."""
    found = re.findall(
        r'<p class="stat-label"><a href="([^"]+)">([^<]+)</a></p>\s*'
        r'<p class="stat-value">.*?<span class="stat-number">([^<]+)</span>',
        page,
    )
    return {label: (number, address.replace("&amp;", "&")) for address, label, number in found}


def test_every_number_leads_to_a_page_that_opens(
    session: Session, make: Make, browser_of: SignIn, county: Division
) -> None:
    project = make.project(programme=make.programme(division=county))
    make.report(project, "2026-04", funds_spent_fen=90_000_000)
    session.commit()
    for role in Role:
        browser = browser_of(make.staff(role))
        shown = numbers(browser.get("/admin/").text)
        for label, (_number, address) in shown.items():
            assert browser.get(address).status_code == 200, (role, label, address)
    everything = numbers(browser_of(make.staff(*Role)).get("/admin/").text)
    assert len(everything) > 12
    assert everything["要写的月报"][0] == "5"
    assert everything["数据提醒没有说明的"] == ("1", "/admin/checks")


def test_drafts_with_unexplained_checks_are_listed(session: Session, make: Make, browser_of: SignIn) -> None:
    project = make.project(title="对不上的路")
    make.report(project, "2026-04", funds_spent_fen=90_000_000)
    fine = make.project(title="对得上的路")
    make.report(fine, "2026-04")
    session.commit()
    page = browser_of(make.staff(Role.REPORTER)).get("/admin/checks").text
    assert "对不上的路" in page
    assert "对得上的路" not in page


def test_more_projects_do_not_mean_more_queries(
    session: Session, make: Make, browser_of: SignIn, county: Division
) -> None:
    programme = make.programme(division=county)
    browser = browser_of(make.staff(*Role))
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    def count() -> int:
        session.commit()
        session.expire_all()
        browser.get("/admin/")
        sent.clear()
        sa.event.listen(session.get_bind(), "before_cursor_execute", note)
        browser.get("/admin/")
        sa.event.remove(session.get_bind(), "before_cursor_execute", note)
        return len(sent)

    for _ in range(12):
        make.published_report(make.project(programme=programme), "2026-03")
    few = count()
    for _ in range(12):
        make.published_report(make.project(programme=programme), "2026-03")
    assert count() <= few


def test_the_lists_of_reports_read_no_more_than_a_page(
    app: Flask, session: Session, make: Make, browser_of: SignIn
) -> None:
    """Two thousand projects owe reports: what the page reads does not grow with them."""
    programme = make.programme()
    first = make.project(programme=programme)
    values = {column.name: getattr(first, column.name) for column in Project.__table__.columns if column.name != "id"}
    many = [values | {"slug": f"many-{number}", "title": f"项目{number:04d}"} for number in range(2000)]
    session.execute(sa.insert(Project), many)
    session.commit()
    browser = browser_of(make.staff(Role.PUBLISHER))
    for address, seen in (
        ("/admin/reports/?show=owed&page=3", 50),
        ("/admin/reports/?page=2", 50),
        ("/admin/reports/?show=returned", 0),
        ("/admin/reports/?show=waiting", 0),
        ("/admin/publishing/", 0),
        ("/admin/proposals/", 0),
        ("/admin/", 7),
    ):
        with counted(db.engine) as count:
            page = browser.get(address).get_data(as_text=True)
        assert len(set(re.findall(r"many-\d+", page))) == seen, address
        assert count.queries <= 60, (address, count)
        assert count.rows <= 800, (address, count)


def test_an_administrator_sees_who_is_not_in_yet_and_who_lacks_a_second_factor(
    session: Session, make: Make, browser_of: SignIn, factors_needed: None
) -> None:
    member = make.staff(Role.ADMINISTRATOR)
    browser = browser_of(member)
    passkey = Passkey(
        staff_member_id=member.id, name="钥匙", credential_id="k", public_key=b"p", sign_count=0, added_at=AT
    )
    invited, bare = make.staff(Role.REPORTER), make.staff(Role.PUBLISHER)
    make.staff(Role.PUBLISHER, is_active=False)
    invitations.invite(session, invited, AT)
    session.add(passkey)
    session.commit()

    desk = browser.get("/admin/").get_data(as_text=True)
    for show, who in (("invited", invited), ("no_factor", bare)):
        assert f"/admin/staff/?show={show}" in desk
        listed = browser.get(f"/admin/staff/?show={show}").get_data(as_text=True)
        assert re.findall(r'href="/admin/staff/(\d+)"', listed) == [str(who.id)]
    assert [int(number) for number in re.findall(r'stat-number">(\d+)', desk)][-2:] == [1, 1]


@dataclasses.dataclass
class Count:
    """How many statements were sent, and how many records were made of their rows."""

    queries: int = 0
    rows: int = 0


@contextlib.contextmanager
def counted(engine: sa.Engine) -> Iterator[Count]:
    """Count what the code under it asks of the database."""
    count = Count()

    def asked(*_arguments: object) -> None:
        count.queries += 1

    def loaded(*_arguments: object) -> None:
        count.rows += 1

    sa.event.listen(engine, "after_cursor_execute", asked)
    sa.event.listen(Base, "load", loaded, propagate=True)
    try:
        yield count
    finally:
        sa.event.remove(engine, "after_cursor_execute", asked)
        sa.event.remove(Base, "load", loaded)
