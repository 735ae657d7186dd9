"""The journal: an append-only, hash-chained record of what was published and done.

Each entry's content is digested with a salt of its own, and the chain runs over the digests:
``digest = SHA-256(salt ‖ content)``, ``hash = SHA-256(previous hash ‖ digest)``. A reader who gets only digest
and hash of an entry that is not public can still verify the whole chain. Entries hold posts and figures, never
personal data.
"""

import dataclasses
import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from minsheng.database import Base

GENESIS = "0" * 64


class JournalEntry(Base):
    """One act. ``payload`` is canonical JSON text: changes, reason and the snapshot of what became public."""

    __tablename__ = "journal_entry"
    __table_args__ = (sa.CheckConstraint("length(hash) = 64 AND length(previous_hash) = 64", name="hash_length"),)

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(index=True)
    act: Mapped[str] = mapped_column(sa.String(40), index=True)
    subject: Mapped[str] = mapped_column(sa.String(120), index=True)
    about_project: Mapped[str | None] = mapped_column(sa.String(80), index=True)
    actor: Mapped[str] = mapped_column(sa.String(160))
    is_public: Mapped[bool]
    payload: Mapped[str] = mapped_column(sa.Text)
    salt: Mapped[str] = mapped_column(sa.String(32))
    previous_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)

    @property
    def details(self) -> dict[str, object]:
        """The payload as a dictionary."""
        loaded: dict[str, object] = json.loads(self.payload)
        return loaded

    @property
    def content(self) -> str:
        """The canonical text that the digest covers."""
        return canonical(
            {
                "sequence": self.sequence,
                "at": self.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
                "act": self.act,
                "subject": self.subject,
                "about_project": self.about_project,
                "actor": self.actor,
                "is_public": self.is_public,
                "payload": self.payload,
            }
        )

    @property
    def digest(self) -> str:
        """SHA-256 of salt and content, in hexadecimal."""
        return hashlib.sha256((self.salt + self.content).encode()).hexdigest()

    def chained_hash(self) -> str:
        """SHA-256 of the previous hash and this entry's digest, in hexadecimal."""
        return hashlib.sha256((self.previous_hash + self.digest).encode()).hexdigest()


class JournalHead(Base):
    """The one row that names the last entry; locking it puts writers in line."""

    __tablename__ = "journal_head"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int]
    hash: Mapped[str] = mapped_column(sa.String(64))


@dataclasses.dataclass(frozen=True)
class Act:
    """What is to be recorded: ``subject`` is ``kind:key``, ``actor`` a post (never a person's name)."""

    name: str
    subject: str
    actor: str
    about_project: str | None = None
    is_public: bool = True
    reason: str = ""
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None
    extra: Mapping[str, object] = dataclasses.field(default_factory=dict)

    def payload(self) -> dict[str, object]:
        """Return reason, changed fields (old and new) and the snapshot after the act."""
        payload: dict[str, object] = dict(self.extra)
        if self.reason:
            payload["reason"] = self.reason
        if self.before is not None and self.after is not None:
            payload["changes"] = changes(self.before, self.after)
        if self.after is not None:
            payload["snapshot"] = dict(self.after)
        return payload


@dataclasses.dataclass(frozen=True)
class Fault:
    """A place where the journal or a published record does not fit: ``where`` names it, ``kind`` says how."""

    kind: str
    where: str


def canonical(value: object) -> str:
    """Return JSON text with sorted keys and no spaces: one text for one value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def changes(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, list[object]]:
    """Return ``{field: [old, new]}`` for the fields that differ."""
    names = sorted({*before, *after})
    return {name: [before.get(name), after.get(name)] for name in names if before.get(name) != after.get(name)}


def record(session: Session, act: Act, at: dt.datetime) -> JournalEntry:
    """Append an act to the chain, inside the caller's transaction.

    The head row is locked, so that two writers can never take the same place in the chain.
    """
    head = lock(session)
    entry = JournalEntry(
        sequence=head.sequence + 1,
        at=at,
        act=act.name,
        subject=act.subject,
        about_project=act.about_project,
        actor=act.actor,
        is_public=act.is_public,
        payload=canonical(act.payload()),
        salt=secrets.token_hex(16),
        previous_hash=head.hash,
    )
    entry.hash = entry.chained_hash()
    session.add(entry)
    head.sequence, head.hash = entry.sequence, entry.hash
    session.flush()
    return entry


def lock(session: Session) -> JournalHead:
    """Lock the head of the chain until the transaction ends, so that whoever writes next waits; return it."""
    head = session.scalar(sa.select(JournalHead).with_for_update())
    if head is None:
        head = JournalHead(id=1, sequence=0, hash=GENESIS)
        session.add(head)
        session.flush()
    return head


def current_head(session: Session) -> str:
    """Return ``sequence:hash`` of the last entry: what an outsider keeps in order to notice a cut tail."""
    head = session.get(JournalHead, 1)
    return f"{head.sequence}:{head.hash}" if head else f"0:{GENESIS}"


def head_before(session: Session, moment: dt.datetime) -> str:
    """Return ``sequence:hash`` of the last entry before a moment, empty where there is none.

    Of a past midnight this never changes again: whoever writes it down on the next day writes down the same.
    """
    query = sa.select(JournalEntry.sequence, JournalEntry.hash).where(JournalEntry.at < moment)
    row = session.execute(query.order_by(JournalEntry.sequence.desc()).limit(1)).first()
    return f"{row.sequence}:{row.hash}" if row else ""


def verify_chain(entries: Iterable[JournalEntry], head: str, saved_head: str | None = None) -> Iterator[Fault]:
    """Yield every fault of the chain, from its first entry to ``head``, and against a head kept elsewhere."""
    previous, expected, seen = GENESIS, 1, {"0": GENESIS}
    for entry in entries:
        if entry.sequence != expected:
            yield Fault("entries_missing", f"{expected}–{entry.sequence - 1}")
        elif entry.previous_hash != previous:
            yield Fault("chain_broken", f"{entry.sequence} {entry.subject}")
        if entry.hash != entry.chained_hash():
            yield Fault("entry_altered", f"{entry.sequence} {entry.subject}")
        seen[str(entry.sequence)] = entry.hash
        previous, expected = entry.hash, entry.sequence + 1
    if head != f"{expected - 1}:{previous}":
        yield Fault("tail_missing", f"{expected}–{head.partition(':')[0]}")
    if saved_head is not None:
        sequence, _, saved_hash = saved_head.strip().partition(":")
        if sequence not in seen:
            yield Fault("saved_head_missing", sequence)
        elif seen[sequence] != saved_hash:
            yield Fault("saved_head_differs", sequence)


def verify_subjects(
    entries: Iterable[JournalEntry], current: Callable[[], Iterator[tuple[str, dict[str, object]]]]
) -> Iterator[Fault]:
    """Yield every published record that differs from its last journal entry, lacks one, or is gone.

    ``current`` yields ``(subject, snapshot)`` of all records that are or were public.
    """
    last: dict[str, str] = {}
    for entry in entries:
        details = entry.details
        if isinstance(renamed := details.get("renamed"), dict):
            last = _after_rename(last, renamed["kind"], renamed["from"], renamed["to"])
        if "removed" in details:
            last.pop(entry.subject, None)
        for subject in cast("list[str]", details.get("removed_subjects", [])):
            last.pop(subject, None)
        if "snapshot" in details:
            last[entry.subject] = canonical(details["snapshot"])
    for subject, snapshot in current():
        recorded = last.pop(subject, None)
        if recorded is None:
            yield Fault("record_not_in_journal", subject)
        elif recorded != canonical(snapshot):
            fields = ", ".join(changes(json.loads(recorded), json.loads(canonical(snapshot))))
            yield Fault("record_altered", f"{subject} ({fields})")
    for subject in last:
        yield Fault("record_gone", subject)


def _after_rename(last: Mapping[str, str], kind: str, old: str, new: str) -> dict[str, str]:
    """Return what is known of every subject as the records say it after one of them took another slug.

    Subjects name projects and programmes by slug (``project:slug``, ``report:slug:…``), and snapshots name the
    project, programme or agency they belong to.
    """
    prefixes = {"project": ("project", "report"), "programme": ("programme",)}.get(kind, ())
    known = {}
    for subject, snapshot in last.items():
        first, _, rest = subject.partition(":")
        name, colon, tail = rest.partition(":")
        moved = f"{first}:{new}{colon}{tail}" if first in prefixes and name == old else subject
        known[moved] = _renamed_in(snapshot, kind, old, new)
    return known


def _renamed_in(snapshot: str, kind: str, old: str, new: str) -> str:
    """Return a recorded snapshot with a renamed record's new slug where it names that record."""
    if canonical(old) not in snapshot:
        return snapshot
    said = json.loads(snapshot)
    return canonical({**said, kind: new}) if said.get(kind) == old else snapshot
