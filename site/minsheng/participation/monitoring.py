"""How a monitor is invited and reports: a private link, what comes through it, and how that becomes public.

All happen inside the caller's transaction; the caller commits once. Of a link only the hash of its token is kept.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.errors import DomainError, WrongStateError
from minsheng.journal import Act
from minsheng.participation.monitors import Monitor, MonitorLink, MonitorReport, MonitorReportState
from minsheng.pictures.media import StoredImage
from minsheng.pictures.photos import Photo, PhotoPhase
from minsheng.records import project_records
from minsheng.records.projects import Project, Stage
from minsheng.records.publication import Publication

LIFETIME = dt.timedelta(days=180)
MOST_PHOTOS = 5
FINISHED = frozenset({Stage.COMPLETED, Stage.ACCEPTED, Stage.IN_USE, Stage.AFTER_CARE})


class LinkVoidError(DomainError):
    """The link was never given out, was taken back, is too old, or its monitor's time has ended."""

    code = "invalid_token"


def appoint(session: Session, project: Project, badge: str, on: dt.date, actor: str, at: dt.datetime) -> Monitor:
    """Appoint a monitor, publicly by the badge. Raises ``WrongStateError`` for a project that takes none."""
    if project.is_compiled or project.publication is not Publication.PUBLISHED:
        raise WrongStateError("appoint", project.publication)
    monitor = Monitor(project=project, badge=badge.strip(), appointed_on=on)
    project_records.publish_record(session, monitor, actor, at)
    return monitor


def invite(session: Session, monitor: Monitor, actor: str, at: dt.datetime, lifetime: dt.timedelta = LIFETIME) -> str:
    """Return the token of a new link; links given out before are void. Raises ``WrongStateError`` once ended."""
    if monitor.ended_on is not None:
        raise WrongStateError("invite", "ended")
    _revoke(session, monitor, at)
    token = secrets.token_urlsafe(32)
    session.add(MonitorLink(monitor=monitor, token_hash=_hash_of(token), made_at=at, expires_at=at + lifetime))
    _note(session, "monitor_invited", monitor, actor, at)
    return token


def revoke(session: Session, monitor: Monitor, actor: str, at: dt.datetime) -> None:
    """Make a monitor's open links void."""
    _revoke(session, monitor, at)
    _note(session, "monitor_link_revoked", monitor, actor, at)


def open_link(session: Session, monitor: Monitor, at: dt.datetime) -> MonitorLink | None:
    """Return the link that a monitor can still use."""
    return session.scalar(
        sa.select(MonitorLink).where(
            MonitorLink.monitor_id == monitor.id, MonitorLink.revoked_at.is_(None), MonitorLink.expires_at > at
        )
    )


def find(session: Session, token: str, at: dt.datetime) -> Monitor:
    """Return the monitor whose link this is. Raises ``LinkVoidError``; whether it ever was one is not told."""
    link = session.scalar(sa.select(MonitorLink).where(MonitorLink.token_hash == _hash_of(token)))
    if link is None or link.revoked_at is not None or at >= link.expires_at:
        raise LinkVoidError
    monitor = link.monitor
    if monitor.ended_on is not None or monitor.project.publication is not Publication.PUBLISHED:
        raise LinkVoidError
    return monitor


def receive(
    session: Session,
    monitor: Monitor,
    visited_on: dt.date,
    text: str,
    pictures: Sequence[StoredImage],
    *,
    ticket: str,
    at: dt.datetime,
) -> MonitorReport:
    """Store what a monitor saw, for review, or return the report this ticket already made."""
    known = session.scalar(sa.select(MonitorReport).where(MonitorReport.ticket == ticket))
    if known is not None:
        return known
    report = MonitorReport(
        monitor=monitor,
        ticket=ticket,
        received_at=at,
        visited_on=visited_on,
        sent_text=text.strip(),
        text=text.strip(),
        state=MonitorReportState.RECEIVED,
    )
    session.add(report)
    phase = PhotoPhase.AFTER if monitor.project.stage in FINISHED else PhotoPhase.DURING
    for number, picture in enumerate(pictures[:MOST_PHOTOS], start=1):
        report.photos.append(
            Photo(
                project=monitor.project,
                key=picture.key,
                phase=phase,
                taken_on=picture.taken_on,
                alt_text=f"群众监督员拍的现场，第 {number} 张",
                width=picture.width,
                height=picture.height,
            )
        )
    session.flush()
    made = Act("monitor_report_received", project_records.subject_of(report), "", is_public=False)
    journal.record(session, made, at)
    return report


def publish(
    session: Session, report: MonitorReport, text: str, alt_texts: Mapping[int, str], actor: str, at: dt.datetime
) -> None:
    """Show a report as its monitor's, with the words the reviewer left after masking and the pictures kept.

    ``alt_texts`` says by identity what each kept picture shows; pictures without one are taken out. Raises as
    ``MonitorReport.publish``.
    """
    report.publish(at)
    report.text = text.strip()
    for photo in list(report.photos):
        if alt_texts.get(photo.id, "").strip():
            photo.alt_text = alt_texts[photo.id].strip()
        else:
            report.photos.remove(photo)
            session.delete(photo)
    project_records.publish_record(session, report, actor, at)


def refuse(session: Session, report: MonitorReport, reason: str, actor: str, at: dt.datetime) -> None:
    """Keep a report inside, with a reason that its monitor reads. Raises as ``MonitorReport.refuse``."""
    report.refuse(reason)
    session.flush()
    made = Act("monitor_report_refused", project_records.subject_of(report), actor, is_public=False)
    journal.record(session, made, at)


def withdraw(session: Session, report: MonitorReport, reason: str, actor: str, at: dt.datetime) -> None:
    """Take a published report back, leaving the reason. Raises as ``MonitorReport.withdraw``."""
    report.withdraw(reason, at)
    # The words that were public are not told again: that they should not be there is why they went.
    project_records.revise_record(session, report, report.snapshot(), actor, at, reason=report.withdrawn_reason)


def end(session: Session, monitor: Monitor, reason: str, on: dt.date, actor: str, at: dt.datetime) -> None:
    """End an appointment publicly, with its reason; the links are void from then on. Raises as ``Monitor.end``."""
    before = monitor.snapshot()
    monitor.end(on, reason)
    _revoke(session, monitor, at)
    project_records.revise_record(session, monitor, before, actor, at, reason=monitor.ended_because)


def _revoke(session: Session, monitor: Monitor, at: dt.datetime) -> None:
    session.execute(
        sa.update(MonitorLink)
        .where(MonitorLink.monitor_id == monitor.id, MonitorLink.revoked_at.is_(None))
        .values(revoked_at=at)
    )


def _note(session: Session, act: str, monitor: Monitor, actor: str, at: dt.datetime) -> None:
    """Journal something about a link, for staff only: who has one is nobody else's business."""
    session.flush()
    subject = project_records.subject_of(monitor)
    journal.record(session, Act(act, subject, actor, about_project=monitor.project.slug, is_public=False), at)


def _hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
