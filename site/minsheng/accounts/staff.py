"""Staff: who they are, what they may do, and where."""

import datetime as dt
import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng.database import Base, Identity, enumeration
from minsheng.records.places import Agency, Division


class Permission(enum.StrEnum):
    """What a member of staff may do."""

    SEE_DESK = "see_desk"
    WRITE_REPORT = "write_report"
    PUBLISH_REPORT = "publish_report"
    PROPOSE_PROJECT = "propose_project"
    EDIT_PROJECT = "edit_project"
    REVIEW_SUGGESTION = "review_suggestion"
    HANDLE_SUGGESTION = "handle_suggestion"
    SUPERVISE_SUGGESTION = "supervise_suggestion"
    RUN_SURVEY = "run_survey"
    ENTER_PAPER = "enter_paper"
    MAKE_CALLS = "make_calls"
    EXPORT_ANSWERS = "export_answers"
    ASSESS = "assess"
    SEE_JOURNAL = "see_journal"
    MANAGE_STAFF = "manage_staff"
    TEND_SEARCH = "tend_search"
    RUN_CALL = "run_call"
    CHANGE_SETTINGS = "change_settings"
    EDIT_CONTENT = "edit_content"
    WORK_ON_PROBLEM = "work_on_problem"
    KEEP_LEDGER = "keep_ledger"


class Role(enum.StrEnum):
    """A set of permissions with a name people use."""

    REPORTER = "reporter"
    PUBLISHER = "publisher"
    CASE_REVIEWER = "case_reviewer"
    CASE_HANDLER = "case_handler"
    SUPERVISOR = "supervisor"
    SURVEYOR = "surveyor"
    CLERK = "clerk"
    INTERVIEWER = "interviewer"
    ASSESSOR = "assessor"
    ADMINISTRATOR = "administrator"


ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.REPORTER: frozenset(
        {Permission.SEE_DESK, Permission.WRITE_REPORT, Permission.PROPOSE_PROJECT, Permission.WORK_ON_PROBLEM}
    ),
    Role.PUBLISHER: frozenset(
        {
            Permission.SEE_DESK,
            Permission.WRITE_REPORT,
            Permission.PUBLISH_REPORT,
            Permission.PROPOSE_PROJECT,
            Permission.EDIT_PROJECT,
            Permission.TEND_SEARCH,
            Permission.RUN_CALL,
            Permission.EDIT_CONTENT,
            Permission.WORK_ON_PROBLEM,
            Permission.KEEP_LEDGER,
        }
    ),
    Role.CASE_REVIEWER: frozenset({Permission.SEE_DESK, Permission.REVIEW_SUGGESTION}),
    Role.CASE_HANDLER: frozenset({Permission.SEE_DESK, Permission.HANDLE_SUGGESTION, Permission.WORK_ON_PROBLEM}),
    Role.SUPERVISOR: frozenset(
        {
            Permission.SEE_DESK,
            Permission.REVIEW_SUGGESTION,
            Permission.SUPERVISE_SUGGESTION,
            Permission.SEE_JOURNAL,
            Permission.WORK_ON_PROBLEM,
            Permission.KEEP_LEDGER,
        }
    ),
    Role.SURVEYOR: frozenset({Permission.SEE_DESK, Permission.RUN_SURVEY, Permission.ENTER_PAPER}),
    Role.CLERK: frozenset({Permission.SEE_DESK, Permission.ENTER_PAPER}),
    Role.INTERVIEWER: frozenset({Permission.SEE_DESK, Permission.MAKE_CALLS}),
    Role.ASSESSOR: frozenset(
        {Permission.SEE_DESK, Permission.EXPORT_ANSWERS, Permission.ASSESS, Permission.SEE_JOURNAL}
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.SEE_DESK,
            Permission.MANAGE_STAFF,
            Permission.SEE_JOURNAL,
            Permission.TEND_SEARCH,
            Permission.CHANGE_SETTINGS,
            Permission.EDIT_CONTENT,
        }
    ),
}


class StaffMember(Base):
    """A person with an account. ``post`` is what the public may see of them; the name stays inside.

    People who leave are deactivated, never deleted: the journal and the reports name their posts. A password that
    somebody else chose must be changed first. ``is_sample`` marks the accounts that come with sample content.
    """

    __tablename__ = "staff_member"

    id: Mapped[Identity]
    username: Mapped[str] = mapped_column(sa.String(60), unique=True)
    display_name: Mapped[str] = mapped_column(sa.String(60))
    post: Mapped[str] = mapped_column(sa.String(120))
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    is_active: Mapped[bool] = mapped_column(default=True)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    is_sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime]

    grants: Mapped[list["RoleGrant"]] = relationship(
        back_populates="staff_member", order_by="RoleGrant.id", cascade="all, delete-orphan"
    )

    def may(self, permission: Permission, *, division: Division | None = None, agency: Agency | None = None) -> bool:
        """Return whether an active role allows ``permission`` on something of this place and agency.

        With neither given, whether any role allows it anywhere.
        """
        if not self.is_active:
            return False
        anywhere = division is None and agency is None
        return any(
            permission in ROLE_PERMISSIONS[grant.role] and (anywhere or grant.covers(division, agency))
            for grant in self.grants
        )

    def may_on(self, permission: Permission, division: Division | None, agency: Agency | None) -> bool:
        """Return whether an active role allows ``permission`` on one record of this place and agency.

        A record without either is in nobody's part: only a role without limits reaches it.
        """
        return self.is_active and any(
            permission in ROLE_PERMISSIONS[grant.role] and grant.covers(division, agency) for grant in self.grants
        )


class RoleGrant(Base):
    """A role, limited to a place and what lies below it, and to an agency and its units, where given."""

    __tablename__ = "role_grant"

    id: Mapped[Identity]
    staff_member_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(enumeration(Role))
    division_id: Mapped[int | None] = mapped_column(sa.ForeignKey("division.id", ondelete="RESTRICT"))
    agency_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agency.id", ondelete="RESTRICT"))

    staff_member: Mapped[StaffMember] = relationship(back_populates="grants")
    division: Mapped[Division | None] = relationship()
    agency: Mapped[Agency | None] = relationship()

    def covers(self, division: Division | None, agency: Agency | None) -> bool:
        """Return whether something of this place and agency lies within the grant."""
        if self.division is not None and not self.division.covers(division):
            return False
        return self.agency is None or (agency is not None and self.agency_id in agency.chain_ids)


class StaffSession(Base):
    """A sign-in on one device. Only the hash of its token is kept; revoking it ends it at the next request.

    ``awaits_factor`` is a sign-in whose password was right and whose second factor is still to come; it opens nothing
    else. ``device`` is the kind of browser, so that its owner knows it again.
    """

    __tablename__ = "staff_session"

    id: Mapped[Identity]
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    staff_member_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[dt.datetime]
    last_seen_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]
    awaits_factor: Mapped[bool] = mapped_column(default=False)
    device: Mapped[str] = mapped_column(sa.String(60), default="")

    staff_member: Mapped[StaffMember] = relationship()

    def is_valid(self, at: dt.datetime) -> bool:
        """Return whether the session still admits its owner."""
        return self.revoked_at is None and at < self.expires_at and self.staff_member.is_active


def staff_by_username(session: Session, username: str) -> StaffMember | None:
    """Return the member of staff who signs in with this name, active or not."""
    return session.scalar(sa.select(StaffMember).where(StaffMember.username == username.strip().lower()))
