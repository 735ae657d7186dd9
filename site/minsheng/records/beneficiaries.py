"""What programmes that pay or train people tell: how entitlement was established, and what was paid in batches.

Summed inside one own programme only. People of several batches or projects are person-times: one may be in many.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session, load_only, selectinload

from minsheng.records.eligibility import EligibilityStep, EligibilityStepKind, PaymentBatch
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project, ProjectKind
from minsheng.records.scope import Scope


@dataclass(frozen=True)
class StepSum:
    """One step over ``told`` of ``of`` projects; people and households are None where nobody counted them."""

    kind: EligibilityStepKind
    told: int
    of: int
    people: int | None
    households: int | None


@dataclass(frozen=True)
class Paid:
    """The batches of one project: how many, the person-times, the amount in fen, the last day, the standards."""

    project: Project
    batches: int
    people: int
    fen: int | None
    last: dt.date
    standards: Sequence[str]


@dataclass(frozen=True)
class Beneficiaries:
    """Steps and batches over the ``of`` projects of a programme that pay or train people.

    ``batches``, ``people`` and ``fen`` are the sums of what each of the ``paid`` tells.
    """

    of: int
    steps: Sequence[StepSum]
    paid: Sequence[Paid]

    @property
    def batches(self) -> int:
        """How many batches there were."""
        return sum(each.batches for each in self.paid)

    @property
    def people(self) -> int:
        """How many person-times were paid or trained."""
        return sum(each.people for each in self.paid)

    @property
    def fen(self) -> int | None:
        """The amount paid, or None where no batch names one."""
        known = [each.fen for each in self.paid if each.fen is not None]
        return sum(known) if known else None


def beneficiaries(session: Session, programme: Programme) -> Beneficiaries:
    """Return what an own programme's benefit and training projects tell about people; nothing for a compiled one."""
    query = (
        Scope(programme=programme)
        .projects()
        .where(Project.kind.in_((ProjectKind.BENEFIT, ProjectKind.TRAINING)))
        .options(
            load_only(Project.slug, Project.title),
            selectinload(Project.eligibility_steps),
            selectinload(Project.payment_batches),
        )
        .order_by(Project.id)
    )
    projects = session.scalars(query).all()
    steps = [_step(kind, projects) for kind in EligibilityStepKind]
    paid = [_paid(project, project.payment_batches) for project in projects if project.payment_batches]
    return Beneficiaries(len(projects), [step for step in steps if step.told], paid)


def _step(kind: EligibilityStepKind, projects: Sequence[Project]) -> StepSum:
    """Add up a step: of each project its last of that kind, for a later round replaces an earlier one."""
    last: list[EligibilityStep] = []
    for project in projects:
        of_kind = [each for each in project.eligibility_steps if each.kind is kind]
        if of_kind:
            last.append(max(of_kind, key=lambda step: (step.done_on, step.id)))
    people = [each.people for each in last if each.people is not None]
    households = [each.households for each in last if each.households is not None]
    return StepSum(
        kind, len(last), len(projects), sum(people) if people else None, sum(households) if households else None
    )


def _paid(project: Project, batches: Sequence[PaymentBatch]) -> Paid:
    amounts = [each.amount_fen for each in batches if each.amount_fen is not None]
    return Paid(
        project=project,
        batches=len(batches),
        people=sum(each.people for each in batches),
        fen=sum(amounts) if amounts else None,
        last=max(each.paid_on for each in batches),
        standards=sorted({each.standard for each in batches if each.standard}),
    )
