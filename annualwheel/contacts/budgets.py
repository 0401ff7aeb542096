"""How many mails somebody may cause to others.

Whoever has a personal link can make us write to addresses that they type. Three things are counted:
the mailbox that gets the mail, the chain of invitations that the one who acts came by, and the
network they act from. What is past a budget is refused before anything is written. Nothing here
concerns what a person gets for what they did through their own link, what staff do, and that a
meeting or a seat is over: such mail always goes.

Why these figures. A mailbox gets at most five mails an hour that others cause: three from the
people of organisations (a colleague is registered, with a calendar entry, and invited to write) and
two from strangers (somebody asks for a link twice, since the first mail is slow). A day is three
such hours. A chain begins with a person whom staff have invited, and everybody they bring, however
far down, counts with them: a helper who registers 25 colleagues causes 50 mails, and invites them
to write with 25 more. A stranger, whom no organisation knows, can send a substitute and correct
their own address, with copies to a secretary. A network may be the only one of a municipality or of
a mobile operator: on the last evening 60 organisations that each register two colleagues cause 240
mails, and 30 people who each ask twice make 60 attempts. `limits` gives the neighbours of a network
in IPv6 some times as many.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from annualwheel import limits
from annualwheel.contacts.affiliations import has_place, organisation_of
from annualwheel.contacts.folding import mailbox
from annualwheel.errors import Refused, TooMany
from annualwheel.limits import Rate
from annualwheel.models import Organisation, Person

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def _rates(an_hour: int, a_day: int) -> tuple[Rate, Rate]:
    return (Rate(an_hour, HOUR, "too_many_mails"), Rate(a_day, DAY, "too_many_mails_today"))


FROM_MEMBERS, FROM_STRANGERS = _rates(3, 9), _rates(2, 6)
CHAIN, CHAIN_OF_STRANGER = _rates(80, 240), _rates(9, 18)
NETWORK, NETWORK_OF_STRANGERS = _rates(300, 1500), _rates(60, 300)
# All that goes to an address that nobody has proved, of all meetings together.
UNPROVEN = (Rate(5, HOUR, "too_many_mails"),)
# The words for somebody who asks for mail to themselves.
ASKED = {"too_many_mails": "too_many_asked", "too_many_mails_today": "too_many_asked_today"}


@dataclass(frozen=True)
class Cause:
    """The one who causes mail to others.

    `root` is the person at the root of their chain. A stranger has no place in the organisation
    they act for. `client` is the network address.
    """

    root: int
    stranger: bool
    client: str


def cause(person: Person, organisation: Organisation | None, client: str) -> Cause:
    """The person as the cause of mail, acting for the organisation from that network address.

    Without one they act for themselves, and are known when any organisation knows them.
    """
    organisation = organisation or organisation_of(person)
    known = organisation is not None and has_place(person, organisation)
    return Cause(root_of(person), not known, client)


def require_proven(person: Person) -> None:
    """Raises `Refused("address_unproven")` while the person's address may be somebody else's.

    Until a link that was mailed there is opened, the person can look, correct the address and say
    no, and nothing else that sends mail.
    """
    if person.address_unproven:
        raise Refused("address_unproven", address=person.email)


def may_tell(person: Person, now: dt.datetime) -> bool:
    """Whether one more mail may be written to the person's own address; counts it if so.

    A proved one may be told everything. For mail that goes with an act that is never refused.
    """
    told = would_tell(person, now)
    if told and person.address_unproven:
        limits.note("unproven", _unproven(person), now)
    return told


def would_tell(person: Person, now: dt.datetime) -> bool:
    """As `may_tell`, for a page that says what will be told. It counts nothing."""
    if not person.address_unproven:
        return True
    try:
        limits.require_room("unproven", _unproven(person), now, UNPROVEN)
    except TooMany:
        return False
    return True


def _unproven(person: Person) -> str:
    return f"{person.id}:{mailbox(person.email)}"


def root_of(person: Person) -> int:
    """The id of the person at the root of the chain of invitations."""
    return person.root_id or person.id


def bring(person: Person, by: Person) -> None:
    """Puts a person whom no organisation knows yet into the chain of the one who brings them.

    Somebody who came by themselves and is then vouched for by another gets no budget of their own.
    """
    root = root_of(by)
    if person.root_id is None and not person.affiliations and root != person.id:
        person.root_id = root


def spend(by: Cause, mails: int, now: dt.datetime) -> None:
    """Counts mails for the chain and the network. Call it first: refused acts count too.

    Raises `TooMany`.
    """
    chain = CHAIN_OF_STRANGER if by.stranger else CHAIN
    limits.count_rates("caused_by_chain", str(by.root), now, chain, mails)
    _count_network(by.client, by.stranger, mails, now)


def reach(by: Cause, address: str, mails: int, now: dt.datetime) -> None:
    """Counts mails that are about to be written to somebody else's address. Raises `TooMany`."""
    box = mailbox(address)
    if by.stranger:
        limits.count_rates("caused_by_strangers", box, now, FROM_STRANGERS, mails)
        return
    limits.count_rates("caused_in_chain", f"{by.root}:{box}", now, FROM_MEMBERS, mails)
    limits.count_rates("caused_by_members", box, now, FROM_MEMBERS, mails)


def may_reach(by: Cause, address: str, now: dt.datetime) -> bool:
    """Whether one more mail may be written to somebody else's address; counts it if so.

    For mail that goes with an act that is never refused. Two at the same moment may both be let
    through: this waits for nobody, since its caller holds locks that others wait for.
    """
    box = mailbox(address)
    kind, key = ("caused_by_members", box) if not by.stranger else ("caused_by_strangers", box)
    rates = FROM_STRANGERS if by.stranger else FROM_MEMBERS
    try:
        limits.require_room(kind, key, now, rates)
    except TooMany:
        return False
    limits.note(kind, key, now)
    return True


def copy(by: Cause, address: str, mails: int, now: dt.datetime) -> None:
    """As `reach`, for copies of somebody's own mails to the secretary who answers for them.

    A secretary may answer for any number of people that staff have invited, so the mailbox has no
    limit of its own here; each of them has, and their copies leave the less for others.
    """
    box = mailbox(address)
    if by.stranger:
        limits.count_rates("caused_by_strangers", box, now, FROM_STRANGERS, mails)
        return
    limits.count_rates("caused_in_chain", f"{by.root}:{box}", now, FROM_MEMBERS, mails)
    limits.note("caused_by_members", box, now, mails)


def move(by: Cause, address: str, now: dt.datetime) -> None:
    """Counts a change of somebody's own address to one that they type. Raises `TooMany`.

    Links, a confirmation and calendar entries go to the new mailbox, which takes up all that
    others may cause to it in an hour.
    """
    box = mailbox(address)
    for kind, rates in (
        ("caused_by_strangers", FROM_STRANGERS),
        ("caused_by_members", FROM_MEMBERS),
    ):
        limits.count_rates(kind, box, now, rates, rates[0].at_most)


def ask(address: str, client: str, now: dt.datetime) -> None:
    """Counts a mail that somebody asks for on an open page, to an address that may be another's.

    The address is counted whether it is known or not. Raises `TooMany`.
    """
    try:
        _count_network(client, True, 1, now)
        limits.count_rates("caused_by_strangers", mailbox(address), now, FROM_STRANGERS)
    except TooMany as past:
        raise TooMany(ASKED[past.key], **past.params) from past


def _count_network(client: str, stranger: bool, mails: int, now: dt.datetime) -> None:
    kind = "caused_by_network_of_strangers" if stranger else "caused_by_network"
    rates = NETWORK_OF_STRANGERS if stranger else NETWORK
    limits.count_network_rates(kind, client, now, rates, mails)
