"""SMTP that must be done at a moment, however slowly the server speaks.

A timeout of a socket begins anew with each byte: a server that sends one every few seconds would
never meet it.
"""

from __future__ import annotations

import io
import smtplib
import socket
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

    Base = smtplib.SMTP
else:
    Base = object


class Deadline(Base):
    """A mixin for the library's clients; `until` is the moment on the monotonic clock.

    Nothing is sent and nothing is read after it: `TimeoutError`, which the library makes a
    `SMTPServerDisconnected` of where it reads.
    """

    until: float

    def __init__(self, *arguments: Any, until: float, **named: Any) -> None:
        # First: the parent connects, and waits for the greeting.
        self.until = until
        super().__init__(*arguments, **named)

    def getreply(self) -> tuple[int, bytes]:
        """The server's reply, read by the deadline."""
        if self.file is None and self.sock is not None:
            self.file = io.BufferedReader(_Reader(self))
        return super().getreply()

    def send(self, s: ReadableBuffer | str) -> None:
        """Sends by the deadline."""
        self.hurry()
        super().send(s)

    def hurry(self) -> None:
        """Gives the next step the time that is left, and at most the usual. Raises
        `TimeoutError`."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        if self.sock is not None:
            self.sock.settimeout(min(left, self.timeout))


class SMTP(Deadline, smtplib.SMTP):
    """In clear, or with STARTTLS."""


class SMTPOverTLS(Deadline, smtplib.SMTP_SSL):
    """With TLS from the first byte."""


class _Reader(io.RawIOBase):
    """What the server sends, with the time that is left for each piece."""

    def __init__(self, host: Deadline) -> None:
        self.host = host

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        self.host.hurry()
        if not isinstance(self.host.sock, socket.socket):
            return 0
        return self.host.sock.recv_into(buffer)
