"""Schemes of assessment (考核办法): those shipped with the software and those added by staff, locked once used."""

import datetime as dt
import re
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from minsheng import journal
from minsheng.database import Base, Identity
from minsheng.errors import DomainError, WrongStateError
from minsheng.journal import Act
from minsheng.opinion.errors import SchemeError
from minsheng.opinion.scheme_reading import read_scheme, shipped
from minsheng.opinion.schemes import DEFAULT_SCHEME, Scheme, content_hash, shipped_names

LONGEST = 100_000
"""Characters of a scheme's text: the longest shipped one has 2,500."""
_PLAIN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PLAIN_VERSION = re.compile(r"[A-Za-z0-9]+([._-][A-Za-z0-9]+)*")


class SchemeTakenError(DomainError):
    """Another text already has this scheme's name and version; a changed scheme takes the next version."""

    code = "scheme_taken"


class AssessmentScheme(Base):
    """A scheme's text as it was added. Once ``locked_at`` is set results rest on it, and it stays as it is.

    ``slug`` and ``version`` are the text's own ``id`` and ``version``; ``content_hash`` is its SHA-256.
    """

    __tablename__ = "assessment_scheme"
    __table_args__ = (
        sa.UniqueConstraint("slug", "version"),
        sa.CheckConstraint("length(content_hash) = 64", name="hash_length"),
    )

    id: Mapped[Identity]
    slug: Mapped[str] = mapped_column(sa.String(60))
    version: Mapped[str] = mapped_column(sa.String(20))
    text: Mapped[str] = mapped_column(sa.Text)
    content_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    added_at: Mapped[dt.datetime]
    added_by: Mapped[str] = mapped_column(sa.String(160))
    locked_at: Mapped[dt.datetime | None]

    @property
    def scheme(self) -> Scheme:
        """The scheme as read from its text."""
        return read_scheme(self.text)


def read_own(text: str) -> Scheme:
    """Return a scheme that staff want to add.

    Raises ``SchemeError`` naming the key and the problem, also for names that could not stand in an address.
    """
    if len(text) > LONGEST:
        raise SchemeError("file", f"is longer than {LONGEST} characters")
    scheme = read_scheme(text)
    if not _PLAIN.fullmatch(scheme.id) or len(scheme.id) > 60:
        raise SchemeError("scheme.id", "must be small letters, digits and single hyphens, 60 at most")
    if not _PLAIN_VERSION.fullmatch(scheme.version) or len(scheme.version) > 20:
        raise SchemeError("scheme.version", "must be letters, digits and single points, 20 at most")
    if not scheme.title.strip():
        raise SchemeError("scheme.title", "is missing")
    return scheme


def add(session: Session, text: str, actor: str, at: dt.datetime) -> AssessmentScheme:
    """Add a scheme, or return the one with this very text; an unlocked one of the same version is replaced.

    Raises ``SchemeError`` as ``read_own``, ``SchemeTakenError`` where the version is locked or shipped.
    """
    scheme = read_own(text)
    known = session.scalar(sa.select(AssessmentScheme).where(AssessmentScheme.content_hash == scheme.content_hash))
    if known is not None:
        return known
    if any(held.id == scheme.id and held.content_hash != scheme.content_hash for held in all_shipped()):
        raise SchemeTakenError
    same = session.scalar(
        sa.select(AssessmentScheme).where(
            AssessmentScheme.slug == scheme.id, AssessmentScheme.version == scheme.version
        )
    )
    if same is not None and same.locked_at is not None:
        raise SchemeTakenError
    row = same or AssessmentScheme(slug=scheme.id, version=scheme.version)
    row.text, row.content_hash, row.added_at, row.added_by = text, scheme.content_hash, at, actor
    session.add(row)
    session.flush()
    _record(session, "scheme_added", row, actor, at)
    return row


def remove(session: Session, row: AssessmentScheme, actor: str, at: dt.datetime) -> None:
    """Take a scheme out that nothing rests on. Raises ``WrongStateError`` for a locked one."""
    if row.locked_at is not None:
        raise WrongStateError("remove", "locked")
    session.delete(row)
    session.flush()
    act = Act("scheme_removed", f"scheme:{row.slug}:{row.version}", actor, extra={"removed": True})
    journal.record(session, act, at)


def locked(session: Session, scheme: Scheme, at: dt.datetime, actor: str) -> AssessmentScheme:
    """Return the row of a scheme that is now used, locked; a shipped one gets its row when it is first used."""
    row = session.scalar(sa.select(AssessmentScheme).where(AssessmentScheme.content_hash == scheme.content_hash))
    if row is None:
        row = AssessmentScheme(
            slug=scheme.id,
            version=scheme.version,
            text=scheme.text,
            content_hash=scheme.content_hash,
            added_at=at,
            added_by=actor,
        )
        session.add(row)
    if row.locked_at is None:
        row.locked_at = at
        session.flush()
        _record(session, "scheme_locked", row, actor, at)
    return row


def all_shipped() -> Iterator[Scheme]:
    """Yield the schemes that come with the software, the default first."""
    return (shipped(name) for name in shipped_names())


def all_schemes(session: Session) -> list[Scheme]:
    """Return every scheme a reader may choose: the shipped ones, then those added, oldest first."""
    known = list(all_shipped())
    hashes = {scheme.content_hash for scheme in known}
    rows = session.scalars(sa.select(AssessmentScheme).order_by(AssessmentScheme.id))
    return [*known, *(row.scheme for row in rows if row.content_hash not in hashes)]


def default_scheme() -> Scheme:
    """Return the scheme of a wave that names none."""
    return shipped(DEFAULT_SCHEME)


def _record(session: Session, act: str, row: AssessmentScheme, actor: str, at: dt.datetime) -> None:
    extra = {"version": row.version, "content_hash": content_hash(row.text)}
    journal.record(session, Act(act, f"scheme:{row.slug}:{row.version}", actor, extra=extra), at)
