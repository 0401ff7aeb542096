"""Limits on attempts, counted as rows so that they hold over all processes and machines."""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa

from annualwheel.db import db
from annualwheel.errors import TooMany
from annualwheel.models import Attempt

KEPT = dt.timedelta(days=1)
# So many times the attempts of one network may come from the 256 networks around it: phones of
# different people may have them.
WIDE = 4


class CountedAttempt(NamedTuple):
    """An attempt, as its row has it: what was tried, for whom (as a hash), and when (UTC)."""

    kind: str
    key_hash: str
    at: dt.datetime


def count(kind: str, key: str, now: dt.datetime, at_most: int, within: dt.timedelta) -> None:
    """Counts an attempt of `kind` for `key` (an address, a client).

    Raises `TooMany` when `at_most` were made `within` before `now`.

    The key is stored as a hash only. The row is written in the transaction of the act; a refusal
    that undoes the act leaves it counted (`unit_of_work.roll_back`).
    """
    key_hash = hashlib.sha256(f"{kind}:{key}".encode()).hexdigest()
    _wait_in_line(key_hash)
    window = sa.select(sa.func.count(Attempt.id)).where(
        Attempt.kind == kind, Attempt.key_hash == key_hash, Attempt.at > now - within
    )
    if (db.session.scalar(window) or 0) >= at_most:
        raise TooMany("too_many_attempts", kind=kind)
    counted = CountedAttempt(kind, key_hash, now)
    _write(counted)
    # The rollback of a refused act takes this row with it; from here it is written again (`keep`).
    db.session.info.setdefault("counted", []).append(counted)


def count_network(
    kind: str, client: str, now: dt.datetime, at_most: int, within: dt.timedelta
) -> None:
    """As `count`, for the network of a client's address.

    It is the address itself in IPv4. In IPv6 a single machine has a network (/64) of addresses to
    choose from, and a customer of a provider often 256 such networks (/56, RFC 6177 2).
    """
    for network, times in _networks(client):
        count(kind, network, now, at_most * times, within)


def take_counted() -> list[CountedAttempt]:
    """The attempts counted since the last call. Call it when their transaction ends."""
    counted: list[CountedAttempt] = db.session.info.pop("counted", [])
    return counted


def keep(counted: Iterable[CountedAttempt]) -> None:
    """Writes attempts again that a rollback has undone. The caller commits."""
    for one in counted:
        _write(one)


def _networks(client: str) -> list[tuple[str, int]]:
    """The networks of an address, with how many times as many attempts each may make."""
    try:
        address = ipaddress.ip_address(client.partition("%")[0])
    except ValueError:
        # Behind a proxy on a socket there is no address; all who come that way are counted as one.
        return [(client, 1)]
    if isinstance(address, ipaddress.IPv4Address):
        return [(str(address), 1)]
    # A server that listens on IPv6 alone shows IPv4 addresses so.
    if address.ipv4_mapped is not None:
        return [(str(address.ipv4_mapped), 1)]
    return [
        (str(ipaddress.ip_network((address, length), strict=False)), times)
        for length, times in ((64, 1), (56, WIDE))
    ]


def _write(counted: CountedAttempt) -> None:
    db.session.add(Attempt(kind=counted.kind, key_hash=counted.key_hash, at=counted.at))
    db.session.flush()


def _wait_in_line(key_hash: str) -> None:
    """Lets those who press at the same moment count one after another; each waits for the commit.

    On SQLite every writer is alone anyway.
    """
    # Two transactions that count at the same moment do not see each other's rows, and both would be
    # under the limit.
    if db.session.get_bind().dialect.name == "postgresql":
        # Fifteen hexadecimal digits fit into PostgreSQL's signed 64-bit key; sixteen may not.
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(int(key_hash[:15], 16))))
