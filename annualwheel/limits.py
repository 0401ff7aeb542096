"""Limits on attempts, counted as rows so that they hold over all processes and machines."""

from __future__ import annotations

import datetime as dt
import hashlib

import sqlalchemy as sa

from annualwheel.db import db
from annualwheel.errors import TooMany
from annualwheel.models import Attempt

KEPT = dt.timedelta(days=1)


def count(kind: str, key: str, now: dt.datetime, at_most: int, within: dt.timedelta) -> None:
    """Counts an attempt of `kind` for `key` (an address, a client).

    Raises `TooMany` when `at_most` were made `within` before `now`.

    The key is stored as a hash only.
    """
    key_hash = hashlib.sha256(f"{kind}:{key}".encode()).hexdigest()
    _wait_in_line(key_hash)
    window = sa.select(sa.func.count(Attempt.id)).where(
        Attempt.kind == kind, Attempt.key_hash == key_hash, Attempt.at > now - within
    )
    if (db.session.scalar(window) or 0) >= at_most:
        raise TooMany("too_many_attempts", kind=kind)
    db.session.add(Attempt(kind=kind, key_hash=key_hash, at=now))
    db.session.flush()


def _wait_in_line(key_hash: str) -> None:
    """Those who press at the same moment are counted one after another, until each commits.

    On SQLite every writer is alone anyway.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(int(key_hash[:15], 16))))
