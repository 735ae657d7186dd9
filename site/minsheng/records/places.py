"""Places and the agencies that answer for them."""

import enum
from collections.abc import Iterable, Sequence
from itertools import takewhile

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session, relationship

from minsheng.database import Base, Identity, enumeration
from minsheng.outbox import RecordKind, SearchOutbox
from minsheng.records.translating import Translated


class DivisionLevel(enum.StrEnum):
    """Levels of the tree of administrative divisions (GB/T 2260 and its extensions)."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"


class Division(Base, Translated):
    """A place in the tree province → city → county → township → village.

    ``code`` has 6 digits down to the county, 9 for townships, 12 for villages. ``path`` is the chain of codes
    from the province down, each followed by ``/``, so that a place and all below it share a prefix.
    ``is_invented`` marks the sample county and everything in it.
    """

    __tablename__ = "division"
    TRANSLATED = ("name",)
    __table_args__ = (
        sa.CheckConstraint("length(code) IN (6, 9, 12)", name="code_length"),
        sa.CheckConstraint("population IS NULL OR population >= 0", name="population_not_negative"),
        sa.CheckConstraint("(parent_id IS NULL) = (level = 'province')", name="only_provinces_have_no_parent"),
    )

    id: Mapped[Identity]
    code: Mapped[str] = mapped_column(sa.String(12), unique=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    level: Mapped[DivisionLevel] = mapped_column(enumeration(DivisionLevel))
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("division.id", ondelete="RESTRICT"), index=True)
    path: Mapped[str] = mapped_column(sa.String(80), index=True)
    population: Mapped[int | None]
    is_invented: Mapped[bool] = mapped_column(default=False)

    parent: Mapped["Division | None"] = relationship(remote_side="Division.id", back_populates="children")
    children: Mapped[list["Division"]] = relationship(back_populates="parent", order_by="Division.code")

    @classmethod
    def under(
        cls,
        parent: "Division | None",
        code: str,
        name: str,
        level: DivisionLevel,
        *,
        population: int | None = None,
        is_invented: bool = False,
    ) -> "Division":
        """Make a place below ``parent`` with its path filled in; the caller adds it to the session."""
        above = parent.path if parent else ""
        return cls(
            code=code,
            name=name,
            level=level,
            parent=parent,
            path=f"{above}{code}/",
            population=population,
            is_invented=is_invented or bool(parent and parent.is_invented),
        )

    @property
    def chain(self) -> list["Division"]:
        """The place and everything above it, province first."""
        above = self.parent.chain if self.parent else []
        return [*above, self]

    @property
    def full_name(self) -> str:
        """Names from the province down, joined, as on a letter."""
        return "".join(place.name for place in self.chain)

    def covers(self, other: "Division | None") -> bool:
        """Whether ``other`` is this place or lies below it."""
        return other is not None and other.path.startswith(self.path)


class Agency(Base, Translated):
    """A department or unit that answers for projects, problems and suggestions.

    ``is_supervising`` marks the office that takes disputed suggestions and overdue work.
    """

    __tablename__ = "agency"
    TRANSLATED = ("name", "duties", "desk_address")

    id: Mapped[Identity]
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    division_id: Mapped[int | None] = mapped_column(sa.ForeignKey("division.id", ondelete="RESTRICT"), index=True)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agency.id", ondelete="RESTRICT"), index=True)
    is_supervising: Mapped[bool] = mapped_column(default=False)
    duties: Mapped[str] = mapped_column(sa.Text, default="")
    desk_phone: Mapped[str] = mapped_column(sa.String(40), default="")
    desk_address: Mapped[str] = mapped_column(sa.String(200), default="")

    division: Mapped[Division | None] = relationship()
    parent: Mapped["Agency | None"] = relationship(remote_side="Agency.id")

    @property
    def chain_ids(self) -> frozenset[int]:
        """Identities of this agency and of those above it."""
        above = self.parent.chain_ids if self.parent else frozenset()
        return above | {self.id}


@sa.event.listens_for(Division, "after_update")
@sa.event.listens_for(Agency, "after_update")
def _tell_index(_mapper: object, connection: sa.Connection, changed: Division | Agency) -> None:
    """Tell the search index of a place or agency that was edited, in the same transaction, whoever edits it.

    Much repeats their names, and there is no act of publishing that could tell it.
    """
    session = object_session(changed)
    if session is not None and session.is_modified(changed, include_collections=False):
        kind = RecordKind.DIVISION if isinstance(changed, Division) else RecordKind.AGENCY
        connection.execute(sa.insert(SearchOutbox).values(kind=kind, record_id=changed.id))


def division_by_code(session: Session, code: str) -> Division | None:
    """Return the place with this code, or None."""
    return session.scalar(sa.select(Division).where(Division.code == code))


def common_path(paths: Iterable[str | None]) -> str:
    """Return the chain of places that all these paths begin with, ``""`` where one has no place or there are none."""
    chains = [(path or "").split("/")[:-1] for path in paths]
    shared = takewhile(lambda level: len(set(level)) == 1, zip(*chains, strict=False))
    return "".join(f"{level[0]}/" for level in shared)


def division_ids_within(code_path: str) -> sa.Select[int]:
    """Return a subquery of the identities of a place and everything below it, from its ``path``."""
    return sa.select(Division.id).where(Division.path.startswith(code_path, autoescape=True))


def divisions_with_ancestors(session: Session, ids: Sequence[int]) -> list[Division]:
    """Return the places with these identities and all places above them, sorted by code."""
    paths = session.scalars(sa.select(Division.path).where(Division.id.in_(ids))).all()
    codes = {code for path in paths for code in path.split("/") if code}
    return list(session.scalars(sa.select(Division).where(Division.code.in_(codes)).order_by(Division.code)))
