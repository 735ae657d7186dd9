"""Addresses of records that never break: what was renamed keeps its old slug for ever, and nobody else gets it."""

import datetime as dt
import enum
import re
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Mapper, Session, mapped_column

from minsheng import journal
from minsheng.database import Base, Identity, enumeration
from minsheng.errors import AddressTakenError, InvalidAddressError
from minsheng.journal import Act
from minsheng.outbox import RecordKind, touch
from minsheng.records.places import Agency
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project

SLUG = re.compile(r"[A-Za-z0-9]+(?:[_-]+[A-Za-z0-9]+)*")
LONGEST = 80
Addressed = Project | Programme | Agency


class AddressKind(enum.StrEnum):
    """Records whose address has a slug that staff may change."""

    PROJECT = "project"
    PROGRAMME = "programme"
    AGENCY = "agency"


MODELS: Mapping[AddressKind, type[Addressed]] = {
    AddressKind.PROJECT: Project,
    AddressKind.PROGRAMME: Programme,
    AddressKind.AGENCY: Agency,
}


class FormerAddress(Base):
    """A slug that a record had until it was renamed; it leads to the record for ever."""

    __tablename__ = "former_address"
    __table_args__ = (sa.UniqueConstraint("kind", "slug"),)

    id: Mapped[Identity]
    kind: Mapped[AddressKind] = mapped_column(enumeration(AddressKind))
    slug: Mapped[str] = mapped_column(sa.String(80))
    record_id: Mapped[int] = mapped_column(index=True)


def kind_of(record: Addressed) -> AddressKind:
    """Return the kind of a record that has a slug."""
    return next(kind for kind, model in MODELS.items() if isinstance(record, model))


def check(session: Session, kind: AddressKind, slug: str, record_id: int | None = None) -> None:
    """Raise unless a record may take this slug; a record may go back to one it had itself.

    Raises ``InvalidAddressError`` for a slug that cannot stand in an address and ``AddressTakenError`` for one that
    another record has or ever had.
    """
    if len(slug) > LONGEST or not SLUG.fullmatch(slug):
        raise InvalidAddressError
    model = MODELS[kind]
    holder = session.scalar(sa.select(model.id).where(model.slug == slug))
    former = session.scalar(
        sa.select(FormerAddress.record_id).where(FormerAddress.kind == kind, FormerAddress.slug == slug)
    )
    if any(owner not in {None, record_id} for owner in (holder, former)):
        raise AddressTakenError


def rename(session: Session, record: Addressed, slug: str, *, actor: str, at: dt.datetime, reason: str = "") -> None:
    """Give a record another slug, keep the old one leading to it, and journal both. Raises as :func:`check`.

    The same slug again changes nothing.
    """
    kind, old = kind_of(record), record.slug
    if slug == old:
        return
    check(session, kind, slug, record.id)
    before = _said(record)
    session.execute(sa.delete(FormerAddress).where(FormerAddress.kind == kind, FormerAddress.slug == slug))
    session.add(FormerAddress(kind=kind, slug=old, record_id=record.id))
    record.slug = slug
    session.flush()
    renamed = {"renamed": {"kind": kind.value, "from": old, "to": slug}}
    journal.record(
        session,
        Act(
            f"{kind.value}_renamed",
            f"{kind.value}:{slug}",
            actor,
            about_project=slug if kind is AddressKind.PROJECT else None,
            reason=reason.strip(),
            before=before,
            after=_said(record),
            extra=renamed,
        ),
        at,
    )
    touch(session, RecordKind(kind.value), record.id)


def _said(record: Addressed) -> dict[str, object] | None:
    """Return what the journal keeps of the record; of agencies it keeps no snapshots."""
    return None if isinstance(record, Agency) else record.snapshot()


def present(session: Session, kind: AddressKind, slug: str) -> str | None:
    """Return the slug that the record has now which once had this one, or None where none ever had."""
    model = MODELS[kind]
    return session.scalar(
        sa.select(model.slug)
        .join(FormerAddress, FormerAddress.record_id == model.id)
        .where(FormerAddress.kind == kind, FormerAddress.slug == slug)
    )


def all_slugs(session: Session, record: Addressed) -> list[str]:
    """Return the slug of a record and every one it had before: the journal knows it by each."""
    query = sa.select(FormerAddress.slug).where(
        FormerAddress.kind == kind_of(record), FormerAddress.record_id == record.id
    )
    return [record.slug, *session.scalars(query.order_by(FormerAddress.id))]


def _refuse_former(_mapper: Mapper[Addressed], connection: Connection, record: Addressed) -> None:
    """Refuse a new record under a slug that another one had. Raises ``AddressTakenError``."""
    query = sa.select(FormerAddress.id).where(FormerAddress.kind == kind_of(record), FormerAddress.slug == record.slug)
    if connection.scalar(query) is not None:
        raise AddressTakenError


for _model in MODELS.values():
    event.listen(_model, "before_insert", _refuse_former)
