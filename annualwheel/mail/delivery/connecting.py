"""Speaking SMTP with Flask-Mail's connection.

It is made to verify certificates, to give up in time and to answer with a value.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Self

import flask_mail

from annualwheel.mail.delivery.composing import Envelope
from annualwheel.mail.states import Outcome
from annualwheel.wording.cleaning import kept
from config import Settings

# The server wants us to sign in (RFC 4954): our settings are wrong, not this mail.
ABOUT_US = frozenset({530})
# The errors of sockets, TLS and SMTP are all OSError; a host name or password that SMTP cannot
# carry is a UnicodeError.
NO_SESSION = (OSError, UnicodeError)


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """What became of one mail.

    Sent; later (4xx, no connection, no answer in time); failed (5xx); withheld by the fence.

    `error` is the server's own words or what kept us from hearing them.
    """

    state: Outcome
    error: str = ""


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
        try:
            self.host.quit()
        except OSError:
            self.host.close()

    def configure_host(self) -> smtplib.SMTP:
        """Connects, and signs in when there is a name.

        Certificate and host name are verified, each step within `mail_timeout` seconds.

        Raises one of `NO_SESSION`.
        """
        host = self._reach()
        try:
            if self.mail.use_tls:
                host.starttls(context=trust())
            if self.mail.username:
                host.login(self.mail.username, self.mail.password)
        except NO_SESSION:
            host.close()
            raise
        return host

    def _reach(self) -> smtplib.SMTP:
        where = (self.mail.server, self.mail.port, _our_name())
        timeout = self.settings.mail_timeout
        if self.mail.use_ssl:
            return smtplib.SMTP_SSL(*where, timeout=timeout, context=trust())
        return smtplib.SMTP(*where, timeout=timeout)

    def send(self, message: Envelope, envelope_from: None = None) -> DeliveryResult:  # type: ignore[override]
        """Hands one mail to the server.

        Never raises for what the network or the server does; see `DeliveryResult`.
        """
        if message.problem:
            return DeliveryResult("failed", message.problem)
        if not may_leave(message.recipient, self.settings):
            return DeliveryResult("withheld")
        try:
            if self.host is None or self.host.sock is None:
                self.host = self.configure_host()
        except NO_SESSION as error:
            return DeliveryResult("later", _reply(error)[1])
        try:
            self.host.sendmail(message.sender, [message.recipient], message.content)
        except OSError as error:
            return _refused(error)
        return DeliveryResult("sent")


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


def _refused(error: OSError) -> DeliveryResult:
    code, text = _reply(error)
    for_good = 500 <= code <= 599 and code not in ABOUT_US
    return DeliveryResult("failed" if for_good else "later", text)


def _reply(error: Exception) -> tuple[int, str]:
    """The server's code and words as they can be stored, or 0 and what happened."""
    text: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        # Each mail has one recipient, so there is one reply.
        code, text = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, text = error.smtp_code, error.smtp_error
    else:
        return 0, kept(f"{type(error).__name__}: {error}")
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return code, kept(f"{code} {text}")
