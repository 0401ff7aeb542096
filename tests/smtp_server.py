"""A real SMTP server on loopback for the tests: keeps what it takes, refuses whom it is told to
refuse.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

LINK = re.compile(r"https?://[^\s<>\"')\]]+")


@dataclass(frozen=True)
class Mail:
    """One mail as it arrived: envelope recipients and raw bytes."""

    to: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)  # type: ignore[arg-type,return-value]

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    def part(self, content_type: str) -> str:
        """The text of the first part of that type, "" when there is none."""
        for part in self.message.walk():
            if (
                part.get_content_type() == content_type
                and part.get_content_disposition() != "attachment"
            ):
                content = part.get_content()
                return content if isinstance(content, str) else content.decode()
        return ""

    @property
    def text(self) -> str:
        return self.part("text/plain")

    @property
    def html(self) -> str:
        return self.part("text/html")

    @property
    def calendar(self) -> str:
        return self.part("text/calendar")

    @property
    def links(self) -> list[str]:
        """The addresses in the plain text, in order."""
        return [link.rstrip(".,") for link in LINK.findall(self.text)]

    def link(self, beginning: str) -> str:
        """The path of the one link that begins so, as in `mail.link("/i/")`."""
        found = {
            urlsplit(link).path for link in self.links if urlsplit(link).path.startswith(beginning)
        }
        assert len(found) == 1, f"{len(found)} links begin with {beginning}: {self.links}"
        return found.pop()


@dataclass
class Smtp:
    """The server.

    `mails` is what it has taken; `answers` maps a recipient to the reply it gets, as "550 No such
    person".
    """

    port: int
    mails: list[Mail] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.lower() in self.answers:
            return self.answers[address.lower()]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        with self.lock:
            self.mails.append(Mail(tuple(envelope.rcpt_tos), envelope.original_content or b""))
        return "250 Kept"

    def to(self, address: str) -> list[Mail]:
        """The mails to one address, oldest first."""
        return [mail for mail in self.mails if address.lower() in map(str.lower, mail.to)]

    def last(self, address: str) -> Mail:
        """The newest mail to one address."""
        found = self.to(address)
        others = sorted({to for mail in self.mails for to in mail.to})
        assert found, f"no mail to {address}; there are mails to {others}"
        return found[-1]

    def clear(self) -> None:
        """Empties the mailbox and takes everybody's mail again."""
        self.mails.clear()
        self.answers.clear()


@contextmanager
def running() -> Iterator[Smtp]:
    """A server on a free port, for as long as the block lasts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        smtp = Smtp(probe.getsockname()[1])
    controller = Controller(smtp, hostname="127.0.0.1", port=smtp.port, ready_timeout=15)
    controller.start()
    try:
        yield smtp
    finally:
        controller.stop()
