"""The changes to projects that wait for a second person, counted in the database and read a page at a time."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng.accounts.reach import within
from minsheng.accounts.staff import Permission, StaffMember
from minsheng.editorial.proposals import Proposal, ProposalAction, ProposalState
from minsheng.records.projects import Project


def waiting(session: Session, member: StaffMember, limit: int, offset: int = 0) -> tuple[int, Sequence[Proposal]]:
    """Return how many changes this person may decide and did not write, and some of them, the oldest first."""
    others = [number for number, is_own in _submitted(session, member, Permission.EDIT_PROJECT) if not is_own]
    return len(others), _read(session, others[offset : offset + limit])


def own(session: Session, member: StaffMember, limit: int) -> tuple[int, Sequence[Proposal]]:
    """Return how many changes this person wrote that wait for another, and the first of them."""
    mine = [number for number, is_own in _submitted(session, member, Permission.PROPOSE_PROJECT) if is_own]
    return len(mine), _read(session, mine[:limit])


def _submitted(session: Session, member: StaffMember, permission: Permission) -> list[tuple[int, bool]]:
    """Return the identities of the changes within a member's roles, and whether each is the member's own work.

    That is said as ``Proposal.is_work_of`` does; a test holds them together.
    """
    query = (
        sa.select(
            Proposal.id, Proposal.action, Proposal.author_id, Proposal.earlier_writer_ids, Project.draft_writer_ids
        )
        .join(Proposal.project)
        .where(
            Proposal.state == ProposalState.SUBMITTED,
            within(member, (permission,), Project.division_id, Project.agency_id),
        )
        .order_by(Proposal.submitted_at, Proposal.id)
    )
    return [
        (
            row.id,
            member.id
            in {
                row.author_id,
                *(row.earlier_writer_ids or []),
                *((row.draft_writer_ids or []) if row.action is ProposalAction.PUBLISH else []),
            },
        )
        for row in session.execute(query)
    ]


def _read(session: Session, numbers: Sequence[int]) -> Sequence[Proposal]:
    query = sa.select(Proposal).where(Proposal.id.in_(numbers)).order_by(Proposal.submitted_at, Proposal.id)
    return session.scalars(query.options(selectinload(Proposal.project), selectinload(Proposal.author))).all()
