"""Work done by the clock: named jobs, each run by one process at a time, however many processes tick.

A job must be safe to run twice: the lease keeps two processes apart, but one that stops answering loses its lease
and another takes over.
"""

import dataclasses
import datetime as dt
import logging
import secrets
from collections.abc import Callable, Iterable

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from minsheng.database import Base

log = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=15)
NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class JobLease(Base):
    """Who runs a job until when, when it last ran, and the kind of error it ended with (empty for none)."""

    __tablename__ = "job_lease"

    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(sa.String(32), default="")
    until: Mapped[dt.datetime]
    ran_at: Mapped[dt.datetime]
    error: Mapped[str] = mapped_column(sa.String(80), default="")


@dataclasses.dataclass(frozen=True)
class Job:
    """Something to do every so often; ``run`` commits its own work and may be stopped at any point."""

    name: str
    every: dt.timedelta
    run: Callable[[], object]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """That a job ran: what it returned, or the kind of error that stopped it."""

    name: str
    result: object = None
    error: str = ""


def tick(session: Session, jobs: Iterable[Job], clock: Callable[[], dt.datetime]) -> list[Outcome]:
    """Run every job that is due and that nobody else is running; one that fails does not stop the others."""
    return [outcome for job in jobs if (outcome := _run(session, job, clock)) is not None]


def _run(session: Session, job: Job, clock: Callable[[], dt.datetime]) -> Outcome | None:
    """Run one job under its lease. Returns None where it is not due or another process has it."""
    holder, at = secrets.token_hex(16), clock()
    if not _take(session, job, holder, at):
        return None
    outcome = Outcome(job.name)
    try:
        outcome = Outcome(job.name, job.run())
    except Exception as failure:
        # Whatever it is, the other jobs must run and the next tick must find this one again.
        log.exception("job %s failed", job.name)
        outcome = Outcome(job.name, error=type(failure).__name__)
    session.rollback()
    session.execute(
        sa.update(JobLease)
        .where(JobLease.name == job.name, JobLease.holder == holder)
        .values(holder="", until=NEVER, ran_at=at, error=outcome.error)
        .execution_options(synchronize_session=False)
    )
    session.commit()
    return outcome


def _take(session: Session, job: Job, holder: str, at: dt.datetime) -> bool:
    """Take the lease of a job that is due; a single statement decides between two who try."""
    if session.get(JobLease, job.name) is None:
        try:
            with session.begin_nested():
                session.add(JobLease(name=job.name, until=NEVER, ran_at=NEVER))
        except IntegrityError:
            log.debug("another process has just made the lease of %s", job.name)
    taken = session.execute(
        sa.update(JobLease)
        .where(JobLease.name == job.name, JobLease.until <= at, JobLease.ran_at <= at - job.every)
        .values(holder=holder, until=at + LEASE)
        .execution_options(synchronize_session=False)
    )
    session.commit()
    return bool(taken.rowcount == 1)  # type: ignore[attr-defined]  # an UPDATE's result has it
