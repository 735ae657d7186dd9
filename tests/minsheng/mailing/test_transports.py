"""Mail that leaves the house, spoken over a socket to a server that knows the few words SMTP needs."""

import base64
import datetime as dt
import email.policy
import smtplib
import socketserver
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import format_datetime

import pytest

from minsheng.mailing.transports import RefusedForGoodError, SmtpTransport

RIGHT = base64.b64encode(b"\0site\0right").decode()


class Postbox(socketserver.ThreadingTCPServer):
    """Keeps what it took. One recipient does not exist, another's box is full today."""

    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.taken: list[tuple[str, list[str], bytes]] = []
        self.heard: list[str] = []


class Conversation(socketserver.StreamRequestHandler):
    """One client's session."""

    server: Postbox

    def handle(self) -> None:
        """Answer until the client leaves."""
        self._say("220 postbox")
        sender, recipients = "", []
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            verb, _, rest = line.partition(" ")
            self.server.heard.append(verb.upper())
            match verb.upper():
                case "EHLO":
                    self._say("250-postbox\r\n250 AUTH PLAIN")
                case "AUTH":
                    self._say("235 welcome" if rest == f"PLAIN {RIGHT}" else "535 wrong")
                case "MAIL":
                    sender = _address(rest)
                    self._say("250 OK")
                case "RCPT":
                    recipients.append(_address(rest))
                    self._say(_verdict(recipients[-1]))
                case "DATA":
                    self._say("354 go on")
                    self.server.taken.append((sender, recipients, self._text()))
                    self._say("250 taken")
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 OK")

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())

    def _text(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)


def _address(rest: str) -> str:
    return rest.partition("<")[2].partition(">")[0]


def _verdict(recipient: str) -> str:
    return {"nobody@example.com": "550 no such user", "full@example.com": "452 box full"}.get(recipient, "250 OK")


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with Postbox() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def transport(postbox: Postbox, *, knows_the_word: bool = True) -> SmtpTransport:
    password = "right" if knows_the_word else "wrong"
    return SmtpTransport("127.0.0.1", postbox.server_address[1], security="none", user="site", password=password)


def message(to: str = "reader@example.com") -> EmailMessage:
    written = EmailMessage(policy=email.policy.SMTP)
    written["From"] = "民生·民声 <minsheng@example.com>"
    written["To"] = to
    written["Subject"] = "村道修好了"
    written["Date"] = format_datetime(dt.datetime(2026, 6, 10, 4, 0, tzinfo=dt.UTC))
    written["Message-ID"] = "<abc@example.com>"
    written.set_content("例山乡的路通车了。\n", cte="base64")
    return written


def test_a_server_takes_the_message_whole(postbox: Postbox) -> None:
    transport(postbox).send(message())
    ((sender, recipients, data),) = postbox.taken
    read = email.message_from_bytes(data, policy=email.policy.default)
    assert (sender, recipients) == ("minsheng@example.com", ["reader@example.com"])
    assert read["Subject"] == "村道修好了"
    assert isinstance(read, EmailMessage)
    assert read.get_content().splitlines() == ["例山乡的路通车了。"]


def test_an_address_that_does_not_exist_is_refused_for_good(postbox: Postbox) -> None:
    with pytest.raises(RefusedForGoodError):
        transport(postbox).send(message("nobody@example.com"))


def test_a_full_box_and_a_wrong_password_are_tried_again(postbox: Postbox) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        transport(postbox).send(message("full@example.com"))
    with pytest.raises(smtplib.SMTPAuthenticationError):
        transport(postbox, knows_the_word=False).send(message())
    assert postbox.taken == []


def test_a_server_that_cannot_encrypt_is_not_told_the_password(postbox: Postbox) -> None:
    careful = SmtpTransport("127.0.0.1", postbox.server_address[1], security="starttls", user="site", password="right")
    with pytest.raises(smtplib.SMTPNotSupportedError):
        careful.send(message())
    assert "AUTH" not in postbox.heard
