"""Following by mail: asked for, confirmed from the mailbox, told of news from one point of the journal to the next.

An address is sealed, and found again only through a keyed hash. It is erased when its owner stops, and when it was
never confirmed. Nobody who asks is told whether an address follows anything.
"""

import datetime as dt
import enum
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from minsheng.clock import LOCAL_ZONE
from minsheng.database import Base, Identity, enumeration
from minsheng.encryption import ContactBox
from minsheng.errors import DomainError
from minsheng.journal import JournalHead
from minsheng.mailing import mail
from minsheng.mailing.mail import Mail
from minsheng.mailing.topics import LONGEST_KEY, Topic, TopicKind

CONFIRM_WITHIN = dt.timedelta(days=3)
MOST_WAITING = 3
"""Unconfirmed requests per address: more would let strangers fill a mailbox."""
MOST_FOLLOWED = 50
"""Topics per address."""
DIGEST_HOUR = 7
"""When daily and weekly mail is made, civil time in China."""
_MAC_LENGTH = 32


class Rhythm(enum.StrEnum):
    """How often news is sent."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"


class SubscriptionState(enum.StrEnum):
    """``declined``: whoever owns the address said no; its hash stays for a while so that nobody asks again."""

    PENDING = "pending"
    ACTIVE = "active"
    DECLINED = "declined"


class Purpose(enum.StrEnum):
    """What a link in a mail is for; the token of one opens nothing else."""

    CONFIRM = "confirm"
    MANAGE = "manage"


class InvalidTokenError(DomainError):
    """A link that this site did not send, that is over, or whose subscription is gone."""

    code = "invalid_token"


class Subscription(Base):
    """One address follows one topic. ``cursor`` is the last entry of the journal its reader has been told of.

    ``sealed`` holds the address and, for one's own case, the tracking code; it is empty once declined.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        sa.UniqueConstraint("address_hash", "topic_kind", "topic_key"),
        sa.CheckConstraint("(state = 'declined') = (sealed IS NULL)", name="declined_is_erased"),
        sa.CheckConstraint("(state = 'active') = (confirmed_at IS NOT NULL)", name="active_is_confirmed"),
    )

    id: Mapped[Identity]
    reference: Mapped[str] = mapped_column(sa.String(24), unique=True, default=lambda: secrets.token_urlsafe(12))
    topic_kind: Mapped[TopicKind] = mapped_column(enumeration(TopicKind))
    topic_key: Mapped[str] = mapped_column(sa.String(LONGEST_KEY))
    address_hash: Mapped[str] = mapped_column(sa.String(64), index=True)
    sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    language: Mapped[str] = mapped_column(sa.String(10))
    rhythm: Mapped[Rhythm] = mapped_column(enumeration(Rhythm))
    state: Mapped[SubscriptionState] = mapped_column(enumeration(SubscriptionState), default=SubscriptionState.PENDING)
    asked_at: Mapped[dt.datetime] = mapped_column(index=True)
    confirmed_at: Mapped[dt.datetime | None]
    cursor: Mapped[int] = mapped_column(default=0)
    next_due: Mapped[dt.datetime | None] = mapped_column(index=True)

    @property
    def topic(self) -> Topic:
        """What is followed."""
        return Topic(self.topic_kind, self.topic_key)

    @property
    def record(self) -> str:
        """The name the address is sealed for, and under which its mail is found."""
        return f"subscription:{self.reference}"

    def opened(self, box: ContactBox) -> tuple[str, str]:
        """Return the address and the tracking code (empty where there is none). Raises ``CannotOpenError``."""
        kept = json.loads(box.open(self.sealed or b"", self.record))
        return kept["address"], kept["code"]


@dataclass(frozen=True)
class Request:
    """What somebody asks for; ``code`` is the tracking code of the own case, else empty."""

    address: str
    topic: Topic
    rhythm: Rhythm
    language: str
    code: str = ""


@dataclass(frozen=True)
class Keys:
    """The site's secret, which keys hashes and links, and the box that seals addresses."""

    secret: str
    box: ContactBox


def address_hash(secret: str, address: str) -> str:
    """Return the keyed hash of an address: the same for any case of its letters and any ``+tag`` in it."""
    local, _, domain = address.casefold().rpartition("@")
    mailbox = f"{local.partition('+')[0]}@{domain}"
    return hmac.new(secret.encode(), f"subscriber\0{mailbox}".encode(), hashlib.sha256).hexdigest()


def token(secret: str, purpose: Purpose, subscription: Subscription) -> str:
    """Return what a link in a mail carries: the reference, and a keyed digest of it and of what the link is for."""
    return f"{subscription.reference}.{_mac(secret, purpose, subscription.reference)}"


def by_token(session: Session, secret: str, purpose: Purpose, given: str) -> Subscription:
    """Return the subscription of a link. Raises ``InvalidTokenError`` for any other text, and once it is gone."""
    reference, _, mac = given.partition(".")
    if not hmac.compare_digest(mac.encode(), _mac(secret, purpose, reference).encode()):
        raise InvalidTokenError
    found = session.scalar(sa.select(Subscription).where(Subscription.reference == reference))
    if found is None or found.state is SubscriptionState.DECLINED:
        raise InvalidTokenError
    return found


def _mac(secret: str, purpose: Purpose, reference: str) -> str:
    message = f"subscription\0{purpose.value}\0{reference}"
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()[:_MAC_LENGTH]


def ask(
    session: Session, keys: Keys, request: Request, at: dt.datetime, write: Callable[[Subscription, Purpose], Mail]
) -> None:
    """Take a request and put the mail that answers it in line; the caller commits, and says the same in any case.

    A new topic is asked to be confirmed, once while that is open. One that is followed already is told so, once a
    day at most. ``write`` makes the mail for either purpose. Raises ``InvalidRecipientError``.
    """
    address = mail.read_address(request.address)
    hashed = address_hash(keys.secret, address)
    _erase_expired(session, at, hashed)
    known = session.scalars(sa.select(Subscription).where(Subscription.address_hash == hashed)).all()
    same = next((one for one in known if one.topic == request.topic), None)
    if same is not None:
        if same.state is SubscriptionState.ACTIVE:
            day = at.astimezone(LOCAL_ZONE).date()
            message = write(same, Purpose.MANAGE)
            mail.queue(session, keys.box, f"known:{same.reference}:{day}", message, at, same.record)
        return
    waiting = sum(one.state is not SubscriptionState.ACTIVE for one in known)
    if waiting >= MOST_WAITING or len(known) - waiting >= MOST_FOLLOWED:
        return
    made = Subscription(
        topic_kind=request.topic.kind,
        topic_key=request.topic.key,
        address_hash=hashed,
        language=request.language,
        rhythm=request.rhythm,
        asked_at=at,
        reference=secrets.token_urlsafe(12),
    )
    made.sealed = keys.box.seal(json.dumps({"address": address, "code": request.code}), made.record)
    session.add(made)
    session.flush()
    mail.queue(session, keys.box, f"confirm:{made.reference}", write(made, Purpose.CONFIRM), at, made.record)


def confirm(session: Session, subscription: Subscription, at: dt.datetime) -> None:
    """Begin to send news, from now on; a second time changes nothing. Raises ``InvalidTokenError`` when too late."""
    if subscription.state is SubscriptionState.ACTIVE:
        return
    if at > subscription.asked_at + CONFIRM_WITHIN:
        raise InvalidTokenError
    subscription.state = SubscriptionState.ACTIVE
    subscription.confirmed_at = at
    subscription.cursor = last_sequence(session)
    subscription.next_due = after(subscription.rhythm, at)


def change_rhythm(subscription: Subscription, rhythm: Rhythm, at: dt.datetime) -> None:
    """Send news at another rhythm from now on; what has not been told yet comes with the next mail."""
    subscription.rhythm = rhythm
    subscription.next_due = after(rhythm, at)


def stop(session: Session, subscription: Subscription) -> None:
    """End a subscription and erase its address, with all mail to it that still waits."""
    mail.drop_unsent(session, subscription.record)
    if subscription.state is SubscriptionState.PENDING:
        subscription.state = SubscriptionState.DECLINED
        subscription.sealed = None
    else:
        session.delete(subscription)


def drop_unconfirmed(session: Session, at: dt.datetime) -> int:
    """Erase requests that nobody confirmed in time; the caller commits. Returns how many there were."""
    return _erase_expired(session, at)


def _erase_expired(session: Session, at: dt.datetime, hashed: str | None = None) -> int:
    """Erase requests, all or those of one address, that are over."""
    query = sa.select(Subscription).where(
        Subscription.state != SubscriptionState.ACTIVE, Subscription.asked_at < at - CONFIRM_WITHIN
    )
    expired = session.scalars(query if hashed is None else query.where(Subscription.address_hash == hashed)).all()
    for one in expired:
        mail.drop_unsent(session, one.record)
        session.delete(one)
    session.flush()
    return len(expired)


def last_sequence(session: Session) -> int:
    """Return the number of the last entry of the journal; writers stand in line, so none before it is missing."""
    return session.scalar(sa.select(JournalHead.sequence)) or 0


def due(session: Session, at: dt.datetime, upto: int, limit: int) -> Sequence[int]:
    """Return the identities of subscriptions that may have news and whose time has come, oldest first."""
    query = sa.select(Subscription.id).where(
        Subscription.state == SubscriptionState.ACTIVE,
        Subscription.cursor < upto,
        Subscription.next_due <= at,
    )
    return session.scalars(query.order_by(Subscription.next_due, Subscription.id).limit(limit)).all()


def advance(session: Session, subscription: Subscription, upto: int, at: dt.datetime) -> bool:
    """Move the cursor in one statement; return False where another process has just told the same news."""
    moved = session.execute(
        sa.update(Subscription)
        .where(Subscription.id == subscription.id, Subscription.cursor == subscription.cursor)
        .values(cursor=upto, next_due=after(subscription.rhythm, at))
        .execution_options(synchronize_session=False)
    )
    return bool(moved.rowcount == 1)  # type: ignore[attr-defined]  # an UPDATE's result has it


def after(rhythm: Rhythm, at: dt.datetime) -> dt.datetime:
    """Return when news is next due: now, at the next morning, or on the next Monday's."""
    if rhythm is Rhythm.AT_ONCE:
        return at
    local = at.astimezone(LOCAL_ZONE)
    due_at = local.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    if rhythm is Rhythm.WEEKLY:
        due_at -= dt.timedelta(days=due_at.weekday())
    step = dt.timedelta(days=7 if rhythm is Rhythm.WEEKLY else 1)
    return due_at if due_at > local else due_at + step
