"""What is public and where it comes from: the fields every published record shares."""

import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from minsheng.database import enumeration


class Publication(enum.StrEnum):
    """Whether residents may see a record. ``withdrawn`` leaves a public stub with its reason."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Origin(enum.StrEnum):
    """``own``: this installation's publisher answers for it. ``compiled``: copied from others' notices."""

    OWN = "own"
    COMPILED = "compiled"


class SourceKind(enum.StrEnum):
    """What a compiled record was read from; only ``official`` pages are ever linked."""

    OFFICIAL = "official"
    REPUBLISHED = "republished"
    NEWS = "news"
    ADDRESS_MISSING = "address_missing"


class Sourced:
    """Mixin: the origin of a record and, when compiled, the notice its facts were copied from.

    ``external_id`` is the stable name in the file it came from, so that importing twice changes nothing.
    ``report_period`` is the month (``YYYY-MM``) the published figures describe: the record's ``as_of``.
    """

    origin: Mapped[Origin] = mapped_column(enumeration(Origin), default=Origin.OWN)
    external_id: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    source_title: Mapped[str | None] = mapped_column(sa.String(300))
    source_kind: Mapped[SourceKind | None] = mapped_column(enumeration(SourceKind))
    source_url: Mapped[str | None] = mapped_column(sa.String(500))
    source_published: Mapped[str | None] = mapped_column(sa.String(10))
    report_period: Mapped[str | None] = mapped_column(sa.String(7))

    @property
    def is_compiled(self) -> bool:
        """Whether the archive rule applies: show what was published with its source, and nothing else."""
        return self.origin is Origin.COMPILED

    @property
    def linkable_source_url(self) -> str | None:
        """The source's address if it may be linked: official pages only."""
        return self.source_url if self.source_kind is SourceKind.OFFICIAL else None


def source_constraints() -> tuple[sa.CheckConstraint, ...]:
    """Return the table constraints that belong to :class:`Sourced`."""
    return (
        sa.CheckConstraint("origin = 'own' OR source_title IS NOT NULL", name="compiled_has_source"),
        sa.CheckConstraint("source_url IS NULL OR source_kind = 'official'", name="only_official_sources_linked"),
    )
