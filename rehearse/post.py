"""The mail as it arrives: a real SMTP server on loopback, a mailbox for everybody.

Every mail and calendar entry is kept as a file.
"""

from __future__ import annotations

import re
import socket
import threading
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

LINK = re.compile(r"https?://[^\s<>\"')\]]+")


@dataclass(frozen=True)
class Entry:
    """A calendar entry as a mail program reads it: method, UID and sequence number."""

    method: str
    uid: str
    sequence: int
    start: str

    @classmethod
    def read(cls, text: str) -> Entry:
        """Unfolds the lines (RFC 5545 section 3.1) and takes the values of the one event.

        Raises `KeyError` when one is missing.
        """
        lines = re.sub(r"\r?\n[ \t]", "", text).splitlines()
        values = {re.split("[;:]", line)[0]: line.rpartition(":")[2] for line in lines}
        return cls(values["METHOD"], values["UID"], int(values["SEQUENCE"]), values["DTSTART"])


@dataclass(frozen=True)
class Mail:
    """One mail in a mailbox."""

    number: int
    raw: bytes

    @cached_property
    def message(self) -> EmailMessage:
        """The mail, parsed by the standard library."""
        return message_from_bytes(self.raw, policy=policy.default)

    @cached_property
    def to(self) -> tuple[str, str]:
        """Whom it is for: name and address. Several people may share an address."""
        address: Address = self.message["To"].addresses[0]
        return address.display_name, address.addr_spec.lower()

    @cached_property
    def text(self) -> str:
        """The plain text."""
        body = self.message.get_body(("plain",))
        return "" if body is None else str(body.get_content())

    @cached_property
    def calendar(self) -> str:
        """The calendar entry it brings, "" when it brings none.

        Most do not, and are not read for it.
        """
        if b"text/calendar" not in self.raw:
            return ""
        for part in self.message.walk():
            if part.get_content_type() == "text/calendar":
                content = part.get_content()
                return content if isinstance(content, str) else content.decode()
        return ""

    def link(self, beginning: str) -> str:
        """The first link whose path begins so ("/i/"), "" when there is none."""
        for link in LINK.findall(self.text):
            if urlsplit(link).path.startswith(beginning):
                return str(link)
        return ""


class Post:
    """The post office: takes every mail, sorts it by person, writes it down in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.mails = folder, list[Mail]()
        self.lock = threading.Lock()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=15)
        self.controller.start()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 the library asks for the name
        """Takes a mail."""
        with self.lock:
            mail = Mail(len(self.mails) + 1, envelope.original_content or b"")
            self.mails.append(mail)
        (self.folder / "mails" / f"{mail.number:05}.eml").write_bytes(mail.raw)
        if mail.calendar:
            file = self.folder / "calendar" / f"{mail.number:05}.ics"
            file.write_text(mail.calendar, encoding="utf-8", newline="")
        return "250 Kept"

    def since(self, number: int, beginning: str = "") -> list[Mail]:
        """The mails after the first `number`, with a link that begins so."""
        with self.lock:
            return [mail for mail in self.mails[number:] if not beginning or mail.link(beginning)]

    def last(self, address: str, beginning: str) -> Mail:
        """The newest mail to an address with a link that begins so. Raises `LookupError`."""
        for mail in reversed(self.since(0)):
            if mail.to[1] == address and mail.link(beginning):
                return mail
        raise LookupError(f"no mail to {address} with a link {beginning}")

    def entries(self) -> list[Entry]:
        """Every calendar entry that has arrived, in order."""
        return [Entry.read(mail.calendar) for mail in self.since(0) if mail.calendar]

    def close(self) -> None:
        """Ends the server."""
        self.controller.stop()
