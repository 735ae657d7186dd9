"""Population counts that samples are weighted to, with the source of each."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload

from minsheng.database import Base, Identity
from minsheng.records.places import Division

LONGEST_VALUE = 40


class PopulationMargin(Base):
    """How many people of one place belong to one category of a variable, such as ``age_band`` = ``60_plus``.

    Variables that are counted together are joined, as their categories: ``area*age_band`` = ``urban*60_plus``.
    """

    __tablename__ = "population_margin"
    __table_args__ = (
        sa.UniqueConstraint("division_id", "variable", "value"),
        sa.CheckConstraint("count >= 0", name="not_negative"),
        sa.CheckConstraint("length(source) > 0", name="says_its_source"),
    )

    id: Mapped[Identity]
    division_id: Mapped[int] = mapped_column(sa.ForeignKey("division.id", ondelete="RESTRICT"))
    variable: Mapped[str] = mapped_column(sa.String(40))
    value: Mapped[str] = mapped_column(sa.String(LONGEST_VALUE))
    count: Mapped[int] = mapped_column(sa.BigInteger)
    source: Mapped[str] = mapped_column(sa.String(200))

    division: Mapped[Division] = relationship()


def margins_of_places(session: Session, places: Iterable[Division]) -> list[PopulationMargin]:
    """Return the counts of these places, by place, variable and category."""
    ids = [place.id for place in places]
    query = sa.select(PopulationMargin).where(PopulationMargin.division_id.in_(ids))
    found = session.scalars(query.options(selectinload(PopulationMargin.division)))
    return sorted(found, key=lambda row: (row.division.code, row.variable, row.value))
