"""The second signature, whichever kind of record it stands under: what is against it, and publishing."""

import datetime as dt

from sqlalchemy.orm import Session

from minsheng.accounts.staff import StaffMember
from minsheng.editorial import applying, content_pages, reporting
from minsheng.editorial.proposals import Proposal, ProposalAction
from minsheng.editorial.publishing import publish_report
from minsheng.editorial.reviewed import PUBLISHED_BY, Reviewed, is_work_of, may, version_of, waits
from minsheng.errors import (
    ChangedMeanwhileError,
    IncompleteRecordError,
    NotAllowedError,
    OwnWorkError,
    UnansweredChecksError,
    WrongStateError,
)
from minsheng.records.reports import ProgressReport


def require(session: Session, reviewed: Reviewed, by: StaffMember, *, one_person_mode: bool) -> None:
    """Raise what stands against this person's signature under this record as it now is.

    ``WrongStateError`` where it does not wait, ``NotAllowedError``, ``OwnWorkError``; for a report
    ``UnansweredChecksError``, for a change ``ChangedMeanwhileError`` and ``IncompleteRecordError``.
    """
    if not waits(reviewed):
        raise WrongStateError("publish", "not_submitted")
    if not may(by, PUBLISHED_BY, reviewed):
        raise NotAllowedError
    if is_work_of(reviewed, by) and not one_person_mode:
        raise OwnWorkError
    if isinstance(reviewed, ProgressReport):
        unexplained = reporting.unexplained(reviewed, reporting.findings_of(reviewed))
        if unexplained:
            raise UnansweredChecksError(tuple(finding.key for finding in unexplained))
    elif isinstance(reviewed, Proposal):
        if names := applying.conflicts(session, reviewed):
            raise ChangedMeanwhileError(names)
        missing = reviewed.project.missing_for_publication() if reviewed.action is ProposalAction.PUBLISH else ()
        if missing:
            raise IncompleteRecordError(tuple(missing))


def publish(
    session: Session, reviewed: Reviewed, by: StaffMember, at: dt.datetime, *, one_person_mode: bool = False
) -> None:
    """Make a record public in the caller's transaction. Raises as the act of its kind does."""
    if isinstance(reviewed, ProgressReport):
        findings = [finding.key for finding in reporting.findings_of(reviewed)]
        publish_report(session, reviewed, by, at, findings, one_person_mode=one_person_mode)
    elif isinstance(reviewed, Proposal):
        applying.accept(session, reviewed, by, at, one_person_mode=one_person_mode)
    else:
        number = version_of(reviewed)
        content_pages.publish(session, reviewed, number, by, at, one_person_mode=one_person_mode)
