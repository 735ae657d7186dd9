"""Everything that lies sealed in the database, and moving it to a new key, also while the site is used.

A value is replaced only where it still is what was read, so a change in the same moment is never lost; each lot is a
transaction of its own, so stopping at any point leaves every value readable and the rest for the next run.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from minsheng.accounts.second_factors import AuthenticatorApp
from minsheng.casework.case_import_drafts import CaseImportDraft
from minsheng.casework.held_letters import HeldLetter
from minsheng.casework.suggestions import Suggestion
from minsheng.encryption import CannotOpenError, ContactBox
from minsheng.mailing.mail import QueuedMail
from minsheng.mailing.subscriptions import Subscription
from minsheng.surveying.answer_imports import AnswerImport
from minsheng.surveying.sample_frames import SampleFrame

AT_ONCE = 200


@dataclass(frozen=True)
class SealedColumn:
    """A column that holds sealed values, and the name each is sealed for."""

    model: Any
    column: InstrumentedAttribute[Any]
    record: Callable[[Any], str]


SEALED = (
    SealedColumn(Suggestion, Suggestion.contact_sealed, lambda case: case.subject),
    SealedColumn(HeldLetter, HeldLetter.contact_sealed, lambda held: held.subject),
    SealedColumn(QueuedMail, QueuedMail.sealed, lambda mail: mail.record),
    SealedColumn(Subscription, Subscription.sealed, lambda subscription: subscription.record),
    SealedColumn(AuthenticatorApp, AuthenticatorApp.sealed_secret, lambda app: f"authenticator:{app.staff_member_id}"),
    SealedColumn(CaseImportDraft, CaseImportDraft.sealed, lambda draft: draft.record),
    SealedColumn(AnswerImport, AnswerImport.sealed, lambda waiting: waiting.record),
    SealedColumn(SampleFrame, SampleFrame.sealed_key, lambda frame: frame.record),
)


@dataclass(frozen=True)
class Rotation:
    """How many values were sealed anew, and how many no key opens."""

    moved: int
    unreadable: int


def keys_in_use(session: Session) -> Counter[int]:
    """Return how many values are sealed with the key of each number."""
    used: Counter[int] = Counter()
    for sealed in SEALED:
        values = session.scalars(sa.select(sealed.column).where(sealed.column.is_not(None)))
        used.update(value[0] for value in values if value)
    return used


def rotate(session: Session, box: ContactBox, at_once: int = AT_ONCE) -> Rotation:
    """Seal anew with the newest key what an older one sealed; commits lot by lot, and may be run again at any time.

    What no key opens is left as it is and counted.
    """
    moved = unreadable = 0
    for sealed in SEALED:
        identities = list(sealed.model.__mapper__.primary_key)
        last: Any = 0
        while rows := session.scalars(
            sa.select(sealed.model)
            .where(sealed.column.is_not(None), identities[0] > last)
            .order_by(identities[0])
            .limit(at_once)
        ).all():
            for row in rows:
                last = getattr(row, identities[0].key)
                value = getattr(row, sealed.column.key)
                if value[:1] == bytes([box.newest]):
                    continue
                try:
                    fresh = box.reseal(value, sealed.record(row))
                except CannotOpenError:
                    unreadable += 1
                    continue
                moved += _replace(session, sealed, identities[0] == last, value, fresh)
            session.commit()
            session.expire_all()
    return Rotation(moved, unreadable)


def _replace(session: Session, sealed: SealedColumn, is_this: sa.ColumnElement[bool], old: bytes, fresh: bytes) -> int:
    """Put a value in the place of the one that was read; return 0 where somebody has changed that meanwhile."""
    replaced = session.execute(
        sa.update(sealed.model)
        .where(is_this, sealed.column == old)
        .values({sealed.column.key: fresh})
        .execution_options(synchronize_session=False)
    )
    return int(replaced.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it
