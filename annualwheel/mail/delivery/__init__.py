"""Mail on the wire.

From a row of the outbox to an envelope, and from the envelope to the SMTP server's answer.
"""

from __future__ import annotations

import datetime as dt

from annualwheel.access.links import LinkSigner, Target
from annualwheel.mail import ical
from annualwheel.mail.delivery.composing import Envelope, UnsendableError, ascii_address, compose
from annualwheel.mail.delivery.connecting import (
    ABOUT_A_RECIPIENT,
    Connection,
    DeliveryResult,
    open_connection,
)
from annualwheel.mail.letters import Letter, Letterhead, render
from annualwheel.models import Message

__all__ = [
    "ABOUT_A_RECIPIENT",
    "Connection",
    "DeliveryResult",
    "Envelope",
    "UnsendableError",
    "ascii_address",
    "compose",
    "envelope",
    "open_connection",
]


def envelope(
    message: Message, letterhead: Letterhead, link_signer: LinkSigner, now: dt.datetime
) -> Envelope:
    """The mail of an outbox row, ready to send.

    Its links are signed here, its calendar part gets `now` (aware) as DTSTAMP.

    Never raises for what is in the row: a mail that cannot be composed becomes an envelope with
    a `problem`, which `Connection.send` answers with "failed".
    """
    body = message.body
    try:
        links = {
            name: link_signer.url(Target(**target), now) for name, target in body.links.items()
        }
        letter = Letter(body.subject, body.preheader, body.text, body.html)
        rendered = render(letter, message.language, links, letterhead)
        calendar = _calendar(message, letterhead, now)
        return compose(
            message.public_id,
            message.name,
            message.address,
            message.language,
            rendered,
            letterhead,
            now,
            calendar,
            message.kind,
            body.thread,
        )
    except (LookupError, TypeError, ValueError) as problem:
        return Envelope.unsendable(f"{type(problem).__name__}: {problem}")


def _calendar(message: Message, letterhead: Letterhead, now: dt.datetime) -> bytes | None:
    kept = message.body.calendar
    if not kept:
        return None
    write = {"REQUEST": ical.request, "CANCEL": ical.cancel}[kept["method"]]
    return write(ical.Entry.from_dict(kept["entry"]), letterhead.organiser, now)
