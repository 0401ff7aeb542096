"""Composes mail by hand: the standard library takes many times as long, and the last evening
brings mails by the hundred.

Everything is 7-bit with lines of at most 78 characters (RFC 5322 2.1.1), so no server on the way
has to rewrite it.
"""

from __future__ import annotations

import datetime as dt
import re
from base64 import encodebytes
from binascii import b2a_qp
from email.utils import format_datetime
from functools import cache, lru_cache

from email_validator import EmailNotValidError, validate_email
from flask_mail import Message

from annualwheel.mail.letters import Letterhead, RenderedMail

ENCODED_LINE = 76  # RFC 2047 2: a line with encoded words
LINE = 78  # RFC 5322 2.1.1
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
ADDRESS = re.compile(r"[^\s<>()\[\]\\,;:\"@\x00-\x20\x7f]{1,64}@[A-Za-z0-9.-]{1,255}")
IDENTIFIER = re.compile(r"[A-Za-z0-9._-]{1,64}")
METHOD = re.compile(rb"^METHOD:([A-Z]+)\r$", re.MULTILINE)
MULTIPART = 'Content-Type: multipart/{};\r\n boundary="{}"\r\n\r\n'
PART = (
    '--{}\r\nContent-Type: text/{}; charset="utf-8"\r\n'
    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
)
# What the attached file is called, by its METHOD: what it is for.
FILES = {"REQUEST": "kalenderbokning", "CANCEL": "avbokning"}
ATTACHMENT = (
    "--{}\r\nContent-Type: application/ics\r\nContent-Transfer-Encoding: base64\r\n"
    'Content-Disposition: attachment; filename="{}.ics"\r\n\r\n'
)
AUTOMATIC = (
    "Auto-Submitted: auto-generated\r\n"
    "X-Auto-Response-Suppress: OOF, AutoReply\r\n"
    "MIME-Version: 1.0\r\n"
)
FOLD = "\r\n "
SORTED_BY = "X-Arshjulet-Kind"


class UnsendableError(ValueError):
    """This mail can never be put on the wire: a broken address, or a control character in a header.

    The text names the field.
    """


class Envelope(Message):
    """A composed mail: the two addresses of the SMTP dialogue and the bytes.

    Or the `problem` that kept it from being composed.
    """

    def __init__(self, sender: str, recipient: str, content: bytes, problem: str = "") -> None:
        # The parent's constructor is left out: it would look up this machine's name in the DNS for
        # a Message-ID of its own.
        self.sender: str = sender
        self.recipient, self.content, self.problem = recipient, content, problem

    @classmethod
    def unsendable(cls, problem: str) -> Envelope:
        """An envelope that will be answered with "failed" and `problem`."""
        return cls("", "", b"", problem)

    def as_bytes(self) -> bytes:
        """The mail as it goes over the wire, lines ended by CRLF."""
        return self.content


def compose(
    public_id: str,
    name: str,
    address: str,
    language: str,
    letter: RenderedMail,
    letterhead: Letterhead,
    now: dt.datetime,
    calendar: bytes | None = None,
    kind: str = "",
    thread: str = "",
) -> Envelope:
    """Puts a rendered letter into an envelope to `name` <`address`>.

    `public_id` names the mail for ever: every attempt carries the same Message-ID, so that a
    duplicate is recognised. `calendar` is an iCalendar object with a METHOD; it becomes the last
    alternative and, the same bytes, an attachment (RFC 6047). `kind` is what people sort by: it is
    the same whatever the subject says. `thread` names what the mail belongs to: mail programs show
    mails that refer to the same one together, whether that one exists or not (RFC 5322 3.6.4).
    `now` is aware. Raises `UnsendableError`.
    """
    recipient, sender = ascii_address(address), ascii_address(letterhead.sender_address)
    # It becomes part of a header and of the boundary between the parts.
    if not IDENTIFIER.fullmatch(public_id):
        raise UnsendableError("public_id")
    our_domain = sender.rpartition("@")[2]
    head = (
        address_header("To", name, recipient)
        + text_header("Subject", letter.subject)
        + f"Date: {format_datetime(now)}\r\n"
        + f"Message-ID: <{public_id}@{our_domain}>\r\n"
        + (f"References: <{thread}@{our_domain}>\r\n" if thread else "")
        + (text_header(SORTED_BY, kind) if kind else "")
        + _common_headers(letterhead, language)
    )
    if calendar:
        body = _with_calendar(letter, public_id, calendar)
    else:
        body = _alternatives(letter, public_id)
    return Envelope(sender, recipient, head.encode("ascii") + body)


def ascii_address(address: str) -> str:
    """The address as SMTP takes it: an international domain in ASCII (IDNA).

    Raises `UnsendableError`, also for å before the @.
    """
    if not address.isascii():
        address = _in_ascii(address)
    if not ADDRESS.fullmatch(address):
        raise UnsendableError("address")
    return address


def _in_ascii(address: str) -> str:
    try:
        found = validate_email(
            address, check_deliverability=False, allow_smtputf8=False, globally_deliverable=False
        )
    except EmailNotValidError:
        raise UnsendableError("address") from None
    return found.ascii_email or ""


def text_header(name: str, text: str) -> str:
    """`Name: text` with its line end.

    In encoded words (RFC 2047) where ASCII or the line is not enough. Raises `UnsendableError`.
    """
    if CONTROL.search(text):
        raise UnsendableError(name)
    plain = f"{name}: {text}"
    can_be_plain = text.isascii() and "=?" not in text and text == text.strip()
    if can_be_plain and len(plain) <= LINE:
        return f"{plain}\r\n"
    return f"{name}: {_encoded_words(text, len(name) + 2)}\r\n"


def address_header(name: str, display: str, address: str) -> str:
    """`Name: "Display" <address>`; a long or non-ASCII name in encoded words.

    `address` is ASCII. Raises `UnsendableError`.
    """
    if CONTROL.search(display):
        raise UnsendableError(name)
    if not display:
        return f"{name}: {address}\r\n"
    quoted = '"{}"'.format(display.replace("\\", r"\\").replace('"', r"\""))
    line = f"{name}: {quoted}"
    if not display.isascii() or len(line) > LINE or "=?" in display:
        line = f"{name}: {_encoded_words(display, len(name) + 2)}"
    last_line = line.rpartition("\n")[2]
    fits = len(last_line) + len(address) + 3 <= ENCODED_LINE
    space = " " if fits else FOLD
    return f"{line}{space}<{address}>\r\n"


@cache
def _encoded_character(character: str) -> str:
    if character.isascii() and character.isalnum():
        return character
    if character == " ":
        return "_"
    return "".join(f"={byte:02X}" for byte in character.encode())


def _encoded_words(text: str, already: int) -> str:
    """Encoded words of at most 75 characters, one a line, split between characters.

    The first line holds `already` characters.
    """
    words, word, room = [], "", ENCODED_LINE - already - len("=?utf-8?q??=")
    for character in text:
        encoded = _encoded_character(character)
        if len(word) + len(encoded) > room:
            words.append(word)
            word, room = "", ENCODED_LINE - 1 - len("=?utf-8?q??=")
        word += encoded
    return FOLD.join(f"=?utf-8?q?{word}?=" for word in [*words, word])


@lru_cache(maxsize=64)
def _common_headers(letterhead: Letterhead, language: str) -> str:
    """What every mail of one sender and language has; ends with the line before Content-Type.

    Auto-Submitted (RFC 3834) and X-Auto-Response-Suppress keep automatic answers away; delivery
    reports still come.
    """
    sender, reply_to = ascii_address(letterhead.sender_address), ascii_address(letterhead.reply_to)
    return (
        address_header("From", letterhead.sender_name, sender)
        # Where answers go to the sender anyway it says nothing.
        + ("" if reply_to == sender else address_header("Reply-To", "", reply_to))
        + text_header("Content-Language", language)
        + AUTOMATIC
    )


def _alternatives(letter: RenderedMail, public_id: str, calendar: bytes = b"") -> bytes:
    # "=_" cannot occur in quoted-printable text, so the boundary is safe whatever the letter says
    # (RFC 2045 6.7).
    boundary = f"=_{public_id}"
    parts = [("plain", _quoted_printable(letter.text)), ("html", _quoted_printable(letter.html))]
    if calendar:
        # Last, since readers take the last alternative they understand (RFC 2046 5.1.4), and with
        # its method in the type, as RFC 6047 asks. Some servers read it only as quoted-printable.
        parts.append((f"calendar; method={_method(calendar)}", b2a_qp(calendar, istext=True)))
    # The line end before a boundary belongs to the boundary.
    written = b"\r\n".join(PART.format(boundary, kind).encode() + text for kind, text in parts)
    whole = MULTIPART.format("alternative", boundary).encode() + written
    return whole + f"\r\n--{boundary}--\r\n".encode()


def _quoted_printable(text: str) -> bytes:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    return b2a_qp(f"{lines}\n".replace("\n", "\r\n").encode(), istext=True)


def _with_calendar(letter: RenderedMail, public_id: str, calendar: bytes) -> bytes:
    """mixed(alternative(plain, html, calendar), attachment)."""
    # Not the boundary of the alternatives with something after it: a reader may look at its
    # beginning only.
    boundary = f"=-{public_id}"
    before = MULTIPART.format("mixed", boundary) + f"--{boundary}\r\n"
    attached = encodebytes(calendar).replace(b"\n", b"\r\n")
    return (
        before.encode()
        + _alternatives(letter, public_id, calendar)
        + f"\r\n{ATTACHMENT.format(boundary, FILES[_method(calendar)])}".encode()
        + attached
        + f"\r\n--{boundary}--\r\n".encode()
    )


def _method(calendar: bytes) -> str:
    found = METHOD.search(calendar)
    if not found:
        raise UnsendableError("METHOD")
    return found[1].decode()
