"""What grows beside the monthly reports of one project: its contract with payments, safeguards, batches, reviews."""

import datetime as dt
import hashlib
from decimal import Decimal
from functools import partial
from typing import Any

from minsheng.records import project_records
from minsheng.records.contracts import Contract, ContractChange, ContractPayment
from minsheng.records.eligibility import BatchKind, EligibilityStep, EligibilityStepKind, PaymentBatch
from minsheng.records.funding import FundingKind, MovementKind
from minsheng.records.project_records import ProjectRecord
from minsheng.records.projects import Project, ProjectKind, Stage
from minsheng.records.reports import ProgressReport
from minsheng.records.safeguards import Safeguard, SafeguardKind
from website.sample.calendar import day_in, moment, month_of
from website.sample.content import content
from website.sample.money import FEN_PER_TEN_THOUSAND_YUAN, GRAIN_FEN
from website.sample.plan import MonthState, ProjectPlan
from website.sample.world import OFFICE, World

CONTRACT_SHARE = 92
PAID_SHARE = 90
"""Of the planned funds, in percent: what the contract is for, and what of everything spent is paid under it."""
CHANGED_AT = 50
BIDDING_FROM_FEN = 400 * FEN_PER_TEN_THOUSAND_YUAN
WARRANTY = dt.timedelta(days=365)


def is_put_out_to_tender(planned_fen: int) -> bool:
    """Return whether works of this planned investment (fen) must be put out to tender."""
    return _contract_fen(planned_fen) >= BIDDING_FROM_FEN


def _contract_fen(planned_fen: int) -> int:
    return planned_fen * CONTRACT_SHARE // 100 // GRAIN_FEN * GRAIN_FEN


class SideRecords:
    """Tells what is published about one project beside its reports."""

    def __init__(self, world: World, project: Project, plan: ProjectPlan) -> None:
        self._world = world
        self._project = project
        self._plan = plan
        self._given = content("records")
        self._slug = str(plan.spec["slug"])
        self._contract: Contract | None = None

    def plan_start(self) -> None:
        """Put into the story what is published before work starts."""
        plan, calendar = self._plan, self._world.calendar
        earliest = calendar.published_on(plan.year) + dt.timedelta(days=1)
        if plan.kind is ProjectKind.WORKS and plan.months and not plan.spec.get("unfunded"):
            day = max(plan.start - dt.timedelta(days=7), earliest)
            self._world.story.at(moment(day, 10, 10), self._contracted)
        for entry in self._given["eligibility"].get(self._slug, ()):
            day = max(plan.start + dt.timedelta(days=entry["days"]), earliest)
            self._world.story.at(moment(day, 11), partial(self._eligibility, entry))

    def month_published(self, state: MonthState, report: ProgressReport, at: dt.datetime) -> None:
        """Publish what a month brought: payments, a change, a batch, the acceptance."""
        if self._contract is not None:
            self._pay(self._contract, state, at)
        if state.stage is Stage.ACCEPTED and self._plan.kind is ProjectKind.WORKS:
            self._safeguard(SafeguardKind.ACCEPTANCE, day_in(state.month, 16), OFFICE, at)
        if self._slug in self._given["standards"]:
            self._batch(state, report, at)

    def _publish(self, record: ProjectRecord, at: dt.datetime) -> None:
        project_records.publish_record(self._world.session, record, OFFICE, at)

    def _contracted(self, at: dt.datetime) -> None:
        """Publish the contract and the safeguards that go before the first spade."""
        project, plan, texts = self._project, self._plan, self._given["safeguards"]
        builder = self._given["builders"][project.category.value]
        funds = project.planned_investment_fen or 0
        amount = _contract_fen(funds)
        deposit = next((line for line in project.funding_lines if line.kind is FundingKind.QUALITY_DEPOSIT), None)
        signed = plan.start - dt.timedelta(days=8)
        self._contract = Contract(
            project=project,
            position=0,
            subject=f"{plan.spec['title']}施工",
            party=builder,
            amount_fen=amount,
            signed_on=signed,
            deposit_line=deposit,
            deposit_release_on=plan.finish + WARRANTY if deposit else None,
        )
        self._publish(self._contract, at)
        agency = project.agency.name if project.agency else ""
        self._safeguard(SafeguardKind.LEGAL_PERSON, plan.start - dt.timedelta(days=40), agency, at)
        if is_put_out_to_tender(funds):
            self._safeguard(SafeguardKind.BIDDING, plan.start - dt.timedelta(days=14), "示例县公共资源交易中心", at)
        else:
            self._not_applicable(SafeguardKind.BIDDING, texts["no_bidding"], at)
        self._safeguard(SafeguardKind.CONTRACT, signed, builder, at)
        if self._slug in texts["unsupervised"]:
            self._not_applicable(SafeguardKind.SUPERVISION, texts["no_supervision"], at)
        else:
            self._safeguard(SafeguardKind.SUPERVISION, signed, texts["supervisor"], at)
        self._safeguard(SafeguardKind.REIMBURSEMENT, signed, agency, at)

    def _safeguard(self, kind: SafeguardKind, dated: dt.date, party: str, at: dt.datetime) -> None:
        texts = self._given["safeguards"]
        if kind.value not in texts["unpublished"].get(self._slug, ()):
            self._publish(
                Safeguard(project=self._project, kind=kind, dated=dated, party=party, note=texts[kind.value]), at
            )

    def _not_applicable(self, kind: SafeguardKind, reason: str, at: dt.datetime) -> None:
        self._publish(Safeguard(project=self._project, kind=kind, not_applicable_because=reason), at)

    def _pay(self, contract: Contract, state: MonthState, at: dt.datetime) -> None:
        """Bring payments up to their share of what was spent; add the one change when half is done."""
        before, reasons = contract.snapshot(), []
        change = self._given["contract_change"].get(self._slug)
        if change and not contract.changes and state.progress >= CHANGED_AT:
            contract.changes.append(
                ContractChange(
                    changed_on=day_in(state.month, 15),
                    amount_fen=change["amount"] * FEN_PER_TEN_THOUSAND_YUAN,
                    reason=change["reason"],
                )
            )
            reasons.append("合同变更")
        spent = [
            movement
            for line in self._project.funding_lines
            if line.kind is FundingKind.FUNDS
            for movement in line.movements
            if movement.kind is MovementKind.SPENT
        ]
        total = sum(movement.amount_fen for movement in spent)
        due = total * PAID_SHARE // 100 // GRAIN_FEN * GRAIN_FEN - contract.paid_fen
        if due > 0:
            paid_on = max(movement.moved_on for movement in spent)
            contract.payments.append(
                ContractPayment(paid_on=paid_on, amount_fen=due, note=f"第{len(contract.payments) + 1}次进度款")
            )
            reasons.append("登记当月付款")
        if reasons:
            project_records.revise_record(
                self._world.session, contract, before, OFFICE, at, reason="，".join(reasons) + "。"
            )

    def _eligibility(self, entry: dict[str, Any], at: dt.datetime) -> None:
        """Publish one step by which it was found out who is entitled."""
        self._publish(
            EligibilityStep(
                project=self._project,
                kind=EligibilityStepKind(entry["kind"]),
                done_on=at.date(),
                people=entry.get("people"),
                households=entry.get("households"),
                posted_where=entry.get("posted_where", ""),
                note=entry.get("note", ""),
            ),
            at,
        )

    def _batch(self, state: MonthState, report: ProgressReport, at: dt.datetime) -> None:
        """Publish what a month paid to or taught how many: the difference to the batches before."""
        batches = self._project.payment_batches
        counted = int(report.values[0].value or 0) - sum(batch.people for batch in batches)
        spent = (report.funds_spent_fen or 0) - sum(batch.amount_fen or 0 for batch in batches)
        is_benefit = self._plan.kind is ProjectKind.BENEFIT
        if counted <= 0:
            return
        self._publish(
            PaymentBatch(
                project=self._project,
                label=f"{state.month // 12}年{state.month % 12 + 1}月" + ("发放" if is_benefit else "结业"),
                kind=BatchKind.PAYMENT if is_benefit else BatchKind.TRAINING,
                paid_on=day_in(state.month, 28),
                people=counted,
                amount_fen=spent if is_benefit else None,
                standard=self._given["standards"][self._slug],
            ),
            at,
        )


def score_of(*about: object) -> Decimal:
    """Return a score out of 100 between 86 and 97, the same for the same thing every time."""
    return Decimal(86 + hashlib.sha256(repr(about).encode()).digest()[0] % 12)


def begins_before(plan: ProjectPlan, month: int) -> bool:
    """Whether work had begun by the end of a month."""
    return month_of(plan.start) <= month and bool(plan.months)
