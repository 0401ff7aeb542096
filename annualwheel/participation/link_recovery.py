"""Mails links to the address on file, for a person who has lost theirs.

A mailbox gets one mail, however many people share it.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from annualwheel import limits
from annualwheel.access import personal_links
from annualwheel.contacts.folding import fold
from annualwheel.contacts.states import NOT_MERGED
from annualwheel.db import public_id
from annualwheel.mail import outbox
from annualwheel.mail.outbox import Recipient
from annualwheel.models import Person
from annualwheel.participation import named_links

HOUR = dt.timedelta(hours=1)


def ask(address: str, client: str, now: dt.datetime) -> None:
    """Mails the living links of an address, if there are any.

    Raises `TooMany` (3 an hour for an address, 30 for a client).
    """
    # Counted before the address is looked up, known or not: the page's answer is the same, and must
    # not tell who is on file.
    limits.count_network("new_link_client", client, now, 30, HOUR)
    limits.count("new_link", fold(address), now, 3, HOUR)
    with_address = sa.and_(Person.email_folded == fold(address), NOT_MERGED)
    found = personal_links.living(with_address, now)
    if not found:
        return
    first = found[0].person
    # A mail that lists several people belongs to none of them: it must not follow one to a new
    # address.
    only = first.id if all(link.person is first for link in found) else None
    to = Recipient(first.email, "", first.language, only)
    people, links = named_links.listed(found, first.language)
    outbox.put(f"new_link:{public_id()}", "new_link", to, {"people": people}, links, now)
