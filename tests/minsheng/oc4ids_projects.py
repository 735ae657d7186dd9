"""Projects for the tests of OC4IDS: one with everything in it, as the database would hold it."""

import datetime as dt
from decimal import Decimal

from minsheng.exporting.oc4ids import Publisher
from minsheng.records.contracts import Contract, ContractChange, ContractPayment
from minsheng.records.funding import FundingKind, FundingLine, FundingSource, FundMovement, MovementKind
from minsheng.records.indicators import Indicator
from minsheng.records.projects import Milestone, MilestoneKind, Project, Responsibility, ResponsibilityRole
from tests.factories import Make

DAY, FINISH = dt.date(2026, 3, 1), dt.date(2026, 11, 1)
PUBLISHER = Publisher("某县民生办", "https://here.example", lambda document: f"https://here.example/d/{document.id}")


def full(make: Make) -> Project:
    """A published project with money to the fen, a broken down target, milestones, a contract and two reports."""
    project = make.project(
        title="石桥村道路硬化",
        summary="路面五公里",
        location="石桥村",
        latitude=Decimal("30.1234"),
        longitude=Decimal("104.5"),
        planned_investment_fen=123_456_789_01,
        total_investment_fen=200_000_000_00,
        agency=make.agency(name="某县交通局"),
        indicators=[
            Indicator(position=0, name="硬化道路", unit="公里", target=Decimal("22.5")),
            Indicator(position=1, name="硬化道路", part_name="石桥村", unit="公里", target=Decimal("10.25")),
            Indicator(position=2, name="新增停车位", unit="个", target=None),
        ],
        funding_lines=[
            FundingLine(position=0, source=FundingSource.COUNTY, year=2026, planned_fen=100_000_001),
            FundingLine(position=1, source=FundingSource.PROVINCIAL, label="省级奖补", planned_fen=None),
            FundingLine(position=2, source=FundingSource.SELF_RAISED, kind=FundingKind.LEVY, planned_fen=5_000),
        ],
        milestones=[
            Milestone(kind=MilestoneKind.START, planned_on=DAY, first_planned_on=DAY, actual_on=DAY),
            Milestone(
                kind=MilestoneKind.COMPLETION, planned_on=dt.date(2026, 11, 1), first_planned_on=dt.date(2026, 11, 1)
            ),
        ],
        responsibilities=[
            Responsibility(position=0, role=ResponsibilityRole.PRINCIPAL, post="县交通局局长", name="王某"),
        ],
    )
    project.indicators[1].whole_id = project.indicators[0].id
    movements = [
        FundMovement(kind=MovementKind.ARRIVED, moved_on=DAY, amount_fen=9_000),
        FundMovement(kind=MovementKind.SPENT, moved_on=DAY, amount_fen=8_050),
        FundMovement(kind=MovementKind.SPENT, moved_on=DAY, amount_fen=-50),
    ]
    project.funding_lines[0].movements += movements
    contract = Contract(
        project=project, position=0, subject="路面施工", party="某路桥公司", amount_fen=9_999_999, signed_on=DAY
    )
    contract.payments = [ContractPayment(paid_on=DAY, amount_fen=1_234_567, note="预付款")]
    contract.changes = [ContractChange(changed_on=DAY, amount_fen=-99, reason="减少排水沟")]
    make.session.add(contract)
    make.session.flush()
    make.published_report(project, "2026-04", physical_progress=Decimal("12.5"), funds_spent_fen=8_050)
    make.published_report(project, "2026-05", physical_progress=Decimal(40))
    make.document(project)
    make.session.expire_all()
    return project
