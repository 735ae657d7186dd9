"""The money on a project's page: the ledger, accounts kept apart from the funds, contracts, and payment batches."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from minsheng.records import rates
from minsheng.records.contracts import Contract
from minsheng.records.eligibility import BatchKind, PaymentBatch
from minsheng.records.funding import FundingKind, FundingLine, FundMovement, MovementKind
from minsheng.records.projects import Project


@dataclass(frozen=True)
class Account:
    """A levy or deposit: money that is not the project's own. Amounts are in fen.

    ``collected`` came in, ``used`` went out again (spent for the works, or paid back), ``left`` is what remains.
    """

    line: FundingLine
    collected: int
    used: int
    movements: Sequence[FundMovement]

    @property
    def left(self) -> int:
        """What remains in the account."""
        return self.collected - self.used

    @property
    def outstanding(self) -> int | None:
        """What is still to be collected; None where nothing was planned, never below zero."""
        return None if self.line.planned_fen is None else max(self.line.planned_fen - self.collected, 0)


@dataclass(frozen=True)
class ContractView:
    """A contract with what was paid of it as it stands now, and when its deposit is due back."""

    contract: Contract
    paid_share: Fraction | None
    deposit: Account | None


@dataclass(frozen=True)
class BatchTotals:
    """What the batches of one kind add up to: people counted once per batch, and fen where every batch names it."""

    kind: BatchKind
    batches: int
    people: int
    amount_fen: int | None
    last_on: dt.date


def ledger(lines: Sequence[FundingLine]) -> list[tuple[FundingLine, FundMovement]]:
    """Return every dated movement with its line, newest first."""
    moved = [(line, movement) for line in lines for movement in line.movements]
    return sorted(moved, key=lambda entry: (entry[1].moved_on, entry[1].id), reverse=True)


def accounts(project: Project) -> list[Account]:
    """Return levies and deposits as accounts of their own; their money is in none of the project's sums."""
    return [account_of(line) for line in project.funding_lines if line.kind is not FundingKind.FUNDS]


def account_of(line: FundingLine) -> Account:
    """Return a line as an account: what came in, what went out, what remains."""
    return Account(
        line, line.moved(MovementKind.ARRIVED), line.moved(MovementKind.SPENT), list(reversed(line.movements))
    )


def contracts(project: Project) -> list[ContractView]:
    """Return the contracts in their order; the share paid is of the amount after all changes."""
    return [
        ContractView(
            contract,
            rates.share(contract.paid_fen, contract.current_amount_fen),
            account_of(contract.deposit_line) if contract.deposit_line else None,
        )
        for contract in project.contracts
    ]


def batch_totals(batches: Sequence[PaymentBatch]) -> list[BatchTotals]:
    """Return the sums of batches, payments and courses apart."""
    totals = []
    for kind in BatchKind:
        members = [batch for batch in batches if batch.kind is kind]
        if members:
            amounts = [batch.amount_fen for batch in members]
            known = [amount for amount in amounts if amount is not None]
            totals.append(
                BatchTotals(
                    kind,
                    len(members),
                    sum(batch.people for batch in members),
                    sum(known) if len(known) == len(amounts) else None,
                    max(batch.paid_on for batch in members),
                )
            )
    return totals
