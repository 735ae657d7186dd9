"""Changes to a project's record: written by one person, made public by another, journaled with their reason."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from minsheng import applying, publishing
from minsheng.applying import Change, accept, propose, propose_step
from minsheng.contracts import Contract
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
from minsheng.parts import PARTS, read_values, values_of
from minsheng.projects import Milestone, Project, Stage
from minsheng.proposals import ProposalAction, ProposalState
from minsheng.publication import Publication
from minsheng.reports import ReportState
from minsheng.staff import Role, StaffMember
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
        return applying.records_of(self.session, project, PARTS[part])[-1]

    def change(self, project: Project, part: str, record: Any, values: dict[str, Any], reason: str = "填错") -> None:
        change = Change(part, values, record.id, reason=reason)
        accept(self.session, propose(self.session, project, change, self.author, self.at), self.publisher, self.at)


@pytest.fixture
def office(make: Make, author: StaffMember, publisher: StaffMember) -> Office:
    return Office(make, author, publisher)


def acts(session: Session) -> list[str]:
    return [entry.act for entry in session.query(JournalEntry).order_by(JournalEntry.sequence)]


@pytest.mark.parametrize("name", [name for name in PARTS if name != "project"])
def test_every_part_can_be_added_shown_and_verified(name: str, office: Office, project: Project, make: Make) -> None:
    values = dict(VALUES[name])
    if name == "problem":
        values["agency_id"] = make.agency().id
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


def test_removing_leaves_the_last_state_in_the_journal(office: Office, project: Project, author: StaffMember) -> None:
    contract = office.add(project, "contract", CONTRACT)
    proposal = propose_step(
        office.session,
        project,
        ProposalAction.REMOVE,
        author,
        office.at,
        part="contract",
        record_id=contract.id,
        reason="重复录入",
    )
    accept(office.session, proposal, office.publisher, office.at)
    assert project.contracts == []
    entry = office.session.query(JournalEntry).order_by(JournalEntry.sequence.desc()).first()
    assert entry is not None
    assert entry.act == "contract_removed"
    assert publishing.verify(office.session) == []


def test_what_others_refer_to_is_not_removed(office: Office, project: Project, author: StaffMember) -> None:
    monitor = office.add(project, "monitor", VALUES["monitor"])
    office.add(project, "monitor_report", VALUES["monitor_report"], monitor)
    proposal = propose_step(
        office.session,
        project,
        ProposalAction.REMOVE,
        author,
        office.at,
        part="monitor",
        record_id=monitor.id,
        reason="不干了",
    )
    with pytest.raises(InvalidValuesError):
        accept(office.session, proposal, office.publisher, office.at)


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
    applying.write(office.session, draft, Change("contract", CONTRACT), author.post, office.at)
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
