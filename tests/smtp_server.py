"""A real SMTP server on loopback for the tests: keeps what it takes, refuses whom it is told to
refuse.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import IO
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


@dataclass
class Stages:
    """A server that says no where it is told to.

    `replies` maps a stage ("connection", "ehlo", "auth", "mail", "rcpt", "data", "end") to what it
    answers there; "" hangs up, and "trickle" sends a reply that never ends, a byte at a time,
    `slow` seconds apart. `mails` is what it has taken, `connections` how many there have been,
    `tried` the recipients it was asked about.
    """

    port: int = 0
    replies: dict[str, str] = field(default_factory=dict)
    slow: float = 0.02
    mails: list[Mail] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    connections: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def serve(self, client: socket.socket) -> None:
        """One connection, to its end."""
        self.connections += 1
        with suppress(OSError, EOFError), client, client.makefile("rwb") as stream:
            self._say(stream, "connection", "220 hej")
            while line := stream.readline():
                self._answer(stream, line.strip())

    def _answer(self, stream: IO[bytes], line: bytes) -> None:
        verb = line[:4].upper()
        if verb in (b"EHLO", b"HELO"):
            self._say(stream, "ehlo", "250-hej\r\n250 AUTH PLAIN")
        elif verb == b"AUTH":
            self._say(stream, "auth", "235 2.7.0 ok")
        elif verb == b"MAIL":
            self._say(stream, "mail", "250 ok")
        elif verb == b"RCPT":
            self.tried.append(line.decode().partition("<")[2].partition(">")[0])
            self._say(stream, "rcpt", "250 ok")
        elif verb == b"DATA":
            if self._say(stream, "data", "354 go"):
                self._take(stream)
        else:
            self._say(stream, "", "250 ok")

    def _take(self, stream: IO[bytes]) -> None:
        raw = b""
        while (line := stream.readline()) != b".\r\n":
            raw += line.removeprefix(b".")
        if self._say(stream, "end", "250 kept"):
            self.mails.append(Mail((self.tried[-1],), raw))

    def _say(self, stream: IO[bytes], stage: str, usual: str) -> bool:
        """Answers; whether it was the usual answer."""
        reply = self.replies.get(stage, usual)
        if reply == "":
            raise EOFError
        for byte in b"2" * 10_000 if reply == "trickle" else ():
            if self.ended.wait(self.slow):
                raise EOFError
            stream.write(bytes([byte]))
            stream.flush()
        stream.write(f"{reply}\r\n".encode())
        stream.flush()
        return reply == usual


@contextmanager
def refusing() -> Iterator[Stages]:
    """A server on a free port that refuses what it is told to."""
    stages = Stages()

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=stages.serve, args=(client,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0), backlog=50) as listener:
        stages.port = listener.getsockname()[1]
        threading.Thread(target=accept, daemon=True).start()
        yield stages
        stages.ended.set()
        listener.shutdown(socket.SHUT_RDWR)
