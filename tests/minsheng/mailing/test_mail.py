"""Mail: no header can be smuggled in, nothing is lost or kept too long, and repeats are harmless."""

import datetime as dt
import email
import email.policy
from email.message import EmailMessage
from pathlib import Path
from smtplib import SMTPServerDisconnected

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.encryption import ContactBox
from minsheng.mailing import mail
from minsheng.mailing.mail import InvalidRecipientError, Mail, QueuedMail, Sender, compose, read_address
from minsheng.mailing.transports import FileTransport, RefusedForGoodError
from tests.conftest import AT

BOX = ContactBox({1: b"k" * 32})
SENDER = Sender("site@example.org", "民生·民声")
MAIL = Mail("wang@example.com", "有新消息", "正文", "<p>正文</p>", "https://example.org/stop")


class Unwilling:
    """A server that fails so many times, in its own way, and then takes the message."""

    encoding = "base64"

    def __init__(self, error: Exception, times: int) -> None:
        self.error, self.times = error, times
        self.taken: list[EmailMessage] = []

    def send(self, message: EmailMessage) -> None:
        if self.times:
            self.times -= 1
            raise self.error
        self.taken.append(message)


def send(session: Session, transport: object, at: dt.datetime = AT) -> int:
    return mail.send_due(session, BOX, transport, SENDER, lambda: at)  # type: ignore[arg-type]  # a double


@pytest.mark.parametrize(
    "mail_with_more",
    [
        Mail("wang@example.com", "主题\r\nBcc: other@example.com\r\n\r\nbody", "正文"),
        Mail("wang@example.com", "主题", "正文", unsubscribe="https://example.org/>\r\nBcc: other@example.com"),
        Mail("wang@example.com", "主题\u2028Bcc: other@example.com\x00", "正文"),
    ],
)
def test_no_header_can_be_smuggled_in(mail_with_more: Mail) -> None:
    message = compose(mail_with_more, SENDER, "key", AT, "base64")
    read = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
    assert read["Bcc"] is None
    assert read["To"] == "wang@example.com"
    assert "正文" in str(read.get_content())


@pytest.mark.parametrize("address", ["a@example.com\nBcc: b@example.com", "a@example.com, b@example.com", "a", "@x.cn"])
def test_no_second_recipient_can_be_smuggled_in(session: Session, address: str) -> None:
    with pytest.raises(InvalidRecipientError):
        compose(Mail(address, "主题", "正文"), SENDER, "key", AT, "8bit")
    with pytest.raises(InvalidRecipientError):
        mail.queue(session, BOX, "key", Mail(address, "主题", "正文"), AT)


def test_domains_are_written_in_ascii() -> None:
    assert read_address(" Wang.Xiu@例子.中国 ") == "Wang.Xiu@xn--fsqu00a.xn--fiqs8s"


def test_the_same_key_is_queued_once(session: Session) -> None:
    assert mail.queue(session, BOX, "key", MAIL, AT)
    assert not mail.queue(session, BOX, "key", MAIL, AT)
    assert session.scalar(sa.select(sa.func.count()).select_from(QueuedMail)) == 1


def test_message_id_comes_from_the_key() -> None:
    first, again, other = (compose(MAIL, SENDER, key, AT, "8bit")["Message-ID"] for key in ("a", "a", "b"))
    assert first == again != other


def test_sent_mail_is_readable_and_erased(session: Session, tmp_path: Path) -> None:
    mail.queue(session, BOX, "key", MAIL, AT)
    session.commit()
    assert send(session, FileTransport(tmp_path / "mail")) == 1
    assert send(session, FileTransport(tmp_path / "mail")) == 0
    (file,) = (tmp_path / "mail").iterdir()
    assert "正文" in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o077 == 0
    row = session.scalars(sa.select(QueuedMail)).one()
    assert (row.sealed, row.next_attempt, row.sent_at, row.error) == (None, None, AT, "")


def test_a_server_that_is_away_is_tried_again_later(session: Session) -> None:
    mail.queue(session, BOX, "key", MAIL, AT)
    session.commit()
    server = Unwilling(SMTPServerDisconnected("wang@example.com"), 2)
    assert send(session, server) == 0
    row = session.scalars(sa.select(QueuedMail)).one()
    assert row.error == "SMTPServerDisconnected"
    assert send(session, server, AT + dt.timedelta(seconds=30)) == 0
    assert server.times == 1
    assert send(session, server, AT + dt.timedelta(minutes=2)) == 0
    assert send(session, server, AT + dt.timedelta(minutes=6)) == 1
    assert [message["To"] for message in server.taken] == ["wang@example.com"]


def test_an_address_refused_for_good_is_given_up_and_erased(session: Session) -> None:
    mail.queue(session, BOX, "key", MAIL, AT)
    session.commit()
    server = Unwilling(RefusedForGoodError(), 1)
    send(session, server)
    assert send(session, server, AT + dt.timedelta(days=3)) == 0
    row = session.scalars(sa.select(QueuedMail)).one()
    assert (row.sealed, row.sent_at, row.error) == (None, None, "RefusedForGoodError")


def test_it_is_not_tried_for_ever(session: Session) -> None:
    mail.queue(session, BOX, "key", MAIL, AT)
    session.commit()
    server = Unwilling(ConnectionRefusedError(), 1000)
    for day in range(mail.MOST_ATTEMPTS + 5):
        send(session, server, AT + dt.timedelta(days=day))
    assert 1000 - server.times == mail.MOST_ATTEMPTS
    assert session.scalars(sa.select(QueuedMail)).one().sealed is None


def test_one_who_died_while_sending_is_relieved(session: Session) -> None:
    mail.queue(session, BOX, "key", MAIL, AT)
    session.commit()
    dying = Unwilling(KeyboardInterrupt(), 1)  # type: ignore[arg-type]  # what ends a process is no Exception
    with pytest.raises(KeyboardInterrupt):
        send(session, dying)
    session.rollback()
    assert send(session, dying, AT + dt.timedelta(minutes=1)) == 0
    assert send(session, dying, AT + mail.CLAIM) == 1


def test_bare_records_are_forgotten(session: Session, tmp_path: Path) -> None:
    mail.queue(session, BOX, "key", MAIL, AT)
    session.commit()
    send(session, FileTransport(tmp_path))
    mail.forget(session, AT + mail.KEPT + dt.timedelta(days=1))
    assert session.scalars(sa.select(QueuedMail)).all() == []
