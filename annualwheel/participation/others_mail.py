"""Counts the mails that a person's own reply causes to others.

A reply names two addresses that nobody has proved to be the person's: a secretary's, for copies,
and a new one of the person's own.
"""

from __future__ import annotations

import datetime as dt

from annualwheel.audit import Actor
from annualwheel.contacts import budgets, folding
from annualwheel.contacts.folding import fold
from annualwheel.errors import TooMany
from annualwheel.models import Organisation, Person, Registration

# Links, a confirmation, a calendar entry; and what leaves the calendar when the person says no.
MAILS_OF_A_MOVE = 5


def count(
    registration: Registration,
    address: str,
    copy_to: str,
    now: dt.datetime,
    actor: Actor,
    *,
    anew: bool,
) -> None:
    """Counts what a reply with that address and that address for copies causes.

    `anew`: the reply is a yes. Raises `TooMany("too_many_copies")`,
    `TooMany("too_many_to_new_address")`, or the budget's own refusal; and
    `Refused("address_unproven")` when the address stays an unproven one.
    """
    person, organisation = registration.person, registration.organisation
    if is_new(person, address):
        count_move(person, organisation, address, now, actor.client)
    else:
        budgets.require_proven(person)
    if copy_to:
        # A yes, and another address, count one mail more: the copy that tells of a no is never
        # refused.
        mails = 2 if anew or fold(copy_to) != fold(registration.copy_to) else 1
        count_copies(registration, copy_to, mails, now, actor.client)


def count_move(
    person: Person,
    organisation: Organisation | None,
    address: str,
    now: dt.datetime,
    client: str,
) -> None:
    """Counts a change of the person's address to one that is typed by a participant.

    Raises `TooMany`.
    """
    by = budgets.cause(person, organisation, client)
    budgets.spend(by, MAILS_OF_A_MOVE, now)
    try:
        budgets.move(by, address, now)
    except TooMany as past:
        raise TooMany("too_many_to_new_address", **past.params) from past


def count_copies(
    registration: Registration, copy_to: str, mails: int, now: dt.datetime, client: str
) -> None:
    """Counts copies of the person's mails to somebody else. Raises `TooMany`."""
    by = budgets.cause(registration.person, registration.organisation, client)
    budgets.spend(by, mails, now)
    try:
        budgets.copy(by, copy_to, mails, now)
    except TooMany as past:
        raise TooMany("too_many_copies", **past.params) from past


def is_new(person: Person, address: str) -> bool:
    """Whether mail goes to another mailbox with that address; capitals make none."""
    return fold(folding.normal_address(address)) != person.email_folded
