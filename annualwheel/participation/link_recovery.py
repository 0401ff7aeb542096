"""Mails links to the address on file, for a person who has lost theirs.

A mailbox gets one mail, however many people share it.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from annualwheel.access import personal_links
from annualwheel.contacts import budgets
from annualwheel.contacts.folding import fold
from annualwheel.contacts.states import NOT_MERGED
from annualwheel.db import public_id
from annualwheel.mail import outbox, requests
from annualwheel.mail.outbox import Recipient
from annualwheel.models import MailRequest, Person
from annualwheel.participation import named_links


def ask(address: str, client: str, now: dt.datetime) -> None:
    """Asks for the living links of an address, which a job mails if there are any (`answer`).

    Raises `TooMany`, as `budgets.ask`.
    """
    # Nothing is looked up here: neither the answer nor the time it takes tells who is on file.
    budgets.ask(address, client, now)
    requests.put("new_link", address, now)


def answer(request: MailRequest, now: dt.datetime) -> None:
    """Mails the living links of the address, if there are any."""
    with_address = sa.and_(Person.email_folded == fold(request.address), NOT_MERGED)
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
