"""Mail that waits to be sent: written in the transaction of what it tells, sent later, at least once.

A key names each message once and for all: queueing it again changes nothing, and its ``Message-ID`` comes from the
key, so that a message sent twice is shown once. What it says and to whom is sealed, and erased once it is sent.
"""

import dataclasses
import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from smtplib import SMTPException

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from minsheng.database import Base, Identity
from minsheng.encryption import CannotOpenError, ContactBox
from minsheng.errors import DomainError
from minsheng.mailing.transports import RefusedForGoodError, Transport

LONGEST_ADDRESS = 254
MOST_ATTEMPTS = 10
CLAIM = dt.timedelta(minutes=10)
"""How long one sender has a message to itself; later it counts as failed, whatever became of that sender."""
KEPT = dt.timedelta(days=30)
"""How long the bare record of a sent message is kept."""
FIRST_PAUSE = dt.timedelta(minutes=1)
LONGEST_PAUSE = dt.timedelta(hours=12)

_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class InvalidRecipientError(DomainError):
    """A text is no mail address that this site writes to."""

    code = "invalid_recipient"


class QueuedMail(Base):
    """One message. ``sealed`` holds the whole of it until it is sent or given up; ``about`` names whose it is.

    ``next_attempt`` is empty once nothing more will be tried. ``error`` is the kind of the last failure, no more:
    servers repeat addresses in their words.
    """

    __tablename__ = "queued_mail"

    id: Mapped[Identity]
    key: Mapped[str] = mapped_column(sa.String(160), unique=True)
    about: Mapped[str] = mapped_column(sa.String(40), default="", index=True)
    sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    created_at: Mapped[dt.datetime] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt: Mapped[dt.datetime | None] = mapped_column(index=True)
    sent_at: Mapped[dt.datetime | None]
    error: Mapped[str] = mapped_column(sa.String(80), default="")

    @property
    def record(self) -> str:
        """The name the message is sealed for."""
        return f"mail:{self.key}"


@dataclasses.dataclass(frozen=True)
class Mail:
    """What is sent: plain text, the same as simple HTML, and the address that ends a subscription at one click."""

    recipient: str
    subject: str
    text: str
    html: str = ""
    unsubscribe: str = ""


@dataclasses.dataclass(frozen=True)
class Sender:
    """Whose mail it is: an address, and the name shown with it."""

    address: str
    name: str = ""


def read_address(typed: str) -> str:
    """Return a typed mail address in the form it is written to: plain ASCII, its domain in lower case.

    Raises ``InvalidRecipientError`` for anything but ``name@domain`` with a domain of two parts or more; a domain in
    Chinese is turned into its ASCII form.
    """
    local, at, domain = typed.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise InvalidRecipientError from error
    address = f"{local}@{domain}"
    fits = len(address) <= LONGEST_ADDRESS and len(local) <= 64
    if not (at and fits and _LOCAL_PART.fullmatch(local) and _DOMAIN.fullmatch(domain)):
        raise InvalidRecipientError
    return address


def queue(session: Session, box: ContactBox, key: str, mail: Mail, at: dt.datetime, about: str = "") -> bool:
    """Put a message in line, inside the caller's transaction; return whether it was not there yet."""
    read_address(mail.recipient)
    if session.scalar(sa.select(QueuedMail.id).where(QueuedMail.key == key)) is not None:
        return False
    message = QueuedMail(key=key, about=about, created_at=at, next_attempt=at)
    message.sealed = box.seal(json.dumps(dataclasses.asdict(mail), ensure_ascii=False), message.record)
    try:
        with session.begin_nested():
            session.add(message)
    except IntegrityError:
        return False
    return True


def drop_unsent(session: Session, about: str) -> None:
    """Erase what waits about something that its reader no longer wants."""
    session.execute(sa.delete(QueuedMail).where(QueuedMail.about == about, QueuedMail.sent_at.is_(None)))


def send_due(
    session: Session,
    box: ContactBox,
    transport: Transport,
    sender: Sender,
    clock: Callable[[], dt.datetime],
    limit: int = 200,
) -> int:
    """Send what is due, oldest first; commits around each message and return how many were sent.

    A message is claimed before it is sent and never held in a transaction while a server is slow. Whoever dies in
    between leaves it to the next one after ``CLAIM``: at least once.
    """
    ids = session.scalars(
        sa.select(QueuedMail.id).where(QueuedMail.next_attempt <= clock()).order_by(QueuedMail.id).limit(limit)
    ).all()
    session.commit()
    return sum(_send(session, box, transport, sender, number, clock) for number in ids)


def _send(
    session: Session,
    box: ContactBox,
    transport: Transport,
    sender: Sender,
    number: int,
    clock: Callable[[], dt.datetime],
) -> bool:
    """Claim one message, send it, and write down what became of it."""
    at = clock()
    claimed = session.execute(
        sa.update(QueuedMail)
        .where(QueuedMail.id == number, QueuedMail.next_attempt <= at)
        .values(next_attempt=at + CLAIM, attempts=QueuedMail.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    session.commit()
    message = session.get(QueuedMail, number, populate_existing=True)
    if claimed.rowcount != 1 or message is None or message.sealed is None:  # type: ignore[attr-defined]  # an UPDATE's result has it
        session.commit()
        return False
    key, created_at, attempts, sealed = message.key, message.created_at, message.attempts, message.sealed
    record = message.record
    session.commit()
    error, is_final = "", False
    try:
        mail = Mail(**json.loads(box.open(sealed, record)))
        transport.send(compose(mail, sender, key, created_at, transport.encoding))
    except (OSError, SMTPException) as failure:
        error, is_final = type(failure).__name__, attempts >= MOST_ATTEMPTS
    except (RefusedForGoodError, CannotOpenError, ValueError) as failure:
        error, is_final = type(failure).__name__, True
    _note(session, number, clock(), attempts, error, is_final=is_final)
    return not error


def _note(session: Session, number: int, at: dt.datetime, attempts: int, error: str, *, is_final: bool) -> None:
    """Write down that a message was sent, is to be tried again, or was given up."""
    pause = min(FIRST_PAUSE * 3 ** (attempts - 1), LONGEST_PAUSE)
    values: dict[str, object] = {"error": error, "next_attempt": at + pause}
    if not error or is_final:
        values |= {"next_attempt": None, "sealed": None, "sent_at": None if error else at}
    session.execute(
        sa.update(QueuedMail)
        .where(QueuedMail.id == number)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    session.commit()


def compose(mail: Mail, sender: Sender, key: str, at: dt.datetime, encoding: str) -> EmailMessage:
    """Return the message as it goes out; ``encoding`` is the content transfer encoding of its texts.

    Line ends and control characters never reach a header: from the subject they are removed, in any address they
    raise ``InvalidRecipientError``. ``List-Unsubscribe`` is RFC 2369, its one-click form RFC 8058.
    """
    message = EmailMessage()
    address = read_address(sender.address)
    local, _, domain = address.rpartition("@")
    message["From"] = Address(_CONTROL.sub(" ", sender.name), local, domain)
    message["To"] = read_address(mail.recipient)
    message["Subject"] = _CONTROL.sub(" ", mail.subject).strip()
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    if mail.unsubscribe:
        message["List-Unsubscribe"] = f"<{_CONTROL.sub('', mail.unsubscribe)}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.text, cte=encoding)
    if mail.html:
        message.add_alternative(mail.html, subtype="html", cte=encoding)
    return message


def forget(session: Session, at: dt.datetime) -> None:
    """Drop the bare records of messages that were sent or given up long ago; the caller commits."""
    session.execute(sa.delete(QueuedMail).where(QueuedMail.next_attempt.is_(None), QueuedMail.created_at < at - KEPT))
