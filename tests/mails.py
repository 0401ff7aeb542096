"""Mails for the tests of composing and sending, and how to read them back."""

from __future__ import annotations

import datetime as dt
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from types import SimpleNamespace
from typing import Any

from annualwheel.access.links import LinkSigner
from annualwheel.mail import ical, letters
from annualwheel.mail.delivery import Envelope, compose
from annualwheel.mail.letters import Letterhead, RenderedMail

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
HEAD = Letterhead(
    base_url="https://arshjulet.example",
    service_name="Värmlandsstrategins årshjul",
    region_name="Region Värmland",
    contact_name="Karin Ek",
    contact_email="arshjulet@region.example",
    contact_phone="010-000 00 00",
    sender_name="Värmlandsstrategins årshjul",
    sender_address="arshjulet@region.example",
    reply_to="svar@region.example",
)
LETTER = RenderedMail(
    "Inbjudan till arbetsmötet 22 januari", "Hej Åsa!\n\n.\nFrom här\n", "<p>Hej Åsa!</p>\n"
)
ENTRY = ical.Entry(
    uid="0f8fad5bd9cb469fa165708867280b2d",
    sequence=1,
    summary="Arbetsmötet",
    description="Å" * 300,
    place="Karlstad",
    starts_at=NOW,
    ends_at=NOW + dt.timedelta(hours=6),
    attendee_name="Åsa",
    attendee_address="asa@kommun.example",
)
SIGNET = LinkSigner("https://arshjulet.example", ("nyckel",))


def make_mail(
    letter: RenderedMail = LETTER,
    *,
    name: str = "Åsa Öberg",
    address: str = "asa@kommun.example",
    public_id: str = "m1",
    head: Letterhead = HEAD,
    calendar: bytes | None = None,
) -> Envelope:
    return compose(public_id, name, address, "sv", letter, head, NOW, calendar)


def parse(mail: Envelope) -> EmailMessage:
    return message_from_bytes(mail.as_bytes(), policy=policy.default)  # type: ignore[arg-type,return-value]


def parts(message: EmailMessage) -> list[tuple[str, str]]:
    return [
        (part.get_content_type(), part.get_content().replace("\r\n", "\n"))
        for part in message.walk()
        if not part.is_multipart()
    ]


def shown(mail: bytes, header: str) -> str:
    """A header with its encoded words decoded as RFC 2047 6.2 says: white space between two of them
    is not shown.
    """
    return str(make_header(decode_header(message_from_bytes(mail)[header]))).replace("\r\n", "")


def make_row(**changes: Any) -> Any:
    """What the envelope reads of a row of the outbox."""
    facts = {
        "given": "Åsa",
        "meeting": "arbetsmötet",
        "day": "fredag 22 januari 2027",
        "short_day": "22 januari",
    }
    letter = letters.write("withdrawn", "sv", facts)
    body = SimpleNamespace(
        thread="",
        subject=letter.subject,
        preheader=letter.preheader,
        text=letter.text,
        html=letter.html,
        calendar=None,
        links={"landing": {"purpose": "registration", "public_id": "r1", "version": 2}},
    )
    body.__dict__.update({key: value for key, value in changes.items() if key in body.__dict__})
    row = {
        "public_id": "m1",
        "kind": "invitation",
        "name": "Åsa Öberg",
        "address": "asa@kommun.example",
        "language": "sv",
    }
    return SimpleNamespace(
        **{key: changes.get(key, value) for key, value in row.items()}, body=body
    )
