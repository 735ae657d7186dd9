"""Ways a message leaves the house: through an SMTP server, or as readable files in a folder."""

import dataclasses
import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path
from typing import Literal, Protocol

TIMEOUT_SECONDS = 20
Security = Literal["starttls", "tls", "none"]


class RefusedForGoodError(Exception):
    """The server will never take this message: sending it again would be refused again."""


class Transport(Protocol):
    """Takes a finished message. ``encoding`` is how its texts are carried (a content transfer encoding)."""

    @property
    def encoding(self) -> Literal["8bit", "base64"]:
        """How texts are carried."""

    def send(self, message: EmailMessage) -> None:
        """Hand the message on. Raises ``RefusedForGoodError``, or ``OSError`` and ``SMTPException`` to try again."""


@dataclasses.dataclass(frozen=True)
class FileTransport:
    """Writes each message as ``<day>-<number>.eml``; the same message again replaces its file."""

    folder: Path
    encoding: Literal["8bit", "base64"] = "8bit"

    def send(self, message: EmailMessage) -> None:
        """Write the message, readable by the owner of the folder only."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = str(message["Message-ID"]).strip("<>").partition("@")[0]
        day = message["Date"].datetime.date().isoformat()
        path = self.folder / f"{day}-{number[:16]}.eml"
        path.touch(mode=0o600)
        path.write_bytes(message.as_bytes())


@dataclasses.dataclass(frozen=True)
class SmtpTransport:
    """Speaks to one SMTP server; ``security`` is STARTTLS, TLS from the start, or none (a relay on this machine)."""

    host: str
    port: int
    security: Security = "starttls"
    user: str = ""
    password: str = dataclasses.field(default="", repr=False)
    encoding: Literal["8bit", "base64"] = "base64"

    def send(self, message: EmailMessage) -> None:
        """Send the message; certificates are checked."""
        context = ssl.create_default_context()
        if self.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_SECONDS, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)
        with server:
            if self.security == "starttls":
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password)
            try:
                server.send_message(message)
            except smtplib.SMTPRecipientsRefused as error:
                if all(code >= 500 for code, _words in error.recipients.values()):
                    raise RefusedForGoodError from error
                raise
