"""What a second person reads before it becomes public, whichever kind it is.

A monthly report, a change to a project's record, a version of a content page: remarks and publications at a time hang
on any of the three, by three columns of which exactly one is filled.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from minsheng.accounts.staff import Permission, StaffMember
from minsheng.editorial import content_pages
from minsheng.editorial.content_pages import ContentPage
from minsheng.editorial.proposals import Proposal, ProposalState
from minsheng.records.projects import Project
from minsheng.records.reports import ProgressReport, ReportState

Reviewed = ProgressReport | Proposal | ContentPage

ABOUT = ("report_id", "proposal_id", "page_id")
ABOUT_ONE = " + ".join(f"(CASE WHEN {name} IS NULL THEN 0 ELSE 1 END)" for name in ABOUT) + " = 1"
"""The rule of the database that exactly one of the three columns is filled."""
COLUMNS: Mapping[type[Any], str] = MappingProxyType(
    {ProgressReport: "report_id", Proposal: "proposal_id", ContentPage: "page_id"}
)
PUBLISHED_BY: Mapping[type[Any], Permission] = MappingProxyType(
    {
        ProgressReport: Permission.PUBLISH_REPORT,
        Proposal: Permission.EDIT_PROJECT,
        ContentPage: Permission.EDIT_CONTENT,
    }
)
"""What whoever publishes each kind must be allowed."""
WRITTEN_BY: Mapping[type[Any], Permission] = MappingProxyType(
    {
        ProgressReport: Permission.WRITE_REPORT,
        Proposal: Permission.PROPOSE_PROJECT,
        ContentPage: Permission.EDIT_CONTENT,
    }
)


class AboutReviewed:
    """The columns and records by which something is about one of the three."""

    report_id: Mapped[int | None] = mapped_column(sa.ForeignKey("progress_report.id", ondelete="CASCADE"), index=True)
    proposal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("proposal.id", ondelete="CASCADE"), index=True)
    page_id: Mapped[int | None] = mapped_column(sa.ForeignKey("content_page.id", ondelete="CASCADE"), index=True)

    @declared_attr
    @classmethod
    def report(cls) -> Mapped[ProgressReport | None]:
        """The monthly report it is about."""
        return relationship(ProgressReport)

    @declared_attr
    @classmethod
    def proposal(cls) -> Mapped[Proposal | None]:
        """The change it is about."""
        return relationship(Proposal)

    @declared_attr
    @classmethod
    def page(cls) -> Mapped[ContentPage | None]:
        """The page it is about."""
        return relationship(ContentPage)

    @property
    def about(self) -> Reviewed:
        """The record it is about. Raises ``ValueError`` for none, which the database does not allow."""
        found = self.report or self.proposal or self.page
        if found is None:
            raise ValueError("about nothing")
        return found


def tie(row: AboutReviewed, reviewed: Reviewed) -> None:
    """Let a new row be about this record."""
    name, number = identity(reviewed)
    setattr(row, name, number)
    setattr(row, name.removesuffix("_id"), reviewed)


def is_about(model: type[AboutReviewed], reviewed: Reviewed) -> sa.ColumnElement[bool]:
    """Return the condition that a row of ``model`` is about this record."""
    column: sa.ColumnElement[int] = getattr(model, COLUMNS[type(reviewed)])
    return column == reviewed.id


def version_of(reviewed: Reviewed) -> int:
    """Return what changes whenever the record does: what was read is what is published."""
    return reviewed.submitted_number or 0 if isinstance(reviewed, ContentPage) else reviewed.version


def waits(reviewed: Reviewed) -> bool:
    """Whether the record waits for a second person."""
    if isinstance(reviewed, ProgressReport):
        return reviewed.state is ReportState.SUBMITTED
    if isinstance(reviewed, Proposal):
        return reviewed.state is ProposalState.SUBMITTED
    return reviewed.submitted_number is not None


def handed_in_at(reviewed: Reviewed) -> dt.datetime | None:
    """Return when the record was handed in last."""
    return reviewed.submitted_at


def is_work_of(reviewed: Reviewed, member: StaffMember) -> bool:
    """Whether this person wrote any of it, and so may not be the one who publishes it."""
    if isinstance(reviewed, ContentPage):
        return content_pages.is_work_of(reviewed, version_of(reviewed), member)
    return reviewed.is_work_of(member)


def may(member: StaffMember, permissions: Mapping[type[Any], Permission], reviewed: Reviewed) -> bool:
    """Whether a role allows on this record what ``permissions`` name for its kind."""
    permission = permissions[type(reviewed)]
    if isinstance(reviewed, ContentPage):
        return member.may_on(permission, None, None)
    return member.may_on(permission, reviewed.project.division, reviewed.project.agency)


def project_of(reviewed: Reviewed) -> Project | None:
    """Return the project a record belongs to; a content page has none."""
    return None if isinstance(reviewed, ContentPage) else reviewed.project


def journal_subject(reviewed: Reviewed) -> str:
    """Return the record's name in the journal; a change is journaled under its project."""
    return f"project:{reviewed.project.slug}" if isinstance(reviewed, Proposal) else reviewed.subject


def by_identity(found: list[Any], read: Callable[[Any], Any]) -> dict[tuple[str, int], Any]:
    """Return rows by the column and the number of the record each is about."""
    return {(name, number): read(one) for one in found for name in ABOUT if (number := getattr(one, name)) is not None}


def identity(reviewed: Reviewed) -> tuple[str, int]:
    """Return column and number under which rows about this record are found in :func:`by_identity`."""
    return COLUMNS[type(reviewed)], reviewed.id
