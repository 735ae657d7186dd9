"""Programmes: one year's promised list at one level of government."""

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from minsheng.database import Base, Fen, Identity, enumeration
from minsheng.errors import ReasonRequiredError, WrongStateError
from minsheng.records.places import Agency, Division, DivisionLevel
from minsheng.records.publication import Publication, Sourced, source_constraints
from minsheng.records.translating import Translated

if TYPE_CHECKING:
    from minsheng.records.documents import Document
    from minsheng.records.reviews import Review


class Programme(Base, Sourced, Translated):
    """One year's list, e.g. "33 programmes of 2010", with its policy in plain words.

    The published totals (``items_*``, ``*_investment_fen``, ``stated_percent``) are what the publisher printed
    about the whole list; they stand beside sums over the projects and are never added to them.
    ``published_funding`` lists ``{"label": as printed, "amount_fen": int or None}``. A compiled programme may have
    no place: nothing is guessed; ``inferred`` names the fields that its compiler inferred and nobody published.
    """

    __tablename__ = "programme"
    TRANSLATED = ("title", "summary", "policy_entitled", "policy_benefit", "policy_apply", "policy_contact")
    __table_args__ = (
        *source_constraints(),
        sa.CheckConstraint("origin = 'compiled' OR division_id IS NOT NULL", name="own_has_place"),
        sa.CheckConstraint("origin = 'compiled' OR year IS NOT NULL", name="own_has_year"),
        sa.CheckConstraint("publication <> 'withdrawn' OR length(withdrawn_reason) > 0", name="withdrawn_says_why"),
        sa.CheckConstraint("year IS NULL OR year BETWEEN 1949 AND 2200", name="year_plausible"),
    )

    id: Mapped[Identity]
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    year: Mapped[int | None] = mapped_column(index=True)
    level: Mapped[DivisionLevel] = mapped_column(enumeration(DivisionLevel))
    division_id: Mapped[int | None] = mapped_column(sa.ForeignKey("division.id", ondelete="RESTRICT"), index=True)
    agency_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agency.id", ondelete="RESTRICT"), index=True)
    theme: Mapped[str] = mapped_column(sa.String(60), default="")
    summary: Mapped[str] = mapped_column(sa.Text, default="")
    policy_entitled: Mapped[str] = mapped_column(sa.Text, default="")
    policy_benefit: Mapped[str] = mapped_column(sa.Text, default="")
    policy_apply: Mapped[str] = mapped_column(sa.Text, default="")
    policy_contact: Mapped[str] = mapped_column(sa.Text, default="")
    assessment_points: Mapped[int | None]
    publication: Mapped[Publication] = mapped_column(enumeration(Publication), default=Publication.DRAFT, index=True)
    withdrawn_at: Mapped[dt.datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(sa.String(500), default="")

    items_total: Mapped[int | None]
    items_completed: Mapped[int | None]
    items_on_track: Mapped[int | None]
    items_slow: Mapped[int | None]
    items_not_started: Mapped[int | None]
    planned_investment_fen: Mapped[Fen | None]
    total_investment_fen: Mapped[Fen | None]
    completed_investment_fen: Mapped[Fen | None]
    stated_percent: Mapped[str | None] = mapped_column(sa.String(20))
    published_funding: Mapped[list[dict[str, object]]] = mapped_column(sa.JSON, default=list)
    inferred: Mapped[list[str]] = mapped_column(sa.JSON, default=list)

    division: Mapped[Division | None] = relationship()
    agency: Mapped[Agency | None] = relationship()
    documents: Mapped[list["Document"]] = relationship(back_populates="programme", order_by="Document.id")
    reviews: Mapped[list["Review"]] = relationship(back_populates="programme", order_by="(Review.held_on, Review.id)")

    @classmethod
    def visible_to_residents(cls) -> sa.Select["Programme"]:
        """Return the query of programmes that residents may see: the only place that says so."""
        return sa.select(cls).where(cls.publication == Publication.PUBLISHED)

    @classmethod
    def known_to_residents(cls) -> sa.Select["Programme"]:
        """Return the query of programmes residents know of: those they may see, and the stubs of withdrawn ones."""
        return sa.select(cls).where(cls.publication != Publication.DRAFT)

    def withdraw(self, reason: str, at: dt.datetime) -> None:
        """Take a published programme back, leaving a public stub; raises as ``Project.withdraw``."""
        if self.publication is not Publication.PUBLISHED:
            raise WrongStateError("withdraw", self.publication)
        if not reason.strip():
            raise ReasonRequiredError
        self.publication = Publication.WITHDRAWN
        self.withdrawn_reason = reason.strip()
        self.withdrawn_at = at

    def snapshot(self) -> dict[str, object]:
        """Return what is public about this programme, in plain JSON values, for the journal."""
        fields = [
            "slug",
            "title",
            "year",
            "theme",
            "summary",
            "policy_entitled",
            "policy_benefit",
            "policy_apply",
            "policy_contact",
            "assessment_points",
            "items_total",
            "items_completed",
            "items_on_track",
            "items_slow",
            "items_not_started",
            "planned_investment_fen",
            "total_investment_fen",
            "completed_investment_fen",
            "stated_percent",
            "published_funding",
            "source_title",
            "source_url",
            "source_published",
            "report_period",
            "inferred",
        ]
        return {
            **{name: getattr(self, name) for name in fields},
            "publication": self.publication.value,
            **({"withdrawn_reason": self.withdrawn_reason} if self.withdrawn_reason else {}),
            "level": self.level.value,
            "source_kind": self.source_kind.value if self.source_kind else None,
            "division": self.division.code if self.division else None,
            **self.translations_said(),
        }
