"""Changes to a project's record: written by one person, made public by another, journaled with their reason."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.editorial import applying, publishing, record_changes
from minsheng.editorial.applying import accept, propose, propose_step
from minsheng.editorial.proposals import Proposal, ProposalAction, ProposalState
from minsheng.editorial.record_changes import Change
from minsheng.errors import (
    BelowStandardError,
    ChangedMeanwhileError,
    IncompleteRecordError,
    InvalidValuesError,
    OwnWorkError,
    ReasonRequiredError,
    WrongStateError,
)
from minsheng.journal import JournalEntry
from minsheng.records.contracts import Contract
from minsheng.records.parts import PARTS, read_values, values_of
from minsheng.records.projects import Milestone, Project, ProjectKind, ResponsibilityRole, Stage
from minsheng.records.publication import Publication
from minsheng.records.reports import ReportState
from tests.factories import Make

CONTRACT: dict[str, Any] = {
    "subject": "路基工程",
    "party": "示例建筑公司",
    "amount_fen": 120_000_000,
    "signed_on": "2026-02-01",
}
VALUES: dict[str, dict[str, Any]] = {
    "responsibility": {"role": "supervising_leader", "post": "副县长"},
    "indicator": {"name": "路灯", "unit": "盏", "target": "30", "measure": "cumulative"},
    "target_assignment": {
        "assigned_by": "city",
        "target": "28",
        "assigned_on": "2026-01-05",
        "source_title": "市里的任务书",
    },
    "funding_line": {"source": "county", "kind": "funds", "year": 2026, "planned_fen": 500},
    "fund_movement": {"kind": "arrived", "moved_on": "2026-03-01", "amount_fen": 300},
    "milestone": {"kind": "acceptance", "planned_on": "2026-11-01"},
    "contract": CONTRACT,
    "contract_payment": {"paid_on": "2026-04-01", "amount_fen": 1_000},
    "contract_change": {"changed_on": "2026-05-01", "amount_fen": -5, "reason": "减少一段"},
    "safeguard": {"kind": "bidding", "not_applicable_because": "低于限额"},
    "review": {"kind": "half_year_inspection", "period": "2026-H1", "held_on": "2026-07-02", "meets_standard": True},
    "eligibility_step": {"kind": "posted", "done_on": "2026-03-01", "people": 120},
    "payment_batch": {"label": "第一批", "kind": "payment", "paid_on": "2026-04-01", "people": 118, "amount_fen": 9},
    "after_care": {"keeper": "村委会", "since": "2026-09-01", "inspection_every_months": 6},
    "problem": {"source": "inspection", "description": "有积水", "found_on": "2026-05-01", "deadline": "2026-06-01"},
    "look_back": {"looked_on": "2026-10-01", "result": "working"},
    "monitor": {"badge": "第012号", "appointed_on": "2026-03-01"},
    "monitor_report": {"visited_on": "2026-05-05", "text": "今天看到路面在铺。"},
}


@pytest.fixture
def author(make: Make) -> StaffMember:
    return make.staff(Role.REPORTER)


@pytest.fixture
def publisher(make: Make) -> StaffMember:
    return make.staff(Role.PUBLISHER)


@pytest.fixture
def project(make: Make) -> Project:
    return make.project()


class Office:
    """Two people who write and accept."""

    def __init__(self, make: Make, author: StaffMember, publisher: StaffMember) -> None:
        self.session, self.at, self.author, self.publisher = make.session, make.at, author, publisher

    def add(self, project: Project, part: str, values: dict[str, Any], above: Any = None) -> Any:
        change = Change(part, values, above_id=None if above is None else above.id)
        accept(self.session, propose(self.session, project, change, self.author, self.at), self.publisher, self.at)
        return record_changes.records_of(self.session, project, PARTS[part])[-1]

    def change(self, project: Project, part: str, record: Any, values: dict[str, Any], reason: str = "填错") -> None:
        change = Change(part, values, record.id, reason=reason)
        accept(self.session, propose(self.session, project, change, self.author, self.at), self.publisher, self.at)

    def wish_away(self, project: Project, part: str, record: Any) -> Proposal:
        return propose_step(
            self.session,
            project,
            ProposalAction.REMOVE,
            self.author,
            self.at,
            part=part,
            record_id=record.id,
            reason="不该有",
        )


@pytest.fixture
def office(make: Make, author: StaffMember, publisher: StaffMember) -> Office:
    return Office(make, author, publisher)


def acts(session: Session) -> list[str]:
    return [entry.act for entry in session.query(JournalEntry).order_by(JournalEntry.sequence)]


@pytest.mark.parametrize("name", [name for name in PARTS if name != "project"])
def test_every_part_can_be_added_shown_and_verified(name: str, office: Office, make: Make) -> None:
    values = dict(VALUES[name])
    if name == "problem":
        values["agency_id"] = make.agency().id
    project = make.project(kind=next(kind for kind in ProjectKind if kind in PARTS[name].kinds))
    above = PARTS[name].above
    parent = office.add(project, above, dict(VALUES[above])) if above else None
    record = office.add(project, name, values, parent)
    said = values_of(PARTS[name], record)
    assert {key: said[key] for key in values} == values
    assert publishing.verify(office.session) == []


def test_a_proposal_is_not_public_until_another_person_accepts_it(
    office: Office, project: Project, author: StaffMember
) -> None:
    before = acts(office.session)
    proposal = propose(office.session, project, Change("contract", CONTRACT), author, office.at)
    assert project.contracts == []
    assert acts(office.session) == before
    with pytest.raises(OwnWorkError):
        accept(office.session, proposal, author, office.at)
    accept(office.session, proposal, office.publisher, office.at)
    assert [contract.party for contract in project.contracts] == ["示例建筑公司"]
    assert acts(office.session)[-1] == "contract_published"
    with pytest.raises(WrongStateError):
        accept(office.session, proposal, office.publisher, office.at)


def test_in_one_person_mode_the_record_says_so(office: Office, project: Project, author: StaffMember) -> None:
    proposal = propose(office.session, project, Change("contract", CONTRACT), author, office.at)
    accept(office.session, proposal, author, office.at, one_person_mode=True)
    assert proposal.one_person
    assert acts(office.session)[-2:] == ["contract_published", "published_by_one_person"]
    entry = office.session.query(JournalEntry).order_by(JournalEntry.sequence.desc()).first()
    assert entry is not None
    assert entry.is_public
    assert entry.details["one_person"] is True
    assert publishing.verify(office.session) == []


def test_a_change_needs_a_public_reason_and_journals_old_and_new(office: Office, project: Project) -> None:
    contract = office.add(project, "contract", CONTRACT)
    with pytest.raises(ReasonRequiredError):
        office.change(project, "contract", contract, {"amount_fen": 1}, reason=" ")
    office.change(project, "contract", contract, {"amount_fen": 110_000_000}, reason="按结算更正")
    entry = office.session.query(JournalEntry).order_by(JournalEntry.sequence.desc()).first()
    assert entry is not None
    assert entry.details["changes"] == {"amount_fen": [120_000_000, 110_000_000]}
    assert entry.details["reason"] == "按结算更正"


def test_two_who_change_the_same_figure_are_told(office: Office, project: Project, author: StaffMember) -> None:
    contract = office.add(project, "contract", CONTRACT)
    late = propose(
        office.session, project, Change("contract", {"amount_fen": 7}, contract.id, reason="甲"), author, office.at
    )
    office.change(project, "contract", contract, {"amount_fen": 8}, reason="乙")
    with pytest.raises(ChangedMeanwhileError) as refused:
        accept(office.session, late, office.publisher, office.at)
    assert refused.value.names == ("amount_fen",)
    assert contract.amount_fen == 8
    assert late.state is ProposalState.SUBMITTED


def test_changes_of_different_figures_do_not_disturb_each_other(
    office: Office, project: Project, author: StaffMember
) -> None:
    contract = office.add(project, "contract", CONTRACT)
    first = propose(
        office.session, project, Change("contract", {"amount_fen": 7}, contract.id, reason="甲"), author, office.at
    )
    office.change(project, "contract", contract, {"party": "另一公司"}, reason="乙")
    accept(office.session, first, office.publisher, office.at)
    assert (contract.amount_fen, contract.party) == (7, "另一公司")


def test_a_later_milestone_keeps_its_first_day_and_says_why(office: Office, project: Project) -> None:
    milestone = office.add(project, "milestone", VALUES["milestone"])
    office.change(project, "milestone", milestone, {"planned_on": "2026-12-20"}, reason="连阴雨")
    assert isinstance(milestone, Milestone)
    assert milestone.first_planned_on == dt.date(2026, 11, 1)
    assert milestone.planned_on == dt.date(2026, 12, 20)
    assert milestone.slip_reason == "连阴雨"


def test_a_milestone_of_a_draft_has_no_first_published_day_yet(office: Office, make: Make, author: StaffMember) -> None:
    draft = make.project(published=False)
    milestone = record_changes.write(office.session, draft, Change("milestone", VALUES["milestone"]), author, office.at)
    assert isinstance(milestone, Milestone)
    later = Change("milestone", {"planned_on": "2026-12-20"}, milestone.id)
    record_changes.write(office.session, draft, later, author, office.at)
    assert milestone.first_planned_on == milestone.planned_on == dt.date(2026, 12, 20)
    assert milestone.slip_reason == ""


def test_moving_the_finish_never_moves_the_first_published_one(office: Office, project: Project) -> None:
    first = project.first_planned_finish
    assert first is not None
    office.change(project, "project", project, {"planned_finish": (first + dt.timedelta(days=30)).isoformat()}, "征地")
    assert project.first_planned_finish == first
    assert project.planned_finish == first + dt.timedelta(days=30)
    assert acts(office.session)[-1] == "project_revised"


def test_a_payment_is_told_as_the_contracts(office: Office, project: Project) -> None:
    contract: Contract = office.add(project, "contract", CONTRACT)
    office.add(project, "contract_payment", VALUES["contract_payment"], contract)
    office.add(project, "contract_change", VALUES["contract_change"], contract)
    assert contract.paid_fen == 1_000
    assert contract.current_amount_fen == 120_000_000 - 5
    assert acts(office.session)[-1] == "contract_revised"


def test_removing_leaves_the_last_state_in_the_journal(office: Office, project: Project) -> None:
    contract = office.add(project, "contract", CONTRACT)
    proposal = office.wish_away(project, "contract", contract)
    accept(office.session, proposal, office.publisher, office.at)
    assert project.contracts == []
    entry = office.session.query(JournalEntry).order_by(JournalEntry.sequence.desc()).first()
    assert entry is not None
    assert entry.act == "contract_removed"
    assert publishing.verify(office.session) == []


def test_what_others_refer_to_is_not_removed(office: Office, project: Project) -> None:
    monitor = office.add(project, "monitor", VALUES["monitor"])
    office.add(project, "monitor_report", VALUES["monitor_report"], monitor)
    with pytest.raises(InvalidValuesError) as refused:
        office.wish_away(project, "monitor", monitor)
    assert refused.value.problems == {"": "in_use"}
    assert project.monitors == [monitor]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({**CONTRACT, "amount_fen": "1"}, "amount_fen"),
        ({**CONTRACT, "amount_fen": True}, "amount_fen"),
        ({**CONTRACT, "amount_fen": 1 << 70}, "amount_fen"),
        ({**CONTRACT, "signed_on": "2026-02-30"}, "signed_on"),
        ({**CONTRACT, "signed_on": "0001-01-01"}, "signed_on"),
        ({**CONTRACT, "party": "  "}, "party"),
        ({**CONTRACT, "party": "长" * 121}, "party"),
        ({**CONTRACT, "party": ["a"]}, "party"),
        ({**CONTRACT, "id": 5}, "id"),
        ({**CONTRACT, "project_id": 5}, "project_id"),
        ({**CONTRACT, "document_id": 999}, "document_id"),
        ({"subject": "路"}, "party"),
    ],
)
def test_values_that_do_not_fit_are_named(
    values: dict[str, Any], problem: str, office: Office, project: Project, author: StaffMember
) -> None:
    with pytest.raises(InvalidValuesError) as refused:
        propose(office.session, project, Change("contract", values), author, office.at)
    assert problem in refused.value.problems


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e30", "0.00001", "一", ""])
def test_decimals_are_exact_and_bounded(number: str) -> None:
    given = {**VALUES["review"], "score": number, "points": "100"}
    if number:
        with pytest.raises(InvalidValuesError):
            read_values(PARTS["review"], given, is_new=True)
    else:
        assert read_values(PARTS["review"], given, is_new=True)["score"] is None
    assert read_values(PARTS["review"], {"score": "85.5"}, is_new=False) == {"score": Decimal("85.5")}


def test_records_of_another_project_are_out_of_reach(
    office: Office, project: Project, author: StaffMember, make: Make
) -> None:
    other = make.project()
    foreign = office.add(project, "contract", CONTRACT)
    line = office.add(project, "funding_line", VALUES["funding_line"])
    with pytest.raises(WrongStateError):
        propose(office.session, other, Change("contract", {"party": "乙"}, foreign.id, reason="x"), author, office.at)
    with pytest.raises(WrongStateError):
        propose(
            office.session,
            other,
            Change("contract_payment", VALUES["contract_payment"], above_id=foreign.id),
            author,
            office.at,
        )
    foreign_line = Change("contract", {**CONTRACT, "deposit_line_id": line.id})
    with pytest.raises(InvalidValuesError):
        propose(office.session, other, foreign_line, author, office.at)


def test_what_the_database_refuses_is_said_and_changes_nothing(office: Office, project: Project) -> None:
    office.add(project, "safeguard", VALUES["safeguard"])
    count = len(acts(office.session))
    with pytest.raises(InvalidValuesError):
        office.add(project, "safeguard", VALUES["safeguard"])
    assert len(project.safeguards) == 1
    assert len(acts(office.session)) == count


def test_a_draft_project_is_written_alone_and_published_by_two(
    office: Office, make: Make, author: StaffMember, publisher: StaffMember
) -> None:
    draft = make.project(published=False, quality_standard="")
    before = acts(office.session)
    record_changes.write(office.session, draft, Change("contract", CONTRACT), author, office.at)
    assert acts(office.session) == before
    wish = propose_step(office.session, draft, ProposalAction.PUBLISH, author, office.at)
    with pytest.raises(IncompleteRecordError):
        accept(office.session, wish, publisher, office.at)


def test_withdrawing_leaves_the_reason(office: Office, project: Project, author: StaffMember) -> None:
    with pytest.raises(ReasonRequiredError):
        propose_step(office.session, project, ProposalAction.WITHDRAW, author, office.at)
    wish = propose_step(office.session, project, ProposalAction.WITHDRAW, author, office.at, reason="重复立项")
    with pytest.raises(WrongStateError):
        propose_step(office.session, project, ProposalAction.WITHDRAW, author, office.at, reason="再来一次")
    accept(office.session, wish, office.publisher, office.at)
    assert project.publication is Publication.WITHDRAWN
    assert project.withdrawn_reason == "重复立项"
    assert publishing.verify(office.session) == []


def test_what_failed_its_acceptance_does_not_count_as_accepted(office: Office, project: Project, make: Make) -> None:
    report = make.report(project, stage=Stage.ACCEPTED, state=ReportState.PUBLISHED, one_person=True)
    failed = {"kind": "year_end_acceptance", "period": "2026", "held_on": "2026-12-20", "meets_standard": False}
    office.add(project, "review", failed)
    with pytest.raises(BelowStandardError):
        publishing.carry_stage(report)
    office.add(project, "review", {**failed, "held_on": "2027-02-01", "meets_standard": True})
    publishing.carry_stage(report)
    assert project.stage is Stage.ACCEPTED


def test_a_returned_proposal_is_rewritten_and_its_writers_stay_known(
    office: Office, project: Project, author: StaffMember, make: Make
) -> None:
    proposal = propose(office.session, project, Change("contract", CONTRACT), author, office.at)
    with pytest.raises(ReasonRequiredError):
        proposal.send_back(" ")
    proposal.send_back("合同名称写全")
    second = make.staff(Role.PUBLISHER)
    proposal.rewrite({**CONTRACT, "subject": "全称"}, {}, "", second, office.at)
    for writer in (author, second):
        with pytest.raises(OwnWorkError):
            accept(office.session, proposal, writer, office.at)
    accept(office.session, proposal, office.publisher, office.at)
    assert project.contracts[0].subject == "全称"


def test_a_change_of_what_was_taken_away_meanwhile_is_told(
    office: Office, project: Project, author: StaffMember
) -> None:
    contract = office.add(project, "contract", CONTRACT)
    late = propose(
        office.session, project, Change("contract", {"amount_fen": 7}, contract.id, reason="甲"), author, office.at
    )
    payment = propose(
        office.session,
        project,
        Change("contract_payment", VALUES["contract_payment"], above_id=contract.id),
        author,
        office.at,
    )
    accept(office.session, office.wish_away(project, "contract", contract), office.publisher, office.at)
    for proposal in (late, payment):
        assert applying.is_gone(office.session, proposal)
        with pytest.raises(ChangedMeanwhileError):
            accept(office.session, proposal, office.publisher, office.at)
        applying.send_back(office.session, proposal, "已经拿掉了", office.publisher, office.at)
    assert acts(office.session)[-1] == "proposal_returned"


def test_a_public_project_keeps_its_four_settled_things(office: Office, project: Project, author: StaffMember) -> None:
    principal = next(one for one in project.responsibilities if one.role is ResponsibilityRole.PRINCIPAL)
    for part, record in (("indicator", project.indicators[0]), ("responsibility", principal)):
        with pytest.raises(IncompleteRecordError):
            office.wish_away(project, part, record)
    with pytest.raises(IncompleteRecordError):
        office.change(project, "responsibility", principal, {"role": "person_in_charge"})
    with pytest.raises(InvalidValuesError):
        office.change(project, "project", project, {"planned_finish": None})
    assert project.missing_for_publication() == ()
    assert office.session.query(Proposal).count() == 0


def test_what_a_draft_brought_is_journaled_when_it_is_published(
    office: Office, make: Make, author: StaffMember
) -> None:
    draft = make.project(published=False)
    problem = {**VALUES["problem"], "agency_id": make.agency().id}
    for part, values in (("contract", CONTRACT), ("problem", problem), ("look_back", VALUES["look_back"])):
        record_changes.write(office.session, draft, Change(part, values), author, office.at)
    assert publishing.verify(office.session) == []
    wish = propose_step(office.session, draft, ProposalAction.PUBLISH, author, office.at)
    accept(office.session, wish, office.publisher, office.at)
    assert acts(office.session)[-4:] == ["project_published", "contract_published", "problem_opened", "looked_back"]
    assert publishing.verify(office.session) == []


def test_whoever_wrote_some_of_a_draft_does_not_publish_it(office: Office, make: Make, publisher: StaffMember) -> None:
    draft, third = make.project(published=False), make.staff(Role.PUBLISHER)
    record_changes.write(office.session, draft, Change("contract", CONTRACT), publisher, office.at)
    wish = propose_step(office.session, draft, ProposalAction.PUBLISH, office.author, office.at)
    with pytest.raises(OwnWorkError):
        accept(office.session, wish, publisher, office.at)
    accept(office.session, wish, third, office.at)
    assert draft.publication is Publication.PUBLISHED


def test_what_is_taken_from_a_draft_leaves_no_trace(office: Office, make: Make, author: StaffMember) -> None:
    draft = make.project(published=False)
    contract = record_changes.write(office.session, draft, Change("contract", CONTRACT), author, office.at)
    assert isinstance(contract, Contract)
    count = len(acts(office.session))
    record_changes.remove(office.session, draft, PARTS["contract"], contract.id, author, office.at, "")
    assert draft.contracts == []
    assert len(acts(office.session)) == count


def test_a_failed_acceptance_takes_the_stage_back_and_bars_publication(
    office: Office, make: Make, author: StaffMember, project: Project
) -> None:
    project.stage = Stage.IN_USE
    failed = {
        "kind": "year_end_acceptance",
        "period": "2026",
        "held_on": "2026-12-20",
        "meets_standard": False,
        "finding": "路面厚度不够",
    }
    office.add(project, "review", failed)
    assert project.stage is Stage.COMPLETED
    entry = office.session.query(JournalEntry).order_by(JournalEntry.sequence.desc()).first()
    assert entry is not None
    assert entry.details["changes"] == {"stage": ["in_use", "completed"]}
    assert entry.details["reason"] == "路面厚度不够"
    draft = make.project(published=False, stage=Stage.ACCEPTED)
    record_changes.write(office.session, draft, Change("review", failed), author, office.at)
    wish = propose_step(office.session, draft, ProposalAction.PUBLISH, author, office.at)
    with pytest.raises(BelowStandardError):
        accept(office.session, wish, office.publisher, office.at)


def test_a_batch_like_another_is_explained_or_not_reported(office: Office, project: Project) -> None:
    project.kind = ProjectKind.BENEFIT
    batch = VALUES["payment_batch"]
    office.add(project, "payment_batch", batch)
    with pytest.raises(InvalidValuesError) as refused:
        office.add(project, "payment_batch", {**batch, "label": "第二批"})
    assert refused.value.problems == {"note": "reported_twice"}
    office.add(project, "payment_batch", {**batch, "label": "补发", "note": "同一天补发上月的"})
    office.add(project, "payment_batch", {**batch, "label": "第三批", "people": 119})
    assert [one.label for one in project.payment_batches] == ["第一批", "补发", "第三批"]


@pytest.mark.parametrize(
    ("part", "values", "problem"),
    [
        ("safeguard", {"kind": "bidding"}, {"": "ck_safeguard_kept_or_says_why_not"}),
        ("review", {**VALUES["review"], "score": "90"}, {"": "ck_review_score_fits"}),
        ("review", {**VALUES["review"], "period": "2026-Q3"}, {"period": "wrong_period"}),
        ("monitor", {**VALUES["monitor"], "ended_on": "2025-01-01"}, {"": "ck_monitor_ended_after_appointed"}),
        ("fund_movement", {**VALUES["fund_movement"], "amount_fen": 0}, {"": "ck_fund_movement_amount_not_zero"}),
    ],
)
def test_whoever_proposes_learns_at_once_what_the_database_refuses(
    part: str, values: dict[str, Any], problem: dict[str, str], office: Office, project: Project, author: StaffMember
) -> None:
    above = PARTS[part].above
    parent = office.add(project, above, VALUES[above]) if above else None
    count = len(acts(office.session))
    with pytest.raises(InvalidValuesError) as refused:
        propose(
            office.session,
            project,
            Change(part, values, above_id=None if parent is None else parent.id),
            author,
            office.at,
        )
    assert refused.value.problems == problem
    assert len(acts(office.session)) == count


def test_parts_of_another_kind_of_project_are_refused(office: Office, project: Project) -> None:
    with pytest.raises(WrongStateError):
        office.add(project, "payment_batch", VALUES["payment_batch"])
    office.add(project, "safeguard", VALUES["safeguard"])
    with pytest.raises(InvalidValuesError) as refused:
        office.change(project, "project", project, {"kind": "benefit"})
    assert refused.value.problems == {"kind": "has_records"}


def test_only_a_quality_deposit_is_the_deposit_of_a_contract(office: Office, project: Project) -> None:
    funds = office.add(project, "funding_line", VALUES["funding_line"])
    deposit = office.add(project, "funding_line", {**VALUES["funding_line"], "kind": "quality_deposit"})
    with pytest.raises(InvalidValuesError) as refused:
        office.add(project, "contract", {**CONTRACT, "deposit_line_id": funds.id})
    assert refused.value.problems == {"deposit_line_id": "no_such"}
    contract: Contract = office.add(project, "contract", {**CONTRACT, "deposit_line_id": deposit.id})
    assert contract.deposit_line is deposit


def test_nothing_is_written_to_a_withdrawn_project(office: Office, project: Project, author: StaffMember) -> None:
    late = propose(office.session, project, Change("contract", CONTRACT), author, office.at)
    wish = propose_step(office.session, project, ProposalAction.WITHDRAW, author, office.at, reason="重复立项")
    accept(office.session, wish, office.publisher, office.at)
    with pytest.raises(WrongStateError):
        accept(office.session, late, office.publisher, office.at)
    with pytest.raises(WrongStateError):
        propose(office.session, project, Change("contract", CONTRACT), author, office.at)


def test_a_monitors_report_is_refused_in_public_without_its_text(
    office: Office, project: Project, author: StaffMember
) -> None:
    monitor = office.add(project, "monitor", VALUES["monitor"])
    change = Change("monitor_report", {**VALUES["monitor_report"], "text": "骂人的话"}, above_id=monitor.id)
    proposal = propose(office.session, project, change, author, office.at)
    with pytest.raises(OwnWorkError):
        applying.refuse_report(office.session, proposal, "写到了别人的隐私", author, office.at)
    with pytest.raises(ReasonRequiredError):
        applying.refuse_report(office.session, proposal, " ", office.publisher, office.at)
    report = applying.refuse_report(office.session, proposal, "写到了别人的隐私", office.publisher, office.at)
    assert not report.is_public
    assert not proposal.is_open
    entry = office.session.query(JournalEntry).order_by(JournalEntry.sequence.desc()).first()
    assert entry is not None
    assert (entry.act, entry.is_public) == ("monitor_report_refused", True)
    assert "骂人的话" not in entry.payload
    assert record_changes.records_of(office.session, project, PARTS["monitor_report"]) == []
    with pytest.raises(WrongStateError):
        office.change(project, "monitor_report", report, {"text": "改一改"})
    assert publishing.verify(office.session) == []
