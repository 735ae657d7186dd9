"""A project's record on the desk: proposing, old beside new, accepting, returning, and nothing lost on errors."""

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from admin.records.part_words import RULE_WORDS
from minsheng.accounts.staff import Role, StaffMember
from minsheng.editorial.proposals import Proposal, ProposalState
from minsheng.journal import JournalEntry
from minsheng.participation.monitors import Monitor
from minsheng.records.contracts import Contract
from minsheng.records.eligibility import EligibilityStepKind
from minsheng.records.parts import PARTS
from minsheng.records.projects import Milestone, Project, ProjectKind, Stage
from minsheng.records.publication import Publication
from minsheng.records.safeguards import Safeguard, SafeguardKind
from pages.words import word
from tests.admin.conftest import Browser, read_fields
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]
CONTRACT = {
    "c_subject": "路基工程",
    "c_party": "示例建筑公司",
    "c_amount_fen": "120万元",
    "c_signed_on": "2026年2月1日",
}


@pytest.fixture
def project(make: Make) -> Project:
    return make.project(title="石桥村道路硬化")


@pytest.fixture
def reporter(make: Make, project: Project) -> StaffMember:
    return make.staff(Role.REPORTER, division=project.division)


@pytest.fixture
def publisher(make: Make, project: Project) -> StaffMember:
    return make.staff(Role.PUBLISHER, division=project.division)


def only_proposal(session: Session) -> Proposal:
    session.expire_all()
    return session.scalars(sa.select(Proposal).order_by(Proposal.id.desc())).first() or pytest.fail("no proposal")


def accept(session: Session, browser: Browser) -> int:
    number = only_proposal(session).id
    page = f"/admin/proposals/{number}"
    sent = {"version": browser.fields(page)["version"]}
    return browser.post(f"{page}/accept", sent, on=page).status_code


def test_one_proposes_another_accepts_and_residents_see_it_with_the_reason(
    session: Session,
    browser_of: SignIn,
    client: FlaskClient,
    project: Project,
    reporter: StaffMember,
    publisher: StaffMember,
) -> None:
    writer, second = browser_of(reporter), browser_of(publisher)
    address = f"/admin/projects/{project.slug}/contract"
    assert writer.post(f"{address}/new", CONTRACT).status_code == 302
    assert "示例建筑公司" not in client.get(f"/projects/{project.slug}").text
    assert "示例建筑公司" in second.get(f"/admin/proposals/{only_proposal(session).id}").text
    assert accept(session, second) == 302
    contract = session.scalars(sa.select(Contract)).one()
    assert contract.amount_fen == 120_000_000
    assert "示例建筑公司" in client.get(f"/projects/{project.slug}").text

    form = f"{address}/{contract.id}"
    changed = writer.post(form, {**writer.fields(form), "c_amount_fen": "110万元", "reason": "按结算更正"})
    assert changed.status_code == 302
    assert only_proposal(session).values == {"amount_fen": 110_000_000}
    shown = second.get(f"/admin/proposals/{only_proposal(session).id}").text
    assert "1,200,000" in shown
    assert "1,100,000" in shown
    assert accept(session, second) == 302
    last = session.scalars(sa.select(JournalEntry).order_by(JournalEntry.sequence.desc())).first()
    assert last is not None
    assert (last.act, last.details["reason"]) == ("contract_revised", "按结算更正")


def test_own_work_is_refused(session: Session, browser_of: SignIn, project: Project, publisher: StaffMember) -> None:
    browser = browser_of(publisher)
    browser.post(f"/admin/projects/{project.slug}/contract/new", CONTRACT)
    number = only_proposal(session).id
    page = browser.get(f"/admin/proposals/{number}")
    assert "这份是您自己写的" in page.text
    answer = browser.post(f"/admin/proposals/{number}/accept", {"version": "1"}, on=f"/admin/proposals/{number}")
    assert answer.status_code == 409
    assert only_proposal(session).state is ProposalState.SUBMITTED


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"c_amount_fen": "很多"}, "请填金额"),
        ({"c_signed_on": "二月"}, "请填日期"),
        ({"c_party": ""}, "请填写"),
        ({"c_party": "长" * 200}, "120"),
        ({"c_document_id": "999"}, ""),
    ],
)
def test_bad_input_is_said_beside_its_field_and_nothing_is_lost(
    session: Session,
    browser_of: SignIn,
    project: Project,
    reporter: StaffMember,
    typed: dict[str, str],
    message: str,
) -> None:
    sent = {**CONTRACT, **typed}
    answer = browser_of(reporter).post(f"/admin/projects/{project.slug}/contract/new", sent)
    assert answer.status_code == 422
    assert message in answer.text
    kept = read_fields(answer)
    assert all(kept[name] == value for name, value in sent.items() if name != "c_document_id")
    assert session.scalar(sa.select(Proposal)) is None


def test_a_published_value_is_not_changed_without_a_public_reason(
    session: Session, browser_of: SignIn, project: Project, reporter: StaffMember
) -> None:
    browser = browser_of(reporter)
    address = f"/admin/projects/{project.slug}/project/{project.id}"
    typed = {**browser.fields(address), "c_planned_finish": "2027-03-31"}
    refused = browser.post(address, typed)
    assert refused.status_code == 422
    assert "写明原因" in refused.text
    assert browser.post(address, {**typed, "reason": "征地慢"}).status_code == 302
    assert only_proposal(session).values == {"planned_finish": "2027-03-31"}


def test_nothing_changed_proposes_nothing(
    session: Session, browser_of: SignIn, project: Project, reporter: StaffMember
) -> None:
    browser = browser_of(reporter)
    address = f"/admin/projects/{project.slug}/project/{project.id}"
    assert browser.post(address, {**browser.fields(address), "reason": "没改"}).status_code == 302
    assert session.scalar(sa.select(Proposal)) is None


def test_a_returned_proposal_comes_back_with_its_reason_and_is_handed_in_again(
    session: Session, browser_of: SignIn, project: Project, reporter: StaffMember, publisher: StaffMember
) -> None:
    writer, second = browser_of(reporter), browser_of(publisher)
    writer.post(f"/admin/projects/{project.slug}/milestone/new", {"c_kind": "start", "c_planned_on": "2026-03-01"})
    page = f"/admin/proposals/{only_proposal(session).id}"
    assert second.post(f"{page}/return", {"reason": " "}, on=page).status_code == 422
    assert second.post(f"{page}/return", {"reason": "日期写错了"}, on=page).status_code == 302
    assert "日期写错了" in writer.get("/admin/proposals/").text
    again = {**writer.fields(f"{page}/rewrite"), "c_planned_on": "2026-04-01"}
    assert writer.post(f"{page}/rewrite", again).status_code == 302
    assert accept(session, second) == 302
    milestone = session.scalars(sa.select(Milestone)).one()
    assert milestone.first_planned_on.isoformat() == "2026-04-01"


def test_a_page_read_before_a_rewrite_does_not_accept_what_was_not_read(
    session: Session, browser_of: SignIn, project: Project, reporter: StaffMember, publisher: StaffMember
) -> None:
    writer, second = browser_of(reporter), browser_of(publisher)
    writer.post(f"/admin/projects/{project.slug}/contract/new", CONTRACT)
    page = f"/admin/proposals/{only_proposal(session).id}"
    read = second.fields(page)
    writer.post(f"{page}/rewrite", {**writer.fields(f"{page}/rewrite"), "c_amount_fen": "9亿"})
    assert second.post_as_typed(f"{page}/accept", read).status_code == 409
    assert session.scalar(sa.select(Contract)) is None


def test_another_places_staff_cannot_reach_it(
    browser_of: SignIn, make: Make, project: Project, session: Session, reporter: StaffMember
) -> None:
    browser_of(reporter).post(f"/admin/projects/{project.slug}/contract/new", CONTRACT)
    stranger = browser_of(make.staff(Role.PUBLISHER, division=make.division()))
    number = only_proposal(session).id
    assert stranger.get(f"/admin/projects/{project.slug}").status_code == 403
    assert stranger.get(f"/admin/proposals/{number}").status_code == 403
    assert stranger.send("POST", f"/admin/proposals/{number}/drop").status_code in {400, 403}


def test_every_part_has_a_form_and_a_section(
    browser_of: SignIn, make: Make, publisher: StaffMember, project: Project, session: Session
) -> None:
    browser = browser_of(publisher)
    for kind in ProjectKind:
        project.kind = kind
        session.commit()
        page = browser.get(f"/admin/projects/{project.slug}")
        assert page.status_code == 200
        for part in PARTS.values():
            if part.above is None and part.name != "project" and kind in part.kinds:
                assert browser.get(f"/admin/projects/{project.slug}/{part.name}/new").status_code == 200
            if kind not in part.kinds:
                assert browser.get(f"/admin/projects/{project.slug}/{part.name}/new").status_code == 404


def test_a_new_project_is_drafted_filled_and_published_by_two(
    session: Session,
    browser_of: SignIn,
    client: FlaskClient,
    make: Make,
    project: Project,
    publisher: StaffMember,
) -> None:
    programme, place = project.programme, project.division
    assert place is not None
    writer = browser_of(publisher)
    made = writer.post(
        "/admin/projects/new",
        {
            "title": "新建幼儿园",
            "programme": programme.slug,
            "kind": "works",
            "category": "education",
            "stage": "preparing",
            "division": place.code,
        },
    )
    assert made.status_code == 302
    draft = session.scalars(sa.select(Project).where(Project.title == "新建幼儿园")).one()
    slug = draft.slug
    assert client.get(f"/projects/{slug}").status_code == 404
    address = f"/admin/projects/{slug}/project/{draft.id}"
    typed = {
        **writer.fields(address),
        "c_planned_start": "2026-03-01",
        "c_planned_finish": "2026-12-31",
        "c_quality_standard": "一次验收合格",
    }
    assert writer.post(address, typed).status_code == 302
    writer.post(f"/admin/projects/{slug}/responsibility/new", {"c_role": "principal", "c_post": "教育局局长"})
    writer.post(
        f"/admin/projects/{slug}/indicator/new",
        {"c_name": "学位", "c_unit": "个", "c_target": "270", "c_measure": "cumulative", "c_direction": "more"},
    )
    assert writer.post(f"/admin/projects/{slug}/publish", {}).status_code == 302
    second = browser_of(make.staff(Role.PUBLISHER, division=place))
    assert accept(session, second) == 302
    session.expire_all()
    assert draft.publication is Publication.PUBLISHED
    assert "270" in client.get(f"/projects/{slug}").text


def test_withdrawing_takes_two_and_leaves_the_reason(
    session: Session,
    browser_of: SignIn,
    client: FlaskClient,
    make: Make,
    project: Project,
    publisher: StaffMember,
) -> None:
    address = f"/admin/projects/{project.slug}/withdraw"
    writer = browser_of(publisher)
    assert writer.post(address, {"reason": ""}).status_code == 422
    assert writer.post(address, {"reason": "和另一项重复"}).status_code == 302
    assert client.get(f"/projects/{project.slug}").status_code == 200
    assert accept(session, browser_of(make.staff(Role.PUBLISHER, division=project.division))) == 302
    gone = client.get(f"/projects/{project.slug}")
    assert gone.status_code == 410
    assert "和另一项重复" in gone.text


def test_the_desk_counts_what_waits_for_a_second_person(
    browser_of: SignIn, project: Project, reporter: StaffMember, publisher: StaffMember
) -> None:
    assert "等我审核的项目改动" not in browser_of(reporter).get("/admin/").text
    browser_of(reporter).post(f"/admin/projects/{project.slug}/contract/new", CONTRACT)
    desk = browser_of(publisher).get("/admin/").text
    _before, _found, after = desk.partition("等我审核的项目改动")
    assert '<span class="stat-number">1</span>' in after[:400]


def test_a_form_opened_before_anothers_change_reverts_nothing(
    session: Session, browser_of: SignIn, make: Make, project: Project, reporter: StaffMember
) -> None:
    """What the second person did not touch stays as the first one left it; what both touched is told."""
    draft = make.project(published=False, programme=project.programme, division=project.division, title="草稿")
    first, second = browser_of(reporter), browser_of(make.staff(Role.REPORTER, division=project.division))
    address = f"/admin/projects/{draft.slug}/project/{draft.id}"
    opened = second.fields(address)
    assert first.post(address, {**first.fields(address), "c_summary": "甲写的"}).status_code == 302
    assert second.post(address, {**opened, "c_location": "村口"}).status_code == 302
    session.expire_all()
    assert (draft.summary, draft.location) == ("甲写的", "村口")

    told = second.post(address, {**opened, "c_summary": "乙写的"})
    assert told.status_code == 422
    assert "别人改过" in told.text
    assert "甲写的" in told.text
    again = read_fields(told)
    assert again["c_summary"] == "乙写的"
    assert second.post(address, again).status_code == 302
    session.expire_all()
    assert draft.summary == "乙写的"


@pytest.mark.parametrize("seen", ["", "x", "a.b.c" * 500, "'\"<>"])
def test_a_form_that_does_not_say_what_it_showed_overwrites_nothing(
    session: Session, browser_of: SignIn, project: Project, reporter: StaffMember, seen: str
) -> None:
    browser = browser_of(reporter)
    address = f"/admin/projects/{project.slug}/project/{project.id}"
    typed = {**browser.fields(address), "c_summary": "改了", "reason": "说清楚", "seen": seen}
    assert browser.post(address, typed).status_code == 422
    assert session.scalar(sa.select(Proposal)) is None


@pytest.mark.parametrize(
    ("part", "typed", "column", "message"),
    [
        ("safeguard", {"c_kind": "bidding"}, "c_not_applicable_because", "至少填一样"),
        (
            "review",
            {"c_kind": "quarterly_self_review", "c_period": "2026", "c_held_on": "2026-04-02"},
            "c_period",
            "2026-Q2",
        ),
        (
            "monitor",
            {"c_badge": "第012号", "c_appointed_on": "2026-03-01", "c_ended_on": "2026-02-01"},
            "c_ended_on",
            "不能早于聘任日期",
        ),
    ],
)
def test_rules_of_the_database_are_said_beside_their_column(
    browser_of: SignIn,
    project: Project,
    reporter: StaffMember,
    part: str,
    typed: dict[str, str],
    column: str,
    message: str,
) -> None:
    answer = browser_of(reporter).post(f"/admin/projects/{project.slug}/{part}/new", typed)
    assert answer.status_code == 422
    assert message in answer.text
    assert f'href="#{column}"' in answer.text
    kept = read_fields(answer)
    assert all(kept[name] == value for name, value in typed.items())


BROKEN_BY_NO_FORM = {
    "ck_after_care_has_keeper",
    "ck_contract_change_has_reason",
    "ck_contract_says_what_and_with_whom",
    "ck_milestone_slip_has_reason",
    "ck_monitor_has_badge",
    "ck_monitor_report_has_text",
    "ck_monitor_report_published_has_moment",
    "ck_monitor_report_refusal_has_reason",
    "ck_payment_batch_has_label",
    "ck_project_compiled_has_source",
    "ck_project_interruption_has_reason",
    "ck_project_only_official_sources_linked",
    "ck_project_own_has_kind",
    "ck_project_own_has_place",
    "ck_project_own_has_stage",
    "ck_project_withdrawn_says_why",
    "ck_review_of_one_record",
}
"""Rules about columns that the forms demand, or do not hold; those of enumerations are left out by their type."""


def test_every_rule_of_the_database_has_words() -> None:
    rules = {
        str(rule.name)
        for part in PARTS.values()
        for rule in part.model.__table__.constraints
        if isinstance(rule, sa.CheckConstraint) and " IN (" not in str(rule.sqltext)
    }
    assert set(RULE_WORDS) - {"repeated", "in_use"} == rules - BROKEN_BY_NO_FORM
    for rule, (column, _words) in RULE_WORDS.items():
        parts = [part for part in PARTS.values() if rule.startswith(f"ck_{part.model.__tablename__}_")]
        assert not column or any(column in part.names for part in parts)


def test_a_proposal_on_a_record_that_is_gone_can_still_be_read_and_returned(
    session: Session, browser_of: SignIn, project: Project, reporter: StaffMember, publisher: StaffMember
) -> None:
    writer, second = browser_of(reporter), browser_of(publisher)
    address = f"/admin/projects/{project.slug}/contract"
    writer.post(f"{address}/new", CONTRACT)
    accept(session, second)
    contract = session.scalars(sa.select(Contract)).one()
    form = f"{address}/{contract.id}"
    writer.post(form, {**writer.fields(form), "c_party": "另一家", "reason": "写错了"})
    late = only_proposal(session).id
    assert writer.post(f"{form}/remove", {"reason": "重复录入"}).status_code == 302
    assert accept(session, second) == 302
    page = f"/admin/proposals/{late}"
    assert "这一条已经没有了" in second.get(page).text
    assert "同意并公示" not in second.get(page).text
    assert second.post(f"{page}/return", {"reason": "已经拿掉"}, on=page).status_code == 302


def test_a_rewrite_without_its_reason_or_without_a_change_keeps_what_was_typed(
    session: Session, browser_of: SignIn, project: Project, reporter: StaffMember
) -> None:
    browser = browser_of(reporter)
    address = f"/admin/projects/{project.slug}/project/{project.id}"
    browser.post(address, {**browser.fields(address), "c_summary": "第一稿", "reason": "补简介"})
    page = f"/admin/proposals/{only_proposal(session).id}/rewrite"
    opened = browser.fields(page)
    assert opened["c_summary"] == "第一稿"
    refused = browser.post(page, {**opened, "c_summary": "第二稿", "reason": ""})
    assert refused.status_code == 422
    assert read_fields(refused)["c_summary"] == "第二稿"
    unchanged = browser.post(page, {**opened, "c_summary": project.summary})
    assert unchanged.status_code == 422
    assert only_proposal(session).values == {"summary": "第一稿"}


def test_a_record_is_taken_from_a_draft_at_once(
    session: Session, browser_of: SignIn, make: Make, project: Project, reporter: StaffMember
) -> None:
    draft = make.project(published=False, programme=project.programme, division=project.division)
    browser = browser_of(reporter)
    address = f"/admin/projects/{draft.slug}/contract"
    assert browser.post(f"{address}/new", CONTRACT).status_code == 302
    contract = session.scalars(sa.select(Contract)).one()
    assert browser.post(f"{address}/{contract.id}/remove", {}).status_code == 302
    assert session.scalar(sa.select(Contract)) is None
    assert session.scalar(sa.select(Proposal)) is None


def test_the_last_target_of_a_public_project_is_not_taken_away(
    session: Session, browser_of: SignIn, project: Project, reporter: StaffMember
) -> None:
    page = f"/admin/projects/{project.slug}/indicator/{project.indicators[0].id}/remove"
    refused = browser_of(reporter).post(page, {"reason": "不要了"})
    assert refused.status_code == 422
    assert "公示的项目不能没有：目标任务" in refused.text
    assert read_fields(refused)["reason"] == "不要了"


def test_a_monitors_report_is_refused_with_a_public_reason(
    session: Session,
    browser_of: SignIn,
    client: FlaskClient,
    project: Project,
    reporter: StaffMember,
    publisher: StaffMember,
) -> None:
    writer, second = browser_of(reporter), browser_of(publisher)
    address = f"/admin/projects/{project.slug}"
    writer.post(f"{address}/monitor/new", {"c_badge": "第012号", "c_appointed_on": "2026-03-01"})
    accept(session, second)
    monitor = session.scalars(sa.select(Monitor)).one()
    add = f"{address}/monitor_report/new?above={monitor.id}"
    assert writer.post(add, {"c_visited_on": "2026-05-01", "c_text": "张三家门口没修"}).status_code == 302
    page = f"/admin/proposals/{only_proposal(session).id}"
    assert second.post(f"{page}/refuse", {"refuse_reason": ""}, on=page).status_code == 422
    assert second.post(f"{page}/refuse", {"refuse_reason": "写了居民姓名"}, on=page).status_code == 302
    assert "张三家" not in client.get(f"/projects/{project.slug}").text
    changes = client.get("/changes/").text
    assert "没有登出监督员的一份报告" in changes
    assert "写了居民姓名" in changes


def test_the_list_is_narrowed_by_name_programme_and_publication(
    browser_of: SignIn, make: Make, project: Project, publisher: StaffMember
) -> None:
    make.project(published=False, programme=project.programme, division=project.division, title="未公示的一项")
    make.project(division=project.division, title="别的清单的一项")
    browser = browser_of(publisher)

    def listed(query: str) -> set[str]:
        page = browser.get(f"/admin/projects/?{query}").text
        return {title for title in ("石桥村道路硬化", "未公示的一项", "别的清单的一项") if f">{title}</a>" in page}

    assert len(listed("")) == 3
    assert listed("state=draft") == {"未公示的一项"}
    assert listed(f"programme={project.programme.slug}") == {"石桥村道路硬化", "未公示的一项"}
    assert listed("q=道路&state=published") == {"石桥村道路硬化"}
    assert len(listed("state=nonsense&programme='--&q=%25&page=99")) == 0
    assert len(listed("state=nonsense&programme='--")) == 3


def test_changes_wait_beside_reports_in_the_queue_of_publishing(
    browser_of: SignIn, project: Project, reporter: StaffMember, publisher: StaffMember
) -> None:
    browser_of(reporter).post(f"/admin/projects/{project.slug}/contract/new", CONTRACT)
    page = browser_of(publisher).get("/admin/publishing/").text
    _before, _found, after = page.partition("等我审核的项目改动")
    assert "石桥村道路硬化" in after


def test_the_record_says_what_is_not_published_yet(
    session: Session, browser_of: SignIn, make: Make, project: Project, publisher: StaffMember
) -> None:
    browser = browser_of(publisher)

    def gaps() -> str:
        _before, _found, after = browser.get(f"/admin/projects/{project.slug}").text.partition("还没有公示的")
        return after.partition("</ul>")[0]

    assert all(words in gaps() for words in ("监理制", "和谁签的合同"))
    assert "谁来管护" not in gaps()
    project.stage = Stage.IN_USE
    session.add(Safeguard(project=project, kind=SafeguardKind.SUPERVISION, party="某监理公司"))
    session.commit()
    assert "谁来管护" in gaps()
    assert "监理制" not in gaps()
    project.kind = ProjectKind.BENEFIT
    session.commit()
    assert "监理制" not in gaps()
    assert word(EligibilityStepKind.POSTED) in gaps()


def test_the_second_person_sees_which_promises_are_taken_back(
    session: Session, browser_of: SignIn, project: Project, reporter: StaffMember, publisher: StaffMember
) -> None:
    project.planned_investment_fen = 5_000_000_00
    project.planned_finish = project.first_planned_finish = dt.date(2026, 11, 30)
    session.commit()
    writer, second = browser_of(reporter), browser_of(publisher)
    form = f"/admin/projects/{project.slug}/project/{project.id}"

    def seen(**typed: str) -> str:
        assert writer.post(form, {**writer.fields(form), **typed, "reason": "调整"}).status_code == 302
        return second.get(f"/admin/proposals/{only_proposal(session).id}").text

    lowered = seen(c_planned_investment_fen="400万元", c_planned_finish="2026-12-31")
    assert "比公示的少" in lowered
    assert "比公示的晚" in lowered
    raised = seen(c_planned_investment_fen="600万元", c_planned_finish="2026-10-31")
    assert "比公示的" not in raised
