"""The results of a closed wave: computed once, kept with the hash of what they were computed from."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.assessment_schemes import AssessmentScheme
from minsheng.database import Base, Identity
from minsheng.surveys import Wave


class WaveResult(Base):
    """One computation of a wave by one scheme. ``figures`` is what the pages show, after suppression.

    ``inputs_hash`` is the SHA-256 of everything the figures rest on, ``package`` the public edition as a ZIP and
    ``package_hash`` its SHA-256. ``number`` counts a wave's computations; the last one is in force.
    """

    __tablename__ = "wave_result"
    __table_args__ = (
        sa.UniqueConstraint("wave_id", "number"),
        sa.UniqueConstraint("wave_id", "scheme_hash", "inputs_hash"),
        sa.CheckConstraint("number >= 1", name="counts_from_one"),
    )

    id: Mapped[Identity]
    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("wave.id", ondelete="RESTRICT"))
    scheme_id: Mapped[int] = mapped_column(sa.ForeignKey("assessment_scheme.id", ondelete="RESTRICT"))
    number: Mapped[int]
    computed_at: Mapped[dt.datetime]
    scheme_hash: Mapped[str] = mapped_column(sa.String(64))
    inputs_hash: Mapped[str] = mapped_column(sa.String(64))
    package_hash: Mapped[str] = mapped_column(sa.String(64))
    software_version: Mapped[str] = mapped_column(sa.String(40))
    figures: Mapped[dict[str, object]] = mapped_column(sa.JSON, deferred=True)
    package: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)

    wave: Mapped[Wave] = relationship()
    scheme: Mapped[AssessmentScheme] = relationship()
