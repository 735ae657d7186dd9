"""Sampling frames: whom a sample can be drawn from, for one wave and channel.

A frame holds the only contact data of a survey: a phone number or an address each, sealed with a key of the frame's
own, which lies sealed itself. Forgetting that key and the entries' values ends all use of the frame, also of what a
copy of the entries would still hold.
"""

import base64
import datetime as dt
import os
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from minsheng import journal
from minsheng.accounts.staff import StaffMember
from minsheng.clock import local_date
from minsheng.database import Base, Identity, enumeration
from minsheng.encryption import ContactBox
from minsheng.errors import WrongStateError
from minsheng.journal import Act
from minsheng.random_keys import RandomIdentity
from minsheng.records.places import Division
from minsheng.surveying.surveys import Channel, Wave

LONGEST_NAME = 40
"""Characters of a stratum's, a sampling unit's or a programme's name."""
KEY_BYTES = 32


class SampleFrame(Base):
    """A list of households or numbers that was handed in, for one wave and drawn channel.

    ``sealed_key`` is the key of its contact data; None once that was erased. A frame that is not confirmed yet is
    a preview: nothing can be drawn from it.
    """

    __tablename__ = "sample_frame"
    __table_args__ = (
        sa.CheckConstraint("channel IN ('phone', 'paper_sample')", name="of_a_drawn_channel"),
        sa.CheckConstraint("(sealed_key IS NULL) = (erased_at IS NOT NULL)", name="key_or_erased"),
    )

    id: Mapped[Identity]
    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("wave.id", ondelete="RESTRICT"), index=True)
    channel: Mapped[Channel] = mapped_column(enumeration(Channel))
    title: Mapped[str] = mapped_column(sa.String(80))
    sealed_key: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    made_by_id: Mapped[int] = mapped_column(sa.ForeignKey("staff_member.id", ondelete="RESTRICT"), index=True)
    made_at: Mapped[dt.datetime]
    confirmed_at: Mapped[dt.datetime | None]
    erased_at: Mapped[dt.datetime | None]

    wave: Mapped[Wave] = relationship()
    made_by: Mapped[StaffMember] = relationship()

    @property
    def record(self) -> str:
        """What its key is sealed for."""
        return f"sample_frame:{self.wave_id}:{self.made_at.astimezone(dt.UTC).isoformat()}"

    @property
    def subject(self) -> str:
        """Its name in the journal."""
        return f"frame:{self.wave.slug}:{self.id}"

    def box(self, outer: ContactBox) -> ContactBox:
        """Return what opens and seals its contact data. Raises ``WrongStateError`` once they were erased."""
        if self.sealed_key is None:
            raise WrongStateError("view_contact", "erased")
        return ContactBox({1: base64.b64decode(outer.open(self.sealed_key, self.record))})


class FrameEntry(Base):
    """One number or household of a frame. ``fingerprint`` finds the same one twice; only the server can compute it."""

    __tablename__ = "frame_entry"
    __table_args__ = (sa.UniqueConstraint("frame_id", "fingerprint"),)

    id: Mapped[RandomIdentity]
    frame_id: Mapped[int] = mapped_column(sa.ForeignKey("sample_frame.id", ondelete="CASCADE"))
    division_id: Mapped[int] = mapped_column(sa.ForeignKey("division.id", ondelete="RESTRICT"), index=True)
    stratum: Mapped[str] = mapped_column(sa.String(LONGEST_NAME), default="")
    psu: Mapped[str] = mapped_column(sa.String(LONGEST_NAME), default="")
    beneficiary: Mapped[str] = mapped_column(sa.String(LONGEST_NAME), default="")
    fingerprint: Mapped[str | None] = mapped_column(sa.String(64))
    sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)

    frame: Mapped[SampleFrame] = relationship()
    division: Mapped[Division] = relationship()

    @property
    def record(self) -> str:
        """What its contact data are sealed for."""
        return record_of(self.id)


def record_of(entry_id: int) -> str:
    """Return what the contact data of an entry are sealed for."""
    return f"frame_entry:{entry_id}"


def new_key(seal: Callable[[str, str], bytes], record: str) -> tuple[bytes, ContactBox]:
    """Return a fresh key, sealed for a frame by the installation's ``seal``, and what seals with it."""
    key = os.urandom(KEY_BYTES)
    return seal(base64.b64encode(key).decode(), record), ContactBox({1: key})


def frames_of(session: Session, wave: Wave) -> list[SampleFrame]:
    """Return the frames of a wave, the newest first."""
    return list(
        session.scalars(sa.select(SampleFrame).where(SampleFrame.wave_id == wave.id).order_by(SampleFrame.id.desc()))
    )


def sizes(session: Session, frame: SampleFrame) -> dict[tuple[int, str, str], int]:
    """Return how many entries a frame has by place (identity), stratum and sampling unit."""
    columns = (FrameEntry.division_id, FrameEntry.stratum, FrameEntry.psu)
    rows = session.execute(
        sa.select(*columns, sa.func.count()).where(FrameEntry.frame_id == frame.id).group_by(*columns)
    )
    return {(division_id, stratum, psu): count for division_id, stratum, psu, count in rows}


def confirm(session: Session, frame: SampleFrame, by: StaffMember, at: dt.datetime) -> None:
    """Make a preview a frame. Raises ``WrongStateError`` where it is one, or was erased."""
    if frame.confirmed_at is not None or frame.erased_at is not None:
        raise WrongStateError("confirm", "confirmed")
    frame.confirmed_at = at
    extra = {"channel": frame.channel.value, "entries": sum(sizes(session, frame).values())}
    journal.record(session, Act("frame_confirmed", frame.subject, by.post, is_public=False, extra=extra), at)


def discard(session: Session, frame: SampleFrame) -> None:
    """Forget a preview wholly. Raises ``WrongStateError`` for a confirmed frame."""
    if frame.confirmed_at is not None:
        raise WrongStateError("discard", "confirmed")
    session.execute(sa.delete(FrameEntry).where(FrameEntry.frame_id == frame.id))
    session.delete(frame)


def erase(session: Session, frame: SampleFrame, by: str, at: dt.datetime) -> None:
    """Erase the contact data of a frame for ever; places, strata and units stay. Erasing twice changes nothing."""
    if frame.erased_at is not None:
        return
    session.execute(sa.update(FrameEntry).where(FrameEntry.frame_id == frame.id).values(sealed=None, fingerprint=None))
    frame.sealed_key, frame.erased_at = None, at
    session.flush()
    journal.record(session, Act("frame_erased", frame.subject, by, is_public=False), at)


def erase_due(session: Session, at: dt.datetime, kept: dt.timedelta) -> int:
    """Erase the contact data of frames whose wave closed longer ago than ``kept``; return how many frames."""
    before = at - kept
    is_over = sa.or_(Wave.closes_on < local_date(before), Wave.closed_at < before)
    query = sa.select(SampleFrame).join(SampleFrame.wave).where(SampleFrame.erased_at.is_(None), is_over)
    due = session.scalars(query).all()
    for frame in due:
        erase(session, frame, "", at)
    return len(due)
