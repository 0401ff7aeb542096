"""Speaking SMTP with Flask-Mail's connection.

It is made to verify certificates, to give up in time and to answer with a value.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import time
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Self

import flask_mail

from annualwheel.mail.delivery import deadline
from annualwheel.mail.delivery.composing import Envelope
from annualwheel.mail.delivery.replies import blame
from annualwheel.mail.states import Outcome
from annualwheel.wording.cleaning import kept
from config import Settings

# The errors of sockets, TLS and SMTP are all OSError; a host name or password that SMTP cannot
# carry is a UnicodeError.
NO_SESSION = (OSError, UnicodeError)
# What no second try mends: a certificate we do not trust, TLS or signing in that is not offered, a
# password that cannot be sent.
FOR_GOOD = (
    ssl.SSLCertVerificationError,
    smtplib.SMTPNotSupportedError,
    UnicodeError,
)
# A whole mail takes this many times the longest step at most, its connection included, and never
# more than so many seconds: another worker takes a mail that is kept for longer, see
# `claiming.MARGIN`.
STEPS = 3
LONGEST = 90.0
# Where the talk is about a recipient.
ABOUT_A_RECIPIENT = ("rcpt", "data")
LINE_START = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """What became of one mail.

    Sent; later (4xx, a lost connection); failed (5xx); withheld by the fence; blocked, when it is
    not about this mail: the server was out of reach or takes nothing from us.

    `error` is the server's own words or what kept us from hearing them. `stage` is how far the talk
    had come, empty when there was none. `for_good`: the refusal was final (5yz). `in_doubt`: the
    server had the whole mail and did not answer.
    """

    state: Outcome
    error: str = ""
    stage: str = ""
    for_good: bool = False
    in_doubt: bool = False

    @property
    def was_heard(self) -> bool:
        """Whether the server listened to us until it was about the recipient."""
        return self.stage in ABOUT_A_RECIPIENT and self.state != "blocked"


class Connection(flask_mail.Connection):
    """One connection, for one worker.

    It is opened by the first mail, kept for the next, opened again when it has died.
    """

    def __init__(self, settings: Settings) -> None:
        mail = flask_mail.Mail()
        config = {
            "MAIL_SERVER": settings.mail_server,
            "MAIL_PORT": settings.mail_port,
            "MAIL_USERNAME": settings.mail_username,
            "MAIL_PASSWORD": settings.mail_password,
            "MAIL_USE_TLS": settings.mail_security == "starttls",
            "MAIL_USE_SSL": settings.mail_security == "tls",
            "MAIL_SUPPRESS_SEND": False,
        }
        mail.state = mail.init_mail(config)
        super().__init__(mail)
        self.settings = settings
        self.host: deadline.SMTP | deadline.SMTPOverTLS | None = None
        # The moment by which a mail must be done with, on the monotonic clock.
        self.until = 0.0
        self.stage = ""
        # The recipient of the mail before, when its refusal was perhaps about us.
        self.suspected = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Says goodbye; a server that has died is not an error any more."""
        if self.host is None:
            return
        self.host.until = time.monotonic() + self.settings.mail_timeout
        try:
            self.host.quit()
        except OSError:
            self.host.close()

    def configure_host(self) -> deadline.SMTP | deadline.SMTPOverTLS:
        """Connects, and signs in when there is a name.

        Certificate and host name are verified, each step within `mail_timeout` seconds.

        Raises one of `NO_SESSION`.
        """
        self.stage = "connection"
        host = self._reach()
        try:
            self._greet(host)
            if self.mail.use_tls:
                self.stage = "tls"
                host.starttls(context=trust())
                self._greet(host)
            if self.mail.username:
                self.stage = "auth"
                host.login(self.mail.username, self.mail.password)
        except NO_SESSION:
            host.close()
            raise
        return host

    def _reach(self) -> deadline.SMTP | deadline.SMTPOverTLS:
        where = (self.mail.server, self.mail.port, _our_name())
        times = {"timeout": self.settings.mail_timeout, "until": self.until}
        if self.mail.use_ssl:
            return deadline.SMTPOverTLS(*where, context=trust(), **times)
        return deadline.SMTP(*where, **times)

    def _greet(self, host: smtplib.SMTP) -> None:
        self.stage = "ehlo"
        host.ehlo_or_helo_if_needed()

    def send(self, message: Envelope, envelope_from: None = None) -> DeliveryResult:  # type: ignore[override]
        """Hands one mail to the server.

        Never raises for what the network or the server does; see `DeliveryResult`.
        """
        if message.problem:
            return DeliveryResult("failed", message.problem)
        if not may_leave(message.recipient, self.settings):
            return DeliveryResult("withheld")
        self.until = time.monotonic() + min(STEPS * self.settings.mail_timeout, LONGEST)
        kept_open = self._lives()
        result = self._try(message)
        if kept_open and not self._lives() and (result.state, result.stage) == ("blocked", "mail"):
            # A server may end a connection after so many mails, or when it has rested.
            result = self._try(message)
        return result

    def _try(self, message: Envelope) -> DeliveryResult:
        try:
            if self.host is None or self.host.sock is None:
                self.host = self.configure_host()
            self.host.until = self.until
            self._hand_over(self.host, message)
        except NO_SESSION as error:
            return self._refused(error, message.recipient)
        self.suspected = ""
        return DeliveryResult("sent", stage=self.stage)

    def _hand_over(self, host: smtplib.SMTP, message: Envelope) -> None:
        """The transaction of one mail (RFC 5321 3.3). Raises `OSError`; `stage` says how far."""
        self.stage = "mail"
        size = [f"size={len(message.content)}"] if host.has_extn("size") else []
        _require(host.mail(message.sender, size), 250)
        self.stage = "rcpt"
        _require(host.rcpt(message.recipient), 250, 251)
        self.stage = "data"
        _require(host.docmd("DATA"), 354)
        self.stage = "end"
        host.send(LINE_START.sub(b"..", message.content) + b".\r\n")
        _require(host.getreply(), 250)
        self.stage = "data"

    def _refused(self, error: Exception, recipient: str) -> DeliveryResult:
        code, text = _reply(error)
        self._after_refusal(code)
        in_doubt, stage = self.stage == "end" and not code, _stage(self.stage, error)
        # The library has no class of its own for a server with no way of signing in that it knows.
        nothing_fits = type(error) is smtplib.SMTPException
        for_good = 500 <= code <= 599 or isinstance(error, FOR_GOOD) or nothing_fits
        about = blame(stage, code, text)
        again = about == "perhaps us" and self.suspected not in ("", recipient)
        self.suspected = recipient if about == "perhaps us" else ""
        if about == "us" or again:
            return DeliveryResult("blocked", text, stage, for_good, in_doubt)
        final = for_good and about == "recipient"
        return DeliveryResult("failed" if final else "later", text, stage, for_good, in_doubt)

    def _after_refusal(self, code: int) -> None:
        """Makes the connection ready for the next mail, or closes it."""
        if self.host is None or self.host.sock is None:
            return
        try:
            if code == 0 or code == 421 or self.stage not in ("mail", "rcpt", "data", "end"):
                self.host.close()
            else:
                self.host.rset()
        except OSError:
            self.host.close()

    def _lives(self) -> bool:
        return self.host is not None and self.host.sock is not None


def open_connection(settings: Settings) -> Connection:
    """A connection to the mail server of `settings`, as a context manager.

    Nothing is opened before the first mail.
    """
    return Connection(settings)


def may_leave(address: str, settings: Settings) -> bool:
    """The fence: whether the address gets real mail.

    Outside production only addresses, domains and their subdomains in `settings.mail_allow` do.
    """
    if settings.environment == "production":
        return True
    address = address.lower()
    domain = address.rpartition("@")[2]
    return any(
        address == entry or f".{domain}".endswith(f".{entry.removeprefix('@')}")
        for entry in settings.mail_allow
    )


@cache
def trust() -> ssl.SSLContext:
    """The machine's certificate authorities, read once."""
    return ssl.create_default_context()


@cache
def _our_name() -> str:
    """What we call ourselves in EHLO (RFC 5321 4.1.4).

    Asked once: the name service may be slow, and each chunk connects anew.
    """
    name = socket.getfqdn()
    return name if "." in name else "[127.0.0.1]"


def _require(reply: tuple[int, bytes], *wanted: int) -> None:
    """Raises `SMTPResponseException` for any other reply."""
    code, text = reply
    if code not in wanted:
        raise smtplib.SMTPResponseException(code, text)


def _stage(stage: str, error: Exception) -> str:
    if stage == "end":
        return "data"
    # With TLS from the first byte, connecting and TLS are one step.
    return "tls" if stage == "connection" and isinstance(error, ssl.SSLError) else stage


def _reply(error: Exception) -> tuple[int, str]:
    """The server's code and words as they can be stored, or 0 and what happened."""
    text: bytes | str
    if isinstance(error, smtplib.SMTPResponseException):
        code, text = error.smtp_code, error.smtp_error
    else:
        return 0, kept(f"{type(error).__name__}: {error}")
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return code, kept(f"{code} {text}")
