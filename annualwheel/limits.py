"""Limits on attempts, counted as rows so that they hold over all processes and machines."""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from annualwheel.db import db
from annualwheel.errors import TooMany
from annualwheel.keys import keyed_hashes
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


class Rate(NamedTuple):
    """How many attempts are allowed in how long a time, at most `KEPT`.

    `refusal` is the key of the error that says so.
    """

    at_most: int
    within: dt.timedelta
    refusal: str = "too_many_attempts"


def count(
    kind: str,
    key: str,
    now: dt.datetime,
    at_most: int,
    within: dt.timedelta,
) -> None:
    """Counts an attempt of `kind` for `key` (an address, a client).

    Raises `TooMany` when `at_most` were made `within` before `now`.

    The key is stored as a hash only, under the application's keys. The row is written in the
    transaction of the act; a refusal that undoes the act leaves it counted
    (`unit_of_work.roll_back`).
    """
    count_rates(kind, key, now, (Rate(at_most, within),))


def count_rates(
    kind: str, key: str, now: dt.datetime, rates: Sequence[Rate], times: int = 1
) -> None:
    """As `count`, for an attempt that counts `times` times and must keep all of the rates."""
    _wait_in_line(_hashes(kind, key)[0])
    require_room(kind, key, now, rates, times)
    note(kind, key, now, times)


def require_room(
    kind: str, key: str, now: dt.datetime, rates: Sequence[Rate], times: int = 1
) -> None:
    """Raises `TooMany` as `count_rates` does. It counts nothing, and waits for nobody."""
    made = _made(kind, _hashes(kind, key), now, rates)
    for rate, before in zip(rates, made, strict=True):
        if before + times > rate.at_most:
            raise TooMany(rate.refusal, kind=kind)


def note(kind: str, key: str, now: dt.datetime, times: int = 1) -> None:
    """Counts attempts that no limit refuses, for those that come after."""
    counted = [CountedAttempt(kind, _hashes(kind, key)[0], now)] * times
    keep(counted)
    # The rollback of a refused act takes the rows with it; from here they are written again.
    db.session.info.setdefault("counted", []).extend(counted)


def count_network(
    kind: str, client: str, now: dt.datetime, at_most: int, within: dt.timedelta
) -> None:
    """As `count`, for the network of a client's address.

    It is the address itself in IPv4. In IPv6 a single machine has a network (/64) of addresses to
    choose from, and a customer of a provider often 256 such networks (/56, RFC 6177 2).
    """
    count_network_rates(kind, client, now, (Rate(at_most, within),))


def count_network_rates(
    kind: str, client: str, now: dt.datetime, rates: Sequence[Rate], times: int = 1
) -> None:
    """As `count_rates`, for the network of a client's address."""
    for network, wider in _networks(client):
        of_network = [rate._replace(at_most=rate.at_most * wider) for rate in rates]
        count_rates(kind, network, now, of_network, times)


def take_counted() -> list[CountedAttempt]:
    """The attempts counted since the last call. Call it when their transaction ends."""
    counted: list[CountedAttempt] = db.session.info.pop("counted", [])
    return counted


def keep(counted: Iterable[CountedAttempt]) -> None:
    """Writes attempts, or writes them again when a rollback has undone them. The caller commits."""
    db.session.add_all(Attempt(kind=one.kind, key_hash=one.key_hash, at=one.at) for one in counted)
    db.session.flush()


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


def _hashes(kind: str, key: str) -> list[str]:
    return keyed_hashes("attempts", f"{kind}:{key}")


def _made(
    kind: str, hashes: Sequence[str], now: dt.datetime, rates: Sequence[Rate]
) -> Sequence[int]:
    """How many attempts were made within each of the rates, in one query."""
    longest = max(rate.within for rate in rates)
    each = [sa.func.count(sa.case((Attempt.at > now - rate.within, Attempt.id))) for rate in rates]
    window = sa.select(*each).where(
        Attempt.kind == kind, Attempt.key_hash.in_(hashes), Attempt.at > now - longest
    )
    return tuple(db.session.execute(window).one())


def _wait_in_line(key_hash: str) -> None:
    """Lets those who press at the same moment count one after another; each waits for the commit.

    On SQLite every writer is alone anyway.
    """
    # Two transactions that count at the same moment do not see each other's rows, and both would be
    # under the limit.
    if db.session.get_bind().dialect.name == "postgresql":
        # Fifteen hexadecimal digits fit into PostgreSQL's signed 64-bit key; sixteen may not.
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(int(key_hash[:15], 16))))
