"""Limits on attempts, counted as rows so that they hold over all processes and machines."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa

from annualwheel.db import db
from annualwheel.errors import TooMany
from annualwheel.models import Attempt

KEPT = dt.timedelta(days=1)


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


def take_counted() -> list[CountedAttempt]:
    """The attempts counted since the last call. Call it when their transaction ends."""
    counted: list[CountedAttempt] = db.session.info.pop("counted", [])
    return counted


def keep(counted: Iterable[CountedAttempt]) -> None:
    """Writes attempts again that a rollback has undone. The caller commits."""
    for one in counted:
        _write(one)


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
